//! What one answer says of the pace of the writes.

use enum_map::EnumMap;

use super::throttled_items::ThrottledItems;
use crate::graph::quota::Feedback;
use crate::graph::transport::Advice;
use crate::graph::write_outcome::{Postponed, WriteOutcome};
use crate::step::WriteKind;

/// What one answer says of the pace, as its items are seen one after the other.
pub(super) struct AnswerPace {
    /// For the quota that all writes share.
    pub(super) feedback: Feedback,
    pub(super) throttled: ThrottledItems,
    /// Of each kind that has a pace of its own: was any throttled? Nothing where none of the kind was in the call.
    pub(super) own: EnumMap<WriteKind, Option<bool>>,
}

impl AnswerPace {
    pub(super) fn of(sent: u32, share: Option<f64>) -> Self {
        let feedback = Feedback { sent, share, ..Feedback::default() };
        Self { feedback, throttled: ThrottledItems::default(), own: EnumMap::default() }
    }

    /// Takes in the answer to a write of this kind, which may have a pace of its own.
    pub(super) fn see(&mut self, kind: WriteKind, has_its_own: bool, outcome: &WriteOutcome, advice: &Advice) {
        if has_its_own {
            self.own[kind].get_or_insert(false);
        }
        self.feedback.share = advice.limit_share.into_iter().chain(self.feedback.share).reduce(f64::max);
        match outcome {
            WriteOutcome::Postponed { why: Postponed::Throttled, retry_after } => {
                if has_its_own {
                    // Their quota is another one, and says nothing about that of the other writes.
                    self.own[kind] = Some(true);
                } else {
                    self.feedback.refuse(1, advice.throttle_scope, *retry_after);
                }
                self.throttled.add(advice.throttle_scope, *retry_after);
            }
            WriteOutcome::Accepted
            | WriteOutcome::Refused { .. }
            | WriteOutcome::Postponed { why: Postponed::Conflict | Postponed::Unclear, .. } => {
                self.feedback.passed += 1
            }
            WriteOutcome::Postponed { .. } | WriteOutcome::Unknown { .. } => {}
        }
    }
}
