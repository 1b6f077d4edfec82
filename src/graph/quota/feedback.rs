//! What the controller learns from an answer, and what it says to wait for.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::graph::throttle::{LimitOwner, LimitedRequests, ThrottleScope};

/// So many writes of one call in a hundred have to be refused before it says something about the quota: the service sheds
/// single requests under load.
const SHARE_OF_A_REFUSAL: u32 = 25;

/// How the service was found to count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// As documented; also where nothing says otherwise.
    #[default]
    TokenBucket,
    /// So many within any span of that length.
    SlidingWindow,
    /// So many, all anew at fixed moments.
    FixedWindow,
}

/// What one call says about the quota.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Feedback {
    /// Writes in it.
    pub sent: u32,
    /// Those that were let through, whatever became of them afterwards.
    pub passed: u32,
    /// Those that were refused with 429, by the tenant's limit too.
    pub throttled: u32,
    /// How long Graph asks to wait: the longest wait, for until then one of the limits is shut.
    pub retry_after: Option<Duration>,
    /// The share of the limit in use.
    pub share: Option<f64>,
    /// Those of them that the limit of the tenant refused, which all apps share.
    pub by_tenant: LimitRefusal,
    /// Those of them that the limit of the app in all its tenants refused.
    pub by_app_everywhere: LimitRefusal,
}

/// Writes of one call that one limit refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitRefusal {
    /// How many.
    pub writes: u32,
    /// The longest wait that Graph asks for.
    pub retry_after: Option<Duration>,
}

impl LimitRefusal {
    fn add(&mut self, writes: u32, retry_after: Option<Duration>) {
        self.writes += writes;
        self.retry_after = self.retry_after.max(retry_after);
    }
}

impl Feedback {
    /// Takes in so many writes that the limit of a scope refused. A scope that holds back only reads does not concern writes;
    /// one that is not named, or not known, is the app's own.
    pub fn refuse(&mut self, writes: u32, scope: Option<ThrottleScope>, retry_after: Option<Duration>) {
        if scope.is_some_and(|scope| scope.requests == LimitedRequests::Read) {
            return;
        }
        self.throttled += writes;
        self.retry_after = self.retry_after.max(retry_after);
        match scope.map(|scope| scope.owner) {
            Some(LimitOwner::Tenant) => self.by_tenant.add(writes, retry_after),
            Some(LimitOwner::Application) => self.by_app_everywhere.add(writes, retry_after),
            Some(LimitOwner::ApplicationInTenant) | None => {}
        }
    }

    /// Does it say that the quota is used up?
    pub fn is_refusal(&self) -> bool {
        self.is_a_refusal_of(self.throttled)
    }

    /// What another app of the same tenant, which sent nothing of this, learns from it.
    pub fn for_other_apps(&self) -> Option<Heard> {
        self.heard_of(self.by_tenant)
    }

    /// What the same app in another tenant, which sent nothing of this, learns from it.
    pub fn for_other_tenants(&self) -> Option<Heard> {
        self.heard_of(self.by_app_everywhere)
    }

    fn heard_of(&self, LimitRefusal { writes, retry_after }: LimitRefusal) -> Option<Heard> {
        (writes > 0).then(|| Heard { is_refusal: self.is_a_refusal_of(writes), retry_after })
    }

    fn is_a_refusal_of(&self, writes: u32) -> bool {
        writes > 0 && u64::from(writes) * 100 >= u64::from(self.sent) * u64::from(SHARE_OF_A_REFUSAL)
    }
}

/// A limit that is shared refused writes of another app, or of the same app in another tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Does it say that the limit is used up?
    pub is_refusal: bool,
    /// How long Graph asks to wait.
    pub retry_after: Option<Duration>,
}

/// What to wait for before asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A moment.
    Until(Duration),
    /// An answer to a call that is under way.
    Answer,
}
