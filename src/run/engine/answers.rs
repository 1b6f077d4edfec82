//! What an answer says about each of its writes, about the token that it was sent with, and about the pace of the rest.

use time::OffsetDateTime;

use super::answer_pace::AnswerPace;
use super::batch_outcomes::BatchOutcomes;
use super::ending::Ending;
use super::in_flight::{CallNumber, Delivery, SentCall, secrets_of};
use super::retry::{self, Blame};
use super::run_loop::Engine;
use super::throttled_items::ThrottledItems;
use crate::graph::batch::{self, ItemAnswer};
use crate::graph::echo::SentSecrets;
use crate::graph::error::GraphError;
use crate::graph::quota::Feedback;
use crate::graph::throttle::LimitOwner;
use crate::graph::token::TokenMark;
use crate::graph::transport::{Answer, Transport, TransportError};
use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};
use crate::run::apps::AppIndex;
use crate::run::event::Event;
use crate::run::made_pass::{MadePass, PassAnswer};
use crate::run::outage_reason::OutageReason;
use crate::run::schedule::{Turn, WriteKey};
use crate::run::shut_out::ShutOut;
use crate::step::{Step, Steps, WriteKind};

/// In fewer answers than this a majority says nothing about the service.
const MIN_MAJORITY: usize = 5;

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
        let SentCall { number, app, at: sent_at, mut writes } = call;
        let call_id = answer.advice.request_id;
        let mut pace = AnswerPace::of(count(writes.len()), answer.advice.limit_share);
        let mut outcomes = Vec::with_capacity(writes.len());
        let mut turned_down = Vec::new();
        // An item may be answered with what another of the same call carried.
        let secrets = answer.carried.and(secrets_of(&writes));
        let mut passes: Vec<Option<Box<MadePass>>> = Vec::with_capacity(writes.len());
        for (write, item) in writes.iter().zip(items) {
            let Some(mut item) = item else {
                passes.push(None);
                outcomes.push((WriteOutcome::Unknown { why: Undecided::LeftOut, retry_after: None }, call_id.clone()));
                continue;
            };
            let about = (write.key, write.steps);
            let (outcome, made) = self.outcome_of(about, &mut item, &secrets, answer.date);
            passes.push(made);
            pace.see(write.key.kind, self.paces[write.key.kind].is_some(), &outcome, &item.advice);
            if outcome.postponed() == Some(Postponed::Unauthorized) {
                turned_down.push((outcomes.len(), item.error_without(&secrets)));
            }
            outcomes.push((outcome, item.advice.request_id.or_else(|| call_id.clone())));
        }
        drop(secrets);
        writes.iter_mut().zip(passes).for_each(|(write, made)| write.made = made);
        self.apps.answered(app, sent_at, &pace.feedback);
        let now = self.clock.now();
        for (kind, throttled) in pace.own {
            if let (Some(own), Some(throttled)) = (&mut self.paces[kind], throttled) {
                own.heard(now, throttled);
            }
        }
        let mut outcomes = BatchOutcomes { writes, outcomes, blame: Blame::Write, date: answer.date };
        if outcomes.iter().any(|outcome| !outcome.is_fault()) {
            self.flight.decided(number);
        }
        self.refuse_turned_down(app, &mut outcomes, turned_down);
        self.check_token(app, answer.token, &outcomes);
        outcomes.blame = self.blame_together(&outcomes);
        if pace.throttled.count > 0 {
            self.statistics.writes_throttled += pace.throttled.count as u64;
            self.emit_throttled(pace.throttled);
        }
        self.take_or_hold(app, number, outcomes);
    }

    /// What the answer to an item means for its write, and the pass that it made.
    fn outcome_of(
        &mut self,
        (WriteKey { turn, kind, .. }, steps): (WriteKey, Steps),
        item: &mut ItemAnswer,
        secrets: &SentSecrets<'_>,
        date: Option<OffsetDateTime>,
    ) -> (WriteOutcome, Option<Box<MadePass>>) {
        let mut outcome = WriteOutcome::without(item, secrets);
        let mut made = None;
        // A device that is gone cannot be enabled again.
        if kind.has_targets() && !steps.contains(Step::EnableDevices) {
            outcome = outcome.of_target();
        }
        if kind == WriteKind::Pass && outcome == WriteOutcome::Accepted {
            // Before anything else is done with the answer.
            made = self.take_pass(turn, item, date);
            if made.is_none() {
                outcome = WriteOutcome::Unknown { why: Undecided::NoPass, retry_after: None };
            }
        }
        if outcome.may_pass(item) && self.accounts.hesitates(turn) {
            outcome = WriteOutcome::Postponed { why: Postponed::Unclear, retry_after: item.advice.retry_after };
        }
        (outcome, made)
    }

    /// The pass in an answer, sealed; the answer is wiped. Nothing where it holds none, or it cannot be sealed: then it dies with the
    /// next one.
    fn take_pass(&mut self, turn: Turn, item: &mut ItemAnswer, date: Option<OffsetDateTime>) -> Option<Box<MadePass>> {
        let accounts = self.accounts.accounts();
        let terms = self.pass?.with_own(accounts.pass_from(turn));
        let answer = PassAnswer::take(item, &terms, date.unwrap_or_else(OffsetDateTime::now_utc))?;
        match self.generator.seal_pass(accounts.get(turn), &answer) {
            Ok(sealed) => Some(Box::new(MadePass { id: answer.id, times: answer.times, sealed })),
            Err(error) => {
                self.end(Ending::Credential(error));
                None
            }
        }
    }

    pub(super) fn emit_throttled(&mut self, throttled: ThrottledItems) {
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
            self.leave_out(app, ShutOut::TokenRejected);
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
            self.outage(OutageReason::WholeBatch, retry_after);
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
}

/// A call carries no more than a batch holds.
fn count(writes: usize) -> u32 {
    u32::try_from(writes).unwrap_or(u32::MAX)
}
