//! What the answers to one app say about it.

use super::first_answers::FirstAnswers;

/// How many batches in a row may find the token rejected, a fresh one each time, before there is no way in.
const MAX_REJECTIONS: u32 = 3;

/// What the answers to one app say about it so far.
pub(super) struct AppHealth {
    pub(super) first_answers: FirstAnswers,
    /// Has Graph ever answered a batch of it?
    pub(super) was_let_in: bool,
    /// Has Graph ever accepted a write of it?
    pub(super) has_written: bool,
    /// How many batches in a row found its token rejected.
    rejections_in_a_row: u32,
}

impl AppHealth {
    pub(super) fn new(first_answers: FirstAnswers) -> Self {
        Self { first_answers, was_let_in: false, has_written: false, rejections_in_a_row: 0 }
    }

    /// A write was accepted: its token is good.
    pub(super) fn was_accepted(&mut self) {
        self.rejections_in_a_row = 0;
        self.has_written = true;
    }

    /// A fresh token was rejected. Returns `true` once that happens too often.
    pub(super) fn token_rejected(&mut self) -> bool {
        self.rejections_in_a_row += 1;
        self.is_rejected_too_often()
    }

    pub(super) fn is_rejected_too_often(&self) -> bool {
        self.rejections_in_a_row > MAX_REJECTIONS
    }
}
