//! What the last verification found changed back, whatever was written since: only another reading proves the opposite.

use std::collections::BTreeSet;

use super::proof::Proof;
use super::record::Record;
use crate::ids::RowNumber;
use crate::step::Step;

/// The steps that the last verification contradicts.
#[derive(Debug, Default)]
pub(super) struct Contradictions(BTreeSet<(RowNumber, Step)>);

impl Contradictions {
    /// Takes in the next line of a journal.
    pub(super) fn take(&mut self, record: &Record) {
        match record {
            Record::Verified { row, step, verdict: Proof::Contradicted, .. } => {
                self.0.insert((*row, *step));
            }
            Record::Verified { row, step, .. } => {
                self.0.remove(&(*row, *step));
            }
            _ => {}
        }
    }

    /// Was anything of this row changed back?
    pub(super) fn contains(&self, row: RowNumber) -> bool {
        !self.0.is_empty() && Step::all().any(|step| self.0.contains(&(row, step)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::proof::ProofCounts;
    use crate::run::seen_step::SeenStep;

    fn found(row: u32, step: Step, verdict: Proof) -> Record {
        Record::Verified { row: RowNumber::new(row), step, verdict, found: SeenStep::AccountGone }
    }

    #[test]
    fn only_another_reading_takes_a_contradiction_back() {
        let mut found_so_far = Contradictions::default();
        let row = RowNumber::new(7);
        found_so_far.take(&found(7, Step::Block, Proof::Contradicted));
        found_so_far.take(&found(7, Step::Revoke, Proof::Proved));
        found_so_far.take(&found(9, Step::Revoke, Proof::NotYet));
        assert!(found_so_far.contains(row) && !found_so_far.contains(RowNumber::new(9)));
        assert!(!found_so_far.contains(RowNumber::new(6)));
        found_so_far.take(&Record::Retried { row });
        assert!(found_so_far.contains(row), "a write proves nothing");
        // Another verification may have read the account before it was changed back, and end after it.
        found_so_far.take(&Record::VerificationEnded { steps: ProofCounts::default() });
        assert!(found_so_far.contains(row));
        found_so_far.take(&found(7, Step::Block, Proof::Proved));
        assert!(!found_so_far.contains(row));
    }
}
