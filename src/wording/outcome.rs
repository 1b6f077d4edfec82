//! What an outcome means.

use super::decision::LEFT_FOR_A_PERSON;
use crate::run::outcome::Outcome;
use crate::run::outcome_counts::OutcomeCounts;

/// What became of the rows with this outcome.
pub const fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "every planned step is done",
        Outcome::Already => "there was nothing to do",
        Outcome::OldPassword => "done in the cloud; the old password, which is kept elsewhere, is not replaced",
        Outcome::Partial => "some steps are done, others were refused",
        Outcome::Failed => "no step is done",
        Outcome::Uncertain => "a step may have taken effect; treat as not done",
        Outcome::Skipped => "left alone, as planned",
        Outcome::Refused => LEFT_FOR_A_PERSON,
        Outcome::Pending => "not begun or not finished",
    }
}

/// How wide the column of names is where these outcomes stand below each other.
pub fn name_width(outcomes: &OutcomeCounts) -> usize {
    const USUAL: usize = 10;
    outcomes.iter().map(|(outcome, _)| outcome.name().len()).max().unwrap_or_default().max(USUAL)
}
