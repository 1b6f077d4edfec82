//! What the engine reports, as it happens. Terminal, JSON lines and report are its listeners; the engine itself prints nothing.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::outage_reason::OutageReason;
use crate::graph::quota::Shape;
use crate::graph::throttle::LimitOwner;
use crate::ids::{ClientId, RowNumber};
use crate::json::{self, Seconds};
use crate::run::shut_out::ShutOut;
use crate::step::target::any_alone;
use crate::step::{StepMap, StepShare, Steps};

/// One thing that happened.
#[derive(Debug, Clone, JsonSchema, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The engine began.
    Started(Progress),
    /// A batch left.
    Sent {
        /// Which app it went through.
        app: Option<ClientId>,
        /// How many writes are in it.
        writes: usize,
    },
    /// Graph refused some steps of an account for good, or they were given up.
    StepsFailed {
        /// The entry.
        row: RowNumber,
        /// The account's sign-in name.
        user: String,
        /// The steps.
        steps: Steps,
        /// Why.
        reason: String,
    },
    /// Graph throttled.
    Throttled {
        /// How many writes of one batch.
        writes: usize,
        /// Whose limit was reached, where Graph says so.
        owner: Option<LimitOwner>,
        /// How long Graph asks to wait.
        #[serde(serialize_with = "json::some_seconds")]
        #[schemars(with = "Option<Seconds>")]
        retry_after: Option<Duration>,
    },
    /// The limit of the whole tenant was reached: other apps are spending it too. Reported once.
    TenantLimitReached,
    /// An app does not get in, or may not do anything; the others go on without it.
    AppLeftOut {
        /// Which one: its client id, and where it was named.
        app: String,
        /// Why.
        #[serde(serialize_with = "json::words")]
        #[schemars(with = "String")]
        reason: ShutOut,
    },
    /// Graph cannot be reached; the run waits and goes on.
    Unreachable {
        /// What the network said.
        #[schemars(with = "String")]
        reason: OutageReason,
        /// How long the engine waits before it tries again.
        #[serde(serialize_with = "json::seconds")]
        #[schemars(with = "Seconds")]
        pause: Duration,
        /// For how long nothing has come through.
        #[serde(serialize_with = "json::seconds")]
        #[schemars(with = "Seconds")]
        down_for: Duration,
    },
    /// An answer came through again.
    Reachable {
        /// For how long nothing had.
        #[serde(serialize_with = "json::seconds")]
        #[schemars(with = "Seconds")]
        down_for: Duration,
    },
    /// No more writes are sent; those under way are waited for.
    Stopping {
        /// How many batches are under way.
        batches_under_way: usize,
    },
    /// How far the run is; after every answer.
    Progress(Progress),
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct Progress {
    /// Accounts that the plan acts on.
    pub accounts: u64,
    /// Accounts for which every planned step is done.
    pub done: u64,
    /// Accounts that are settled otherwise.
    pub not_done: u64,
    /// How much of each planned step is done.
    #[serde(serialize_with = "planned_alone")]
    pub steps: StepMap<StepShare>,
    /// Writes that Graph accepted in this process.
    pub writes_accepted: u64,
    /// Writes that are still to come, if all goes well.
    pub writes_left: u64,
    /// Writes a second of tenant time that the quota allows now, beyond its burst.
    pub writes_per_second: f64,
    /// Tenant time until the end, by the quota and the work that is left.
    #[serde(serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    pub time_left: Duration,
    /// How long the quota makes the next write wait; nothing when it may leave now.
    #[serde(serialize_with = "json::some_seconds")]
    #[schemars(with = "Option<Seconds>")]
    pub quota_wait: Option<Duration>,
}

fn planned_alone<S: Serializer>(steps: &StepMap<StepShare>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(steps.planned())
}

/// What a process did, for the recap.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema, Serialize)]
pub struct Statistics {
    /// `$batch` calls that were sent.
    pub calls: u64,
    /// Writes in them.
    pub writes_sent: u64,
    /// Writes that Graph accepted.
    pub writes_accepted: u64,
    /// Those of them that were about a target of the account, as a method that is removed, by step: these have another limit
    /// than the rest.
    #[serde(serialize_with = "any_alone")]
    pub targets: StepMap<u64>,
    /// Writes that Graph throttled.
    pub writes_throttled: u64,
    /// Calls that Graph throttled as a whole.
    pub calls_throttled: u64,
    /// Calls whose answer was lost or that were not delivered.
    pub calls_lost: u64,
    /// Was the limit of the whole tenant reached, so that other apps are spending it too?
    pub tenant_limit_reached: bool,
    /// How the tenant was found to count its writes.
    pub limiter: Shape,
    /// Tenant time for which writes waited for the quota.
    #[serde(serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    pub waited_for_quota: Duration,
    /// Tenant time for which writes waited because Graph could not be reached.
    #[serde(serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    pub waited_for_network: Duration,
    /// Tenant time from the first to the last.
    #[serde(serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    pub elapsed: Duration,
    /// The least tenant time for the accepted writes: what the quota allowed, by the way in which the tenant counts them, what
    /// those about targets take at the most that is sent of them in a second, or the time of so many new passwords at the rate
    /// that was asked for, whichever is more.
    #[serde(serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    pub floor: Duration,
    /// The first of these over the second; nothing where the quota asked for no time at all.
    pub elapsed_over_floor: Option<f64>,
    /// What went through each app.
    pub apps: Vec<AppStatistics>,
}

/// What went through one app.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema, Serialize)]
pub struct AppStatistics {
    /// Its client id, where that is known.
    pub client_id: Option<ClientId>,
    /// What it is called: its client id, and where it was named.
    pub app: String,
    /// Writes that were sent.
    pub writes_sent: u64,
    /// Writes that Graph accepted.
    pub writes_accepted: u64,
    /// Writes that Graph throttled.
    pub writes_throttled: u64,
    /// Why nothing more goes through it, where that is so.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "json::some_words")]
    #[schemars(with = "Option<String>")]
    pub left_out: Option<ShutOut>,
}
