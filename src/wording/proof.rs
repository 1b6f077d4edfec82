//! What a verification shows of a step: what had to be found, what was, and what the verdict means.

use time::Duration;

use crate::directory::{PassUsability, StandingPass};
use crate::run::outcome::StepOutcome;
use crate::run::proof::Proof;
use crate::run::seen_step::{
    AtProvider, LaterPassword, NoMoment, NoPass, PassMade, PasswordBeside, PasswordThere, ReplacedBy, SeenStep,
};
use crate::run::seen_target::SeenTarget;
use crate::second::Second;
use crate::step::Step;
use crate::step::facts::ProvedBy;
use crate::verify::step_claim::StepClaim;
use crate::words::{counted, utc_second};

/// What it means.
pub const fn meaning(proof: Proof) -> &'static str {
    match proof {
        Proof::Proved => "the directory shows the effect",
        Proof::NotYet => "the directory does not show the effect, or not yet",
        Proof::Contradicted => "it was changed back",
        Proof::CannotBeProved => "no property that can be read decides",
    }
}

/// What has to be found of a step. What is proved by a moment is expected at or after our write.
pub fn expected(step: Step, claim: StepClaim) -> String {
    let effect = step.facts().effect;
    match (step.facts().proved_by, claim) {
        (ProvedBy::PasswordChange | ProvedBy::SessionsValidFrom, StepClaim::Done { date: Some(date), .. }) => {
            format!("{effect} at or after {}", utc_second(date))
        }
        _ => effect.to_owned(),
    }
}

/// What was found of a step.
pub fn found(step: Step, seen: &SeenStep) -> String {
    match seen {
        SeenStep::AccountGone => "the account is no longer in the directory".to_owned(),
        SeenStep::AccountDeleted => "the account was deleted; it needs a look if it is restored".to_owned(),
        SeenStep::AccountAmbiguous => "the directory has more than one account with this id".to_owned(),
        SeenStep::SignInUnknown => "the directory does not say whether sign-in is allowed".to_owned(),
        SeenStep::SignIn { allowed, because } => match because {
            None => sign_in(*allowed).to_owned(),
            Some(StepOutcome::Uncertain) => format!("{}; the write was sent and never answered", sign_in(*allowed)),
            Some(outcome) => format!("{}; this run has not changed that ({outcome})", sign_in(*allowed)),
        },
        SeenStep::SignInAgain { allowed, after, before, synced } => {
            let when = match after {
                Some(after) => format!("between {after} and {before}"),
                None => format!("before {before}"),
            };
            let sync =
                "; the account is mastered on-premises, and the directory sync sets it: change it in Active Directory";
            format!("{} again, changed {when}{}", sign_in(*allowed), if *synced { sync } else { "" })
        }
        SeenStep::Password { changed, later } => match later {
            None => format!("password changed at {changed}"),
            Some(LaterPassword::ByPersonOrAnother) => format!(
                "password changed at {changed}, after our reset: by the person at the next sign-in, or by another one; the sealed password \
                 no longer opens it"
            ),
            Some(LaterPassword::ByAnother) => format!(
                "password changed at {changed}, after our reset: another password was set, and the sealed one no longer opens the account"
            ),
        },
        SeenStep::Sessions { ended, password } => match password {
            None => format!("sessions ended at {ended}"),
            Some(PasswordBeside::Later(changed)) => {
                format!("sessions ended at {ended}, and the password was changed later, at {changed}")
            }
            Some(PasswordBeside::SameSecond) => format!(
                "sessions ended at {ended}, in the same second as the password: a reset moves both, so it may be the reset's alone"
            ),
        },
        SeenStep::Pass { pass, made } => match made {
            PassMade::AsOurs => standing_pass(pass),
            PassMade::Later(at) => {
                format!("{}, made at {at}, after ours: another one took its place", standing_pass(pass))
            }
            PassMade::Earlier(at) => format!("{}, made at {at}, before ours", standing_pass(pass)),
        },
        SeenStep::NoPass(NoPass::DeletedOrNotShown) => {
            "there is no pass: it was deleted, or is not shown yet".to_owned()
        }
        SeenStep::NoPass(NoPass::UsedOrEnded) => "there is no pass: it was used, or has ended".to_owned(),
        SeenStep::NoPass(NoPass::NotKnown) => "there is no pass".to_owned(),
        SeenStep::Targets { planned, left, appeared, because } => {
            targets(step, *planned as u64, (left, appeared), *because)
        }
        SeenStep::NotListed(error) => format!("{} cannot be listed: {error}", listed_of(step)),
        SeenStep::NotAsked => format!("{} were not listed", listed_of(step)),
        SeenStep::NoMoment(why) => no_moment(step, *why),
        SeenStep::OnPremises { changed, there } => on_premises(*changed, *there),
        SeenStep::AtProvider(AtProvider::SyncedNow) => {
            "the account is synced now: its password is kept in Active Directory, and this plan does not know it"
                .to_owned()
        }
        SeenStep::AtProvider(AtProvider::NotSaid) => {
            "no one says that the password was changed at the identity provider of the domain".to_owned()
        }
        SeenStep::AtProvider(AtProvider::Said(by)) => format!(
            "a person says that it was changed at the identity provider of the domain, by {by}; the directory never shows a password that \
             is kept there"
        ),
        SeenStep::Words(words) => words.clone(),
    }
}

const fn sign_in(allowed: bool) -> &'static str {
    if allowed { "sign-in is allowed" } else { "sign-in is blocked" }
}

/// `the methods`; passes are no targets.
fn listed_of(step: Step) -> String {
    step.facts().targets.as_ref().map_or_else(|| "passes".to_owned(), |targets| format!("the {}", targets.words.many))
}

/// `a pass from … until …, good now`.
fn standing_pass(pass: &StandingPass) -> String {
    let StandingPass { start_date_time, lifetime_in_minutes, is_usable, method_usability_reason, .. } = pass;
    let mut text = "a pass".to_owned();
    if let Some(from) = start_date_time {
        text += &format!(" from {}", utc_second(*from));
        let minutes = lifetime_in_minutes.map(|minutes| Duration::minutes(minutes.into()));
        if let Some(until) = minutes.and_then(|minutes| from.checked_add(minutes)) {
            text += &format!(" until {}", utc_second(until));
        }
    }
    text + match (is_usable, method_usability_reason) {
        (Some(true), _) => ", good now",
        (_, Some(PassUsability::NotYetValid)) => ", not good yet",
        (_, Some(PassUsability::Expired)) => ", which has ended",
        (_, Some(PassUsability::OneTimeUsed)) => ", which was used",
        (_, Some(PassUsability::DisabledByPolicy)) => ", which the policy of the tenant no longer allows",
        _ => "",
    }
}

/// `2 of 3 methods are still there: passkey of …; registered since the plan was made: …`.
fn targets(
    step: Step,
    planned: u64,
    (left, appeared): (&[SeenTarget], &[SeenTarget]),
    because: Option<StepOutcome>,
) -> String {
    let Some(words) = step.facts().targets.as_ref().map(|targets| &targets.words) else { return String::new() };
    let all = |targets: &[SeenTarget]| targets.iter().map(target).collect::<Vec<_>>().join(", ");
    let mut text = if left.is_empty() {
        format!("none of {} is {}", counted(planned, words.one, words.many), words.none_left)
    } else {
        let of = counted(planned, &format!("{} is", words.one), &format!("{} are", words.many));
        format!("{} of {of} {}: {}", left.len(), words.left, all(left))
    };
    if !appeared.is_empty() {
        let how = words.appeared;
        text += &format!("; {how}: {} (the person's own, or another's: plan once more)", all(appeared));
    }
    if let Some(outcome) = because {
        text += &format!("; this run has not {} all of them ({outcome})", words.done);
    }
    text
}

fn target(target: &SeenTarget) -> String {
    let dated = |name: &str, registered: &Option<Second>| match registered {
        Some(registered) => format!("{name} of {registered}"),
        None => format!("{name} of unknown age"),
    };
    match target {
        SeenTarget::Method { kind, registered } => dated(kind.name(), registered),
        SeenTarget::Device { name, registered, hybrid } => {
            let again = if *hybrid { ", which the sync from Active Directory enables again" } else { "" };
            dated(&format!("{name:?}"), registered) + again
        }
        SeenTarget::Consent { client_id, scope } => format!("one to service principal {client_id} ({scope})"),
    }
}

fn no_moment(step: Step, why: NoMoment) -> String {
    match why {
        NoMoment::OfAnswer => "the journal does not hold Graph's clock for this answer".to_owned(),
        NoMoment::Shown => {
            let what = match step.facts().proved_by {
                ProvedBy::PasswordChange => "when the password was last changed",
                ProvedBy::SessionsValidFrom => "since when sessions are valid",
                ProvedBy::PassStands => "when the pass was made",
                ProvedBy::AccountEnabled(_) | ProvedBy::TargetsListed => "when it was done",
            };
            format!("the directory does not say {what}")
        }
        NoMoment::Unanswered { shown } => {
            let shown = shown.map(|shown| format!("; the directory shows {shown}")).unwrap_or_default();
            format!("the write was sent and never answered, so no moment is known{shown}")
        }
        NoMoment::NotDone(outcome) => format!("this run has not done it ({outcome})"),
        NoMoment::NothingToDo => "the run did nothing of the kind".to_owned(),
    }
}

fn on_premises(changed: Option<Second>, there: PasswordThere) -> String {
    let shown = changed.map_or_else(
        || "the directory does not say when the password was last changed".to_owned(),
        |changed| format!("password changed at {changed}"),
    );
    match there {
        PasswordThere::NoLongerSynced => format!(
            "{shown}; the account is no longer synced: its password is kept in the cloud now, and this run has not replaced it there"
        ),
        PasswordThere::NotReplaced { by } => {
            format!("{shown}; no result of {} says that it was replaced in Active Directory", replacer(by))
        }
        PasswordThere::AnotherSet => {
            format!("{shown}; onprem.ps1 set another password than the sealed one: run it again")
        }
        PasswordThere::Brought { replaced } => format!("{shown}, in Active Directory by {replaced}"),
        PasswordThere::NotBrought { replaced, by, synced, overdue } => {
            let when = if by == ReplacedBy::Person { "by" } else { "at" };
            let known = format!("{shown}; {} replaced it {when} {replaced}", replacer(by));
            match synced {
                Some(sync) if overdue => format!(
                    "{known}, and the directory sync ran at {sync} and brought no new password: where passwords are checked on-premises \
                     (pass-through authentication, federation) none is ever shown here"
                ),
                Some(sync) => {
                    format!("{known}, and the directory sync, which last ran at {sync}, has not brought it here yet")
                }
                None => {
                    format!("{known}, and it is not shown here yet; when the directory sync last ran is not known")
                }
            }
        }
    }
}

const fn replacer(by: ReplacedBy) -> &'static str {
    match by {
        ReplacedBy::Script => "onprem.ps1",
        ReplacedBy::Writeback => "password writeback",
        ReplacedBy::Person => "a person",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::MethodKind;
    use time::macros::datetime;

    #[test]
    fn targets_are_counted_and_named() {
        let registered = Some(Second::of(datetime!(2026-11-23 02:30 UTC)));
        let passkey = SeenTarget::Method { kind: MethodKind::Passkey, registered };
        let phone = SeenTarget::Method { kind: MethodKind::MobilePhone, registered: None };
        let said = |left: &[&SeenTarget], appeared: &[&SeenTarget], because| {
            let all = |targets: &[&SeenTarget]| targets.iter().map(|target| (*target).clone()).collect();
            found(Step::Methods, &SeenStep::Targets { planned: 3, left: all(left), appeared: all(appeared), because })
        };
        assert_eq!(said(&[], &[], None), "none of 3 methods is left");
        let two = said(&[&passkey, &phone], &[], Some(StepOutcome::Failed));
        assert_eq!(
            two,
            "2 of 3 methods are still there: passkey of 2026-11-23T02:30:00Z, mobile-phone of unknown age; this run has not removed all of \
             them (failed)"
        );
        let new = said(&[], &[&phone], None);
        assert_eq!(
            new,
            "none of 3 methods is left; registered since the plan was made, and left: mobile-phone of unknown age (the person's own, or another's: \
             plan once more)"
        );
    }
}
