//! What is said of temporary access passes.

use time::{Duration, OffsetDateTime};

use super::unread::of_lookup;
use super::worded_step::WordedStep;
use crate::directory::LookupError;
use crate::graph::error::GraphError;
use crate::graph::reading::ReadError;
use crate::plan::manifest::Manifest;
use crate::plan::pass_moments::PassMoments;
use crate::plan::pass_wish::{PassNotAllowed, span};
use crate::step::PassTerms;
use crate::words::{count, counted, harmless, second_here};

/// So many moments are named; plan.csv has the moment of each person.
const MAX_MOMENTS_NAMED: usize = 8;

/// What is said where a pass is handed over, and the new password is not.
pub const PASSWORD_THROWN_AWAY: &str = "made and thrown away: the pass is what is handed over";

/// What to do where the policy does not allow the passes that are meant.
pub const fn remedy(why: &PassNotAllowed) -> &'static str {
    match why {
        PassNotAllowed::Off => {
            "Switch them on (Entra admin center > Authentication methods > Policies > Temporary Access Pass), or plan without \
             --credential."
        }
        PassNotAllowed::Lifetime { .. } => {
            "Give --pass-lifetime within these bounds, or leave it out: then passes are good for as long as the policy says."
        }
    }
}

/// That it is not known what the tenant allows of passes.
pub fn of_unread_policy(error: &LookupError) -> String {
    format!("the policy for temporary access passes cannot be read: {error}")
}

/// What to do about it.
pub fn remedies_of_unread_policy(error: &LookupError) -> Vec<WordedStep> {
    if matches!(error, LookupError::Read(ReadError::Refused { error: GraphError { status: 400 | 404, .. }, .. })) {
        return vec!["Not every cloud has passes (21Vianet has none): plan without --credential.".into()];
    }
    of_lookup(error).into_iter().chain(["Without --credential the plan needs none of it.".into()]).collect()
}

/// What the passes of a plan are, and when they are good; nothing where it makes none.
pub fn sentences(plan: &Manifest) -> Vec<String> {
    let Some(terms) = plan.options.pass.as_ref().filter(|_| plan.passes() > 0) else { return Vec::new() };
    let mut sentences = vec![format!(
        "{}, made when all else is done for the person; {}",
        counted(plan.passes().into(), "temporary access pass", "temporary access passes"),
        match &plan.pass_moments {
            None => when(terms),
            Some(moments) => format!(
                "each begins at the moment that the column {:?} names, {}",
                harmless(&moments.by),
                for_how_long(terms)
            ),
        }
    )];
    if let Some(moments) = &plan.pass_moments {
        sentences.extend(by_moment(moments, terms, plan.passes()));
    }
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

/// Who would have nothing to sign in with, and what is done about it; nothing where there are none.
pub fn left_with_nothing(plan: &Manifest) -> Option<String> {
    let people = plan.left_with_nothing();
    (people > 0).then(|| {
        format!(
            "{} lose the password and get no pass: the policy of the tenant gives them none (pass-not-allowed in plan.csv), or the list names no moment for it \
             that can be meant (pass-from-passed, pass-from-far), and their new password is thrown away. After this run they cannot sign in with \
             anything. Plan with --credential both, so that they get the new password; or put them into a group that the policy includes, or \
             correct the moment, and plan again",
            counted(people.into(), "person would", "people would")
        )
    })
}

/// When the passes of these terms are good.
pub fn when(terms: &PassTerms) -> String {
    format!("each begins {}, {}", beginning(terms), for_how_long(terms))
}

fn beginning(terms: &PassTerms) -> String {
    let Some(from) = terms.from else { return "when it is made".to_owned() };
    let until = end(from, terms).map(|until| format!(", ends at {}", second_here(until))).unwrap_or_default();
    format!("at {}{until}", second_here(from))
}

fn end(from: OffsetDateTime, terms: &PassTerms) -> Option<OffsetDateTime> {
    from.checked_add(Duration::minutes(terms.minutes.into()))
}

fn for_how_long(terms: &PassTerms) -> String {
    let uses = if terms.once { "one sign-in" } else { "any number of sign-ins" };
    format!("is good for {}, and for {uses}", span(terms.minutes))
}

/// How many passes begin when: the earliest moments, and those of people for whom the list names none.
fn by_moment(all: &PassMoments, terms: &PassTerms, passes: u32) -> Vec<String> {
    let passes_of = |number: u32| counted(number.into(), "pass begins", "passes begin");
    let named = all.moments.iter().take(MAX_MOMENTS_NAMED).map(|moment| {
        let until = end(moment.from, terms).map(|until| {
            let ends = if moment.passes == 1 { "ends" } else { "end" };
            format!(" and {ends} at {}", second_here(until))
        });
        format!("{} at {}{}", passes_of(moment.passes), second_here(moment.from), until.unwrap_or_default())
    });
    let mut lines: Vec<String> = named.collect();
    let more = &all.moments[lines.len()..];
    if let Some(last) = more.last() {
        let others = more.iter().map(|moment| moment.passes).sum();
        let (last, moments) = (second_here(last.from), counted(more.len() as u64, "moment", "moments"));
        lines.push(format!("{} at {moments} more, the last at {last}; plan.csv names them all", passes_of(others)));
    }
    let rest = passes.saturating_sub(all.moments.iter().map(|moment| moment.passes).sum());
    if rest > 0 {
        let begin = terms
            .from
            .map_or_else(|| "when made".to_owned(), |from| format!("at {}, by --pass-from", second_here(from)));
        lines.push(format!("{} {begin}: the list names no moment", passes_of(rest)));
    }
    lines
}

/// `5 new passwords and 7 passes`.
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
pub fn is_one(plan: &Manifest) -> bool {
    plan.sealed() + plan.passes() == 1
}
