//! What answers do to the accounts they are for, and to the pace of the rest.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::{Delivery, Ending, Engine, Slip};
use crate::graph::backoff;
use crate::graph::batch::{self, ItemAnswer};
use crate::graph::error::GraphError;
use crate::graph::transport::{Answer, Transport, TransportError};
use crate::graph::verdict::{self, Postponed, Verdict};
use crate::plan::step::Steps;
use crate::run::event::Event;
use crate::run::record::{Answered, Record};
use crate::run::schedule::Turn;
use crate::run::state::{Happening, StepState};

/// How often Graph may fail on one write of its own before the write is given up. Throttling does not count, and neither
/// does a network that is down.
const MOST_FAULTS: u8 = 8;
/// The reason that never counts as a fault of the account.
const THROTTLED: &str = "throttled";

/// What an unsuccessful answer is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blame {
    /// The one write.
    Item,
    /// The call that carried it.
    Call,
}

impl<T: Transport> Engine<'_, T> {
    pub(super) fn take_delivery(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Called(slips, answer) => self.take_answer(slips, answer),
            Delivery::NotWritten(slips, error) => {
                drop(slips);
                self.end(Ending::Journal(error));
            }
            Delivery::Reminted(turn, Ok(credential)) => {
                let open = self.open.entry(turn).or_default();
                (open.credential, open.credential_journaled) = (Some(Arc::new(credential)), false);
                self.go_on(turn, Duration::ZERO);
            }
            Delivery::Reminted(_, Err(error)) => self.end(Ending::Mint(error)),
        }
        self.tell_progress(Event::Progress);
    }

    fn take_answer(&mut self, slips: Vec<Slip>, answer: Result<Answer, TransportError>) {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.take_no_answer(slips, error),
        };
        let understood = (200..300).contains(&answer.status) || answer.status == 424;
        let items = if understood { batch::answers(&answer.body, slips.len()) } else { None };
        match items {
            Some(items) => {
                self.network_faults = 0;
                if let Some(share) = answer.advice.limit_share {
                    self.pace.limit_share(share);
                }
                self.take_items(slips, items, answer.date);
            }
            None => self.take_envelope(slips, answer, understood),
        }
    }

    /// Each item's answer moves its own account on.
    fn take_items(&mut self, slips: Vec<Slip>, items: Vec<Option<ItemAnswer>>, date: Option<OffsetDateTime>) {
        let mut records = Vec::with_capacity(slips.len());
        let (mut throttled, mut accepted, mut owner, mut longest, mut share) = (0, 0, None, None, None::<f64>);
        for (slip, item) in slips.into_iter().zip(items) {
            let (verdict, request_id) = match item {
                Some(item) => {
                    share = item.advice.limit_share.into_iter().chain(share).reduce(f64::max);
                    let scope = item.advice.throttle_scope;
                    let verdict = verdict::of(&item);
                    if let Verdict::NotApplied { because: Postponed::Throttled, retry_after } = verdict {
                        throttled += 1;
                        longest = longest.max(retry_after);
                        owner = owner.or(scope.map(|scope| scope.owner));
                        self.pace.throttled(scope, retry_after);
                    }
                    (verdict, item.advice.request_id)
                }
                None => {
                    let message = "the answer leaves this request out".to_owned();
                    let error = GraphError { status: 0, code: String::new(), message, request_id: None };
                    (Verdict::Unknown { error, retry_after: None }, None)
                }
            };
            accepted += u64::from(verdict == Verdict::Accepted);
            self.settle(slip, verdict, Blame::Item, (date, request_id), &mut records);
        }
        if accepted > 0 {
            self.pace.passed();
        }
        if let Some(share) = share {
            self.pace.limit_share(share);
        }
        self.statistics.writes_throttled += throttled;
        if throttled > 0 {
            let writes = usize::try_from(throttled).unwrap_or(usize::MAX);
            self.tell(&Event::Throttled { writes, owner, retry_after: longest });
        }
        self.journal.append(records);
    }

    /// An answer to the envelope and not to its items.
    fn take_envelope(&mut self, slips: Vec<Slip>, answer: Answer, garbled: bool) {
        let (status, advice) = (answer.status, answer.advice.clone());
        let error = answer.into_error();
        let retry_after = advice.retry_after;
        let verdict = match status {
            429 => {
                self.statistics.calls_throttled += 1;
                self.pace.throttled(advice.throttle_scope, retry_after);
                let owner = advice.throttle_scope.map(|scope| scope.owner);
                self.tell(&Event::Throttled { writes: slips.len(), owner, retry_after });
                Verdict::NotApplied { because: Postponed::Throttled, retry_after }
            }
            408 | 500..=599 => self.outage(error.to_string(), retry_after, Verdict::Unknown { error, retry_after }),
            _ if garbled => self.outage(error.to_string(), None, Verdict::Unknown { error, retry_after }),
            // A batch that is refused whole was not executed, and the next one would be refused as well.
            _ => {
                self.end(Ending::BatchRefused(error));
                Verdict::NotApplied { because: Postponed::Blocked, retry_after: None }
            }
        };
        self.settle_all(slips, &verdict);
    }

    fn take_no_answer(&mut self, slips: Vec<Slip>, error: TransportError) {
        let reason = error.to_string();
        let not_applied = Verdict::NotApplied { because: Postponed::Blocked, retry_after: None };
        let verdict = match error {
            TransportError::NotSent(_) => self.outage(reason, None, not_applied),
            TransportError::Lost(_) => {
                let error = GraphError { status: 0, code: String::new(), message: reason.clone(), request_id: None };
                self.outage(reason, None, Verdict::Unknown { error, retry_after: None })
            }
            TransportError::Token(ref token) if token.is_passing() => self.outage(reason, None, not_applied),
            TransportError::Token(_) | TransportError::Unauthorized(_) => {
                self.end(Ending::NoAccess(error));
                not_applied
            }
        };
        self.settle_all(slips, &verdict);
    }

    /// The way to Graph is down: everything waits, longer each time, and no account is held responsible.
    fn outage(&mut self, reason: String, retry_after: Option<Duration>, verdict: Verdict) -> Verdict {
        self.statistics.calls_lost += 1;
        let now = self.clock.now();
        if self.network_down_until.is_none_or(|until| until <= now) {
            let pause = retry_after.unwrap_or_else(|| backoff::delay(self.network_faults));
            self.network_faults += 1;
            self.network_down_until = Some(now + pause);
            self.tell(&Event::Unreachable { reason, pause });
        }
        verdict
    }

    fn settle_all(&mut self, slips: Vec<Slip>, verdict: &Verdict) {
        let mut records = Vec::with_capacity(slips.len());
        for slip in slips {
            // What went wrong with the whole call is no fault of this one write.
            self.settle(slip, verdict.clone(), Blame::Call, (None, None), &mut records);
        }
        self.journal.append(records);
    }

    /// Moves one account on by the answer to its write.
    fn settle(
        &mut self,
        slip: Slip,
        verdict: Verdict,
        blame: Blame,
        (date, request_id): (Option<OffsetDateTime>, Option<String>),
        records: &mut Vec<Record>,
    ) {
        let Slip { turn, steps, first, .. } = slip;
        if first {
            self.queue.first_update_answered();
        }
        let row = self.accounts.get(turn).row;
        let (answer, retry_after) = read(verdict);
        if !self.advance(turn, Happening::Answered(steps, answer.meaning())) {
            return;
        }
        records.push(Record::Answered { row, steps, answer: answer.clone(), date, request_id });
        match answer {
            Answered::Accepted => {
                self.statistics.writes_accepted += 1;
                self.progress.writes_accepted += 1;
                self.go_on(turn, Duration::ZERO);
            }
            Answered::Refused { error } => {
                self.tell_failed(turn, steps, &error.to_string());
                if self.states[turn as usize].reset.is_open() {
                    self.remint(turn)
                } else {
                    self.go_on(turn, Duration::ZERO)
                }
            }
            Answered::NotApplied { reason } | Answered::Unknown { reason } if blame == Blame::Item => {
                let faults = &mut self.open.entry(turn).or_default().faults;
                *faults += u8::from(reason != THROTTLED);
                let faults = *faults;
                if faults >= MOST_FAULTS && self.ending.is_none() {
                    if self.advance(turn, Happening::GaveUp(steps)) {
                        records.push(Record::GaveUp { row, steps, reason: reason.clone() });
                        self.tell_failed(turn, steps, &reason);
                        self.open.entry(turn).or_default().faults = 0;
                        self.go_on(turn, Duration::ZERO);
                    }
                    return;
                }
                let pause = retry_after.unwrap_or_else(|| backoff::delay(u32::from(faults.max(1)) - 1));
                self.go_on(turn, pause + backoff::jitter());
            }
            Answered::NotApplied { .. } | Answered::Unknown { .. } => self.go_on(turn, Duration::ZERO),
        }
    }

    /// Tells of those of a write's steps that will not be done; none where the write is tried again in another form.
    fn tell_failed(&mut self, turn: Turn, steps: Steps, reason: &str) {
        let state = self.states[turn as usize];
        let failed = steps.iter().filter(|step| matches!(state.of(*step), StepState::Failed | StepState::Uncertain));
        let failed = failed.fold(Steps::NONE, Steps::with);
        if !failed.is_empty() {
            let account = self.accounts.get(turn);
            let user = account.user_principal_name.to_owned();
            self.tell(&Event::StepsFailed { row: account.row, user, steps: failed, reason: reason.to_owned() });
        }
    }
}

/// What the journal says about a verdict, and how long Graph asks to wait.
fn read(verdict: Verdict) -> (Answered, Option<Duration>) {
    match verdict {
        Verdict::Accepted => (Answered::Accepted, None),
        Verdict::Refused(error) => (Answered::Refused { error }, None),
        Verdict::Unknown { error, retry_after } => (Answered::Unknown { reason: error.to_string() }, retry_after),
        Verdict::NotApplied { because, retry_after } => {
            let reason = match because {
                Postponed::Throttled => THROTTLED,
                Postponed::Conflict => "another write to the same account was under way",
                Postponed::Blocked => "not processed",
                Postponed::Unauthorized => "the token ended under way",
            };
            (Answered::NotApplied { reason: reason.to_owned() }, retry_after)
        }
    }
}
