//! What `sealoff doctor` found, as it is printed.

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Style};
use schemars::JsonSchema;
use serde::Serialize;

use super::exit::{Exit, Failure, printed};
use super::json_line;
use super::messages;
use super::words::{counted, harmless, line_width, wrapped};
use crate::doctor::{Check, CheckStatus};
use crate::ids::ClientId;
use crate::json::DocumentVersion;
use crate::plan::playbook::Playbook;

/// What stands in the way of a run, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct DoctorDocument<'a> {
    sealoff_doctor: DocumentVersion,
    /// The job that was meant; null where none was named.
    playbook: Option<&'a str>,
    /// The code with which the command ends.
    exit_code: u8,
    /// In the order in which a run needs them.
    checks: &'a [Check],
    /// What was found of the further apps that --app names; left out where none is.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    apps: &'a [FoundApp],
}

/// A further app, and what was found about it.
#[derive(JsonSchema, Serialize)]
pub(super) struct FoundApp {
    /// The file that names it.
    pub(super) file: String,
    /// Its client id; null where the file cannot be read.
    pub(super) client_id: Option<ClientId>,
    /// What was looked at.
    pub(super) checks: Vec<Check>,
}

/// The places of a line: the name of a check begins here, and what was found there.
const NAME: usize = 9;
const PLAYBOOK: usize = 11;
const FOUND: usize = 27;

/// What was found of the first app, the tenant and the files, and of each further app.
pub(super) struct DoctorFindings {
    pub(super) playbook: Option<Playbook>,
    pub(super) checks: Vec<Check>,
    pub(super) apps: Vec<FoundApp>,
}

impl DoctorFindings {
    /// Prints it, and says how the command ends.
    pub(super) fn show(&self, as_json: bool) -> Result<Exit, Failure> {
        let Self { playbook, checks, apps } = self;
        let mut all = checks.iter().chain(apps.iter().flat_map(|app| &app.checks));
        let fails = all.any(|check| check.status == CheckStatus::Failed);
        let exit = if fails { Exit::Access } else { Exit::Done };
        let mut out = anstream::stdout();
        let written = if as_json {
            let line = DoctorDocument {
                sealoff_doctor: DocumentVersion,
                playbook: playbook.map(Playbook::name),
                exit_code: exit as u8,
                checks,
                apps,
            };
            json_line::write(&mut out, &line)
        } else {
            write(&mut out, *playbook, checks, apps, line_width())
        };
        printed(written.and_then(|()| out.flush()))?;
        if as_json && exit != Exit::Done {
            messages::warn(conclusion(*playbook, checks, apps));
        }
        Ok(exit)
    }
}

fn write(
    out: &mut impl Write,
    playbook: Option<Playbook>,
    checks: &[Check],
    apps: &[FoundApp],
    width: usize,
) -> io::Result<()> {
    let subject = playbook.map_or_else(
        || "any: what every playbook needs is looked at; --playbook narrows it".to_owned(),
        |playbook| format!("{playbook}: {}", playbook.summary()),
    );
    for (index, line) in wrapped(&subject, width.saturating_sub(PLAYBOOK).max(30)).iter().enumerate() {
        writeln!(out, "{:PLAYBOOK$}{line}", if index == 0 { "Playbook" } else { "" })?;
    }
    writeln!(out)?;
    write_checks(out, checks, width)?;
    for app in apps {
        let client_id = app.client_id.map(|id| format!("{id} ")).unwrap_or_default();
        writeln!(out, "\nApp {client_id}({})", harmless(&app.file))?;
        write_checks(out, &app.checks, width)?;
    }
    writeln!(out)?;
    wrapped(&conclusion(playbook, checks, apps), width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// What all of it comes to, in a sentence.
fn conclusion(playbook: Option<Playbook>, checks: &[Check], apps: &[FoundApp]) -> String {
    let number = |checks: &[Check], status| checks.iter().filter(|check| check.status == status).count() as u64;
    let of_apps = |status| apps.iter().map(|app| number(&app.checks, status)).sum::<u64>();
    let (failed, failed_of_apps) = (number(checks, CheckStatus::Failed), of_apps(CheckStatus::Failed));
    let warnings = number(checks, CheckStatus::Warning) + of_apps(CheckStatus::Warning);
    let what = playbook.map_or_else(|| "a run".to_owned(), |playbook| format!("a run of {playbook}"));
    let (warned, failures) =
        (counted(warnings, "warning", "warnings"), counted(failed + failed_of_apps, "check", "checks"));
    if failed > 0 {
        format!("{failures} failed, {warned}: {what} would fail, or leave some accounts undone.")
    } else if failed_of_apps > 0 {
        let files: Vec<&str> = apps
            .iter()
            .filter(|app| number(&app.checks, CheckStatus::Failed) > 0)
            .map(|app| app.file.as_str())
            .collect();
        let files = files.join(", ");
        let files = harmless(&files);
        format!("{failures} failed, {warned}: {what} would go without the app of {files}, or not begin.")
    } else {
        format!("Nothing stands in the way of {what}; {warned}. Nothing was changed.")
    }
}

fn write_checks(out: &mut impl Write, checks: &[Check], width: usize) -> io::Result<()> {
    let room = width.saturating_sub(FOUND).max(30);
    for check in checks {
        let name = check.check;
        let style = style_of(check.status);
        let found = wrapped(&harmless(&check.found), room);
        for (index, line) in found.iter().enumerate() {
            if index == 0 {
                let status = check.status.name();
                writeln!(out, "{style}{status:<NAME$}{style:#}{name:<rest$}{line}", rest = FOUND - NAME)?;
            } else {
                writeln!(out, "{:FOUND$}{line}", "")?;
            }
        }
        if let Some(remedy) = &check.remedy {
            for (index, line) in wrapped(&harmless(remedy), room.saturating_sub(3)).iter().enumerate() {
                let lead = if index == 0 { "-> " } else { "   " };
                writeln!(out, "{:FOUND$}{lead}{line}", "")?;
            }
        }
        // Never wrapped: it is there to be copied.
        if let Some(command) = &check.command {
            writeln!(out, "  {}", harmless(command))?;
        }
    }
    Ok(())
}

const fn style_of(status: CheckStatus) -> Style {
    let style = Style::new().bold();
    match status {
        CheckStatus::Ok => style.fg_color(Some(Color::Ansi(AnsiColor::Green))),
        CheckStatus::Warning => style.fg_color(Some(Color::Ansi(AnsiColor::Yellow))),
        CheckStatus::Failed => style.fg_color(Some(Color::Ansi(AnsiColor::Red))),
        CheckStatus::Skipped => Style::new().dimmed(),
    }
}
