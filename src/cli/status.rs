//! `sealoff status`: where a run stands, from its folder alone.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

use super::exit::{Exit, Failure, printed};
use super::json_line;
use super::lines::{self, Lines};
use super::messages;
use super::status_watch;
use super::tenants::{self, WholeSetArgs};
use super::words::{at_least, count, counted, harmless, moment, quoted, span, spelled_out};
use crate::digest::Digest;
use crate::json::{DocumentVersion, Rfc3339Moment};
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::playbook::Playbook;
use crate::run::cause::Cause;
use crate::run::journal::JournalBreak;
use crate::run::lock::{FolderLock, LockHolder};
use crate::run::next_steps::{NextStep, for_broken_journal, go_on, next_steps};
use crate::run::packets;
use crate::run::status::{CauseCount, RunStatus, run_status};
use crate::wording;
use crate::wording::causes::title;
use crate::wording::next_steps::worded;
use crate::wording::pace::own_pace;
use crate::wording::standing::headline;
use crate::wording::worded_step::WordedStep;
use crate::words::clipped;

/// Where a run stands, and what to do next
///
/// Reads the folder alone: nothing is asked of Graph, nothing is written, and a run that is going is not disturbed. Shows
/// what became of every account so far, whether the journal is whole, who works in the folder at this moment, and the commands
/// to go on with.
///
/// Exit code 0 when everyone on the list is dealt with; 3 when not, also before the run has begun, and when the last
/// verification found something changed back; 4 when plan or
/// journal were changed or damaged; 2 when the folder holds no plan.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff status monday
  # From another window, until the run ends:
  sealoff status monday --watch")]
pub struct StatusArgs {
    /// The folder that `sealoff plan` made; of one with --tenants, a line for each tenant
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// First show how far it is for as long as a process works on it: at a terminal in one line that changes, elsewhere in a
    /// line every five seconds. Ctrl-C ends the watch, not the run
    #[arg(long)]
    watch: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    whole_set: WholeSetArgs,
}

/// How many causes are shown; all of them are in the results.
const MAX_CAUSES: usize = 10;
/// How many characters are shown of what was said of the first account of a cause.
const MAX_WORDS: usize = 80;

/// Shows where a run stands.
///
/// # Errors
///
/// The folder holds no plan, or one that was changed; or its files cannot be read.
pub async fn run(args: StatusArgs) -> Result<Exit, Failure> {
    if args.whole_set.mean_set(&args.dir)? {
        return tenants::status(&args.dir, args.watch, args.json).await;
    }
    let plan = PlanFolder::open(&args.dir)?;
    if args.watch {
        status_watch::until_it_ends(&plan).await?;
    }
    // Before the journal is read: should the run end meanwhile, what is read is later than what is said.
    let held = FolderLock::holder(plan.path())?;
    let run = run_status(&plan)?;
    let exit = if run.journal.broken.is_some() {
        Exit::Refused
    } else if run.is_done() {
        Exit::Done
    } else {
        Exit::Unfinished
    };
    let has_results = plan.results_path().exists();
    let status = StatusScreen { plan: &plan, run: &run, held: held.as_ref(), has_results };
    let mut out = anstream::stdout();
    let written =
        if args.json { status.write_json(&mut out, exit) } else { lines::write(&mut out, |out| status.write(out)) };
    printed(written.and_then(|()| out.flush()))?;
    if args.json && exit != Exit::Done {
        messages::warn(status.why_not_done());
    }
    Ok(exit)
}

struct StatusScreen<'a> {
    plan: &'a PlanFolder,
    run: &'a RunStatus,
    /// Who works in the folder, with a name where that can be read.
    held: Option<&'a Option<LockHolder>>,
    has_results: bool,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct StatusDocument<'a> {
    sealoff_status: DocumentVersion,
    /// The code with which the command ends.
    exit_code: u8,
    /// What is to be done.
    plan: PlanInBrief<'a>,
    /// Is a process working in the folder?
    in_use: bool,
    /// Who works in the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<&'a LockHolder>,
    /// How far it is.
    run: &'a RunStatus,
    /// What to do next, as commands to copy or as sentences.
    next: Vec<String>,
}

/// A plan, as far as a status needs it.
#[derive(JsonSchema, Serialize)]
struct PlanInBrief<'a> {
    /// What binds it.
    fingerprint: Digest,
    /// Which steps are done.
    playbook: Playbook,
    /// The tenant's name.
    tenant: &'a str,
    /// How many accounts are changed.
    accounts: u32,
    /// How many rows the list has.
    rows: u32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    created_at: OffsetDateTime,
}

impl StatusScreen<'_> {
    fn manifest(&self) -> &Manifest {
        self.plan.manifest()
    }

    /// Why the code is not 0, in a line beside the JSON.
    fn why_not_done(&self) -> String {
        let dir = quoted(self.plan.path());
        match &self.run.journal.broken {
            Some(broken) => format!("the journal in {dir} cannot be used: {}", harmless(&broken.to_string())),
            None if !self.run.begun => format!("the run in {dir} has not begun"),
            None => format!("the run in {dir}: {}", headline(&self.run.outcomes, self.manifest().playbook)),
        }
    }

    fn write_json(&self, out: &mut impl Write, exit: Exit) -> io::Result<()> {
        let manifest = self.manifest();
        let status = StatusDocument {
            sealoff_status: DocumentVersion,
            exit_code: exit as u8,
            plan: PlanInBrief {
                fingerprint: manifest.fingerprint(),
                playbook: manifest.playbook,
                tenant: &manifest.tenant.name,
                accounts: manifest.accounts(),
                rows: manifest.counts.rows(),
                created_at: manifest.created_at,
            },
            in_use: self.held.is_some(),
            holder: self.held.and_then(Option::as_ref),
            run: self.run,
            next: self.next().into_iter().map(|step| step.command.unwrap_or(step.what)).collect(),
        };
        json_line::write(out, &status)
    }

    fn write(&self, out: &mut Lines) {
        let (manifest, run) = (self.manifest(), self.run);
        if run.begun {
            out.text(format_args!("{}.", headline(&run.outcomes, manifest.playbook)));
            out.blank();
        }
        out.labelled(
            "Plan",
            format_args!(
                "{} for {} in {}, made {} (fingerprint {})",
                manifest.playbook,
                counted(manifest.accounts().into(), "account", "accounts"),
                harmless(&manifest.tenant.name),
                moment(manifest.created_at),
                manifest.fingerprint().short()
            ),
        );
        self.write_run(out);
        self.write_journal(out);
        if run.begun {
            out.blank();
            let width = wording::outcome::name_width(&run.outcomes);
            for (outcome, rows) in run.outcomes.iter() {
                out.at(
                    format_args!("{:<width$} {:>7}  ", outcome.name(), count(rows)),
                    wording::outcome::meaning(outcome),
                );
            }
            self.write_steps(out);
            self.write_waves(out);
            self.write_reasons(out);
        }
        out.blank();
        for WordedStep { what, command } in self.next() {
            match command {
                Some(command) => {
                    out.text(format_args!("{what}:"));
                    out.command(4, command);
                }
                None => out.text(what),
            }
        }
    }

    fn write_run(&self, out: &mut Lines) {
        let run = self.run;
        match self.held {
            Some(Some(LockHolder { command, pid, host, since, waits_until })) => {
                out.labelled(
                    "Now",
                    format_args!(
                        "sealoff {} works in the folder: process {pid} on {}, since {}",
                        harmless(command),
                        harmless(host),
                        moment(*since)
                    ),
                );
                if let Some(until) = waits_until {
                    out.labelled("", format_args!("It waits until {} to begin", spelled_out(*until)));
                }
            }
            Some(None) => out.labelled("Now", "another sealoff works in the folder"),
            // It is not known what stood behind the place where the journal is broken.
            None if run.journal.broken.is_some() => out.labelled("Now", "no process works in the folder"),
            None if !run.begun => out.labelled("Now", "the run has not begun: nothing was changed"),
            None => {
                let how = run.journal.ended.map_or_else(
                    || "the last process was killed, or the machine stopped".to_owned(),
                    |end| format!("the last process ended: {end}"),
                );
                out.labelled("Now", format_args!("no process works in the folder; {how}"));
            }
        }
        if run.writes_left > 0 && run.journal.broken.is_none() {
            let time = span(run.time_left);
            let writes = counted(run.writes_left, "write", "writes");
            let rate = run.journal.writes_per_minute();
            let rate = rate.map_or_else(String::new, |rate| format!("; {} writes a minute so far", count(rate as u64)));
            let by = match own_pace(&run.targets_left) {
                _ if run.journal.rate.is_some_and(|_| run.passwords_left > 0) => {
                    let rate = run.journal.rate.map(|rate| rate.to_string()).unwrap_or_default();
                    format!("{time} at {rate}, the rate of the last process")
                }
                Some(own) => format!("{} {own}", at_least(run.time_left)),
                None => format!("{time} by the documented quota"),
            };
            out.labelled("Left", format_args!("{writes}, {by}{rate}"));
        }
    }

    fn write_journal(&self, out: &mut Lines) {
        let journal = &self.run.journal;
        if let Some(broken) = &journal.broken {
            let what = match broken {
                JournalBreak::Line { line, .. } => format!("BROKEN at line {line}"),
                JournalBreak::Newer { .. } | JournalBreak::OtherPlan => "CANNOT BE USED".to_owned(),
            };
            out.labelled("Journal", format_args!("{what}: {}", harmless(&broken.to_string())));
            if journal.lines > 0 {
                let lines = counted(journal.lines, "line", "lines");
                out.labelled("", format_args!("what follows is what stands before that, {lines}"));
            }
        } else if let Some(last) = journal.last_written {
            let lines = counted(journal.lines, "line", "lines");
            let processes = counted(journal.processes, "process", "processes");
            out.labelled("Journal", format_args!("whole: {lines}, {processes}, last written {}", moment(last)));
            if let Some(first) = journal.first_written {
                out.labelled("", format_args!("begun {}", moment(first)));
            }
        }
        if let (Some(line), None) = (journal.torn_line, self.held) {
            out.labelled(
                "",
                format_args!(
                    "line {line} was being written when the process died: its {} will be cut off, and no \
                 write was sent because of them",
                    counted(journal.torn_bytes, "byte", "bytes")
                ),
            );
        }
    }

    fn write_steps(&self, out: &mut Lines) {
        out.blank();
        for (step, progress) in &self.run.steps {
            let mut parts = vec![format!("{} of {} done", count(progress.done), count(progress.planned()))];
            for (number, word) in [
                (progress.pending, "pending"),
                (progress.uncertain, if self.held.is_some() { "under way or uncertain" } else { "uncertain" }),
                (progress.failed, "not done"),
            ] {
                if number > 0 {
                    parts.push(format!("{} {word}", count(number)));
                }
            }
            out.labelled(step, parts.join(", "));
        }
        if let Some(risk) = &self.run.risk {
            out.labelled("Risk", wording::risk::how_far(risk));
        }
        if self.run.in_doubt > 0 && self.held.is_none() && self.run.journal.broken.is_none() {
            out.labelled(
                "In doubt",
                format_args!(
                    "{}: a write was on its way and its answer is not known; the next apply settles it",
                    counted(self.run.in_doubt, "account", "accounts")
                ),
            );
        }
    }

    fn write_waves(&self, out: &mut Lines) {
        let Some(waves) = &self.manifest().waves else { return };
        out.blank();
        out.labelled("Waves", wording::waves::headline(waves));
        for wave in &waves.waves {
            let progress = wording::waves::progress(wave, self.run.outcomes.left_in_wave(&wave.name));
            out.labelled("", format_args!("{}: {progress}", harmless(&wave.name)));
        }
    }

    fn write_reasons(&self, out: &mut Lines) {
        let mut causes: Vec<(&Cause, &CauseCount)> = self.run.causes.iter().collect();
        if causes.is_empty() {
            return;
        }
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(count.accounts));
        out.blank();
        out.text("Why accounts are not done:");
        for (cause, CauseCount { accounts, first }) in causes.iter().take(MAX_CAUSES) {
            out.at(format_args!("{:>18}  ", count(*accounts)), title(cause));
            if !first.is_empty() {
                out.at(format_args!("{:20}", ""), clipped(&harmless(first), MAX_WORDS));
            }
        }
        let more = causes.len().saturating_sub(MAX_CAUSES);
        if more > 0 {
            let more = counted(more as u64, "more reason", "more reasons");
            out.at(format_args!("{:20}", ""), format_args!("{more}: the column detail of results.csv has them all"));
        }
    }

    /// What to do next, in order.
    fn next(&self) -> Vec<WordedStep> {
        let steps = self.next_steps();
        if steps.is_empty() {
            return vec![WordedStep { what: "Nothing is left to do.".to_owned(), command: None }];
        }
        worded(&steps, self.plan, "")
    }

    fn next_steps(&self) -> Vec<NextStep> {
        let run = self.run;
        if let Some(broken) = &run.journal.broken {
            return for_broken_journal(broken);
        }
        if self.held.is_some() {
            return vec![NextStep::Watch];
        }
        if run.writes_left > 0 || run.in_doubt > 0 {
            return vec![match go_on(self.manifest(), &run.outcomes) {
                NextStep::Resume if !run.begun => NextStep::Begin,
                step => step,
            }];
        }
        let results = (run.begun && !self.has_results).then_some(NextStep::MakeResults);
        let left = next_steps(self.plan, &run.outcomes, packets::first(self.plan), run.journal.verified);
        results.into_iter().chain(left).collect()
    }
}
