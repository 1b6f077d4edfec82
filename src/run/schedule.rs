//! Whose turn it is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::plan::playbook::Schedule;

/// The place of an account in the order of work.
pub type Turn = u32;

/// Accounts that wait to be written to. Each account stands here at most once and leaves when its write is sent, so two
/// writes for one account are never in flight together.
pub struct Queue {
    schedule: Schedule,
    updates: BinaryHeap<Reverse<Turn>>,
    revokes: BinaryHeap<Reverse<Turn>>,
    later: BinaryHeap<Reverse<(Duration, Turn, Kind)>>,
    unanswered_updates: usize,
    updates_to_come: bool,
}

/// Which write of an account waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The `PATCH`.
    Update,
    /// The revoke.
    Revoke,
}

impl Queue {
    /// An empty queue.
    #[must_use]
    pub fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            updates: BinaryHeap::new(),
            revokes: BinaryHeap::new(),
            later: BinaryHeap::new(),
            unanswered_updates: 0,
            updates_to_come: true,
        }
    }

    /// An account whose write may leave now.
    pub fn ready(&mut self, turn: Turn, kind: Kind) {
        match kind {
            Kind::Update => self.updates.push(Reverse(turn)),
            Kind::Revoke => self.revokes.push(Reverse(turn)),
        }
    }

    /// An account whose write may leave at that tenant time.
    pub fn ready_at(&mut self, moment: Duration, turn: Turn, kind: Kind) {
        self.later.push(Reverse((moment, turn, kind)));
    }

    /// Moves those whose time has come to the others that are ready.
    pub fn wake(&mut self, now: Duration) {
        while let Some(Reverse((moment, turn, kind))) = self.later.peek().copied() {
            if moment > now {
                break;
            }
            self.later.pop();
            self.ready(turn, kind);
        }
    }

    /// When the next one that waits for its time is ready.
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        self.later.peek().map(|Reverse((moment, ..))| *moment)
    }

    /// No account that has not been here will come any more.
    pub fn no_more_updates_to_come(&mut self) {
        self.updates_to_come = false;
    }

    /// A first `PATCH` is under way.
    pub fn first_update_sent(&mut self) {
        self.unanswered_updates += 1;
    }

    /// A first `PATCH` was answered, whatever the answer.
    pub fn first_update_answered(&mut self) {
        self.unanswered_updates = self.unanswered_updates.saturating_sub(1);
    }

    /// How many writes may leave now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.updates.len() + if self.revokes_may_leave(self.updates.len()) { self.revokes.len() } else { 0 }
    }

    /// Is there none that may leave now?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is nobody waiting, now or later?
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.updates.is_empty() && self.revokes.is_empty() && self.later.is_empty()
    }

    /// Takes up to `most` accounts in the order of the schedule.
    pub fn take(&mut self, most: usize) -> Vec<(Turn, Kind)> {
        let mut taken = Vec::with_capacity(most);
        let order = match self.schedule {
            Schedule::Sweep => [Kind::Update, Kind::Revoke],
            Schedule::FinishEach => [Kind::Revoke, Kind::Update],
        };
        // Judged before anything is taken: a sweep's first revoke does not even share a batch with its last first update.
        let revokes_may_leave = self.revokes_may_leave(self.updates.len());
        for kind in order {
            let heap = match kind {
                Kind::Update => &mut self.updates,
                Kind::Revoke if revokes_may_leave => &mut self.revokes,
                Kind::Revoke => continue,
            };
            while taken.len() < most {
                let Some(Reverse(turn)) = heap.pop() else { break };
                taken.push((turn, kind));
            }
        }
        taken
    }

    /// A sweep's revokes wait until every account's first `PATCH` is answered. Those that have to be repeated hold nobody
    /// up.
    fn revokes_may_leave(&self, updates_waiting: usize) -> bool {
        match self.schedule {
            Schedule::FinishEach => true,
            Schedule::Sweep => !self.updates_to_come && self.unanswered_updates == 0 && updates_waiting == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_updates_everybody_before_the_first_revoke() {
        let mut queue = Queue::new(Schedule::Sweep);
        queue.ready(5, Kind::Update);
        queue.ready(1, Kind::Revoke);
        queue.ready(3, Kind::Update);
        assert_eq!(queue.take(20), [(3, Kind::Update), (5, Kind::Update)]);
        queue.first_update_sent();
        assert!(queue.is_empty(), "more updates may come");
        queue.no_more_updates_to_come();
        assert!(queue.is_empty(), "an update is unanswered");
        queue.first_update_answered();
        assert_eq!(queue.take(20), [(1, Kind::Revoke)]);
        assert!(queue.is_done());
    }

    #[test]
    fn finishing_each_revokes_before_it_updates_others() {
        let mut queue = Queue::new(Schedule::FinishEach);
        for turn in [4, 2] {
            queue.ready(turn, Kind::Update);
        }
        queue.ready(9, Kind::Revoke);
        assert_eq!(queue.take(2), [(9, Kind::Revoke), (2, Kind::Update)]);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn a_postponed_write_comes_back_when_its_time_has_come() {
        let mut queue = Queue::new(Schedule::FinishEach);
        queue.ready_at(Duration::from_secs(5), 1, Kind::Update);
        queue.wake(Duration::from_secs(4));
        assert!(queue.is_empty() && !queue.is_done());
        assert_eq!(queue.next_wake(), Some(Duration::from_secs(5)));
        queue.wake(Duration::from_secs(5));
        assert_eq!(queue.take(20), [(1, Kind::Update)]);
    }
}
