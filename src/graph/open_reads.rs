//! The reads of one batch, each until it is answered.

use std::time::Duration;

use serde_json::value::RawValue;

use super::batch::{ItemAnswer, Read};
use super::echo::SentSecrets;
use super::error::GraphError;
use super::read_error::LastAttempt;
use super::unclear::{MAX_UNCLEAR, is_not_known, is_unclear};
use super::write_outcome::{Postponed, Undecided, WriteOutcome};

/// How often an item is answered 401, each time with a fresh token, before that is its own answer: Graph took the call
/// itself with the same token.
const MAX_TURNED_DOWN: u8 = 3;

/// How often an item is tried that meets a fault each time, while others of its call were answered: some thirty seconds.
const MAX_ATTEMPTS_BESIDE_OTHERS: u32 = 6;

/// One read so far.
#[derive(Default)]
struct ReadSoFar {
    answer: Option<Result<Box<RawValue>, GraphError>>,
    /// How often it was refused in a way that was seen to pass.
    unclear: u8,
    /// How often it was answered 401.
    turned_down: u8,
    /// The fault of Graph's own, or the 401, that it was last answered with.
    fault: Option<GraphError>,
}

/// All reads of one batch.
pub(super) struct OpenReads<'a> {
    reads: &'a [Read],
    so_far: Vec<ReadSoFar>,
}

/// How one call went for those of its reads that are not answered yet.
pub(super) struct ItemsWent {
    /// How the last of them ended.
    pub(super) last: String,
    /// How long Graph asks to wait.
    pub(super) wait: Option<Duration>,
    /// How many were throttled.
    pub(super) throttled: u32,
    /// Was one answered 401?
    pub(super) is_turned_down: bool,
    /// Did an answer come, and whose?
    pub(super) ended: LastAttempt,
}

impl ItemsWent {
    pub(super) fn ending_with(last: impl Into<String>) -> Self {
        Self { last: last.into(), wait: None, throttled: 0, is_turned_down: false, ended: LastAttempt::Answered }
    }
}

impl<'a> OpenReads<'a> {
    pub(super) fn of(reads: &'a [Read]) -> Self {
        Self { reads, so_far: reads.iter().map(|_| ReadSoFar::default()).collect() }
    }

    /// The places of those that are not answered yet.
    pub(super) fn open(&self) -> Vec<usize> {
        (0..self.reads.len()).filter(|&place| self.so_far[place].answer.is_none()).collect()
    }

    /// Takes in what the reads at `open` were answered.
    pub(super) fn take(&mut self, open: &[usize], items: Vec<Option<ItemAnswer>>, sent: &SentSecrets<'_>) -> ItemsWent {
        let mut went = ItemsWent::ending_with("an item was left out of the answer");
        for (&place, item) in open.iter().zip(items) {
            if let Some(item) = item {
                self.so_far[place].take(&self.reads[place], item, sent, &mut went);
            }
        }
        went
    }

    /// Where others were answered, an item that is answered 401 again and again, or that meets a fault at every one of
    /// `attempts`, has that for its answer: it must not hold up the rest.
    pub(super) fn settle(&mut self, attempts: u32) {
        if self.so_far.iter().all(|read| read.answer.is_none()) {
            return;
        }
        for read in self.so_far.iter_mut().filter(|read| read.answer.is_none()) {
            if attempts >= MAX_ATTEMPTS_BESIDE_OTHERS || read.turned_down >= MAX_TURNED_DOWN {
                read.answer = read.fault.take().map(Err);
            }
        }
    }

    /// What one was answered, where each of them met a fault or a 401.
    pub(super) fn fault_of_all(&self) -> Option<Box<GraphError>> {
        let mut faults = self.so_far.iter().map(|read| read.fault.as_ref());
        let first = faults.next().flatten()?;
        faults.all(|fault| fault.is_some()).then(|| Box::new(first.clone()))
    }

    /// The answers, in the order of the reads, once none is open.
    pub(super) fn into_answers(self) -> Vec<Result<Box<RawValue>, GraphError>> {
        self.so_far.into_iter().filter_map(|read| read.answer).collect()
    }
}

impl ReadSoFar {
    fn take(&mut self, read: &Read, item: ItemAnswer, sent: &SentSecrets<'_>, went: &mut ItemsWent) {
        self.fault = None;
        let retry_after = item.advice.retry_after;
        match WriteOutcome::without(&item, sent) {
            WriteOutcome::Accepted => match item.body {
                Some(body) => self.answer = Some(Ok(body)),
                None => "a read was answered without a body".clone_into(&mut went.last),
            },
            WriteOutcome::Refused { error } => {
                let may_pass = is_unclear(&error, item.body_bytes()) || read.is_of_found && is_not_known(&error);
                if may_pass && self.unclear < MAX_UNCLEAR {
                    self.unclear += 1;
                    went.last = error.to_string();
                    went.wait = went.wait.max(retry_after);
                } else {
                    self.answer = Some(Err(error));
                }
            }
            WriteOutcome::Unknown { why, .. } => {
                went.last = why.to_string();
                went.wait = went.wait.max(retry_after);
                if let Undecided::ServerFault(error) = why {
                    self.fault = Some(error).filter(|error| !error.is_foreign);
                }
            }
            WriteOutcome::Postponed { why, .. } => {
                went.throttled += u32::from(why == Postponed::Throttled);
                went.last = format!("an item was answered {}", item.status);
                went.wait = went.wait.max(retry_after);
                if why == Postponed::Unauthorized {
                    went.is_turned_down = true;
                    self.turned_down = self.turned_down.saturating_add(1);
                    self.fault = Some(item.error_without(sent));
                }
            }
        }
    }
}
