//! What was decided about one row, and why.

use super::reason::Reason;
use super::row::Decision;
use crate::step::Steps;

/// What was decided about one row, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// What happens.
    pub decision: Decision,
    /// What is done; nothing unless the decision is `act`.
    pub steps: Steps,
    /// Why it is not simply what the playbook says.
    pub reasons: Vec<Reason>,
    /// What else is to be said.
    pub detail: String,
}

impl Ruling {
    pub(super) const fn left_alone(decision: Decision, reasons: Vec<Reason>, detail: String) -> Self {
        Self { decision, steps: Steps::NONE, reasons, detail }
    }

    pub(super) fn refuse(reason: Reason, detail: String) -> Self {
        Self::left_alone(Decision::Refuse, vec![reason], detail)
    }

    pub(super) fn skip(reason: Reason, detail: String) -> Self {
        Self::left_alone(Decision::Skip, vec![reason], detail)
    }

    /// Says this, too.
    pub(super) fn add_detail(&mut self, detail: &str) {
        if !self.detail.is_empty() {
            self.detail.push_str("; ");
        }
        self.detail.push_str(detail);
    }
}
