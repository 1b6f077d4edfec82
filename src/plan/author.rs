//! Who made a plan, or worked on its run.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::graph::named_caller::NamedCaller;
use crate::machine;

/// Who made a plan, or worked on its run: in the tenant, and at the machine.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// In whose name Graph took the calls.
    pub caller: NamedCaller,
    /// The operating system's user.
    pub user: String,
    /// The machine, as it calls itself.
    pub host: String,
}

impl Author {
    /// This process, which asks Graph as `caller`.
    pub fn of_this_process(caller: NamedCaller) -> Self {
        Self { caller, user: machine::user(), host: machine::host() }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, by {} on {}", self.caller, self.user, self.host)
    }
}
