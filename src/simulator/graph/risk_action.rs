//! What is asked about the risk of users.

use uuid::Uuid;

/// A call about risky users.
#[derive(Debug)]
pub(crate) enum RiskAction {
    Get(Uuid),
    /// Confirms that these are compromised, or dismisses their risk.
    Set {
        ids: Vec<Uuid>,
        compromised: bool,
    },
}
