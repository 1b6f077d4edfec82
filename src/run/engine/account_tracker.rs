//! What each account is at: its state, the write that it waits with, and what went wrong with that write.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::handout_pace::HandoutPace;
use super::in_flight::QueuedWrite;
use super::one_by_one::{Handout, NoneComes, OneByOne, Upcoming, WaitingTurn};
use super::quarantine::{FAULTS_BEFORE_OTHERS_GO_ON, Quarantine, WriteFaults};
use super::retry::{Blame, PAUSE_BEFORE_LAST};
use crate::clock::Clock;
use crate::graph::batch::MAX_ITEMS;
use crate::graph::unclear::MAX_UNCLEAR;
use crate::plan::playbook::Schedule;
use crate::run::accounts::PlannedAccounts;
use crate::run::apps::{AppIndex, AppSet};
use crate::run::credential_generator::{
    CredentialError, CredentialGenerator, GeneratedCredential, Prefetched, prefetch,
};
use crate::run::schedule::{Queue, Turn, WriteKey};
use crate::run::state::{self, AccountState, IllegalTransition, StepState, Transition};
use crate::seal::SealedCredential;
use crate::step::target::WriteTarget;
use crate::step::{Step, StepMap, StepShare, Steps, WriteKind};

/// In how many accounts of a process a refusal that was seen to pass is met with another try. Refusals of more are no hiccup, and must count at once towards the halt.
const MAX_HESITATED: usize = 20;

pub(super) struct AccountTracker {
    accounts: Arc<PlannedAccounts>,
    states: Vec<AccountState>,
    to_come: ToCome,
    /// The pace at which new passwords are handed over, where accounts keep to one.
    pub(super) handout_pace: Option<HandoutPace>,
    queue: Queue,
    /// Accounts that were taken up and whose update is not settled.
    updating: HashMap<Turn, Updating>,
    faults: HashMap<Turn, WriteFaults>,
    /// How many accounts met a refusal that was seen to pass.
    hesitated: usize,
    quarantine: Quarantine,
    /// Writes that some apps were refused by 403 and that another one is to try.
    rerouted: Vec<Rerouted>,
    /// Which apps were refused an account's current write by 403.
    refused_by: HashMap<Turn, AppSet>,
    counts: AccountCounts,
}

/// Accounts that have not been taken up.
enum ToCome {
    /// Each with its credential, made ahead.
    Ahead(mpsc::Receiver<Prefetched>),
    /// At the pace at which passwords are handed over.
    OneByOne(OneByOne),
    /// All have been.
    NoMore,
}

/// How many accounts and writes are at which point.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AccountCounts {
    pub(super) done: u64,
    pub(super) not_done: u64,
    pub(super) writes_left: u64,
    /// Those of them that remove a method.
    pub(super) targets_left: StepMap<u64>,
    pub(super) steps: StepMap<StepShare>,
}

/// An account between being taken up and having its update settled. Only these count against the window.
#[derive(Default)]
struct Updating {
    credential: Option<Arc<GeneratedCredential>>,
    /// Its sealed form goes into the journal with the first intent that sends it.
    credential_journaled: bool,
    first_sent: bool,
    first_answered: bool,
}

/// A write that waits for an app that has not been refused it.
struct Rerouted {
    ready_at: Duration,
    write: WriteKey,
}

/// The password that an update sets, and its sealed form where the journal does not have it yet.
type FirstCredential = (Option<Arc<GeneratedCredential>>, Option<SealedCredential>);

/// An account was about to be reset without a password: a bug of the engine.
#[derive(Debug, thiserror::Error)]
#[error("an account was about to be reset without a password")]
pub(super) struct NoPassword;

impl AccountTracker {
    pub(super) fn new(
        accounts: Arc<PlannedAccounts>,
        states: Vec<AccountState>,
        schedule: Schedule,
        (generator, handout): (Arc<CredentialGenerator>, Option<Handout>),
        clock: Clock,
    ) -> Result<Self, CredentialError> {
        let now = clock.now();
        let mut queue = Queue::new(schedule);
        let mut counts = AccountCounts::default();
        let mut updates = Vec::with_capacity(accounts.len());
        for turn in accounts.turns() {
            let state = &states[turn as usize];
            counts.writes_left += state.writes_left();
            Step::with_own_pace().for_each(|step| counts.targets_left[step] += state.targets_left(step));
            for (step, state) in state.planned_steps() {
                counts.steps[step].planned += 1;
                counts.steps[step].done += u64::from(state == StepState::Done);
            }
            let due = state.due();
            match due.first_write() {
                None => counts.settled(state),
                Some(WriteKind::FIRST) => {
                    let resets = due.contains(Step::Reset);
                    let counts = resets && !state.is_in_doubt();
                    updates.push(WaitingTurn { turn, resets, counts, may_drift: state.may_drift() });
                }
                // The process before this one may have been answered a moment ago.
                Some(WriteKind::LAST) if state.has_closed_before_last() => {
                    queue.ready_at(now + PAUSE_BEFORE_LAST, WriteKey { turn, kind: WriteKind::LAST, target: 0 });
                }
                Some(kind) => queue.ready(WriteKey { turn, kind, target: state.target(kind).unwrap_or_default() }),
            }
        }
        let counted = updates.iter().filter(|waiting| waiting.counts).count() as u64;
        let handout_pace =
            handout.as_ref().map(|handout| HandoutPace::new(handout.rate, handout.since_last, counted, now));
        let to_come = match handout {
            Some(Handout { rate, look, .. }) => {
                let of_run = (generator, Arc::clone(&accounts));
                ToCome::OneByOne(OneByOne::new((rate, look), of_run, updates, clock))
            }
            None => {
                let turns = updates.into_iter().map(|waiting| (waiting.turn, waiting.resets)).collect();
                ToCome::Ahead(prefetch(generator, Arc::clone(&accounts), turns)?)
            }
        };
        Ok(Self {
            accounts,
            states,
            to_come,
            handout_pace,
            queue,
            updating: HashMap::new(),
            hesitated: 0,
            faults: HashMap::new(),
            quarantine: Quarantine::default(),
            rerouted: Vec::new(),
            refused_by: HashMap::new(),
            counts,
        })
    }

    pub(super) fn counts(&self) -> AccountCounts {
        self.counts
    }

    pub(super) fn accounts(&self) -> &Arc<PlannedAccounts> {
        &self.accounts
    }

    /// What a write is about beside its account.
    pub(super) fn target(&self, key: WriteKey) -> Option<&WriteTarget> {
        self.accounts.target(key)
    }

    pub(super) fn state(&self, turn: Turn) -> &AccountState {
        &self.states[turn as usize]
    }

    /// Are there accounts that have not been taken up?
    pub(super) fn more_to_come(&self) -> bool {
        !matches!(self.to_come, ToCome::NoMore)
    }

    /// Do they come as fast as this machine makes passwords?
    pub(super) fn more_comes_at_once(&self) -> bool {
        matches!(self.to_come, ToCome::Ahead(_))
    }

    /// How many accounts were taken up and are not settled: their passwords are in memory.
    pub(super) fn open(&self) -> usize {
        self.updating.len()
    }

    /// Waits for the next accounts with fresh credentials. May be dropped and called again.
    pub(super) async fn next_accounts(&mut self) -> Option<Result<Upcoming, NoneComes>> {
        match &mut self.to_come {
            ToCome::Ahead(prefetched) => {
                let accounts = prefetched.recv().await?.map_err(NoneComes::Credential);
                Some(accounts.map(|accounts| Upcoming { accounts, ..Upcoming::default() }))
            }
            ToCome::OneByOne(one_by_one) => {
                one_by_one.next(self.handout_pace.map(|pace| pace.free_at()).unwrap_or_default()).await
            }
            ToCome::NoMore => None,
        }
    }

    /// All accounts have come.
    pub(super) fn no_more_to_come(&mut self) {
        self.to_come = ToCome::NoMore;
        self.queue.no_more_accounts_to_come();
    }

    /// Takes up those whose turn has come.
    pub(super) fn take_up(&mut self, upcoming: Upcoming, now: Duration) {
        if let Some(pace) = &mut self.handout_pace {
            pace.took_up(now, &upcoming);
        }
        for (turn, credential) in upcoming.accounts {
            let credential = credential.map(Arc::new);
            self.updating.insert(turn, Updating { credential, ..Updating::default() });
            self.queue.ready(WriteKey { turn, kind: WriteKind::FIRST, target: 0 });
        }
    }

    /// An account gets another password, which no intent has sent yet.
    pub(super) fn replace_credential(&mut self, turn: Turn, credential: GeneratedCredential) {
        let updating = self.updating.entry(turn).or_default();
        (updating.credential, updating.credential_journaled) = (Some(Arc::new(credential)), false);
    }

    /// Does no write wait, now or later?
    pub(super) fn is_idle(&self) -> bool {
        !self.more_to_come() && self.nothing_else_waits() && self.quarantine.is_empty()
    }

    /// Does no write wait but those in quarantine?
    fn nothing_else_waits(&self) -> bool {
        // Accounts that come one by one may come after hours, and not before those that are open are settled.
        !self.more_comes_at_once() && self.queue.is_done() && self.rerouted.is_empty()
    }

    pub(super) fn wake(&mut self, now: Duration) {
        self.queue.wake(now);
    }

    /// From now on, so many writes of this kind may leave.
    pub(super) fn leave_room(&mut self, kind: WriteKind, writes: usize) {
        self.queue.leave_room(kind, writes);
    }

    /// Does a write of this kind wait for its pace alone?
    pub(super) fn waits_for_pace(&self, kind: WriteKind) -> bool {
        self.queue.waits_for_pace(kind)
    }

    /// May any write leave now, as far as its account is concerned?
    pub(super) fn any_ready(&self, now: Duration) -> bool {
        !(self.queue.is_empty() && self.rerouted.is_empty()) || self.quarantine.any_due(now)
    }

    /// When the next write that waits for its time is ready.
    pub(super) fn next_wake(&self, now: Duration) -> Option<Duration> {
        let rerouted = self.rerouted.iter().map(|rerouted| rerouted.ready_at).filter(|moment| *moment > now).min();
        [self.queue.next_wake(), rerouted, self.quarantine.next_wake(now)].into_iter().flatten().min()
    }

    /// The write that is to leave alone now, if one is.
    pub(super) fn next_alone(&self, now: Duration, others_are_ready: bool) -> Option<WriteKey> {
        self.quarantine.next(now, others_are_ready)
    }

    /// A call leaves, with the write that is to leave alone or with others.
    pub(super) fn call_leaves(&mut self, now: Duration, is_alone: bool) {
        self.quarantine.left(now, is_alone);
    }

    /// How many writes could leave through an app in one call now.
    pub(super) fn ready_for(&self, app: AppIndex, in_use: AppSet, now: Duration) -> usize {
        let rerouted = self.rerouted.iter().filter(|rerouted| self.may_try(rerouted, app, in_use, now)).count();
        (rerouted + self.queue.len()).min(MAX_ITEMS)
    }

    /// May a write of this account go through that app? Not where the app was refused it, unless all the others were too.
    pub(super) fn may_carry(&self, turn: Turn, app: AppIndex, in_use: AppSet) -> bool {
        let refused = self.refused_by.get(&turn).copied().unwrap_or_default();
        !refused.contains(app) || refused.covers(in_use)
    }

    fn may_try(&self, rerouted: &Rerouted, app: AppIndex, in_use: AppSet, now: Duration) -> bool {
        rerouted.ready_at <= now && self.may_carry(rerouted.write.turn, app, in_use)
    }

    /// Takes writes that an app is to send: first those that others were refused.
    pub(super) fn pick(&mut self, app: AppIndex, in_use: AppSet, max: usize, now: Duration) -> Vec<WriteKey> {
        let (mut picked, mut kept) = (Vec::with_capacity(max), Vec::new());
        for rerouted in std::mem::take(&mut self.rerouted) {
            if picked.len() < max && self.may_try(&rerouted, app, in_use, now) {
                picked.push(rerouted.write);
            } else {
                kept.push(rerouted);
            }
        }
        self.rerouted = kept;
        picked.extend(self.queue.take(max - picked.len()));
        picked
    }

    /// A write that leaves now, and the sealed form of its password where the journal does not have it yet.
    pub(super) fn prepare(
        &mut self,
        key: WriteKey,
        now: Duration,
    ) -> Result<(QueuedWrite, Option<SealedCredential>), NoPassword> {
        let steps = self.state(key.turn).due();
        let (reset, sealed) =
            if key.kind == WriteKind::FIRST { self.prepare_first(key.turn, steps, now)? } else { (None, None) };
        Ok((QueuedWrite { key, steps, reset, made: None }, sealed))
    }

    fn prepare_first(&mut self, turn: Turn, steps: Steps, now: Duration) -> Result<FirstCredential, NoPassword> {
        let updating = self.updating.entry(turn).or_default();
        let reset = updating.credential.clone().filter(|_| steps.contains(Step::Reset));
        if steps.contains(Step::Reset) && reset.is_none() {
            return Err(NoPassword);
        }
        let mut sealed = None;
        if let Some(credential) = &reset
            && !std::mem::replace(&mut updating.credential_journaled, true)
        {
            sealed.clone_from(&credential.sealed);
        }
        if !std::mem::replace(&mut updating.first_sent, true) {
            self.queue.first_write_sent();
        }
        if let (Some(_), Some(pace)) = (&reset, &mut self.handout_pace) {
            pace.password_left(now);
        }
        Ok((reset, sealed))
    }

    /// Moves an account through the one function that may.
    pub(super) fn advance(&mut self, turn: Turn, transition: Transition<'_>) -> Result<(), IllegalTransition> {
        let slot = &mut self.states[turn as usize];
        let after = state::next(*slot, transition)?;
        self.counts.writes_left = self.counts.writes_left + after.writes_left() - slot.writes_left();
        for step in Step::with_own_pace() {
            let left = &mut self.counts.targets_left[step];
            *left = *left + after.targets_left(step) - slot.targets_left(step);
        }
        for (step, state) in after.planned_steps() {
            let is_newly_done = state == StepState::Done && slot.of(step) != StepState::Done;
            self.counts.steps[step].done += u64::from(is_newly_done);
        }
        *slot = after;
        Ok(())
    }

    /// Queues the account's next write, or lets go of an account that is settled.
    pub(super) fn requeue(&mut self, turn: Turn, ready_at: Duration) {
        let next = self.state(turn).due().first_write();
        if next != Some(WriteKind::FIRST) {
            // Its password is forgotten, and it no longer counts against the window: a sweep keeps its revokes for the
            // end, and they must not hold up the updates.
            self.updating.remove(&turn);
        }
        let Some(kind) = next else {
            self.counts.settled(&self.states[turn as usize]);
            self.faults.remove(&turn);
            return;
        };
        let target = self.state(turn).target(kind).unwrap_or_default();
        let write = WriteKey { turn, kind, target };
        if self.is_suspect(turn) {
            self.quarantine.push(ready_at, write);
        } else if self.refused_by.contains_key(&turn) {
            self.rerouted.push(Rerouted { ready_at, write });
        } else {
            self.queue.ready_at(ready_at, write);
        }
    }

    /// A write is over; its faults do not count against the account's next one.
    pub(super) fn write_settled(&mut self, write: WriteKey) {
        self.first_update_answered(write);
        self.forget_faults(write.turn);
        self.refused_by.remove(&write.turn);
    }

    pub(super) fn forget_faults(&mut self, turn: Turn) {
        self.faults.remove(&turn);
    }

    /// A sweep's revokes wait for the first update of every account; each account answers for its own once.
    pub(super) fn first_update_answered(&mut self, write: WriteKey) {
        if write.kind == WriteKind::FIRST
            && let Some(updating) = self.updating.get_mut(&write.turn)
            && !std::mem::replace(&mut updating.first_answered, true)
        {
            self.queue.first_write_answered();
        }
    }

    /// One more fault of the write itself. Gives how many there are.
    pub(super) fn own_fault(&mut self, write: WriteKey) -> u8 {
        let faults = self.faults.entry(write.turn).or_default();
        faults.own += 1;
        let own = faults.own;
        if own >= FAULTS_BEFORE_OTHERS_GO_ON {
            self.first_update_answered(write);
        }
        own
    }

    /// An account's write was answered 401. Gives how often, from the first time on that counts.
    pub(super) fn turned_down(&mut self, turn: Turn, counts: bool) -> u8 {
        self.faults.entry(turn).or_default().turned_down(counts)
    }

    /// A write of the account met a refusal that was seen to pass: is it to be tried once more?
    pub(super) fn hesitates(&mut self, turn: Turn) -> bool {
        let faults = self.faults.entry(turn).or_default();
        if faults.unclear == 0 {
            if self.hesitated == MAX_HESITATED {
                return false;
            }
            self.hesitated += 1;
        }
        faults.unclear = faults.unclear.saturating_add(1);
        faults.unclear <= MAX_UNCLEAR
    }

    pub(super) fn is_suspect(&self, turn: Turn) -> bool {
        self.faults.get(&turn).is_some_and(WriteFaults::are_suspect)
    }

    /// A call that carried this write failed, and the write with it: is it the write's own fault?
    ///
    /// A lone write that fails while other calls succeed is at fault. With nothing to compare against, it gets
    /// [`MAX_FAULTS`](super::retry::MAX_FAULTS) tries first, and three times as many while others fail as well.
    pub(super) fn blame(&mut self, write: WriteKey, alone: bool, calls: &CallsSoFar) -> Blame {
        let nothing_to_compare = calls.none_under_way && self.nothing_else_waits();
        let others_fail_too = !self.quarantine.is_empty();
        let faults = self.faults.entry(write.turn).or_default();
        faults.call_failed(calls.last_sent, alone);
        if !alone {
            return Blame::Call;
        }
        let is_own =
            faults.others_succeed(calls.last_decided) || nothing_to_compare && faults.are_enough(others_fail_too);
        if faults.alone >= FAULTS_BEFORE_OTHERS_GO_ON {
            self.first_update_answered(write);
        }
        if is_own { Blame::Write } else { Blame::Call }
    }

    /// An app was refused this account's write by 403. Is there another app in use that was not?
    pub(super) fn was_refused_through(&mut self, turn: Turn, app: AppIndex, in_use: AppSet) -> bool {
        let refused = self.refused_by.entry(turn).or_default();
        refused.insert(app);
        !refused.covers(in_use)
    }
}

/// What has to be known of the other calls to say whose fault a failure is.
pub(super) struct CallsSoFar {
    pub(super) none_under_way: bool,
    pub(super) last_sent: u64,
    pub(super) last_decided: u64,
}

impl AccountCounts {
    fn settled(&mut self, state: &AccountState) {
        *(if state.is_done() { &mut self.done } else { &mut self.not_done }) += 1;
    }
}
