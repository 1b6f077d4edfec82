//! `sealoff man`: the manual pages.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use super::Cli;
use super::exit::{Exit, Failure};

/// Print the manual page, or write one for each command
///
/// Made from the same source as --help.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff man | man -l -
  sealoff man --out ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Write a page for sealoff and one for each of its commands into this folder, in place of printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the page, or writes all.
///
/// # Errors
///
/// Standard output or the folder cannot be written.
pub fn run(args: ManArgs) -> Result<Exit, Failure> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = args.out else {
        let page = rendered(command).map_err(|error| Failure::unprinted(&error))?;
        let mut out = io::stdout().lock();
        out.write_all(&page).and_then(|()| out.flush()).map_err(|error| Failure::unprinted(&error))?;
        return Ok(Exit::Done);
    };
    let failed =
        |error: io::Error| Failure::usage(format_args!("{}: the pages cannot be written: {error}", folder.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let name = format!("sealoff-{}", sub.get_name());
        let page = rendered(sub.clone().display_name(&name)).map_err(failed)?;
        fs::write(folder.join(format!("{name}.1")), page).map_err(failed)?;
    }
    fs::write(folder.join("sealoff.1"), rendered(command).map_err(failed)?).map_err(failed)?;
    Ok(Exit::Done)
}

fn rendered(command: clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}
