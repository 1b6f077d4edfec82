//! `sealoff config`: which settings are in force, and where each of them comes from.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::apps::AppArgs;
use super::connect::ConnectionArgs;
use super::exit::{Exit, Failure};
use super::json_line;
use super::lines::{self, Lines};
use super::pace_args::PaceArgs;
use super::reading_args::ReadingArgs;
use super::rule_args::RuleArgs;
use super::settings::{InForce, NAME, Origin, SettingInForce};
use super::time_args;
use super::words::{harmless, quoted};
use crate::json::DocumentVersion;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::playbook::Playbook;

/// Show which settings are in force, and where each comes from
///
/// Flags beat variables, and variables beat sealoff.toml, which is looked for in the working folder and then in the
/// platform's configuration folder. Any flag of plan and apply that a setting stands in for may be given, to see what it
/// changes. Nothing is sent, and no secret is shown.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealoff config\n  sealoff config --playbook offboard --json")]
pub struct ConfigArgs {
    /// With what the file says for this playbook
    #[arg(long, value_name = "PLAYBOOK", value_parser = super::planning_args::playbook())]
    playbook: Option<Playbook>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// How old a plan may be when its run begins: 90s, 30m, 24h or 7d
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = time_args::span)]
    max_age: Duration,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    apps: AppArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct ConfigDocument<'a> {
    sealoff_config: DocumentVersion,
    /// The sealoff.toml that is read; null where there is none.
    file: Option<String>,
    /// Every setting, in the order of the manual.
    settings: Vec<SettingOnWire<'a>>,
    /// Whose signatures a plan needs before it is applied; all of them hold.
    signatures: Vec<PolicyOnWire<'a>>,
}

#[derive(JsonSchema, Serialize)]
struct PolicyOnWire<'a> {
    /// The file that demands it.
    file: String,
    /// Those whose signatures count.
    approvers: BTreeSet<&'a str>,
    /// How many of them must have signed.
    approvals: usize,
    /// Does the signature of the one who applies count?
    approver_may_apply: bool,
}

impl<'a> From<&'a ApprovalPolicy> for PolicyOnWire<'a> {
    fn from(policy: &'a ApprovalPolicy) -> Self {
        let ApprovalPolicy { source, approvers, approvals, approver_may_apply } = policy;
        Self {
            file: source.display().to_string(),
            approvers: approvers.iter().map(|approver| approver.name.as_str()).collect(),
            approvals: *approvals,
            approver_may_apply: *approver_may_apply,
        }
    }
}

#[derive(JsonSchema, Serialize)]
struct SettingOnWire<'a> {
    /// As sealoff.toml spells it.
    name: &'a str,
    /// As the argument takes them; a secret is never among them.
    values: &'a [String],
    /// Where the value comes from.
    #[schemars(extend("enum" = ["flag", "variable", "file", "rule", "unset"]))]
    origin: &'a str,
    /// The flag, the variable, or the table of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The line of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

/// Prints them.
///
/// # Errors
///
/// Standard output cannot be written.
pub(super) fn run(args: &ConfigArgs, in_force: &InForce) -> Result<Exit, Failure> {
    let mut out = anstream::stdout();
    let written =
        if args.json { write_json(&mut out, in_force) } else { lines::write(&mut out, |out| write(out, in_force)) };
    written.and_then(|()| out.flush()).map_err(|error| Failure::unprinted(&error))?;
    Ok(Exit::Done)
}

fn write_json(out: &mut impl Write, in_force: &InForce) -> io::Result<()> {
    fn on_wire(setting: &SettingInForce) -> SettingOnWire<'_> {
        let SettingInForce { name, values, origin } = setting;
        let (origin, from, line) = match origin {
            Origin::Flag(flag) => ("flag", Some(flag.clone()), None),
            Origin::Variable(name) => ("variable", Some(name.clone()), None),
            Origin::File { line, playbook } => ("file", playbook.map(|it| format!("playbook.{it}")), Some(*line)),
            Origin::Rule => ("rule", None, None),
            Origin::Unset => ("unset", None, None),
        };
        SettingOnWire { name, values, origin, from, line }
    }
    let file = in_force.file.as_ref().map(|path| path.display().to_string());
    let line = ConfigDocument {
        sealoff_config: DocumentVersion,
        file,
        settings: in_force.settings.iter().map(on_wire).collect(),
        signatures: in_force.policies.iter().map(PolicyOnWire::from).collect(),
    };
    json_line::write(out, &line)
}

/// The place at which values begin.
const VALUES: usize = 22;

fn write(out: &mut Lines, in_force: &InForce) {
    match &in_force.file {
        Some(path) => out.at("File  ", quoted(path)),
        None => {
            out.at("File  ", format_args!("none; {NAME} in this folder or in the configuration folder would be one"))
        }
    }
    out.blank();
    let (set, unset): (Vec<&SettingInForce>, Vec<&SettingInForce>) =
        in_force.settings.iter().partition(|setting| setting.origin != Origin::Unset);
    for SettingInForce { name, values, origin } in set {
        let from = match origin {
            Origin::Flag(flag) => flag.clone(),
            Origin::Variable(name) => format!("variable {name}"),
            Origin::File { line, playbook: None } => format!("line {line}"),
            Origin::File { line, playbook: Some(playbook) } => format!("line {line}, for {playbook}"),
            Origin::Rule | Origin::Unset => "default".to_owned(),
        };
        out.at(format_args!("{name:VALUES$}"), format_args!("{} ({from})", harmless(&values.join(", "))));
    }
    let names: Vec<&str> = unset.iter().map(|setting| setting.name).collect();
    if !names.is_empty() {
        out.blank();
        out.at(format_args!("{:VALUES$}", "not set"), names.join(", "));
    }
    for policy in &in_force.policies {
        let PolicyOnWire { file, approvers, approvals, approver_may_apply } = PolicyOnWire::from(policy);
        let names = harmless(&approvers.into_iter().collect::<Vec<_>>().join(", ")).into_owned();
        let others = if approver_may_apply { "" } else { ", and not the one who applies" };
        out.blank();
        out.at(format_args!("{:VALUES$}", "signatures"), format_args!("{approvals} of {names}{others} ({file})"));
    }
}
