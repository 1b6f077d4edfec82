//! `sealoff help`: the manual, without any network.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use clap::Args;

use super::exit::{Exit, Failure};
use super::page_layout::laid_out;
use super::words::line_width;
use crate::manual::block::blocks;
use crate::manual::{TOPICS, topic};
use crate::nearest::nearest;

/// Show a page of the manual, or the help of a command
///
/// Without a topic it lists all of them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff help breach
  sealoff help recovery
  sealoff help plan")]
pub struct HelpArgs {
    /// A topic of the manual, or a command
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

/// Shows what is asked for; `program` is the whole command line, whose commands have help of their own.
///
/// # Errors
///
/// There is no such topic, or the page cannot be written.
pub(super) fn run(args: &HelpArgs, mut program: clap::Command) -> Result<Exit, Failure> {
    // A command's usage has the whole line only when all of them are built.
    program.build();
    let page = match args.topic.as_deref() {
        None => contents(),
        Some(name) => match (topic(name), program.find_subcommand_mut(name)) {
            (Some(topic), _) => laid_out(&blocks(topic.text), line_width()),
            (None, Some(command)) => format!("{}\n", command.render_long_help().ansi()),
            (None, None) => return Err(unknown(name, &program)),
        },
    };
    show(&page).map_err(|error| Failure::unprinted(&error))?;
    Ok(Exit::Done)
}

/// All topics, a line each.
fn contents() -> String {
    let mut page = "Topics of the manual: sealoff help TOPIC\n\n".to_owned();
    for topic in TOPICS {
        page.push_str(&format!("  {:<13} {}\n", topic.name, topic.line));
    }
    page.push_str("\nThe help of a command: sealoff help COMMAND, or sealoff COMMAND --help\n");
    page
}

fn unknown(name: &str, program: &clap::Command) -> Failure {
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set()).map(clap::Command::get_name);
    let known = TOPICS.iter().map(|topic| topic.name).chain(commands);
    let failure = Failure::usage(format_args!("the manual has no topic {name:?}, and sealoff no such command"));
    match nearest(name, known) {
        Some(meant) => failure.with_command("Did you mean", format_args!("sealoff help {meant}")),
        None => failure.with_command("All topics", "sealoff help"),
    }
}

/// Pages that are longer than the terminal go through a pager, as man does it; where there is none, they are printed.
fn show(page: &str) -> io::Result<()> {
    let rows = terminal_size::terminal_size_of(io::stdout()).map(|(_, terminal_size::Height(rows))| usize::from(rows));
    let is_long = rows.is_some_and(|rows| page.lines().count() >= rows);
    if is_long && io::stdin().is_terminal() && through_pager(page)? {
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    out.write_all(page.as_bytes()).and_then(|()| out.flush())
}

/// `false` where there is no pager.
fn through_pager(page: &str) -> io::Result<bool> {
    let named = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
    // That of Windows reads another encoding, and its windows can be scrolled.
    let Some(pager) = named.or_else(|| (!cfg!(windows)).then(|| "less".to_owned())) else { return Ok(false) };
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else { return Ok(false) };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours are shown, and a short page is left on the screen.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else { return Ok(false) };
    if let Some(mut input) = child.stdin.take() {
        let colours = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        let plain = if colours { None } else { Some(anstream::adapter::strip_str(page).to_string()) };
        // A reader who has seen enough closes the pager, and with it this pipe.
        let _ = input.write_all(plain.as_deref().unwrap_or(page).as_bytes());
    }
    child.wait()?;
    Ok(true)
}
