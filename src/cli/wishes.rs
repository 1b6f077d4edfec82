//! What people type because other programs have it, and what does it here; and which of clap's own guesses are passed on.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::nearest::nearest;

/// A flag or command that is not there, and what is said of it.
struct Wish {
    /// The commands at which it is typed; all where there is none.
    commands: &'static [&'static str],
    typed: &'static [&'static str],
    answer: &'static str,
}

const WISHES: [Wish; 7] = [
    Wish {
        commands: &["plan", "run", "drill"],
        typed: &["--roster", "--list", "--file", "--input", "--csv", "-f"],
        answer: "the list is named without a flag: sealoff plan LIST.csv --playbook PLAYBOOK --out DIR",
    },
    Wish {
        commands: &["doctor"],
        typed: &["--list", "--file", "--input", "--csv"],
        answer: "the list is named with --roster LIST.csv",
    },
    Wish {
        commands: &["plan", "undo", "again", "export", "doctor", "verify"],
        typed: &["--dry-run", "--dryrun", "--what-if", "--whatif", "-n"],
        answer: "this command only reads: nothing is changed in the tenant before sealoff apply",
    },
    Wish {
        commands: &["apply"],
        typed: &["--dry-run", "--dryrun", "--what-if", "--whatif", "-n"],
        answer: "the plan is the dry run: plan.csv and plan.html in DIR say what apply would do; sealoff plan makes them anew",
    },
    Wish {
        commands: &["apply"],
        typed: &["--yes", "-y", "--force", "--assume-yes", "--approve", "--auto-approve", "--no-confirm", "-f"],
        answer: "what is approved is one plan, never whatever comes: --confirm N@FINGERPRINT, as the end of the preview spells it",
    },
    Wish {
        commands: &["run"],
        typed: &["--yes", "-y", "--force", "--assume-yes", "--approve", "--auto-approve", "--no-confirm"],
        answer: "what is approved is a number of accounts, never whatever comes: --confirm N",
    },
    Wish { commands: &[], typed: &["version"], answer: "the version is printed by sealoff --version" },
];

/// The same error with what does it here, and without a guess that would do something else. A guess of clap's goes by a
/// likeness in which `--roster` is near `--protect`: it would make those who leave the ones that must never be touched.
pub(super) fn answered(mut error: Error, line: &[std::ffi::OsString]) -> Error {
    let (typed, guesses) = match error.kind() {
        ErrorKind::UnknownArgument => (error.get(ContextKind::InvalidArg), ContextKind::SuggestedArg),
        ErrorKind::InvalidSubcommand => (error.get(ContextKind::InvalidSubcommand), ContextKind::SuggestedSubcommand),
        _ => return error,
    };
    let Some(typed) = typed.map(ToString::to_string) else { return error };
    let typed = typed.split(['=', ' ']).next().unwrap_or_default().to_owned();
    let command = line.iter().skip(1).map(|word| word.to_string_lossy()).find(|word| !word.starts_with('-'));
    let command = command.as_deref().unwrap_or_default();
    if let Some(answer) = answer(command, &typed) {
        error.remove(guesses);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![answer.into()]));
        return error;
    }
    if error.kind() == ErrorKind::UnknownArgument {
        // A flag is hardly ever meant as a value.
        error.remove(ContextKind::Suggested);
    }
    let is_far = match error.get(guesses) {
        Some(ContextValue::String(guess)) => nearest(&typed, [guess.as_str()]).is_none(),
        Some(ContextValue::Strings(all)) => nearest(&typed, all.iter().map(String::as_str)).is_none(),
        _ => false,
    };
    if is_far {
        error.remove(guesses);
    }
    error
}

fn answer(command: &str, typed: &str) -> Option<&'static str> {
    let is_meant =
        |wish: &&Wish| wish.typed.contains(&typed) && (wish.commands.is_empty() || wish.commands.contains(&command));
    WISHES.iter().find(is_meant).map(|wish| wish.answer)
}
