//! What happens next to a write that was not decided.
//!
//! | what came back | held against | counts as a fault of the write | leaves again |
//! | --- | --- | --- | --- |
//! | 429 | quota | no | after `Retry-After` |
//! | 401 inside a batch | token | no | at once, with a fresh token |
//! | the same for the third time while other writes pass | write | no | never: it is refused, with Graph's words |
//! | 403 that the app met, and not the account | app | no | at once, through another app |
//! | 409: another write to the account is under way | write | yes | after `Retry-After`, or a delay that doubles |
//! | a refusal that was seen to pass, as a 400 without a body; twice, then it is one | write | yes | after `Retry-After`, or a delay that doubles |
//! | 423, 424, 408, 5xx of one item | write | yes | after `Retry-After`, or a delay that doubles |
//! | the same of most of a batch, or of the batch as a whole; a whole batch answered 409 | call | only where the write fails alone while others succeed (see `quarantine`) | when the link is open again |
//! | no answer, or something between here and Graph answered | link | no | when the link is open again |
//!
//! A fault too many ([`MAX_FAULTS`]), and the write is given up: the next process tries it again.
//!
//! Refused as an alternative: one limit on attempts, whatever the cause. An outage of ten minutes would then give up
//! accounts that nothing is wrong with. The price is that a write may be tried without end while Graph throttles it.

use std::time::Duration;

use crate::graph::backoff;
use crate::graph::write_outcome::{Postponed, WriteOutcome};

/// How often Graph may fail on one write of its own before the write is given up.
pub(super) const MAX_FAULTS: u8 = 8;

/// How long after the answer to an account's update its revoke leaves. The directory notes both in whole seconds, and only
/// a revoke that is noted later than the new password can be proved ("user resource type", `lastPasswordChangeDateTime`
/// and `signInSessionsValidFromDateTime`). The update took effect before it was answered, so two seconds always lie
/// between. Other accounts' writes leave meanwhile; a run pays for it once, at its end.
pub(super) const PAUSE_BEFORE_LAST: Duration = Duration::from_secs(2);

/// How often a write is answered 401 while others pass, before that is its own answer.
pub(super) const MAX_TURNED_DOWN: u8 = 3;

/// What an outcome that decides nothing is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// The one write.
    Write,
    /// The call that carried it, and whichever write in it makes it fail.
    Call,
    /// The way to Graph.
    Link,
    /// The quota.
    Quota,
}

/// What happens next to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// It waits for so long; at zero it leaves with the next call.
    After(Duration),
    /// It was tried often enough.
    GiveUp,
}

/// Is this outcome a fault of the write itself?
pub(super) const fn is_own_fault(outcome: &WriteOutcome, blame: Blame) -> bool {
    let is_fault = match outcome {
        WriteOutcome::Accepted | WriteOutcome::Refused { .. } => false,
        WriteOutcome::Postponed { why, .. } => match why {
            Postponed::Throttled | Postponed::Unauthorized | Postponed::NotAllowed => false,
            Postponed::Conflict | Postponed::Blocked | Postponed::Unclear => true,
        },
        WriteOutcome::Unknown { .. } => true,
    };
    is_fault && matches!(blame, Blame::Write)
}

/// What happens next to a write that has so many faults of its own by now, this one included; `None` where this time the
/// fault is not its own.
pub(super) fn next_try(own_faults: Option<u8>, retry_after: Option<Duration>) -> Retry {
    match own_faults {
        None => Retry::After(retry_after.map_or(Duration::ZERO, |wait| wait + backoff::jitter())),
        Some(faults) if faults >= MAX_FAULTS => Retry::GiveUp,
        Some(faults) => {
            // No wait at all, over and over, would be no wait between eight tries.
            let wait =
                retry_after.filter(|wait| !wait.is_zero()).unwrap_or_else(|| backoff::delay(u32::from(faults) - 1));
            Retry::After(wait + backoff::jitter())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::write_outcome::Undecided;
    use strum::IntoEnumIterator as _;

    #[test]
    fn only_what_the_write_itself_runs_into_counts_against_it() {
        let postponed = |why| WriteOutcome::Postponed { why, retry_after: None };
        let counted: Vec<_> = Postponed::iter().filter(|why| is_own_fault(&postponed(*why), Blame::Write)).collect();
        assert_eq!(counted, [Postponed::Conflict, Postponed::Blocked, Postponed::Unclear]);
        let unknown = WriteOutcome::Unknown { why: Undecided::LeftOut, retry_after: None };
        assert!(is_own_fault(&unknown, Blame::Write));
        for blame in [Blame::Call, Blame::Link, Blame::Quota] {
            assert!(!is_own_fault(&unknown, blame), "{blame:?}");
        }
    }

    #[test]
    fn a_fault_waits_longer_each_time_and_the_eighth_is_the_last() {
        assert_eq!(next_try(None, None), Retry::After(Duration::ZERO));
        let asked = Some(Duration::from_secs(30));
        for faults in [None, Some(1), Some(7)] {
            assert!(matches!(next_try(faults, asked), Retry::After(wait) if wait >= Duration::from_secs(30)));
        }
        for faults in 1..8 {
            let full = Duration::from_secs(1 << (faults - 1));
            assert!(matches!(next_try(Some(faults), None), Retry::After(wait) if wait >= full / 2), "{faults}");
        }
        assert_eq!(next_try(Some(8), asked), Retry::GiveUp);
    }
}
