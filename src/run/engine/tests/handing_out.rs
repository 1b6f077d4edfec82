//! New passwords that keep to the pace at which somebody hands them over.

use tokio::time::Instant;

use super::faults::{is_for, with_quirk};
use super::*;
use crate::directory::LookupError;
use crate::graph::error::GraphError;
use crate::graph::reading::{LastAttempt, ReadError};
use crate::graph::token::TokenError;
use crate::graph::transport::TransportError;
use crate::graph::unreachable::{Unreachable, UnreachableCause};
use crate::plan::drift::DriftError;
use crate::plan::drift_cause::DriftCause;

const MINUTE: Duration = Duration::from_secs(60);

/// Says of some rows that their accounts are gone, after it could not be reached a few times.
#[derive(Default)]
struct Looks {
    gone: Vec<u32>,
    unreachable: Mutex<u32>,
    is_refused: bool,
    asked: Mutex<Vec<(Instant, Vec<u32>)>>,
}

impl LookAgain for Looks {
    fn drifted(&self, rows: Vec<RowNumber>) -> LookingAgain<'_> {
        let mut numbers: Vec<u32> = rows.iter().map(|row| row.get()).collect();
        numbers.sort_unstable();
        self.asked.lock().unwrap().push((Instant::now(), numbers));
        let mut unreachable = self.unreachable.lock().unwrap();
        let answer = if self.is_refused {
            Err(LookAgainError::Lasting(DriftError::OtherPlan))
        } else if *unreachable > 0 {
            *unreachable -= 1;
            Err(of_a_read(LastAttempt::Unanswered(Some(UnreachableCause::NameNotFound))).into())
        } else {
            let gone = rows.into_iter().filter(|row| self.gone.contains(&row.get()));
            Ok(gone.map(|row| (row, DriftCause::Gone)).collect())
        };
        Box::pin(async { answer })
    }
}

fn of_a_read(ended: LastAttempt) -> DriftError {
    LookupError::Read(ReadError::GaveUp { attempts: 3, last: "no answer".to_owned(), answer: None, ended }).into()
}

#[test]
fn what_may_be_known_in_a_moment_is_waited_for_and_all_else_ends_the_run() {
    let of_call = |error: TransportError| DriftError::from(LookupError::Read(ReadError::Transport(error)));
    let lost = Unreachable { service: "Graph".to_owned(), cause: None, own_words: "gone".into() };
    let busy = TokenError::Busy { message: "busy".into(), retry_after: None };
    for passing in [
        of_a_read(LastAttempt::Answered),
        of_a_read(LastAttempt::Unanswered(None)),
        of_call(TransportError::NotSent(lost.clone())),
        of_call(TransportError::Lost(lost)),
        of_call(TransportError::Token(busy)),
    ] {
        let words = passing.to_string();
        assert!(matches!(passing.into(), LookAgainError::Passing(_)), "{words}");
    }
    for lasting in [
        DriftError::OtherPlan,
        of_call(TransportError::Unauthorized(GraphError { status: 401, ..GraphError::default() })),
        LookupError::Read(ReadError::refused("/v1.0/users", GraphError { status: 403, ..GraphError::default() }))
            .into(),
    ] {
        let words = lasting.to_string();
        assert!(matches!(lasting.into(), LookAgainError::Lasting(_)), "{words}");
    }
}

fn rehearsal(accounts: u32, rate: &'static str, looks: Looks) -> (Rehearsal, Arc<Looks>) {
    let looks = Arc::new(looks);
    let mut rehearsal = Rehearsal::new(Playbook::Breach, accounts, 1, FAIR);
    rehearsal.handout = Some((rate, None, Arc::clone(&looks) as Arc<dyn LookAgain>));
    (rehearsal, looks)
}

/// When calls came, in minutes after a moment.
fn calls_after(rehearsal: &Rehearsal, began: Instant) -> Vec<f64> {
    let world = rehearsal.tenant.world.lock().unwrap();
    world.calls_at.iter().filter(|at| **at >= began).map(|at| (*at - began).as_secs_f64() / 60.0).collect()
}

fn near(minutes: f64, expected: f64) -> bool {
    (expected..expected + 0.4).contains(&minutes)
}

#[tokio::test(start_paused = true)]
async fn new_passwords_keep_to_their_rate() {
    let (rehearsal, looks) = rehearsal(5, "20/h", Looks::default());
    let began = Instant::now();
    let (statistics, events) = rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(statistics.floor, 12 * MINUTE);
    let ratio = statistics.elapsed_over_floor.unwrap();
    assert!((1.0..1.02).contains(&ratio), "{ratio}");
    let calls = calls_after(&rehearsal, began);
    assert_eq!(calls.len(), 10, "{calls:?}");
    for (place, pair) in calls.chunks(2).enumerate() {
        assert!(pair.iter().all(|at| near(*at, 3.0 * place as f64)), "sessions end with the password: {calls:?}");
    }
    let Event::Started(progress) = &events[0] else { panic!("{events:?}") };
    assert_eq!(progress.time_left, 12 * MINUTE);
    let asked: Vec<Vec<u32>> = looks.asked.lock().unwrap().iter().map(|(_, rows)| rows.clone()).collect();
    assert_eq!(asked, [vec![3], vec![4], vec![5]], "what was read is five minutes old at most, and one comes in three");
}

#[tokio::test(start_paused = true)]
async fn a_fast_rate_does_not_wait_for_answers() {
    let (rehearsal, looks) = rehearsal(600, "300/min", Looks::default());
    rehearsal.tenant.quirk.lock().unwrap().round_trip = Some(Duration::from_secs(2));
    let (statistics, _) = rehearsal.finish().await;
    rehearsal.judge();
    assert!(statistics.elapsed < 2 * MINUTE + Duration::from_secs(20), "{statistics:?}");
    assert!(looks.asked.lock().unwrap().is_empty(), "it was over before anything could change");
}

#[tokio::test(start_paused = true)]
async fn a_killed_run_goes_on_without_a_burst() {
    let (mut rehearsal, looks) = rehearsal(4, "20/h", Looks::default());
    // The change of the first account, its revoke, and the change of the second one.
    rehearsal.kill_after(3).await;
    rehearsal.handout = Some(("20/h", Some(MINUTE), looks));
    let began = Instant::now();
    rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 4));
    let calls = calls_after(&rehearsal, began);
    let of_others: Vec<f64> = calls.iter().copied().filter(|at| !near(*at, 0.0)).collect();
    assert_eq!(of_others.len(), 4, "what was under way is settled at once, and takes no second place: {calls:?}");
    assert!(of_others[0] >= 2.0 && of_others[2] - of_others[0] >= 3.0, "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn what_an_outage_held_up_does_not_follow_all_at_once() {
    let (rehearsal, _) = rehearsal(5, "20/h", Looks::default());
    let began = Instant::now();
    rehearsal.tenant.quirk.lock().unwrap().gone = Some(began + 2 * MINUTE..began + 62 * MINUTE);
    rehearsal.finish().await;
    rehearsal.judge();
    let journal = JournalReader::open(&rehearsal.journal()).unwrap();
    let intents =
        journal.filter(|line| matches!(line.as_ref().unwrap().record, Record::Intended { sealed: Some(_), .. }));
    assert_eq!(intents.count(), 5, "no password was made in vain");
    let calls = calls_after(&rehearsal, began + 62 * MINUTE);
    assert_eq!(calls.len(), 8, "{calls:?}");
    let changes: Vec<f64> = calls.iter().step_by(2).copied().collect();
    assert!(changes.windows(2).skip(1).all(|pair| pair[1] - pair[0] >= 2.99), "{changes:?}");
}

#[tokio::test(start_paused = true)]
async fn who_is_no_longer_what_the_plan_says_is_left_out_and_takes_no_place() {
    let (rehearsal, _) = rehearsal(9, "60/h", Looks { gone: vec![1, 8], ..Looks::default() });
    let (statistics, events) = rehearsal.finish().await;
    assert_eq!(statistics.floor, 7 * MINUTE);
    let left_out: Vec<(u32, &str)> = events
        .iter()
        .filter_map(|event| match event {
            Event::StepsFailed { row, reason, .. } => Some((row.get(), reason.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(left_out, [(8, "drifted: the account is gone")], "the first one was looked at before the run began");
    assert!(rehearsal.tenant.user(object_id(8)).writes.is_empty());
    let mut outcomes = all(Outcome::Done, 8);
    // As those who have drifted before a run begins.
    outcomes.insert("refused".to_owned(), 1);
    assert_eq!(rehearsal.outcomes(), outcomes);
}

#[tokio::test(start_paused = true)]
async fn without_a_look_nothing_is_done() {
    let (rehearsal, looks) = rehearsal(4, "20/h", Looks { unreachable: Mutex::new(3), ..Looks::default() });
    let began = Instant::now();
    let (_, events) = rehearsal.finish().await;
    rehearsal.judge();
    let reachable = events.iter().filter(|event| matches!(event, Event::Reachable { .. })).count();
    let cause = Some(UnreachableCause::NameNotFound);
    let is_explained = |event: &&Event| matches!(event, Event::Unreachable { reason, .. } if reason.cause() == cause);
    let unreachable = events.iter().filter(is_explained).count();
    assert_eq!((unreachable, reachable, looks.asked.lock().unwrap().len()), (3, 1, 5));
    let calls = calls_after(&rehearsal, began);
    assert!(calls[4] >= 9.0, "the third one waited until it could be looked at: {calls:?}");

    let (rehearsal, _) = self::rehearsal(4, "20/h", Looks { is_refused: true, ..Looks::default() });
    let (ending, ..) = rehearsal.process(CancellationToken::new()).await;
    assert!(matches!(ending, Ending::NotReadable(_)), "{ending:?}");
    let expected = BTreeMap::from([("done".to_owned(), 2), ("pending".to_owned(), 2)]);
    assert_eq!(rehearsal.outcomes(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_keeps_failing_holds_up_no_other() {
    let item: ItemQuirk = |item, _| is_for(item, 2).then(|| json!({"status": 503}));
    let mut rehearsal = with_quirk(Playbook::Breach, 4, Quirk { item: Some(item), ..Quirk::default() });
    rehearsal.handout = Some(("20/h", None, Arc::new(Looks::default())));
    let (statistics, _) = rehearsal.finish().await;
    rehearsal.judge();
    assert_eq!(rehearsal.outcomes().get("done"), Some(&3), "{:?}", rehearsal.outcomes());
    assert!(statistics.elapsed < 60 * MINUTE, "{statistics:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_for_the_next_place_can_be_stopped() {
    let (rehearsal, _) = rehearsal(4, "1/d", Looks::default());
    let stop = CancellationToken::new();
    let stops = async {
        tokio::time::sleep(10 * MINUTE).await;
        stop.cancel();
    };
    let (ran, ()) = tokio::join!(rehearsal.process(stop.clone()), stops);
    assert!(matches!(ran.0, Ending::Interrupted), "{:?}", ran.0);
    assert!(ran.1.elapsed < 11 * MINUTE);
    assert_eq!(rehearsal.outcomes(), BTreeMap::from([("done".to_owned(), 1), ("pending".to_owned(), 3)]));
}
