//! How much of one step is done.

use schemars::JsonSchema;
use serde::Serialize;

/// Of how many accounts for which a step is planned it is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct StepShare {
    /// Graph accepted it.
    pub done: u64,
    /// It is planned.
    pub planned: u64,
}
