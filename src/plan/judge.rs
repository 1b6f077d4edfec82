//! One row of the roster and what the directory says about it become one decision.

use std::collections::HashMap;

use super::account_rules::AccountRules;
use super::beside::Beside;
use super::contradiction;
use super::named_account::account_of;
use super::non_persons::NonPersons;
use super::reason::Reason;
use super::row::{Decision, ListPlace};
use super::ruling::Ruling;
use super::sheet_rows::SheetRows;
use crate::directory::Found;
use crate::ids::{ObjectId, RowNumber};
use crate::roster::{Defect, Person};

/// What is known about one row when it is judged.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// The row could not be read.
    Defect(&'a Defect),
    /// The person on the row, and what the directory says.
    Person(&'a Person, &'a Found, &'a Beside),
}

/// Judges row after row. It remembers which accounts it has seen, at some forty bytes each.
pub struct Judge<'a> {
    rules: AccountRules<'a>,
    first_rows: HashMap<ObjectId, RowNumber>,
    sheet_rows: SheetRows,
}

impl<'a> Judge<'a> {
    /// Judges by these rules.
    pub fn new(rules: AccountRules<'a>) -> Self {
        Self { rules, first_rows: HashMap::new(), sheet_rows: SheetRows::default() }
    }

    /// How many accounts were named so far.
    pub(super) fn accounts(&self) -> usize {
        self.first_rows.len()
    }

    /// Was this account named so far?
    pub(super) fn knows(&self, account: ObjectId) -> bool {
        self.first_rows.contains_key(&account)
    }

    /// The row that names this account first.
    pub(super) fn first_row(&self, account: ObjectId) -> Option<RowNumber> {
        self.first_rows.get(&account).copied()
    }

    /// Where a row stands that was judged before.
    pub(super) fn place(&self, row: RowNumber) -> ListPlace {
        self.sheet_rows.place(row)
    }

    /// Judges the next row. Rows have to come in the roster's order: of two rows for one account the first counts.
    pub fn judge(&mut self, place: ListPlace, known: Known<'_>) -> Ruling {
        self.sheet_rows.note(place.row, place.sheet_row);
        match known {
            Known::Defect(defect) => of_defect(defect),
            Known::Person(person, found, beside) => {
                self.judge_person(place.row, person, found, beside).unwrap_or_else(|refused| refused)
            }
        }
    }

    /// An error is a ruling, too: on a row that does not say for certain whom it means.
    fn judge_person(
        &mut self,
        row: RowNumber,
        person: &Person,
        found: &Found,
        beside: &Beside,
    ) -> Result<Ruling, Ruling> {
        let account = account_of(person, found, beside)?;
        let contradiction = contradiction::of(&person.hints, account);
        if let Some(detail) = contradiction.clone().filter(|_| self.rules.is_strict()) {
            return Err(Ruling::refuse(Reason::Contradicted, detail));
        }
        // From here on a later row for the same account adds nothing, whatever is decided. A row that names the account
        // wrongly has not claimed it: a later row may name it rightly.
        let first = *self.first_rows.entry(account.object_id).or_insert(row);
        if first != row {
            return Err(Ruling::skip(Reason::Duplicate, self.sheet_rows.place(first).to_string()));
        }
        let mut ruling = self.rules.rule(account);
        NonPersons::mark(&mut ruling, account);
        if ruling.decision == Decision::Act {
            let respelt = Some(person.respelt).filter(|respelt| !respelt.is_empty()).map(|respelt| respelt.to_string());
            for (reason, detail) in [(Reason::Contradicted, contradiction), (Reason::Respelt, respelt)] {
                if let Some(detail) = detail {
                    ruling.note(reason, &detail);
                }
            }
        }
        Ok(ruling)
    }
}

fn of_defect(defect: &Defect) -> Ruling {
    match defect {
        _ if defect.is_left_out() => Ruling::skip(Reason::LeftOut, defect.reason.to_string()),
        _ if defect.is_not_a_user() => Ruling::skip(Reason::NotAUser, defect.to_string()),
        _ => Ruling::refuse(Reason::Unreadable, defect.to_string()),
    }
}
