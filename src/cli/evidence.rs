//! `sealoff evidence`: all of a run in one archive, and the check of one.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::failures;
use super::json_line;
use super::lines::{self, Lines};
use super::messages;
use super::preview::{note_unprinted, quoted};
use super::replace_file::{FilePlace, ReplaceFileArgs};
use super::signing_key;
use super::tenants::{self, WholeSetArgs};
use super::words::{count, counted, harmless, moment};
use crate::plan::folder::{JOURNAL, PlanFolder};
use crate::report::evidence::{self, Evidence, EvidenceManifest};
use crate::report::evidence_run::EvidenceState;
use crate::run::lock::FolderLock;
use crate::signing::{Purpose, Signer};
use crate::wording::standing::headline;

/// Pack all of a run into one archive, each file with its digest, and sign it; or check such an archive
///
/// The archive has plan, journal, results, verification and report of the run in DIR, as far as they are there, and a
/// manifest with the SHA-256 of each. With --sign it is signed with an Ed25519 SSH key, so that stock ssh-keygen can check
/// it. Nothing secret is in it beyond what is sealed. --check says whether an archive is still as it was made. The archive
/// of a run that has not begun or not finished has a name that says so, and the exit code is 0 only where everyone on the list
/// is dealt with.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff evidence monday -o monday.zip \\
    --sign ~/.ssh/id_ed25519
  sealoff evidence --check monday.zip \\
    --signed-by auditor.pub")]
pub struct EvidenceArgs {
    /// The folder of the run, or of the plans of many tenants: each then has an archive with its name behind that of -o
    #[arg(value_name = "DIR", required_unless_present = "check", conflicts_with = "check")]
    dir: Option<PathBuf>,
    /// The archive to make; it must not exist yet, or see --replace
    #[arg(short, long, value_name = "FILE.zip", required_unless_present = "check", conflicts_with = "check")]
    output: Option<PathBuf>,
    #[command(flatten)]
    replace: ReplaceFileArgs,
    /// Sign it with this Ed25519 SSH key; its passphrase is asked for at the terminal
    #[arg(long, value_name = "KEY", conflicts_with = "check")]
    sign: Option<PathBuf>,
    /// Check this archive instead
    #[arg(long, value_name = "FILE.zip")]
    check: Option<PathBuf>,
    /// The public key that must have signed it
    #[arg(long, value_name = "KEY.pub", requires = "check")]
    signed_by: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    whole_set: WholeSetArgs,
}

/// Packs or checks.
///
/// # Errors
///
/// The run or the key cannot be read, the archive cannot be written, or one that is checked does not hold.
pub fn run(args: &EvidenceArgs) -> Result<Exit, Failure> {
    if let Some(archive) = &args.check {
        let signer = args.signed_by.as_deref().map(Signer::read).transpose().map_err(Failure::usage)?;
        let held = evidence::check(archive, signer.as_ref()).map_err(|error| failures::of_archive(&error, archive))?;
        let answer = args.signed_by.as_deref().map_or(EvidenceTask::Check, EvidenceTask::SignedBy);
        return Ok(show(&held, args.json, answer));
    }
    // clap sees to it that both are there.
    let (Some(dir), Some(output)) = (&args.dir, &args.output) else {
        return Err(Failure::usage("a folder and -o are needed"));
    };
    if args.whole_set.mean_set(dir)? {
        let key = args.sign.as_deref().map(signing_key::read).transpose()?;
        return tenants::evidence(dir, output, key.as_ref(), args.replace.replace, args.json);
    }
    let plan = PlanFolder::open(dir)?;
    let _lock = FolderLock::take(plan.path(), "evidence")?;
    let key = args.sign.as_deref().map(signing_key::read).transpose()?;
    Ok(show(&evidence::pack(&plan, output, key.as_ref(), args.replace.replace)?, args.json, EvidenceTask::Pack))
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
enum EvidenceTask<'a> {
    Pack,
    Check,
    /// A check of who signed, too: by the key in this file.
    SignedBy(&'a Path),
}

/// What an archive holds, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct EvidenceDocument<'a> {
    /// The file.
    archive: String,
    /// It was checked, and holds; false where it was made.
    checked: bool,
    #[serde(flatten)]
    held: &'a Evidence,
}

/// Shows it, and gives the code to end with: that an archive holds says nothing about whether its run is done.
fn show(held: &Evidence, json: bool, asked: EvidenceTask<'_>) -> Exit {
    let mut out = anstream::stdout();
    let written = if json {
        let checked = !matches!(asked, EvidenceTask::Pack);
        let line = EvidenceDocument { archive: held.archive.display().to_string(), checked, held };
        json_line::write(&mut out, &line)
    } else {
        lines::write(&mut out, |out| write(out, held, asked))
    };
    note_unprinted(written.and_then(|()| out.flush()));
    let exit = Exit::of(&held.outcomes);
    if json && exit != Exit::Done {
        messages::warn(standing(held));
    }
    exit
}

/// How far the people on the list are dealt with, and whether that was proved.
fn standing(held: &Evidence) -> String {
    let Some(run) = &held.contents.run else { return headline(&held.outcomes, held.playbook) };
    match run.state {
        EvidenceState::NotBegun => return "This run was never begun: no account has been changed".to_owned(),
        EvidenceState::NotFinished => {
            let pending = counted(run.pending, "account is", "accounts are");
            let rows = headline(&held.outcomes, held.playbook);
            return format!("This run is not finished: {pending} not begun or not finished. {rows}");
        }
        EvidenceState::Finished => {}
    }
    let verified = match run.verified {
        None => "it was never verified, or not since the last write",
        Some(proofs) if proofs.all_proved() => "every step was proved",
        Some(_) => "the last verification did not prove every step",
    };
    format!("{}; {verified}", headline(&held.outcomes, held.playbook))
}

fn write(out: &mut Lines, held: &Evidence, asked: EvidenceTask<'_>) {
    let Evidence { contents, archive, .. } = held;
    out.text(format_args!("{}.", standing(held)));
    out.blank();
    let files = counted(contents.files.len() as u64, "file", "files");
    let remark = if held.has_replaced { FilePlace::Taken.remark() } else { "" };
    let made = moment(contents.created_at);
    out.labelled("Evidence", format_args!("{}, {files}, of {made}{remark}", archive.display()));
    out.labelled("Plan", format_args!("{} in tenant {}", contents.plan.short(), contents.tenant));
    if let Some(author) = &contents.planned_by {
        out.labelled("Planned", format_args!("as {}", harmless(&author.to_string())));
    }
    for process in contents.run.iter().flat_map(|run| &run.processes) {
        let Some(who) = &process.who else { continue };
        let apps = match who.apps.len() {
            0 | 1 => String::new(),
            _ => format!(", through {}", who.apps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        };
        let text = format!("as {}{apps}, {}", who.applied_by, who.approval);
        out.labelled("Applied", format_args!("{}, {}", moment(process.began), harmless(&text)));
    }
    for entry in &contents.files {
        out.labelled("", format_args!("{}  {:>12} bytes  {}", entry.sha256.short(), count(entry.bytes), entry.name));
    }
    match (&held.signed_by, asked) {
        (Some(key), _) => out.labelled("Signed by", key),
        (None, EvidenceTask::Pack) => out.text("Not signed; --sign KEY signs it"),
        (None, _) => out.text("Not signed: anyone could have replaced it"),
    }
    match asked {
        EvidenceTask::Pack if held.signed_by.is_some() => write_how_to_check(out, archive),
        EvidenceTask::Pack => {}
        EvidenceTask::Check | EvidenceTask::SignedBy(_) => {
            out.text(format_args!("It holds: every file is as the manifest says, and {}.", chain(contents)));
        }
    }
    match asked {
        EvidenceTask::SignedBy(key) => out.text(format_args!("Yes, it was signed by the key in {}.", quoted(key))),
        EvidenceTask::Check if held.signed_by.is_some() => {
            out.text("Whose key that is was not asked: --signed-by KEY.pub compares it with that of a file.");
        }
        EvidenceTask::Check | EvidenceTask::Pack => {}
    }
}

/// What of the journal was checked.
fn chain(contents: &EvidenceManifest) -> &'static str {
    if contents.files.iter().any(|file| file.name == JOURNAL) {
        "the chain of the journal is whole"
    } else {
        "there is no journal, as the run was never begun"
    }
}

fn write_how_to_check(out: &mut Lines, archive: &Path) {
    let archive = quoted(archive);
    out.blank();
    out.text("To check it without sealoff:");
    out.command(2, format_args!("unzip -p {archive} manifest.json.sig > manifest.json.sig"));
    out.command(2, format_args!("unzip -p {archive} manifest.json | ssh-keygen -Y verify -f allowed_signers -I NAME -n {} -s manifest.json.sig", Purpose::Evidence.namespace()));
}
