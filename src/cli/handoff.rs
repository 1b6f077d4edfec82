//! Who hands what over, in lines for a terminal.

use std::io::{self, Write};

use crate::plan::folder::PlanFolder;
use crate::plan::handoff::Handoff;
use crate::run::packets::{self, Packet};
use crate::seal::recipient_name;
use crate::words::{count, counted, harmless};

/// So many names are shown; plan.json and the page have all.
const MAX_NAMED: usize = 30;

/// The names with their numbers of accounts: `site-berlin (12), service-desk (3), all of them to escrow too`.
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

/// A line for each name, with its number of accounts and the keys that open them; one more line for the escrow.
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

/// Writes where the packets are, and how many accounts are in each.
pub(super) fn write_packets(out: &mut impl Write, plan: &PlanFolder, packets: &[Packet]) -> io::Result<()> {
    if packets.is_empty() {
        return Ok(());
    }
    writeln!(out, "Packets    {}, one for each who hands passwords over", packets::folder(plan).display())?;
    for packet in packets.iter().take(MAX_NAMED) {
        let accounts = counted(packet.accounts.into(), "account", "accounts");
        writeln!(out, "           {}: {accounts}, for {}", harmless(&packet.file), harmless(&packet.name))?;
    }
    let more = packets.len().saturating_sub(MAX_NAMED);
    if more > 0 {
        writeln!(out, "           and {} more in index.csv", count(more as u64))?;
    }
    Ok(())
}
