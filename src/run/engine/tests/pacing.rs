//! How fast the writes leave, in what company and in what order.

use super::faults::{is_for, with_quirk};
use super::*;

#[tokio::test(start_paused = true)]
async fn a_run_takes_as_long_as_the_quota_asks_and_its_batches_are_full() {
    let rehearsal = Rehearsal::new(Playbook::Breach, 2_000, 1, FAIR);
    let (statistics, _) = rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(statistics.floor, Duration::from_secs(50));
    let ratio = statistics.elapsed.as_secs_f64() / statistics.floor.as_secs_f64();
    assert!((1.0..1.05).contains(&ratio), "{ratio}: {statistics:?}");
    assert!(statistics.calls <= 210, "{} calls for 4,000 writes", statistics.calls);
}

#[tokio::test(start_paused = true)]
async fn slow_and_fast_tenants_are_both_kept_busy_with_full_batches() {
    // Neither needs credentials: virtual time would run ahead of the threads that make them.
    for (playbook, accounts, milliseconds) in [(Playbook::Contain, 2_000, 10), (Playbook::Signout, 4_000, 2_000)] {
        let rehearsal = Rehearsal::new(playbook, accounts, 1, FAIR);
        rehearsal.tenant.quirk.lock().unwrap().round_trip = Some(Duration::from_millis(milliseconds));
        let (statistics, _) = rehearsal.finish().await;
        // The last writes of a run take their own time, whatever the quota allows.
        let allowed = statistics.floor.mul_f64(1.05) + Duration::from_millis(3 * milliseconds);
        assert!(statistics.elapsed <= allowed, "{playbook} {milliseconds} ms: {statistics:?}");
        assert!(statistics.calls <= 210, "{playbook} {milliseconds} ms: {} calls", statistics.calls);
        assert_eq!(statistics.writes_throttled, 0);
        assert!(statistics.waited_for_quota > Duration::ZERO, "{statistics:?}");
    }
}

/// One write of a batch is throttled and the others pass: the limit is shut for them all.
#[tokio::test(start_paused = true)]
async fn a_limit_that_named_a_time_is_left_alone_until_then() {
    let item: ItemQuirk = |item, attempts| {
        let refused = is_for(item, 7) && attempts == 1;
        refused.then(
            || json!({"status": 429, "headers": {"Retry-After": "30", "x-ms-throttle-scope": "Tenant/Write/a/b"}}),
        )
    };
    for doors in [vec![SOUND], vec![SOUND; 3]] {
        let mut rehearsal = with_quirk(Playbook::Contain, 4_000, Quirk { item: Some(item), ..Quirk::default() });
        rehearsal.doors = doors;
        rehearsal.finish().await;
        rehearsal.judge();
        let world = rehearsal.tenant.world.lock().unwrap();
        let first = world.calls_at[0];
        // Answers take a tenth of a second; what was under way until then has left.
        let early = world
            .calls_at
            .iter()
            .map(|at| *at - first)
            .filter(|at| (Duration::from_millis(150)..Duration::from_secs(30)).contains(at));
        assert_eq!(early.count(), 0);
        assert!(world.calls_at.len() > 100, "{}", world.calls_at.len());
    }
}

#[tokio::test(start_paused = true)]
async fn the_order_is_the_operators_to_choose() {
    let mut rehearsal = Rehearsal::new(Playbook::Breach, 60, 1, FAIR);
    rehearsal.schedule = Some(Schedule::Sweep);
    rehearsal.finish().await;
    rehearsal.judge();
    let world = rehearsal.tenant.world.lock().unwrap();
    let last_update = world.users.values().map(|user| user.password_at).max().unwrap();
    assert!(world.users.values().all(|user| user.revoked_at > last_update));
}

#[tokio::test(start_paused = true)]
async fn a_sweep_contains_everybody_before_the_first_revoke() {
    let rehearsal = Rehearsal::new(Playbook::Offboard, 130, 1, FAIR);
    rehearsal.finish().await;
    let world = rehearsal.tenant.world.lock().unwrap();
    let last_update = world.users.values().map(|user| user.password_at).max().unwrap();
    let first_revoke = world.users.values().map(|user| user.revoked_at).min().unwrap();
    assert!(last_update < first_revoke, "{last_update} {first_revoke}");
}

#[tokio::test(start_paused = true)]
async fn priority_comes_first() {
    let rehearsal = Rehearsal::new(Playbook::Breach, 140, 1, FAIR);
    rehearsal.finish().await;
    // By the order in which they left: two batches of one moment arrive in any order.
    let left = JournalReader::open(&rehearsal.journal()).unwrap().filter_map(|line| match line.unwrap().record {
        Record::Intended { row, .. } => Some(row.get()),
        _ => None,
    });
    let first: HashSet<u32> = left.take(20).collect();
    assert_eq!(first, (1..=20).map(|number| number * 7).collect(), "the twenty with a priority share the first batch");
}
