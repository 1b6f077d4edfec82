//! `sealoff doctor`: can this be done here, by this app, and what is missing?

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Color, Style};
use clap::Args;
use serde::Serialize;

use super::connect::ConnectionArgs;
use super::exit::{Exit, Failure};
use super::plan::ReadingArgs;
use super::preview::note_unprinted;
use super::words::{counted, harmless, line_width, wrapped};
use crate::doctor::{Check, Status, Subject, examine};
use crate::plan::playbook::Playbook;
use crate::plan::protected::Protected;
use crate::roster::Source;
use crate::seal::Recipients;

/// Say before the job what would fail, and how to mend it
///
/// Looks at everything that a run needs, in the order in which it needs it: the way to Graph, the clock, the token, the
/// permissions, the directory roles, the tenant, and the files named here. It only reads, and ends with code 5 when
/// something would fail.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  sealoff doctor --playbook offboard --roster leavers.csv --seal-to age1... --protect breakglass.txt"
)]
pub struct DoctorArgs {
    /// The job that is meant; without it, what any playbook needs is looked at
    #[arg(long, value_name = "PLAYBOOK", value_parser = super::plan::playbook())]
    playbook: Option<Playbook>,
    /// The list of people: whether they are there, and whom the app's roles do not reach
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Who is to open the new passwords, as for sealoff plan; may be given more than once
    #[arg(long, value_name = "RECIPIENT")]
    seal_to: Vec<String>,
    /// The list of accounts that must never be touched, as for sealoff plan
    #[arg(long, value_name = "FILE", env = "SEALOFF_PROTECT")]
    protect: Option<PathBuf>,
    /// The folder that the plan is to go to
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The version of what `--json` prints.
const JSON_VERSION: u32 = 1;

/// Looks, and prints what was found.
///
/// # Errors
///
/// The command line or the roster cannot be used. What is wrong with the way, the tenant or the other files is a finding.
pub async fn run(args: DoctorArgs) -> Result<Exit, Failure> {
    let source = args.roster.as_ref().map(|path| Source::from_argument(path.as_os_str()));
    let subject = Subject {
        playbook: args.playbook,
        roster: source.map(|source| args.reading.open(source)).transpose()?,
        protected: args.protect.as_ref().map(|path| (path.display().to_string(), Protected::read(path))),
        recipients: (!args.seal_to.is_empty()).then(|| Recipients::parse(&args.seal_to)),
        folder: args.out.clone(),
    };
    let checks = match args.connection.connect() {
        Ok(connected) => examine(&connected.transport, connected.clock, subject).await,
        Err(failure) if failure.exit == Exit::Access => {
            let mend = failure.next.unwrap_or_else(|| "Set a credential in the environment.".to_owned());
            let mut checks = vec![Check::failed("credential", failure.what, mend)];
            checks.push(Check::skipped("tenant", "there is no credential to get in with"));
            checks.extend(subject.look_at_what_is_here());
            checks
        }
        Err(failure) => return Err(failure),
    };
    let fails = checks.iter().any(|check| check.status == Status::Failed);
    let exit = if fails { Exit::Access } else { Exit::Done };
    let mut out = anstream::stdout();
    let written = if args.json {
        #[derive(Serialize)]
        struct OnWire<'a> {
            sealoff_doctor: u32,
            playbook: Option<&'a str>,
            exit_code: u8,
            checks: &'a [Check],
        }
        let playbook = args.playbook.map(Playbook::name);
        let line = OnWire { sealoff_doctor: JSON_VERSION, playbook, exit_code: exit as u8, checks: &checks };
        serde_json::to_string(&line).map_err(io::Error::other).and_then(|line| writeln!(out, "{line}"))
    } else {
        write(&mut out, args.playbook, &checks, line_width())
    };
    note_unprinted(written.and_then(|()| out.flush()));
    Ok(exit)
}

/// The places of a line: the name of a check begins here, and what was found there.
const NAME: usize = 9;
const PLAYBOOK: usize = 11;
const FOUND: usize = 27;

fn write(out: &mut impl Write, playbook: Option<Playbook>, checks: &[Check], width: usize) -> io::Result<()> {
    let subject = playbook.map_or_else(
        || "any: what every playbook needs is looked at; --playbook narrows it".to_owned(),
        |playbook| format!("{playbook}: {}", playbook.summary()),
    );
    for (index, line) in wrapped(&subject, width.saturating_sub(PLAYBOOK).max(30)).iter().enumerate() {
        writeln!(out, "{:PLAYBOOK$}{line}", if index == 0 { "Playbook" } else { "" })?;
    }
    writeln!(out)?;
    let room = width.saturating_sub(FOUND).max(30);
    let mut before = "";
    for check in checks {
        let name = if check.check == before { "" } else { check.check };
        before = check.check;
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
        if let Some(mend) = &check.mend {
            for (index, line) in wrapped(&harmless(mend), room.saturating_sub(3)).iter().enumerate() {
                let lead = if index == 0 { "-> " } else { "   " };
                writeln!(out, "{:FOUND$}{lead}{line}", "")?;
            }
        }
        // Never wrapped: it is there to be copied.
        if let Some(command) = &check.command {
            writeln!(out, "  {}", harmless(command))?;
        }
    }
    writeln!(out)?;
    let number = |status| checks.iter().filter(|check| check.status == status).count() as u64;
    let (failed, warnings) = (number(Status::Failed), number(Status::Warning));
    let what = playbook.map_or_else(|| "a run".to_owned(), |playbook| format!("a run of {playbook}"));
    let warned = counted(warnings, "warning", "warnings");
    let last = if failed > 0 {
        let checks = counted(failed, "check", "checks");
        format!("{checks} failed, {warned}: {what} would fail, or leave some accounts undone.")
    } else {
        format!("Nothing stands in the way of {what}; {warned}. Nothing was changed.")
    };
    wrapped(&last, width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

const fn style_of(status: Status) -> Style {
    let style = Style::new().bold();
    match status {
        Status::Ok => style.fg_color(Some(Color::Ansi(AnsiColor::Green))),
        Status::Warning => style.fg_color(Some(Color::Ansi(AnsiColor::Yellow))),
        Status::Failed => style.fg_color(Some(Color::Ansi(AnsiColor::Red))),
        Status::Skipped => Style::new().dimmed(),
    }
}
