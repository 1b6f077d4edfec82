//! The job that a drill has rehearsed, as the commands that do it in a real tenant: the same list and the same flags.

use std::ffi::OsString;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command};

use super::apply::ApplyArgs;
use super::lines::Lines;
use super::messages::MessageArgs;
use super::plan::PlanArgs;
use super::words::quoted;
use crate::plan::manifest::Manifest;
use crate::shell::Shell;
use crate::wording::plan_command::naming_the_number;

/// What is said of its own accord, or belongs to the drill alone.
const SAID_OTHERWISE: [&str; 8] =
    ["roster", "playbook", "methods", "devices", "out", "json", "max_accounts", "clock_speed"];

/// What is about the plan that follows another one, where there are two.
const OF_SECOND: [&str; 4] = ["credential", "pass_lifetime", "pass_from", "consents"];

/// What a drill was about.
pub(super) struct RealJob<'a> {
    pub(super) plan: &'a Manifest,
    /// The plan that followed it, for the same people.
    pub(super) then: Option<&'a Manifest>,
    /// The list, where it was one's own.
    pub(super) roster: Option<&'a Path>,
    /// The arguments of a drill.
    pub(super) drill: Command,
    /// Where the drill has left everything.
    pub(super) folder: &'a Path,
    /// How many apps it went through that were made up.
    pub(super) made_up_apps: u32,
}

impl RealJob<'_> {
    /// The same job against a real tenant.
    pub(super) fn write(self, out: &mut Lines) {
        let line: Vec<OsString> = std::env::args_os().collect();
        let given = given(self.drill, &line);
        let flags = |command: Command, is_meant: &dyn Fn(&str) -> bool| {
            given.as_ref().map(|given| flags_of(&command, given, is_meant)).unwrap_or_default()
        };
        let of_plan = |is_meant: &dyn Fn(&str) -> bool| flags(PlanArgs::augment_args(Command::new("plan")), is_meant);
        out.text(format_args!("Everything is in {}. Against a real tenant, the same job is:", self.folder.display()));
        out.blank();
        for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
            out.command(2, Shell::here().set(name, "..."));
        }
        let rules = of_plan(&|id| self.then.is_none() || !OF_SECOND.contains(&id));
        let is_sealed = self.plan.seals();
        let has_keys = given.as_ref().is_some_and(|given| is_given(given, "seal_to") || is_given(given, "recipients"));
        let mut seal_to = "";
        if is_sealed && !has_keys {
            out.command(2, "sealoff keygen -o key.txt            # prints the recipient, age1…");
            seal_to = " --seal-to age1…";
        }
        let roster = self.roster.unwrap_or_else(|| Path::new("people.csv"));
        let playbook = self.plan.playbook;
        out.command(
            2,
            format_args!("sealoff plan {} --playbook {playbook}{rules}{seal_to} --out tonight", quoted(roster)),
        );
        let apps: String = (2..=self.made_up_apps).map(|number| format!(" --app app{number}.toml")).collect();
        let pace = flags(ApplyArgs::augment_args(Command::new("apply")), &|_| true);
        let number = naming_the_number(self.plan);
        out.command(2, format_args!("sealoff apply tonight{number} --confirm N@FINGERPRINT{pace}{apps}"));
        if let Some(then) = self.then {
            let methods = then.options.methods.map(|methods| format!(" --methods {methods}")).unwrap_or_default();
            let devices = if then.options.devices { " --devices" } else { "" };
            let (playbook, number) = (then.playbook, naming_the_number(then));
            let seal_to = if then.seals() { seal_to } else { "" };
            let keys = |id: &str| then.seals() && ["seal_to", "recipients"].contains(&id);
            let more = of_plan(&|id| OF_SECOND.contains(&id) || keys(id));
            out.command(
                2,
                format_args!(
                    "sealoff plan tonight --playbook {playbook}{methods}{devices}{more}{seal_to} --out {playbook}"
                ),
            );
            out.command(2, format_args!("sealoff apply {playbook}{number} --confirm N@FINGERPRINT{pace}{apps}"));
        }
        if is_sealed {
            let key = if has_keys { "KEY" } else { "key.txt" };
            out.command(2, format_args!("sealoff unseal tonight/results.csv -i {key} -o passwords.csv"));
            if let Some(then) = self.then.filter(|then| then.seals()) {
                let results = format!("{}/results.csv", then.playbook);
                out.command(2, format_args!("sealoff unseal {results} -i {key} -o passes.csv"));
            }
        }
    }
}

/// The command line of this drill, as it was typed. What it does not know is left out: it was parsed before.
fn given(drill: Command, line: &[OsString]) -> Option<ArgMatches> {
    let program = MessageArgs::augment_args(Command::new("sealoff")).subcommand(drill).ignore_errors(true);
    program.try_get_matches_from(line).ok()?.remove_subcommand().map(|(_, given)| given)
}

fn is_given(given: &ArgMatches, id: &str) -> bool {
    given.try_contains_id(id).unwrap_or(false) && given.value_source(id) == Some(ValueSource::CommandLine)
}

/// What was typed and is a flag of that command, too, each word with a blank before it.
fn flags_of(command: &Command, given: &ArgMatches, is_meant: &dyn Fn(&str) -> bool) -> String {
    // A drill keeps the files of its apps by another name.
    let id = |arg: &Arg| if arg.get_long() == Some("app") { "app".to_owned() } else { arg.get_id().to_string() };
    let is_of_both = |arg: &&Arg| {
        let name = arg.get_id().as_str();
        !SAID_OTHERWISE.contains(&name) && is_meant(name) && is_given(given, &id(arg))
    };
    let mut words = Vec::new();
    for arg in command.get_arguments().filter(is_of_both) {
        let Some(long) = arg.get_long() else { continue };
        let flag = format!(" --{long}");
        if matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count) {
            words.push(flag);
            continue;
        }
        let values = given.get_raw(&id(arg)).into_iter().flatten();
        words.extend(values.map(|value| format!("{flag} {}", quoted(Path::new(value)))));
    }
    words.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::drill_args::DrillArgs;

    fn flags(line: &str) -> (String, String) {
        let line: Vec<OsString> = line.split(' ').map(Into::into).collect();
        let given = given(DrillArgs::augment_args(Command::new("drill")), &line).unwrap();
        let of = |command| flags_of(&command, &given, &|_| true);
        (of(PlanArgs::augment_args(Command::new("plan"))), of(ApplyArgs::augment_args(Command::new("apply"))))
    }

    #[test]
    fn the_flags_of_the_drill_are_those_of_the_job() {
        let (plan, apply) = flags(
            "sealoff -q drill leavers.csv --playbook offboard --discard-credentials --key Mail --protect p.txt --clock-speed 9 \
             --halt-at 50 --out x --app two.toml",
        );
        assert_eq!(plan, " --key Mail --discard-credentials --protect p.txt");
        assert_eq!(apply, " --halt-at 50 --app two.toml");
        assert_eq!(flags("sealoff drill"), (String::new(), String::new()));
    }
}
