//! Writes whose calls keep failing. Each is sent in a call of its own, so that it no longer takes others with it. It is
//! held responsible only once others are answered meanwhile: before that, it may be Graph that fails.

use std::collections::VecDeque;
use std::time::Duration;

use super::in_flight::CallNumber;
use super::retry::MAX_FAULTS;
use crate::run::schedule::WriteKey;

/// The same limit for a write that fails alone while others fail as well: several that fail one after the other look more
/// like Graph than one does.
const MAX_FAULTS_OF_SEVERAL: u8 = 3 * MAX_FAULTS;
/// An update that fails this often no longer holds up the revokes of a sweep.
pub(super) const FAULTS_BEFORE_OTHERS_GO_ON: u8 = 2;
/// After so many failed calls a write is sent in a call of its own.
const CALLS_BEFORE_ALONE: u8 = 3;

/// What went wrong with one account's current write.
#[derive(Default)]
pub(super) struct WriteFaults {
    /// Faults of the write itself.
    pub(super) own: u8,
    /// Refusals that were seen to pass.
    pub(super) unclear: u8,
    /// Calls that carried it, alone or together with others, and failed.
    calls: u8,
    /// Calls that carried it alone and failed.
    pub(super) alone: u8,
    /// How often it was answered 401 where that was no matter of the token.
    turned_down: u8,
    /// The last call that had been sent when one that carried it first failed.
    first_failed_after: Option<CallNumber>,
}

impl WriteFaults {
    /// Must the write be sent alone?
    pub(super) const fn are_suspect(&self) -> bool {
        self.calls >= CALLS_BEFORE_ALONE
    }

    /// It was answered 401. Gives how often, from the first time on that counts.
    pub(super) fn turned_down(&mut self, counts: bool) -> u8 {
        if counts || self.turned_down > 0 {
            self.turned_down = self.turned_down.saturating_add(1);
        }
        self.turned_down
    }

    /// One more call that carried it failed.
    pub(super) fn call_failed(&mut self, last_sent: CallNumber, alone: bool) {
        self.calls = self.calls.saturating_add(1);
        self.alone = self.alone.saturating_add(u8::from(alone));
        self.first_failed_after.get_or_insert(last_sent);
    }

    /// Was a call answered that left after this write had failed for the first time? A call that was already under way then
    /// shows nothing: the service may have failed in between.
    pub(super) fn others_succeed(&self, last_answered: CallNumber) -> bool {
        self.first_failed_after.is_some_and(|failed_after| failed_after < last_answered)
    }

    /// Did it fail so often that it is at fault although no other call is left to compare with?
    pub(super) const fn are_enough(&self, others_fail_too: bool) -> bool {
        self.calls > if others_fail_too { MAX_FAULTS_OF_SEVERAL } else { MAX_FAULTS }
    }
}

/// The writes that wait to be sent alone, in the order in which they failed.
#[derive(Default)]
pub(super) struct Quarantine {
    waiting: VecDeque<(Duration, WriteKey)>,
    went_last: bool,
}

impl Quarantine {
    /// One more, which may leave at that tenant time.
    pub(super) fn push(&mut self, ready_at: Duration, write: WriteKey) {
        self.waiting.push_back((ready_at, write));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The one that is to leave now. No more than every second call carries one while others are ready: what fails must not
    /// keep the others from being answered.
    pub(super) fn next(&self, now: Duration, others_are_ready: bool) -> Option<WriteKey> {
        self.due(now).filter(|_| !(self.went_last && others_are_ready)).map(|place| self.waiting[place].1)
    }

    /// A call leaves, with the next one or with others.
    pub(super) fn left(&mut self, now: Duration, is_alone: bool) {
        self.went_last = is_alone;
        if let Some(place) = self.due(now).filter(|_| is_alone) {
            self.waiting.remove(place);
        }
    }

    pub(super) fn any_due(&self, now: Duration) -> bool {
        self.due(now).is_some()
    }

    /// When the next one that waits for its time is ready.
    pub(super) fn next_wake(&self, now: Duration) -> Option<Duration> {
        self.waiting.iter().map(|(ready_at, _)| *ready_at).filter(|ready_at| *ready_at > now).min()
    }

    fn due(&self, now: Duration) -> Option<usize> {
        self.waiting.iter().position(|(ready_at, _)| *ready_at <= now)
    }
}
