//! `sealoff report`: a run as one self-contained page.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::json_line;
use super::lines;
use super::messages;
use super::preview::note_unprinted;
use super::replace_file::FilePlace;
use super::tenants::{self, WholeSetArgs};
use crate::json::DocumentVersion;
use crate::plan::folder::PlanFolder;
use crate::report::run_page::{self, REPORT_HTML, WrittenReport};
use crate::wording::standing::headline;

/// Write a run as one self-contained page: what was done, how fast, and what is left
///
/// Writes report.html into DIR, in place of an earlier one, from plan, journal and results alone: nothing is asked of Graph. The page needs no network,
/// can be read without scripts, printed, and searched for every person on the list. No password is on it, sealed or not. The
/// exit code is 0 only where everyone on the list is dealt with, as that of every command about a run.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sealoff report monday")]
pub struct ReportArgs {
    /// The folder of the run; of a set of many tenants, a page for each
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print where the report is as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    whole_set: WholeSetArgs,
}

/// Where the report is, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct ReportDocument {
    sealoff_report: DocumentVersion,
    /// The page.
    report: String,
}

/// Writes the report.
///
/// # Errors
///
/// The run cannot be read, or the page cannot be written.
pub fn run(args: ReportArgs) -> Result<Exit, Failure> {
    if args.whole_set.mean_set(&args.dir)? {
        return tenants::report(&args.dir, args.json);
    }
    let plan = PlanFolder::open(&args.dir)?;
    let place = if plan.path().join(REPORT_HTML).exists() { FilePlace::Taken } else { FilePlace::Free };
    let WrittenReport { path, outcomes } = run_page::write(&plan)?;
    let exit = Exit::of(&outcomes);
    let headline = headline(&outcomes, plan.manifest().playbook);
    let mut out = anstream::stdout();
    let report = path.display().to_string();
    let written = if args.json {
        json_line::write(&mut out, &ReportDocument { sealoff_report: DocumentVersion, report })
    } else {
        lines::write(&mut out, |out| {
            out.text(format_args!("{headline}."));
            out.blank();
            out.labelled("Report", report + place.remark());
        })
    };
    note_unprinted(written.and_then(|()| out.flush()));
    if args.json && exit != Exit::Done {
        messages::warn(headline);
    }
    Ok(exit)
}

/// Writes the page of a run, and gives its path.
///
/// # Errors
///
/// As [`run`].
pub(super) fn write(plan: &PlanFolder) -> Result<PathBuf, Failure> {
    Ok(run_page::write(plan)?.path)
}
