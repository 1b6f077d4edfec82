//! A plan as a person approves it.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Color, Style};
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator as _;

use super::handoff;
use super::messages;
use super::spinner::Spinner;
pub(super) use super::words::quoted;
use super::words::{count, counted, fitting, harmless, line_width, moment, roster_name, wrapped};
use crate::json::DocumentVersion;
use crate::plan::examples::Examples;
use crate::plan::folder::{ONPREM_CSV, OpeningPlan, PLAN_CSV, PLAN_HTML, PlanFolder, REFUSED};
use crate::plan::manifest::Manifest;
use crate::plan::row::Decision;
use crate::plan::summary::{ReasonLine, Summary};
use crate::report::plan_page::{self, PageError};
use crate::report::refused;
use crate::seal::recipient_name;
use crate::wording;
use crate::wording::decision::{DISCARDED, UNPROTECTED};
use crate::wording::pace::{QuotaOwner, shortest};
use crate::wording::{plan_command, too_large};

/// The rows of one decision that have one reason, with the reason for people.
#[derive(JsonSchema, Serialize)]
pub(super) struct WordedReason<'a> {
    #[serde(flatten)]
    line: &'a ReasonLine,
    /// The reason for people.
    sentence: &'static str,
}

/// The preview, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct PlanDocument<'a> {
    sealoff_plan: DocumentVersion,
    #[serde(flatten)]
    summary: &'a Summary,
    /// The reasons behind the decisions, by decision and then by reason.
    reasons: Vec<WordedReason<'a>>,
}

/// Shows the preview on standard output.
pub(super) fn show(summary: &Summary, json: bool) {
    let mut out = anstream::stdout();
    let written = if json {
        let worded = |line| WordedReason { line, sentence: wording::reason::sentence(line.reason) };
        let reasons = summary.reasons.iter().map(worded).collect();
        let line = PlanDocument { sealoff_plan: DocumentVersion, summary, reasons };
        serde_json::to_string(&line).map_err(io::Error::other).and_then(|line| writeln!(out, "{line}"))
    } else {
        write(&mut out, summary, line_width())
    };
    note_unprinted(written.and_then(|()| out.flush()));
}

/// Reads a plan back that was just made, and writes its page beside it in the same pass. What fails of this takes nothing
/// from the plan, and is no failure.
pub(super) fn read_back(summary: &Summary) -> Option<PlanFolder> {
    let page = OpeningPlan::begin(&summary.folder).map_err(PageError::from).and_then(plan_page::write);
    let noted = |error| match error {
        PageError::Write(_) => {
            messages::note(format_args!("there is no page of this plan, and the plan itself is whole: {error}"));
        }
        error => messages::note(format_args!("there is no page of this plan: {error}")),
    };
    let plan = page.map_err(noted).ok()?;
    if let Err(error) = refused::of_plan(&plan) {
        messages::note(format_args!("there is no {REFUSED}, and the plan itself is whole: {error}"));
    }
    Some(plan)
}

/// A reader that has seen enough is no failure, and neither is a full disk behind standard output: what was done is done,
/// and the exit code must say so.
pub(super) fn note_unprinted(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        messages::note(format_args!("standard output could not be written: {error}"));
    }
}

/// The places of a line: what is labelled begins here.
const LABEL: usize = 11;
/// What explains a decision or a reason begins here.
const EXPLANATION: usize = 19;
/// Examples begin here.
const EXAMPLE: usize = 21;

fn write(out: &mut impl Write, summary: &Summary, width: usize) -> io::Result<()> {
    let plan = &summary.plan;
    let mut labelled = |label: &str, text: &str| block(out, &format!("{label:<LABEL$}"), text, width);
    labelled("Tenant", &format!("{} ({})", harmless(&plan.tenant.name), plan.tenant.id))?;
    labelled("Playbook", &format!("{}: {}", plan.playbook, plan.playbook.summary()))?;
    let rows = counted(plan.roster.rows.into(), "row", "rows");
    let shape = harmless(&plan.roster.read_as);
    labelled("Roster", &format!("{}, {rows} ({shape})", roster_name(&plan.roster.name)))?;
    match &plan.protected {
        Some(list) => {
            let accounts = counted(list.accounts.into(), "account", "accounts");
            let list = harmless(&list.name);
            labelled("Protected", &format!("{accounts} in {list} will not be touched, on the roster or not"))?;
        }
        None => labelled("Protected", UNPROTECTED)?,
    }
    if let Some(since) = plan.options.since {
        labelled("Since", &format!("sessions that were ended at {} or later count as ended", moment(since)))?;
    }
    for note in &plan.notes {
        labelled("Note", &harmless(note))?;
    }
    writeln!(out)?;
    write_decisions(out, summary, width)?;
    writeln!(out)?;
    let labelled = |out: &mut _, label: &str, text: &str| block(out, &format!("{label:<LABEL$}"), text, width);
    labelled(out, "Steps", &steps(plan))?;
    if plan.options.discard_credentials {
        labelled(out, "Passwords", DISCARDED)?;
    } else if let Some(handoff) = plan.handoff.as_ref().filter(|_| summary.sealed > 0) {
        labelled(
            out,
            "Sealed",
            &counted(summary.sealed.into(), "new password, for:", "new passwords, each for one of these:"),
        )?;
        for (number, text) in handoff::lines(handoff) {
            block(out, &format!("{:LABEL$}{number:>6}  ", ""), &text, width)?;
        }
        labelled(out, "Passwords", &plan.options.password.sentence())?;
    } else if summary.sealed > 0 {
        let passwords = counted(summary.sealed.into(), "new password, for", "new passwords, each for");
        let keys = if plan.recipients.len() == 1 { "this key" } else { "every one of these keys" };
        labelled(out, "Sealed", &format!("{passwords} {keys}"))?;
        for recipient in &plan.recipients {
            labelled(out, "", &recipient_name(recipient))?;
        }
        labelled(out, "Passwords", &plan.options.password.sentence())?;
    }
    if let Some(work) = &plan.on_premises {
        let accounts = counted(work.accounts.into(), "account has", "accounts have");
        let list = summary.folder.join(ONPREM_CSV);
        let digest = work.sha256.short();
        let text =
            format!("{accounts} to be changed there, too: {}, onprem.ps1 does it (SHA-256 {digest})", list.display());
        labelled(out, "On-prem", &text)?;
    }
    let csv = summary.folder.join(PLAN_CSV);
    labelled(out, "Plan", &format!("{}, fingerprint {}", csv.display(), summary.fingerprint.short()))?;
    let page = summary.folder.join(PLAN_HTML);
    if page.exists() {
        labelled(out, "Page", &format!("{}, for the person who approves", page.display()))?;
    }
    if let Some(sentence) = too_large::sentence(plan) {
        labelled(out, "Guard", &format!("{sentence}, as in the line below"))?;
    }
    writeln!(out)?;
    if plan.accounts() == 0 {
        writeln!(out, "No account would be changed: there is nothing to apply.")
    } else {
        let accounts = counted(plan.accounts().into(), "account", "accounts");
        writeln!(out, "Nothing has been changed. To change {accounts}:")?;
        // Never wrapped: it is there to be copied.
        writeln!(out, "  {}", plan_command::apply(&summary.folder, plan))
    }
}

fn write_decisions(out: &mut impl Write, summary: &Summary, width: usize) -> io::Result<()> {
    for decision in Decision::iter() {
        let rows = summary.plan.counts.of(decision).rows;
        // Colour is an addition: it is taken off where there is no terminal, and says nothing that the word does not.
        let style = if rows == 0 { Style::new().dimmed() } else { style_of(decision) };
        let (name, number) = (decision.name(), count(rows.into()));
        writeln!(out, "{style}{name:<8}{style:#} {number:>8}  {}", wording::decision::meaning(decision))?;
        for line in summary.reasons.iter().filter(|line| line.decision == decision) {
            let number = count(line.rows.into());
            let lead = format!("         {number:>8}  ");
            block(out, &lead, &format!("{}: {}", line.reason.name(), wording::reason::sentence(line.reason)), width)?;
            if let Some(flag) = line.flag {
                block(out, &" ".repeat(EXPLANATION), &format!("{flag} lifts it"), width)?;
            }
            let of_this =
                summary.examples.iter().find(|group| group.decision == decision && group.reason == line.reason);
            if let Some(group) = of_this {
                write_examples(out, group, line.rows, width)?;
            }
        }
    }
    Ok(())
}

fn write_examples(out: &mut impl Write, group: &Examples, rows: u32, width: usize) -> io::Result<()> {
    let room = width.saturating_sub(EXAMPLE).max(20);
    for example in &group.rows {
        let user = harmless(&example.name);
        let user = fitting(&user, room + room / 2);
        let detail = if example.detail.is_empty() { String::new() } else { format!(": {}", harmless(&example.detail)) };
        let text = format!("{} {user}{detail}", example.place());
        // Three lines say enough; the rest stands in plan.csv.
        block(out, &" ".repeat(EXAMPLE), &fitting(&text, 3 * room - 20), width)?;
    }
    let more = rows.saturating_sub(group.rows.len() as u32);
    if more > 0 {
        writeln!(out, "{:EXAMPLE$}and {} more in plan.csv", "", count(more.into()))?;
    }
    Ok(())
}

const fn style_of(decision: Decision) -> Style {
    let style = Style::new().bold();
    match decision {
        Decision::Act => style.fg_color(Some(Color::Ansi(AnsiColor::Blue))),
        Decision::Already => style.fg_color(Some(Color::Ansi(AnsiColor::Green))),
        Decision::Skip => style,
        Decision::Refuse => style.fg_color(Some(Color::Ansi(AnsiColor::Red))),
    }
}

/// Which steps are done how often, and how long that takes at least.
fn steps(plan: &Manifest) -> String {
    let counted_steps = plan.counts.steps.counted();
    let named: Vec<String> = counted_steps.map(|(step, number)| format!("{} {step}", count(number.into()))).collect();
    let steps = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
    let writes = counted(plan.counts.writes, "write", "writes");
    let time = shortest(Duration::from_secs(plan.floor_seconds), QuotaOwner::Tenant);
    format!("{steps}; {writes}, {time}")
}

/// A text in lines that fit, behind a lead; the lines that follow the first begin where it began.
fn block(out: &mut impl Write, lead: &str, text: &str, width: usize) -> io::Result<()> {
    let indent = lead.chars().count();
    for (index, line) in wrapped(text, width.saturating_sub(indent).max(20)).iter().enumerate() {
        let lead = if index == 0 { lead } else { "" };
        writeln!(out, "{lead:indent$}{line}")?;
    }
    Ok(())
}

/// Says that the directory is being read.
///
/// How many rows there are is known only at the end of the roster, so there is nothing to fill a bar with.
pub(super) fn reading() -> Spinner {
    Spinner::start("reading the directory")
}

/// How far that is.
pub(super) fn looked_up(rows: u32) -> String {
    format!("reading the directory: {} looked up", counted(rows.into(), "row", "rows"))
}
