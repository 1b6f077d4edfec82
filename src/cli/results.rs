//! `sealoff results`: makes `results.csv` again from plan and journal.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::json_line;
use super::lines;
use super::messages;
use super::preview::note_unprinted;
use super::words::count;
use crate::digest::Digest;
use crate::json::DocumentVersion;
use crate::plan::folder::PlanFolder;
use crate::report::refused;
use crate::run::lock::FolderLock;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::output::RunOutput;
use crate::wording;
use crate::wording::standing::headline;

/// Make results.csv again from plan and journal
///
/// Reads the folder alone, asks nothing of Graph, and writes the same bytes that `sealoff apply` wrote. The old file stands
/// until the new one is whole. Exit code 0 when everyone on the list is dealt with, 3 when not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sealoff results monday")]
pub struct ResultsArgs {
    /// The folder of the run
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print what became of the rows as JSON
    #[arg(long)]
    json: bool,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct ResultsDocument<'a> {
    sealoff_results: DocumentVersion,
    /// The fingerprint of the plan.
    plan: Digest,
    /// How many rows have each outcome; an outcome that no row has is left out.
    outcomes: &'a OutcomeCounts,
    /// How many accounts are no longer what the plan says.
    drifted: u64,
    /// Accounts at which the last verification found something changed back.
    contradicted: u64,
    /// The path of results.csv.
    results: String,
}

/// Makes the results again.
///
/// # Errors
///
/// Plan or journal cannot be used, another process works in the folder, or the file cannot be written.
pub fn run(args: ResultsArgs) -> Result<Exit, Failure> {
    let plan = PlanFolder::open(&args.dir)?;
    let _lock = FolderLock::take(plan.path(), "results")?;
    let RunOutput { results, outcomes, .. } = refused::write_all(&plan)?;
    let mut out = anstream::stdout();
    let written = if args.json {
        let line = ResultsDocument {
            sealoff_results: DocumentVersion,
            plan: plan.manifest().fingerprint(),
            outcomes: &outcomes,
            drifted: outcomes.drifted(),
            contradicted: outcomes.contradicted().count,
            results: results.display().to_string(),
        };
        json_line::write(&mut out, &line)
    } else {
        lines::write(&mut out, |out| {
            out.text(format_args!("{}.", headline(&outcomes, plan.manifest().playbook)));
            out.blank();
            let width = wording::outcome::name_width(&outcomes);
            for (outcome, rows) in outcomes.iter() {
                let lead = format_args!("{:<width$} {:>7}  ", outcome.name(), count(rows));
                out.at(lead, wording::outcome::meaning(outcome));
            }
            out.labelled("Results", results.display().to_string());
        })
    };
    note_unprinted(written.and_then(|()| out.flush()));
    let exit = Exit::of(&outcomes);
    if args.json && exit != Exit::Done {
        messages::warn(headline(&outcomes, plan.manifest().playbook));
    }
    Ok(exit)
}
