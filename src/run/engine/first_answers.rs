//! What the first answers to an app say about it: whether it may do anything here at all.

use crate::graph::error::GraphError;
use crate::graph::write_outcome::{Postponed, WriteOutcome};

/// After this many leading 403s and nothing else, the app lacks a role or a permission.
const FIRST_ANSWERS: u32 = 20;

/// Counts the first answers to one app.
pub(super) struct FirstAnswers {
    /// How many answers there were, as long as all of them were 403; nothing once another one has come.
    all_forbidden: Option<u32>,
}

impl FirstAnswers {
    /// Begins to count.
    pub(super) fn counted() -> Self {
        Self { all_forbidden: Some(0) }
    }

    /// Where whatever they say changes nothing.
    pub(super) fn ignored() -> Self {
        Self { all_forbidden: None }
    }

    /// May these answers of a batch say that everybody is refused? The first twenty answers are those to the writes that
    /// left first: answers overtake each other, and by whichever came back first the same run would stop or go on.
    pub(super) fn wait_for_earlier<'o>(&self, outcomes: impl Iterator<Item = &'o WriteOutcome>) -> bool {
        let mut decided = outcomes.filter(|outcome| outcome.is_decided() && !is_of_a_unit(outcome)).peekable();
        self.all_forbidden.is_some() && decided.peek().is_some() && decided.all(WriteOutcome::is_forbidden)
    }

    /// Takes in the answers of one batch, in the order of the batches' leaving. Gives the refusal that everybody meets, once that is plain.
    pub(super) fn answered<'o>(&mut self, outcomes: impl Iterator<Item = &'o WriteOutcome>) -> Option<GraphError> {
        let mut everybodys = None;
        for outcome in outcomes {
            match outcome {
                // It says nothing about other accounts: nothing an app is given in the whole tenant reaches these.
                WriteOutcome::Refused { error } if error.is_about_a_restricted_unit() => {}
                WriteOutcome::Refused { error } if error.status == 403 => {
                    let count = self.all_forbidden.as_mut()?;
                    *count += 1;
                    if *count >= FIRST_ANSWERS {
                        everybodys = Some(error.clone());
                    }
                }
                WriteOutcome::Accepted | WriteOutcome::Refused { .. } => self.all_forbidden = None,
                WriteOutcome::Postponed { .. } | WriteOutcome::Unknown { .. } => {}
            }
        }
        self.all_forbidden.and(everybodys)
    }
}

fn is_of_a_unit(outcome: &WriteOutcome) -> bool {
    matches!(outcome, WriteOutcome::Refused { error } if error.is_about_a_restricted_unit())
}

/// What a refusal by 403 means once it is known that the app is refused everybody, or while another app can be asked:
/// nothing about the account, which can be done by an app that may.
pub(super) fn excused(outcome: WriteOutcome) -> WriteOutcome {
    if outcome.is_forbidden() {
        WriteOutcome::Postponed { why: Postponed::NotAllowed, retry_after: None }
    } else {
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> WriteOutcome {
        let error = GraphError { status, ..GraphError::default() };
        WriteOutcome::Refused { error }
    }

    #[test]
    fn only_a_403_for_everybody_from_the_first_answer_on_is_the_apps() {
        let answers = |outcomes: &[WriteOutcome]| FirstAnswers::counted().answered(outcomes.iter());
        let forbidden = vec![refused(403); 20];
        assert_eq!(answers(&forbidden).map(|error| error.status), Some(403));
        assert!(answers(&forbidden[1..]).is_none());
        for other in [WriteOutcome::Accepted, refused(404)] {
            assert!(answers(&[&[other.clone()][..], &forbidden].concat()).is_none());
            assert!(answers(&[&forbidden[..], &[other]].concat()).is_none());
        }
        let busy = WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None };
        assert!(answers(&[&[busy][..], &forbidden].concat()).is_some());
        assert!(FirstAnswers::ignored().answered(forbidden.iter()).is_none());
    }

    #[test]
    fn restricted_units_do_not_count_towards_the_apps_refusals() {
        let message = "Target object is a member of a restricted management administrative unit and can only be".into();
        let of_a_unit = WriteOutcome::Refused { error: GraphError { status: 403, message, ..GraphError::default() } };
        let many = vec![of_a_unit.clone(); 40];
        let mut first = FirstAnswers::counted();
        assert!(first.answered(many.iter()).is_none() && !first.wait_for_earlier(many.iter()));
        assert!(first.answered(vec![refused(403); 19].iter()).is_none());
        assert!(first.answered([of_a_unit, refused(403)].iter()).is_some(), "and they hide nothing either");
    }

    #[test]
    fn only_refusals_that_may_be_the_apps_wait_for_what_left_earlier() {
        let first = FirstAnswers::counted();
        let busy = WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None };
        assert!(first.wait_for_earlier([busy.clone(), refused(403)].iter()));
        for decided in
            [vec![refused(403), WriteOutcome::Accepted], vec![refused(404), refused(403)], vec![busy], vec![]]
        {
            assert!(!first.wait_for_earlier(decided.iter()), "{decided:?}");
        }
        assert!(!FirstAnswers::ignored().wait_for_earlier([refused(403)].iter()));
        let mut first = FirstAnswers::counted();
        first.answered([WriteOutcome::Accepted].iter());
        assert!(!first.wait_for_earlier([refused(403)].iter()), "the app may write: that is known for good");
    }
}
