//! The risk of one user: "riskyUser resource type".

use time::OffsetDateTime;

/// Where the risk of a user stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct UserRisk {
    pub(super) state: RiskState,
    pub(super) since: OffsetDateTime,
}

/// `riskState`, as far as these calls lead to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RiskState {
    Confirmed,
    Dismissed,
    /// An administrator set a password: the risk is closed.
    Remediated,
}

impl UserRisk {
    /// Level, state and detail, as Graph writes them.
    pub(super) fn words(self) -> [&'static str; 3] {
        match self.state {
            RiskState::Confirmed => ["high", "confirmedCompromised", "adminConfirmedUserCompromised"],
            RiskState::Dismissed => ["none", "dismissed", "adminDismissedAllRiskForUser"],
            RiskState::Remediated => ["none", "remediated", "adminGeneratedTemporaryPassword"],
        }
    }
}
