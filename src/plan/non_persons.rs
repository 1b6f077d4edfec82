//! Accounts that are not one person's, on a list of people: named where the list is meant as it is, refused where it names
//! everybody.

use std::collections::BTreeMap;

use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::ruling::Ruling;
use crate::directory::{Account, NonPersonSign};
use crate::words::{count, counted, first_of};

/// A list of more than this share of the tenant's enabled members is one of everybody.
const SHARE: u64 = 10;
/// How many of them are named.
const MAX_NAMED: usize = 5;

/// Why a list counts as one of everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TenantWide {
    /// It says so.
    Exported,
    /// It names more than a tenth of the tenant.
    Share {
        /// How many enabled members the tenant has.
        members: u64,
    },
}

impl TenantWide {
    /// Whether a list with so many accounts names everybody. `members` is `None` where the size of the tenant says nothing.
    pub(super) fn of(is_exported: bool, accounts: u64, members: Option<u64>) -> Option<Self> {
        if is_exported {
            return Some(Self::Exported);
        }
        let is_a_share = |members: &u64| accounts * SHARE > *members;
        members.filter(is_a_share).map(|members| Self::Share { members })
    }

    fn describe(self) -> String {
        match self {
            Self::Exported => "the list is an export of the whole tenant".to_owned(),
            Self::Share { members } => {
                format!("the list names more than a tenth of the tenant's {} enabled members", count(members))
            }
        }
    }
}

/// Counts the accounts that are acted on and are not one person's.
#[derive(Debug, Default)]
pub(super) struct NonPersons {
    by_sign: BTreeMap<NonPersonSign, u32>,
    named: Vec<String>,
}

impl NonPersons {
    /// Notes in the ruling that the account is not one person's, where something shows it.
    pub(super) fn mark(ruling: &mut Ruling, account: &Account) {
        let Some(sign) = account.sign.filter(|_| ruling.decision == Decision::Act) else { return };
        ruling.note(Reason::NotAPerson, &format!("{sign}: {}", sign.describe()));
    }

    /// Takes in a row that was decided.
    pub(super) fn see(&mut self, row: &PlanRow, account: &Account) {
        let Some(sign) = account.sign.filter(|_| is_one(row)) else { return };
        *self.by_sign.entry(sign).or_default() += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(row.name().to_owned());
        }
    }

    pub(super) fn are_there(&self) -> bool {
        !self.by_sign.is_empty()
    }

    /// How many there are of each kind.
    pub(super) fn by_sign(&self) -> BTreeMap<NonPersonSign, u32> {
        self.by_sign.clone()
    }

    /// What is to be said of them.
    pub(super) fn note(&self, refused: Option<TenantWide>) -> Option<String> {
        let number: u32 = self.by_sign.values().sum();
        if number == 0 {
            return None;
        }
        let accounts = counted(number.into(), "account is no person's", "accounts are no persons'");
        let names = first_of(&self.named, number.into());
        Some(match refused {
            None => format!(
                "{accounts} by what the directory shows, and will be changed all the same: {names}. What signs in with them \
                 stops working; leave them out of the list if they are not meant."
            ),
            Some(why) => format!(
                "{accounts} by what the directory shows, and left alone, because {}: {names}. \
                 --allow-resource-accounts includes them.",
                why.describe()
            ),
        })
    }
}

/// Is it a row that is acted on though the account is not one person's?
pub(super) fn is_one(row: &PlanRow) -> bool {
    row.decision == Decision::Act && row.reasons.contains(&Reason::NotAPerson)
}

/// The same row, refused for that alone.
pub(super) fn refuse(row: &mut PlanRow) {
    row.decision = Decision::Refuse;
    row.steps = crate::step::Steps::NONE;
    row.reasons = vec![Reason::NotAPerson];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_more_than_a_tenth_names_everybody() {
        assert_eq!(TenantWide::of(false, 10, Some(100)), None);
        assert_eq!(TenantWide::of(false, 11, Some(100)), Some(TenantWide::Share { members: 100 }));
        assert_eq!(TenantWide::of(false, 11, None), None, "a tenant that was made for the list");
        assert_eq!(TenantWide::of(true, 1, None), Some(TenantWide::Exported));
    }
}
