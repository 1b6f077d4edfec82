//! Who hands what over, in lines for a terminal.

use super::lines::Lines;
use super::words::{count, counted, harmless};
use crate::plan::folder::PlanFolder;
use crate::plan::handoff::Handoff;
use crate::run::packets::{self, Packet};
use crate::seal::recipient_name;

/// So many names are shown; plan.json and the page have all.
const MAX_NAMED: usize = 30;

/// `site-berlin (12), service-desk (3); escrow too`.
pub(super) fn who(handoff: &Handoff) -> String {
    let mut names: Vec<String> = handoff
        .shares
        .iter()
        .take(MAX_NAMED)
        .map(|share| format!("{} ({})", harmless(share.name.as_str()), count(share.accounts.into())))
        .collect();
    if handoff.shares.len() > MAX_NAMED {
        names.push(format!("{} more", count((handoff.shares.len() - MAX_NAMED) as u64)));
    }
    let escrow = if handoff.escrow.is_empty() { "" } else { ", all of them to escrow too" };
    format!("{}{escrow}", names.join(", "))
}

/// `in 13 packets`.
pub(super) fn in_packets(handoff: &Handoff) -> String {
    format!("in {}", counted(handoff.shares.len() as u64, "packet", "packets"))
}

/// For each name how many are theirs and by which keys, and one more line for the escrow.
pub(super) fn lines(handoff: &Handoff) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = handoff
        .shares
        .iter()
        .take(MAX_NAMED)
        .map(|share| {
            let text = format!("{}: {}", harmless(share.name.as_str()), key_names(&share.keys));
            (count(share.accounts.into()), text)
        })
        .collect();
    let more = handoff.shares.len().saturating_sub(MAX_NAMED);
    if more > 0 {
        let names = counted(more as u64, "more name", "more names");
        lines.push((String::new(), format!("and {names}; plan.html has them all")));
    }
    if !handoff.escrow.is_empty() {
        lines.push(("all".to_owned(), format!("escrow: {}", key_names(&handoff.escrow))));
    }
    lines
}

fn key_names(keys: &[String]) -> String {
    keys.iter().map(|key| recipient_name(key)).collect::<Vec<_>>().join(", ")
}

/// Where the packets are, and who gets how many.
pub(super) fn write_packets(out: &mut Lines, plan: &PlanFolder, packets: &[Packet]) {
    if packets.is_empty() {
        return;
    }
    out.labelled("Packets", format_args!("{}, one for each who hands passwords over", packets::folder(plan).display()));
    for packet in packets.iter().take(MAX_NAMED) {
        let accounts = counted(packet.accounts.into(), "account", "accounts");
        out.labelled("", format_args!("{}: {accounts}, for {}", harmless(&packet.file), harmless(&packet.name)));
    }
    let more = packets.len().saturating_sub(MAX_NAMED);
    if more > 0 {
        out.labelled("", format_args!("and {} more in index.csv", count(more as u64)));
    }
}
