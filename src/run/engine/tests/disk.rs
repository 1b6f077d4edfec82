//! A disk that fails in the middle of a run.

use super::faults::is_for;
use super::*;

/// Wherever the disk fails: nothing is sent that is not on disk, the run says so, what was answered is noted where that
/// can be, and the same command finishes on a disk that works.
#[tokio::test(start_paused = true)]
async fn wherever_the_disk_fails_the_run_stops_and_the_same_command_finishes() {
    for afterwards in [Afterwards::Healed, Afterwards::Dead] {
        for good in [0, 1, 2, 3, 5, 7, 11] {
            let mut rehearsal = Rehearsal::new(Playbook::Breach, 120, good + 1, FAIR);
            rehearsal.disk = Some((good, afterwards));
            let ended = rehearsal.begun().await;
            rehearsal.disk = None;
            // So much is enough for the whole run, or fails where it ends.
            let may_finish = good > 3;
            if let Ok((ending, ..)) = ended
                && !(may_finish && matches!(ending, Ending::Finished))
            {
                let Ending::Journal(JournalError::Stopped { unnoted, .. }) = ending else {
                    panic!("{good} {afterwards:?}: {ending:?}")
                };
                if afterwards == Afterwards::Healed {
                    assert_eq!(unnoted, 0, "{good}: the answers were noted after all");
                    let doubts = rehearsal.outcomes().get("uncertain").copied().unwrap_or_default();
                    assert_eq!(doubts, 0, "{good}: what was under way is noted");
                }
            }
            rehearsal.judge();
            let before = rehearsal.results();
            rehearsal.finish().await;
            rehearsal.judge();
            assert_eq!(rehearsal.outcomes(), all(Outcome::Done, 120), "{good} {afterwards:?}");
            for (row, result) in before.iter().filter(|(_, result)| result["outcome"] == "done") {
                assert_eq!(rehearsal.results()[row], *result, "a finished account was touched again");
            }
        }
    }
}

/// Graph refuses a batch, and then the disk takes no answer to those that were under way: both are reported.
#[tokio::test(start_paused = true)]
async fn answers_that_could_not_be_noted_are_reported_whatever_ended_the_run() {
    let refused: CallQuirk = |items, _| {
        let body = json!({"error": {"code": "BadRequest", "message": "no"}});
        items.iter().any(|item| is_for(item, 1)).then(|| (400, Advice::default(), body))
    };
    let mut reported = 0;
    for good in 1..12 {
        let mut rehearsal = Rehearsal::new(Playbook::Breach, 120, good, FAIR);
        *rehearsal.tenant.quirk.lock().unwrap() = Quirk { call: Some(refused), ..Quirk::default() };
        rehearsal.disk = Some((good, Afterwards::Dead));
        let Ok((ending, ..)) = rehearsal.begun().await else { continue };
        match ending {
            Ending::Unnoted { first, journal: JournalError::Stopped { unnoted, .. } } => {
                assert!(
                    matches!(*first, Ending::ShutOut(ShutOut::BatchRefused(_))) && unnoted > 0,
                    "{first:?} {unnoted}"
                );
                reported += 1;
            }
            Ending::Journal(_) => {}
            other => {
                rehearsal.disk = None;
                assert!(!rehearsal.outcomes().contains_key("uncertain"), "{good}: {other:?}");
            }
        }
        rehearsal.disk = None;
        rehearsal.judge();
    }
    assert!(reported > 0);
}
