//! What a verification found of the risk of people, as the journal keeps it.

use serde::{Deserialize, Serialize};

/// What a verification found of a mark that Graph had accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskFound {
    /// The risk is as the plan wants it.
    AsMarked,
    /// A reset by an administrator closed it again.
    ClosedByReset,
    /// It was closed since in another way: by the person, by an administrator, by a policy.
    Closed,
}
