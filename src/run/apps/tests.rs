//! Several apps under paused time: how their quotas add up, and what the tenant's does to them.

use super::*;
use crate::graph::error::GraphError;
use crate::graph::throttle::ThrottleScope;
use crate::run::spent::Spent;

fn client_id(number: u128) -> ClientId {
    ClientId::new(uuid::Uuid::from_u128(number))
}

fn apps_with(spent: &[u32], max_calls: usize, spent_of_tenant: u32) -> Apps<()> {
    let clock = Clock::real();
    let app = |(number, spent): (u128, &u32)| {
        let name = AppName { client_id: Some(client_id(number)), named_in: format!("app{number}.toml") };
        App::new(name, Arc::new(()), Pace::of(Allowance::WRITES, max_calls, clock, *spent))
    };
    Apps::new((1..).zip(spent).map(app).collect(), max_calls, clock, spent_of_tenant)
}

fn fresh(count: usize) -> Apps<()> {
    apps_with(&vec![0; count], 64, 0)
}

fn passed(writes: u32) -> Feedback {
    Feedback { sent: writes, passed: writes, ..Feedback::default() }
}

/// Lets writes go, each call answered at once and as if by a service that counts as documented, until so much time has
/// passed; gives how many there were, app by app.
async fn spend_for(apps: &mut Apps<()>, seconds: u64) -> Vec<u32> {
    let (clock, end) = (apps.clock, apps.clock.now() + Duration::from_secs(seconds));
    let mut spent = vec![0; apps.indices().count()];
    loop {
        match apps.take(|_| 20) {
            Ok(Grant { app, writes }) => {
                spent[app.get()] += writes;
                apps.landed(app);
                apps.accepted(app, writes.into());
                apps.answered(app, clock.now(), &passed(writes));
            }
            Err(Wait::Until(moment)) if moment < end => clock.sleep_until(moment).await,
            Err(Wait::Until(_)) => return spent,
            Err(Wait::Answer) => panic!("nothing is under way"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn three_apps_spend_three_bursts_and_come_to_the_tenants_pace() {
    for (count, burst, later) in [(1, 3_000, 1_000), (2, 6_000, 2_000), (3, 9_000, 3_000)] {
        let mut apps = fresh(count);
        let at_once: u32 = spend_for(&mut apps, 0).await.iter().sum();
        let reserve = 20 * count as u32;
        assert!((burst - 2 * reserve..=burst).contains(&at_once), "{count} apps: {at_once}");
        let by_app = spend_for(&mut apps, 50).await;
        let sum: u32 = by_app.iter().sum();
        assert!((later - 60..=later + 20).contains(&sum), "{count} apps: {sum}");
        assert!(by_app.iter().all(|writes| (980..=1_020).contains(writes)), "evenly: {by_app:?}");
        assert!((apps.writes_per_second() - 20.0 * count as f64).abs() < 1e-9);
    }
}

#[tokio::test(start_paused = true)]
async fn no_number_of_apps_does_more_than_the_tenant() {
    let mut apps = fresh(8);
    let at_once: u32 = spend_for(&mut apps, 0).await.iter().sum();
    assert!((17_940..=18_000).contains(&at_once), "{at_once}");
    let later: u32 = spend_for(&mut apps, 100).await.iter().sum();
    assert!((5_940..=6_020).contains(&later), "{later}");
    assert!((apps.writes_per_second() - 60.0).abs() < 1e-9);
    let left = apps.forecast(6_000).as_secs_f64();
    assert!((95.0..=105.0).contains(&left), "{left}");
}

#[tokio::test(start_paused = true)]
async fn what_was_spent_before_is_missing_from_the_app_that_spent_it_and_from_the_tenant() {
    let mut apps = apps_with(&[2_900, 0], 64, 0);
    let by_app = spend_for(&mut apps, 0).await;
    assert!(by_app[0] <= 100 && by_app[1] >= 2_960, "{by_app:?}");
    let mut apps = apps_with(&[0; 6], 64, 17_000);
    let at_once: u32 = spend_for(&mut apps, 0).await.iter().sum();
    assert!((940..=1_000).contains(&at_once), "{at_once}");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_throttled_waits_alone_and_the_tenants_limit_makes_all_wait() {
    for (scope, goes_on) in [("Tenant_Application/Write/a/b", true), ("Tenant/Write/a/b", false)] {
        let mut apps = fresh(3);
        let Grant { app, writes } = apps.take(|_| 20).unwrap();
        apps.landed(app);
        let retry_after = Some(Duration::from_secs(30));
        let mut feedback = Feedback { sent: writes, ..Feedback::default() };
        feedback.refuse(writes, ThrottleScope::parse(scope), retry_after);
        apps.answered(app, Duration::ZERO, &feedback);
        let by_app = spend_for(&mut apps, 20).await;
        assert_eq!(by_app[app.get()], 0, "{scope}: it waits as Graph asked");
        let others: u32 = by_app.iter().sum();
        assert_eq!(others > 0, goes_on, "{scope}: {by_app:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_left_out_carries_nothing_more() {
    let mut apps = fresh(2);
    let [one, other] = [AppIndex(0), AppIndex(1)];
    let refused = |status| ShutOut::BatchRefused(GraphError { status, ..GraphError::default() });
    assert!(apps.leave_out(one, refused(403)));
    assert!(!apps.leave_out(one, refused(400)), "once");
    let by_app = spend_for(&mut apps, 0).await;
    assert!(by_app[0] == 0 && by_app[1] > 2_900, "{by_app:?}");
    assert_eq!(apps.statistics()[0].left_out, Some(refused(403)));
    assert!(apps.leave_out(other, refused(400)) && apps.in_use().is_empty());
    assert_eq!(apps.take(|_| 20), Err(Wait::Answer));
}

#[tokio::test(start_paused = true)]
async fn only_an_app_that_may_have_a_write_is_granted_it_and_never_more_than_there_are() {
    let mut apps = fresh(3);
    for wanted in [1, 7, 20] {
        let grant = apps.take(|app| if app == AppIndex(2) { wanted } else { 0 }).unwrap();
        assert_eq!(grant, Grant { app: AppIndex(2), writes: wanted });
    }
    assert_eq!(apps.take(|_| 0), Err(Wait::Answer));
}

#[tokio::test(start_paused = true)]
async fn the_cap_on_calls_holds_for_all_apps_together() {
    let mut apps = apps_with(&[0; 3], 5, 0);
    let granted: Vec<AppIndex> = (0..5).map(|_| apps.take(|_| 20).unwrap().app).collect();
    assert_eq!(apps.take(|_| 20), Err(Wait::Answer));
    apps.landed(granted[0]);
    assert!(apps.take(|_| 20).is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_floor_is_that_of_the_apps_together_or_of_the_tenant() {
    for (count, writes) in [(1, 20_000_u32), (2, 20_000), (3, 20_000), (3, 9_000), (4, 50_000), (6, 20_000)] {
        let mut apps = fresh(count);
        apps.indices().for_each(|app| apps.accepted(app, 1));
        let (n, w) = (count as f64, f64::from(writes));
        let floor = ((w - 3_000.0 * n) / (20.0 * n)).max((w - 18_000.0) / 60.0).max(0.0);
        let measured = apps.floor(Duration::ZERO, writes.into()).as_secs_f64();
        assert!((measured - floor).abs() < 1e-6, "{count} apps, {writes} writes: {measured} and not {floor}");
    }
    let mut apps = fresh(3);
    apps.accepted(AppIndex(0), 1);
    assert_eq!(apps.floor(Duration::ZERO, 5_000), Duration::from_secs(100), "those that did nothing do not count");
}

#[tokio::test(start_paused = true)]
async fn the_time_left_is_that_of_all_apps_together() {
    let mut apps = fresh(3);
    let before = apps.forecast(12_000).as_secs_f64();
    assert!((50.0..52.0).contains(&before), "{before}");
    spend_for(&mut apps, 0).await;
    let beyond = apps.forecast(6_000).as_secs_f64();
    assert!((99.0..102.0).contains(&beyond), "{beyond}");
    assert_eq!(apps.forecast(0), Duration::ZERO);
}

#[test]
fn a_journal_without_apps_counts_against_the_first() {
    let mut spent = Spent::default();
    spent.note(None, time::OffsetDateTime::UNIX_EPOCH);
    let missing = spent.missing(time::OffsetDateTime::UNIX_EPOCH, 1.0);
    assert_eq!((missing.of(Some(client_id(1)), true), missing.of(Some(client_id(2)), false)), (1, 0));
}

#[test]
fn a_set_of_apps_covers_another_and_never_an_empty_one() {
    let set = |apps: &[usize]| {
        let mut set = AppSet::default();
        apps.iter().for_each(|app| set.insert(AppIndex(*app)));
        set
    };
    assert!(set(&[0, 1, 2]).covers(set(&[1])) && set(&[31]).covers(set(&[31])));
    assert!(!set(&[0]).covers(set(&[0, 1])));
    assert!(!set(&[0]).covers(set(&[])), "where no app is left, what it would be refused is not known");
}
