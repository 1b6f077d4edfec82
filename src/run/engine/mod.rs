//! The engine: one task that owns all state; calls are futures that it holds; there are no locks.
//!
//! Each turn of its loop fills batches from the queue as far as quota and concurrency allow, has the journal bring their
//! intents to disk, sends them, and moves each account on by what is answered.

mod answers;
mod breaker;
mod call;
mod first_answers;
mod judged;
mod sending;
mod slip;
mod suspects;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::accounts::Accounts;
use super::apps::{AppIndex, AppSet, Apps};
use super::event::{Event, Progress, Statistics};
use super::journal::{Journal, JournalError};
use super::mint::{self, Credential, Lot, Mint, MintError};
use super::record::Record;
use super::run_end::RunEnd;
use super::schedule::{Kind, Queue, Turn};
use super::state::{self, AccountState, Transition};
use crate::clock::Clock;
use crate::graph::batch::MAX_ITEMS;
use crate::graph::error::GraphError;
use crate::graph::quota::Wait;
use crate::graph::transport::{Transport, TransportError};
use crate::plan::playbook::{Playbook, Schedule};
use crate::step::{Step, WriteKind};
use breaker::Breaker;
use first_answers::FirstAnswers;
use judged::Judged;
use slip::{CallNumber, Delivery, Sent, Slip, SlipWrite};
use suspects::{Faults, Suspects};

pub use breaker::HaltAt;

/// All that a run needs.
pub struct Assignment<T> {
    /// The ways to Graph, each with its quota.
    pub apps: Apps<T>,
    /// Tenant time.
    pub clock: Clock,
    /// What is done to each account.
    pub playbook: Playbook,
    /// In what order the writes of different accounts follow each other.
    pub schedule: Schedule,
    /// How many failures are too many.
    pub halt_at: HaltAt,
    /// The accounts, in the order of work.
    pub accounts: Arc<Accounts>,
    /// Where each of them stands, by turn.
    pub states: Vec<AccountState>,
    /// The journal, open for appending.
    pub journal: Journal,
    /// Where passwords come from.
    pub mint: Arc<Mint>,
}

/// How the engine ended.
#[derive(Debug)]
pub enum Ending {
    /// Every account is settled.
    Finished,
    /// It was told to stop; the rest can be resumed.
    Interrupted,
    /// There is no way in any more.
    NoAccess(TransportError),
    /// Graph refused a whole batch.
    BatchRefused(GraphError),
    /// Every one of the first answers was 403: the app lacks a role or a permission, and nobody would be reached. What was
    /// refused is open still.
    RoleMissing(GraphError),
    /// Too many accounts failed: something is wrong that one account cannot explain.
    TooManyFailures {
        /// Accounts for which some step failed, was given up, or is uncertain.
        failed: u64,
        /// Accounts of this process for which at least one write was decided.
        accounts: u64,
        /// How many failures in a hundred were allowed.
        halt_at: HaltAt,
    },
    /// The journal cannot be written: nothing more may be sent.
    Journal(JournalError),
    /// It ended for one reason, and then the journal could not take the answers to what was under way.
    Unnoted {
        /// Why it ended.
        first: Box<Ending>,
        /// What became of the journal.
        journal: JournalError,
    },
    /// A credential could not be made.
    Mint(MintError),
    /// A bug in the engine itself.
    Bug(String),
}

impl Ending {
    /// What the journal keeps of it.
    #[must_use]
    pub const fn kept(&self) -> RunEnd {
        match self {
            Self::Finished => RunEnd::Finished,
            Self::Interrupted => RunEnd::Interrupted,
            _ => RunEnd::Stopped,
        }
    }
}

/// Carries a plan out. Returns when every account is settled, when `stop` is cancelled and what was under way is
/// answered, or when it cannot go on; everything that happened is in the journal by then.
pub async fn work<T: Transport>(
    assignment: Assignment<T>,
    stop: &CancellationToken,
    observe: &mut (dyn FnMut(&Event) + Send),
) -> (Ending, Statistics) {
    let mut engine = match Engine::new(assignment, observe) {
        Ok(engine) => engine,
        Err(error) => return (Ending::Mint(error), Statistics::default()),
    };
    engine.run(stop).await
}

struct Engine<'o, T> {
    apps: Apps<T>,
    /// What each app has shown of itself.
    shown: Vec<Shown>,
    clock: Clock,
    playbook: Playbook,
    accounts: Arc<Accounts>,
    states: Vec<AccountState>,
    journal: Journal,
    mint: Arc<Mint>,
    queue: Queue,
    intake: Option<mpsc::Receiver<Lot>>,
    updating: HashMap<Turn, Updating>,
    faults: HashMap<Turn, Faults>,
    suspects: Suspects,
    /// Writes that some apps were refused by 403 and that another one is to try.
    referred: Vec<Referred>,
    /// Which apps were refused an account's current write by 403.
    refused_by: HashMap<Turn, AppSet>,
    calls: JoinSet<Delivery>,
    /// The calls that wait for an answer: each app's by the order in which they were let go.
    unanswered: BTreeSet<(AppIndex, CallNumber)>,
    breaker: Breaker,
    /// Refusals that came back before the answer to an earlier call did: what they mean hangs on that answer.
    held: BTreeMap<(AppIndex, CallNumber), Judged>,
    lingering_since: Option<Duration>,
    quota_wait: Option<Wait>,
    waiting_since: Option<(Obstacle, Duration)>,
    network_down_until: Option<Duration>,
    network_faults: u32,
    /// Since when nothing has come through.
    down_since: Option<Duration>,
    /// Of the calls in whose answers something was decided, the one that left last.
    last_answered: CallNumber,
    ending: Option<Ending>,
    progress: Progress,
    statistics: Statistics,
    observe: &'o mut (dyn FnMut(&Event) + Send),
}

/// An account between being taken up and having its update settled. Only these count against the window.
#[derive(Default)]
struct Updating {
    credential: Option<Arc<Credential>>,
    /// Its sealed form goes into the journal with the first intent that sends it.
    credential_journaled: bool,
    first_sent: bool,
    first_answered: bool,
}

/// What an app has shown of itself so far.
struct Shown {
    first_answers: FirstAnswers,
    /// Has Graph ever answered a batch of it?
    was_let_in: bool,
    /// How many batches in a row found its token turned down.
    rejections_in_a_row: u32,
}

/// A write that waits for an app that has not been refused it.
struct Referred {
    ready_at: Duration,
    turn: Turn,
    kind: Kind,
}

/// What writes wait for.
#[derive(Clone, Copy)]
enum Obstacle {
    Quota,
    Network,
}

impl<'o, T: Transport> Engine<'o, T> {
    fn new(assignment: Assignment<T>, observe: &'o mut (dyn FnMut(&Event) + Send)) -> Result<Self, MintError> {
        let Assignment { apps, clock, playbook, schedule, halt_at, accounts, states, journal, mint } = assignment;
        let mut queue = Queue::new(schedule);
        let mut progress = Progress {
            accounts: accounts.len() as u64,
            done: 0,
            not_done: 0,
            writes_accepted: 0,
            writes_left: states.iter().map(AccountState::writes_left).sum(),
            writes_per_second: 0.0,
            time_left: Duration::ZERO,
            quota_wait: None,
        };
        let mut updates = Vec::new();
        for turn in accounts.turns() {
            let state = &states[turn as usize];
            let due = state.due();
            if due.is_empty() {
                if state.is_done() { progress.done += 1 } else { progress.not_done += 1 }
            } else if due.first_write() == Some(WriteKind::Update) {
                updates.push((turn, due.contains(Step::Reset)));
            } else {
                queue.ready(turn, Kind::Revoke);
            }
        }
        let intake = mint::ahead(Arc::clone(&mint), Arc::clone(&accounts), updates)?;
        let breaker = Breaker::new(halt_at, accounts.len());
        // Whoever never stops has no use for what a single app's first answers say.
        let counts = halt_at != HaltAt::NEVER || apps.indices().count() > 1;
        let shown = apps.indices().map(|_| Shown {
            first_answers: if counts { FirstAnswers::counted() } else { FirstAnswers::ignored() },
            was_let_in: false,
            rejections_in_a_row: 0,
        });
        Ok(Self {
            shown: shown.collect(),
            apps,
            clock,
            playbook,
            accounts,
            states,
            journal,
            mint,
            queue,
            intake: Some(intake),
            updating: HashMap::new(),
            faults: HashMap::new(),
            suspects: Suspects::default(),
            referred: Vec::new(),
            refused_by: HashMap::new(),
            calls: JoinSet::new(),
            unanswered: BTreeSet::new(),
            breaker,
            held: BTreeMap::new(),
            lingering_since: None,
            quota_wait: None,
            waiting_since: None,
            network_down_until: None,
            network_faults: 0,
            down_since: None,
            last_answered: 0,
            ending: None,
            progress,
            statistics: Statistics::default(),
            observe,
        })
    }

    async fn run(&mut self, stop: &CancellationToken) -> (Ending, Statistics) {
        let began = self.clock.now();
        self.tell_progress(Event::Started);
        let mut stopping_told = false;
        while !self.is_over() {
            if stop.is_cancelled() {
                self.end(Ending::Interrupted);
            }
            if self.ending.is_none() {
                self.fill_batches();
            }
            if self.ending.is_some() {
                if self.calls.is_empty() {
                    break;
                }
                if !std::mem::replace(&mut stopping_told, true) {
                    self.tell(&Event::Stopping { batches_under_way: self.calls.len() });
                }
            }
            self.wait(stop).await;
        }
        let mut ending = self.ending.take().unwrap_or(Ending::Finished);
        let closed = self.journal.close(vec![Record::Paused { reason: ending.kept() }]).await;
        if let Err(journal) = closed {
            ending = match ending {
                // What the journal says last knows how much could not be noted.
                Ending::Finished | Ending::Interrupted | Ending::Journal(_) => Ending::Journal(journal),
                first => Ending::Unnoted { first: Box::new(first), journal },
            };
        }
        self.close_statistics(began);
        (ending, std::mem::take(&mut self.statistics))
    }

    fn close_statistics(&mut self, began: Duration) {
        let statistics = &mut self.statistics;
        statistics.elapsed = self.clock.now() - began;
        statistics.floor = self.apps.floor(began, statistics.writes_accepted);
        statistics.limiter = self.apps.shape();
        statistics.apps = self.apps.statistics();
        let over_floor = statistics.elapsed.as_secs_f64() / statistics.floor.as_secs_f64();
        statistics.elapsed_over_floor = over_floor.is_finite().then_some(over_floor);
    }

    /// Is nobody left, neither under way nor waiting?
    fn is_over(&self) -> bool {
        self.ending.is_none() && self.calls.is_empty() && self.nobody_waits()
    }

    fn nobody_waits(&self) -> bool {
        self.intake.is_none() && self.queue.is_done() && self.suspects.is_empty() && self.referred.is_empty()
    }

    /// Waits for the next thing to happen: an answer, accounts with fresh credentials, or a moment that something waits for.
    async fn wait(&mut self, stop: &CancellationToken) {
        let stopping = self.ending.is_some();
        let room = self.updating.len() < self.most_open() && !stopping;
        let wake = if stopping { None } else { self.next_moment() };
        let clock = self.clock;
        tokio::select! {
            Some(delivery) = self.calls.join_next(), if !self.calls.is_empty() => match delivery {
                Ok(delivery) => self.take_delivery(delivery),
                // Its writes stay in doubt in the journal.
                Err(error) => self.end(Ending::Bug(error.to_string())),
            },
            lot = next_lot(&mut self.intake), if room && self.intake.is_some() => self.take_lot(lot),
            () = sleep_until(clock, wake), if wake.is_some() => {}
            () = stop.cancelled(), if !stopping => {}
        }
    }

    fn next_moment(&self) -> Option<Duration> {
        let linger = self.lingering_since.map(|since| since + sending::LINGER);
        let quota = match self.quota_wait {
            Some(Wait::Until(until)) => Some(until),
            _ => None,
        };
        let blocked = [quota, self.network_down_until].into_iter().flatten().max();
        let now = self.clock.now();
        let somebody_is_ready = !(self.queue.is_empty() && self.referred.is_empty()) || self.suspects.any_due(now);
        let may_send = self.may_call() && self.quota_wait != Some(Wait::Answer);
        let sending = blocked.or(linger).filter(|_| somebody_is_ready && may_send);
        let referred = self.referred.iter().map(|referred| referred.ready_at).filter(|moment| *moment > now).min();
        [sending, self.queue.next_wake(), referred, self.suspects.next_wake(now)].into_iter().flatten().min()
    }

    /// Accounts taken up and not settled: bounds how many passwords are in memory.
    fn most_open(&self) -> usize {
        2 * self.apps.most_calls().max(16) * MAX_ITEMS
    }

    fn take_lot(&mut self, lot: Option<Lot>) {
        match lot {
            None => {
                self.intake = None;
                self.queue.no_more_updates_to_come();
            }
            Some(Err(error)) => self.end(Ending::Mint(error)),
            Some(Ok(lot)) => {
                for (turn, credential) in lot {
                    let credential = credential.map(Arc::new);
                    self.updating.insert(turn, Updating { credential, ..Updating::default() });
                    self.queue.ready(turn, Kind::Update);
                }
            }
        }
    }

    /// Queues the account's next write, or lets go of an account that is settled.
    fn go_on(&mut self, turn: Turn, pause: Duration) {
        let state = &self.states[turn as usize];
        let due = state.due();
        let kind = if due.first_write() == Some(WriteKind::Update) { Kind::Update } else { Kind::Revoke };
        if kind == Kind::Revoke {
            // Its password is forgotten, and it no longer counts against the window: a sweep keeps its revokes for the
            // end, and they must not hold up the updates.
            self.updating.remove(&turn);
        }
        if due.is_empty() {
            if state.is_done() {
                self.progress.done += 1
            } else {
                self.progress.not_done += 1
            }
            self.faults.remove(&turn);
        } else if self.is_suspect(turn) {
            self.suspects.push(self.clock.now() + pause, turn, kind);
        } else if self.refused_by.contains_key(&turn) {
            self.referred.push(Referred { ready_at: self.clock.now() + pause, turn, kind });
        } else {
            self.queue.ready_at(self.clock.now() + pause, turn, kind);
        }
    }

    /// Graph turned the password down: another one is made, off the network task.
    fn remint(&mut self, turn: Turn) {
        let (mint, accounts) = (Arc::clone(&self.mint), Arc::clone(&self.accounts));
        self.calls.spawn(async move {
            let made = tokio::task::spawn_blocking(move || mint.credential(accounts.get(turn))).await;
            let made = made.unwrap_or_else(|error| Err(MintError::Thread(std::io::Error::other(error))));
            Delivery::Reminted(turn, made)
        });
    }

    /// Moves an account through the one function that may; `false` when there is no such move.
    fn advance(&mut self, turn: Turn, transition: Transition) -> bool {
        let slot = &mut self.states[turn as usize];
        match state::next(*slot, transition) {
            Ok(after) => {
                self.progress.writes_left = self.progress.writes_left + after.writes_left() - slot.writes_left();
                *slot = after;
                true
            }
            Err(illegal) => {
                self.end(Ending::Bug(illegal.to_string()));
                false
            }
        }
    }

    /// May a write of this account go through that app? Not where the app was refused it, unless all the others were too.
    fn may_carry(&self, turn: Turn, app: AppIndex) -> bool {
        let refused = self.refused_by.get(&turn).copied().unwrap_or_default();
        !refused.contains(app) || refused.covers(self.apps.in_use())
    }

    /// Goes on without an app, or ends as it would with one app alone where no other is left.
    fn leave_out(&mut self, app: AppIndex, ending: Ending) {
        let reason = match &ending {
            Ending::NoAccess(error) => error.to_string(),
            Ending::RoleMissing(error) => format!("each of its first answers was a refusal: {error}"),
            Ending::BatchRefused(error) => format!("Graph refused a whole batch: {error}"),
            other => format!("{other:?}"),
        };
        if !self.apps.leave_out(app, &reason) {
            return;
        }
        if self.apps.in_use().is_empty() {
            return self.end(ending);
        }
        let app = self.apps.name(app).to_string();
        self.tell(&Event::AppLeftOut { app, reason });
    }

    /// The first reason to stop is the one that is told.
    fn end(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    fn tell(&mut self, event: &Event) {
        (self.observe)(event);
    }

    fn tell_progress(&mut self, event: fn(Progress) -> Event) {
        let now = self.clock.now();
        self.progress.writes_per_second = self.apps.writes_per_second();
        self.progress.time_left = self.apps.forecast(self.progress.writes_left);
        self.progress.quota_wait = match self.quota_wait {
            Some(Wait::Until(until)) => until.checked_sub(now),
            _ => None,
        };
        let event = event(self.progress);
        self.tell(&event);
    }
}

async fn next_lot(intake: &mut Option<mpsc::Receiver<Lot>>) -> Option<Lot> {
    intake.as_mut()?.recv().await
}

async fn sleep_until(clock: Clock, moment: Option<Duration>) {
    if let Some(moment) = moment {
        clock.sleep_until(moment).await;
    }
}
