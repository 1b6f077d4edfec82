//! What a decision means for the people that it concerns.

use crate::plan::row::Decision;

/// What happens to the rows of this decision; not yet a sentence, so that a table can show it beside a number.
pub const fn meaning(decision: Decision) -> &'static str {
    match decision {
        Decision::Act => "will be changed",
        Decision::Already => "nothing left to do",
        Decision::Skip => "left alone",
        Decision::Refuse => LEFT_FOR_A_PERSON,
    }
}

/// The word for it where people read who have never seen a command line.
pub const fn label(decision: Decision) -> &'static str {
    match decision {
        Decision::Act => "to be changed",
        Decision::Already => "already so",
        Decision::Skip => "skipped",
        Decision::Refuse => "refused",
    }
}

/// What is said of refused rows, before and after a run.
pub(super) const LEFT_FOR_A_PERSON: &str = "left alone; a person has to check them";

/// What is said of a plan whose new passwords are discarded.
pub const DISCARDED: &str = "discarded: they cannot be used to sign in";

/// What is said of a plan without a list of protected accounts.
pub const UNPROTECTED: &str = "no account (no --protect list)";
