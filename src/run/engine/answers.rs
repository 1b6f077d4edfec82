//! What answers do to the accounts they are for, and to the pace of the rest.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::account_tracker::CallsSoFar;
use super::batch_outcomes::BatchOutcomes;
use super::ending::Ending;
use super::first_answers;
use super::in_flight::{CallNumber, Delivery, QueuedWrite, SentCall};
use super::retry::{self, Blame, PAUSE_BEFORE_LAST, Retry};
use super::run_loop::Engine;
use crate::graph::batch::{self, ItemAnswer};
use crate::graph::echo::SentSecrets;
use crate::graph::error::GraphError;
use crate::graph::outside::OutsideText;
use crate::graph::quota::Feedback;
use crate::graph::status::StatusClass;
use crate::graph::throttle::{LimitOwner, ThrottleScope};
use crate::graph::token::TokenMark;
use crate::graph::transport::{Answer, Transport, TransportError};
use crate::graph::unreachable::{Unreachable, UnreachableCause};
use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};
use crate::run::apps::AppIndex;
use crate::run::credential_generator::CredentialError;
use crate::run::event::Event;
use crate::run::last_try::LastTry;
use crate::run::record::Record;
use crate::run::schedule::{Turn, WriteKey};
use crate::run::state::{StepState, Transition};
use crate::step::{Step, Steps, WriteKind};

/// In fewer answers than this a majority says nothing about the service.
const MIN_MAJORITY: usize = 5;

/// After so many answers in a row that cannot be taken in, one more ends the run.
const MAX_UNUSABLE_ANSWERS: u32 = 2;

/// So many writes in a row that fail alone are no outage yet.
const MAX_FAILED_ALONE: u32 = 3;

/// The writes of one answer that were throttled, for the report of it: the tenant's limit is named before any other.
#[derive(Debug, Clone, Copy, Default)]
struct ThrottledItems {
    count: usize,
    scope: Option<ThrottleScope>,
    retry_after: Option<Duration>,
}

impl ThrottledItems {
    fn add(&mut self, scope: Option<ThrottleScope>, retry_after: Option<Duration>) {
        self.count += 1;
        self.retry_after = self.retry_after.max(retry_after);
        self.scope = scope.filter(|scope| scope.owner == LimitOwner::Tenant).or(self.scope).or(scope);
    }
}

/// When Graph answered, and its name for the request.
type Stamp = (Option<OffsetDateTime>, Option<String>);

impl<T: Transport> Engine<'_, T> {
    pub(super) fn take_delivery(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Called(sent, answer) => {
                self.land(&sent);
                self.take_answer(sent, answer);
            }
            Delivery::NotWritten(sent, error) => {
                self.land(&sent);
                self.end(Ending::Journal(error));
            }
            Delivery::NewCredential(turn, Ok(credential)) => {
                self.accounts.replace_credential(turn, credential);
                self.accounts.requeue(turn, self.clock.now());
            }
            Delivery::NewCredential(_, Err(error)) => self.end(Ending::Credential(error)),
        }
        // Outcomes are held until no call that was sent earlier is under way, or it is known that the app may write.
        for ((app, number), outcomes) in self.flight.take_held() {
            self.take_or_hold(app, number, outcomes);
        }
        self.emit_progress(Event::Progress);
    }

    fn land(&mut self, sent: &SentCall) {
        self.flight.land(sent.app, sent.number);
        self.apps.landed(sent.app);
    }

    fn take_answer(&mut self, call: SentCall, answer: Result<Answer, TransportError>) {
        let sent = count(call.writes.len());
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.apps.answered(call.app, call.at, &Feedback { sent, ..Feedback::default() });
                return self.take_no_answer(call.app, call.writes, error);
            }
        };
        self.apps.round_trip(call.app, call.at);
        // A throttled batch was once documented as an outer 424 with `responses` in it.
        let is_for_items = !answer.is_foreign() && ((200..300).contains(&answer.status) || answer.status == 424);
        let items = if is_for_items { batch::answers(&answer.body, call.writes.len(), answer.date) } else { None };
        let Some(items) = items else {
            let advice = &answer.advice;
            let mut feedback = Feedback { sent, share: advice.limit_share, ..Feedback::default() };
            if answer.status == 429 {
                feedback.refuse(sent, advice.throttle_scope, advice.retry_after);
            }
            self.apps.answered(call.app, call.at, &feedback);
            return self.take_envelope(call.app, call.writes, answer, is_for_items);
        };
        self.flight.app(call.app).was_let_in = true;
        self.take_items(call, answer, items);
    }

    /// Each item's answer moves its own account on.
    fn take_items(&mut self, call: SentCall, answer: Answer, items: Vec<Option<ItemAnswer>>) {
        let SentCall { number, app, at: sent_at, writes } = call;
        let call_id = answer.advice.request_id;
        let share = answer.advice.limit_share;
        let mut feedback = Feedback { sent: count(writes.len()), share, ..Feedback::default() };
        let mut throttled = ThrottledItems::default();
        let mut outcomes = Vec::with_capacity(writes.len());
        let mut turned_down = Vec::new();
        // An item may be answered with what another of the same call carried.
        let secrets = answer.carried.and(secrets_of(&writes));
        for (write, item) in writes.iter().zip(items) {
            let Some(item) = item else {
                outcomes.push((WriteOutcome::Unknown { why: Undecided::LeftOut, retry_after: None }, call_id.clone()));
                continue;
            };
            let mut outcome = WriteOutcome::without(&item, &secrets);
            if outcome.may_pass(&item) && self.accounts.hesitates(write.key.turn) {
                let retry_after = item.advice.retry_after;
                outcome = WriteOutcome::Postponed { why: Postponed::Unclear, retry_after };
            }
            feedback.share = item.advice.limit_share.into_iter().chain(feedback.share).reduce(f64::max);
            match outcome {
                WriteOutcome::Postponed { why: Postponed::Throttled, retry_after } => {
                    feedback.refuse(1, item.advice.throttle_scope, retry_after);
                    throttled.add(item.advice.throttle_scope, retry_after);
                }
                WriteOutcome::Accepted
                | WriteOutcome::Refused { .. }
                | WriteOutcome::Postponed { why: Postponed::Conflict | Postponed::Unclear, .. } => feedback.passed += 1,
                WriteOutcome::Postponed { why: Postponed::Unauthorized, .. } => {
                    turned_down.push((outcomes.len(), item.error_without(&secrets)));
                }
                WriteOutcome::Postponed { .. } | WriteOutcome::Unknown { .. } => {}
            }
            outcomes.push((outcome, item.advice.request_id.or_else(|| call_id.clone())));
        }
        drop(secrets);
        self.apps.answered(app, sent_at, &feedback);
        let mut outcomes = BatchOutcomes { writes, outcomes, blame: Blame::Write, date: answer.date };
        if outcomes.iter().any(|outcome| !outcome.is_fault()) {
            self.flight.decided(number);
        }
        self.refuse_turned_down(app, &mut outcomes, turned_down);
        self.check_token(app, answer.token, &outcomes);
        outcomes.blame = self.blame_together(&outcomes);
        if throttled.count > 0 {
            self.statistics.writes_throttled += throttled.count as u64;
            self.emit_throttled(throttled);
        }
        self.take_or_hold(app, number, outcomes);
    }

    fn emit_throttled(&mut self, throttled: ThrottledItems) {
        let ThrottledItems { count: writes, scope, retry_after } = throttled;
        let owner = scope.map(|scope| scope.owner);
        self.emit(&Event::Throttled { writes, owner, retry_after });
        if owner == Some(LimitOwner::Tenant) && !std::mem::replace(&mut self.statistics.tenant_limit_reached, true) {
            self.emit(&Event::TenantLimitReached);
        }
    }

    /// A write that is answered 401 again and again while others pass meets a service behind Graph that refuses this one
    /// account: that is its own answer, and no fresh token changes it.
    fn refuse_turned_down(&mut self, app: AppIndex, batch: &mut BatchOutcomes, turned_down: Vec<(usize, GraphError)>) {
        let others_pass = batch.iter().any(WriteOutcome::shows_a_good_token);
        let counts = others_pass || self.are_few_of_an_app_that_writes(app, batch);
        for (place, error) in turned_down {
            let turn = batch.writes[place].key.turn;
            if self.accounts.turned_down(turn, counts) < retry::MAX_TURNED_DOWN {
                continue;
            }
            batch.outcomes[place].0 = WriteOutcome::Refused { error };
        }
    }

    /// A whole batch that is answered 401 says something about the token. A few writes at the end, of an app that has
    /// written before, say more about their accounts: Graph took the call itself with that token.
    fn are_few_of_an_app_that_writes(&mut self, app: AppIndex, batch: &BatchOutcomes) -> bool {
        batch.writes.len() < MIN_MAJORITY && self.flight.app(app).has_written
    }

    /// Where items were answered 401, a fresh token is fetched; that helps a few times in a row, and then not.
    fn check_token(&mut self, app: AppIndex, token: TokenMark, outcomes: &BatchOutcomes) {
        if outcomes.iter().any(|outcome| *outcome == WriteOutcome::Accepted) {
            self.flight.app(app).was_accepted();
        }
        if !outcomes.iter().any(|outcome| outcome.postponed() == Some(Postponed::Unauthorized)) {
            return;
        }
        // The calls that were under way with the same token say the same once more: only the first one counts.
        let is_news =
            self.apps.transport(app).token_rejected(token) && !self.are_few_of_an_app_that_writes(app, outcomes);
        let health = self.flight.app(app);
        let too_often = if is_news { health.token_rejected() } else { health.is_rejected_too_often() };
        if too_often {
            let error = GraphError {
                status: 401,
                code: OutsideText::of_nothing_sent("InvalidAuthenticationToken"),
                message: OutsideText::of_nothing_sent("the token is rejected again and again inside batches"),
                ..GraphError::default()
            };
            self.leave_out(app, Ending::NoAccess(TransportError::Unauthorized(error)));
        }
    }

    /// What the answers of a batch say together: when most of them are server faults, it is the service that fails and not
    /// the accounts.
    fn blame_together(&mut self, outcomes: &BatchOutcomes) -> Blame {
        let (all, faulty) = (outcomes.writes.len(), outcomes.iter().filter(|outcome| outcome.is_fault()).count());
        let is_lone_suspect = matches!(outcomes.writes.as_slice(), [write] if self.accounts.is_suspect(write.key.turn));
        if is_lone_suspect && faulty > 0 {
            return Blame::Call;
        }
        let is_service = all >= MIN_MAJORITY && faulty * 2 > all;
        let retry_after = outcomes.iter().filter_map(WriteOutcome::retry_after).max();
        if is_service && faulty == all {
            self.outage("all of a batch met server faults".to_owned(), None, retry_after);
            return Blame::Call;
        }
        self.link_is_open();
        if is_service {
            // Something comes through, so that no outage is reported; but most does not.
            self.link.pause(self.clock.now(), retry_after);
            return Blame::Call;
        }
        Blame::Write
    }

    /// An answer to the envelope and not to its items.
    fn take_envelope(&mut self, app: AppIndex, writes: Vec<QueuedWrite>, answer: Answer, is_garbled: bool) {
        let (status, advice) = (answer.status, answer.advice.clone());
        let class = StatusClass::of(status);
        let is_outage = class == StatusClass::ServerFault || is_garbled || answer.is_obstacle();
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
                self.outage(error.to_string(), cause_of(&error), advice.retry_after);
                let why = Undecided::ServerFault(error);
                self.settle_all(writes, &WriteOutcome::Unknown { why, retry_after: None }, Blame::Call);
            }
            // Nothing of the batch was executed, and the same batch may pass later. One write of it may be the reason.
            StatusClass::Conflict | StatusClass::Blocked => {
                self.link.pause(self.clock.now(), advice.retry_after);
                let why = if class == StatusClass::Conflict { Postponed::Conflict } else { Postponed::Blocked };
                self.settle_all(writes, &postponed(why), Blame::Call);
            }
            // A batch that is refused whole was not executed, and the next one would be refused as well: where it is the
            // app that may not, the next one of this app.
            StatusClass::Success | StatusClass::Unauthorized | StatusClass::ServerFault | StatusClass::Refused => {
                if status == 403 {
                    self.leave_out(app, Ending::BatchRefused(error));
                } else {
                    self.end(Ending::BatchRefused(error));
                }
                self.settle_all(writes, &postponed(Postponed::Blocked), Blame::Link);
            }
        }
    }

    fn take_no_answer(&mut self, app: AppIndex, writes: Vec<QueuedWrite>, mut error: TransportError) {
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
        let (reason, cause) = (error.to_string(), error.unreachable_cause());
        let mut outcome = postponed(Postponed::Blocked);
        match error {
            TransportError::NotSent(_) => self.outage(reason, cause, None),
            TransportError::Lost(unreachable) => {
                outcome = WriteOutcome::Unknown {
                    why: Undecided::Lost(OutsideText::of_nothing_sent(&reason)),
                    retry_after: None,
                };
                if cause.is_some_and(UnreachableCause::is_about_the_answer) {
                    self.answer_unusable(unreachable);
                } else {
                    self.outage(reason, cause, None);
                }
            }
            TransportError::Token(ref token) if token.is_passing() => self.outage(reason, cause, None),
            TransportError::Unauthorized(_) if self.flight.app(app).was_let_in => self.shut_out(app, error),
            TransportError::Token(_) | TransportError::Unauthorized(_) => self.leave_out(app, Ending::NoAccess(error)),
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
            self.leave_out(app, Ending::NoAccess(error));
        }
    }

    /// The way to Graph is down: everything waits, longer each time, and no account is held responsible.
    fn outage(&mut self, reason: String, cause: Option<UnreachableCause>, retry_after: Option<Duration>) {
        self.statistics.calls_lost += 1;
        let now = self.clock.now();
        let since = self.link.is_down(now);
        if let Some(pause) = self.link.pause(now, retry_after) {
            self.emit(&Event::Unreachable { reason, cause, pause, down_for: now.saturating_sub(since) });
        }
    }

    /// A write that was sent alone met a server fault, and it is not known yet whether it is at fault. One is no outage;
    /// where nothing else comes through for a while, it looks like one.
    fn failed_alone(&mut self, retry_after: Option<Duration>) {
        if self.link.failures_in_a_row() < MAX_FAILED_ALONE {
            self.link.pause(self.clock.now(), retry_after);
        } else {
            self.outage("writes that are sent alone meet server faults".to_owned(), None, retry_after);
        }
    }

    fn link_is_open(&mut self) {
        if let Some(down_for) = self.link.is_open(self.clock.now()) {
            self.emit(&Event::Reachable { down_for });
        }
    }

    /// Applies outcomes to their accounts. Until the app is known to have write access, refusals are applied in the order of
    /// sending: they are held while the answer to an earlier call can show that the app lacks a role. Outcomes that rule this
    /// out are applied at once.
    fn take_or_hold(&mut self, app: AppIndex, number: CallNumber, outcomes: BatchOutcomes) {
        if self.flight.must_wait(app, number, &outcomes) {
            self.flight.hold(app, number, outcomes);
        } else {
            self.take_outcomes(app, outcomes);
        }
    }

    fn take_outcomes(&mut self, app: AppIndex, batch: BatchOutcomes) {
        if let Some(error) = self.flight.app(app).first_answers.answered(batch.iter()) {
            self.leave_out(app, Ending::RoleMissing(error));
        }
        let accepted = batch.iter().filter(|outcome| **outcome == WriteOutcome::Accepted).count();
        self.apps.accepted(app, accepted as u64);
        let no_app_may = matches!(self.ending, Some(Ending::RoleMissing(_)));
        let BatchOutcomes { writes, outcomes, blame, date } = batch;
        let mut records = Vec::with_capacity(writes.len());
        let alone = writes.len() == 1;
        for (write, (mut outcome, request_id)) in writes.into_iter().zip(outcomes) {
            let blame = if outcome.is_fault() { self.blame(write.key, blame, alone, &outcome) } else { blame };
            // Roles differ from app to app: a 403 is the account's only once every app has met it.
            let in_use = self.apps.in_use();
            if outcome.is_forbidden() && (no_app_may || self.accounts.was_refused_through(write.key.turn, app, in_use))
            {
                outcome = first_answers::excused(outcome);
            }
            self.settle(write, outcome, blame, (date, request_id), &mut records);
        }
        self.journal.append(records);
    }

    /// What a fault of one write in an answered batch is held against.
    fn blame(&mut self, write: WriteKey, together: Blame, alone: bool, outcome: &WriteOutcome) -> Blame {
        if together != Blame::Call {
            return together;
        }
        let blame = self.blame_of_call(write, alone);
        match blame {
            Blame::Call if alone => self.failed_alone(outcome.retry_after()),
            Blame::Write => self.link_is_open(),
            _ => {}
        }
        blame
    }

    fn blame_of_call(&mut self, write: WriteKey, alone: bool) -> Blame {
        let calls = CallsSoFar {
            none_under_way: self.flight.is_empty(),
            last_sent: self.flight.last_sent(),
            last_decided: self.flight.last_decided(),
        };
        self.accounts.blame(write, alone, &calls)
    }

    fn settle_all(&mut self, writes: Vec<QueuedWrite>, outcome: &WriteOutcome, blame: Blame) {
        let mut records = Vec::with_capacity(writes.len());
        let alone = writes.len() == 1;
        for write in writes {
            let blame = if blame == Blame::Call { self.blame_of_call(write.key, alone) } else { blame };
            self.settle(write, outcome.clone(), blame, (None, None), &mut records);
        }
        self.journal.append(records);
    }

    /// Moves one account on by the outcome of its write.
    fn settle(
        &mut self,
        write: QueuedWrite,
        outcome: WriteOutcome,
        blame: Blame,
        (date, request_id): Stamp,
        records: &mut Vec<Record>,
    ) {
        let QueuedWrite { key, steps, .. } = write;
        let row = self.accounts.accounts().get(key.turn).row;
        if !self.advance(key.turn, Transition::Answered(steps, &outcome)) {
            return;
        }
        records.push(Record::Answered { row, steps, answer: outcome.clone(), date, request_id });
        match &outcome {
            WriteOutcome::Accepted => {
                self.statistics.writes_accepted += 1;
                self.write_settled(key);
            }
            WriteOutcome::Refused { error } => self.write_refused(key, steps, error),
            WriteOutcome::Postponed { .. } | WriteOutcome::Unknown { .. } => {
                self.try_again(key, steps, &outcome, blame, records);
            }
        }
    }

    fn write_refused(&mut self, key: WriteKey, steps: Steps, error: &GraphError) {
        self.emit_failed(key.turn, steps, &error.to_string());
        if self.accounts.state(key.turn).of(Step::Reset).is_open() {
            self.accounts.first_update_answered(key);
            self.accounts.forget_faults(key.turn);
            self.replace_password(key.turn);
        } else {
            self.write_settled(key);
        }
    }

    /// Graph refused the password: another one is made, off the network task.
    fn replace_password(&mut self, turn: Turn) {
        let (generator, accounts) = (Arc::clone(&self.generator), Arc::clone(self.accounts.accounts()));
        self.flight.spawn(async move {
            let made = tokio::task::spawn_blocking(move || generator.credential(accounts.get(turn))).await;
            let made = made.unwrap_or_else(|error| Err(CredentialError::Thread(std::io::Error::other(error))));
            Delivery::NewCredential(turn, made)
        });
    }

    /// A write was not decided: it waits as long as [`retry`] says, or is given up.
    fn try_again(
        &mut self,
        key: WriteKey,
        steps: Steps,
        outcome: &WriteOutcome,
        blame: Blame,
        records: &mut Vec<Record>,
    ) {
        let faults = retry::is_own_fault(outcome, blame).then(|| self.accounts.own_fault(key));
        match retry::next_try(faults, outcome.retry_after()) {
            Retry::After(pause) => self.accounts.requeue(key.turn, self.clock.now() + pause),
            // A run that ends leaves the write to the next process.
            Retry::GiveUp if self.ending.is_some() => self.accounts.requeue(key.turn, self.clock.now()),
            Retry::GiveUp => {
                if let Some(last_try) = LastTry::of(outcome)
                    && self.advance(key.turn, Transition::GaveUp(steps))
                {
                    let row = self.accounts.accounts().get(key.turn).row;
                    self.emit_failed(key.turn, steps, &last_try.to_string());
                    records.push(Record::GaveUp { row, steps, last_try });
                    self.write_settled(key);
                }
            }
        }
    }

    /// A write of an account is over.
    fn write_settled(&mut self, key: WriteKey) {
        self.accounts.write_settled(key);
        let too_many = self.breaker.decided(key.turn, self.accounts.state(key.turn).misses() > 0);
        // Where nothing is left to do, stopping would spare no account.
        if let Some((failed, accounts)) = too_many.filter(|_| self.accounts.counts().writes_left > 0) {
            self.end(Ending::TooManyFailures { failed, accounts, halt_at: self.breaker.halt_at() });
        }
        let comes_last = self.accounts.state(key.turn).due().first_write() == Some(WriteKind::LAST);
        let pause = if comes_last { PAUSE_BEFORE_LAST } else { Duration::ZERO };
        self.accounts.requeue(key.turn, self.clock.now() + pause);
    }

    /// Reports those of a write's steps that will not be done; none where the write is tried again in another form.
    fn emit_failed(&mut self, turn: Turn, steps: Steps, reason: &str) {
        let state = self.accounts.state(turn);
        let failed = steps.only(|step| {
            matches!(state.of(step), StepState::Failed | StepState::Uncertain | StepState::GivenUp { .. })
        });
        if !failed.is_empty() {
            let account = self.accounts.accounts().get(turn);
            let user = account.user_principal_name.to_owned();
            self.emit(&Event::StepsFailed { row: account.row, user, steps: failed, reason: reason.to_owned() });
        }
    }
}

/// What a call carried in confidence.
fn secrets_of(writes: &[QueuedWrite]) -> SentSecrets<'_> {
    SentSecrets::of(writes.iter().filter_map(QueuedWrite::password))
}

/// A call carries no more than a batch holds.
fn count(writes: usize) -> u32 {
    u32::try_from(writes).unwrap_or(u32::MAX)
}

const fn postponed(why: Postponed) -> WriteOutcome {
    WriteOutcome::Postponed { why, retry_after: None }
}

/// What stood between here and Graph, where it was that which answered.
fn cause_of(error: &GraphError) -> Option<UnreachableCause> {
    error.is_foreign.then_some(UnreachableCause::SomethingBetween)
}
