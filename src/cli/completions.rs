//! `sealoff completions`: what a shell needs to complete a command line.

use std::io::{self, Write as _};

use clap::{Args, Command};
use clap_complete::Shell;

use super::exit::{Exit, Failure};

/// Print the completions for a shell
///
/// Made from the same source as --help, so that they know every command, flag and value of this version.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff completions bash \\
    > ~/.local/share/bash-completion/completions/sealoff
  sealoff completions zsh > ~/.zfunc/_sealoff
  sealoff completions fish \\
    > ~/.config/fish/completions/sealoff.fish
  For PowerShell, in the file that $PROFILE names:
  sealoff completions powershell |
    Out-String | Invoke-Expression")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints them.
///
/// # Errors
///
/// Standard output cannot be written.
pub fn run(args: CompletionsArgs, mut command: Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "sealoff", &mut script);
    let mut out = io::stdout().lock();
    out.write_all(&script).and_then(|()| out.flush()).map_err(|error| Failure::unprinted(&error))?;
    Ok(Exit::Done)
}
