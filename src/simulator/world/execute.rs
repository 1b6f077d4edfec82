//! Carries the requests of one call out: dependencies, quota, faults, then the directory.

use std::time::Duration;

use time::OffsetDateTime;

use super::World;
use crate::simulator::directory::{UserKey, UserPlace};
use crate::simulator::draws::Die;
use crate::simulator::graph::answer::{CallIds, ServedAnswer};
use crate::simulator::graph::batch::CorruptItem;
use crate::simulator::graph::call::{Cost, Prepared};
use crate::simulator::graph::depends_on::DependencyShape;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::scripted::scripted;
use crate::simulator::graph::served_call::ServedCall;
use crate::simulator::graph::served_write::ServedWrite;
use crate::simulator::graph::unselected::unselected;
use crate::simulator::moment::imf_fixdate;
use crate::simulator::retry_after::RetryAfterForm;
use crate::simulator::tokens::TokenHolder;

/// The requests of one HTTP call on their way through the directory.
#[derive(Debug)]
pub(crate) struct ServedJob {
    pub(crate) requests: Vec<Prepared>,
    shape: DependencyShape,
    depends_on: Vec<Option<usize>>,
    /// The batch's number; `None` for a request of its own.
    pub(crate) batch: Option<u64>,
    /// One for each request, in order; `None` until it was executed, or for good where its id is left out.
    pub(crate) answers: Vec<Option<ServedAnswer>>,
    /// The places in the ledger of the writes whose answers are to be sent.
    pub(crate) records: Vec<usize>,
    /// Requests for users with another write in flight.
    pub(crate) overlapping: Vec<usize>,
    /// How the answer to each is spoilt.
    pub(crate) spoilt: Vec<CorruptItem>,
    failed: Vec<bool>,
    written: Vec<UserPlace>,
    next: usize,
}

/// What the requests of one call share.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) ids: &'a CallIds,
    /// The root of the version, for links.
    pub(crate) root: &'a str,
    pub(crate) caller: TokenHolder,
    pub(crate) now: Duration,
    pub(crate) date: OffsetDateTime,
    /// Stop as soon as this many writes were applied.
    pub(crate) hold_after: Option<u64>,
}

impl ServedJob {
    /// A job for one request of its own.
    pub(crate) fn single(request: Prepared) -> Self {
        Self::new(vec![request], DependencyShape::Parallel, vec![None])
    }

    /// A job for the requests of one batch.
    pub(crate) fn new(requests: Vec<Prepared>, shape: DependencyShape, depends_on: Vec<Option<usize>>) -> Self {
        let count = requests.len();
        Self {
            requests,
            shape,
            depends_on,
            batch: None,
            overlapping: Vec::new(),
            answers: (0..count).map(|_| None).collect(),
            records: Vec::with_capacity(count),
            spoilt: vec![CorruptItem::No; count],
            failed: vec![false; count],
            written: Vec::with_capacity(count),
            next: 0,
        }
    }

    /// Whether what the next request depends on has failed.
    fn dependency_failed(&self) -> bool {
        self.depends_on[self.next].is_some_and(|index| self.failed[index])
    }
}

impl World {
    /// Whether nothing may be executed any more.
    pub(crate) fn is_held(&self, hold_after: Option<u64>) -> bool {
        hold_after.is_some_and(|writes| self.counters.writes_applied >= writes)
    }

    /// Carries out what is left of a job; `false` when it was stopped before its end.
    pub(crate) fn advance(&mut self, job: &mut ServedJob, context: &Context<'_>) -> bool {
        while job.next < job.requests.len() {
            if self.is_held(context.hold_after) {
                return false;
            }
            self.catch_up(context.now, context.date);
            let undealt = self.deal_to_request(&job.requests[job.next], context.now);
            let records_before = self.writes.len();
            let mut die = Die::of_request(job.requests[job.next].key);
            let mut answer = self.one(job, &mut die, context);
            let cost = job.requests[job.next].cost;
            if !cost.write && answer.status == 200 && die.strikes(self.faults.unselected, &mut self.draws) {
                self.counters.spoilt_items += 1;
                answer.body = unselected(answer.body);
            }
            answer.resource_units = cost.resource_units;
            if self.reports_percentage {
                answer.limit_share = self.limits.share_used(context.caller.app(), cost);
            }
            job.failed[job.next] = answer.status >= 400;
            let replaced = self.fails_after_execution(job, &mut die, &mut answer, context);
            if job.batch.is_some() && die.strikes(self.faults.missing_id, &mut self.draws) {
                self.counters.missing_ids += 1;
            } else {
                job.spoilt[job.next] = self.spoilt(job, &mut die);
                if matches!(job.spoilt[job.next], CorruptItem::No | CorruptItem::WithForeign) && !replaced {
                    job.records.extend(records_before..self.writes.len());
                }
                job.answers[job.next] = Some(answer);
            }
            if let Some(faults) = undealt {
                self.faults = faults;
            }
            job.next += 1;
        }
        true
    }

    /// Puts a server fault in the place of the answer to a write that was carried out.
    fn fails_after_execution(
        &mut self,
        job: &ServedJob,
        die: &mut Die,
        answer: &mut ServedAnswer,
        context: &Context<'_>,
    ) -> bool {
        let Prepared { cost: Cost { write, .. }, sent, .. } = &job.requests[job.next];
        if self.faults.answer.is_applied && die.strikes(self.faults.scripted_answer, &mut self.draws) {
            self.counters.faulted_items += 1;
            *answer = scripted(&self.faults.answer, sent.as_deref().unwrap_or_default(), context.ids);
            return true;
        }
        let strikes = *write && die.strikes(self.faults.failed_item, &mut self.draws);
        if strikes {
            self.counters.faulted_items += 1;
            *answer = ServedAnswer::error(
                &ServedError::new(500, "Service_InternalServerError", "An error has occurred."),
                context.ids,
            );
        }
        strikes
    }

    /// How the answer to the next request of a batch is spoilt.
    fn spoilt(&mut self, job: &ServedJob, die: &mut Die) -> CorruptItem {
        let Self { draws, faults, .. } = self;
        let mut strikes = |share: f64| die.strikes(share, draws);
        let spoilt = if job.batch.is_none() {
            CorruptItem::No
        } else if strikes(faults.doubled_id) {
            CorruptItem::Doubled
        } else if strikes(faults.text_item) {
            CorruptItem::Text
        } else if strikes(faults.foreign_id) {
            return CorruptItem::WithForeign;
        } else {
            CorruptItem::No
        };
        self.counters.spoilt_items += u64::from(spoilt != CorruptItem::No);
        spoilt
    }

    fn one(&mut self, job: &mut ServedJob, die: &mut Die, context: &Context<'_>) -> ServedAnswer {
        if job.dependency_failed() {
            return ServedAnswer::error(&ServedError::failed_dependency(), context.ids);
        }
        let cost = job.requests[job.next].cost;
        if let Err(refused) = self.limits.charge(context.caller, cost, context.now) {
            self.counters.throttled_items += 1;
            let mut answer = ServedAnswer::error(&ServedError::throttled(), context.ids);
            answer.retry_after = refused.wait.map(|wait| (wait.as_secs_f64().ceil() as u64).max(1).to_string());
            answer.throttle = refused.throttle;
            return answer;
        }
        self.counters.resource_units += u64::from(cost.resource_units);
        if let Some(answer) = self.fault(&job.requests[job.next], die, context) {
            return answer;
        }
        let overlaps = self.overlaps(job);
        let ServedJob { requests, batch, next, .. } = job;
        let result = match &requests[*next].call {
            Err(error) => {
                if error.status == 501 {
                    self.counters.violations.not_simulated += 1;
                }
                Err(error.clone())
            }
            Ok(ServedCall::Write(write)) => self.change(write, overlaps, *batch, context),
            Ok(ServedCall::Read(read)) => self.read(read, context),
        };
        result.unwrap_or_else(|error| ServedAnswer::error(&error, context.ids))
    }

    fn change(
        &mut self,
        write: &ServedWrite,
        overlaps: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        match write {
            ServedWrite::UpdateUser { key, named, change } => self.update(key, named, change, overlaps, batch, context),
            ServedWrite::RevokeSessions { key, named } => self.revoke(key, named, overlaps, batch, context),
            ServedWrite::Methods(call) => self.change_methods(call, overlaps, batch, context),
            ServedWrite::EnableDevice { key, enabled } => self.enable_device(*key, *enabled, batch, context),
            ServedWrite::Consents(change) => self.change_consents(change, batch, context),
            ServedWrite::Risk { ids, compromised } => self.set_risk(ids, *compromised, batch, context),
        }
    }

    /// Whether this write meets another for the same user: one in flight elsewhere, or one earlier in a parallel batch.
    fn overlaps(&self, job: &mut ServedJob) -> bool {
        let Some(place) = job.requests[job.next].written_user().and_then(|key: &UserKey| self.directory.find(key))
        else {
            return false;
        };
        let earlier = job.shape == DependencyShape::Parallel && job.written.contains(&place);
        job.written.push(place);
        earlier || job.overlapping.contains(&job.next)
    }

    fn fault(&mut self, request: &Prepared, die: &mut Die, context: &Context<'_>) -> Option<ServedAnswer> {
        let (write, sent) = (request.cost.write, request.sent.as_deref().unwrap_or_default());
        let Self { draws, faults, .. } = self;
        let mut strikes = |share: f64| die.strikes(share, draws);
        let error = if strikes(faults.throttled_item) {
            ServedError::throttled()
        } else if strikes(faults.unavailable_item) {
            ServedError::unavailable()
        } else if write && strikes(faults.concurrency_item) {
            ServedError::concurrency()
        } else if strikes(faults.dependency_item) {
            ServedError::failed_dependency()
        } else if !faults.answer.is_applied && strikes(faults.scripted_answer) {
            let mut answer = scripted(&faults.answer, sent, context.ids);
            self.counters.faulted_items += 1;
            if matches!(answer.status, 429 | 503) {
                answer.retry_after = self.retry_after_of_faults(context.date);
            }
            if answer.status == 429 {
                answer.throttle = Some(self.limits.named_for(context.caller.app(), write));
            }
            return Some(answer);
        } else {
            return None;
        };
        self.counters.faulted_items += 1;
        let mut answer = ServedAnswer::error(&error, context.ids);
        if matches!(error.status, 429 | 503) {
            answer.retry_after = self.retry_after_of_faults(context.date);
        }
        if error.status == 429 {
            answer.throttle = Some(self.limits.named_for(context.caller.app(), write));
        }
        Some(answer)
    }

    /// `Retry-After` in the form that the settings ask for.
    pub(crate) fn retry_after_of_faults(&self, date: OffsetDateTime) -> Option<String> {
        let delay = self.faults.retry_after_delay.0;
        match self.faults.retry_after {
            RetryAfterForm::Seconds => Some(format!("{:.0}", delay.as_secs_f64().ceil())),
            RetryAfterForm::DecimalSeconds => Some(format!("{:.3}", delay.as_secs_f64())),
            // The date has whole seconds only, so it names the second after the delay.
            RetryAfterForm::Date => Some(imf_fixdate(date + delay + Duration::from_secs(1))),
            RetryAfterForm::Absent => None,
        }
    }
}
