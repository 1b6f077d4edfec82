//! Accounts that are taken up one after the other, at the pace at which somebody hands their passwords over.
//!
//! Nothing is made ahead: the password of an account is generated when its turn has come, so that none waits in memory for hours.
//! Before that, the account is read again, for what was true when the run began may be so no longer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::plan::drift::DriftError;
use crate::plan::drift_cause::DriftCause;
use crate::run::accounts::PlannedAccounts;
use crate::run::credential_generator::{CredentialError, CredentialGenerator, GeneratedCredential};
use crate::run::handout_rate::HandoutRate;
use crate::run::look_again::{LookAgain, LookAgainError};
use crate::run::outage_reason::OutageReason;
use crate::run::schedule::Turn;

/// What was read of an account holds for so long.
const LOOK_HOLDS: Duration = Duration::from_secs(300);
/// Where accounts cannot be read, that is tried again after so long.
const LOOKS_APART: Duration = Duration::from_secs(60);

/// On what terms accounts are taken up one after the other.
pub struct Handout {
    /// How many in which time.
    pub rate: HandoutRate,
    /// How long ago an earlier process sent the last new password, in tenant time.
    pub since_last: Option<Duration>,
    /// Reads them again.
    pub look: Arc<dyn LookAgain>,
}

/// An account that waits for its turn.
pub(super) struct WaitingTurn {
    pub(super) turn: Turn,
    pub(super) resets: bool,
    /// Does it take a place of the rate? Not where no password is set, nor where an earlier process had sent one.
    pub(super) counts: bool,
    pub(super) may_drift: bool,
}

/// Accounts whose turn has come, and those that are left out.
#[derive(Default)]
pub(super) struct Upcoming {
    pub(super) accounts: Vec<(Turn, Option<GeneratedCredential>)>,
    pub(super) drifted: Vec<(Turn, DriftCause)>,
    /// How many of those whose turn has come take a place of the rate.
    pub(super) counted: u64,
    /// How many of those that are left out would have taken one.
    pub(super) given_up: u64,
    /// Accounts could be read again, after they could not be for so long.
    pub(super) read_again_after: Option<Duration>,
}

/// Why no account comes.
pub(super) enum NoneComes {
    Credential(CredentialError),
    /// Accounts cannot be read; that is tried again after a pause.
    NotRead {
        reason: OutageReason,
        pause: Duration,
        down_for: Duration,
    },
    /// They will not be readable by themselves.
    NotReadable(DriftError),
}

/// Accounts that come when their time has.
pub(super) struct OneByOne {
    asks: mpsc::Sender<Duration>,
    comes: mpsc::Receiver<Result<Upcoming, NoneComes>>,
    is_asked: bool,
    worker: JoinHandle<()>,
}

impl Drop for OneByOne {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl OneByOne {
    pub(super) fn new(
        (rate, look): (HandoutRate, Arc<dyn LookAgain>),
        (generator, accounts): (Arc<CredentialGenerator>, Arc<PlannedAccounts>),
        turns: Vec<WaitingTurn>,
        clock: Clock,
    ) -> Self {
        let (asks, asked) = mpsc::channel(1);
        let (sender, comes) = mpsc::channel(1);
        let looked = Looked::at(clock.now());
        let worker = Worker { rate, look, generator, accounts, clock, looked, turns, next: 0 };
        let worker = tokio::spawn(worker.work(asked, sender));
        Self { asks, comes, is_asked: false, worker }
    }

    /// Waits for the next account, not before `free_at` where it takes a place of the rate; nothing when all have come. May be
    /// dropped and called again.
    pub(super) async fn next(&mut self, free_at: Duration) -> Option<Result<Upcoming, NoneComes>> {
        // Where the worker has ended, nothing comes.
        if !std::mem::replace(&mut self.is_asked, true) && self.asks.try_send(free_at).is_err() {
            return None;
        }
        let comes = self.comes.recv().await;
        self.is_asked = false;
        comes
    }
}

/// Up to which account the directory was read, and until when that holds.
struct Looked {
    holds_until: Duration,
    /// Since when it cannot be read.
    down_since: Option<Duration>,
    /// Before that, it is not tried again.
    again_at: Duration,
    /// The first account that was not read.
    end: usize,
    drifted: HashMap<Turn, DriftCause>,
}

impl Looked {
    /// Every account was read before the run began.
    fn at(now: Duration) -> Self {
        let holds_until = now + LOOK_HOLDS;
        Self { holds_until, down_since: None, again_at: now, end: usize::MAX, drifted: HashMap::new() }
    }
}

struct Worker {
    rate: HandoutRate,
    look: Arc<dyn LookAgain>,
    generator: Arc<CredentialGenerator>,
    accounts: Arc<PlannedAccounts>,
    clock: Clock,
    looked: Looked,
    turns: Vec<WaitingTurn>,
    next: usize,
}

impl Worker {
    /// Brings one account for each question.
    async fn work(mut self, mut asked: mpsc::Receiver<Duration>, comes: mpsc::Sender<Result<Upcoming, NoneComes>>) {
        while self.next < self.turns.len()
            && let Some(free_at) = asked.recv().await
        {
            let upcoming = self.bring(free_at).await;
            let ends = matches!(upcoming, Err(NoneComes::Credential(_) | NoneComes::NotReadable(_)));
            if comes.send(upcoming).await.is_err() || ends {
                return;
            }
        }
    }

    async fn bring(&mut self, free_at: Duration) -> Result<Upcoming, NoneComes> {
        let counts = self.turns[self.next].counts;
        self.clock.sleep_until(if counts { free_at } else { self.looked.again_at }).await;
        let mut upcoming = Upcoming { read_again_after: self.look().await?, ..Upcoming::default() };
        while let Some(waiting) = self.turns.get(self.next).filter(|_| self.next < self.looked.end) {
            self.next += 1;
            if let Some(cause) = self.looked.drifted.remove(&waiting.turn) {
                upcoming.given_up += u64::from(waiting.counts);
                upcoming.drifted.push((waiting.turn, cause));
                continue;
            }
            // One that takes no place may have stood before one that does: that one has not waited yet.
            if waiting.counts && !counts {
                self.next -= 1;
                break;
            }
            let credential = if waiting.resets { Some(self.credential(waiting.turn).await?) } else { None };
            upcoming.counted = u64::from(waiting.counts);
            upcoming.accounts.push((waiting.turn, credential));
            break;
        }
        Ok(upcoming)
    }

    /// Reads the next accounts again, unless that was done a moment ago. Says for how long it could not be done before.
    async fn look(&mut self) -> Result<Option<Duration>, NoneComes> {
        if self.clock.now() < self.looked.holds_until && self.next < self.looked.end {
            return Ok(None);
        }
        self.clock.sleep_until(self.looked.again_at).await;
        let end = (self.next + self.rate.within(LOOK_HOLDS)).min(self.turns.len());
        let rows: HashMap<_, _> = self.turns[self.next..end]
            .iter()
            .filter(|waiting| waiting.may_drift)
            .map(|waiting| (self.accounts.get(waiting.turn).row, waiting.turn))
            .collect();
        let began = self.clock.now();
        let drifted =
            if rows.is_empty() { Ok(Vec::new()) } else { self.look.drifted(rows.keys().copied().collect()).await };
        let down_since = self.looked.down_since;
        let down_for = |now: Duration| now.saturating_sub(down_since.unwrap_or(began));
        match drifted {
            Ok(drifted) => {
                let drifted = drifted.into_iter().filter_map(|(row, cause)| Some((*rows.get(&row)?, cause))).collect();
                let holds_until = began + LOOK_HOLDS;
                self.looked = Looked { holds_until, down_since: None, again_at: began, end, drifted };
                Ok(down_since.map(|_| down_for(self.clock.now())))
            }
            Err(LookAgainError::Lasting(why)) => Err(NoneComes::NotReadable(why)),
            Err(LookAgainError::Passing(reason)) => {
                let now = self.clock.now();
                self.looked.down_since.get_or_insert(began);
                (self.looked.again_at, self.looked.holds_until) = (now + LOOKS_APART, Duration::ZERO);
                Err(NoneComes::NotRead { reason, pause: LOOKS_APART, down_for: down_for(now) })
            }
        }
    }

    async fn credential(&self, turn: Turn) -> Result<GeneratedCredential, NoneComes> {
        let (generator, accounts) = (Arc::clone(&self.generator), Arc::clone(&self.accounts));
        let made = tokio::task::spawn_blocking(move || generator.credential(accounts.get(turn))).await;
        let made = made.unwrap_or_else(|error| Err(CredentialError::Thread(std::io::Error::other(error))));
        made.map_err(NoneComes::Credential)
    }
}
