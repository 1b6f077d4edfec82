//! New passwords are written back to Active Directory, one for each person, each followed to its end.
//!
//! It is no part of the [engine](super::engine): what is asked for here is an operation of minutes, that a person alone may ask for,
//! in a quota that no page names, carried out by one agent that does one after the other. So it has a pace that is found, as
//! many people at a time as can wait, and a journal of intents as the engine has:
//!
//! | the process dies | the journal has | the next process |
//! | --- | --- | --- |
//! | before the intent is on disk | nothing | does it: nothing was sent |
//! | before the operation is noted | an intent | waits until an operation would have died, then sets another password: all that may be live stay sealed |
//! | before the end is noted | the address of the operation | asks how it ended |
//! | before the sessions are ended | the end | ends them |

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::accounts::{GatheredAccounts, PlannedAccounts};
use super::credential_generator::{CredentialError, CredentialGenerator, GeneratedCredential};
use super::journal::{Journal, JournalError};
use super::lost_writeback::LostWriteback;
use super::record::{FORMAT, Record};
use super::run_error::RunError;
use super::schedule::Turn;
use super::states::States;
use super::writeback::{WritebackStage, WritebackStanding, is_to_be_written_back};
use super::writeback_event::WritebackEvent;
use super::writeback_fault::WritebackFault;
use crate::clock::Clock;
use crate::graph::backoff;
use crate::graph::error::GraphError;
use crate::graph::found_pace::{FOR_AUTHENTICATION, FoundPace};
use crate::graph::outside::OutsideText;
use crate::graph::password_writeback::{
    OperationState, ResetOperationAddress, ResetRequested, end_sessions, operation_state, request_reset,
};
use crate::graph::reading::{ReadError, Reading};
use crate::graph::status::StatusClass;
use crate::graph::transport::{Transport, TransportError};
use crate::graph::write_outcome::Postponed;
use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::PlanFolder;
use crate::plan::kept_elsewhere::is_written_back;
use crate::run::engagement::Engagement;
use crate::seal::Password;

/// So many people wait for their operation at one time. One agent serves them one by one: where it is slow, this holds back.
const AT_A_TIME: usize = 20;
/// An operation that Active Directory did not fetch dies after some minutes; the page gives no figure. After this nothing that
/// was begun before can still overwrite a new password.
pub const LATEST_END: Duration = Duration::from_secs(5 * 60);
/// How long to wait before an operation is asked for, each time; then as the last.
const POLLS: [u64; 5] = [5, 5, 10, 20, 30];
/// How often one password is asked for before the person is left to the next process.
const MAX_TRIES: u32 = 8;
/// So many bad ends, and no good one, and it does not work here: nothing more is begun.
const MAX_BAD_ENDS: u32 = 5;

/// Who is to get a password that is written back.
pub struct WritebackJob {
    accounts: PlannedAccounts,
    /// By turn: where each stands.
    people: Vec<WaitingPerson>,
    drifted: u64,
}

#[derive(Debug, Clone)]
struct WaitingPerson {
    standing: Option<WritebackStanding>,
    operation: Option<ResetOperationAddress>,
}

impl WritebackJob {
    /// All whose new password is not in Active Directory yet, or whose sessions were not ended after it.
    ///
    /// # Errors
    ///
    /// The plan cannot be read, or is too large.
    pub fn of(plan: &PlanFolder, states: &States, is_left_alone: impl Fn(RowNumber) -> bool) -> Result<Self, RunError> {
        let manifest = plan.manifest();
        let mut gathered = GatheredAccounts::new(0, manifest.handoff.as_ref());
        let (mut people, mut drifted) = (HashMap::new(), 0);
        for row in plan.rows()? {
            let row = row?;
            if !is_written_back(manifest.options.writeback, manifest.playbook, &row) || is_left_alone(row.row) {
                continue;
            }
            let standing = states.written_back(row.row);
            let has_drifted = states.of(row.row).has_drifted();
            drifted += u64::from(standing.is_none() && has_drifted);
            if is_to_be_written_back(standing, has_drifted) {
                gathered.add_for_password(&row);
                let operation = states.all_written_back().operation(row.row).cloned();
                people.insert(row.row, WaitingPerson { standing, operation });
            }
        }
        let accounts = gathered.in_order()?;
        let people = accounts.turns().filter_map(|turn| people.remove(&accounts.get(turn).row)).collect();
        Ok(Self { accounts, people, drifted })
    }

    /// How many people are left out, because the run found their accounts to be no longer what the plan says.
    pub const fn drifted(&self) -> u64 {
        self.drifted
    }

    /// How many people there are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Is no one left?
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Their rows.
    pub fn rows(&self) -> impl Iterator<Item = RowNumber> {
        self.accounts.turns().map(|turn| self.accounts.get(turn).row)
    }

    /// Is this account among them?
    pub fn holds(&self, account: ObjectId) -> bool {
        self.accounts.turns().any(|turn| self.accounts.get(turn).object_id == account)
    }
}

/// Why the work ended before everyone had a turn.
#[derive(Debug, thiserror::Error)]
pub enum WritebackError {
    /// There is no way in, or no way to Graph.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Nothing more can be noted.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// No password can be made.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// It goes wrong for all.
    #[error("password writeback went wrong {times} times and not once well; the last time: {last}")]
    NeverWell {
        /// How often.
        times: u32,
        /// How it ended the last time.
        last: WritebackFault,
    },
}

/// How many people it went well or wrong for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WritebackTally {
    /// Active Directory is said to have the new password, and the sessions were ended.
    pub accepted: u32,
    /// It has, and they were not.
    pub sessions_left: u32,
    /// It is said to have the old one.
    pub refused: u32,
    /// That is not known.
    pub unknown: u32,
    /// Had no turn.
    pub left: u32,
}

/// What all people share.
struct SharedWork<T> {
    transport: Arc<T>,
    clock: Clock,
    journal: Arc<Journal>,
    generator: CredentialGenerator,
    accounts: PlannedAccounts,
    pace: Mutex<FoundPace>,
    good: AtomicU32,
    bad: AtomicU32,
    stop: CancellationToken,
}

/// How it ended for one person.
#[derive(Debug)]
enum PersonEnd {
    Accepted,
    SessionsLeft,
    Refused(WritebackFault),
    Unknown(WritebackFault),
    NoTurn,
}

/// The lines with which work on a run of this plan begins.
pub fn first_records(plan: &PlanFolder, states: &States, who: Engagement) -> Vec<Record> {
    let manifest = plan.manifest();
    let opened = || Record::Opened {
        format: FORMAT,
        plan: manifest.fingerprint(),
        tenant: manifest.tenant.id,
        playbook: manifest.playbook,
    };
    let mut records: Vec<Record> = (!states.has_begun()).then(opened).into_iter().collect();
    records.push(Record::WritebackEngaged { who: Box::new(who) });
    records
}

/// Does the job; `progress` hears how many people it has ended for.
///
/// # Errors
///
/// It cannot go on; what was begun is in the journal, and the next process goes on from there.
pub async fn write_back<T: Transport>(
    job: WritebackJob,
    transport: Arc<T>,
    clock: Clock,
    journal: Arc<Journal>,
    generator: CredentialGenerator,
    stop: CancellationToken,
    mut progress: impl FnMut(&WritebackTally),
) -> (WritebackTally, Result<(), WritebackError>) {
    let WritebackJob { accounts, people, .. } = job;
    let pace = Mutex::new(FoundPace::new(FOR_AUTHENTICATION, clock.now()));
    let (good, bad) = (AtomicU32::new(0), AtomicU32::new(0));
    let shared = Arc::new(SharedWork { transport, clock, journal, generator, accounts, pace, good, bad, stop });
    let turns: Vec<Turn> = shared.accounts.turns().collect();
    let mut waiting = turns.into_iter().zip(people);
    let (mut tally, mut failed) = (WritebackTally::default(), Ok(()));
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < AT_A_TIME && !shared.stop.is_cancelled() {
            let Some((turn, person)) = waiting.next() else { break };
            let shared = Arc::clone(&shared);
            under_way.spawn(async move { shared.one(turn, person).await });
        }
        let Some(ended) = under_way.join_next().await else { break };
        // A task that panicked has left its intent in the journal, as a process that died.
        let ended = ended.unwrap_or_else(|panic| Ok(PersonEnd::Unknown(WritebackFault::BrokeOff(panic))));
        match ended {
            Ok(end) => {
                tally.count(&end);
                if let Some(error) = shared.learn(end) {
                    shared.stop.cancel();
                    failed = failed.and(Err(error));
                }
            }
            Err(error) => {
                shared.stop.cancel();
                failed = failed.and(Err(error));
            }
        }
        progress(&tally);
    }
    tally.left += u32::try_from(waiting.count()).unwrap_or(u32::MAX);
    (tally, failed)
}

impl WritebackTally {
    const fn count(&mut self, end: &PersonEnd) {
        let slot = match end {
            PersonEnd::Accepted => &mut self.accepted,
            PersonEnd::SessionsLeft => &mut self.sessions_left,
            PersonEnd::Refused(_) => &mut self.refused,
            PersonEnd::Unknown(_) => &mut self.unknown,
            PersonEnd::NoTurn => &mut self.left,
        };
        *slot += 1;
    }

    /// How many people it has ended for.
    pub const fn ended(&self) -> u32 {
        self.accepted + self.sessions_left + self.refused + self.unknown
    }
}

impl<T: Transport> SharedWork<T> {
    /// Where it goes wrong for everyone, no one else is tried.
    fn learn(&self, end: PersonEnd) -> Option<WritebackError> {
        let last = match end {
            PersonEnd::Accepted | PersonEnd::SessionsLeft => {
                self.good.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            PersonEnd::NoTurn => return None,
            PersonEnd::Refused(why) | PersonEnd::Unknown(why) => why,
        };
        let times = self.bad.fetch_add(1, Ordering::Relaxed) + 1;
        let never_well = self.good.load(Ordering::Relaxed) == 0 && times == MAX_BAD_ENDS;
        never_well.then_some(WritebackError::NeverWell { times, last })
    }

    fn record(&self, turn: Turn, event: WritebackEvent) -> Record {
        let account = self.accounts.get(turn);
        Record::WrittenBack { row: account.row, object_id: account.object_id, event }
    }

    fn note(&self, turn: Turn, event: WritebackEvent) {
        self.journal.append(vec![self.record(turn, event)]);
    }

    /// Notes that nothing more will be heard of it.
    fn lost(&self, turn: Turn, why: LostWriteback) -> PersonEnd {
        self.note(turn, WritebackEvent::Lost { why: why.clone() });
        PersonEnd::Unknown(WritebackFault::Lost(why))
    }

    /// Sleeps, unless the work is to end; says whether it goes on.
    async fn wait(&self, span: Duration) -> bool {
        tokio::select! {
            () = self.clock.sleep(span) => true,
            () = self.stop.cancelled() => false,
        }
    }

    async fn one(&self, turn: Turn, person: WaitingPerson) -> Result<PersonEnd, WritebackError> {
        let standing = person.standing;
        if standing.is_some_and(WritebackStanding::is_replaced) {
            return self.end_sessions(turn).await;
        }
        if let Some(operation) = &person.operation {
            // What an earlier process sent is not known here.
            if let Some(end) = self.follow(turn, operation, None, None).await? {
                return Ok(end);
            }
        }
        if let Some(standing) = standing.filter(|standing| standing.stage == WritebackStage::Unknown) {
            let gone_by = (OffsetDateTime::now_utc() - standing.sent).max(time::Duration::ZERO).unsigned_abs();
            let left = LATEST_END.saturating_sub(gone_by.mul_f64(self.clock.speed()));
            if !self.wait(left).await {
                return Ok(PersonEnd::Unknown(WritebackFault::Earlier));
            }
        }
        self.set(turn).await
    }

    /// Asks for a reset until it is begun or refused, and follows it.
    async fn set(&self, turn: Turn) -> Result<PersonEnd, WritebackError> {
        let mut last = None;
        let mut password_was_refused = false;
        for attempt in 1..=MAX_TRIES {
            let pause = self.pace.lock().await.take(self.clock.now(), 1);
            if !self.wait(pause).await {
                return Ok(last.map_or(PersonEnd::NoTurn, PersonEnd::Refused));
            }
            let account = self.accounts.get(turn);
            let GeneratedCredential { password, sealed } = self.generator.credential(account)?;
            self.journal.commit(vec![self.record(turn, WritebackEvent::Intended { sealed })]).await?;
            let asked = request_reset(&*self.transport, account.object_id, password.expose()).await;
            let throttled = matches!(asked, Ok(ResetRequested::NotBegun { why: Postponed::Throttled, .. }));
            self.pace.lock().await.heard(self.clock.now(), throttled);
            match asked {
                Ok(ResetRequested::Begun { operation, wait, .. }) => {
                    self.note(turn, WritebackEvent::Begun { operation: operation.clone() });
                    let Some(operation) = operation else {
                        return Ok(self.lost(turn, LostWriteback::NoAddress));
                    };
                    let end = self.follow(turn, &operation, Some(&password), wait).await?;
                    return Ok(end.unwrap_or(PersonEnd::Unknown(WritebackFault::Lost(LostWriteback::NotKnown))));
                }
                Ok(ResetRequested::NotBegun { why, wait }) => {
                    self.note(turn, WritebackEvent::NotBegun { why });
                    if !self.wait(wait.unwrap_or_else(|| backoff::delay(attempt))).await {
                        return Ok(PersonEnd::Refused(WritebackFault::NotBegun(why)));
                    }
                    last = Some(WritebackFault::NotBegun(why));
                }
                Ok(ResetRequested::Lost(why)) => {
                    // It may still be on its way: another one now could be overwritten by it. The next process waits for that.
                    return Ok(self.lost(turn, LostWriteback::Words(why)));
                }
                Ok(ResetRequested::Refused(error)) => {
                    let another_may_pass = error.is_about_the_password() && !password_was_refused;
                    password_was_refused = true;
                    self.note(turn, WritebackEvent::Refused { error: error.clone() });
                    if !another_may_pass {
                        return Ok(PersonEnd::Refused(WritebackFault::Refused(error)));
                    }
                    last = Some(WritebackFault::Refused(error));
                }
                Err(error) => {
                    self.note(turn, WritebackEvent::NotBegun { why: Postponed::Blocked });
                    let is_out_of_reach = error.is_unreachable() && attempt < MAX_TRIES;
                    if !is_out_of_reach || !self.wait(backoff::delay(attempt)).await {
                        return Err(error.into());
                    }
                    last = Some(WritebackFault::NotSent(error));
                }
            }
        }
        Ok(last.map_or(PersonEnd::NoTurn, PersonEnd::Refused))
    }

    /// Asks how far an operation is until it has ended; nothing where Graph does not know it.
    async fn follow(
        &self,
        turn: Turn,
        operation: &ResetOperationAddress,
        password: Option<&Password>,
        first_wait: Option<Duration>,
    ) -> Result<Option<PersonEnd>, WritebackError> {
        let reading = Reading::new(&*self.transport, self.clock);
        let begun = self.clock.now();
        let mut polls = 0;
        loop {
            let usual = POLLS.get(polls).or(POLLS.last()).copied().map_or(Duration::ZERO, Duration::from_secs);
            let wait = if polls == 0 { first_wait.unwrap_or(usual).max(usual) } else { usual };
            // One that an earlier process began has waited already.
            let wait = if password.is_none() && polls == 0 { Duration::ZERO } else { wait };
            if !self.wait(wait).await {
                return Ok(Some(PersonEnd::Unknown(WritebackFault::StillGoing)));
            }
            polls += 1;
            let is_late = self.clock.now().saturating_sub(begun) >= LATEST_END;
            match operation_state(&reading, operation, password.map(Password::expose)).await {
                Ok(OperationState::Succeeded { at }) => {
                    let at = at.unwrap_or_else(OffsetDateTime::now_utc);
                    self.note(turn, WritebackEvent::Succeeded { at });
                    return self.end_sessions(turn).await.map(Some);
                }
                Ok(OperationState::Failed(why)) => {
                    self.note(turn, WritebackEvent::Failed { why: why.clone() });
                    return Ok(Some(PersonEnd::Refused(WritebackFault::Failed(why))));
                }
                // In the first seconds it may not be known everywhere.
                Ok(OperationState::NotKnown) if password.is_some() && polls < POLLS.len() => {}
                Ok(OperationState::NotKnown) => {
                    self.note(turn, WritebackEvent::Lost { why: LostWriteback::NotKnown });
                    return Ok(None);
                }
                Ok(OperationState::Running) if is_late => {
                    return Ok(Some(PersonEnd::Unknown(WritebackFault::NotEnded)));
                }
                Ok(OperationState::Running) => {}
                Err(ReadError::Transport(error)) => return Err(error.into()),
                Err(error) if is_late || matches!(error, ReadError::Refused { .. }) => {
                    return Ok(Some(PersonEnd::Unknown(WritebackFault::NotSeen(error))));
                }
                Err(_) => {}
            }
        }
    }

    /// Ends the sessions that the old password began.
    async fn end_sessions(&self, turn: Turn) -> Result<PersonEnd, WritebackError> {
        let account = self.accounts.get(turn).object_id;
        let mut why = OutsideText::default();
        for attempt in 1..=MAX_TRIES {
            match end_sessions(&*self.transport, account).await {
                Ok(Ok(_)) => {
                    self.note(turn, WritebackEvent::SessionsEnded {});
                    return Ok(PersonEnd::Accepted);
                }
                Ok(Err(error)) => {
                    why = OutsideText::of_nothing_sent(&error.to_string());
                    if !may_pass(&error) {
                        break;
                    }
                }
                Err(TransportError::Lost(lost)) => why = OutsideText::of_nothing_sent(&lost.to_string()),
                Err(error) if error.is_unreachable() && attempt < MAX_TRIES => {}
                Err(error) => return Err(error.into()),
            }
            if !self.wait(backoff::delay(attempt)).await {
                break;
            }
        }
        self.note(turn, WritebackEvent::SessionsLeft { why });
        Ok(PersonEnd::SessionsLeft)
    }
}

fn may_pass(error: &GraphError) -> bool {
    error.is_foreign || StatusClass::of(error.status).is_passing()
}
