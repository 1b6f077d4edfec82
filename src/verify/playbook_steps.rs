//! One value for each row and each step that its playbook has: for a million rows, no room is kept for other steps.

use crate::ids::RowNumber;
use crate::step::{Step, Steps};

/// Values by row and step.
pub(super) struct PlaybookSteps<T> {
    steps: Steps,
    rows: usize,
    values: Vec<Option<T>>,
}

impl<T: Copy> PlaybookSteps<T> {
    /// No value, and no room yet.
    pub(super) const fn empty(steps: Steps, rows: usize) -> Self {
        Self { steps, rows, values: Vec::new() }
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// From now on values are kept.
    pub(super) fn make_room(&mut self) {
        self.values.resize(self.rows * self.steps.iter().count(), None);
    }

    fn place(&self, row: RowNumber, step: Step) -> Option<usize> {
        let before = self.steps.iter().position(|other| other == step)?;
        (row.index() < self.rows).then(|| row.index() * self.steps.iter().count() + before)
    }

    pub(super) fn get(&self, row: RowNumber, step: Step) -> Option<T> {
        self.values.get(self.place(row, step)?).copied().flatten()
    }

    pub(super) fn set(&mut self, row: RowNumber, step: Step, value: T) {
        if let Some(slot) = self.place(row, step).and_then(|place| self.values.get_mut(place)) {
            *slot = Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_and_step_has_a_place_of_its_own_and_no_other_step_has_one() {
        let steps = Steps::of(&[Step::Reset, Step::Revoke]);
        let mut kept = PlaybookSteps::empty(steps, 3);
        kept.set(RowNumber::FIRST, Step::Reset, 0_usize);
        assert_eq!(kept.get(RowNumber::FIRST, Step::Reset), None, "there is no room yet");
        kept.make_room();
        let places: Vec<_> = (1..=4).flat_map(|row| Step::all().map(move |step| (RowNumber::new(row), step))).collect();
        for (number, (row, step)) in places.iter().enumerate() {
            kept.set(*row, *step, number);
        }
        for (number, (row, step)) in places.into_iter().enumerate() {
            let has_place = steps.contains(step) && row.index() < 3;
            assert_eq!(kept.get(row, step), has_place.then_some(number));
        }
        assert_eq!(kept.values.len(), 6);
    }
}
