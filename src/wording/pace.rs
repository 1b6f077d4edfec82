//! How long the write quota makes a run last.

use std::time::Duration;

use crate::graph::throttle::LimitOwner;
use crate::plan::manifest::Manifest;
use crate::step::{Step, StepMap};
use crate::words::{at_least, span};

/// What bounds a run with writes that have a pace of their own beside the write quota; nothing where it has none.
pub fn own_pace(targets: &StepMap<u64>) -> Option<String> {
    let pace =
        |step: Step| step.facts().targets.as_ref().map_or("at which passes are made", |targets| targets.words.pace);
    let paces: Vec<&str> = targets.steps().map(pace).collect();
    (!paces.is_empty()).then(|| format!("by the write quota and the pace {}", paces.join(", and that ")))
}

/// Whose quota bounds a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaOwner {
    /// The documented quota of one app in the tenant.
    Tenant,
    /// The quotas of several apps, and above them the tenant's own.
    SeveralApps,
}

/// The shortest time in which a plan can be carried out; where a pace of its own is found by feedback, both ends of it.
pub fn shortest_of_plan(plan: &Manifest) -> String {
    let (floor, targets) = (Duration::from_secs(plan.floor_seconds), plan.targets());
    if let (Some(own), Some(slow)) = (own_pace(&targets), targets.slow_end(plan.by_person())) {
        let least = at_least(floor);
        if slow <= floor {
            return format!("{least} {own}");
        }
        return format!("{least} {own}; {} where Graph lets no more through than it begins with", span(slow));
    }
    shortest(floor, QuotaOwner::Tenant)
}

/// The shortest time in which the quota lets all writes through.
pub fn shortest(floor: Duration, owner: QuotaOwner) -> String {
    match (floor.is_zero(), owner) {
        (true, QuotaOwner::Tenant) => "all within the burst that the quota allows".to_owned(),
        (true, QuotaOwner::SeveralApps) => "all within the burst that their quotas allow".to_owned(),
        (false, QuotaOwner::Tenant) => format!("{} by the tenant's write quota", at_least(floor)),
        (false, QuotaOwner::SeveralApps) => format!("{} by their quotas and the tenant's", at_least(floor)),
    }
}

/// Why a run stands still that Graph asked to wait, and that it goes on.
pub fn long_wait(wait: Duration, owner: Option<LimitOwner>) -> String {
    let limit = match owner {
        Some(LimitOwner::ApplicationInTenant) => "the write quota of this app in the tenant is used up",
        Some(LimitOwner::Tenant) => "the write quota of the tenant is used up, which all of its apps share",
        Some(LimitOwner::Application) => "the write quota of this app in all its tenants is used up",
        None => "it throttles writes, and does not say by which limit",
    };
    format!("Graph asks to wait {}: {limit}. {GOES_ON}", span(wait))
}

/// Why a run stands still that Graph throttles again and again, and that it goes on.
pub fn nothing_accepted(since: Duration) -> String {
    format!("Graph has accepted no write for {}, and throttles what is sent. {GOES_ON}", span(since))
}

const GOES_ON: &str = "The run goes on by itself. Ctrl-C is safe, too: the same command goes on later";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wait_names_the_limit_that_is_waited_for() {
        let said = |owner| long_wait(Duration::from_secs(300), owner);
        assert!(said(None).starts_with("Graph asks to wait 5 min: it throttles writes"), "{}", said(None));
        let owners = [LimitOwner::ApplicationInTenant, LimitOwner::Tenant, LimitOwner::Application];
        let all: std::collections::HashSet<String> = owners.map(|owner| said(Some(owner))).into_iter().collect();
        assert_eq!(all.len(), owners.len());
    }
}
