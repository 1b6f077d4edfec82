//! What is said of temporary access passes.

use crate::plan::manifest::Manifest;
use crate::plan::pass_wish::when;
use crate::words::{count, counted};

/// What is said where a pass is handed over, and the new password is not.
pub const PASSWORD_THROWN_AWAY: &str = "made and thrown away: the pass is what is handed over";

/// What the passes of a plan are, and when they are good; nothing where it makes none.
#[must_use]
pub fn sentences(plan: &Manifest) -> Vec<String> {
    let Some(terms) = plan.options.pass.as_ref().filter(|_| plan.passes() > 0) else { return Vec::new() };
    let mut sentences = vec![format!(
        "{}, made when all else is done for the person; {}",
        counted(plan.passes().into(), "temporary access pass", "temporary access passes"),
        when(terms)
    )];
    let keep_theirs = plan.passes().saturating_sub(plan.counts.steps[crate::step::Step::Reset]);
    if plan.playbook.resets() && keep_theirs > 0 {
        sentences.push(format!(
            "{} of these people keep the password that they have, which is kept on-premises or by another identity provider: a pass \
             replaces no password",
            count(keep_theirs.into())
        ));
    }
    sentences
}

/// `5 new passwords and 7 passes`.
#[must_use]
pub fn credentials(plan: &Manifest) -> String {
    let passwords = counted(plan.sealed().into(), "new password", "new passwords");
    let passes = counted(plan.passes().into(), "temporary access pass", "temporary access passes");
    match (plan.sealed(), plan.passes()) {
        (_, 0) => passwords,
        (0, _) => passes,
        _ => format!("{passwords} and {passes}"),
    }
}

/// Is it one of them alone?
#[must_use]
pub fn is_one(plan: &Manifest) -> bool {
    plan.sealed() + plan.passes() == 1
}
