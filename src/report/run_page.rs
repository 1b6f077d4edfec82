//! `report.html`: a run as those read it who ask what was done, and how one knows.
//!
//! It is made of the plan, the journal and the results, and can be made again at any time.

use std::io::{self, Write};
use std::path::PathBuf;

use super::causes::Causes;
use super::run_facts::{LeftToOthers, RunReport};
use super::run_listing::RunLegend;
use super::shown::write_json;
use super::timeline::Timeline;
use super::{page, refused, run_sections};
use crate::plan::folder::{FolderError, PlanFolder};
use crate::private_files;
use crate::run::fold::Fold;
use crate::run::next_steps::next_steps;
use crate::run::outcome::Outcome;
use crate::run::replay::{Replay, RowTraces};
use crate::run::result_row::ResultRows;
use crate::run::run_error::RunError;
use crate::wording::next_steps::worded;

/// The file's name.
pub const REPORT_HTML: &str = "report.html";

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

/// Writes the results again, and the report (0600) beside them, in place of one that is there; says where it is.
///
/// The page holds no secret: no credential, sealed or not, is on it.
///
/// # Errors
///
/// Plan, journal or results cannot be read or written; an older page is then untouched.
pub fn write(plan: &PlanFolder) -> Result<PathBuf, ReportError> {
    let rows = plan.steps().len();
    let fold = Fold::read(plan, (RowTraces::of_rows(rows), Timeline::of_rows(rows))).map_err(RunError::from)?;
    let (replay, timeline) = fold.split();
    let (mut causes, mut left) = (Causes::default(), LeftToOthers::default());
    let output = refused::write_output(plan, &replay, |row, details| {
        causes.add(row, details);
        left.add(row, details);
    })?;
    let packet = output.packets.first().map(|packet| packet.file.clone());
    let report = RunReport { plan, timeline, outcomes: output.outcomes, packet, causes, left };
    let path = plan.path().join(REPORT_HTML);
    private_files::replace(&path, |out| render(&report, &replay, out))?;
    Ok(path)
}

fn render(report: &RunReport<'_>, replay: &Replay, out: &mut impl Write) -> Result<(), ReportError> {
    let put = |out: &mut dyn Write, markup: maud::Markup| out.write_all(markup.0.as_bytes());
    let counts: Vec<(Outcome, u64)> = Outcome::all().map(|outcome| (outcome, report.outcomes.of(outcome))).collect();
    let verified = report.timeline.verification.map(|(_, proofs)| proofs);
    let mut next = next_steps(report.plan, &report.outcomes, report.packet.clone(), verified);
    next.retain(|step| !step.leads_to_report());
    put(out, page::opening_with(&run_sections::title(report), page::report_style(), page::REPORT_SCRIPT))?;
    put(out, run_sections::masthead(report))?;
    put(out, run_sections::figures(&counts))?;
    put(out, run_sections::next(&worded(&next, report.plan, "")))?;
    put(out, run_sections::containment(report))?;
    put(out, run_sections::trouble(report))?;
    put(out, run_sections::causes(report))?;
    put(out, run_sections::verification(report))?;
    put(out, run_sections::left(report))?;
    put(out, run_sections::limits(report))?;

    let mut legend = RunLegend::of(&counts);
    out.write_all(b"<script type=\"application/json\" id=\"people-data\">[")?;
    let (mut first, mut json) = (true, Vec::new());
    let mut rows = ResultRows::of_plan(report.plan, replay).map_err(RunError::from)?;
    while legend.has_room()
        && let Some(row) = rows.next()
    {
        let row = row.map_err(RunError::from)?;
        if !legend.has_room_for(row.outcome) {
            continue;
        }
        let details = rows.details(&row).map_err(RunError::from)?;
        let listed = legend.list(&row, &details, &report.timeline);
        out.write_all(if std::mem::take(&mut first) { b"\n" } else { b",\n" })?;
        json.clear();
        write_json(&mut json, &listed)?;
        out.write_all(&json)?;
        legend.spend(json.len());
    }
    legend.close();
    out.write_all(b"\n]</script>\n<script type=\"application/json\" id=\"report-data\">")?;
    write_json(out, &legend)?;
    out.write_all(b"</script>\n")?;

    put(out, run_sections::people())?;
    put(out, run_sections::about(report))?;
    put(out, page::closing_with(page::REPORT_SCRIPT))?;
    Ok(())
}
