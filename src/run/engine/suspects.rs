//! Writes whose calls keep failing. Each is sent in a call of its own, so that it no longer takes others with it, and it is held
//! responsible only once others are answered meanwhile: before that, it may be Graph that fails.

use std::collections::VecDeque;
use std::time::Duration;

use super::Engine;
use super::answers::Blame;
use super::slip::CallNumber;
use crate::graph::transport::Transport;
use crate::run::schedule::{Kind, Turn};

/// How often Graph may fail on one write of its own before the write is given up. Throttling does not count, and neither
/// does a network that is down.
pub(super) const MOST_FAULTS: u8 = 8;
/// So many calls of a write fail before it is its own fault, where nobody waits but others that fail as well.
const MOST_FAULTS_OF_SEVERAL: u8 = 3 * MOST_FAULTS;
/// An update that fails this often no longer holds up the revokes of a sweep.
pub(super) const FAULTS_BEFORE_OTHERS_GO_ON: u8 = 2;
/// After so many failed calls a write is sent in a call of its own.
const CALLS_BEFORE_ALONE: u8 = 3;

/// What went wrong with one account's current write.
#[derive(Default)]
pub(super) struct Faults {
    /// Of the write itself.
    pub(super) own: u8,
    /// Of calls that carried it, alone or together with others.
    of_calls: u8,
    /// Of calls that carried it alone.
    alone: u8,
    /// The last call that had left when one that carried it first failed.
    failed_after: Option<CallNumber>,
}

impl Faults {
    /// Must the write be sent alone?
    pub(super) const fn are_suspect(&self) -> bool {
        self.of_calls >= CALLS_BEFORE_ALONE
    }
}

/// The writes that wait to be sent alone, in the order in which they failed.
#[derive(Default)]
pub(super) struct Suspects {
    waiting: VecDeque<(Duration, Turn, Kind)>,
    went_last: bool,
}

impl Suspects {
    /// One more, which may leave at that tenant time.
    pub(super) fn push(&mut self, ready_at: Duration, turn: Turn, kind: Kind) {
        self.waiting.push_back((ready_at, turn, kind));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The one that is to leave now. No more than every second call carries one while others are ready: what fails must not
    /// keep the others from being answered.
    pub(super) fn next(&self, now: Duration, others_are_ready: bool) -> Option<(Turn, Kind)> {
        self.due(now).filter(|_| !(self.went_last && others_are_ready)).map(|place| {
            let (_, turn, kind) = self.waiting[place];
            (turn, kind)
        })
    }

    /// A call leaves, with the next one or with others.
    pub(super) fn left(&mut self, now: Duration, is_suspect: bool) {
        self.went_last = is_suspect;
        if let Some(place) = self.due(now).filter(|_| is_suspect) {
            self.waiting.remove(place);
        }
    }

    pub(super) fn any_due(&self, now: Duration) -> bool {
        self.due(now).is_some()
    }

    /// When the next one that waits for its time is ready.
    pub(super) fn next_wake(&self, now: Duration) -> Option<Duration> {
        self.waiting.iter().map(|(ready_at, ..)| *ready_at).filter(|ready_at| *ready_at > now).min()
    }

    fn due(&self, now: Duration) -> Option<usize> {
        self.waiting.iter().position(|(ready_at, ..)| *ready_at <= now)
    }
}

impl<T: Transport> Engine<'_, T> {
    pub(super) fn is_suspect(&self, turn: Turn) -> bool {
        self.faults.get(&turn).is_some_and(Faults::are_suspect)
    }

    /// A call that carried this write failed, and the write with it: is it the write's own fault?
    ///
    /// A call that carried one write and fails while others are answered fails because of that write. Where no others are
    /// left to tell by, it is given more tries, and in the end the same.
    pub(super) fn blame(&mut self, turn: Turn, kind: Kind, alone: bool) -> Blame {
        let nobody_else_waits =
            self.calls.is_empty() && self.intake.is_none() && self.queue.is_done() && self.referred.is_empty();
        // Several that fail one after the other look more like Graph than one does.
        let enough = if self.suspects.is_empty() { MOST_FAULTS } else { MOST_FAULTS_OF_SEVERAL };
        let (left, answered) = (self.statistics.calls, self.last_answered);
        let faults = self.faults.entry(turn).or_default();
        faults.of_calls = faults.of_calls.saturating_add(1);
        let failed_after = *faults.failed_after.get_or_insert(left);
        if !alone {
            return Blame::Call;
        }
        faults.alone = faults.alone.saturating_add(1);
        // What was under way already says nothing: a service may have failed in between.
        let others_are_answered = failed_after < answered;
        let is_own = others_are_answered || nobody_else_waits && faults.of_calls > enough;
        if faults.alone >= FAULTS_BEFORE_OTHERS_GO_ON {
            self.first_update_answered(turn, kind);
        }
        if is_own { Blame::Item } else { Blame::Call }
    }
}
