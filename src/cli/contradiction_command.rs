//! A command of the operator's that is run for each account that is found changed back.
//!
//! It is a program and its arguments, split once, and never goes through a shell. What it is about stands in its environment,
//! where no character of a name means anything. Secrets that sealoff has in its own environment are not handed on.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::exit::Failure;
use super::messages;
use super::verification::{Open, news};
use super::words::{counted, harmless};
use crate::ids::RowNumber;
use crate::program;
use crate::run::proof::Proof;

/// So long may one of them take.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// So many run at the same time.
const MAX_RUNNING: usize = 4;

/// So much of what one of them prints is shown.
const MAX_OUTPUT: u64 = 4 << 10;

/// Variables that hold a secret of sealoff's.
const SECRETS: [&str; 5] = [
    "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "IDENTITY_HEADER",
    "MSI_SECRET",
];

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContradictionCommand {
    /// The program as it was named.
    name: String,
    arguments: Vec<String>,
}

impl ContradictionCommand {
    /// Splits a text at its blanks; what stands between two quotes of either kind is one word. Nothing else has a meaning.
    pub(super) fn of_text(text: &str) -> Result<Self, String> {
        let mut words = split(text)?.into_iter();
        let name = words.next().ok_or("it names no program")?;
        Ok(Self { name, arguments: words.collect() })
    }
}

fn split(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    match quote {
        Some(quote) => Err(format!("the quote {quote} is not closed")),
        None => Ok(words),
    }
}

/// What one account was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FoundBack {
    user: String,
    variables: [(&'static str, String); 7],
}

/// How one of them ended.
struct CallEnded {
    user: String,
    printed: String,
    failure: Option<String>,
}

/// The command, run for one account after the other, a few at a time, beside whatever else is done.
pub(super) struct ContradictionCalls {
    command: Arc<ContradictionCommand>,
    program: Arc<Path>,
    folder: String,
    places: Arc<Semaphore>,
    calls: JoinSet<Option<CallEnded>>,
}

impl ContradictionCalls {
    /// For a run in this folder.
    ///
    /// # Errors
    ///
    /// The program is not there.
    pub(super) fn new(command: ContradictionCommand, folder: &Path) -> Result<Self, Failure> {
        let program = program::meant_by(&command.name).ok_or_else(|| {
            let name = harmless(&command.name);
            Failure::usage(format_args!("--on-contradiction: the program {name} is not there"))
                .with_next("A name is looked for in the folders of PATH, and a path as it is.")
        })?;
        Ok(Self {
            command: Arc::new(command),
            program: program.into(),
            folder: folder.display().to_string(),
            places: Arc::new(Semaphore::new(MAX_RUNNING)),
            calls: JoinSet::new(),
        })
    }

    /// Runs it for each account of which a step is contradicted that was not so `before`.
    pub(super) fn call(&mut self, now: &[Open], before: &[Open]) {
        for found in self.found_back(now, before) {
            let (command, places) = (Arc::clone(&self.command), Arc::clone(&self.places));
            let program = Arc::clone(&self.program);
            self.calls.spawn(async move {
                let _place = places.acquire().await.ok()?;
                tokio::task::spawn_blocking(move || Some(run(&program, &command, found))).await.ok()?
            });
        }
    }

    fn found_back(&self, now: &[Open], before: &[Open]) -> Vec<FoundBack> {
        let mut by_row: BTreeMap<RowNumber, Vec<&Open>> = BTreeMap::new();
        for open in news(now, before).filter(|open| open.verdict == Proof::Contradicted) {
            by_row.entry(open.row).or_default().push(open);
        }
        let at = OffsetDateTime::now_utc();
        let at = at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default();
        let found_back = |(row, steps): (RowNumber, Vec<&Open>)| {
            let first = steps.first()?;
            let user = harmless(&first.user_principal_name).into_owned();
            let names: Vec<&str> = steps.iter().map(|open| open.step.name()).collect();
            let found: Vec<String> =
                steps.iter().map(|open| format!("{}: {}", open.step.name(), harmless(&open.found))).collect();
            let variables = [
                ("SEALOFF_FOUND_USER", user.clone()),
                ("SEALOFF_FOUND_OBJECT_ID", first.object_id.to_string()),
                ("SEALOFF_FOUND_ROW", row.to_string()),
                ("SEALOFF_FOUND_STEPS", names.join(" ")),
                ("SEALOFF_FOUND_WHAT", found.join("; ")),
                ("SEALOFF_FOUND_AT", at.clone()),
                ("SEALOFF_FOUND_IN", self.folder.clone()),
            ];
            Some(FoundBack { user, variables })
        };
        by_row.into_iter().filter_map(found_back).collect()
    }

    /// Waits for the next that ends, and shows what it printed; for ever where none runs.
    pub(super) async fn next(&mut self, beside: impl FnOnce(&mut dyn FnMut())) {
        match self.calls.join_next().await {
            Some(ended) => beside(&mut || self.show(ended.as_ref().ok().and_then(Option::as_ref))),
            None => std::future::pending().await,
        }
    }

    /// Waits until all have ended.
    pub(super) async fn finish(&mut self, beside: impl Fn(&mut dyn FnMut())) {
        while !self.calls.is_empty() {
            self.next(&beside).await;
        }
    }

    /// Waits for those that run, and begins no more.
    pub(super) async fn stop(&mut self) {
        self.places.close();
        let mut left = 0;
        while let Some(ended) = self.calls.join_next().await {
            match ended {
                Ok(Some(ended)) => self.show(Some(&ended)),
                _ => left += 1,
            }
        }
        if left > 0 {
            let accounts = counted(left, "account", "accounts");
            messages::warn(format_args!("{} was not run any more for {accounts}", harmless(&self.command.name)));
        }
    }

    fn show(&self, ended: Option<&CallEnded>) {
        let Some(CallEnded { user, printed, failure }) = ended else { return };
        let name = harmless(&self.command.name);
        for line in printed.lines().filter(|line| !line.trim().is_empty()) {
            messages::info(format_args!("{name}, for {user}: {}", harmless(line)));
        }
        match failure {
            Some(failure) => messages::warn(format_args!("{name} failed for {user}: {failure}")),
            None => messages::verbose(format_args!("{name} was run for {user}")),
        }
    }
}

fn run(program: &Path, command: &ContradictionCommand, found: FoundBack) -> CallEnded {
    let ended = run_to_its_end(program, command, &found);
    let (printed, failure) = match ended {
        Ok((printed, None)) => (printed, Some(format!("it did not end within {} seconds", PATIENCE.as_secs()))),
        Ok((printed, Some(status))) if status.success() => (printed, None),
        Ok((printed, Some(status))) => (printed, Some(status.to_string())),
        Err(error) => (String::new(), Some(error.to_string())),
    };
    CallEnded { user: found.user, printed, failure }
}

/// What it printed, and how it ended, if it did in time.
fn run_to_its_end(
    program: &Path,
    command: &ContradictionCommand,
    found: &FoundBack,
) -> io::Result<(String, Option<ExitStatus>)> {
    let (output, end) = io::pipe()?;
    let mut process = Command::new(program);
    process.args(&command.arguments).stdin(Stdio::null()).stdout(end.try_clone()?).stderr(end);
    SECRETS.iter().for_each(|name| _ = process.env_remove(name));
    process.envs(found.variables.iter().map(|(name, value)| (*name, value.as_str())));
    let (mut child, begun) = (process.spawn()?, Instant::now());
    // Holds the other end of the pipe.
    drop(process);
    let printed = printed(output);
    let status = loop {
        match child.try_wait()? {
            Some(status) => break Some(status),
            None if begun.elapsed() > PATIENCE => {
                child.kill()?;
                child.wait()?;
                break None;
            }
            None => thread::sleep(POLL),
        }
    };
    // What it has started may still hold the pipe.
    Ok((printed.recv_timeout(Duration::from_secs(1)).unwrap_or_default(), status))
}

/// The beginning of what comes out of a pipe. The rest is read and thrown away, so that the program can end.
fn printed(mut output: io::PipeReader) -> mpsc::Receiver<String> {
    let (to, from) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = output.by_ref().take(MAX_OUTPUT).read_to_end(&mut bytes);
        let _ = io::copy(&mut output, &mut io::sink());
        let _ = to.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_once_and_nothing_in_it_means_anything_else() {
        let split = |text: &str| super::split(text);
        for (text, words) in [
            ("mail", &["mail"][..]),
            ("  mail   -s \"let in again\" desk@contoso.com ", &["mail", "-s", "let in again", "desk@contoso.com"]),
            ("a 'b \"c\" $d' \"\" e''f", &["a", "b \"c\" $d", "", "ef"]),
            (r"C:\tools\page.exe /now;rm $(x) | y", &[r"C:\tools\page.exe", "/now;rm", "$(x)", "|", "y"]),
            ("", &[]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
        assert_eq!(split("mail 'x").unwrap_err(), "the quote ' is not closed");
        assert!(ContradictionCommand::of_text("  ").unwrap_err().contains("no program"));
        let missing = ContradictionCommand::of_text("no-such-program-anywhere -x").unwrap();
        assert!(ContradictionCalls::new(missing, Path::new("run")).is_err());
    }
}
