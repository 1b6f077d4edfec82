//! How far the writes of the steps are that have several for one account, one for each target.
//!
//! They leave one after the other, in the order of the plan, step by step. One that Graph refuses as it does the default method
//! goes to the end of its step and is tried once more there, when all others are gone ("Delete phoneAuthenticationMethod"). What
//! is refused or given up does not hold up the others: the step is not done then, and where it is tried again that begins with
//! the first that is missing. To do once more what is done is harmless.
//!
//! Only one of these steps is worked on at a time. So it alone has a place of its own, and of each other one it is kept where
//! that began or has to begin: an account of a million has few bytes.

use strum::VariantArray as _;

use super::step_state::StepState;
use crate::step::target::MAX_TARGETS;
use crate::step::{Step, StepMap};

/// How many steps have targets.
const STEPS: usize = count();

/// How far the targets of one account are. Places are kept with one added, so that nothing is all zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TargetProgress {
    steps: [StepTargets; STEPS],
    /// Marked where one was given up: the next process tries it again.
    next: MarkedPlace,
    /// Marked where one that is missing may be done all the same.
    at_the_end: MarkedPlace,
}

/// The targets of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct StepTargets {
    all: u8,
    /// The first that is missing: of the step that is worked on among those that had their turn, of another one of all.
    first_missed: u8,
}

/// A place, and a mark in its highest bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct MarkedPlace(u8);

const MARK: u8 = 0x80;
const _: () = assert!(MAX_TARGETS < MARK, "a place and a mark share a byte");

impl MarkedPlace {
    const fn place(self) -> u8 {
        self.0 & !MARK
    }

    const fn is_marked(self) -> bool {
        self.0 & MARK != 0
    }

    const fn at(self, place: u8) -> Self {
        Self(self.0 & MARK | place)
    }

    const fn marked(self, mark: bool) -> Self {
        Self(if mark { self.0 | MARK } else { self.0 })
    }
}

const fn count() -> usize {
    let (mut place, mut number) = (0, 0);
    while place < Step::VARIANTS.len() {
        number += Step::VARIANTS[place].has_targets() as usize;
        place += 1;
    }
    number
}

/// The place of a step among those that have targets.
fn place_of(step: Step) -> usize {
    Step::with_targets().position(|other| other == step).unwrap_or_default()
}

impl TargetProgress {
    /// So many targets of each step.
    pub(super) fn of(all: &StepMap<u8>) -> Self {
        let mut progress = Self::default();
        for (slot, step) in progress.steps.iter_mut().zip(Step::with_targets()) {
            slot.all = all[step];
        }
        progress
    }

    fn all(self, step: Step) -> u8 {
        self.steps[place_of(step)].all
    }

    fn first_missed(&mut self, step: Step) -> &mut u8 {
        &mut self.steps[place_of(step)].first_missed
    }

    /// The place of the target of a step whose turn it is; the step is the one that is worked on.
    pub(super) fn current(self, step: Step) -> Option<u8> {
        let next = self.next.place();
        if next < self.all(step) { Some(next) } else { self.at_the_end.place().checked_sub(1) }
    }

    /// How many are to come of the step that is worked on.
    pub(super) fn left(self, step: Step) -> u64 {
        u64::from(self.all(step) - self.next.place()) + u64::from(self.at_the_end.place() != 0)
    }

    /// How many are to come of a step that is not worked on yet.
    pub(super) fn left_of_later(self, step: Step) -> u64 {
        let begin = self.steps[place_of(step)].first_missed.saturating_sub(1);
        u64::from(self.all(step).saturating_sub(begin))
    }

    /// Is one of a step refused or given up?
    pub(super) fn has_missed(mut self, step: Step) -> bool {
        *self.first_missed(step) != 0
    }

    /// May the one whose turn it is go to the end? Each step has one place for that, and each target goes there once.
    pub(super) fn may_defer(self, step: Step) -> bool {
        self.next.place() < self.all(step) && self.at_the_end.place() == 0
    }

    /// It goes to the end.
    pub(super) const fn deferred(self) -> Self {
        let behind = self.next.place() + 1;
        Self { at_the_end: self.at_the_end.at(behind), next: self.next.at(behind), ..self }
    }

    /// It is done.
    pub(super) fn done(self, step: Step) -> Self {
        let next = self.next.place();
        if next < self.all(step) {
            Self { next: self.next.at(next + 1), ..self }
        } else {
            Self { at_the_end: self.at_the_end.at(0), ..self }
        }
    }

    /// It is refused, or given up.
    pub(super) fn missed(self, step: Step, in_doubt: bool, gave_up: bool) -> Self {
        let place = self.current(step).map_or(1, |place| place + 1);
        let mut after = self.done(step);
        keep_first(after.first_missed(step), place);
        Self { next: after.next.marked(gave_up), at_the_end: after.at_the_end.marked(in_doubt), ..after }
    }

    /// Another step is worked on from now on; where this was one that is not at its end, it is kept how far that is.
    pub(super) fn turn_to(mut self, before: Option<Step>, step: Option<Step>) -> Self {
        if before == step {
            return self;
        }
        if let Some(before) = before {
            let next = self.next.place();
            for place in [self.at_the_end.place(), if next < self.all(before) { next + 1 } else { 0 }] {
                keep_first(self.first_missed(before), place);
            }
        }
        (self.next, self.at_the_end) = Default::default();
        if let Some(step) = step {
            self.next = MarkedPlace(std::mem::take(self.first_missed(step)).saturating_sub(1));
        }
        self
    }

    /// Where a whole step stands when none of its writes is under way; it is the one that is worked on.
    pub(super) fn step_state(self, step: Step) -> StepState {
        let in_doubt = self.at_the_end.is_marked();
        if self.current(step).is_some() {
            StepState::Open { in_doubt: false }
        } else if !self.has_missed(step) {
            StepState::Done
        } else if self.next.is_marked() {
            StepState::GivenUp { in_doubt }
        } else {
            StepState::refused(in_doubt)
        }
    }
}

/// The place that comes first of two; 0 is none.
fn keep_first(kept: &mut u8, place: u8) {
    if place != 0 && (*kept == 0 || place < *kept) {
        *kept = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    const STEP: Step = Step::Methods;

    fn begin(all: u8) -> TargetProgress {
        let all = StepMap::from_fn(|step| if step == STEP { all } else { 0 });
        TargetProgress::of(&all).turn_to(None, Some(STEP))
    }

    proptest! {
        #[test]
        fn each_target_has_its_turn_and_the_step_is_done_when_all_are_gone(all in 1..=MAX_TARGETS, answers in answers()) {
            let mut progress = begin(all);
            let mut gone = vec![false; usize::from(all)];
            let mut tries = vec![0_u8; usize::from(all)];
            let mut answers = answers.into_iter().cycle();
            while let Some(place) = progress.current(STEP) {
                prop_assert_eq!(progress.step_state(STEP), StepState::Open { in_doubt: false });
                let before = progress.left(STEP);
                let place = usize::from(place);
                tries[place] += 1;
                progress = match answers.next().unwrap() {
                    Answer::Gone => {
                        gone[place] = true;
                        progress.done(STEP)
                    }
                    Answer::LooksLikeTheDefault if progress.may_defer(STEP) => progress.deferred(),
                    Answer::LooksLikeTheDefault | Answer::Refused => progress.missed(STEP, false, false),
                    Answer::GaveUp => progress.missed(STEP, true, true),
                };
                prop_assert!(progress.left(STEP) <= before);
            }
            prop_assert!(tries.iter().all(|tries| (1..=2).contains(tries)));
            prop_assert_eq!(progress.step_state(STEP) == StepState::Done, gone.iter().all(|gone| *gone));
            let again = progress.turn_to(Some(STEP), None).turn_to(None, Some(STEP));
            if let Some(missing) = gone.iter().position(|gone| !gone) {
                prop_assert_eq!(again.current(STEP).map(usize::from), Some(missing));
            }
        }
    }

    #[test]
    fn the_default_is_tried_once_more_when_nothing_else_is_left() {
        let progress = begin(3).done(STEP).deferred().done(STEP);
        assert_eq!((progress.current(STEP), progress.left(STEP), progress.may_defer(STEP)), (Some(1), 1, false));
        assert_eq!(progress.done(STEP).step_state(STEP), StepState::Done);
        assert_eq!(progress.missed(STEP, false, false).step_state(STEP), StepState::Failed);
        assert_eq!(begin(1).deferred().current(STEP), Some(0));
    }

    #[test]
    fn a_step_that_another_one_interrupts_goes_on_with_what_it_had_not_done() {
        let progress = begin(5).done(STEP).deferred().done(STEP);
        let back = progress.turn_to(Some(STEP), None).turn_to(None, Some(STEP));
        assert_eq!((back.current(STEP), back.left(STEP)), (Some(1), 4), "what was put off comes first");
        assert_eq!(progress.turn_to(Some(STEP), None).left_of_later(STEP), 4);
    }
}
