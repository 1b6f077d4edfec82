//! What outcomes do to the accounts they are for: each write is done, refused, tried again or given up.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::account_tracker::CallsSoFar;
use super::batch_outcomes::BatchOutcomes;
use super::breaker::WriteEnd;
use super::ending::Ending;
use super::first_answers;
use super::in_flight::{Delivery, QueuedWrite};
use super::retry::{self, Blame, PAUSE_BEFORE_LAST, Retry};
use super::run_loop::Engine;
use crate::graph::error::GraphError;
use crate::graph::transport::Transport;
use crate::graph::write_outcome::WriteOutcome;
use crate::run::apps::AppIndex;
use crate::run::credential_generator::CredentialError;
use crate::run::event::Event;
use crate::run::last_try::LastTry;
use crate::run::record::Record;
use crate::run::schedule::{Turn, WriteKey};
use crate::run::shut_out::ShutOut;
use crate::run::state::{AccountState, StepState, Transition};
use crate::step::{Step, Steps, WriteKind};

/// When Graph answered, and its name for the request.
type Stamp = (Option<OffsetDateTime>, Option<String>);

impl<T: Transport> Engine<'_, T> {
    pub(super) fn take_outcomes(&mut self, app: AppIndex, batch: BatchOutcomes) {
        if let Some(error) = self.flight.app(app).first_answers.answered(batch.iter()) {
            self.leave_out(app, ShutOut::RoleMissing(error));
        }
        let accepted = batch.iter().filter(|outcome| **outcome == WriteOutcome::Accepted).count();
        self.apps.accepted(app, accepted as u64);
        let no_app_may = matches!(self.ending, Some(Ending::ShutOut(ShutOut::RoleMissing(_))));
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

    pub(super) fn settle_all(&mut self, writes: Vec<QueuedWrite>, outcome: &WriteOutcome, blame: Blame) {
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
        let QueuedWrite { key, steps, made, .. } = write;
        let row = self.accounts.accounts().get(key.turn).row;
        let before = *self.accounts.state(key.turn);
        if !self.advance(key.turn, Transition::Answered(steps, &outcome)) {
            return;
        }
        let target = self.accounts.target(key).cloned();
        records.push(Record::Answered { row, steps, target, answer: outcome.clone(), date, request_id, pass: made });
        match &outcome {
            WriteOutcome::Accepted => {
                self.statistics.writes_accepted += 1;
                let own_pace = steps.iter().filter(|step| step.own_pace().is_some());
                own_pace.for_each(|step| self.statistics.targets[step] += 1);
                self.write_settled(key, WriteEnd::Well);
            }
            WriteOutcome::Refused { error } => self.write_refused(key, steps, error, &before),
            WriteOutcome::Postponed { .. } | WriteOutcome::Unknown { .. } => {
                self.try_again(key, steps, &outcome, blame, records);
            }
        }
    }

    fn write_refused(&mut self, key: WriteKey, steps: Steps, error: &GraphError, before: &AccountState) {
        self.emit_failed(key.turn, steps, &error.to_string());
        if self.accounts.state(key.turn).of(Step::Reset).is_open() {
            self.accounts.first_update_answered(key);
            self.accounts.forget_faults(key.turn);
            self.replace_password(key.turn);
        } else {
            // What is tried again, by itself or at the end of its step, is not missed.
            let is_over = is_over(steps, before, self.accounts.state(key.turn));
            let decided =
                if is_over && !self.was_to_be_expected(key, error) { WriteEnd::Missed } else { WriteEnd::Well };
            self.write_settled(key, decided);
        }
    }

    /// Is it a matter of that account alone, and may be so at many?
    fn was_to_be_expected(&self, key: WriteKey, error: &GraphError) -> bool {
        error.is_about_the_default_method() || (error.status == 400 && self.accounts.accounts().is_held_up(key))
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
                    let target = self.accounts.target(key).cloned();
                    records.push(Record::GaveUp { row, steps, target, last_try });
                    self.write_settled(key, WriteEnd::Missed);
                }
            }
        }
    }

    /// A write of an account is over.
    fn write_settled(&mut self, key: WriteKey, decided: WriteEnd) {
        self.accounts.write_settled(key);
        let too_many = self.breaker.decided(key.turn, decided);
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

/// Is one of these steps over, or one of its targets, that was still to come before?
fn is_over(steps: Steps, before: &AccountState, after: &AccountState) -> bool {
    steps.iter().any(|step| after.targets_left(step) < before.targets_left(step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::state;
    use crate::step::StepMap;

    const WEAK: &str = "The specified password does not comply with password complexity requirements.";
    const DEFAULT: &str = "Cannot delete default method with other methods configured.";

    #[test]
    fn a_refusal_for_good_is_over_and_one_that_is_tried_again_is_not() {
        let is_over = |steps: &[Step], targets: u8, (status, message): (u16, &str)| {
            let planned = AccountState::planned(Steps::of(steps)).with_targets(&StepMap::from_fn(|_| targets));
            let due = planned.due();
            let sent = state::next(planned, Transition::Sent(due)).unwrap();
            let error = GraphError { status, message: message.into(), ..GraphError::default() };
            let after = state::next(sent, Transition::Answered(due, &WriteOutcome::Refused { error })).unwrap();
            is_over(due, &sent, &after)
        };
        let offboard = [Step::Block, Step::Reset, Step::Revoke];
        assert!(is_over(&offboard, 1, (403, "")), "the reset, of the pair; the block is tried alone");
        assert!(!is_over(&offboard, 1, (400, WEAK)), "another password is tried");
        assert!(is_over(&[Step::Revoke], 1, (404, "")));
        let methods = [Step::Methods, Step::Revoke];
        assert!(is_over(&methods, 3, (403, "")), "one of three");
        assert!(!is_over(&methods, 3, (400, DEFAULT)), "it goes to the end");
        assert!(is_over(&[Step::Methods], 1, (404, "")));
    }
}
