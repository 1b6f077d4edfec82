//! How a list is read, where it does not speak for itself, as the command line says it.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use strum::VariantNames as _;

use super::diagnostics;
use super::exit::Failure;
use super::pass_args::PASSES;
use crate::plan::handoff::HandoffKeys;
use crate::plan::rules::Rules;
use crate::roster::{KeyProperty, OnlyRows, ReadOptions, Roster, RosterError, Source};

/// What `--handoff-by` is given for the manager that the directory knows.
pub(super) const MANAGER: &str = "manager";

/// How the list is read, where it does not speak for itself.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ReadingArgs {
    /// The column that says who is meant, by its name, or by its number (#3) in a list without a header
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// What that column holds, where it is neither object ids nor user principal names
    #[arg(long, value_name = "KIND", value_parser = by_name())]
    by: Option<KeyProperty>,
    /// The column that says who hands the new password over: a department, a site, by its name or number; otherwise the one
    /// called handoff. With --seal-to and no --recipients, each name in it has a packet of its own, for the same keys. "manager",
    /// where the list has no such column, is each person's manager in the directory
    #[arg(long, value_name = "COLUMN")]
    handoff_by: Option<String>,
    /// The sheet of an Excel workbook that has the list, by its name or number (#2); otherwise the first that can be seen
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// Read the rows of the sheet that are hidden (by a filter or by hand), too
    #[arg(long)]
    hidden_rows: bool,
    /// Plan every row (with --only, every one that has the value), also those that are struck out on their sheet, and those that the
    /// list says to leave alone, by a column such as Action or by a line above them
    #[arg(long)]
    every_row: bool,
    /// Only the rows with this value in this column, such as Status=Leaver, or with any (Status=*); all others are left alone
    #[arg(long, value_name = "COLUMN=VALUE")]
    only: Option<OnlyRows>,
    /// The column that says from when on each person's pass is good, by its name or number: 2026-11-30T08:00:00Z, with its offset
    /// from UTC, or a day, its beginning in UTC; where its cell is empty, as --pass-from says. With --credential pass or both
    #[arg(long, value_name = "COLUMN", help_heading = PASSES)]
    pass_from_column: Option<String>,
    /// The column of waves, which plan alone takes.
    #[arg(skip)]
    pub(super) wave: Option<String>,
}

impl ReadingArgs {
    /// Where a column says who hands over, and the same keys open everything, each name has a packet of its own.
    pub(super) fn shared_out(&self, rules: Rules) -> Rules {
        if self.handoff_by.is_none()
            || rules.handoff.is_some()
            || rules.recipients.is_empty()
            || !(rules.playbook.resets() || rules.pass.is_some())
        {
            return rules;
        }
        Rules { handoff: Some(HandoffKeys::for_every_name(rules.recipients)), recipients: Vec::new(), ..rules }
    }

    /// The same rules, with the column that says from when on each person's pass is good.
    pub(super) fn with_moments(&self, rules: Rules) -> Rules {
        Rules { pass_from_column: self.pass_from_column.clone(), ..rules }
    }

    /// Does a column say from when on each person's pass is good?
    pub(super) const fn names_moments(&self) -> bool {
        self.pass_from_column.is_some()
    }

    /// Is anything said that only a list with columns or sheets has?
    pub(super) fn is_about_columns(&self) -> bool {
        let texts = [&self.key, &self.sheet, &self.pass_from_column];
        texts.into_iter().any(Option::is_some)
            || self.by.is_some()
            || self.hidden_rows
            || self.every_row
            || self.only.is_some()
    }

    /// Is it the word for each person's manager?
    fn names_manager(&self) -> bool {
        self.handoff_by.as_deref().is_some_and(|by| by.trim().eq_ignore_ascii_case(MANAGER))
    }

    /// The same rules, with the managers that the directory knows to hand over, where that is asked for and the list has no
    /// column of that name.
    pub(super) fn by_manager(&self, roster: &Roster, mut rules: Rules) -> Rules {
        let of_directory = self.names_manager() && !roster.names_handoff();
        rules.options.handoff_by_manager = of_directory && rules.handoff.is_some();
        rules
    }

    /// What the flags say about the list.
    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            key: self.key.clone(),
            by: self.by,
            handoff: self.handoff_by.clone(),
            handoff_may_be_missing: self.names_manager(),
            sheet: self.sheet.clone(),
            hidden_rows: self.hidden_rows,
            every_row: self.every_row,
            wave: self.wave.clone(),
            pass_from: self.pass_from_column.clone(),
            only: self.only.clone(),
        }
    }

    /// Opens the list; one that cannot be used is shown with the line that is wrong.
    pub(super) fn open(&self, source: Source) -> Result<Roster, Failure> {
        let name = source.name();
        Roster::open_with(source, self.options()).map_err(|error| self.failure(&error, &name))
    }

    /// A list that cannot be used.
    pub(super) fn failure(&self, error: &RosterError, name: &str) -> Failure {
        let failure = diagnostics::of_roster(error, name);
        match error {
            RosterError::UnknownColumn(unknown) if Some(&unknown.key) == self.handoff_by.as_ref() => {
                failure.about("handoff_by")
            }
            RosterError::UnknownColumn(unknown) if Some(&unknown.key) == self.wave.as_ref() => failure.about("wave_by"),
            RosterError::UnknownColumn(unknown) if Some(&unknown.key) == self.pass_from_column.as_ref() => {
                failure.about("pass_from_column")
            }
            _ => failure,
        }
    }
}

fn by_name() -> impl TypedValueParser<Value = KeyProperty> {
    PossibleValuesParser::new(KeyProperty::VARIANTS).try_map(|name| name.parse::<KeyProperty>())
}
