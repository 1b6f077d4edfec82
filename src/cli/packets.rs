//! `sealoff packets`: the packets of a run, made again.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::handoff;
use super::json_line;
use super::lines;
use super::preview::{note_unprinted, quoted};
use crate::json::DocumentVersion;
use crate::plan::folder::PlanFolder;
use crate::run::lock::FolderLock;
use crate::run::next_steps::NextStep;
use crate::run::output;
use crate::run::packets::{self, Packet};
use crate::wording::{next_steps, plan_command};

/// Make the packets of a run again, one for each person who hands passwords over
///
/// Writes DIR/handoff from plan and journal, as the end of every apply does: for each handoff name a sheet of everything that
/// was sealed to it, sealed as a whole, and index.csv, which holds no secret. Nothing is read from or sent to Graph. `sealoff
/// unseal` opens a packet.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff packets monday
  sealoff unseal monday/handoff/site-berlin.csv.age \\
    -i berlin.key --letters letters")]
pub struct PacketsArgs {
    /// The folder of the plan and its run
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

/// The packets that were made, as `--json` prints them.
#[derive(JsonSchema, Serialize)]
pub(super) struct PacketsDocument<'a> {
    sealoff_packets: DocumentVersion,
    /// Where they are.
    folder: String,
    /// One for each person who hands passwords over, in the order of their names.
    packets: &'a [Packet],
}

/// Makes the packets.
///
/// # Errors
///
/// The plan or its journal cannot be used, another process works on it, or a packet cannot be written.
pub fn run(args: PacketsArgs) -> Result<Exit, Failure> {
    let plan = PlanFolder::open(&args.dir)?;
    if !plan.manifest().seals() {
        let why =
            if plan.manifest().options.discard_credentials { "throws its passwords away" } else { "sets no password" };
        return Err(Failure::usage(format_args!(
            "the plan in {} {why}, so there is nothing to hand over",
            quoted(&args.dir)
        )));
    }
    let _lock = FolderLock::take(plan.path(), "packets")?;
    let made = output::write_packets(&plan)?;
    if made.is_empty() {
        return Err(Failure::usage(format_args!("no password has been set by the plan in {} yet", quoted(&args.dir)))
            .with_command("Carry it out", plan_command::apply(&args.dir, plan.manifest())));
    }
    let mut out = anstream::stdout();
    let written = if args.json {
        let folder = packets::folder(&plan).display().to_string();
        json_line::write(&mut out, &PacketsDocument { sealoff_packets: DocumentVersion, folder, packets: &made })
    } else {
        let hand_over = made.first().map(|packet| NextStep::HandOver { packet: packet.file.clone() });
        let steps = next_steps::worded(hand_over.as_slice(), &plan, "");
        lines::write(&mut out, |out| {
            handoff::write_packets(out, &plan, &made);
            out.blank();
            steps.into_iter().for_each(|step| out.text(step));
        })
    };
    note_unprinted(written.and_then(|()| out.flush()));
    Ok(Exit::Done)
}
