//! What holds for every command.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use unicode_width::UnicodeWidthStr as _;

use super::Cli;
use super::usage;
use super::wishes;

fn commands() -> Vec<Command> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    command.get_subcommands().cloned().collect()
}

/// The words of a line as a shell splits it, up to what is for the shell alone.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote, mut inside) = (vec![String::new()], None, false);
    for c in line.chars() {
        let word = words.last_mut().unwrap();
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => (quote, inside) = (Some(c), true),
            (None, '>' | '|' | '#' | '<') if !inside => break,
            (None, ' ') if inside => (inside, _) = (false, words.push(String::new())),
            (None, ' ') => {}
            _ => (inside, _) = (true, word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

/// The width of the narrowest terminal on which examples stay as they are.
const MIN_WIDTH: usize = 60;

#[test]
fn every_command_has_an_example_and_every_example_is_taken_and_fits() {
    for command in commands() {
        let name = command.get_name();
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines() {
            assert!(line.width() <= MIN_WIDTH, "{name}: {line:?} would be broken at {MIN_WIDTH} columns");
        }
        let joined = help.replace("\\\n", " ");
        let examples: Vec<&str> = joined.lines().map(str::trim).filter(|line| line.starts_with("sealoff ")).collect();
        assert!(!examples.is_empty(), "sealoff {name} --help has no example");
        let heading = if examples.len() == 1 { "Example:" } else { "Examples:" };
        assert_eq!(help.lines().next(), Some(heading), "sealoff {name} --help");
        for example in examples {
            let taken = Cli::command().try_get_matches_from(words(example));
            assert!(taken.is_ok(), "{name}: {example}: {}", taken.unwrap_err());
            for sample in words(example).iter().filter(|word| word.starts_with("samples/")) {
                assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(sample).exists(), "{name}: {sample} is not there");
            }
        }
    }
}

/// The heading of a group of arguments stays in force for those that follow, unless they have one of their own.
#[test]
fn every_argument_stands_under_its_own_heading() {
    let own: [(&str, &[&str]); 8] = [
        ("Passwords", &["password", "password_length"]),
        ("Rights", &["app_role", "withhold", "opaque_tokens", "without_pim"]),
        ("Faults (shares from 0 to 1)", &["fault_429", "fault_503", "fault_lost_answer", "fault"]),
        ("Scenario", &["file", "seed", "limiter"]), // other commands have a file, too
        ("Settings", &["config", "no_config"]),
        ("Checks", &["without_checks"]),
        ("Output", &["events"]),
        ("Terminal", &["color", "quiet", "verbose"]),
    ];
    for command in commands() {
        for argument in command.get_arguments() {
            let (id, heading) = (argument.get_id().as_str(), argument.get_help_heading());
            for (name, ids) in own {
                let stands_there = heading == Some(name);
                let belongs_there = ids.contains(&id) && (id != "file" || stands_there);
                assert_eq!(belongs_there, stands_there, "{} {id}: {heading:?}", command.get_name());
            }
        }
    }
}

/// The `sealoff` commands of a file, as a shell would hand them over; what stands for a number is one.
fn commands_in(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let commands = lines.filter_map(|line| {
        let place = line.match_indices("sealoff ").map(|(place, _)| place).find(|place| {
            let before = line[..*place].trim_end();
            let begins_a_command =
                before.is_empty() || before.ends_with(['&', ';', '|', '*']) || before.ends_with("run:");
            begins_a_command || before.ends_with(|c: char| c.is_ascii_digit())
        })?;
        Some(line[place..].replace("\"$ACCOUNTS\"", "38").replace("\"$APPROVAL\"", "38@2570c50cf3a6"))
    });
    commands.collect()
}

#[test]
fn every_command_of_the_samples_for_automation_is_taken() {
    for (file, text, count) in [
        ("github-actions.yml", include_str!("../../samples/automation/github-actions.yml"), 6),
        ("crontab", include_str!("../../samples/automation/crontab"), 4),
        ("task-scheduler.ps1", include_str!("../../samples/automation/task-scheduler.ps1"), 3),
    ] {
        let commands = commands_in(text);
        assert_eq!(commands.len(), count, "{file}: {commands:?}");
        for command in commands {
            let taken = Cli::command().try_get_matches_from(words(&command));
            assert!(taken.is_ok(), "{file}: {command}: {}", taken.unwrap_err());
            // No operator is there to answer.
            let unattended = !command.starts_with("sealoff apply") || command.contains("--confirm");
            assert!(unattended, "{file}: {command} would ask");
        }
    }
}

#[test]
fn every_command_and_every_flag_says_what_it_is_for() {
    for command in commands() {
        assert!(command.get_about().is_some(), "{}", command.get_name());
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
    }
}

#[test]
fn a_usage_error_names_what_is_needed_and_nothing_else() {
    // Not the environment of this process: a default has the same effect.
    let line = ["sealoff", "plan", "list.csv", "--out", "monday", "--graph-endpoint", "https://graph.example"];
    let error =
        usage::with_playbooks(usage::with_needed_usages(&Cli::command()).try_get_matches_from(line).unwrap_err())
            .to_string();
    let usage = error.lines().find(|line| line.starts_with("Usage: ")).unwrap_or_default();
    assert_eq!(usage, "Usage: sealoff plan [OPTIONS] --playbook <PLAYBOOK> --out <DIR> <ROSTER>", "{error}");
    assert!(error.contains("tip: --playbook contain: an intruder is in"), "{error}");
}

#[test]
fn a_wish_is_answered_and_no_guess_leads_astray() {
    let said = |line: &str| {
        let line: Vec<std::ffi::OsString> = line.split(' ').map(Into::into).collect();
        wishes::answered(Cli::command().try_get_matches_from(&line).unwrap_err(), &line).to_string()
    };
    for (line, part) in [
        ("sealoff plan --roster leavers.csv --playbook contain --out x", "the list is named without a flag"),
        ("sealoff plan list.csv --playbook contain --out x --dry-run", "this command only reads"),
        ("sealoff apply x --dry-run", "the plan is the dry run"),
        ("sealoff apply x --yes", "--confirm N@FINGERPRINT"),
        ("sealoff -q apply x -y", "--confirm N@FINGERPRINT"),
        ("sealoff run list.csv --playbook contain --out x --yes", "--confirm N"),
        ("sealoff version", "sealoff --version"),
        ("sealoff aply x", "'apply'"),
        ("sealoff plan list.csv --playbok contain --out x", "'--playbook'"),
    ] {
        let said = said(line);
        let tips: Vec<&str> = said.lines().filter(|line| line.contains("tip:")).collect();
        assert!(said.contains(part) && !tips.concat().contains("--protect"), "{line}: {said}");
    }
    // What is only like it in the eyes of clap is not offered.
    for line in ["sealoff plan list.csv --rotate x --playbook contain --out x", "sealoff doctor --roles x"] {
        let said = said(line);
        assert!(!said.contains("tip:"), "{line}: {said}");
    }
    let short = Cli::command().try_get_matches_from(["sealoff", "plan", "l.csv", "--playbook", "contain", "-o", "x"]);
    assert!(short.is_ok());
}

#[test]
fn the_shells_complete_closed_lists() {
    let mut script = Vec::new();
    clap_complete::generate(clap_complete::Shell::Bash, &mut Cli::command(), "sealoff", &mut script);
    let script = String::from_utf8(script).unwrap();
    for (flag, word) in [("--app-role", "helpdesk"), ("--withhold", "Directory.Read.All"), ("--fault", "lost-answer=")]
    {
        let place =
            script.find(&format!("                {flag})")).unwrap_or_else(|| panic!("{flag} is not completed"));
        let offered = script[place..].lines().nth(1).unwrap_or_default();
        assert!(offered.contains(word), "{flag}: {offered}");
    }
}

/// What a library says of a value that it cannot read is meant for programmers.
#[test]
fn a_value_that_cannot_be_read_is_answered_in_plain_words() {
    for command in commands() {
        let values = command.get_arguments().filter(|argument| argument.get_action().takes_values());
        for long in values.filter_map(clap::Arg::get_long) {
            for value in ["zzz", "-1", "1.5", "99999999999999999999999"] {
                let line = ["sealoff", command.get_name(), &format!("--{long}={value}")];
                let Err(error) = Cli::command().try_get_matches_from(line) else { continue };
                let said = error.to_string();
                let strange = ["digit", "..=", "parse", "utf-8", "float", "number too", "u32", "u64", "not in"];
                for word in strange {
                    assert!(!said.contains(word), "sealoff {} --{long}={value}: {said}", command.get_name());
                }
            }
        }
    }
}
