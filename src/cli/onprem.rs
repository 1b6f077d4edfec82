//! `sealoff onprem`: what is done elsewhere: in Active Directory, by its script or by password writeback, and by hand.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::json_line;
use super::lines;
use super::preview::note_unprinted;
use super::words::counted;
use super::writeback::{self, WritebackArgs};
use crate::digest::Digest;
use crate::json::DocumentVersion;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::folder::PlanFolder;
use crate::report::refused;
use crate::run::lock::FolderLock;
use crate::run::next_steps::next_steps;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::output::RunOutput;
use crate::run::reported::TakenResults;
use crate::run::{by_hand_results, script_results};
use crate::wording;
use crate::wording::standing::headline;

/// Take in what was done in Active Directory or at an identity provider, or write passwords back
///
/// With --results it reads what onprem.ps1 wrote beside itself into the run in DIR, whether sealoff apply was ever started there or
/// not, and makes results.csv and the packets again. A file of another plan, or one that was edited, is refused as a whole. A file
/// may be taken in again when it has become longer. Nothing is read from or sent to Graph.
///
/// With --by-hand it reads the list of what the script leaves to people (by-hand.csv), as they filled it in: a row is done whose
/// column done says yes, or when. Passwords of federated domains are such rows: they are changed at the identity provider of the
/// domain, which no one but its own people can do.
///
/// With --writeback it resets the passwords of the synced people of a plan that was made with --writeback, and has them written
/// back to Active Directory. A person has to sign in for that; no app may do it. It follows each reset to its end, ends the
/// sessions after it, and goes on where it was stopped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff onprem monday \\
    --results monday/onprem-results.csv
  sealoff onprem monday --by-hand monday/by-hand.csv
  sealoff onprem monday --writeback --auth device-code \\
    --confirm 302@2570c50cf3a6")]
pub struct OnPremArgs {
    /// The folder of the plan
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// What onprem.ps1 wrote
    #[arg(long, value_name = "FILE", required_unless_present_any = ["writeback", "by_hand"], conflicts_with = "writeback")]
    results: Option<PathBuf>,
    /// The list by-hand.csv, as people filled it in
    #[arg(long, value_name = "FILE", conflicts_with_all = ["results", "writeback"])]
    by_hand: Option<PathBuf>,
    /// Write the new passwords of synced people back to Active Directory, signed in as a person
    #[arg(long)]
    writeback: bool,
    /// Print what was taken in, or written back, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    written_back: WritebackArgs,
}

/// What was taken in, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct OnPremDocument<'a> {
    sealoff_onprem: DocumentVersion,
    /// The fingerprint of the plan.
    plan: Digest,
    /// How many lines the file has.
    lines: u64,
    /// How many of them had not been taken in before.
    new: u64,
    /// How many rows of the work list its script has done in Active Directory.
    done_on_premises: u64,
    /// How many rows of it people have done by hand.
    done_by_hand: u64,
    /// How many people still have the old password, which is kept elsewhere.
    old_password: u64,
    /// How many rows have each outcome; an outcome that no row has is left out.
    outcomes: &'a OutcomeCounts,
}

/// Takes a file of results in, or has passwords written back.
///
/// # Errors
///
/// The plan cannot be used, another process works in the folder, the file is not of this plan, or something cannot be written.
pub async fn run(args: OnPremArgs, policies: &[ApprovalPolicy]) -> Result<Exit, Failure> {
    if args.writeback {
        return writeback::run(&args.dir, args.written_back, args.json, policies).await;
    }
    let plan = PlanFolder::open(&args.dir)?;
    let _lock = FolderLock::take(plan.path(), "onprem")?;
    let mut taken = TakenResults::default();
    if let Some(results) = &args.results {
        taken = script_results::take_in(&plan, results).await?;
    }
    if let Some(filled_in) = &args.by_hand {
        taken = by_hand_results::take_in(&plan, filled_in).await?;
    }
    let RunOutput { outcomes, packets, .. } = refused::write_all(&plan)?;
    let mut out = anstream::stdout();
    let written = if args.json {
        let line = OnPremDocument {
            sealoff_onprem: DocumentVersion,
            plan: plan.manifest().fingerprint(),
            lines: taken.lines,
            new: taken.new,
            done_on_premises: outcomes.scripted(),
            done_by_hand: outcomes.by_hand(),
            old_password: outcomes.old_password().count,
            outcomes: &outcomes,
        };
        json_line::write(&mut out, &line)
    } else {
        let first = packets.first().map(|packet| packet.file.clone());
        let next = next_steps(&plan, &outcomes, first, None);
        let next = wording::next_steps::worded(&next, &plan, "");
        lines::write(&mut out, |out| {
            out.text(said(taken));
            out.text(format!("{}.", headline(&outcomes, plan.manifest().playbook)));
            out.blank();
            next.into_iter().for_each(|step| out.text(step));
        })
    };
    note_unprinted(written.and_then(|()| out.flush()));
    Ok(Exit::of(&outcomes))
}

fn said(taken: TakenResults) -> String {
    let TakenResults { lines, new } = taken;
    let lines = counted(lines, "line", "lines");
    if new == 0 {
        format!("Nothing of the file is new: of its {lines}, none says anything that had not been taken in before.")
    } else {
        format!("{} taken in, of {lines}.", counted(new, "result was", "results were"))
    }
}
