//! What the script for Active Directory, or a person, said of each row: kept beside the steps, which are done in the cloud.

use super::journal::MisplacedLine;
use super::outcome::Outcome;
use super::record::Record;
use super::script_result::{ScriptPassword, ScriptResult};
use crate::ids::RowNumber;
use crate::plan::kept_elsewhere::PasswordPlace;
use crate::plan::row::Decision;

/// Where a row of the work list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptedRow {
    /// What became of it.
    pub result: ScriptResult,
    /// Which password the account has.
    pub password: ScriptPassword,
}

impl ScriptedRow {
    /// Where it stands when the script has been at it once more. What was replaced is not the old password again, and a row
    /// that was done stays so where a later try changed nothing.
    fn then(self, later: Self) -> Self {
        match later.password {
            ScriptPassword::Old if self.result == ScriptResult::Done && later.result != ScriptResult::Done => self,
            ScriptPassword::Old => Self { password: self.password, ..later },
            ScriptPassword::Sealed | ScriptPassword::Unknown | ScriptPassword::ByHand => later,
        }
    }

    /// Is the password another one than before?
    pub fn is_replaced(self) -> bool {
        self.password != ScriptPassword::Old
    }

    /// The word for it in `results.csv`.
    pub fn word(row: Option<Self>) -> &'static str {
        match row.map(|row| row.result) {
            None => "pending",
            Some(ScriptResult::NotDone) => "failed",
            Some(result) => result.into(),
        }
    }
}

/// Two bytes for each row of the plan; none before the first result is taken in.
#[derive(Debug, Default)]
pub(super) struct ScriptedRows {
    by_row: Vec<Option<ScriptedRow>>,
    rows: usize,
}

impl ScriptedRows {
    pub(super) fn of_rows(rows: usize) -> Self {
        Self { by_row: Vec::new(), rows }
    }

    /// Takes in the next line of a journal.
    ///
    /// # Errors
    ///
    /// The plan has no such row.
    pub(super) fn take(&mut self, record: &Record) -> Result<(), MisplacedLine> {
        let Record::OnPremises { row, result, password, .. } = record else { return Ok(()) };
        self.by_row.resize(self.rows, None);
        let slot = self.by_row.get_mut(row.index()).ok_or(MisplacedLine::NoRow(*row))?;
        let later = ScriptedRow { result: *result, password: *password };
        *slot = Some(slot.map_or(later, |before| before.then(later)));
        Ok(())
    }

    pub(super) fn of(&self, row: RowNumber) -> Option<ScriptedRow> {
        self.by_row.get(row.index()).copied().flatten()
    }

    pub(super) fn is_begun(&self) -> bool {
        !self.by_row.is_empty()
    }
}

impl Outcome {
    /// What became of a row whose password is replaced elsewhere: what was done in the cloud is not all of it.
    #[must_use]
    pub fn with_place(self, place: PasswordPlace, decision: Decision, scripted: Option<ScriptedRow>) -> Self {
        let is_done = scripted.is_some_and(|row| row.result == ScriptResult::Done && row.is_replaced());
        let is_replaced = scripted.is_some_and(ScriptedRow::is_replaced);
        // Where the plan refused the row, Active Directory does all of it, and the sync brings it here; no identity provider allows
        // sign-in here again. A row that has drifted stays refused.
        let is_done_there = decision == Decision::Refuse && place == PasswordPlace::ActiveDirectory;
        let is_over = matches!(self, Self::Done | Self::Already) || is_done_there;
        match self {
            _ if is_over && is_done => Self::Done,
            _ if is_over && is_replaced => Self::Partial,
            Self::Done | Self::Already => Self::OldPassword,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantNames as _;

    const PLACES: [PasswordPlace; 2] = [PasswordPlace::ActiveDirectory, PasswordPlace::IdentityProvider];
    const ALL: [ScriptPassword; 4] =
        [ScriptPassword::Sealed, ScriptPassword::Unknown, ScriptPassword::ByHand, ScriptPassword::Old];
    const RESULTS: [ScriptResult; 4] =
        [ScriptResult::Done, ScriptResult::Partly, ScriptResult::NotDone, ScriptResult::Left];

    fn all() -> impl Iterator<Item = ScriptedRow> {
        RESULTS.into_iter().flat_map(|result| ALL.into_iter().map(move |password| ScriptedRow { result, password }))
    }

    #[test]
    fn who_has_the_old_password_is_never_done() {
        assert_eq!((RESULTS.len(), ALL.len()), (ScriptResult::VARIANTS.len(), ScriptPassword::VARIANTS.len()));
        for outcome in Outcome::all() {
            for scripted in all().map(Some).chain([None]) {
                let decisions = [Decision::Act, Decision::Already, Decision::Refuse];
                for (place, decision) in
                    PLACES.into_iter().flat_map(|place| decisions.map(|decision| (place, decision)))
                {
                    let after = outcome.with_place(place, decision, scripted);
                    let has_old = !scripted.is_some_and(ScriptedRow::is_replaced);
                    assert!(!has_old || !matches!(after, Outcome::Done | Outcome::Already), "{outcome} {scripted:?}");
                }
            }
        }
        let [there, provider] = PLACES;
        let of = |outcome: Outcome, decision, scripted| outcome.with_place(there, decision, scripted);
        let done = Some(ScriptedRow { result: ScriptResult::Done, password: ScriptPassword::Sealed });
        assert_eq!(of(Outcome::Done, Decision::Act, None), Outcome::OldPassword);
        assert_eq!(of(Outcome::Pending, Decision::Act, done), Outcome::Pending);
        assert_eq!(of(Outcome::Refused, Decision::Act, done), Outcome::Refused, "it has drifted");
        assert_eq!(of(Outcome::Refused, Decision::Refuse, done), Outcome::Done, "all of it is done there");
        let by_hand = Some(ScriptedRow { result: ScriptResult::Done, password: ScriptPassword::ByHand });
        assert_eq!(Outcome::Done.with_place(provider, Decision::Act, by_hand), Outcome::Done);
        let refused = Outcome::Refused.with_place(provider, Decision::Refuse, by_hand);
        assert_eq!(refused, Outcome::Refused, "it is still blocked in the cloud");
    }

    #[test]
    fn a_password_that_was_replaced_is_not_the_old_one_again() {
        for before in all() {
            for later in all() {
                let after = before.then(later);
                assert_eq!(after.is_replaced(), before.is_replaced() || later.is_replaced(), "{before:?} {later:?}");
                let changed_nothing = later.password == ScriptPassword::Old;
                assert!(before.result != ScriptResult::Done || !changed_nothing || after.result == ScriptResult::Done);
            }
        }
    }
}
