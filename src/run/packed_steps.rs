//! Where the steps of one account stand, in half a byte each.

use std::fmt;

use strum::EnumCount as _;

use super::step_state::StepState;
use crate::step::{Step, Steps};

/// Where every step of one account stands.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct PackedSteps([u8; Step::COUNT.div_ceil(2)]);

/// Every state, by its code.
const STATES: [StepState; 12] = [
    StepState::Unplanned,
    StepState::Done,
    StepState::Failed,
    StepState::Uncertain,
    StepState::Open { in_doubt: false },
    StepState::Open { in_doubt: true },
    StepState::Sent { in_doubt: false },
    StepState::Sent { in_doubt: true },
    StepState::GivenUp { in_doubt: false },
    StepState::GivenUp { in_doubt: true },
    StepState::Withdrawn { in_doubt: false },
    StepState::Withdrawn { in_doubt: true },
];

const fn code(state: StepState) -> u8 {
    match state {
        StepState::Unplanned => 0,
        StepState::Done => 1,
        StepState::Failed => 2,
        StepState::Uncertain => 3,
        StepState::Open { in_doubt } => 4 + in_doubt as u8,
        StepState::Sent { in_doubt } => 6 + in_doubt as u8,
        StepState::GivenUp { in_doubt } => 8 + in_doubt as u8,
        StepState::Withdrawn { in_doubt } => 10 + in_doubt as u8,
    }
}

/// The byte that a step is in, and by how many bits it is shifted there.
const fn place(step: Step) -> (usize, u8) {
    (step as usize / 2, (step as u8 % 2) * 4)
}

impl PackedSteps {
    /// Where a step stands.
    pub(super) fn of(self, step: Step) -> StepState {
        let (byte, shift) = place(step);
        STATES.get(usize::from((self.0[byte] >> shift) & 0xF)).copied().unwrap_or_default()
    }

    pub(super) fn set(&mut self, step: Step, state: StepState) {
        let (byte, shift) = place(step);
        self.0[byte] = (self.0[byte] & !(0xF << shift)) | (code(state) << shift);
    }

    /// Every step, in the order in which steps are done.
    pub(super) fn iter(self) -> impl Iterator<Item = (Step, StepState)> {
        Step::all().map(move |step| (step, self.of(step)))
    }

    /// The steps that stand so.
    pub(super) fn steps_where(self, is_so: impl Fn(StepState) -> bool) -> Steps {
        self.iter().filter(|(_, state)| is_so(*state)).map(|(step, _)| step).collect()
    }
}

impl fmt::Debug for PackedSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_kept_and_no_step_touches_another() {
        for (number, state) in STATES.into_iter().enumerate() {
            assert_eq!(usize::from(code(state)), number);
            for step in Step::all() {
                let mut packed = PackedSteps::default();
                for other in Step::all() {
                    packed.set(other, StepState::Withdrawn { in_doubt: true });
                }
                packed.set(step, state);
                for (other, is) in packed.iter() {
                    assert_eq!(is, if other == step { state } else { StepState::Withdrawn { in_doubt: true } });
                }
            }
        }
    }
}
