//! The first few rows behind each reason, so that a preview shows who they are.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::reason::Reason;
use crate::plan::row::Decision;

/// So many rows stand for all that have the same reason.
const MOST: usize = 5;

/// The first rows that were decided for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Examples {
    /// What happens to these rows.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// The first of them, in the roster's order.
    pub rows: Vec<Example>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The roster's data row, from 1.
    pub row: RowNumber,
    /// The key as the roster has it: a stranger's text.
    pub user: String,
    /// As whom people know the account: the sign-in name where the key is an object id and the name is known, and else the key.
    #[serde(skip)]
    pub name: String,
    /// What else is to be said about the reason; may be empty.
    pub detail: String,
}

impl Examples {
    /// The first rows behind each reason for which rows were refused. The plan is read no further than needed.
    ///
    /// # Errors
    ///
    /// `plan.csv` cannot be read.
    pub fn refused(plan: &PlanFolder) -> Result<Vec<Self>, FolderError> {
        let reasons = &plan.manifest().counts.of(Decision::Refuse).reasons;
        let mut missing: usize = reasons.values().map(|rows| MOST.min(*rows as usize)).sum();
        let mut found: BTreeMap<Reason, Vec<Example>> = BTreeMap::new();
        if missing == 0 {
            return Ok(Vec::new());
        }
        for row in plan.rows()? {
            let row = row?;
            if row.decision != Decision::Refuse {
                continue;
            }
            for reason in row.reasons {
                let rows = found.entry(reason).or_default();
                if rows.len() < MOST {
                    missing = missing.saturating_sub(1);
                    let is_known = row.user.parse::<ObjectId>().is_ok() && !row.user_principal_name.is_empty();
                    let name = if is_known { &row.user_principal_name } else { &row.user }.clone();
                    rows.push(Example { row: row.row, user: row.user.clone(), name, detail: row.detail.clone() });
                }
            }
            if missing == 0 {
                break;
            }
        }
        let groups = found.into_iter();
        Ok(groups.map(|(reason, rows)| Self { decision: Decision::Refuse, reason, rows }).collect())
    }
}
