//! What the controller learns from an answer, and what it says to wait for.

use std::time::Duration;

use serde::Serialize;

/// So many writes of one call in a hundred have to be refused before it says something about the quota: the service sheds
/// single requests under load.
const SHARE_OF_A_REFUSAL: u32 = 25;

/// How the service was found to count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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
    /// Those that were refused with 429.
    pub throttled: u32,
    /// How long Graph asks to wait.
    pub retry_after: Option<Duration>,
    /// The share of the limit in use.
    pub share: Option<f64>,
}

impl Feedback {
    /// Does it say that the quota is used up?
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.throttled > 0 && u64::from(self.throttled) * 100 >= u64::from(self.sent) * u64::from(SHARE_OF_A_REFUSAL)
    }
}

/// What to wait for before asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A moment.
    Until(Duration),
    /// An answer to a call that is under way.
    Answer,
}
