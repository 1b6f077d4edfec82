//! How far the writes of a step are that has several for one account.
//!
//! They leave one after the other, in the order of the plan. One that Graph refuses as it does the default method goes to the
//! end and is tried once more there, when all others are gone ("Delete phoneAuthenticationMethod"). What is refused or given up
//! does not hold up the others: the step is not done then, and where it is tried again that begins with the first that is
//! missing. To delete once more what is gone is harmless.

use super::step_state::StepState;

/// How far the writes of one account are. Places are kept with one added, so that nothing is all zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TargetProgress {
    all: u8,
    next: u8,
    at_the_end: u8,
    first_missed: u8,
    flags: u8,
}

/// One was given up: the next process tries it again.
const GAVE_UP: u8 = 1;
/// One that is missing may be gone all the same.
const IN_DOUBT: u8 = 2;

impl TargetProgress {
    pub(super) const fn of(all: u8) -> Self {
        Self { all, next: 0, at_the_end: 0, first_missed: 0, flags: 0 }
    }

    /// The place of the target whose turn it is.
    pub(super) const fn current(self) -> Option<u8> {
        if self.next < self.all { Some(self.next) } else { self.at_the_end.checked_sub(1) }
    }

    /// How many are to come.
    pub(super) fn left(self) -> u64 {
        u64::from(self.all - self.next) + u64::from(self.at_the_end != 0)
    }

    /// Is one refused or given up?
    pub(super) const fn has_missed(self) -> bool {
        self.first_missed != 0
    }

    /// May the one whose turn it is go to the end? Each account has one place for that, and each target goes there once.
    pub(super) const fn may_defer(self) -> bool {
        self.next < self.all && self.at_the_end == 0
    }

    /// It goes to the end.
    pub(super) const fn deferred(self) -> Self {
        Self { at_the_end: self.next + 1, next: self.next + 1, ..self }
    }

    /// It is gone.
    pub(super) const fn done(self) -> Self {
        if self.next < self.all { Self { next: self.next + 1, ..self } } else { Self { at_the_end: 0, ..self } }
    }

    /// It is refused, or given up.
    pub(super) fn missed(self, in_doubt: bool, gave_up: bool) -> Self {
        let place = self.current().map_or(1, |place| place + 1);
        let first_missed = if self.has_missed() { self.first_missed.min(place) } else { place };
        let more = if gave_up { GAVE_UP } else { 0 } | if in_doubt { IN_DOUBT } else { 0 };
        Self { first_missed, flags: self.flags | more, ..self.done() }
    }

    /// What is missing is tried again.
    pub(super) const fn again(self) -> Self {
        let next = if self.has_missed() { self.first_missed - 1 } else { self.next };
        Self { next, at_the_end: 0, first_missed: 0, flags: 0, ..self }
    }

    /// Where the whole step stands when none of its writes is under way.
    pub(super) const fn step_state(self) -> StepState {
        let in_doubt = self.flags & IN_DOUBT != 0;
        if self.current().is_some() {
            StepState::Open { in_doubt: false }
        } else if !self.has_missed() {
            StepState::Done
        } else if self.flags & GAVE_UP != 0 {
            StepState::GivenUp { in_doubt }
        } else {
            StepState::refused(in_doubt)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::target::MAX_TARGETS;
    use proptest::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Answer {
        Gone,
        Refused,
        LooksLikeTheDefault,
        GaveUp,
    }

    fn answers() -> impl Strategy<Value = Vec<Answer>> {
        let answer = prop_oneof![
            Just(Answer::Gone),
            Just(Answer::Refused),
            Just(Answer::LooksLikeTheDefault),
            Just(Answer::GaveUp)
        ];
        prop::collection::vec(answer, 1..40)
    }

    proptest! {
        #[test]
        fn each_target_has_its_turn_and_the_step_is_done_when_all_are_gone(all in 1..=MAX_TARGETS, answers in answers()) {
            let mut progress = TargetProgress::of(all);
            let mut gone = vec![false; usize::from(all)];
            let mut tries = vec![0_u8; usize::from(all)];
            let mut answers = answers.into_iter().cycle();
            while let Some(place) = progress.current() {
                prop_assert_eq!(progress.step_state(), StepState::Open { in_doubt: false });
                let before = progress.left();
                let place = usize::from(place);
                tries[place] += 1;
                progress = match answers.next().unwrap() {
                    Answer::Gone => {
                        gone[place] = true;
                        progress.done()
                    }
                    Answer::LooksLikeTheDefault if progress.may_defer() => progress.deferred(),
                    Answer::LooksLikeTheDefault | Answer::Refused => progress.missed(false, false),
                    Answer::GaveUp => progress.missed(true, true),
                };
                prop_assert!(progress.left() <= before);
            }
            prop_assert!(tries.iter().all(|tries| (1..=2).contains(tries)));
            prop_assert_eq!(progress.step_state() == StepState::Done, gone.iter().all(|gone| *gone));
            let again = progress.again();
            if let Some(missing) = gone.iter().position(|gone| !gone) {
                prop_assert_eq!(again.current().map(usize::from), Some(missing));
            }
        }
    }

    #[test]
    fn the_default_is_tried_once_more_when_nothing_else_is_left() {
        let progress = TargetProgress::of(3).done().deferred().done();
        assert_eq!((progress.current(), progress.left(), progress.may_defer()), (Some(1), 1, false));
        assert_eq!(progress.done().step_state(), StepState::Done);
        assert_eq!(progress.missed(false, false).step_state(), StepState::Failed);
        assert_eq!(TargetProgress::of(1).deferred().current(), Some(0));
    }
}
