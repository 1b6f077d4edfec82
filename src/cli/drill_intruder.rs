//! Whether the intruder of a scenario still gets in once the job is done.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::lines::Lines;
use crate::simulator::{SimulatedMethodKind, Simulator, WayIn};
use crate::words::{count, counted, harmless};

/// How many accounts that an intruder came back to are named.
const MAX_NAMED: usize = 5;

/// How the intruder stands with the accounts that were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
pub(super) struct IntruderOutcome {
    /// In how many of them the intruder was when the tenant began.
    accounts: u64,
    /// How often the intruder signed in again after the sessions of one had ended.
    came_back: u64,
    /// How often of these it was by a device of the intruder's own, with no other way left.
    came_back_by_device: u64,
    /// How many the intruder can still get into.
    still_open: u64,
}

impl IntruderOutcome {
    /// Nothing where the scenario has no intruder.
    pub(super) fn of(simulator: &Simulator) -> Option<Self> {
        let standings = simulator.intruder();
        if standings.is_empty() {
            return None;
        }
        let ledger = simulator.ledger();
        let changed: HashSet<_> = ledger.applied().filter_map(|write| write.object_id).collect();
        let (mut accounts, mut still_open) = (0, 0);
        for standing in standings.iter().filter(|standing| changed.contains(&standing.object_id)) {
            accounts += 1;
            still_open += u64::from(standing.gets_in());
        }
        let (mut came_back, mut came_back_by_device) = (0, 0);
        for comeback in ledger.comebacks.iter().filter(|comeback| changed.contains(&comeback.object_id)) {
            came_back += 1;
            came_back_by_device += u64::from(comeback.by == WayIn::Device);
        }
        Some(Self { accounts, came_back, came_back_by_device, still_open })
    }

    /// Did the intruder get in again, or can they?
    pub(super) const fn is_out(self) -> bool {
        self.still_open == 0 && self.came_back == 0
    }

    /// The same, where so much of it was known before.
    pub(super) const fn since(self, before: Self) -> Self {
        Self {
            came_back: self.came_back - before.came_back,
            came_back_by_device: self.came_back_by_device - before.came_back_by_device,
            ..self
        }
    }

    pub(super) fn write(self, out: &mut Lines) {
        let Self { accounts, came_back, came_back_by_device, still_open } = self;
        let was = format!("was in {} of the accounts that were changed", count(accounts));
        let now = if still_open == 0 {
            "and gets into none of them any more".to_owned()
        } else {
            format!(
                "and can still get into {}: the password or a way in of the intruder's own is left",
                count(still_open)
            )
        };
        out.labelled("Intruder", format_args!("{was}, {now}"));
        if came_back > 0 {
            out.labelled("", format_args!("Signed in again after the sessions had ended: {}", count(came_back)));
        }
        if came_back_by_device > 0 {
            let times = counted(came_back_by_device, "time", "times");
            out.labelled(
                "",
                format_args!("{times} by a device of the intruder's own: evict with --devices disables it"),
            );
        }
        out.blank();
    }
}

/// Who the intruder came back to, and by what: the first of them, one a line.
pub(super) fn comebacks(simulator: &Simulator, out: &mut Lines) {
    let comebacks = simulator.ledger().comebacks;
    for comeback in comebacks.iter().take(MAX_NAMED) {
        let Some(user) = simulator.user(&comeback.object_id.to_string()) else { continue };
        let way = match comeback.by {
            WayIn::Password => "by the password".to_owned(),
            WayIn::Method(SimulatedMethodKind::Passkey) => "by a passkey of the intruder's own".to_owned(),
            WayIn::Method(_) => "by a method of the intruder's own".to_owned(),
            WayIn::Device => "by a device of the intruder's own".to_owned(),
        };
        out.labelled("", format_args!("{} {way}", harmless(&user.user_principal_name)));
    }
    let more = comebacks.len().saturating_sub(MAX_NAMED);
    if more > 0 {
        out.labelled("", format_args!("and {} more", count(more as u64)));
    }
}
