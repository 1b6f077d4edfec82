//! What `sealoff drill` is asked for.

use std::path::PathBuf;

use clap::Args;

use super::connect::clock_speed;
use super::number_args::whole;
use super::pace_args::PaceArgs;
use super::reading_args::ReadingArgs;
use super::rule_args::RuleArgs;
use super::scenario_args::ScenarioArgs;
use super::simulated_apps;
use super::ways_in_args::WaysInArgs;
use crate::plan::playbook::Playbook;

/// Rehearse the whole job against an embedded Microsoft Graph, offline
///
/// Plans, approves, applies, verifies, reports and unseals one credential as proof, all on this machine: nothing real is
/// changed, no account is needed. It ends with how long each phase took, and what a real tenant would have taken by its
/// quota. With --scenario things go wrong on the way; with --interrupt the run is killed in the middle. With the playbook evict two
/// runs are rehearsed, breach and evict, and who an intruder comes back to between them. Without ROSTER it uses a
/// sample; with a ROSTER of your own, everyone on it exists in the simulated tenant; with --accounts, that many made-up
/// people are on the list.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff drill
  sealoff drill leavers.csv --playbook offboard
  sealoff drill --accounts 10000 --clock-speed 60
  sealoff drill --accounts 10000 --apps 3
  sealoff drill leavers.csv --playbook evict
  sealoff drill list.csv --playbook breach \\
    --scenario bad-day.toml --interrupt")]
pub struct DrillArgs {
    /// A list of your own
    #[arg(value_name = "ROSTER", conflicts_with = "accounts")]
    pub(super) roster: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
    /// What is done to each account; evict follows a breach, which is rehearsed first, and removes all methods and disables
    /// devices unless --methods or --devices say otherwise
    #[arg(long, value_name = "PLAYBOOK", default_value = "breach", value_parser = super::planning_args::playbook())]
    pub(super) playbook: Playbook,
    #[command(flatten)]
    pub(super) ways_in: WaysInArgs,
    /// Make up a list of this many people
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=1_000_000))]
    pub(super) accounts: Option<u32>,
    /// How many times as fast time runs: quota and waits stay in proportion, and hours pass in minutes [default: 60]
    #[arg(long, value_name = "FACTOR", value_parser = clock_speed)]
    pub(super) clock_speed: Option<f64>,
    /// How many app registrations the run goes through, each with a quota of its own: three reach the tenant's. The files that
    /// name them, as --app takes them, are in the drill's folder [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u16>(simulated_apps::APPS))]
    pub(super) apps: Option<u16>,
    /// The folder for the plan and everything that follows; a new temporary one if not given
    #[arg(long, short = 'o', value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Kill the run in the middle, without a warning, and give the same command again
    #[arg(long)]
    pub(super) interrupt: bool,
    /// Print as JSON: a line for the plan, the run, the verification, and at last the drill itself
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(super) pace: PaceArgs,
    /// Rehearse with the file of a further app registration of your own; its secret is not read. May be repeated
    #[arg(long = "app", value_name = "FILE", conflicts_with = "apps", help_heading = "Pace")]
    pub(super) app: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) rules: RuleArgs,
}
