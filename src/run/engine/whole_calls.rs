//! What becomes of a call that is answered as a whole, or not at all, and when the way to Graph counts as down.

use std::time::Duration;

use super::ending::Ending;
use super::in_flight::{QueuedWrite, secrets_of};
use super::retry::Blame;
use super::run_loop::Engine;
use super::throttled_items::ThrottledItems;
use crate::graph::outside::OutsideText;
use crate::graph::status::StatusClass;
use crate::graph::transport::{Answer, Transport, TransportError};
use crate::graph::unclear::{MAX_UNCLEAR, is_unclear};
use crate::graph::unreachable::{Unreachable, UnreachableCause};
use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};
use crate::run::apps::AppIndex;
use crate::run::event::Event;
use crate::run::outage_reason::OutageReason;
use crate::run::shut_out::ShutOut;

/// After so many answers in a row that cannot be taken in, one more ends the run.
const MAX_UNUSABLE_ANSWERS: u32 = 2;

/// So many writes in a row that fail alone are no outage yet.
const MAX_FAILED_ALONE: u32 = 3;

impl<T: Transport> Engine<'_, T> {
    /// An answer to the envelope and not to its items.
    pub(super) fn take_envelope(&mut self, app: AppIndex, writes: Vec<QueuedWrite>, answer: Answer, is_garbled: bool) {
        let (status, advice) = (answer.status, answer.advice.clone());
        let class = StatusClass::of(status);
        let is_outage =
            matches!(class, StatusClass::ServerFault | StatusClass::NoneOfGraphs) || is_garbled || answer.is_obstacle();
        let body = answer.body.clone();
        // The server may have sent back what was sent.
        let error = answer.into_error_without(secrets_of(&writes));
        match class {
            StatusClass::Throttled => {
                self.statistics.calls_throttled += 1;
                // Whatever the scope says: a call that was turned away as a whole must not come straight back.
                self.link.pause(self.clock.now(), advice.retry_after);
                let (scope, retry_after) = (advice.throttle_scope, advice.retry_after);
                self.emit_throttled(ThrottledItems { count: writes.len(), scope, retry_after });
                self.settle_all(writes, &postponed(Postponed::Throttled), Blame::Quota);
            }
            _ if is_outage => {
                self.outage(OutageReason::Answered(error.clone()), advice.retry_after);
                let why = Undecided::ServerFault(error);
                self.settle_all(writes, &WriteOutcome::Unknown { why, retry_after: None }, Blame::Call);
            }
            // Nothing of the batch was executed, and the same batch may pass later. One write of it may be the reason.
            StatusClass::Conflict | StatusClass::Blocked => {
                self.link.pause(self.clock.now(), advice.retry_after);
                let why = if class == StatusClass::Conflict { Postponed::Conflict } else { Postponed::Blocked };
                self.settle_all(writes, &postponed(why), Blame::Call);
            }
            // As with a write: it was seen to pass.
            StatusClass::Refused
                if is_unclear(&error, &body) && self.link.failures_in_a_row() < u32::from(MAX_UNCLEAR) =>
            {
                self.link.pause(self.clock.now(), advice.retry_after);
                self.settle_all(writes, &postponed(Postponed::Unclear), Blame::Call);
            }
            // A batch that is refused whole was not executed, and the next one would be refused as well: where it is the
            // app that may not, the next one of this app.
            StatusClass::Success
            | StatusClass::Unauthorized
            | StatusClass::ServerFault
            | StatusClass::NoneOfGraphs
            | StatusClass::Refused => {
                let why = ShutOut::BatchRefused(error);
                if status == 403 {
                    self.leave_out(app, why);
                } else {
                    self.end(Ending::ShutOut(why));
                }
                self.settle_all(writes, &postponed(Postponed::Blocked), Blame::Link);
            }
        }
    }

    pub(super) fn take_no_answer(&mut self, app: AppIndex, writes: Vec<QueuedWrite>, mut error: TransportError) {
        // The server may have sent back what was sent, also in the words with which it ended the connection.
        let secrets = secrets_of(&writes);
        match &mut error {
            TransportError::Unauthorized(refused) => refused.redact(&secrets),
            TransportError::NotSent(unreachable) | TransportError::Lost(unreachable) => {
                unreachable.own_words.guard(&secrets);
            }
            TransportError::Token(_) => {}
        }
        drop(secrets);
        let mut outcome = postponed(Postponed::Blocked);
        match error {
            TransportError::NotSent(_) => self.outage(OutageReason::NoAnswer(error), None),
            TransportError::Lost(ref unreachable) => {
                outcome = WriteOutcome::Unknown {
                    why: Undecided::Lost(OutsideText::of_nothing_sent(&error.to_string())),
                    retry_after: None,
                };
                if unreachable.cause.is_some_and(UnreachableCause::is_about_the_answer) {
                    self.answer_unusable(unreachable.clone());
                } else {
                    self.outage(OutageReason::NoAnswer(error), None);
                }
            }
            TransportError::Token(ref token) if token.is_passing() => {
                self.outage(OutageReason::NoAnswer(error), None);
            }
            TransportError::Unauthorized(_) if self.flight.app(app).was_let_in => self.shut_out(app, error),
            TransportError::Token(_) | TransportError::Unauthorized(_) => self.leave_out(app, ShutOut::NoAccess(error)),
        }
        self.settle_all(writes, &outcome, Blame::Link);
    }

    /// Something answers, so that this is no outage, and waiting would not end it. The writes may have taken effect.
    fn answer_unusable(&mut self, unreachable: Unreachable) {
        let is_too_often = self.link.failures_in_a_row() >= MAX_UNUSABLE_ANSWERS;
        if self.link.pause(self.clock.now(), None).is_some() && is_too_often {
            self.end(Ending::AnswerUnusable(unreachable));
        }
    }

    /// Two tokens in a row were rejected, the second one fresh. Where calls have been answered before, an administrator may
    /// be revoking tokens just now: that passes, or it does not.
    fn shut_out(&mut self, app: AppIndex, error: TransportError) {
        // Rejections of one moment count as one.
        if self.link.pause(self.clock.now(), None).is_some() && self.flight.app(app).token_rejected() {
            self.leave_out(app, ShutOut::NoAccess(error));
        }
    }

    /// The way to Graph is down: everything waits, longer each time, and no account is held responsible.
    pub(super) fn outage(&mut self, reason: OutageReason, retry_after: Option<Duration>) {
        self.statistics.calls_lost += 1;
        let now = self.clock.now();
        let since = self.link.is_down(now);
        if let Some(pause) = self.link.pause(now, retry_after) {
            self.emit(&Event::Unreachable { reason, pause, down_for: now.saturating_sub(since) });
        }
    }

    /// A write that was sent alone met a server fault, and it is not known yet whether it is at fault. One is no outage;
    /// where nothing else comes through for a while, it looks like one.
    pub(super) fn failed_alone(&mut self, retry_after: Option<Duration>) {
        if self.link.failures_in_a_row() < MAX_FAILED_ALONE {
            self.link.pause(self.clock.now(), retry_after);
        } else {
            self.outage(OutageReason::LoneFaults, retry_after);
        }
    }

    pub(super) fn link_is_open(&mut self) {
        if let Some(down_for) = self.link.is_open(self.clock.now()) {
            self.emit(&Event::Reachable { down_for });
        }
    }
}

const fn postponed(why: Postponed) -> WriteOutcome {
    WriteOutcome::Postponed { why, retry_after: None }
}
