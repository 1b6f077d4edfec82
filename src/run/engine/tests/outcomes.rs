//! What becomes of every account, in fair weather and foul, killed and resumed.

use super::*;

#[tokio::test(start_paused = true)]
async fn every_playbook_does_what_it_says() {
    for playbook in Playbook::ALL.into_iter().filter(|playbook| !playbook.removes_methods()) {
        let rehearsal = Rehearsal::new(playbook, 50, 1, FAIR);
        let (statistics, _) = rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 50), "{playbook}");
        assert_eq!(statistics.writes_accepted, 50 * playbook.steps().writes(), "{playbook}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_password_leaves_the_block_and_the_revoke_done() {
    let weather = Weather { refuse_password_every: 5, ..FAIR };
    let rehearsal = Rehearsal::new(Playbook::Offboard, 50, 1, weather);
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 40), ("partial".to_owned(), 10)]));
    let refused = rehearsal.tenant.user(object_id(5));
    assert!(refused.blocked && refused.revoked_at > 0 && refused.password.is_none());
    let result = &rehearsal.results()[&5];
    assert_eq!((result["password_reset"].as_str(), result["sign_in_blocked"].as_str()), ("failed", "done"));
    assert!(result["detail"].contains("mastered elsewhere"), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn a_password_that_does_not_comply_is_replaced_once() {
    let weather = Weather { refuse_first_password_every: 3, ..FAIR };
    let rehearsal = Rehearsal::new(Playbook::Breach, 30, 1, weather);
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 30));
}

#[tokio::test(start_paused = true)]
async fn foul_weather_changes_how_long_it_takes_and_nothing_else() {
    for seed in 1..=6 {
        for playbook in [Playbook::Breach, Playbook::Offboard] {
            let rehearsal = Rehearsal::new(playbook, 150, seed, Weather { refuse_password_every: 11, ..FOUL });
            rehearsal.finish().await;
            rehearsal.judge();
            let outcomes = rehearsal.outcomes();
            let refused = outcomes.get("partial").copied().unwrap_or_default()
                + outcomes.get("uncertain").copied().unwrap_or_default();
            assert_eq!(outcomes.get("done").copied().unwrap_or_default() + refused, 150, "{outcomes:?}");
            assert_eq!(refused, 13, "{outcomes:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_call_the_same_command_finishes() {
    for calls in 1..=9 {
        for playbook in [Playbook::Breach, Playbook::Offboard, Playbook::Contain] {
            let rehearsal = Rehearsal::new(playbook, 90, calls, FAIR);
            rehearsal.kill_after(calls).await;
            rehearsal.judge();
            let finished: Vec<(ObjectId, usize)> = rehearsal
                .results()
                .values()
                .filter(|result| result["outcome"] == "done")
                .map(|result| result["object_id"].parse().unwrap())
                .map(|id| (id, rehearsal.tenant.user(id).writes.len()))
                .collect();
            rehearsal.finish().await;
            rehearsal.judge();
            assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 90), "{playbook} killed after {calls} calls");
            for (id, writes) in finished {
                assert_eq!(rehearsal.tenant.user(id).writes.len(), writes, "a finished account was touched again");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_again_and_again_in_foul_weather_it_still_finishes() {
    for seed in 1..=5 {
        let rehearsal = Rehearsal::new(Playbook::Breach, 120, seed, FOUL);
        for calls in [2, 3, 1, 4] {
            rehearsal.kill_after(calls).await;
            rehearsal.judge();
        }
        rehearsal.finish().await;
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 120));
    }
}

#[tokio::test(start_paused = true)]
async fn asked_to_stop_it_finishes_what_is_under_way_and_no_more() {
    let rehearsal = Rehearsal::new(Playbook::Breach, 800, 1, FAIR);
    let stop = CancellationToken::new();
    let asked = async {
        while rehearsal.tenant.world.lock().unwrap().calls < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
    };
    let ((ending, statistics, events), ()) = tokio::join!(rehearsal.process(stop.clone()), asked);
    assert!(matches!(ending, Ending::Interrupted), "{ending:?}");
    assert!(events.iter().any(|event| matches!(event, Event::Stopping { .. })));
    rehearsal.judge();
    assert!(!rehearsal.outcomes().contains_key("uncertain"), "what was under way was waited for");
    assert!(statistics.writes_accepted > 0 && statistics.writes_accepted < 1_600);
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 800));
}

#[tokio::test(start_paused = true)]
async fn a_finished_run_has_nothing_left_to_do() {
    let rehearsal = Rehearsal::new(Playbook::Breach, 25, 1, FAIR);
    rehearsal.finish().await;
    let calls = rehearsal.tenant.world.lock().unwrap().calls;
    let (statistics, _) = rehearsal.finish().await;
    assert_eq!(statistics.writes_sent, 0);
    assert_eq!(rehearsal.tenant.world.lock().unwrap().calls, calls);
}

#[tokio::test(start_paused = true)]
async fn a_password_that_may_be_live_stays_in_the_results() {
    // Every password is refused by the time the run is resumed, but the first attempt had gone through unanswered.
    let mut rehearsal = Rehearsal::new(Playbook::Breach, 10, 1, FAIR);
    let world = Arc::clone(&rehearsal.tenant);
    rehearsal.kill_after(1).await;
    assert!(world.user(object_id(1)).password.is_some(), "the tenant acted before the process died");
    assert_eq!(rehearsal.outcomes(), all(Outcome::Uncertain, 10));
    rehearsal.judge();
    let users = std::mem::take(&mut world.world.lock().unwrap().users);
    let stern = Tenant::new(&rehearsal.journal(), 1, Weather { refuse_password_every: 1, ..FAIR });
    stern.world.lock().unwrap().users = users;
    rehearsal.tenant = stern;
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Uncertain, 10));
    assert_eq!(rehearsal.results()[&1]["sealed_credential"].split_whitespace().count(), 1);
}

#[test]
fn steps_of_the_rehearsal_are_those_of_the_playbook() {
    assert_eq!(rows(Playbook::Contain, 1)[0].steps, Steps::of(&[Step::Block, Step::Revoke]));
}
