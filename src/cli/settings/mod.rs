//! What is in force: flags beat variables, and variables beat `sealoff.toml`.
//!
//! The command line is parsed twice: once to know what was said, and once with what the file says as default values of the
//! arguments that were not given. So every other room sees arguments and nothing else, and clap keeps the order.

mod error;
mod file;
mod key;
mod policy;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches as _};
use serde::Deserialize;

use super::credential_args::{decided_by_environment, variable_os};
use super::exit::Failure;
use super::messages::{self, MessageArgs};
use super::usage;
use super::words::quoted;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::folder::PLAN_JSON;
use crate::plan::playbook::Playbook;
use crate::private_files::how_to_keep_others_out;
use crate::tenants::{SET_JSON, TenantSet};
use error::SettingsError;
use file::{Setting, SettingsFile};
use key::{AUTH, KEYS, RATE, SettingKey, SettingKind};

pub(super) use file::NAME;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was given on the command line.
    Flag(String),
    /// It stands in the environment.
    Variable(String),
    /// It stands in the file of settings.
    File {
        /// Counted from 1.
        line: usize,
        /// The playbook in whose table it stands.
        playbook: Option<Playbook>,
    },
    /// Not set, and this is the default.
    Rule,
    /// Not set.
    Unset,
}

/// What holds for one setting.
#[derive(Debug)]
pub(super) struct SettingInForce {
    /// Its name in the file.
    pub(super) name: &'static str,
    /// The values; never a secret.
    pub(super) values: Vec<String>,
    /// Where they come from.
    pub(super) origin: Origin,
}

/// Settings that mean nothing where no password is set.
const ABOUT_PASSWORDS: [&str; 6] = ["seal_to", "recipients", "ad_key", "cms_oaep", "password", "password_length"];

/// The commands that need to know whose signatures a plan needs.
const ASKED_FOR_SIGNATURES: [&str; 5] = ["sign", "apply", "run", "set-password", "config"];

/// What is in force for a command, and where it comes from.
#[derive(Debug, Default)]
pub(super) struct InForce {
    /// The file that was read.
    pub(super) file: Option<PathBuf>,
    /// The playbook that the command is about, where it is about one.
    playbook: Option<Playbook>,
    /// Every setting that the command knows.
    pub(super) settings: Vec<SettingInForce>,
    /// Who must have signed a plan before it is applied; all of them hold.
    pub(super) policies: Vec<ApprovalPolicy>,
}

/// The command line, with what the file of settings says where neither a flag nor a variable does. A command line that
/// cannot be used ends the process here, as does `--help`.
///
/// # Errors
///
/// The file cannot be used.
pub(super) fn parse(line: &[OsString], command: &Command) -> Result<(ArgMatches, InForce), Failure> {
    messages::set_color(messages::color_of(line));
    let said = usage::parse(command, line);
    let (matches, in_force) = match with_settings(line, command, &said)? {
        Some((matches, in_force)) => (matches, in_force),
        None => (said, InForce::default()),
    };
    messages::set_level(MessageArgs::from_arg_matches(&matches).unwrap_or_else(|error| usage::end(error, line)));
    if let Some(names) = in_force.said_by_file().filter(|_| matches.subcommand_name() != Some("config")) {
        let file = in_force.file.as_deref().map(quoted).unwrap_or_default();
        // Said before anything is sent, so that a file that lies about is no surprise.
        messages::info(format_args!("settings of {file}: {names}"));
    }
    Ok((matches, in_force))
}

impl InForce {
    fn said_by_file(&self) -> Option<String> {
        let sets_passwords = self.playbook.is_none_or(Playbook::resets);
        let said = self.settings.iter().filter(|setting| matches!(setting.origin, Origin::File { .. }));
        let counts = |name: &&str| sets_passwords || !ABOUT_PASSWORDS.contains(name);
        let names: Vec<&str> = said.map(|setting| setting.name).filter(counts).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Does the rate of new passwords stand in the file, and was not given?
    pub(super) fn rate_is_of_file(&self) -> bool {
        self.settings.iter().any(|setting| setting.name == RATE && matches!(setting.origin, Origin::File { .. }))
    }

    /// The same failure; where a value that stands in the file is what is wrong, with the place at which it stands.
    pub(super) fn with_origin(&self, failure: Failure) -> Failure {
        let (Some(file), Some(argument)) = (&self.file, failure.argument) else { return failure };
        let is_it = |setting: &&SettingInForce| KEYS.iter().any(|key| key.name == setting.name && key.arg == argument);
        let Some(SettingInForce { name, origin: Origin::File { line, .. }, .. }) = self.settings.iter().find(is_it)
        else {
            return failure;
        };
        let place = format!("{name} stands in line {line} of {}.", quoted(file));
        failure.and_next(place)
    }
}

/// `None` where the command takes no settings.
fn with_settings(
    line: &[OsString],
    unbuilt: &Command,
    said: &ArgMatches,
) -> Result<Option<(ArgMatches, InForce)>, Failure> {
    let mut command = unbuilt.clone();
    command.build();
    let Some((name, sub)) = said.subcommand() else { return Ok(None) };
    let Some(known) = command.find_subcommand(name).filter(|known| has(known, "no_config")) else { return Ok(None) };
    let file = match (sub.get_flag("no_config"), sub.get_one::<PathBuf>("config")) {
        (true, _) => None,
        (false, Some(path)) => Some(path.clone()),
        (false, None) => file::found(),
    };
    let is_named = sub.get_one::<PathBuf>("config").is_some();
    let read = |path: PathBuf| {
        let merely_found = !is_named && path == file::here();
        let file = if merely_found { SettingsFile::read_here() } else { SettingsFile::read(&path) }?;
        file.settings.iter().try_for_each(|setting| check(&command, setting, &path))?;
        Ok(file)
    };
    let file = file.map(read).transpose().map_err(failure)?;
    let policies = if ASKED_FOR_SIGNATURES.contains(&name) { policies(file.as_ref())? } else { Vec::new() };
    let chosen = match &file {
        Some(file) => chosen(known, sub, file),
        None => HashMap::new(),
    };
    let given = |id: &str| chosen.get(id).map(|setting| setting.values.clone());
    let again = unbuilt.clone().mut_subcommand(name, |sub| {
        sub.mut_args(|arg| match given(arg.get_id().as_str()) {
            Some(values) => arg.default_values(values),
            None => arg,
        })
    });
    let matches = usage::parse(&again, line);
    let settings = match matches.subcommand() {
        Some((_, sub)) => {
            KEYS.iter().filter(|key| has(known, key.arg)).map(|key| in_force(known, sub, key, &chosen)).collect()
        }
        None => Vec::new(),
    };
    let playbook = matches.subcommand().and_then(|(_, sub)| playbook_of(known, sub));
    let in_force = InForce { file: file.map(|file| file.path), playbook, settings, policies };
    Ok(Some((matches, in_force)))
}

/// What the file that is read demands, and what the one in the configuration folder does, whichever file is read and even
/// where none is: a guard against acting alone is not lifted by the one who acts.
fn policies(file: Option<&SettingsFile>) -> Result<Vec<ApprovalPolicy>, Failure> {
    let of_file = file.and_then(|file| file.policy.as_ref()).map(|(_, policy)| policy.clone());
    let Some(path) = file::configured().filter(|path| file.is_none_or(|file| file.path != *path)) else {
        return Ok(of_file.into_iter().collect());
    };
    let configured = SettingsFile::read(&path).map_err(|error| {
        Failure::refused(error)
            .with_next("Whether it demands signatures cannot be seen, so it has to be put right first.")
    })?;
    Ok(of_file.into_iter().chain(configured.policy.map(|(_, policy)| policy)).collect())
}

fn has(command: &Command, id: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == id)
}

/// Was it said on the command line or in the variable of the argument?
fn is_said(command: &Command, matches: &ArgMatches, id: &str) -> bool {
    has(command, id) && matches!(matches.value_source(id), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// By the id of its argument: each setting that is in force.
fn chosen<'a>(command: &Command, matches: &ArgMatches, file: &'a SettingsFile) -> HashMap<&'static str, &'a Setting> {
    let playbook = playbook_of(command, matches);
    let of_playbook = |setting: &&Setting| setting.playbook.is_some() && setting.playbook == playbook;
    let own: Vec<&Setting> = file.settings.iter().filter(of_playbook).collect();
    let is_overruled = |key: &SettingKey| {
        own.iter().any(|own| own.key.name == key.name || key.overruled_by().any(|other| other == own.key.arg))
    };
    let general = file.settings.iter().filter(|setting| setting.playbook.is_none() && !is_overruled(setting.key));
    let way_in_is_said = decided_by_environment().is_some() || is_said(command, matches, AUTH);
    let holds = |setting: &&Setting| {
        let key = setting.key;
        has(command, key.arg)
            && takes_keys(command, key)
            // What has to be done at once is not held up by a file, nor are plans that are carried out side by side.
            && (key.name != RATE || playbook.is_some_and(Playbook::goes_in_waves) && !is_of_set(command, matches))
            && !key.variables().iter().any(|name| variable_os(name).is_some())
            && !key.overruled_by().any(|other| is_said(command, matches, other))
            // A file of the way in that was chosen is still wanted; another way in is not.
            && !(key.is_way_in() && way_in_is_said && !is_of_the_way_in(command, matches, key))
    };
    own.iter().copied().chain(general).filter(holds).map(|setting| (setting.key.arg, setting)).collect()
}

/// `undo` takes keys with `--reset` alone, and `again` those of the run, so nothing is assumed there.
fn takes_keys(command: &Command, key: &SettingKey) -> bool {
    !matches!(command.get_name(), "undo" | "again") || !matches!(key.name, "seal_to" | "recipients")
}

/// Does this setting belong to the way in that `--auth` chose?
fn is_of_the_way_in(command: &Command, matches: &ArgMatches, key: &SettingKey) -> bool {
    if !is_said(command, matches, AUTH) {
        return false;
    }
    let auth = raw(matches, AUTH);
    auth.first().zip(key.way_in).is_some_and(|(auth, own)| auth == own.name())
}

/// The playbook that the command is about: the one that was said, or the one of the plan.
fn playbook_of(command: &Command, matches: &ArgMatches) -> Option<Playbook> {
    #[derive(Deserialize)]
    struct OfPlan {
        playbook: Playbook,
    }
    if has(command, "playbook") {
        return raw(matches, "playbook").first()?.parse().ok();
    }
    let folder = folder_of(command, matches)?;
    // A plan that cannot be used is refused later, with all that there is to say about it. The plans of a set have one playbook.
    let plan = std::fs::read(folder.join(PLAN_JSON)).or_else(|_| std::fs::read(folder.join(SET_JSON))).ok()?;
    serde_json::from_slice::<OfPlan>(&plan).ok().map(|plan| plan.playbook)
}

/// The folder that the command works in, where it works in one.
fn folder_of(command: &Command, matches: &ArgMatches) -> Option<PathBuf> {
    let dir = if has(command, "dir") { raw(matches, "dir") } else { Vec::new() };
    dir.first().map(PathBuf::from)
}

/// Is the command about the plans of many tenants?
fn is_of_set(command: &Command, matches: &ArgMatches) -> bool {
    folder_of(command, matches).is_some_and(|folder| TenantSet::is_in(&folder))
}

fn raw(matches: &ArgMatches, id: &str) -> Vec<String> {
    let values = matches.get_raw(id).into_iter().flatten();
    values.map(|value| value.to_string_lossy().into_owned()).collect()
}

fn in_force(
    command: &Command,
    matches: &ArgMatches,
    key: &SettingKey,
    chosen: &HashMap<&'static str, &Setting>,
) -> SettingInForce {
    let values = raw(matches, key.arg);
    let arg = command.get_arguments().find(|arg| arg.get_id() == key.arg);
    let (values, origin) = match matches.value_source(key.arg) {
        Some(ValueSource::CommandLine) => {
            let long = arg.and_then(clap::Arg::get_long).unwrap_or(key.name);
            (values, Origin::Flag(format!("--{long}")))
        }
        Some(ValueSource::EnvVariable) => {
            let name = arg.and_then(clap::Arg::get_env).unwrap_or_default();
            (values, Origin::Variable(name.to_string_lossy().into_owned()))
        }
        source => match (chosen.get(key.arg), of_environment(key)) {
            (Some(setting), _) => (values, Origin::File { line: setting.line, playbook: setting.playbook }),
            (None, Some((values, name))) => (values, Origin::Variable(name.to_owned())),
            (None, None) if source.is_some() && !values.is_empty() => (values, Origin::Rule),
            (None, None) => (Vec::new(), Origin::Unset),
        },
    };
    SettingInForce { name: key.name, values, origin }
}

/// What a variable says that clap does not know of. A secret is never shown.
fn of_environment(key: &SettingKey) -> Option<(Vec<String>, &'static str)> {
    if key.name == AUTH {
        return decided_by_environment().map(|(kind, name)| (vec![kind.name().to_owned()], name));
    }
    let name = key.variables().iter().copied().find(|name| variable_os(name).is_some())?;
    let value = variable_os(name).filter(|_| name != "AZURE_CLIENT_SECRET")?;
    Some((vec![value.to_string_lossy().into_owned()], name))
}

/// Makes sure that the argument takes the values. What is wrong is said without the value: it may be a secret that stands in
/// the wrong place.
fn check(command: &Command, setting: &Setting, path: &Path) -> Result<(), SettingsError> {
    if setting.key.kind == SettingKind::Switch {
        return Ok(());
    }
    let args = command.get_subcommands().filter(|sub| has(sub, "no_config")).flat_map(Command::get_arguments);
    let Some(arg) = args.into_iter().find(|arg| arg.get_id() == setting.key.arg) else { return Ok(()) };
    let long = arg.get_long().unwrap_or(setting.key.name);
    let words = setting.values.iter().map(|value| format!("--{long}={value}"));
    let alone = Command::new("sealoff").arg(arg.clone());
    let Err(error) = alone.try_get_matches_from(std::iter::once("sealoff".to_owned()).chain(words)) else {
        return Ok(());
    };
    let reason = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(known)) if error.kind() == ErrorKind::InvalidValue => {
            let meant = match error.get(ContextKind::SuggestedValue) {
                Some(ContextValue::String(meant)) => format!("; did you mean {meant}?"),
                _ => String::new(),
            };
            format!("it may be {}{meant}", known.join(", "))
        }
        _ => {
            let reason = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            let repeats = setting.values.iter().any(|value| repeats(&reason, value));
            if repeats || reason.is_empty() { format!("--{long} does not take it") } else { reason }
        }
    };
    Err(SettingsError::Value { path: path.to_owned(), line: setting.line, name: setting.key.name, reason })
}

/// Whether a reason shows the value, which may be a secret that was written there by mistake. `24` is not shown by `24h`.
fn repeats(reason: &str, value: &str) -> bool {
    const LONG: usize = 6;
    let mut words = reason.split(|c: char| !c.is_alphanumeric());
    (value.len() >= LONG && reason.contains(value)) || words.any(|word| word == value)
}

fn failure(error: SettingsError) -> Failure {
    let next = match &error {
        SettingsError::WritableByOthers(path) => {
            let keep_out = how_to_keep_others_out(path, "go-w");
            return Failure::refused(&error)
                .with_command("Keep them out with", keep_out)
                .and_next("To go on without it: --no-config, or --config FILE for another one.");
        }
        SettingsError::NotYours(_) => {
            return Failure::refused(error)
                .with_next("To go on without it: --no-config, or --config FILE for another one.");
        }
        SettingsError::MerelyFound { .. } => {
            return Failure::refused(error).with_next(
                "If it is yours: --config sealoff.toml, or put it into the configuration folder. Otherwise: --no-config",
            );
        }
        SettingsError::PolicyMerelyFound { .. } => {
            return Failure::refused(error).with_next(
                "Put it into the configuration folder, or into a file that is named with --config. To go on without this file: \
                 --no-config",
            );
        }
        SettingsError::EachTime { .. } => "What lifts a guard or approves must be meant each time. Take the line out.",
        _ => {
            return Failure::usage(error)
                .with_command("What is in force", "sealoff config")
                .and_next("To go on without a file: --no-config");
        }
    };
    Failure::usage(error).with_next(next)
}
