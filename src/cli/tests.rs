//! What holds for every command, whichever they are.

use clap::{Command, CommandFactory as _};

use super::Cli;

fn commands() -> Vec<Command> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    command.get_subcommands().cloned().collect()
}

/// The words of a line as a shell splits it, up to whatever is for the shell alone.
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

#[test]
fn every_command_has_an_example_and_every_example_is_taken() {
    for command in commands() {
        let name = command.get_name();
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples: Vec<&str> = help.lines().map(str::trim).filter(|line| line.starts_with("sealoff ")).collect();
        assert!(!examples.is_empty(), "sealoff {name} --help has no example");
        for example in examples {
            let taken = Cli::command().try_get_matches_from(words(example));
            assert!(taken.is_ok(), "{name}: {example}: {}", taken.unwrap_err());
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
        Some(line[place..].replace("\"$ACCOUNTS\"", "38"))
    });
    commands.collect()
}

#[test]
fn every_command_of_the_samples_for_automation_is_taken() {
    for (file, text, count) in [
        ("github-actions.yml", include_str!("../../samples/automation/github-actions.yml"), 6),
        ("crontab", include_str!("../../samples/automation/crontab"), 4),
    ] {
        let commands = commands_in(text);
        assert_eq!(commands.len(), count, "{file}: {commands:?}");
        for command in commands {
            let taken = Cli::command().try_get_matches_from(words(&command));
            assert!(taken.is_ok(), "{file}: {command}: {}", taken.unwrap_err());
            // Nobody is there to be asked.
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
