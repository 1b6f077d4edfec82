//! What to plan, and by which playbook.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::chosen_args::ChosenForPlanArgs;
use super::exit::{Exit, Failure};
use super::explain;
use super::precheck::CheckArgs;
use super::reading_args::ReadingArgs;
use super::replace_args::ReplaceArgs;
use super::rule_args::RuleArgs;
use super::ways_in_args::WaysInArgs;
use super::words::wrapped;
use crate::plan::playbook::Playbook;
use crate::roster::Source;
use crate::wording::playbook::meant_for;

/// What to plan.
#[derive(Debug, Args)]
pub struct PlanningArgs {
    /// The list of people: a CSV file as any tool exports it, an Excel workbook, JSON, a bare list of names, or - for standard
    /// input; or the folder of an earlier run, whose people are meant
    #[arg(value_name = "ROSTER")]
    pub(super) roster: PathBuf,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
    /// What is done to each account
    #[arg(
        long,
        value_name = "PLAYBOOK",
        value_parser = playbook(),
        hide_possible_values = true,
        help = playbook_help(),
        required = false,
        required_unless_present = "explain",
        default_value_if("explain", "true", "contain")
    )]
    pub(super) playbook: Playbook,
    /// The folder for the plan and everything that follows from it; new or empty, or see --replace
    #[arg(
        long,
        short = 'o',
        value_name = "DIR",
        required = false,
        required_unless_present = "explain",
        default_value_if("explain", "true", ".")
    )]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) replace: ReplaceArgs,
    /// Only show how each column of the list is read and why, with its first rows as they will be taken; nothing is sent
    #[arg(long)]
    pub(super) explain: bool,
    #[command(flatten)]
    pub(super) ways_in: WaysInArgs,
    #[command(flatten)]
    pub(super) rules: RuleArgs,
    #[command(flatten)]
    pub(super) by_hand: ChosenForPlanArgs,
    #[command(flatten)]
    pub(super) checks: CheckArgs,
}

impl PlanningArgs {
    /// Shows how the list is understood, in place of planning.
    pub(super) fn explained(&self, json: bool) -> Result<Exit, Failure> {
        let source = Source::from_argument(self.roster.as_os_str());
        explain::show(source, &self.reading.options(), |error, name| self.reading.failure(error, name), json)
    }
}

/// Known to the shells' completions, and named after a typing error.
pub(super) fn playbook() -> impl TypedValueParser<Value = Playbook> {
    PossibleValuesParser::new(Playbook::ALL.map(Playbook::name)).try_map(|name| name.parse::<Playbook>())
}

/// What a help of 80 columns has room for behind the name of a playbook.
const HELP_COLUMNS: usize = 41;

fn playbook_help() -> String {
    let mut help =
        "What is done to each account; where an intruder is in, contain now, and reinstate in waves:".to_owned();
    for playbook in Playbook::ALL {
        let text = format!("{} ({})", meant_for(playbook), playbook.summary());
        // The help of a narrow terminal would begin further lines below the name.
        for (index, line) in wrapped(&text, HELP_COLUMNS).iter().enumerate() {
            let name = if index == 0 { playbook.name() } else { "" };
            help += &format!("\n  {name:<9}  {line}");
        }
    }
    help
}
