//! `sealoff man`: the manual pages.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::Man;

use super::exit::{Exit, Failure};
use super::man_topic;
use super::messages;
use crate::manual::TOPICS;
use crate::wording::worded_step::WordedStep;

/// Print the manual page, or write one for each command
///
/// Made from the same source as --help.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff man | man -l -
  sealoff man --out ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Write a page for sealoff, for each of its commands and for each topic of the manual into this folder, in place of printing
    #[arg(long, short = 'o', value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the page, or writes all. Below the help of `command` stand the exit codes of every command.
///
/// # Errors
///
/// Standard output or the folder cannot be written.
pub fn run(args: ManArgs, command: Command) -> Result<Exit, Failure> {
    let exit_codes = after_help(&command);
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let Some(folder) = args.out else {
        let page = rendered(command, &exit_codes).map_err(|error| Failure::unprinted(&error))?;
        let mut out = io::stdout().lock();
        out.write_all(&page).and_then(|()| out.flush()).map_err(|error| Failure::unprinted(&error))?;
        if out.is_terminal() {
            messages::note(WordedStep::typed(
                "this is the source of a manual page. To read it",
                "sealoff man | man -l -",
            ));
        }
        return Ok(Exit::Done);
    };
    let failed =
        |error: io::Error| Failure::usage(format_args!("{}: the pages cannot be written: {error}", folder.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let name = format!("sealoff-{}", sub.get_name());
        let page = rendered(sub.clone().display_name(&name), &exit_codes).map_err(failed)?;
        fs::write(folder.join(format!("{name}.1")), page).map_err(failed)?;
    }
    for topic in TOPICS {
        fs::write(folder.join(format!("sealoff-{}.7", topic.name)), man_topic::rendered(topic)).map_err(failed)?;
    }
    fs::write(folder.join("sealoff.1"), rendered(command, &exit_codes).map_err(failed)?).map_err(failed)?;
    let folder = folder.display();
    messages::info(WordedStep::typed(
        format_args!("The pages are in {folder}. To read one"),
        format_args!("man {folder}/sealoff.1"),
    ));
    Ok(Exit::Done)
}

fn after_help(command: &Command) -> String {
    command.get_after_help().map(ToString::to_string).unwrap_or_default()
}

fn rendered(mut command: Command, exit_codes: &str) -> io::Result<Vec<u8>> {
    // clap_mangen's own synopsis names flags without their values, those last that are needed.
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    let after = after_help(&command);
    let has_subcommands = command.get_subcommands().next().is_some();
    let man = Man::new(command).source(concat!("sealoff ", env!("CARGO_PKG_VERSION"))).manual("sealoff");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    as_it_is(&mut page, "SYNOPSIS", usage.lines().map(str::trim))?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_subcommands {
        man.render_subcommands_section(&mut page)?;
    }
    // Below --help stand the examples of a command, and the exit codes of all of them below that of sealoff itself.
    if after != exit_codes {
        as_it_is(&mut page, "EXAMPLES", below_heading(&after))?;
    }
    as_it_is(&mut page, "EXIT STATUS", below_heading(exit_codes))?;
    Ok(page)
}

fn below_heading(text: &str) -> impl Iterator<Item = &str> {
    text.lines().skip(1)
}

/// A section whose lines are neither filled nor hyphenated: they are there to be copied.
fn as_it_is<'a>(page: &mut Vec<u8>, heading: &str, lines: impl Iterator<Item = &'a str>) -> io::Result<()> {
    writeln!(page, ".SH \"{heading}\"\n.nf")?;
    for line in lines {
        let escaped = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('~', "\\(ti");
        let guard = if escaped.starts_with('.') { "\\&" } else { "" };
        writeln!(page, "{guard}{escaped}")?;
    }
    writeln!(page, ".fi")
}
