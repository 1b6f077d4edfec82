//! The accounts of a run, in the order of work, in little memory.

use crate::ids::{ObjectId, RowNumber};
use crate::plan::row::{Decision, OrderKey, PlanRow};
use crate::plan::step::Steps;
use crate::run::schedule::Turn;

/// All accounts that a plan acts on. A million of them take some 60 megabytes: names stand in one text, and what only the
/// results need stays on disk.
#[derive(Debug, Default)]
pub struct Accounts {
    entries: Vec<Entry>,
    names: String,
    rows: u32,
}

#[derive(Debug)]
struct Entry {
    object_id: ObjectId,
    order: OrderKey,
    row: RowNumber,
    names_at: u32,
    user_principal_name: u16,
    display_name: u16,
    steps: Steps,
}

/// One account.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// The entry that names it.
    pub row: RowNumber,
    /// Its object id.
    pub object_id: ObjectId,
    /// Its sign-in name when the plan was made.
    pub user_principal_name: &'a str,
    /// Its name for people.
    pub display_name: &'a str,
    /// What the plan does to it.
    pub steps: Steps,
}

/// The plan holds more text than a run can address: over four gigabytes of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the plan is too large for one run; split the roster")]
pub struct TooMany;

impl Accounts {
    /// Takes the accounts that are acted on out of a plan's rows and puts them in the order of work: the roster's
    /// priority, lower first and none last, then the roster's order.
    ///
    /// # Errors
    ///
    /// What reading the rows fails with, or a plan beyond all bounds.
    pub fn of_plan<E: From<TooMany>>(rows: impl Iterator<Item = Result<PlanRow, E>>) -> Result<Self, E> {
        let mut accounts = Self::default();
        for row in rows {
            let row = row?;
            accounts.rows = accounts.rows.max(row.row.get());
            let (Decision::Act, Some(object_id)) = (row.decision, row.object_id) else { continue };
            let names_at = u32::try_from(accounts.names.len()).map_err(|_| TooMany)?;
            accounts.names.push_str(&row.user_principal_name);
            let display_name = bounded(&row.display_name);
            accounts.names.push_str(display_name);
            accounts.entries.push(Entry {
                object_id,
                order: row.order_key(),
                row: row.row,
                names_at,
                user_principal_name: u16::try_from(row.user_principal_name.len()).map_err(|_| TooMany)?,
                display_name: u16::try_from(display_name.len()).map_err(|_| TooMany)?,
                steps: row.steps,
            });
        }
        accounts.entries.sort_by_key(|entry| entry.order);
        accounts.entries.shrink_to_fit();
        Ok(accounts)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Does the plan act on nobody?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many rows the whole plan has.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Every turn, in the order of work.
    pub fn turns(&self) -> impl Iterator<Item = Turn> + use<> {
        0..Turn::try_from(self.entries.len()).unwrap_or(Turn::MAX)
    }

    /// The account whose turn this is.
    #[must_use]
    pub fn get(&self, turn: Turn) -> Account<'_> {
        let entry = &self.entries[turn as usize];
        let start = entry.names_at as usize;
        let middle = start + usize::from(entry.user_principal_name);
        let end = middle + usize::from(entry.display_name);
        Account {
            row: entry.row,
            object_id: entry.object_id,
            user_principal_name: self.names.get(start..middle).unwrap_or_default(),
            display_name: self.names.get(middle..end).unwrap_or_default(),
            steps: entry.steps,
        }
    }
}

/// A display name has at most 256 characters in Entra; a plan that says otherwise must not break the index.
fn bounded(name: &str) -> &str {
    let mut end = name.len().min(2048);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}
