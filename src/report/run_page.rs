//! `report.html`: a run as those read it who ask what was done, and how one knows.
//!
//! It is made of the plan, the journal and the results, and can be made again at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

use super::causes::Causes;
use super::frame::{Frame, PeopleSlot};
use super::legend::{Legend, RowWords};
use super::listing::{Listing, PageLimits};
use super::run_facts::{LeftToOthers, MAX_PLAIN_ROWS, RunReport};
use super::target_section::TargetsOfPlan;
use super::timeline::Timeline;
use super::{refused, run_sections};
use crate::ids::RowNumber;
use crate::plan::folder::{FolderError, PlanFolder, RESULTS};
use crate::private_files;
use crate::run::fold::Fold;
use crate::run::next_steps::next_steps;
use crate::run::outcome::Outcome;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::replay::{Replay, RowTraces};
use crate::run::result_row::ResultRows;
use crate::run::results::detail;
use crate::run::run_error::RunError;
use crate::wording::next_steps::worded;

/// The file's name.
pub const REPORT_HTML: &str = "report.html";

/// A report lists at most this many rows: what a desk still searches while one types. Half of them are for those who are
/// done and half for the others, and what one half leaves the other takes.
const LIMITS: PageLimits = PageLimits { max_rows: 100_000, fair_share: 50_000 };
/// The places of the two shares.
const DONE: usize = 0;
const OTHERS: usize = 1;

/// Why there is no report. The run itself is not touched by that.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// Plan, journal or results cannot be read or made.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The page cannot be written.
    #[error("{REPORT_HTML} cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// A report that was written.
#[derive(Debug)]
pub struct WrittenReport {
    /// Where it is.
    pub path: PathBuf,
    /// What became of the rows.
    pub outcomes: OutcomeCounts,
}

/// Writes the results again, and the report (0600) beside them, in place of one that is there.
///
/// The page holds no secret: no credential, sealed or not, is on it.
///
/// # Errors
///
/// Plan, journal or results cannot be read or written; an older page is then untouched.
pub fn write(plan: &PlanFolder) -> Result<WrittenReport, ReportError> {
    let rows = plan.steps().len();
    let fold = Fold::read(plan, (RowTraces::of_rows(rows), Timeline::of_rows(rows))).map_err(RunError::from)?;
    let (replay, timeline) = fold.split();
    let (mut causes, mut left) = (Causes::default(), LeftToOthers::default());
    let mut rows_to_name: BTreeSet<RowNumber> =
        timeline.not_proved.keys().take(MAX_PLAIN_ROWS).map(|(row, _)| *row).collect();
    let mut not_proved = BTreeMap::new();
    let mut targets = TargetsOfPlan::of_plan(plan)?;
    let output = refused::write_output(plan, &replay, |row, details| {
        if let Some(targets) = &mut targets {
            targets.add(row.planned.row, &details.targets);
        }
        causes.add(row, details);
        left.add(row, details);
        if rows_to_name.remove(&row.planned.row) {
            not_proved.insert(row.planned.row, row.planned.clone());
        }
    })?;
    let packet = output.packets.first().map(|packet| packet.file.clone());
    let report = RunReport { plan, timeline, outcomes: output.outcomes, packet, causes, left, targets, not_proved };
    let path = plan.path().join(REPORT_HTML);
    private_files::replace(&path, |out| render(&report, &replay, out))?;
    Ok(WrittenReport { path, outcomes: report.outcomes })
}

fn render(report: &RunReport<'_>, replay: &Replay, out: &mut impl Write) -> Result<(), ReportError> {
    let counts: Vec<(Outcome, u64)> = report.outcomes.iter().filter(|(_, rows)| *rows > 0).collect();
    let verified = report.timeline.verification.map(|(_, proofs)| proofs);
    let mut next = next_steps(report.plan, &report.outcomes, report.packet.clone(), verified);
    next.retain(|step| !step.leads_to_report());
    let frame = Frame {
        title: run_sections::title(report),
        masthead: run_sections::masthead(report),
        figures: "What became of the",
        sections: run_sections::all(report, &worded(&next, report.plan, "")),
        people: PeopleSlot {
            title: "All people on the list",
            search: "Search by name, sign-in name, handoff or detail",
            what: "Outcome",
        },
        about: run_sections::about(report),
    };
    let done = report.outcomes.of(Outcome::Done);
    let rows_of = [done, report.outcomes.rows() - done].map(|rows| u32::try_from(rows).unwrap_or(u32::MAX));
    let listing = Listing::of(&rows_of, &[OTHERS, DONE], LIMITS);
    frame.write(out, Legend::of_run(&counts, RESULTS), (listing, &["done", "others"]), |listed| {
        let mut rows = ResultRows::of_plan(report.plan, replay).map_err(RunError::from)?;
        while !listed.is_full()
            && let Some(row) = rows.next()
        {
            let row = row.map_err(RunError::from)?;
            let share = if row.outcome == Outcome::Done { DONE } else { OTHERS };
            if !listed.has_room_for(share) {
                continue;
            }
            let details = rows.details(&row).map_err(RunError::from)?;
            let (what, detail) = (run_sections::steps(&row), detail(&row, &details));
            let not_proved = run_sections::not_proved(row.planned.row, &report.timeline);
            let words = RowWords { what: &what, detail: &detail, not_proved: &not_proved };
            listed.list(share, &row.planned, row.outcome.name(), &words)?;
        }
        Ok(run_sections::without_script())
    })
}
