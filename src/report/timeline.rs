//! What a journal says of a run as a whole: who worked on it when, how many accounts were contained at which moment, and
//! what stood in the way.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use crate::graph::quota::Allowance;
use crate::graph::write_outcome::{Postponed, WriteOutcome};
use crate::ids::{ClientId, RowNumber};
use crate::run::asked_rate::AskedRate;
use crate::run::engagement::Engagement;
use crate::run::fold::Projection;
use crate::run::handout_rate::HandoutRate;
use crate::run::journal::JournalLine;
use crate::run::proof::{Proof, ProofCounts};
use crate::run::record::Record;
use crate::run::run_end::RunEnd;
use crate::run::seen_step::SeenStep;
use crate::run::state::StepState;
use crate::run::states::Moved;
use crate::step::{Step, StepMap, Steps};

/// Seconds of tenant time in which a process worked on the run: the time between two processes does not count.
pub(super) type Seconds = f32;

/// One process that worked on the run.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) began: OffsetDateTime,
    pub(super) version: String,
    /// In whose name; journals may lack it.
    pub(super) by: Option<String>,
    /// Who, by whose approval; journals of earlier versions lack it.
    pub(super) who: Option<Engagement>,
    /// When its last line was written.
    pub(super) last: OffsetDateTime,
    /// How it ended; nothing where it was killed, or still works.
    pub(super) ended: Option<RunEnd>,
    /// Where on the time axis it began.
    pub(super) at: Seconds,
    /// How many times as fast as this machine's clock the tenant's ran.
    pub(super) speed: f64,
    /// The write quota of each of its apps.
    pub(super) quota: Option<Allowance>,
    /// How many people got a new password in which time, where that was said.
    pub(super) rate: Option<HandoutRate>,
    /// The apps that it wrote through; nothing stands for the one of a journal that does not say.
    pub(super) apps: BTreeSet<Option<ClientId>>,
}

impl Process {
    /// One of which no more is known than that it began.
    fn begun(began: OffsetDateTime, version: &str, at: Seconds) -> Self {
        Self {
            began,
            version: version.to_owned(),
            by: None,
            who: None,
            last: began,
            ended: None,
            at,
            speed: 1.0,
            quota: None,
            rate: None,
            apps: BTreeSet::new(),
        }
    }
}

/// What a journal says of a run as a whole.
#[derive(Default)]
pub(super) struct Timeline {
    pub(super) processes: Vec<Process>,
    /// When each step was first done, for one account after the other.
    pub(super) done: StepMap<Vec<Seconds>>,
    /// When the last planned step was first done.
    pub(super) finished: Vec<Seconds>,
    /// When writes were throttled.
    pub(super) throttled: Vec<Seconds>,
    /// When writes met another fault: lost, not processed, in conflict.
    pub(super) faults: Vec<Seconds>,
    /// When accounts were refused or given up.
    pub(super) refused: Vec<Seconds>,
    pub(super) writes_accepted: u64,
    /// The whole of the working time.
    pub(super) lasted: Seconds,
    /// When all accounts were last read again, and what was found.
    pub(super) verification: Option<(OffsetDateTime, ProofCounts)>,
    /// What is not proved, by row and step.
    pub(super) not_proved: BTreeMap<(RowNumber, Step), (Proof, SeenStep)>,
    /// Of each row, the steps that are counted, and whether it is counted as finished.
    counted: Vec<(Steps, bool)>,
}

impl Timeline {
    /// Begins with no line of the journal; `rows` is the number of rows of the plan.
    pub(super) fn of_rows(rows: usize) -> Self {
        Self { counted: vec![(Steps::NONE, false); rows], ..Self::default() }
    }
}

impl Projection for Timeline {
    fn take(&mut self, line: &JournalLine, moved: Option<Moved>) {
        match &line.record {
            Record::TakenOver { version, .. } => self.processes.push(Process::begun(line.at, version, self.lasted)),
            Record::Engaged { by, quota_writes, clock_speed, rate, who } => {
                if let Some(process) = self.processes.last_mut() {
                    process.by = Some(by.clone());
                    process.who = who.as_deref().cloned();
                    process.speed = *clock_speed;
                    process.rate = rate.and_then(AskedRate::rate);
                    process.quota = quota_writes.parse().ok();
                }
            }
            Record::Verified { row, step, verdict, found } => {
                match verdict {
                    Proof::Proved => self.not_proved.remove(&(*row, *step)),
                    _ => self.not_proved.insert((*row, *step), (*verdict, found.clone())),
                };
                return;
            }
            Record::VerificationEnded { steps } => {
                self.verification = Some((line.at, *steps));
                return;
            }
            // What was done in Active Directory is no work on the run either, and may be what was not proved before.
            Record::OnPremises { .. } | Record::WritebackEngaged { .. } | Record::WrittenBack { .. } => {
                self.verification = None;
                return;
            }
            // A verification closes the journal, too, and is no work on the run.
            Record::Opened { .. } | Record::RiskVerified { .. } | Record::Closed {} => return,
            _ => {}
        }
        let now = self.moment(line.at);
        self.take_work(&line.record, now);
        if let Some(moved) = moved {
            self.count(moved, now);
        }
    }
}

impl Timeline {
    /// Takes in a record of the work itself.
    fn take_work(&mut self, record: &Record, now: Seconds) {
        match record {
            Record::Paused { reason } => {
                if let Some(process) = self.processes.last_mut() {
                    process.ended = Some(*reason);
                }
            }
            Record::RiskIntended { .. } => self.verification = None,
            // What was found before a write says nothing about what is so behind it.
            Record::Intended { app, .. } => {
                self.verification = None;
                if let Some(process) = self.processes.last_mut() {
                    process.apps.insert(*app);
                }
            }
            Record::Answered { answer, .. } => match answer {
                WriteOutcome::Accepted => self.writes_accepted += 1,
                WriteOutcome::Postponed { why: Postponed::Throttled, .. } => self.throttled.push(now),
                WriteOutcome::Postponed { .. } | WriteOutcome::Unknown { .. } => self.faults.push(now),
                WriteOutcome::Refused { .. } => self.refused.push(now),
            },
            Record::GaveUp { .. } => self.refused.push(now),
            _ => {}
        }
    }

    /// Where a moment lies on the time axis.
    fn moment(&mut self, at: OffsetDateTime) -> Seconds {
        if let Some(process) = self.processes.last_mut() {
            process.last = process.last.max(at);
            let worked = (process.last - process.began).as_seconds_f64() * process.speed;
            self.lasted = self.lasted.max(process.at + worked as Seconds);
        }
        self.lasted
    }

    fn count(&mut self, Moved { row, after, .. }: Moved, now: Seconds) {
        let Some(counted) = self.counted.get_mut(row.index()) else { return };
        let (steps, finished) = counted;
        for (step, state) in after.planned_steps() {
            if state == StepState::Done && !steps.contains(step) {
                *steps = steps.with(step);
                self.done[step].push(now);
            }
        }
        if after.is_done() && !std::mem::replace(finished, true) {
            self.finished.push(now);
        }
    }
}
