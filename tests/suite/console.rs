//! Documents with commands, typed by a reader who believes every word: each command of a `console` block is run as it stands, in
//! order, in one folder and against one tenant, and prints what the document shows.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use sealoff::digest::Digest;
use sealoff::plan::manifest::Manifest;
use sealoff::simulator::Settings;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::active_directory;
use crate::stage::{Stage, samples};

/// Stands in a document for what is left out: whole lines where it stands alone, and else some of a line.
const LEFT_OUT: &str = "…";
/// The fingerprint of every plan in the documents.
const APPROVED: &str = "2570c50cf3a6";
/// The minute that the people of the documents have agreed on.
const AGREED: &str = "2026-12-01T17:00:00+01:00";

/// What runs the script for Active Directory.
const SCRIPT: &str = "powershell -ExecutionPolicy Bypass -File ";

/// Runs every command of a document, and gives how many there were.
pub(crate) fn type_all_of(name: &str, text: &str) -> usize {
    let tenant = Settings { users: 250, ..Settings::default() };
    // Beside documents about many tenants lies the file that names them.
    let stage = if text.contains("--tenants ") { Stage::of_tenants(vec![tenant; 3]) } else { Stage::with(tenant) };
    type_all_on(&stage, name, text)
}

/// The same in a tenant that is there.
pub(crate) fn type_all_on(stage: &Stage, name: &str, text: &str) -> usize {
    for sample in ["layoff.csv", "breach.csv", "scenarios/bad-day.toml"] {
        std::fs::copy(samples(sample), stage.path(Path::new(sample).file_name().unwrap().to_str().unwrap())).unwrap();
    }
    let commands = typed(text);
    let count = commands.len();
    for Typed { command, line, shown } in commands {
        let soon = (OffsetDateTime::now_utc() + Duration::from_secs(1)).format(&Rfc3339).unwrap();
        if command.contains(AGREED) && stage.path("layoff/plan.json").exists() {
            aged(&stage.path("layoff"), Duration::from_secs(30 * 3_600));
        }
        let refused = shown.first().is_some_and(|line| line.starts_with("error: "));
        let command = command.replace(AGREED, &soon);
        // Windows alone could run it.
        if let Some(out) = command.strip_prefix(SCRIPT).and_then(|script| script.strip_suffix("/onprem.ps1")) {
            active_directory::play_script(stage, out);
            continue;
        }
        let (code, printed) = shell(stage, &approving(stage, &command));
        let printed = with_documents_fingerprint(stage, printed);
        let place = format!("{name}:{line}: {command}");
        // A list with people who could not be touched is carried out as far as it goes, and is not done.
        let left = [" not touched", " by the old password", " to no tenant", "NO PLAN", "provider's own log"]
            .iter()
            .any(|left| printed.contains(left));
        let went = code == Some(0) || code == Some(3) && left;
        assert_eq!(went, !refused, "{place}\n{printed}");
        if let Some(missing) = missing(&printed, &shown) {
            panic!("{place}\ndoes not print {missing:?} there, but:\n{printed}");
        }
    }
    count
}

/// The command with the fingerprint of the plan that it applies, as its preview shows it.
fn approving(stage: &Stage, command: &str) -> String {
    let mut words = command.split(' ').skip_while(|word| *word != "apply").skip(1);
    match words.next().and_then(|folder| stage.fingerprint(folder)) {
        Some(fingerprint) => command.replace(APPROVED, &fingerprint[..12]),
        None => command.to_owned(),
    }
}

/// What was printed, with the fingerprint of the documents in place of that of each plan.
fn with_documents_fingerprint(stage: &Stage, printed: String) -> String {
    let folders = std::fs::read_dir(stage.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let fingerprints = folders.filter_map(|folder| stage.fingerprint(folder.to_str()?));
    fingerprints.fold(printed, |printed, fingerprint| printed.replace(&fingerprint[..12], APPROVED))
}

/// A command, the line it stands on, and what is shown below it.
struct Typed {
    command: String,
    line: usize,
    shown: Vec<String>,
}

fn typed(text: &str) -> Vec<Typed> {
    let mut commands: Vec<Typed> = Vec::new();
    let mut inside = false;
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(kind) = text.strip_prefix("```") {
            inside = kind == "console";
        } else if !inside {
            continue;
        } else if let Some(command) = text.strip_prefix("$ ") {
            commands.push(Typed { command: command.to_owned(), line, shown: Vec::new() });
        } else {
            commands.last_mut().expect("output without a command").shown.push(text.trim_end().to_owned());
        }
    }
    commands
}

/// Does the line say what is shown, with something left out or not?
fn is_shown(line: &str, shown: &str) -> bool {
    let mut parts = shown.split(LEFT_OUT);
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let ends_open = shown.ends_with(LEFT_OUT);
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    ends_open || rest.is_empty()
}

/// The first shown line that is not there in its place.
fn missing<'s>(printed: &str, shown: &'s [String]) -> Option<&'s str> {
    let mut lines = printed.lines().map(str::trim_end).peekable();
    let mut may_skip = false;
    for shown in shown {
        if shown == LEFT_OUT {
            may_skip = true;
            continue;
        }
        let found = if may_skip {
            lines.any(|line| is_shown(line, shown))
        } else {
            lines.next().is_some_and(|line| is_shown(line, shown))
        };
        if !found {
            return Some(shown);
        }
        may_skip = false;
    }
    (!may_skip && !shown.is_empty() && lines.peek().is_some()).then_some("the end: more is printed than shown")
}

/// Makes a plan of today one that was made so much earlier: the day before, as the runbook has it.
fn aged(folder: &Path, by: Duration) {
    let path = folder.join("plan.json");
    let mut manifest = Manifest::read(&std::fs::read(&path).unwrap()).unwrap();
    let bound = manifest.fingerprint();
    manifest.created_at -= by;
    let text = serde_json::to_string(&manifest).unwrap();
    let field = format!(",\"fingerprint\":\"{bound}\"");
    let unbound = text.replace(&field, "");
    assert_ne!(text, unbound);
    let again = format!(",\"fingerprint\":\"{}\"", Digest::of(unbound.as_bytes()));
    std::fs::write(&path, text.replace(&field, &again)).unwrap();
}

/// What a shell makes of a command in the stage's folder: its exit code, and all that is printed.
pub(crate) fn shell(stage: &Stage, command: &str) -> (Option<i32>, String) {
    let program = stage.command(&[]);
    let folder = Path::new(program.get_program()).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = std::process::Command::new("sh");
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell
        .args(["-c", command])
        .env("PATH", path.unwrap())
        .current_dir(stage.folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // Progress and the like are on standard error, which a runbook shows only of a refusal.
    let printed = if output.status.success() { text(&output.stdout) } else { text(&output.stderr) };
    let printed: String =
        printed.lines().filter(|line| !line.starts_with("signing in with ")).map(|line| format!("{line}\n")).collect();
    let code = output.status.code();
    (code, if code == Some(0) { printed } else { format!("{printed}{}", text(&output.stdout)) })
}
