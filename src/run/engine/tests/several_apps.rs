//! A run that goes through several apps of one tenant.

use super::doors::client_id;
use super::*;
use crate::graph::error::GraphError;
use crate::graph::token::TokenError;

fn through(playbook: Playbook, count: u32, doors: &[DoorQuirk]) -> Rehearsal {
    let mut rehearsal = Rehearsal::new(playbook, count, 1, FAIR);
    rehearsal.doors = doors.to_vec();
    rehearsal.halt_at = HaltAt::default();
    rehearsal
}

/// How many writes the journal says to have gone through each app, by its number.
fn intents(rehearsal: &Rehearsal, apps: usize) -> Vec<usize> {
    let mut counts = vec![0; apps];
    for line in JournalReader::open(&rehearsal.journal()).unwrap() {
        if let Record::Intended { app, .. } = line.unwrap().record {
            let place = (1..=apps).position(|number| app == Some(client_id(number as u128)));
            counts[place.expect("every intent names its app")] += 1;
        }
    }
    counts
}

fn left_out(events: &[Event]) -> Vec<(String, ShutOut)> {
    let reported = events.iter().filter_map(|event| match event {
        Event::AppLeftOut { app, reason } => Some((app.clone(), reason.clone())),
        _ => None,
    });
    reported.collect()
}

const NO_WAY_IN: DoorQuirk = |_, _| {
    let message = "AADSTS7000222: The provided client secret keys are expired.".to_owned();
    Some(Err(TransportError::Token(TokenError::Refused { message: message.into(), clue: None })))
};

/// Everybody is refused by 403.
const NO_ROLE: DoorQuirk = |items, _| Some(Ok((200, json!({"responses": forbid(items, |_| true)}))));

fn forbid(items: &[Value], whom: fn(&Value) -> bool) -> Vec<Value> {
    let answer = |item: &Value| {
        let error = json!({"code": "Authorization_RequestDenied", "message": "Insufficient privileges"});
        match whom(item) {
            true => json!({"id": item["id"], "status": 403, "body": {"error": error}}),
            false => json!({"id": item["id"], "status": 429, "headers": {"Retry-After": "1"}}),
        }
    };
    items.iter().map(answer).collect()
}

#[tokio::test(start_paused = true)]
async fn two_and_three_apps_take_a_half_and_a_third_of_the_time_that_the_quota_asks() {
    for (apps, floor) in [(1, 450), (2, 150), (3, 50)] {
        let rehearsal = through(Playbook::Signout, 12_000, &vec![SOUND; apps]);
        let (statistics, _) = rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(statistics.floor, Duration::from_secs(floor));
        let ratio = statistics.elapsed.as_secs_f64() / statistics.floor.as_secs_f64();
        assert!((1.0..1.05).contains(&ratio), "{apps} apps: {ratio}: {statistics:?}");
        assert!(statistics.calls <= 630, "{} calls for 12,000 writes", statistics.calls);
        let by_app = intents(&rehearsal, apps);
        let each = 12_000 / apps;
        assert!(by_app.iter().all(|writes| writes.abs_diff(each) <= each / 20), "evenly: {by_app:?}");
        let reported: Vec<u64> = statistics.apps.iter().map(|app| app.writes_sent).collect();
        assert_eq!(reported, by_app.iter().map(|writes| *writes as u64).collect::<Vec<_>>());
        assert_eq!(statistics.apps.iter().map(|app| app.writes_accepted).sum::<u64>(), 12_000);
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_that_does_not_get_in_is_left_out_and_named_and_the_others_do_its_work() {
    let later: DoorQuirk = |items, number| if number > 10 { NO_WAY_IN(items, number) } else { None };
    for door in [NO_WAY_IN, later] {
        let rehearsal = through(Playbook::Contain, 1_000, &[SOUND, door, SOUND]);
        let (statistics, events) = rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 1_000));
        let reported = left_out(&events);
        assert_eq!(reported.len(), 1, "once: {reported:?}");
        assert!(
            reported[0].0.contains(&client_id(2).to_string()) && reported[0].0.contains("app2.toml"),
            "{reported:?}"
        );
        assert!(reported[0].1.to_string().contains("AADSTS7000222"), "{reported:?}");
        assert_eq!(statistics.apps[1].left_out.as_ref(), Some(&reported[0].1));
        assert_eq!(statistics.writes_accepted, 2_000);
    }
}

#[tokio::test(start_paused = true)]
async fn where_no_app_gets_in_any_more_the_run_stops_as_with_one() {
    let rehearsal = through(Playbook::Signout, 400, &[NO_WAY_IN, NO_WAY_IN]);
    let (ending, _, events) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(ending, Ending::ShutOut(ShutOut::NoAccess(TransportError::Token(_)))), "{ending:?}");
    assert_eq!(left_out(&events).len(), 1, "the last one is the end, and no warning");
    assert_eq!(rehearsal.outcomes(), all(Outcome::Pending, 400));
}

#[tokio::test(start_paused = true)]
async fn an_app_without_a_role_is_left_out_and_no_account_is_blamed() {
    for playbook in [Playbook::Contain, Playbook::Offboard, Playbook::Signout] {
        // So few that batches are not full, and so many that all apps are busy.
        for count in [7, 200] {
            let rehearsal = through(playbook, count, &[NO_ROLE, SOUND, NO_ROLE]);
            let (statistics, events) = rehearsal.finish().await;
            rehearsal.judge();
            assert_eq!(rehearsal.outcomes(), all(Outcome::Done, count as usize), "{playbook}");
            assert!(!events.iter().any(|event| matches!(event, Event::StepsFailed { .. })), "{playbook}");
            let reported = left_out(&events);
            assert!(count < 20 || reported.len() == 2, "{playbook}: {reported:?}");
            assert!(
                reported.iter().all(|(_, reason)| matches!(reason, ShutOut::RoleMissing(_))),
                "{playbook}: {reported:?}"
            );
            assert!(statistics.apps[0].writes_sent <= 170, "only what was under way: {statistics:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_every_app_lacks_its_role_the_run_stops_and_blames_no_account() {
    let rehearsal = through(Playbook::Breach, 400, &[NO_ROLE, NO_ROLE]);
    let (ending, _, events) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(&ending, Ending::ShutOut(ShutOut::RoleMissing(error)) if error.status == 403), "{ending:?}");
    assert!(!events.iter().any(|event| matches!(event, Event::StepsFailed { .. })));
    assert_eq!(rehearsal.outcomes(), all(Outcome::Pending, 400));
}

#[tokio::test(start_paused = true)]
async fn what_one_app_may_not_do_to_somebody_another_one_does() {
    // The first app has a lesser role: it reaches no account whose number is even.
    let is_even = |item: &Value| item["url"].as_str().unwrap().as_bytes()[14].is_multiple_of(2);
    assert!(is_even(&json!({"url": format!("/users/{}", object_id(4))})));
    let lesser: DoorQuirk = |items, _| {
        let is_even = |item: &Value| item["url"].as_str().unwrap().as_bytes()[14].is_multiple_of(2);
        items.iter().any(is_even).then(|| Ok((200, json!({"responses": forbid(items, is_even)}))))
    };
    for playbook in [Playbook::Signout, Playbook::Offboard] {
        let mut rehearsal = through(playbook, 100, &[lesser, SOUND]);
        rehearsal.halt_at = HaltAt::NEVER;
        let (_, events) = rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 100), "{playbook}");
        assert!(!events.iter().any(|event| matches!(event, Event::StepsFailed { .. })), "{playbook}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_app_may_do_is_refused_once_by_each_and_then_for_good() {
    let item: ItemQuirk = |item, _| {
        let error = json!({"code": "Authorization_RequestDenied", "message": "Insufficient privileges"});
        super::faults::is_for(item, 7).then(|| json!({"status": 403, "body": {"error": error}}))
    };
    let mut rehearsal = through(Playbook::Signout, 60, &[SOUND, SOUND, SOUND]);
    rehearsal.halt_at = HaltAt::NEVER;
    *rehearsal.tenant.quirk.lock().unwrap() = Quirk { item: Some(item), ..Quirk::default() };
    let (_, events) = rehearsal.finish().await;
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 59), ("failed".to_owned(), 1)]));
    assert_eq!(rehearsal.tenant.world.lock().unwrap().sent[&object_id(7)], 3);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::StepsFailed { .. })).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_turned_down_inside_batches_again_and_again_costs_one_app_and_not_the_run() {
    let rejected: DoorQuirk = |items, _| {
        let answers: Vec<Value> = items.iter().map(|item| json!({"id": item["id"], "status": 401})).collect();
        Some(Ok((200, json!({ "responses": answers }))))
    };
    let rehearsal = through(Playbook::Signout, 3_600, &[rejected, SOUND]);
    let (_, events) = rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 3_600));
    assert_eq!(left_out(&events).len(), 1);
    assert!(rehearsal.tenant.quirk.lock().unwrap().rejected_tokens >= 3, "a fresh token was tried");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_refused_whole_by_403_costs_one_app_and_any_other_refusal_the_run() {
    for (status, goes_on) in [(403, true), (400, false)] {
        let refuse: DoorQuirk = match status {
            403 => |_, _| Some(Ok((403, json!({"error": {"code": "Forbidden", "message": "blocked"}})))),
            _ => |_, _| Some(Ok((400, json!({"error": {"code": "BadRequest", "message": "no"}})))),
        };
        let rehearsal = through(Playbook::Signout, 200, &[refuse, SOUND]);
        let (ending, _, events) = rehearsal.process(CancellationToken::new()).await;
        if goes_on {
            assert!(matches!(ending, Ending::Finished), "{ending:?}");
            assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 200));
            assert!(matches!(left_out(&events)[0].1, ShutOut::BatchRefused(_)), "{events:?}");
        } else {
            assert!(
                matches!(ending, Ending::ShutOut(ShutOut::BatchRefused(GraphError { status: 400, .. }))),
                "{ending:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_foul_weather_killed_and_resumed_with_other_apps_no_account_is_lost_or_written_to_twice_at_once() {
    for seed in 1..=4 {
        let mut rehearsal = Rehearsal::new(Playbook::Breach, 150, seed, FOUL);
        for (calls, apps) in [(3, 3), (2, 1), (4, 2)] {
            rehearsal.doors = vec![SOUND; apps];
            rehearsal.kill_after(calls).await;
            rehearsal.judge();
        }
        rehearsal.doors = vec![SOUND, NO_WAY_IN, SOUND];
        rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 150));
    }
}

#[tokio::test(start_paused = true)]
async fn a_sweep_through_several_apps_still_contains_everybody_before_the_first_revoke() {
    let rehearsal = through(Playbook::Offboard, 300, &[NO_ROLE, SOUND, SOUND]);
    rehearsal.finish().await;
    rehearsal.judge();
    let world = rehearsal.tenant.world.lock().unwrap();
    let last_update = world.users.values().map(|user| user.password_at).max().unwrap();
    let first_revoke = world.users.values().map(|user| user.revoked_at).min().unwrap();
    assert!(last_update < first_revoke, "{last_update} {first_revoke}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_many_calls_were_sent_with_is_turned_down_once_and_the_run_goes_on() {
    // Everything that was under way when somebody revoked the tokens.
    let revoked: DoorQuirk = |items, number| {
        let rejected = |item: &Value| json!({"id": item["id"], "status": 401, "body": {"error": {"code": "x"}}});
        let responses: Vec<Value> = items.iter().map(rejected).collect();
        (number <= 6).then(|| Ok((200, json!({"responses": responses}))))
    };
    let rehearsal = through(Playbook::Signout, 600, &[revoked]);
    let (_, events) = rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 600));
    assert!(left_out(&events).is_empty(), "{events:?}");
    assert_eq!(rehearsal.tenant.quirk.lock().unwrap().rejected_tokens, 1, "one token, one renewal");
}
