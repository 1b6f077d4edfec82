//! The enabled Global Administrators that a run does not touch: they can correct a mistake.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::directory::{Privileges, TenantFacts};
use crate::ids::{ObjectId, RowNumber};

/// At least this many enabled Global Administrators must be left untouched: Microsoft's guidance for emergency access is two
/// ("Manage emergency access accounts in Microsoft Entra ID").
pub(super) const MIN_UNTOUCHED: usize = 2;

/// Counts the enabled Global Administrators that a run would touch.
#[derive(Debug, Clone)]
pub(super) struct Administrators {
    enabled: HashSet<ObjectId>,
    touched: HashSet<ObjectId>,
    rows: BTreeSet<RowNumber>,
}

impl Administrators {
    /// None is touched yet. Where roles were not read, no account is known to be one.
    pub(super) fn of(facts: &TenantFacts) -> Self {
        let enabled = facts.privileges.as_ref().map(Privileges::enabled_global_administrators).unwrap_or_default();
        Self::with(enabled.iter().copied())
    }

    fn with(enabled: impl Iterator<Item = ObjectId>) -> Self {
        Self { enabled: enabled.collect(), touched: HashSet::new(), rows: BTreeSet::new() }
    }

    /// The account on this row is acted on; says whether it is one of them.
    pub(super) fn touch(&mut self, account: ObjectId, row: RowNumber) -> bool {
        let is_one = self.enabled.contains(&account);
        if is_one {
            self.touched.insert(account);
            self.rows.insert(row);
        }
        is_one
    }

    /// The rows that must not be acted on, because too few would be left; empty when enough are.
    pub(super) fn too_many(&self) -> Option<TooFewLeft<'_>> {
        let left = self.enabled.len() - self.touched.len();
        (!self.rows.is_empty() && left < MIN_UNTOUCHED)
            .then_some(TooFewLeft { rows: &self.rows, left: AdministratorsLeft { left, of: self.enabled.len() } })
    }
}

/// A run that would lock out the people who could correct it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooFewLeft<'a> {
    /// The rows of the administrators.
    pub(super) rows: &'a BTreeSet<RowNumber>,
    pub(super) left: AdministratorsLeft,
}

/// How many enabled Global Administrators a run would leave untouched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministratorsLeft {
    left: usize,
    of: usize,
}

impl fmt::Display for AdministratorsLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { left, of } = self;
        write!(
            f,
            "{left} of the tenant's {of} enabled Global Administrators would be left untouched, and {MIN_UNTOUCHED} must be"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::test_tenant::id;

    #[test]
    fn two_must_be_left_whatever_the_roster_says() {
        let row = RowNumber::new;
        for (tenant_has, on_the_list, holds) in
            [(2, 0, true), (3, 1, true), (3, 2, false), (2, 1, false), (1, 1, false)]
        {
            let id = |number: u32| -> ObjectId { id(number).parse().unwrap() };
            let mut administrators = Administrators::with((1..=tenant_has).map(id));
            for n in 1..=on_the_list {
                administrators.touch(id(n), row(n));
                administrators.touch(id(n + 100), row(n + 100));
            }
            let refused = administrators.too_many().map(|few| few.rows.len() as u32);
            assert_eq!(refused, (!holds).then_some(on_the_list), "{on_the_list} of {tenant_has}");
        }
    }
}
