//! The accounts of a run, in the order of work, in little memory.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::ids::{ObjectId, RowNumber};
use crate::plan::handoff::Handoff;
use crate::plan::moments_of_rows::MomentsOfRows;
use crate::plan::plan_targets::PlanTargets;
use crate::plan::row::{Decision, OrderKey, PlanRow};
use crate::run::schedule::{Turn, WriteKey};
use crate::run::state::AccountState;
use crate::run::states::Planned;
use crate::step::target::WriteTarget;
use crate::step::{Step, Steps};

/// All accounts that a plan acts on. A million of them take some 60 megabytes: names stand one after the other, those for
/// people only where a password is set, and what only the results need stays on disk.
#[derive(Debug, Default)]
pub struct PlannedAccounts {
    entries: Vec<PackedAccount>,
    names: PackedNames,
    rows: u32,
    targets: Arc<PlanTargets>,
    pass_moments: MomentsOfRows,
}

#[derive(Debug)]
struct PackedAccount {
    object_id: ObjectId,
    row: RowNumber,
    names_at: u32,
    user_principal_name: u16,
    display_name: u16,
    steps: Steps,
    share: u16,
}

/// One account.
#[derive(Debug, Clone, Copy)]
pub struct PlannedAccount<'a> {
    /// The entry that names it.
    pub row: RowNumber,
    /// Its object id.
    pub object_id: ObjectId,
    /// Its sign-in name when the plan was made.
    pub user_principal_name: &'a str,
    /// Its name for people, which a new password must not repeat; empty where the plan sets none.
    pub display_name: &'a str,
    /// What the plan does to it.
    pub steps: Steps,
    /// Whose its new password is: the place of their share in the plan; 0 where everybody's go to the same keys.
    pub share: u16,
}

/// The plan holds more text than a run can address: over four gigabytes of names, or a name that no directory has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the plan is too large for one run; split the roster")]
pub struct TooMany;

impl PlannedAccounts {
    /// Takes the accounts that are acted on out of a plan's rows and puts them in the order of work: the roster's
    /// priority, lower first and none last, then the roster's order.
    ///
    /// # Errors
    ///
    /// What reading the rows fails with, or a plan beyond all bounds.
    pub fn of_plan<E: From<TooMany>>(rows: impl Iterator<Item = Result<PlanRow, E>>) -> Result<Self, E> {
        let mut gathered = GatheredAccounts::new(0, None);
        for row in rows {
            gathered.add(&row?);
        }
        Ok(gathered.in_order()?)
    }

    /// Leaves out all but those whose rows are named.
    pub fn retain(&mut self, stays: impl Fn(RowNumber) -> bool) {
        self.entries.retain(|entry| stays(entry.row));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Does the plan act on no account?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many rows the whole plan has.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Every turn, in the order of work.
    pub fn turns(&self) -> impl Iterator<Item = Turn> + Clone + use<> {
        0..Turn::try_from(self.entries.len()).unwrap_or(Turn::MAX)
    }

    /// The account whose turn this is.
    pub fn get(&self, turn: Turn) -> PlannedAccount<'_> {
        let entry = &self.entries[turn as usize];
        let length = usize::from(entry.user_principal_name) + usize::from(entry.display_name);
        let names = self.names.get(entry.names_at, length);
        let (user_principal_name, display_name) =
            names.split_at_checked(entry.user_principal_name.into()).unwrap_or_default();
        PlannedAccount {
            row: entry.row,
            object_id: entry.object_id,
            user_principal_name,
            display_name,
            steps: entry.steps,
            share: entry.share,
        }
    }
}

impl PlannedAccounts {
    /// From when on the pass of an account is good, where the list says that of each person.
    pub fn pass_from(&self, turn: Turn) -> Option<OffsetDateTime> {
        self.pass_moments.of(self.entries[turn as usize].row)
    }

    /// What a write is about beside its account.
    pub fn target(&self, key: WriteKey) -> Option<&WriteTarget> {
        let entry = &self.entries[key.turn as usize];
        let step = entry.steps.in_write(key.kind).iter().find(|step| step.has_targets())?;
        self.targets.of_step(entry.row, step).get(usize::from(key.target))
    }

    /// Does something that the plan leaves keep the target of a write?
    pub fn is_held_up(&self, key: WriteKey) -> bool {
        self.target(key).is_some_and(|target| self.targets.is_held_up(self.entries[key.turn as usize].row, target))
    }
}

/// Accounts that are gathered row by row, each with its share in `handoff`.
pub struct GatheredAccounts<'a> {
    accounts: PlannedAccounts,
    keys: Vec<OrderKey>,
    handoff: Option<&'a Handoff>,
    is_too_large: bool,
}

impl<'a> GatheredAccounts<'a> {
    /// Room for this many accounts from the start.
    pub fn new(expected: usize, handoff: Option<&'a Handoff>) -> Self {
        let accounts = PlannedAccounts { entries: Vec::with_capacity(expected), ..PlannedAccounts::default() };
        Self { accounts, keys: Vec::with_capacity(expected), handoff, is_too_large: false }
    }

    /// With what the steps of the plan are about.
    #[must_use]
    pub fn with_targets(mut self, targets: Arc<PlanTargets>) -> Self {
        self.accounts.targets = targets;
        self
    }

    /// Takes in a row whose password is replaced elsewhere, with the name that the password must not repeat.
    pub(super) fn add_for_password(&mut self, row: &PlanRow) {
        let with_name = PlanRow { steps: row.steps.with(Step::Reset), decision: Decision::Act, ..row.clone() };
        self.add(&with_name);
    }

    /// Takes in the next row of the plan.
    pub fn add(&mut self, row: &PlanRow) {
        self.is_too_large |= self.try_add(row).is_err();
    }

    fn try_add(&mut self, row: &PlanRow) -> Result<(), TooMany> {
        let accounts = &mut self.accounts;
        accounts.rows = accounts.rows.max(row.row.get());
        let (Decision::Act, Some(object_id)) = (row.decision, row.object_id) else { return Ok(()) };
        let display_name = if row.steps.contains(Step::Reset) { bounded(&row.display_name) } else { "" };
        let names_at = accounts.names.push(&row.user_principal_name, display_name)?;
        accounts.entries.push(PackedAccount {
            object_id,
            row: row.row,
            names_at,
            user_principal_name: u16::try_from(row.user_principal_name.len()).map_err(|_| TooMany)?,
            display_name: u16::try_from(display_name.len()).map_err(|_| TooMany)?,
            steps: row.steps,
            share: share_of(self.handoff, row)?,
        });
        // Of a plan whose list names none, nothing is kept.
        if let Some(from) = row.pass_from.filter(|_| row.steps.contains(Step::Pass)) {
            accounts.pass_moments.note(row.row, Some(from)).map_err(|_| TooMany)?;
        }
        self.keys.push(row.order_key());
        Ok(())
    }

    /// All of them, in the order of work.
    ///
    /// # Errors
    ///
    /// A plan beyond all bounds.
    pub fn in_order(self) -> Result<PlannedAccounts, TooMany> {
        let Self { mut accounts, keys, is_too_large, .. } = self;
        if is_too_large {
            return Err(TooMany);
        }
        put_in_order(&mut accounts.entries, keys);
        accounts.entries.shrink_to_fit();
        Ok(accounts)
    }
}

impl Planned for PlannedAccounts {
    fn by_row(&self) -> Vec<AccountState> {
        let mut states = vec![AccountState::default(); self.rows as usize];
        for entry in &self.entries {
            if let Some(state) = states.get_mut(entry.row.index()) {
                *state = AccountState::planned(entry.steps).with_targets(&self.targets.numbers(entry.row));
            }
        }
        states
    }
}

/// Many names in pieces of memory that never grow: one text would be copied again and again while it does, and leave its
/// earlier places behind as holes.
#[derive(Debug, Default)]
struct PackedNames(Vec<String>);

impl PackedNames {
    /// So many bytes a piece has; more than any two names together.
    const PIECE: usize = 1 << 18;

    /// Keeps two names together, and says where they begin.
    fn push(&mut self, first: &str, second: &str) -> Result<u32, TooMany> {
        let length = first.len() + second.len();
        if length > Self::PIECE {
            return Err(TooMany);
        }
        if self.0.last().is_none_or(|piece| piece.len() + length > Self::PIECE) {
            self.0.push(String::with_capacity(Self::PIECE));
        }
        let before = (self.0.len() - 1) * Self::PIECE;
        let Some(piece) = self.0.last_mut() else { return Err(TooMany) };
        let at = u32::try_from(before + piece.len()).map_err(|_| TooMany)?;
        piece.push_str(first);
        piece.push_str(second);
        Ok(at)
    }

    fn get(&self, at: u32, length: usize) -> &str {
        let (piece, start) = (at as usize / Self::PIECE, at as usize % Self::PIECE);
        self.0.get(piece).and_then(|piece| piece.get(start..start + length)).unwrap_or_default()
    }
}

/// Whose the new password of a row is.
fn share_of(handoff: Option<&Handoff>, row: &PlanRow) -> Result<u16, TooMany> {
    match handoff
        .filter(|_| row.steps.contains(Step::Reset) || row.steps.contains(Step::Pass))
        .map(|handoff| handoff.share_of(&row.handoff))
    {
        None => Ok(0),
        // Every row has one: that was checked when the plan was opened. A row without keys is refused when its password is
        // made, and never sealed to another's keys.
        Some(None) => Ok(u16::MAX),
        Some(Some(share)) => u16::try_from(share).ok().filter(|share| *share < u16::MAX).ok_or(TooMany),
    }
}

/// Puts entries in the order of work; `keys` has the place of each. Nothing is copied, for there may be a million.
fn put_in_order(entries: &mut [PackedAccount], keys: Vec<OrderKey>) {
    if keys.is_sorted() {
        return;
    }
    let mut from: Vec<usize> = (0..keys.len()).collect();
    from.sort_unstable_by_key(|index| keys[*index]);
    drop(keys);
    // Each cycle of the permutation once around; who stands where they belong comes from there.
    for start in 0..from.len() {
        let mut at = start;
        loop {
            let source = std::mem::replace(&mut from[at], at);
            if source == start {
                break;
            }
            entries.swap(at, source);
            at = source;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::reason::Reason;
    use crate::plan::row::tests::plain;
    use proptest::prelude::*;

    fn row(number: u32, steps: Steps, priority: Option<u32>, privileged: bool) -> PlanRow {
        PlanRow {
            decision: if steps.is_empty() { Decision::Skip } else { Decision::Act },
            reasons: if privileged { vec![Reason::Privileged] } else { Vec::new() },
            priority,
            ..plain(number, ObjectId::new(uuid::Uuid::from_u128(number.into())), steps)
        }
    }

    const STEPS: [Steps; 3] = [Steps::NONE, Steps::of(&[Step::Revoke]), Steps::of(&[Step::Reset, Step::Revoke])];

    proptest! {
        #[test]
        fn everybody_stands_in_the_order_of_work_as_they_are(
            people in prop::collection::vec((0..3_usize, prop::option::of(0..4_u32), prop::bool::weighted(0.1)), 0..60),
        ) {
            let rows: Vec<PlanRow> =
                (1..).zip(&people).map(|(number, (kind, first, privileged))| row(number, STEPS[*kind], *first, *privileged)).collect();
            let accounts = PlannedAccounts::of_plan(rows.iter().cloned().map(Ok::<_, TooMany>)).unwrap();
            let mut expected: Vec<&PlanRow> = rows.iter().filter(|row| row.decision == Decision::Act).collect();
            expected.sort_by_key(|row| row.order_key());
            prop_assert_eq!(accounts.len(), expected.len());
            for (turn, row) in accounts.turns().zip(expected) {
                let account = accounts.get(turn);
                prop_assert_eq!(account.row, row.row);
                prop_assert_eq!(Some(account.object_id), row.object_id);
                prop_assert_eq!(account.user_principal_name, &row.user_principal_name);
                prop_assert_eq!(account.steps, row.steps);
                let known = if row.steps.contains(Step::Reset) { row.display_name.as_str() } else { "" };
                prop_assert_eq!(account.display_name, known);
            }
            let by_row = accounts.by_row();
            prop_assert_eq!(by_row.len(), rows.len());
            for (state, row) in by_row.iter().zip(&rows) {
                prop_assert_eq!(*state, AccountState::planned(row.steps));
            }
        }
    }

    #[test]
    fn names_are_found_again_in_whichever_piece_they_are() {
        let mut names = PackedNames::default();
        let texts: Vec<String> = (0..3_000).map(|number| number.to_string().repeat(number % 180)).collect();
        let places: Vec<u32> = texts.iter().map(|text| names.push(text, "é").unwrap()).collect();
        assert!(names.0.len() > 2 && names.0.iter().all(|piece| piece.capacity() == PackedNames::PIECE));
        for (text, at) in texts.iter().zip(places) {
            assert_eq!(names.get(at, text.len() + 2), format!("{text}é"));
        }
        assert!(names.push(&"n".repeat(PackedNames::PIECE), "n").is_err());
    }

    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<PackedAccount>() <= 32);
    }
}
