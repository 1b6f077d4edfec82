//! What tests need that this crate does not bring: programs, rights, packages of others.

use std::fmt::Display;
use std::io::Write as _;
use std::path::PathBuf;

/// `true` where all of these programs are on PATH; else the test is [skipped](skip).
#[must_use]
pub(crate) fn need(programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| on_path(program).is_none()).collect();
    if !missing.is_empty() {
        skip(format_args!("{} is not on PATH", missing.join(", ")));
    }
    missing.is_empty()
}

/// Where a program is, by PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).map(|folder| folder.join(&name)).find(|program| program.is_file())
}

/// Says on standard error why a test is skipped. Where `CI` is set it fails instead: a hole in the tests must be seen there.
pub(crate) fn skip(why: impl Display) {
    assert!(std::env::var_os("CI").is_none(), "CI is set, and {why}");
    // Not by a print macro: the harness hides what those print in a test that passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}
