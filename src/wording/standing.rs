//! How far the people on the list are dealt with: the first line of every screen and page about a run.

use crate::plan::playbook::Playbook;
use crate::run::outcome_counts::OutcomeCounts;
use crate::step::Step;
use crate::wording::risk::{closed, not_marked};
use crate::words::{count, counted};

/// The first line about a run: who is not dealt with comes first, and the list is counted, not the plan.
pub fn headline(outcomes: &OutcomeCounts, playbook: Playbook) -> String {
    let mut parts = Vec::new();
    let contradicted = outcomes.contradicted().count;
    if contradicted > 0 {
        parts.push(changed_back(contradicted, playbook));
    }
    let (rows, dealt_with) = (outcomes.rows(), outcomes.dealt_with());
    parts.push(match rows {
        1 if dealt_with == 1 => "the one row of the list is dealt with".to_owned(),
        rows if dealt_with == rows => format!("all {} rows of the list are dealt with", count(rows)),
        rows => format!("{} of {} dealt with", count(dealt_with), counted(rows, "row is", "rows are")),
    });
    let not_touched = outcomes.not_touched().count;
    if not_touched > 0 {
        parts
            .push(format!("{} not touched", counted(not_touched, "person on the list was", "people on the list were")));
    }
    let old_password = outcomes.old_password().count;
    if old_password > 0 {
        parts.push(keep_old_password(old_password, playbook));
    }
    let accepted = outcomes.accepted_there();
    if accepted > 0 {
        let which = counted(accepted, "new password was", "new passwords were");
        parts.push(format!(
            "{which} accepted by Active Directory and {} not confirmed",
            if accepted == 1 { "is" } else { "are" }
        ));
    }
    let not_done = rows - dealt_with - not_touched - old_password - accepted;
    if not_done > 0 {
        parts.push(counted(not_done, "account is not done", "accounts are not done"));
    }
    if let Some(risk) = outcomes.risk().filter(|risk| risk.to_mark() > 0) {
        parts.push(not_marked(risk.mark, risk.to_mark()));
    }
    if outcomes.risk_closed() > 0 {
        parts.push(closed(outcomes.risk_closed()));
    }
    let text = parts.join("; ");
    text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect()
}

/// Who is dealt with in the cloud and not where their password is kept.
pub fn keep_old_password(people: u64, playbook: Playbook) -> String {
    if playbook.steps().contains(Step::Block) {
        let who = counted(people, "person still has", "people still have");
        return format!("{who} the old password, which is kept elsewhere");
    }
    let who = counted(people, "person can still be signed in", "people can still be signed in");
    format!("{who} by the old password, which is kept elsewhere")
}

/// What a verification found that contradicts the run.
pub fn changed_back(accounts: u64, playbook: Playbook) -> String {
    let what = if playbook.steps().contains(Step::Block) { "let in again" } else { "changed back" };
    format!("{} {what} since", counted(accounts, "account was", "accounts were"))
}
