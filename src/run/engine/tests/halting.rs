//! A run that goes wrong stops by itself, and what it did not touch can be done later.

use super::faults::{is_for, is_revoke, with_quirk};
use super::*;

const FORBIDDEN: ItemQuirk = |_, _| {
    let error = json!({"code": "Authorization_RequestDenied", "message": "Insufficient privileges"});
    Some(json!({"status": 403, "body": {"error": error}}))
};

#[tokio::test(start_paused = true)]
async fn a_missing_role_stops_the_run_at_once_and_blames_no_account() {
    for playbook in Playbook::ALL.into_iter().filter(|playbook| !playbook.removes_methods()) {
        let mut rehearsal = with_quirk(playbook, 400, Quirk { item: Some(FORBIDDEN), ..Quirk::default() });
        rehearsal.halt_at = HaltAt::default();
        let (ending, statistics, events) = rehearsal.process(CancellationToken::new()).await;
        assert!(
            matches!(&ending, Ending::ShutOut(ShutOut::RoleMissing(error)) if error.status == 403),
            "{playbook}: {ending:?}"
        );
        assert!(statistics.calls <= 8, "{playbook}: only what was under way: {statistics:?}");
        assert!(!events.iter().any(|event| matches!(event, Event::StepsFailed { .. })), "{playbook}");
        assert_eq!(rehearsal.outcomes(), all(Outcome::Pending, 400), "{playbook}");
        rehearsal.judge();
        *rehearsal.tenant.quirk.lock().unwrap() = Quirk::default();
        rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 400), "{playbook}: the role was granted");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_out_of_reach_is_not_a_missing_role() {
    let item: ItemQuirk = |item, attempts| if is_for(item, 7) { None } else { FORBIDDEN(item, attempts) };
    let mut rehearsal = with_quirk(Playbook::Signout, 40, Quirk { item: Some(item), ..Quirk::default() });
    rehearsal.halt_at = HaltAt::default();
    rehearsal.finish().await;
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 1), ("failed".to_owned(), 39)]));
}

/// For the call that carries an account's write.
fn seconds_if(seconds: u64, items: &[Value], number: u32) -> Duration {
    Duration::from_secs(if items.iter().any(|item| is_for(item, number)) { seconds } else { 0 })
}

#[tokio::test(start_paused = true)]
async fn the_first_answers_are_those_to_what_left_first_however_late_they_come() {
    let late = |items: &[Value]| seconds_if(2, items, 7);
    let item: ItemQuirk = |item, attempts| if is_for(item, 7) { None } else { FORBIDDEN(item, attempts) };
    let quirk = Quirk { item: Some(item), late: Some(late), ..Quirk::default() };
    let mut rehearsal = with_quirk(Playbook::Signout, 40, quirk);
    rehearsal.halt_at = HaltAt::default();
    rehearsal.finish().await;
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 1), ("failed".to_owned(), 39)]));

    let quirk = Quirk { item: Some(FORBIDDEN), late: Some(late), ..Quirk::default() };
    let mut rehearsal = with_quirk(Playbook::Signout, 400, quirk);
    rehearsal.halt_at = HaltAt::default();
    let (ending, statistics, _) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(ending, Ending::ShutOut(ShutOut::RoleMissing(_))), "{ending:?}");
    assert!(
        statistics.calls <= 8,
        "nothing more leaves while it may be that no account can be reached: {statistics:?}"
    );
    assert_eq!(rehearsal.outcomes(), all(Outcome::Pending, 400));
}

#[tokio::test(start_paused = true)]
async fn one_answer_that_is_no_403_shows_that_the_app_may_whenever_it_comes() {
    let late = |items: &[Value]| seconds_if(2, items, 7) + seconds_if(1, items, 60);
    let item: ItemQuirk = |item, attempts| if is_for(item, 60) { None } else { FORBIDDEN(item, attempts) };
    let quirk = Quirk { item: Some(item), late: Some(late), ..Quirk::default() };
    let mut rehearsal = with_quirk(Playbook::Signout, 60, quirk);
    rehearsal.halt_at = "99".parse().unwrap();
    let (_, events) = rehearsal.finish().await;
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 1), ("failed".to_owned(), 59)]));
    assert!(!events.iter().any(|event| matches!(event, Event::Stopping { .. })));
}

#[tokio::test(start_paused = true)]
async fn too_many_failures_stop_the_run_in_every_schedule() {
    let item: ItemQuirk = |item, _| {
        let number = item["url"].as_str().unwrap().as_bytes()[14];
        let refused = !is_revoke(item) && number.is_multiple_of(2);
        refused.then(|| json!({"status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}}))
    };
    for playbook in [Playbook::Breach, Playbook::Offboard] {
        let mut rehearsal = with_quirk(playbook, 2_000, Quirk { item: Some(item), ..Quirk::default() });
        rehearsal.halt_at = HaltAt::default();
        let (ending, ..) = rehearsal.process(CancellationToken::new()).await;
        let Ending::TooManyFailures { failed, accounts, .. } = ending else { panic!("{playbook}: {ending:?}") };
        assert!((50..100).contains(&accounts) && failed * 10 > accounts, "{playbook}: {failed} of {accounts}");
        rehearsal.judge();
        assert!(rehearsal.outcomes()["pending"] > 1_000, "{playbook}: {:?}", rehearsal.outcomes());
        rehearsal.halt_at = HaltAt::NEVER;
        rehearsal.finish().await;
        rehearsal.judge();
        assert!(!rehearsal.outcomes().contains_key("pending"), "{playbook}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_app_that_spends_the_quota_is_reported_once() {
    let item: ItemQuirk = |_, attempts| {
        let headers = json!({"Retry-After": "2", "x-ms-throttle-scope": "Tenant/Write/a/b"});
        (attempts == 1).then(|| json!({"status": 429, "headers": headers}))
    };
    let rehearsal = with_quirk(Playbook::Contain, 200, Quirk { item: Some(item), ..Quirk::default() });
    let (statistics, events) = rehearsal.finish().await;
    assert!(statistics.tenant_limit_reached);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::TenantLimitReached)).count(), 1);
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 200));
}
