//! What answers do to the accounts they are for, and to the pace of the rest.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::judged::Judged;
use super::suspects::{FAULTS_BEFORE_OTHERS_GO_ON, MOST_FAULTS};
use super::{Delivery, Ending, Engine, Sent, Slip};
use crate::graph::backoff;
use crate::graph::batch::{self, ItemAnswer};
use crate::graph::error::GraphError;
use crate::graph::quota::Feedback;
use crate::graph::throttle::{LimitOwner, ThrottleScope};
use crate::graph::token::TokenMark;
use crate::graph::transport::{Answer, Transport, TransportError};
use crate::graph::unreachable::UnreachableCause;
use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};
use crate::run::apps::AppIndex;
use crate::run::event::Event;
use crate::run::record::Record;
use crate::run::schedule::{Kind, Turn};
use crate::run::state::{StepState, Transition};
use crate::step::{Step, Steps};

/// How many batches in a row may find the token turned down, a fresh one each time, before there is no way in.
const MOST_REJECTIONS: u32 = 3;
/// In fewer answers than this a majority says nothing about the service.
const FEW: usize = 5;

/// So many writes in a row that fail alone are no outage yet.
const FEW_ALONE: u32 = 3;

/// What an answer that decides nothing is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// The one write.
    Item,
    /// The call that carried it, and whichever write in it makes it fail.
    Call,
    /// The way to Graph.
    Network,
    /// The quota.
    Throttle,
}

impl<T: Transport> Engine<'_, T> {
    pub(super) fn take_delivery(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Called(sent, answer) => {
                self.unanswered.remove(&(sent.app, sent.number));
                self.apps.landed(sent.app);
                self.take_answer(sent, answer);
            }
            Delivery::NotWritten(sent, error) => {
                self.unanswered.remove(&(sent.app, sent.number));
                self.apps.landed(sent.app);
                self.end(Ending::Journal(error));
            }
            Delivery::Reminted(turn, Ok(credential)) => {
                let updating = self.updating.entry(turn).or_default();
                (updating.credential, updating.credential_journaled) = (Some(Arc::new(credential)), false);
                self.go_on(turn, Duration::ZERO);
            }
            Delivery::Reminted(_, Err(error)) => self.end(Ending::Mint(error)),
        }
        self.take_held();
        self.tell_progress(Event::Progress);
    }

    fn take_answer(&mut self, sent: Sent, answer: Result<Answer, TransportError>) {
        let Sent { number, app, at: sent_at, slips } = sent;
        let sent = count(slips.len());
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.apps.answered(app, sent_at, Feedback { sent, ..Feedback::default() }, None);
                return self.take_no_answer(app, slips, error);
            }
        };
        self.apps.round_trip(app, sent_at);
        let understood = !answer.is_foreign() && ((200..300).contains(&answer.status) || answer.status == 424);
        let items = if understood { batch::answers(&answer.body, slips.len(), answer.date) } else { None };
        match items {
            Some(items) => {
                self.shown[app.get()].was_let_in = true;
                let feedback = Feedback { sent, share: answer.advice.limit_share, ..Feedback::default() };
                self.take_items(
                    Sent { number, app, at: sent_at, slips },
                    answer.token,
                    items,
                    feedback,
                    (answer.date, answer.advice.request_id),
                );
            }
            None => {
                let (retry_after, share) = (answer.advice.retry_after, answer.advice.limit_share);
                let throttled = if answer.status == 429 { sent } else { 0 };
                let feedback = Feedback { sent, passed: 0, throttled, retry_after, share };
                self.apps.answered(app, sent_at, feedback, answer.advice.throttle_scope);
                self.take_envelope(app, slips, answer, understood);
            }
        }
    }

    /// Each item's answer moves its own account on.
    fn take_items(
        &mut self,
        Sent { number, app, at: sent_at, slips }: Sent,
        token: TokenMark,
        items: Vec<Option<ItemAnswer>>,
        mut feedback: Feedback,
        (date, call_id): Stamp,
    ) {
        let mut scope = None::<ThrottleScope>;
        let mut outcomes = Vec::with_capacity(slips.len());
        for (slip, item) in slips.iter().zip(items) {
            let Some(item) = item else {
                outcomes.push((WriteOutcome::Unknown { why: Undecided::LeftOut, retry_after: None }, call_id.clone()));
                continue;
            };
            feedback.share = item.advice.limit_share.into_iter().chain(feedback.share).reduce(f64::max);
            let mut outcome = WriteOutcome::of(&item);
            slip.password().into_iter().for_each(|password| outcome.redact(password));
            match outcome {
                WriteOutcome::Postponed { why: Postponed::Throttled, retry_after } => {
                    feedback.throttled += 1;
                    feedback.retry_after = feedback.retry_after.max(retry_after);
                    scope = item.advice.throttle_scope.filter(|scope| scope.owner == LimitOwner::Tenant).or(scope);
                    scope = scope.or(item.advice.throttle_scope);
                }
                WriteOutcome::Accepted
                | WriteOutcome::Refused { .. }
                | WriteOutcome::Postponed { why: Postponed::Conflict, .. } => feedback.passed += 1,
                WriteOutcome::Postponed { .. } | WriteOutcome::Unknown { .. } => {}
            }
            outcomes.push((outcome, item.advice.request_id.or_else(|| call_id.clone())));
        }
        self.apps.answered(app, sent_at, feedback, scope);
        if outcomes.iter().any(|(outcome, _)| !outcome.is_fault()) {
            self.last_answered = self.last_answered.max(number);
        }
        let blame = self.judge_together(app, token, &slips, &outcomes);
        if feedback.throttled > 0 {
            self.statistics.writes_throttled += u64::from(feedback.throttled);
            self.tell_throttled(feedback.throttled as usize, scope, feedback.retry_after);
        }
        let judged = Judged { slips, outcomes, blame, date };
        self.take_or_hold(app, number, judged);
    }

    fn tell_throttled(&mut self, writes: usize, scope: Option<ThrottleScope>, retry_after: Option<Duration>) {
        let owner = scope.map(|scope| scope.owner);
        self.tell(&Event::Throttled { writes, owner, retry_after });
        if owner == Some(LimitOwner::Tenant) && !std::mem::replace(&mut self.statistics.tenant_limit_reached, true) {
            self.tell(&Event::TenantLimitReached);
        }
    }

    /// What the answers say together: when most of a batch meets server faults it is the service that fails and not the
    /// accounts, and when the token is turned down a fresh one is fetched.
    fn judge_together(
        &mut self,
        app: AppIndex,
        token: TokenMark,
        slips: &[Slip],
        outcomes: &[(WriteOutcome, Option<String>)],
    ) -> Blame {
        let count = |of: fn(&WriteOutcome) -> bool| outcomes.iter().filter(|(outcome, _)| of(outcome)).count();
        let accepted = count(|outcome| *outcome == WriteOutcome::Accepted);
        let rejected = count(|outcome| outcome.postponed() == Some(Postponed::Unauthorized));
        let faulty = count(WriteOutcome::is_fault);
        if accepted > 0 {
            self.shown[app.get()].rejections_in_a_row = 0;
        }
        if rejected > 0 {
            let is_news = self.apps.transport(app).token_rejected(token);
            let rejections_in_a_row = &mut self.shown[app.get()].rejections_in_a_row;
            // The calls that were under way with the same token say the same once more.
            *rejections_in_a_row += u32::from(is_news);
            if *rejections_in_a_row > MOST_REJECTIONS {
                let message = "the token is turned down again and again inside batches".to_owned();
                let error = GraphError {
                    status: 401,
                    code: "InvalidAuthenticationToken".to_owned(),
                    message,
                    request_id: None,
                    is_foreign: false,
                };
                self.leave_out(app, Ending::NoAccess(TransportError::Unauthorized(error)));
            }
        }
        let is_lone_suspect = matches!(slips, [slip] if self.is_suspect(slip.turn));
        if is_lone_suspect && faulty > 0 {
            return Blame::Call;
        }
        let is_service = outcomes.len() >= FEW && faulty * 2 > outcomes.len();
        let retry_after = outcomes.iter().filter_map(|(outcome, _)| outcome.retry_after()).max();
        if is_service && faulty == outcomes.len() {
            self.outage("all of a batch met server faults".to_owned(), None, retry_after);
            return Blame::Call;
        }
        self.way_is_open();
        if is_service {
            // Something comes through, so that nobody is told of an outage; but most does not.
            self.hold(retry_after);
            return Blame::Call;
        }
        Blame::Item
    }

    /// An answer to the envelope and not to its items.
    fn take_envelope(&mut self, app: AppIndex, slips: Vec<Slip>, answer: Answer, garbled: bool) {
        let (status, advice, obstacle) = (answer.status, answer.advice.clone(), answer.is_obstacle());
        // Whoever answered may have sent back what was sent.
        let secret = slips.iter().any(|slip| slip.password().is_some());
        let mut error = if secret { answer.into_guarded_error() } else { answer.into_error() };
        slips.iter().filter_map(Slip::password).for_each(|password| error.redact(password));
        let retry_after = advice.retry_after;
        match status {
            429 => {
                self.statistics.calls_throttled += 1;
                // Whatever the scope says: a call that was turned away as a whole must not come straight back.
                self.hold(retry_after);
                self.tell_throttled(slips.len(), advice.throttle_scope, retry_after);
                self.settle_all(
                    slips,
                    &WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None },
                    Blame::Throttle,
                );
            }
            408 | 500..=599 => {
                self.outage(error.to_string(), cause_of(&error), retry_after);
                self.settle_all(slips, &server_fault(error), Blame::Call);
            }
            _ if garbled || obstacle => {
                self.outage(error.to_string(), cause_of(&error), retry_after);
                self.settle_all(slips, &server_fault(error), Blame::Call);
            }
            // A batch that is refused whole was not executed, and the next one would be refused as well: where it is the
            // app that may not, the next one of this app.
            _ => {
                if status == 403 {
                    self.leave_out(app, Ending::BatchRefused(error));
                } else {
                    self.end(Ending::BatchRefused(error));
                }
                self.settle_all(slips, &NOT_APPLIED, Blame::Network);
            }
        }
    }

    fn take_no_answer(&mut self, app: AppIndex, slips: Vec<Slip>, mut error: TransportError) {
        // Whoever answered may have sent back what was sent.
        if let TransportError::Unauthorized(refused) = &mut error {
            slips.iter().filter_map(Slip::password).for_each(|password| refused.redact(password));
        }
        let (reason, cause) = (error.to_string(), error.unreachable_cause());
        match error {
            TransportError::NotSent(_) => self.outage(reason, cause, None),
            TransportError::Lost(_) => {
                self.outage(reason.clone(), cause, None);
                return self.settle_all(
                    slips,
                    &WriteOutcome::Unknown { why: Undecided::Lost(reason), retry_after: None },
                    Blame::Network,
                );
            }
            TransportError::Token(ref token) if token.is_passing() => self.outage(reason, cause, None),
            TransportError::Unauthorized(_) if self.shown[app.get()].was_let_in => self.turned_down(app, error),
            TransportError::Token(_) | TransportError::Unauthorized(_) => self.leave_out(app, Ending::NoAccess(error)),
        }
        self.settle_all(slips, &NOT_APPLIED, Blame::Network);
    }

    /// Two tokens in a row were turned down, the second one fresh. Where calls have been answered before, it may be that
    /// somebody is revoking tokens just now: that passes, or it does not.
    fn turned_down(&mut self, app: AppIndex, error: TransportError) {
        // What was turned down in one moment counts as one.
        if self.hold(None).is_none() {
            return;
        }
        let rejections_in_a_row = &mut self.shown[app.get()].rejections_in_a_row;
        *rejections_in_a_row += 1;
        if *rejections_in_a_row > MOST_REJECTIONS {
            self.leave_out(app, Ending::NoAccess(error));
        }
    }

    /// The way to Graph is down: everything waits, longer each time, and no account is held responsible.
    fn outage(&mut self, reason: String, cause: Option<UnreachableCause>, retry_after: Option<Duration>) {
        self.statistics.calls_lost += 1;
        let now = self.clock.now();
        let since = *self.down_since.get_or_insert(now);
        if let Some(pause) = self.hold(retry_after) {
            self.tell(&Event::Unreachable { reason, cause, pause, down_for: now.saturating_sub(since) });
        }
    }

    /// A write that was sent alone met a server fault, and nobody knows yet whether it is to blame. One is no outage; where
    /// nothing else comes through for a while, it looks like one.
    pub(super) fn fails_alone(&mut self, retry_after: Option<Duration>) {
        if self.network_faults < FEW_ALONE {
            self.hold(retry_after);
        } else {
            self.outage("writes that are sent alone meet server faults".to_owned(), None, retry_after);
        }
    }

    /// An answer came through: whatever was in the way is gone.
    pub(super) fn way_is_open(&mut self) {
        self.network_faults = 0;
        if let Some(since) = self.down_since.take() {
            let down_for = self.clock.now().saturating_sub(since);
            self.tell(&Event::Reachable { down_for });
        }
    }

    /// Sends nothing for as long as Graph asks, and for at least a delay that grows with each failure in a row. Failures of
    /// one moment count as one.
    fn hold(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        let now = self.clock.now();
        if let Some(until) = self.network_down_until.filter(|until| *until > now) {
            self.network_down_until = Some(until.max(now + retry_after.unwrap_or_default()));
            return None;
        }
        let pause = backoff::delay(self.network_faults).max(retry_after.unwrap_or_default());
        self.network_faults += 1;
        self.network_down_until = Some(now + pause);
        Some(pause)
    }

    fn settle_all(&mut self, slips: Vec<Slip>, outcome: &WriteOutcome, blame: Blame) {
        let mut records = Vec::with_capacity(slips.len());
        let alone = slips.len() == 1;
        for slip in slips {
            let blame = if blame == Blame::Call { self.blame(slip.turn, slip.kind(), alone) } else { blame };
            self.settle(slip, outcome.clone(), blame, (None, None), &mut records);
        }
        self.journal.append(records);
    }

    /// Moves one account on by the answer to its write.
    pub(super) fn settle(
        &mut self,
        slip: Slip,
        outcome: WriteOutcome,
        blame: Blame,
        (date, request_id): Stamp,
        records: &mut Vec<Record>,
    ) {
        let Slip { turn, steps, .. } = slip;
        let kind = slip.kind();
        let row = self.accounts.get(turn).row;
        let retry_after = outcome.retry_after();
        let asked = retry_after.map_or(Duration::ZERO, |wait| wait + backoff::jitter());
        if !self.advance(turn, Transition::Answered(steps, &outcome)) {
            return;
        }
        records.push(Record::Answered { row, steps, answer: outcome.clone(), date, request_id });
        let reason = match outcome {
            WriteOutcome::Accepted => {
                self.statistics.writes_accepted += 1;
                self.progress.writes_accepted += 1;
                return self.write_settled(turn, kind);
            }
            WriteOutcome::Refused { error } => {
                self.tell_failed(turn, steps, &error.to_string());
                if self.states[turn as usize].of(Step::Reset).is_open() {
                    self.first_update_answered(turn, kind);
                    self.faults.remove(&turn);
                    return self.remint(turn);
                }
                return self.write_settled(turn, kind);
            }
            WriteOutcome::Postponed {
                why: Postponed::Throttled | Postponed::Unauthorized | Postponed::NotAllowed,
                ..
            } => return self.go_on(turn, asked),
            WriteOutcome::Postponed { why, .. } => why.to_string(),
            WriteOutcome::Unknown { why, .. } => why.to_string(),
        };
        if blame != Blame::Item {
            return self.go_on(turn, asked);
        }
        let faults = self.faults.entry(turn).or_default();
        faults.own += 1;
        let own = faults.own;
        if own >= FAULTS_BEFORE_OTHERS_GO_ON {
            self.first_update_answered(turn, kind);
        }
        if own >= MOST_FAULTS && self.ending.is_none() {
            if self.advance(turn, Transition::GaveUp(steps)) {
                records.push(Record::GaveUp { row, steps, reason: reason.clone() });
                self.tell_failed(turn, steps, &reason);
                self.write_settled(turn, kind);
            }
            return;
        }
        let pause = retry_after.unwrap_or_else(|| backoff::delay(u32::from(own) - 1));
        self.go_on(turn, pause + backoff::jitter());
    }

    /// A write of an account is over; its faults do not count against the next one.
    fn write_settled(&mut self, turn: Turn, kind: Kind) {
        self.first_update_answered(turn, kind);
        self.faults.remove(&turn);
        self.refused_by.remove(&turn);
        let too_many = self.breaker.decided(turn, self.states[turn as usize].misses() > 0);
        // Where nothing is left to do, there is nobody who could be spared.
        if let Some((failed, accounts)) = too_many.filter(|_| self.progress.writes_left > 0) {
            self.end(Ending::TooManyFailures { failed, accounts, halt_at: self.breaker.halt_at() });
        }
        self.go_on(turn, Duration::ZERO);
    }

    /// A sweep's revokes wait for the first update of every account; each account answers for its own once.
    pub(super) fn first_update_answered(&mut self, turn: Turn, kind: Kind) {
        if kind == Kind::Update
            && let Some(updating) = self.updating.get_mut(&turn)
            && !std::mem::replace(&mut updating.first_answered, true)
        {
            self.queue.first_update_answered();
        }
    }

    /// Tells of those of a write's steps that will not be done; none where the write is tried again in another form.
    fn tell_failed(&mut self, turn: Turn, steps: Steps, reason: &str) {
        let state = self.states[turn as usize];
        let failed = steps.iter().filter(|step| {
            matches!(state.of(*step), StepState::Failed | StepState::Uncertain | StepState::GivenUp { .. })
        });
        let failed = failed.fold(Steps::NONE, Steps::with);
        if !failed.is_empty() {
            let account = self.accounts.get(turn);
            let user = account.user_principal_name.to_owned();
            self.tell(&Event::StepsFailed { row: account.row, user, steps: failed, reason: reason.to_owned() });
        }
    }
}

/// A call carries no more than a batch holds.
fn count(writes: usize) -> u32 {
    u32::try_from(writes).unwrap_or(u32::MAX)
}

/// When Graph answered, and its name for the request.
pub(super) type Stamp = (Option<OffsetDateTime>, Option<String>);

const NOT_APPLIED: WriteOutcome = WriteOutcome::Postponed { why: Postponed::Blocked, retry_after: None };

fn server_fault(error: GraphError) -> WriteOutcome {
    WriteOutcome::Unknown { why: Undecided::ServerFault(error), retry_after: None }
}

/// What stood between here and Graph, where it was that which answered.
fn cause_of(error: &GraphError) -> Option<UnreachableCause> {
    error.is_foreign.then_some(UnreachableCause::SomethingBetween)
}
