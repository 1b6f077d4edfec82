//! One line of `plan.csv`: what was decided about one entry, and the state the account was in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::reason::{self, Reason};
use super::step::Steps;
use crate::ids::{ObjectId, RowNumber};
use crate::spreadsheet::{guard, unguard};

/// The header of `plan.csv`.
pub const HEADER: [&str; 13] = [
    "row",
    "user",
    "object_id",
    "user_principal_name",
    "display_name",
    "decision",
    "reason",
    "steps",
    "account_enabled",
    "last_password_change",
    "sessions_valid_from",
    "handoff",
    "priority",
];

/// What happens to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The account will be changed.
    Act,
    /// Nothing is left to do.
    Already,
    /// Left alone, and nothing is amiss.
    Skip,
    /// Left alone, and somebody has to look at it.
    Refuse,
}

impl Decision {
    /// All decisions.
    pub const ALL: [Self; 4] = [Self::Act, Self::Already, Self::Skip, Self::Refuse];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Already => "already",
            Self::Skip => "skip",
            Self::Refuse => "refuse",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Decision {
    type Err = RowError;

    fn from_str(text: &str) -> Result<Self, RowError> {
        let found = Self::ALL.into_iter().find(|decision| decision.name() == text);
        found.ok_or_else(|| RowError { column: "decision", found: text.to_owned() })
    }
}

/// One line of `plan.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// The roster's data row, from 1.
    pub row: RowNumber,
    /// The key as the roster has it.
    pub user: String,
    /// The account, where there is one.
    pub object_id: Option<ObjectId>,
    /// The account's sign-in name in the directory.
    pub user_principal_name: String,
    /// The account's name for people.
    pub display_name: String,
    /// What happens to it.
    pub decision: Decision,
    /// The stable name of the reason, with details behind a colon: `duplicate: row 3`.
    pub reason: String,
    /// What is done to it; nothing unless the decision is `act`.
    pub steps: Steps,
    /// Whether sign-in was allowed when the plan was made.
    pub account_enabled: Option<bool>,
    /// When the password had last been changed.
    pub last_password_change: Option<OffsetDateTime>,
    /// Since when sessions had been valid.
    pub sessions_valid_from: Option<OffsetDateTime>,
    /// Who hands the credential over.
    pub handoff: String,
    /// Lower goes first; rows without one go after all that have one.
    pub priority: Option<u32>,
}

/// A place in the order of work: whatever compares lower is worked on earlier, and no two rows compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey {
    ordinary: bool,
    unranked: bool,
    priority: u32,
    row: RowNumber,
}

/// A cell of `plan.csv` that sealoff never wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column} holds {found:?}")]
pub struct RowError {
    /// The column.
    pub column: &'static str,
    /// What stands in it.
    pub found: String,
}

impl PlanRow {
    /// Writes the line; what a spreadsheet would run as a formula is made harmless.
    ///
    /// # Errors
    ///
    /// Whatever writing fails with.
    pub fn write(&self, csv: &mut csv::Writer<impl std::io::Write>) -> csv::Result<()> {
        let moment = |moment: Option<OffsetDateTime>| moment.and_then(|m| m.format(&Rfc3339).ok()).unwrap_or_default();
        csv.write_record([
            self.row.to_string().as_str(),
            &guard(&self.user),
            &self.object_id.map(|id| id.to_string()).unwrap_or_default(),
            &guard(&self.user_principal_name),
            &guard(&self.display_name),
            self.decision.name(),
            &guard(&self.reason),
            &self.steps.to_string(),
            self.account_enabled.map_or("", |enabled| if enabled { "true" } else { "false" }),
            &moment(self.last_password_change),
            &moment(self.sessions_valid_from),
            &guard(&self.handoff),
            &self.priority.map(|p| p.to_string()).unwrap_or_default(),
        ])
    }

    /// The reasons that the line gives.
    ///
    /// # Errors
    ///
    /// A name that is no reason's; never on a line of a plan that opened.
    pub fn reasons(&self) -> Result<Vec<Reason>, reason::UnknownReason> {
        reason::from_text(&self.reason)
    }

    /// The place of the account in the order of work: administrators first, because theirs are the keys that an intruder
    /// uses first; then by priority, those without one last; then as in the roster.
    #[must_use]
    pub fn order_key(&self) -> OrderKey {
        let privileged = self.reasons().is_ok_and(|reasons| reasons.contains(&Reason::Privileged));
        OrderKey {
            ordinary: !privileged,
            unranked: self.priority.is_none(),
            priority: self.priority.unwrap_or_default(),
            row: self.row,
        }
    }

    /// Reads a line back.
    ///
    /// # Errors
    ///
    /// The first column whose cell is none that sealoff writes.
    pub fn read(record: &csv::StringRecord) -> Result<Self, RowError> {
        let cell = |index: usize| record.get(index).unwrap_or_default();
        let wrong = |index: usize| RowError { column: HEADER[index], found: cell(index).to_owned() };
        let text = |index: usize| unguard(cell(index)).to_owned();
        let moment = |index: usize| match cell(index) {
            "" => Ok(None),
            text => OffsetDateTime::parse(text, &Rfc3339).map(Some).map_err(|_| wrong(index)),
        };
        Ok(Self {
            row: cell(0).parse().ok().filter(|row| *row > 0).map(RowNumber::new).ok_or_else(|| wrong(0))?,
            user: text(1),
            object_id: match cell(2) {
                "" => None,
                id => Some(id.parse().map_err(|_| wrong(2))?),
            },
            user_principal_name: text(3),
            display_name: text(4),
            decision: cell(5).parse()?,
            reason: text(6),
            steps: cell(7).parse().map_err(|_| wrong(7))?,
            account_enabled: match cell(8) {
                "" => None,
                "true" => Some(true),
                "false" => Some(false),
                _ => return Err(wrong(8)),
            },
            last_password_change: moment(9)?,
            sessions_valid_from: moment(10)?,
            handoff: text(11),
            priority: match cell(12) {
                "" => None,
                number => Some(number.parse().map_err(|_| wrong(12))?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::step::Step;
    use proptest::prelude::*;
    use time::macros::datetime;

    fn sample(user: String, display_name: String) -> PlanRow {
        PlanRow {
            row: RowNumber::new(7),
            user,
            object_id: Some("0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap()),
            user_principal_name: "ada@contoso.com".to_owned(),
            display_name,
            decision: Decision::Act,
            reason: String::new(),
            steps: Steps::of(&[Step::Block, Step::Revoke]),
            account_enabled: Some(true),
            last_password_change: Some(datetime!(2026-10-01 09:14:21 UTC)),
            sessions_valid_from: None,
            handoff: "=cmd()".to_owned(),
            priority: Some(1),
        }
    }

    proptest! {
        #[test]
        fn a_line_survives_the_file(user in "\\PC*|[-=+@'].*", name in "\\PC*|[-=+@'\",;].*") {
            let row = sample(user, name);
            let mut writer = csv::Writer::from_writer(Vec::new());
            row.write(&mut writer).unwrap();
            let bytes = writer.into_inner().unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
            let record = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(PlanRow::read(&record).unwrap(), row);
        }
    }
}
