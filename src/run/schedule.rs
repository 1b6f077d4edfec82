//! Which write leaves next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use enum_map::EnumMap;
use strum::VariantArray as _;

use crate::plan::playbook::Schedule;
use crate::step::WriteKind;

/// The place of an account in the order of work.
pub type Turn = u32;

/// One write: to which account, and which of its writes. Ordered by the account first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteKey {
    /// The account.
    pub turn: Turn,
    /// Which of its writes.
    pub kind: WriteKind,
    /// Which of the account's targets it is about, by the place in the plan; 0 for a kind of write that has none.
    pub target: u8,
}

/// The writes that wait to be sent. An account has at most one here, and it leaves when it is sent, so that two writes for
/// one account are never in flight together.
pub struct Queue {
    schedule: Schedule,
    ready: EnumMap<WriteKind, BinaryHeap<Reverse<WriteKey>>>,
    later: BinaryHeap<Reverse<(Duration, WriteKey)>>,
    unanswered_first_writes: usize,
    accounts_to_come: bool,
    /// How many writes of each kind may leave now that has a pace of its own.
    room: EnumMap<WriteKind, usize>,
}

impl Queue {
    /// An empty queue.
    pub fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            ready: EnumMap::default(),
            later: BinaryHeap::new(),
            unanswered_first_writes: 0,
            accounts_to_come: true,
            room: EnumMap::from_fn(|_| usize::MAX),
        }
    }

    /// A write that may leave now.
    pub fn ready(&mut self, write: WriteKey) {
        self.ready[write.kind].push(Reverse(write));
    }

    /// A write that may leave at that tenant time.
    pub fn ready_at(&mut self, moment: Duration, write: WriteKey) {
        self.later.push(Reverse((moment, write)));
    }

    /// Moves the writes whose time has come to the others that are ready.
    pub fn wake(&mut self, now: Duration) {
        while let Some(Reverse((moment, write))) = self.later.peek().copied() {
            if moment > now {
                break;
            }
            self.later.pop();
            self.ready(write);
        }
    }

    /// When the next write that waits for its time is ready.
    pub fn next_wake(&self) -> Option<Duration> {
        self.later.peek().map(|Reverse((moment, _))| *moment)
    }

    /// Every account has been here: no further first write comes.
    pub fn no_more_accounts_to_come(&mut self) {
        self.accounts_to_come = false;
    }

    /// The first write of one more account is under way.
    pub fn first_write_sent(&mut self) {
        self.unanswered_first_writes += 1;
    }

    /// The first write of one more account was answered, whatever the answer.
    pub fn first_write_answered(&mut self) {
        self.unanswered_first_writes = self.unanswered_first_writes.saturating_sub(1);
    }

    /// From now on, so many writes of this kind may leave.
    pub fn leave_room(&mut self, kind: WriteKind, writes: usize) {
        self.room[kind] = writes;
    }

    /// Does a write of this kind wait for its pace alone?
    pub fn waits_for_pace(&self, kind: WriteKind) -> bool {
        self.room[kind] == 0 && !self.ready[kind].is_empty() && self.may_leave(kind)
    }

    /// How many writes may leave now.
    pub fn len(&self) -> usize {
        let may_leave = self.ready.iter().filter(|(kind, _)| self.may_leave(*kind));
        may_leave.map(|(kind, writes)| writes.len().min(self.room[kind])).sum()
    }

    /// Is there none that may leave now?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is nothing waiting, now or later?
    pub fn is_done(&self) -> bool {
        self.ready.values().all(BinaryHeap::is_empty) && self.later.is_empty()
    }

    /// Takes up to `max` writes in the order of the schedule.
    pub fn take(&mut self, max: usize) -> Vec<WriteKey> {
        let mut kinds = WriteKind::VARIANTS.to_vec();
        match self.schedule {
            Schedule::Sweep => {}
            Schedule::FinishEach => kinds.reverse(),
        }
        // Decided before anything is taken: a sweep's first revoke does not even share a batch with its last first update.
        kinds.retain(|kind| self.may_leave(*kind));
        let mut taken = Vec::with_capacity(max);
        for kind in kinds {
            let mut room = self.room[kind];
            while taken.len() < max && room > 0 {
                room -= 1;
                let Some(Reverse(write)) = self.ready[kind].pop() else { break };
                taken.push(write);
            }
        }
        taken
    }

    /// A sweep's other writes wait until every account's first one is answered. A first write that has to be repeated
    /// holds up no other account.
    fn may_leave(&self, kind: WriteKind) -> bool {
        match self.schedule {
            Schedule::FinishEach => true,
            Schedule::Sweep => {
                let is_first = kind == WriteKind::FIRST;
                let none_ready = self.ready[WriteKind::FIRST].is_empty();
                is_first || !self.accounts_to_come && self.unanswered_first_writes == 0 && none_ready
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(turn: Turn) -> WriteKey {
        WriteKey { turn, kind: WriteKind::Update, target: 0 }
    }

    fn revoke(turn: Turn) -> WriteKey {
        WriteKey { turn, kind: WriteKind::Revoke, target: 0 }
    }

    #[test]
    fn a_sweep_updates_every_account_before_the_first_revoke() {
        let mut queue = Queue::new(Schedule::Sweep);
        queue.ready(update(5));
        queue.ready(revoke(1));
        queue.ready(update(3));
        assert_eq!(queue.take(20), [update(3), update(5)]);
        queue.first_write_sent();
        assert!(queue.is_empty(), "more accounts may come");
        queue.no_more_accounts_to_come();
        assert!(queue.is_empty(), "an update is unanswered");
        queue.first_write_answered();
        assert_eq!(queue.take(20), [revoke(1)]);
        assert!(queue.is_done());
    }

    #[test]
    fn finishing_each_revokes_before_it_updates_others() {
        let mut queue = Queue::new(Schedule::FinishEach);
        for turn in [4, 2] {
            queue.ready(update(turn));
        }
        queue.ready(revoke(9));
        assert_eq!(queue.take(2), [revoke(9), update(2)]);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn writes_about_targets_leave_at_a_pace_of_their_own() {
        let mut queue = Queue::new(Schedule::FinishEach);
        let method = |turn| WriteKey { turn, kind: WriteKind::Method, target: 0 };
        (1..=3).for_each(|turn| queue.ready(method(turn)));
        queue.ready(revoke(9));
        queue.leave_room(WriteKind::Method, 2);
        assert!(!queue.waits_for_pace(WriteKind::Method));
        assert_eq!((queue.len(), queue.take(20)), (3, vec![revoke(9), method(1), method(2)]));
        queue.leave_room(WriteKind::Method, 0);
        assert!(queue.is_empty() && queue.waits_for_pace(WriteKind::Method) && !queue.is_done());
    }

    #[test]
    fn a_postponed_write_comes_back_when_its_time_has_come() {
        let mut queue = Queue::new(Schedule::FinishEach);
        queue.ready_at(Duration::from_secs(5), update(1));
        queue.wake(Duration::from_secs(4));
        assert!(queue.is_empty() && !queue.is_done());
        assert_eq!(queue.next_wake(), Some(Duration::from_secs(5)));
        queue.wake(Duration::from_secs(5));
        assert_eq!(queue.take(20), [update(1)]);
    }
}
