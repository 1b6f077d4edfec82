//! What was decided about one row, and why.

use super::reason::Reason;
use super::row::Decision;
use crate::directory::HeldRights;
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
    /// What else is to be said of the reasons.
    pub detail: String,
    /// What an administrator may do, where it is one.
    pub rights: HeldRights,
    /// What the list and the looks of the account add. No state of the account: it is judged once, with the list.
    pub notes: String,
}

impl Ruling {
    pub(super) fn left_alone(decision: Decision, reasons: Vec<Reason>, detail: String) -> Self {
        Self { decision, steps: Steps::NONE, reasons, detail, rights: HeldRights::default(), notes: String::new() }
    }

    pub(super) fn refuse(reason: Reason, detail: String) -> Self {
        Self::left_alone(Decision::Refuse, vec![reason], detail)
    }

    pub(super) fn skip(reason: Reason, detail: String) -> Self {
        Self::left_alone(Decision::Skip, vec![reason], detail)
    }

    /// Adds a reason that is no state of the account, with what is to be said of it.
    pub(super) fn note(&mut self, reason: Reason, note: &str) {
        self.reasons.push(reason);
        if !self.notes.is_empty() {
            self.notes.push_str("; ");
        }
        self.notes.push_str(note);
    }
}
