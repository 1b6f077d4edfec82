//! Every kind of fault at once, at three in a hundred each: the tenant's ledger says whether the promises hold.

use std::collections::BTreeMap;

use sealoff::simulator::{Fault, FaultShares, Quota, RetryAfterForm, Settings, SimulatedUser};

use crate::stage::{Ran, Stage};

/// More of them: `SEALOFF_SOUP_SEEDS=50 cargo nextest run soup`.
fn seeds() -> u64 {
    std::env::var("SEALOFF_SOUP_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1)
}

fn every_kind(share: f64, seed: u64) -> FaultShares {
    let mut faults = FaultShares::default();
    for fault in Fault::ALL {
        *fault.share(&mut faults) = share;
    }
    // Each takes the network away from everybody for half a minute: as often as the others, there would be no network.
    faults.outage = share / 10.0;
    let forms = [RetryAfterForm::Seconds, RetryAfterForm::DecimalSeconds, RetryAfterForm::Date, RetryAfterForm::Absent];
    faults.retry_after = forms[seed as usize % forms.len()];
    faults
}

/// Applies until the run says that it is finished. A run may find no way in, or no answer, when it begins: it
/// then says so, and the same command goes on. A run that gave an account up is finished: it is asked to try that one again.
fn apply_until_done(stage: &Stage) -> Ran {
    for _ in 0..12 {
        let tried_again = (given_up(stage) > 0).then(|| retry(stage));
        // A retry that was turned away at the door is written down, and under way.
        let ran = tried_again.filter(|ran| ran.code != Some(4)).unwrap_or_else(|| stage.apply("out"));
        match ran.code {
            Some(0) => return ran,
            // Given up eight times, or turned away at the door: both are taken up again.
            Some(3 | 5) if stage.path("out/results.csv").exists() => stage.judge("out"),
            Some(5) => {}
            _ => return ran.succeeded(),
        }
    }
    stage.apply("out").succeeded()
}

fn retry(stage: &Stage) -> Ran {
    stage.run(&["apply", "out", "--retry-failed", "--confirm", &given_up(stage).to_string()])
}

/// How many accounts of a run at its end are not done, although each was tried.
fn given_up(stage: &Stage) -> usize {
    if !stage.path("out/results.csv").exists() {
        return 0;
    }
    let outcomes = stage.outcomes("out");
    let of = |outcome: &str| outcomes.get(outcome).copied().unwrap_or(0);
    if of("pending") > 0 { 0 } else { ["failed", "partial", "uncertain"].map(of).iter().sum() }
}

fn soup(playbook: &str, seed: u64) {
    let stage = Stage::with(Settings { users: 3_200, seed, quota: Quota::off(), ..Settings::default() });
    let members = stage.members(2_000);
    for member in members.iter().filter(|_| playbook == "reinstate") {
        stage.simulator.change(member.id, |user| user.account_enabled = false);
    }
    let before: BTreeMap<uuid::Uuid, SimulatedUser> =
        stage.simulator.users().into_iter().map(|user| (user.id, user)).collect();
    let roster = stage.roster_of(&members);
    stage.plan(&roster, playbook, "out", &[]).succeeded();
    stage.simulator.change_faults(every_kind(0.03, seed));
    apply_until_done(&stage);
    stage.simulator.change_faults(FaultShares::default());
    stage.judge("out");
    assert_eq!(stage.outcomes("out"), BTreeMap::from([("done".to_owned(), 2_000)]), "{playbook}, seed {seed}");
    // Promise 1, by the directory itself and not by what it wrote down.
    let planned: std::collections::HashSet<uuid::Uuid> = members.iter().map(|member| member.id).collect();
    for user in stage.simulator.users().iter().filter(|user| !planned.contains(&user.id)) {
        let was = &before[&user.id];
        assert_eq!((user.account_enabled, user.password), (was.account_enabled, was.password), "{user:?}");
        assert_eq!(user.sign_in_sessions_valid_from, was.sign_in_sessions_valid_from, "{user:?}");
    }
    every_kind_struck(&stage);
}

/// A soup without one of its kinds proves less than it says.
fn every_kind_struck(stage: &Stage) {
    let counters = stage.ledger().counters;
    for (what, count) in [
        ("single faults", counters.faulted_items),
        ("missing ids", counters.missing_ids),
        ("spoilt answers", counters.spoilt_items),
        ("spoilt calls", counters.spoilt_calls),
        ("throttled calls", counters.throttled_envelopes),
        ("failed calls", counters.failed_envelopes),
        ("lost answers", counters.lost_answers),
        ("slow calls", counters.slow_calls),
        ("revocations", counters.revocations),
    ] {
        assert!(count > 0, "no {what}: {counters:?}");
    }
}

/// Promises 1 to 6.
#[test]
fn fault_soup_changes_how_long_breach_takes_and_nothing_else() {
    (1..=seeds()).for_each(|seed| soup("breach", seed));
}

/// Promises 1 to 6.
#[test]
fn fault_soup_changes_how_long_offboard_takes_and_nothing_else() {
    (1..=seeds()).for_each(|seed| soup("offboard", 100 + seed));
}
