//! What is said of the risk of people in Microsoft Entra ID Protection, which is marked when all else is done for them.

use std::collections::BTreeMap;

use super::unread;
use crate::graph::risk_mark::{PEOPLE_A_CALL, PERMISSION, RiskBar, RiskMark};
use crate::graph::shown_risk::ShownRisk;
use crate::plan::playbook::Playbook;
use crate::plan::risk_plan::RiskPlan;
use crate::run::proof::Proof;
use crate::run::risk_result::RiskCounts;
use crate::run::risk_rows::RiskFault;
use crate::run::risk_work::floor;
use crate::verify::risk::{RiskProofs, SeenRisk};
use crate::words::{at_least, count, counted, harmless};

/// What a plan says of the risk of its people, when, and how long that takes.
pub fn of_plan(plan: &RiskPlan, playbook: Playbook) -> Vec<String> {
    let RiskPlan { mark, people, guests } = *plan;
    let mut sentences = Vec::new();
    let what = match mark {
        RiskMark::ConfirmCompromised => {
            format!("{} confirmed as compromised", counted(people.into(), "person is", "people are"))
        }
        RiskMark::Dismiss => format!("the risk of {} dismissed", counted(people.into(), "person is", "people is")),
    };
    sentences.push(format!("{what}, when all else is done: {}", pace(people.into())));
    if mark == RiskMark::ConfirmCompromised && playbook == Playbook::Breach {
        sentences.push(
            "their risk is high from then on: a policy for users at high risk lets them in by another factor and a new password only, \
             and blocks who has no other factor"
                .to_owned(),
        );
    }
    if guests > 0 {
        let who = counted(guests.into(), "guest is", "guests are");
        sentences.push(format!("{who} left out: their risk belongs to their home tenant"));
    }
    sentences
}

/// How long it takes: `50 in a call, one call a second, at least 5 s`.
pub fn pace(people: u64) -> String {
    let time = floor(people);
    if time.is_zero() {
        return "in one call".to_owned();
    }
    format!("{PEOPLE_A_CALL} in a call, one call a second, {}", at_least(time))
}

/// How far it is: `270 of 278 people confirmed as compromised; 8 not: …`.
pub fn how_far(risk: &RiskCounts) -> String {
    let all = risk.done + risk.not_marked();
    let mut parts = vec![match risk.mark {
        RiskMark::ConfirmCompromised => {
            format!("{} of {} confirmed as compromised", count(risk.done), counted(all, "person", "people"))
        }
        RiskMark::Dismiss => format!("risk of {} of {} dismissed", count(risk.done), counted(all, "person", "people")),
    }];
    let open = risk.to_mark() - risk.closed_by_reset;
    if open > 0 {
        let because = risk.because.as_ref().map_or_else(String::new, |fault| format!(", because {}", why(fault)));
        let uncertain = match risk.uncertain {
            0 => String::new(),
            number => format!(" (of {} it is not known)", count(number)),
        };
        parts.push(format!("{} not marked{uncertain}{because}", count(open)));
    }
    if risk.closed_by_reset > 0 {
        let whose = counted(risk.closed_by_reset, "person's risk was", "people's risk was");
        parts.push(format!("{whose} closed again by a reset of the password"));
    }
    if risk.closed > 0 {
        parts.push(closed(risk.closed));
    }
    if risk.left_out > 0 {
        let who = counted(risk.left_out, "person", "people");
        parts.push(format!("{who} left out, whose steps are not done or were changed back"));
    }
    if risk.guests > 0 {
        let who = counted(risk.guests, "guest", "guests");
        parts.push(format!("{who} left out, whose risk belongs to their home tenant"));
    }
    parts.join("; ")
}

/// Why no one was marked, in words that follow "because".
pub fn why(fault: &RiskFault) -> String {
    let said = fault.said.to_string();
    let said = harmless(&said);
    match fault.bar {
        None => match fault.said.clue() {
            Some(clue) => format!("{said} ({clue})"),
            None => said.into_owned(),
        },
        Some(bar) => format!("{} ({said})", barred(bar)),
    }
}

fn barred(bar: RiskBar) -> String {
    match bar {
        RiskBar::Permission => format!("the permission {PERMISSION} is not granted"),
        RiskBar::RoleOrLicence => {
            "the person lacks the role Security Administrator, or the tenant a licence of Microsoft Entra ID P2"
                .to_owned()
        }
        RiskBar::Licence => "the tenant has no licence of Microsoft Entra ID P2".to_owned(),
        RiskBar::NotSaid => {
            "Graph does not say what is missing: the token has all that it takes, so that mostly it is a licence of Microsoft Entra ID P2"
                .to_owned()
        }
        RiskBar::NotKnown => {
            format!("the permission {PERMISSION}, a role for it, or a licence of Microsoft Entra ID P2 is missing")
        }
    }
}

/// What is done by the command that marks the risk of the rest.
pub fn to_mark(mark: RiskMark, people: u64, bar: Option<RiskBar>) -> String {
    let what = match mark {
        RiskMark::ConfirmCompromised => {
            format!("To confirm {} as compromised", counted(people, "person", "people"))
        }
        RiskMark::Dismiss => format!("To dismiss the risk of {}", counted(people, "person", "people")),
    };
    let when = match bar {
        None => String::new(),
        Some(RiskBar::Permission) => format!(", when the permission {PERMISSION} is granted"),
        Some(RiskBar::RoleOrLicence) => {
            ", when the person has the role Security Administrator, in a tenant with a licence of Microsoft Entra ID P2"
                .to_owned()
        }
        Some(RiskBar::Licence) => {
            ", when the tenant has a licence of Microsoft Entra ID P2; all else that the plan does needs none"
                .to_owned()
        }
        Some(RiskBar::NotSaid) => {
            ", when the cause is found (mostly the tenant has no licence of Microsoft Entra ID P2); all else that the plan does is done"
                .to_owned()
        }
        Some(RiskBar::NotKnown) => format!(", when nothing of this is missing: {PERMISSION}, the role, the licence"),
    };
    format!("{what}{when}")
}

/// What was found of the risk of a person.
pub const fn found(risk: SeenRisk) -> &'static str {
    match risk {
        SeenRisk::NotMarked => "the run has not marked it",
        SeenRisk::NotRead => "it could not be read",
        SeenRisk::Shown(ShownRisk::ConfirmedCompromised) => "confirmed as compromised",
        SeenRisk::Shown(ShownRisk::AtRisk) => "at risk, and no one has judged it",
        SeenRisk::Shown(ShownRisk::Remediated { by_reset: true }) => "closed again by a reset of the password",
        SeenRisk::Shown(ShownRisk::Remediated { by_reset: false }) => "closed by what was done about it (remediated)",
        SeenRisk::Shown(ShownRisk::Dismissed) => "dismissed",
        SeenRisk::Shown(ShownRisk::ConfirmedSafe) => "confirmed as safe",
        SeenRisk::Shown(ShownRisk::NotKnown) => "a state of risk that this sealoff does not know",
        SeenRisk::Shown(ShownRisk::NoRisk) => "no risk",
    }
}

/// What has to be found of a risk that is marked so.
pub const fn expected(mark: RiskMark) -> &'static str {
    match mark {
        RiskMark::ConfirmCompromised => "confirmed as compromised",
        RiskMark::Dismiss => "no open risk",
    }
}

/// What a verification found of it: how many are proved, and of the others how many have what.
pub fn proofs(risk: &RiskProofs) -> Vec<String> {
    if let Some(error) = &risk.unread {
        let what = format!("it could not be read: {}", harmless(&error.to_string()));
        return std::iter::once(what).chain(unread::of_read(error).map(|step| step.to_string())).collect();
    }
    let all = risk.proved + risk.not_proved;
    let what = match risk.mark {
        RiskMark::ConfirmCompromised => "confirmed as compromised",
        RiskMark::Dismiss => "without open risk",
    };
    let mut sentences = vec![format!("{} of {} {what}", count(risk.proved), counted(all, "person", "people"))];
    let mut others: BTreeMap<SeenRisk, u64> = BTreeMap::new();
    for finding in risk.findings.iter().filter(|finding| finding.verdict != Proof::Proved) {
        *others.entry(finding.found).or_default() += 1;
    }
    let others = others
        .into_iter()
        .map(|(found, people)| format!("{}: {}", counted(people, "person", "people"), self::found(found)));
    sentences.extend(others);
    if risk.have(Proof::NotYet) {
        sentences.push("what was accepted may take some minutes to show: verify again before anything else".to_owned());
    }
    if risk.mark == RiskMark::ConfirmCompromised && risk.have(Proof::Contradicted) {
        sentences.push("a reset by an administrator closes risk".to_owned());
    }
    sentences
}

/// Whose risk somebody closed since.
pub fn closed(people: u64) -> String {
    format!("{} closed by somebody since", counted(people, "person's risk was", "people's risk was"))
}

/// Whose steps are done, and their risk is not marked.
pub fn not_marked(mark: RiskMark, people: u64) -> String {
    match mark {
        RiskMark::ConfirmCompromised => {
            format!("{} not confirmed as compromised", counted(people, "person is", "people are"))
        }
        RiskMark::Dismiss => format!("the risk of {} not dismissed", counted(people, "person is", "people is")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::error::GraphError;
    use crate::run::risk_rows::RiskSaid;

    #[test]
    fn what_is_not_marked_is_said_with_its_cause() {
        let fault = RiskFault {
            bar: Some(RiskBar::Licence),
            said: RiskSaid::Refused(GraphError { status: 403, ..GraphError::default() }),
        };
        let risk = RiskCounts {
            done: 2,
            pending: 3,
            uncertain: 1,
            failed: 50,
            left_out: 4,
            guests: 1,
            because: Some(fault),
            ..RiskCounts::of(RiskMark::ConfirmCompromised)
        };
        assert_eq!(
            how_far(&risk),
            "2 of 60 people confirmed as compromised; 54 not marked (of 1 it is not known), because the tenant has no licence of \
             Microsoft Entra ID P2 (Graph answered 403); 4 people left out, whose steps are not done or were changed back; 1 guest left out, whose risk \
             belongs to their home tenant"
        );
        let done = RiskCounts { done: 7, ..RiskCounts::of(RiskMark::Dismiss) };
        assert_eq!(how_far(&done), "risk of 7 of 7 people dismissed");
        assert_eq!(not_marked(RiskMark::Dismiss, 1), "the risk of 1 person is not dismissed");
    }
}
