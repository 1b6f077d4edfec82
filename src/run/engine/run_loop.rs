//! The loop: fill batches, wait for the next thing to happen, and end when nothing is left or nothing more can be done.

use std::sync::Arc;
use std::time::Duration;

use enum_map::EnumMap;
use tokio_util::sync::CancellationToken;

use super::account_tracker::AccountTracker;
use super::app_health::AppHealth;
use super::breaker::{Breaker, HaltAt};
use super::ending::Ending;
use super::first_answers::FirstAnswers;
use super::flight::Flight;
use super::link::Link;
use super::one_by_one::Handout;
use crate::clock::Clock;
use crate::graph::batch::MAX_ITEMS;
use crate::graph::found_pace::FoundPace;
use crate::graph::quota::Wait;
use crate::graph::transport::Transport;
use crate::plan::playbook::{Playbook, Schedule};
use crate::run::accounts::PlannedAccounts;
use crate::run::apps::{AppIndex, Apps};
use crate::run::credential_generator::{CredentialError, CredentialGenerator};
use crate::run::event::{Event, Progress, Statistics};
use crate::run::journal::Journal;
use crate::run::record::Record;
use crate::run::schedule::Turn;
use crate::run::shut_out::ShutOut;
use crate::run::state::{AccountState, Transition};
use crate::step::{PassTerms, Step, WriteKind};

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
    pub accounts: Arc<PlannedAccounts>,
    /// The state of each of them, by turn.
    pub states: Vec<AccountState>,
    /// The journal, open for appending.
    pub journal: Journal,
    /// Where passwords come from.
    pub generator: Arc<CredentialGenerator>,
    /// The pace at which new passwords are handed over, where accounts keep to one.
    pub handout: Option<Handout>,
    /// What its passes are like, where the plan makes any.
    pub pass: Option<PassTerms>,
    /// Does a person who signed in send the writes? Some of their quotas are lower than those of an app.
    pub by_person: bool,
}

/// Carries a plan out. Returns when every account is settled, when `stop` is cancelled and what was under way is
/// answered, or when it cannot go on; everything that happened is in the journal by then.
pub async fn work<T: Transport>(
    assignment: Assignment<T>,
    stop: &CancellationToken,
    observe: &mut (dyn FnMut(&Event) + Send),
) -> (Ending, Statistics) {
    match Engine::new(assignment, observe) {
        Ok(mut engine) => engine.run(stop).await,
        Err(error) => (Ending::Credential(error), Statistics::default()),
    }
}

pub(super) struct Engine<'o, T> {
    pub(super) apps: Apps<T>,
    pub(super) clock: Clock,
    pub(super) playbook: Playbook,
    pub(super) journal: Journal,
    pub(super) generator: Arc<CredentialGenerator>,
    pub(super) pass: Option<PassTerms>,
    pub(super) accounts: AccountTracker,
    pub(super) link: Link,
    pub(super) flight: Flight,
    pub(super) breaker: Breaker,
    /// Does a person who signed in send the writes?
    pub(super) by_person: bool,
    /// How fast the writes may leave that have another quota than the rest.
    pub(super) paces: EnumMap<WriteKind, Option<FoundPace>>,
    /// Since when a batch that is not full waits for more writes.
    pub(super) lingering_since: Option<Duration>,
    pub(super) quota_wait: Option<Wait>,
    pub(super) ending: Option<Ending>,
    pub(super) statistics: Statistics,
    observe: &'o mut (dyn FnMut(&Event) + Send),
}

/// How long a batch that is not full waits for more writes. The documented quota refills a whole batch in a second; without
/// this wait the last part of a run would leave as batches of one or two, and each call costs a round trip.
pub(super) const LINGER: Duration = Duration::from_millis(200);

impl<'o, T: Transport> Engine<'o, T> {
    fn new(assignment: Assignment<T>, observe: &'o mut (dyn FnMut(&Event) + Send)) -> Result<Self, CredentialError> {
        let Assignment {
            apps,
            clock,
            playbook,
            schedule,
            halt_at,
            accounts,
            states,
            journal,
            generator,
            handout,
            pass,
            by_person,
        } = assignment;
        let breaker = Breaker::new(halt_at, accounts.len());
        let accounts = AccountTracker::new(accounts, states, schedule, (Arc::clone(&generator), handout), clock)?;
        // A run that never stops has no use for what a single app's first answers say.
        let counts = halt_at != HaltAt::NEVER || apps.indices().count() > 1;
        let health = |_| AppHealth::new(if counts { FirstAnswers::counted() } else { FirstAnswers::ignored() });
        let flight = Flight::new(apps.indices().map(health).collect());
        Ok(Self {
            apps,
            clock,
            playbook,
            journal,
            generator,
            pass,
            accounts,
            link: Link::default(),
            flight,
            breaker,
            by_person,
            paces: own_paces(by_person, clock.now()),
            lingering_since: None,
            quota_wait: None,
            ending: None,
            statistics: Statistics::default(),
            observe,
        })
    }

    async fn run(&mut self, stop: &CancellationToken) -> (Ending, Statistics) {
        let began = self.clock.now();
        self.emit_progress(Event::Started);
        let mut is_stopping = false;
        while !self.is_over() {
            if stop.is_cancelled() {
                self.end(Ending::Interrupted);
            }
            if self.ending.is_none() {
                self.fill_batches();
            }
            if self.ending.is_some() {
                if self.flight.is_empty() {
                    break;
                }
                if !std::mem::replace(&mut is_stopping, true) {
                    self.emit(&Event::Stopping { batches_under_way: self.flight.len() });
                }
            }
            self.wait(stop).await;
        }
        let ending = self.close_journal().await;
        self.close_statistics(began);
        (ending, std::mem::take(&mut self.statistics))
    }

    async fn close_journal(&mut self) -> Ending {
        let ending = self.ending.take().unwrap_or(Ending::Finished);
        let closed = self.journal.close(vec![Record::Paused { reason: ending.kept() }]).await;
        let Err(journal) = closed else { return ending };
        match ending {
            // What the journal says last knows how much could not be noted.
            Ending::Finished | Ending::Interrupted | Ending::Journal(_) => Ending::Journal(journal),
            first => Ending::Unnoted { first: Box::new(first), journal },
        }
    }

    fn close_statistics(&mut self, began: Duration) {
        let statistics = &mut self.statistics;
        statistics.elapsed = self.clock.now() - began;
        let others = self.apps.floor(began, statistics.writes_accepted - statistics.targets.all());
        let handed_over = self.accounts.handout_pace.map(|pace| pace.floor(began)).unwrap_or_default();
        statistics.floor = others.max(statistics.targets.floor(self.by_person)).max(handed_over);
        statistics.limiter = self.apps.shape();
        statistics.apps = self.apps.statistics();
        let over_floor = statistics.elapsed.as_secs_f64() / statistics.floor.as_secs_f64();
        statistics.elapsed_over_floor = over_floor.is_finite().then_some(over_floor);
    }

    /// Is no write left, neither under way nor waiting?
    fn is_over(&self) -> bool {
        self.ending.is_none() && self.flight.is_empty() && self.accounts.is_idle()
    }

    /// Waits for the next thing to happen: an answer, accounts with fresh credentials, or a moment that something waits for.
    async fn wait(&mut self, stop: &CancellationToken) {
        let stopping = self.ending.is_some();
        let room = self.accounts.open() < self.max_open_accounts() && !stopping;
        let wake = if stopping { None } else { self.next_wake() };
        let clock = self.clock;
        tokio::select! {
            Some(delivery) = self.flight.next(), if !self.flight.is_empty() => match delivery {
                Ok(delivery) => self.take_delivery(delivery),
                // Its writes stay in doubt in the journal.
                Err(error) => self.end(Ending::Bug(error.to_string())),
            },
            upcoming = self.accounts.next_accounts(), if room && self.accounts.more_to_come() => self.take_up(upcoming),
            () = sleep_until(clock, wake), if wake.is_some() => {}
            () = stop.cancelled(), if !stopping => {}
        }
    }

    fn next_wake(&self) -> Option<Duration> {
        let now = self.clock.now();
        let linger = self.lingering_since.map(|since| since + LINGER);
        let quota = match self.quota_wait {
            Some(Wait::Until(until)) => Some(until),
            _ => None,
        };
        // Both have to be open, so the later one counts. To wake at the sooner one would be a turn of the loop for nothing,
        // again and again at one moment.
        let blocked = [quota, self.link.next_wake()].into_iter().flatten().max();
        let may_send = self.link.may_call(self.flight.is_empty()) && self.quota_wait != Some(Wait::Answer);
        let sending = blocked.or(linger).filter(|_| self.accounts.any_ready(now) && may_send);
        let paced = self.paces.iter().filter_map(|(kind, pace)| Some((kind, pace.as_ref()?.free_at())));
        // Its moment may have passed since the writes were looked at that could leave: then it is now, and not never.
        let paced = paced.filter(|(kind, _)| self.accounts.waits_for_pace(*kind)).map(|(_, at)| at).min();
        [sending, paced.filter(|_| blocked.is_none() && may_send), self.accounts.next_wake(now)]
            .into_iter()
            .flatten()
            .min()
    }

    /// Accounts that are taken up and not settled: bounds how many passwords are in memory. Twice what can be under way,
    /// so that a batch is always ready while another one is; all of them at once would need a password for each account of a
    /// plan of a million.
    pub(super) fn max_open_accounts(&self) -> usize {
        let of_any_run = 2 * self.apps.max_calls().max(16) * MAX_ITEMS;
        self.accounts.handout_pace.map_or(of_any_run, |pace| pace.max_open().min(of_any_run))
    }

    /// Moves an account on; `false` when there is no such move.
    pub(super) fn advance(&mut self, turn: Turn, transition: Transition<'_>) -> bool {
        match self.accounts.advance(turn, transition) {
            Ok(()) => true,
            Err(illegal) => {
                self.end(Ending::Bug(illegal.to_string()));
                false
            }
        }
    }

    /// Goes on without an app, or ends as it would with one app alone where no other is left.
    pub(super) fn leave_out(&mut self, app: AppIndex, reason: ShutOut) {
        if !self.apps.leave_out(app, reason.clone()) {
            return;
        }
        if self.apps.in_use().is_empty() {
            return self.end(Ending::ShutOut(reason));
        }
        let app = self.apps.name(app).to_string();
        self.emit(&Event::AppLeftOut { app, reason });
    }

    /// The first reason to stop is the one that counts.
    pub(super) fn end(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    pub(super) fn emit(&mut self, event: &Event) {
        (self.observe)(event);
    }

    pub(super) fn emit_progress(&mut self, event: fn(Progress) -> Event) {
        let now = self.clock.now();
        let counts = self.accounts.counts();
        let event = event(Progress {
            accounts: self.accounts.accounts().len() as u64,
            done: counts.done,
            not_done: counts.not_done,
            steps: counts.steps,
            writes_accepted: self.statistics.writes_accepted,
            writes_left: counts.writes_left,
            writes_per_second: self.apps.writes_per_second(),
            time_left: self
                .apps
                .forecast(counts.writes_left - counts.targets_left.all())
                .max(counts.targets_left.floor(self.by_person))
                .max(self.accounts.handout_pace.map(|pace| pace.time_left(now)).unwrap_or_default()),
            quota_wait: match self.quota_wait {
                Some(Wait::Until(until)) => until.checked_sub(now),
                _ => None,
            },
        });
        self.emit(&event);
    }
}

/// The paces of the kinds of writes that have one of their own, at their beginning.
fn own_paces(by_person: bool, now: Duration) -> EnumMap<WriteKind, Option<FoundPace>> {
    EnumMap::from_fn(|kind: WriteKind| {
        let range = Step::with_own_pace().find(|step| step.facts().part.kind() == kind)?.own_pace_of(by_person)?;
        Some(FoundPace::new(range, now))
    })
}

async fn sleep_until(clock: Clock, moment: Option<Duration>) {
    if let Some(moment) = moment {
        clock.sleep_until(moment).await;
    }
}
