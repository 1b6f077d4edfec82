//! How one process of a run ended.

use serde::Serialize;

/// How one process of a run ended, as the recap and the log of events name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// Every account is settled.
    Finished,
    /// It was asked to end; the rest is pending.
    Interrupted,
    /// A fault ended it; the rest is pending.
    Stopped,
}
