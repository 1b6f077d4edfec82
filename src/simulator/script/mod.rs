//! What happens while the simulator runs, as a scenario says: faults by rule, changes by moment, other apps, a slow line.

mod latency;
mod other_apps;
mod playing;
mod rule;

use std::time::Duration;

use super::foothold::Intruder;
use super::permission::Permission;
use super::who_may::SimulatedRole;

pub use latency::LatencyCurve;
pub(crate) use other_apps::OtherApps;
pub(crate) use playing::Playing;
pub use playing::Struck;
pub use rule::FaultRule;
pub(crate) use rule::{FaultTarget, TOKEN_PATH, key_of};

/// What a scenario adds to [`super::Settings`]. Empty unless it is set.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Faults that strike certain requests at certain times, besides [`super::Settings::faults`].
    pub faults: Vec<FaultRule>,
    /// Changes from outside, while the client works.
    pub changes: Vec<ScriptedChange>,
    /// Who else spends what the tenant lets all apps do together.
    pub other_apps: Vec<OtherApp>,
    /// How long calls take, in tenant time, besides [`super::Settings::latency`].
    pub latency: Option<LatencyCurve>,
    /// Who was in the tenant before.
    pub intruder: Option<Intruder>,
}

/// A stretch of a run, by tenant time and by how many writes were applied; both have to be so. The default is all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moment {
    /// Tenant time since the simulator was started.
    pub from: Duration,
    /// Tenant time at which it is over.
    pub until: Option<Duration>,
    /// Not before this many writes were applied.
    pub after_writes: u64,
    /// Over when this many writes were applied.
    pub until_writes: Option<u64>,
}

impl Moment {
    pub(crate) fn is_now(&self, now: Duration, applied: u64) -> bool {
        now >= self.from
            && applied >= self.after_writes
            && self.until.is_none_or(|until| now < until)
            && self.until_writes.is_none_or(|until| applied < until)
    }
}

/// A change from outside, made once, when its moment has come.
#[derive(Debug, Clone, Default)]
pub struct ScriptedChange {
    /// When; its ends mean nothing here.
    pub moment: Moment,
    /// Another write quota: how many writes in how long. The client gets no notice.
    pub writes: Option<(f64, Duration)>,
    /// Another directory role of every app, or none.
    pub role: Option<Option<SimulatedRole>>,
    /// Permissions that are taken away.
    pub withhold: Vec<Permission>,
    /// Every synced user gets a new password in Active Directory.
    pub on_premises_passwords: bool,
    /// The directory sync runs, and puts back what Active Directory says.
    pub directory_sync: bool,
}

/// Another app at work in the same tenant. It leaves this one what the tenant's own limit leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OtherApp {
    /// When it is at work; the writes count nothing here.
    pub moment: Moment,
    /// Writes that it has spent when it begins.
    pub at_once: f64,
    /// Writes a second from then on.
    pub writes_per_second: f64,
}
