//! The first few rows behind each reason, so that a preview shows who they are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::reason::Reason;
use super::row::{Decision, ListPlace, PlanRow};
use crate::ids::{ObjectId, RowNumber};
use crate::roster::AmongSeveral;

/// How many rows stand for all that have the same reason.
const MAX_EXAMPLES: usize = 5;
/// The same of rows that cannot be read: each is wrong in its own way.
const MAX_UNREADABLE: usize = 10;

/// The first rows that were decided for one reason.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Examples {
    /// What happens to these rows.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// The first of them, in the roster's order.
    pub rows: Vec<Example>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Example {
    /// The roster's data row, from 1.
    pub row: RowNumber,
    /// The row as a spreadsheet counts, header included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_row: Option<u32>,
    /// Which of the people on the list's row it is, where that names several.
    #[serde(skip)]
    pub among: Option<AmongSeveral>,
    /// The key as the roster has it: a stranger's text.
    pub user: String,
    /// The name by which people know the account: the sign-in name where the key is an object id and the name is known, and else
    /// the key, or what else the list calls the person.
    #[serde(skip)]
    pub name: String,
    /// What else is to be said about the reason; may be empty.
    pub detail: String,
}

impl Example {
    /// Where the row stands in the list.
    pub const fn place(&self) -> ListPlace {
        ListPlace { row: self.row, sheet_row: self.sheet_row, among: self.among }
    }
}

/// Gathers the examples of rows that have to be looked at while a plan is written.
#[derive(Debug, Default)]
pub(super) struct ExamplesOfRefused(BTreeMap<(Decision, Reason), Vec<Example>>);

impl ExamplesOfRefused {
    /// Takes in the next row.
    pub(super) fn add(&mut self, row: &PlanRow) {
        for reason in &row.reasons {
            // What is done in spite of these has to be looked at, and the notes say why.
            let is_noted = matches!(reason, Reason::NotAPerson | Reason::Contradicted | Reason::Respelt);
            if row.decision != Decision::Refuse && !(is_noted && row.decision == Decision::Act) {
                continue;
            }
            let rows = self.0.entry((row.decision, *reason)).or_default();
            let most = if *reason == Reason::Unreadable { MAX_UNREADABLE } else { MAX_EXAMPLES };
            if rows.len() < most {
                let is_known = row.user.parse::<ObjectId>().is_ok() && !row.user_principal_name.is_empty();
                let has_key = !row.user.trim().is_empty();
                let name = if has_key && !is_known { row.user.clone() } else { row.name().to_owned() };
                let said =
                    if is_noted && !row.notes.is_empty() { row.notes.as_str().into() } else { row.explanation() };
                let (user, detail) = (row.user.clone(), said.into_owned());
                rows.push(Example { row: row.row, sheet_row: row.sheet_row, among: row.among, user, name, detail });
            }
        }
    }

    /// All of them, by reason.
    pub(super) fn finish(self) -> Vec<Examples> {
        let groups = self.0.into_iter();
        groups.map(|((decision, reason), rows)| Examples { decision, reason, rows }).collect()
    }
}
