//! Faults of one kind each, for exactly those whom they are meant for.

use super::*;

pub(super) fn is_for(item: &Value, number: u32) -> bool {
    item["url"].as_str().unwrap().contains(&object_id(number).to_string())
}

pub(super) fn is_revoke(item: &Value) -> bool {
    item["url"].as_str().unwrap().ends_with("/revokeSignInSessions")
}

pub(super) fn with_quirk(playbook: Playbook, count: u32, quirk: Quirk) -> Rehearsal {
    let rehearsal = Rehearsal::new(playbook, count, 1, FAIR);
    *rehearsal.tenant.quirk.lock().unwrap() = quirk;
    rehearsal
}

#[tokio::test(start_paused = true)]
async fn a_write_that_keeps_failing_is_given_up_and_the_next_process_tries_it_again() {
    for revoke in [true, false] {
        let item: ItemQuirk = if revoke {
            |item, _| (is_for(item, 3) && is_revoke(item)).then(|| json!({"status": 503}))
        } else {
            |item, _| (is_for(item, 3) && !is_revoke(item)).then(|| json!({"status": 503}))
        };
        let rehearsal = with_quirk(Playbook::Breach, 30, Quirk { item: Some(item), ..Quirk::default() });
        let (statistics, _) = rehearsal.finish().await;
        assert!(statistics.writes_sent < 80, "{statistics:?}");
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 29), ("uncertain".to_owned(), 1)]));
        assert!(rehearsal.results()[&3]["detail"].contains("gave up"), "{:?}", rehearsal.results()[&3]);
        *rehearsal.tenant.quirk.lock().unwrap() = Quirk::default();
        rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 30));
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_speaks_through_every_item_is_no_accounts_fault() {
    let item: ItemQuirk = |_, attempts| (attempts <= 20).then(|| json!({"status": 503}));
    let rehearsal = with_quirk(Playbook::Contain, 60, Quirk { item: Some(item), ..Quirk::default() });
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 60));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_turned_down_inside_a_batch_is_replaced() {
    let item: ItemQuirk = |_, attempts| (attempts == 1).then(|| json!({"status": 401}));
    let rehearsal = with_quirk(Playbook::Signout, 20, Quirk { item: Some(item), ..Quirk::default() });
    rehearsal.finish().await;
    assert_eq!(rehearsal.tenant.quirk.lock().unwrap().rejected_tokens, 1);
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 20));
    let always: ItemQuirk = |_, _| Some(json!({"status": 401}));
    let rehearsal = with_quirk(Playbook::Signout, 20, Quirk { item: Some(always), ..Quirk::default() });
    let (ending, ..) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(ending, Ending::ShutOut(ShutOut::TokenRejected)), "{ending:?}");
    assert_eq!(rehearsal.outcomes(), all(Outcome::Pending, 20));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_turned_away_does_not_come_straight_back() {
    let throttled: CallQuirk = |_, _| {
        let throttle_scope = crate::graph::throttle::ThrottleScope::parse("Tenant_Application/Read/a/b");
        Some((
            429,
            Advice { retry_after: Some(Duration::from_secs(30)), throttle_scope, ..Advice::default() },
            json!({}),
        ))
    };
    let unavailable: CallQuirk =
        |_, _| Some((503, Advice { retry_after: Some(Duration::ZERO), ..Advice::default() }, json!({})));
    for call in [throttled, unavailable] {
        let rehearsal = with_quirk(Playbook::Contain, 300, Quirk { call: Some(call), ..Quirk::default() });
        let stop = CancellationToken::new();
        let minute = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            stop.cancel();
        };
        let _ = tokio::join!(rehearsal.process(stop.clone()), minute);
        let calls = rehearsal.tenant.world.lock().unwrap().calls;
        assert!(calls <= 100, "{calls} calls in a minute");
    }
}

#[tokio::test(start_paused = true)]
async fn one_write_that_brings_its_calls_down_does_not_take_others_with_it() {
    let call: CallQuirk =
        |items, _| items.iter().any(|item| is_for(item, 3)).then(|| (504, Advice::default(), json!({})));
    let rehearsal = with_quirk(Playbook::Contain, 100, Quirk { call: Some(call), ..Quirk::default() });
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 99), ("uncertain".to_owned(), 1)]));
}

/// Nothing of such a batch was executed. It is tried again like one item that was answered so.
#[tokio::test(start_paused = true)]
async fn a_whole_batch_that_meets_a_conflict_or_a_lock_is_tried_again() {
    let conflict: CallQuirk = |_, number| (number <= 3).then(|| (409, Advice::default(), json!({})));
    let locked: CallQuirk = |_, number| (number <= 3).then(|| (423, Advice::default(), json!({})));
    let one_locked: CallQuirk =
        |items, _| items.iter().any(|item| is_for(item, 3)).then(|| (423, Advice::default(), json!({})));
    for (call, done) in [(conflict, 100), (locked, 100), (one_locked, 99)] {
        let rehearsal = with_quirk(Playbook::Breach, 100, Quirk { call: Some(call), ..Quirk::default() });
        let (ending, ..) = rehearsal.process(CancellationToken::new()).await;
        assert!(matches!(ending, Ending::Finished), "{ending:?}");
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes()["done"], done);
    }
}

/// Those that fail come back to the front of every batch, and are the most of it.
#[tokio::test(start_paused = true)]
async fn a_few_that_always_fail_hold_no_other_up_for_long() {
    let item: ItemQuirk = |item, _| {
        let is_bad = (1..=12).any(|number| is_for(item, number));
        (is_bad && !is_revoke(item)).then(|| json!({"status": 503, "headers": {"Retry-After": "30"}}))
    };
    for (playbook, schedule) in [(Playbook::Contain, Schedule::Sweep), (Playbook::Breach, Schedule::FinishEach)] {
        let mut rehearsal = with_quirk(playbook, 182, Quirk { item: Some(item), ..Quirk::default() });
        rehearsal.schedule = Some(schedule);
        let began = tokio::time::Instant::now();
        let (statistics, events) = rehearsal.finish().await;
        rehearsal.judge();
        let expected = BTreeMap::from([("done".to_owned(), 170), ("uncertain".to_owned(), 12)]);
        assert_eq!(rehearsal.outcomes(), expected, "{playbook}");
        let elapsed = began.elapsed();
        assert!(elapsed < Duration::from_secs(20 * 60), "{playbook}: {elapsed:?}");
        assert!(
            elapsed > Duration::from_secs(7 * 30),
            "{playbook}: {elapsed:?} is less than they ask to wait, seven times"
        );
        assert!(statistics.writes_sent < 800, "{statistics:?}");
        // The network is said to be gone only while no other write is left to be answered.
        let outages: Vec<_> = events.iter().filter(|event| matches!(event, Event::Unreachable { .. })).collect();
        assert!(outages.len() <= 6, "{playbook}: {outages:?}");
    }
}

/// The last of a batch, so that no other suspect is answered after it, and only revokes that wait for it are left.
#[tokio::test(start_paused = true)]
async fn one_that_always_fails_does_not_hold_up_a_sweep_that_waits_for_it_alone() {
    let call: CallQuirk = |items, _| {
        let brings_down = |item: &Value| is_for(item, 20) && !is_revoke(item);
        items.iter().any(brings_down).then(|| (504, Advice::default(), json!({})))
    };
    let mut rehearsal = with_quirk(Playbook::Contain, 20, Quirk { call: Some(call), ..Quirk::default() });
    rehearsal.schedule = Some(Schedule::Sweep);
    let began = tokio::time::Instant::now();
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 19), ("uncertain".to_owned(), 1)]));
    assert!(began.elapsed() < Duration::from_secs(20 * 60), "{:?}", began.elapsed());
}

/// Of two failures of one moment, the second asks for more patience.
#[tokio::test(start_paused = true)]
async fn the_longest_wait_that_is_asked_for_is_kept() {
    fn is_second(items: &[Value]) -> bool {
        items.iter().any(|item| is_for(item, 40))
    }
    let call: CallQuirk = |items, number| {
        let retry_after = is_second(items).then(|| Duration::from_secs(120));
        (number <= 2).then(|| (503, Advice { retry_after, ..Advice::default() }, json!({})))
    };
    let late: fn(&[Value]) -> Duration = |items| Duration::from_millis(if is_second(items) { 50 } else { 0 });
    let rehearsal = with_quirk(Playbook::Signout, 40, Quirk { call: Some(call), late: Some(late), ..Quirk::default() });
    let began = tokio::time::Instant::now();
    rehearsal.finish().await;
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 40));
    assert!(began.elapsed() >= Duration::from_secs(120), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_sent_back_is_kept_nowhere() {
    let echo: CallQuirk = |items, _| Some((400, Advice::default(), json!(format!("you sent {items:?}"))));
    let named: ItemQuirk = |item, _| {
        let message = format!("no: {}", item["body"]["passwordProfile"]["password"]);
        (!is_revoke(item)).then(|| json!({"status": 404, "body": {"error": {"code": "c", "message": message}}}))
    };
    let turned_down: CallQuirk = |items, _| {
        let message = format!("no: {}", items[0]["body"]["passwordProfile"]["password"]);
        Some((401, Advice::default(), json!({"error": {"code": "c", "message": message}})))
    };
    let quirks = [
        Quirk { call: Some(echo), ..Quirk::default() },
        Quirk { call: Some(turned_down), ..Quirk::default() },
        Quirk { item: Some(named), ..Quirk::default() },
    ];
    for quirk in quirks {
        let rehearsal = with_quirk(Playbook::Breach, 5, quirk);
        let (ending, _, events) = rehearsal.process(CancellationToken::new()).await;
        let mut said = format!("{ending:?} {events:?} {:?}", rehearsal.results());
        said += &std::fs::read_to_string(rehearsal.journal()).unwrap();
        for sealed in said.split(['"', ' ']).filter(|word| word.starts_with("age:")).collect::<HashSet<_>>() {
            let key = rehearsal.folder.path().join("key.txt");
            std::fs::write(&key, rehearsal.identity.file_text().as_bytes()).unwrap();
            let identities = Identities::read(&key).unwrap();
            for row in &rehearsal.rows {
                let expected = ExpectedAccount {
                    tenant: None,
                    object_id: row.object_id.unwrap(),
                    user_principal_name: &row.user_principal_name,
                };
                if let Ok(password) = unseal(&identities, &sealed.parse().unwrap(), &expected) {
                    assert!(!said.contains(password.expose()), "a password was repeated");
                }
            }
        }
        assert!(said.contains("age:"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_what_is_open_outlives_a_later_throttling() {
    let item: ItemQuirk = |item, attempts| {
        let refused =
            json!({"status": 403, "body": {"error": {"code": "Authorization_RequestDenied", "message": "outranked"}}});
        match (is_revoke(item), attempts) {
            (false, 1) => Some(refused),
            (true, 3) => Some(json!({"status": 429, "headers": {"Retry-After": "1"}})),
            _ => None,
        }
    };
    let rehearsal = with_quirk(Playbook::Offboard, 1, Quirk { item: Some(item), ..Quirk::default() });
    rehearsal.finish().await;
    let row = &rehearsal.results()[&1];
    assert_eq!((row["outcome"].as_str(), row["error_code"].as_str()), ("partial", "Authorization_RequestDenied"));
    assert!(row["detail"].contains("outranked"), "{row:?}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_block_still_comes_before_every_revoke_of_a_sweep() {
    let item: ItemQuirk = |item, attempts| {
        (is_for(item, 5) && attempts == 1).then(|| json!({"status": 429, "headers": {"Retry-After": "5"}}))
    };
    for _ in 0..5 {
        let rehearsal = with_quirk(Playbook::Offboard, 60, Quirk { item: Some(item), ..Quirk::default() });
        rehearsal.finish().await;
        let world = rehearsal.tenant.world.lock().unwrap();
        let last_update = world.users.values().map(|user| user.password_at).max().unwrap();
        assert!(world.users.values().all(|user| user.revoked_at > last_update));
    }
}
