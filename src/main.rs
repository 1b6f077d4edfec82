//! The `sealoff` binary: command line in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    sealoff::cli::main()
}
