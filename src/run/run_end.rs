//! How a process stopped working on a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a process stopped working on a run, as far as the journal keeps it. The words in JSON are part of the contract with
/// scripts; its display is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RunEnd {
    /// Every account is settled.
    Finished,
    /// By a signal; the rest can be resumed.
    Interrupted,
    /// By a fault. Journals of an older sealoff have these words in full.
    #[serde(alias = "stopped by a fault")]
    #[strum(serialize = "stopped by a fault")]
    Stopped,
}
