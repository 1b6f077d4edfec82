//! A way that is shut for long, and a machine that sleeps.

use tokio::time::Instant;

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn an_hour_without_a_network_is_waited_for_ever_longer_and_by_one_call_at_a_time() {
    let rehearsal = Rehearsal::new(Playbook::Breach, 300, 1, FAIR);
    let now = Instant::now();
    rehearsal.tenant.quirk.lock().unwrap().gone = Some(now..now + seconds(3_600));
    let (ending, statistics, events) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(ending, Ending::Finished), "{ending:?}");
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 300));
    let reported: Vec<(Duration, Duration)> = events
        .iter()
        .filter_map(|event| match event {
            Event::Unreachable { pause, down_for, .. } => Some((*pause, *down_for)),
            _ => None,
        })
        .collect();
    assert!((20..=80).contains(&reported.len()), "{reported:?}");
    assert!(reported.iter().all(|(pause, _)| *pause <= seconds(120)), "it never waits for longer: {reported:?}");
    let (first, last) = (reported[0], reported[reported.len() - 1]);
    assert!(first.0 <= seconds(1) && last.0 >= seconds(60), "longer each time: {reported:?}");
    assert!(last.1 >= seconds(3_300), "it says for how long: {reported:?}");
    let long: HashSet<Duration> =
        reported.iter().map(|(pause, _)| *pause).filter(|pause| *pause >= seconds(60)).collect();
    assert!(long.len() > 10, "spread, so that many who wait do not come back together: {reported:?}");
    // What was under way when it began, and then one call for each try.
    assert!(statistics.calls_lost <= reported.len() as u64 + 64, "{statistics:?}");
    assert!(statistics.waited_for_network >= seconds(3_300), "{statistics:?}");
    let over = events.iter().any(|event| matches!(event, Event::Reachable { down_for } if *down_for >= seconds(3_500)));
    assert!(over, "it says that it is over");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_finds_dead_connections_and_goes_on() {
    for asleep in [seconds(60), seconds(3_600), seconds(200_000)] {
        let rehearsal = Rehearsal::new(Playbook::Breach, 300, 1, FAIR);
        rehearsal.tenant.quirk.lock().unwrap().sleeps = Some((4, asleep));
        let (ending, statistics, _) = rehearsal.process(CancellationToken::new()).await;
        assert!(matches!(ending, Ending::Finished), "{ending:?}");
        assert!(statistics.calls_lost > 0, "something was under way: {statistics:?}");
        rehearsal.judge();
        assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 300), "asleep for {asleep:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_wants_to_be_signed_in_to_is_waited_for_and_named() {
    let rehearsal = Rehearsal::new(Playbook::Breach, 60, 1, FAIR);
    *rehearsal.tenant.quirk.lock().unwrap() = Quirk {
        call: Some(|_, number| (number <= 4).then(|| (407, html(), json!("<html><title>Sign in</title></html>")))),
        ..Quirk::default()
    };
    let (ending, _, events) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(ending, Ending::Finished), "{ending:?}");
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 60));
    let named = |event: &Event| matches!(event, Event::Unreachable { reason, .. } if reason.cause() == Some(crate::graph::unreachable::UnreachableCause::SomethingBetween));
    assert!(events.iter().any(named), "{events:?}");
}

fn html() -> Advice {
    Advice { content_type: Some("text/html".to_owned()), ..Advice::default() }
}

/// A proxy may send back what was sent: of such an answer only its kind is reported.
#[tokio::test(start_paused = true)]
async fn the_page_of_a_proxy_that_saw_passwords_is_not_quoted() {
    let rehearsal = Rehearsal::new(Playbook::Breach, 5, 1, FAIR);
    *rehearsal.tenant.quirk.lock().unwrap() = Quirk {
        call: Some(|items, number| (number == 1).then(|| (502, html(), json!(format!("<p>you sent {items:?}"))))),
        ..Quirk::default()
    };
    let (_, _, events) = rehearsal.process(CancellationToken::new()).await;
    let said = format!("{events:?}");
    assert!(said.contains("text/html") && !said.contains("you sent"), "{said}");
}

/// Waiting does not make such an answer smaller, and its writes may have taken effect: they are asked for by the next process.
#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_taken_in_end_the_run_and_are_no_outage() {
    let too_large: DoorQuirk = |_, number| {
        let cause = Some(crate::graph::unreachable::UnreachableCause::TooLarge);
        let unreachable = Unreachable { service: "Graph".to_owned(), cause, own_words: "more than 2 MB".into() };
        (number > 3).then_some(Err(TransportError::Lost(unreachable)))
    };
    let mut rehearsal = Rehearsal::new(Playbook::Breach, 200, 1, FAIR);
    rehearsal.doors = vec![too_large];
    let (ending, statistics, events) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(ending, Ending::AnswerUnusable(_)), "{ending:?}");
    assert!(statistics.calls < 20, "{statistics:?}");
    assert!(!events.iter().any(|event| matches!(event, Event::Unreachable { .. })), "{events:?}");
    rehearsal.doors = vec![SOUND];
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 200));
}
