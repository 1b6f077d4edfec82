//! Rights on Windows: read and set by its own programs, because the calls behind them are not safe Rust.
//!
//! A folder that sealoff makes belongs to the user alone, and what is made in it inherits that. A file in any other folder
//! gets a list of its own where the folder lets others in. What could not be ensured is remembered, and the command that
//! asked says it at its end.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::acl::{WhoElse, descriptor_in, identifier_in, who_else};
use super::folder_of::folder_of;

/// Folders of which it is known that what is made in them is the user's alone.
static PRIVATE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// Files and folders of which it could not be ensured.
static NOT_ENSURED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn remember(set: &Mutex<BTreeSet<PathBuf>>, path: &Path) {
    set.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
}

fn knows(set: &Mutex<BTreeSet<PathBuf>>, path: &Path) -> bool {
    set.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
}

/// What could not be ensured so far. Asked again, it is empty.
pub(super) fn take_not_ensured() -> Vec<PathBuf> {
    std::mem::take(&mut *NOT_ENSURED.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
}

/// A program of Windows by its full path: one of the same name in the working folder must not be run.
fn program(name: &str) -> Command {
    let system = env::var_os("SystemRoot").map_or_else(|| PathBuf::from(r"C:\Windows"), PathBuf::from);
    let mut command = Command::new(system.join("System32").join(name));
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// The user's security identifier.
static OWN: LazyLock<Option<String>> = LazyLock::new(|| {
    let said = program("whoami.exe").args(["/user", "/fo", "csv", "/nh"]).output().ok()?;
    identifier_in(&String::from_utf8_lossy(&said.stdout)).map(ToOwned::to_owned)
});

/// Who else is let in; `None` where Windows does not say.
pub(super) fn who_else_is_let_into(path: &Path) -> Option<WhoElse> {
    let own = OWN.as_deref()?;
    let scratch = tempfile::tempdir().ok()?;
    let saved = scratch.path().join("list");
    let path = std::path::absolute(path).ok()?;
    program("icacls.exe").arg(path).arg("/save").arg(&saved).arg("/q").stdout(Stdio::null()).status().ok()?;
    who_else(&descriptor_in(&fs::read(saved).ok()?)?, own)
}

/// Takes all rights away from others.
fn keep_others_out(path: &Path, grant: &str) {
    let set = OWN.as_deref().is_some_and(|own| {
        let mut command = program("icacls.exe");
        command.arg(path).args(["/inheritance:r", "/grant:r", &format!("*{own}:{grant}"), "/q"]);
        command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    });
    if !set || who_else_is_let_into(path) != Some(WhoElse::NoOther) {
        remember(&NOT_ENSURED, path);
    }
}

/// Makes a folder and those above it that are missing; the topmost of them gets the list, and the others inherit it.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    let topmost = path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).last();
    if let Some(topmost) = topmost {
        fs::create_dir(topmost)?;
        keep_others_out(topmost, "(OI)(CI)F");
        remember(&PRIVATE, path);
    }
    fs::create_dir_all(path)
}

/// Gives a file that was just made, and is still empty, a list of its own where its folder lets others in.
pub(super) fn made(file: &Path) {
    let folder = folder_of(file);
    if knows(&PRIVATE, folder) {
        return;
    }
    match who_else_is_let_into(file) {
        Some(WhoElse::NoOther) => remember(&PRIVATE, folder),
        Some(_) => keep_others_out(file, "F"),
        None => {
            // Asked once a folder, and not for each of its files.
            remember(&PRIVATE, folder);
            remember(&NOT_ENSURED, folder);
        }
    }
}

/// Whether others are let in that far; where Windows does not say, that is remembered, and nothing is held against it.
pub(super) fn lets_in(path: &Path, least: WhoElse) -> bool {
    let who = who_else_is_let_into(path);
    if who.is_none() {
        remember(&NOT_ENSURED, path);
    }
    who.is_some_and(|who| who >= least)
}

/// The command that keeps others out of a file or folder.
pub(super) fn how_to_keep_others_out(path: &Path) -> String {
    let who = OWN.as_ref().map(|own| format!("*{own}"));
    let who = who.or_else(|| env::var("USERNAME").ok()).unwrap_or_else(|| "YOUR-NAME".to_owned());
    let grant = if path.is_dir() { "(OI)(CI)F" } else { "F" };
    format!("icacls {} /inheritance:r /grant:r \"{who}:{grant}\"", crate::words::quoted(path))
}
