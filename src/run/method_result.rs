//! What became of each method that a plan removes.

use std::fmt;

use super::record::Record;
use crate::graph::write_outcome::WriteOutcome;
use crate::plan::method_targets::StayingMethod;
use crate::step::target::WriteTarget;

/// What became of one method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodResult {
    /// The method.
    pub target: WriteTarget,
    /// What became of it.
    pub outcome: MethodOutcome,
    /// What was said of it last, mostly by Graph; empty where nothing was.
    pub said: String,
}

/// What became of a method, as `ways-in-results.csv` says it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::IntoStaticStr, strum::EnumCount, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum MethodOutcome {
    /// Graph deleted it, or it was gone.
    Removed,
    /// Its turn has not come, or it is to be tried again.
    Pending,
    /// It may be gone; no answer says.
    Uncertain,
    /// Graph refused to delete it, or it was tried often enough.
    Failed,
    /// It was meant, and there is no way to remove it here.
    CannotRemove,
}

impl MethodResult {
    /// By the last record about it, where there is one.
    #[must_use]
    pub(super) fn of(target: WriteTarget, last: Option<Record>) -> Self {
        let (outcome, said) = match last {
            None => (MethodOutcome::Pending, String::new()),
            Some(Record::Answered { answer, .. }) => match answer {
                WriteOutcome::Accepted => (MethodOutcome::Removed, String::new()),
                WriteOutcome::Refused { error } => (MethodOutcome::Failed, error.to_string()),
                WriteOutcome::Postponed { why, .. } => (MethodOutcome::Pending, why.to_string()),
                WriteOutcome::Unknown { why, .. } => (MethodOutcome::Uncertain, why.to_string()),
            },
            Some(Record::GaveUp { last_try, .. }) => (MethodOutcome::Failed, format!("gave up: {last_try}")),
            Some(_) => (MethodOutcome::Uncertain, "its answer is missing".to_owned()),
        };
        Self { target, outcome, said }
    }

    /// One that was meant and stays.
    #[must_use]
    pub(super) fn cannot_be_removed(method: &StayingMethod) -> Self {
        let target = WriteTarget::Method { kind: method.kind, id: method.id.clone() };
        let said = format!("{} cannot be removed from here: remove it in the Entra admin center", method.type_name);
        Self { target, outcome: MethodOutcome::CannotRemove, said }
    }
}

/// `passkey kS-1 failed (Graph's words)`.
impl fmt::Display for MethodResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.target, self.outcome)?;
        if self.said.is_empty() { Ok(()) } else { write!(f, " ({})", self.said) }
    }
}

/// `2 of 3 methods removed; mobile-phone 3179… failed (Graph's words)`; empty where none was planned.
#[must_use]
pub fn summary(methods: &[MethodResult]) -> String {
    if methods.is_empty() {
        return String::new();
    }
    let (removed, others): (Vec<_>, Vec<_>) =
        methods.iter().partition(|method| method.outcome == MethodOutcome::Removed);
    let mut parts = vec![format!("{} of {} methods removed", removed.len(), methods.len())];
    parts.extend(others.iter().filter(|method| !method.said.is_empty()).map(ToString::to_string));
    parts.join("; ")
}
