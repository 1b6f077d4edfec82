//! Where one account stands, and the only way it can move on.

pub use super::step_state::StepState;

use super::packed_steps::PackedSteps;
use super::target_progress::TargetProgress;
use crate::graph::write_outcome::{Refusal, WriteOutcome};
use crate::step::target::TargetFacts;
use crate::step::{Step, StepMap, Steps, WriteKind};

/// Where one account stands: half a byte a step and a few more, for there may be a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountState {
    steps: PackedSteps,
    password_refused: bool,
    targets: TargetProgress,
}

/// What can happen to an account.
#[derive(Debug, Clone, Copy, PartialEq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Transition<'o> {
    /// A write that does these steps is under way.
    Sent(Steps),
    /// Graph answered the write that does these steps.
    Answered(Steps, &'o WriteOutcome),
    /// These steps have been tried often enough.
    GaveUp(Steps),
    /// A new process took over: what was under way is in doubt, and what was given up is tried again.
    TakenOver,
    /// The account is no longer the one that the plan was made for: nothing more is done to it.
    Drifted,
    /// These steps were in doubt, and the directory shows that they are done.
    Proven(Steps),
    /// What was refused for good is to be tried once more.
    Retried,
}

/// An event that cannot happen in this state: a journal that was tampered with, or a bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{transition} is not possible for an account in {state:?}")]
pub struct IllegalTransition {
    /// What is said to have happened.
    pub transition: &'static str,
    /// Where the account stood.
    pub state: AccountState,
}

impl AccountState {
    /// An account to which nothing has been done yet. A step that has targets has one, unless [`Self::with_targets`] says
    /// otherwise.
    pub fn planned(planned: Steps) -> Self {
        let mut steps = PackedSteps::default();
        for step in planned.iter() {
            steps.set(step, StepState::Open { in_doubt: false });
        }
        let state = Self { steps, password_refused: false, targets: TargetProgress::default() };
        state.with_targets(&StepMap::default())
    }

    /// The same with so many targets of each step that has any.
    #[must_use]
    pub fn with_targets(self, targets: &StepMap<u8>) -> Self {
        let is_planned = |step| self.of(step) != StepState::Unplanned;
        let all = StepMap::from_fn(|step| if is_planned(step) { targets[step].max(1) } else { 0 });
        Self { targets: TargetProgress::of(&all).turn_to(None, self.step_with_targets()), ..self }
    }

    /// The step of which one target after the other is dealt with now.
    fn step_with_targets(&self) -> Option<Step> {
        Step::with_targets().find(|step| self.of(*step).is_open() || self.of(*step).is_under_way())
    }

    /// Which of its targets a write of this kind is about, by its place in the plan.
    pub fn target(&self, kind: WriteKind) -> Option<u8> {
        let step = self.step_with_targets().filter(|step| step.facts().part.kind() == kind)?;
        self.targets.current(step)
    }

    /// Where a step stands.
    pub fn of(&self, step: Step) -> StepState {
        self.steps.of(step)
    }

    /// Every step that is planned, and where it stands.
    pub fn planned_steps(&self) -> impl Iterator<Item = (Step, StepState)> {
        self.steps.iter().filter(|(_, state)| *state != StepState::Unplanned)
    }

    fn any(&self, is_so: impl Fn(StepState) -> bool) -> bool {
        self.steps.iter().any(|(_, state)| is_so(state))
    }

    /// The steps of the next write, when one is due: what travels together, the revoke only when all before it are
    /// settled, and the pass when all others are. Empty while a write is under way, and when everything is settled.
    pub fn due(&self) -> Steps {
        if self.any(StepState::is_under_way) {
            return Steps::NONE;
        }
        let open = self.steps.steps_where(StepState::is_open);
        open.first_write().map_or(Steps::NONE, |write| open.in_write(write))
    }

    /// Is there nothing more to come?
    pub fn is_settled(&self) -> bool {
        !self.any(|state| !state.is_settled())
    }

    /// Is every planned step done? An account for which none is planned is not.
    pub fn is_done(&self) -> bool {
        let mut planned = self.planned_steps().peekable();
        planned.peek().is_some() && planned.all(|(_, state)| state == StepState::Done)
    }

    /// Does it matter whether it is still the account that the plan was made for? Once another step is done, the revoke
    /// belongs to it, even if the account has changed: what was issued in between must not outlive it.
    pub fn may_drift(&self) -> bool {
        if *self == Self::default() {
            return true;
        }
        let due = self.due();
        let closes_the_others = due.contains(Step::LAST) && self.any(|state| state == StepState::Done);
        !due.is_empty() && !closes_the_others
    }

    /// Is it no longer the account that the plan was made for?
    pub fn has_drifted(&self) -> bool {
        self.any(|state| matches!(state, StepState::Withdrawn { .. }))
    }

    /// May a write that was never answered, or any step that is still to be done, have taken effect?
    pub fn is_in_doubt(&self) -> bool {
        self.any(|state| matches!(state, StepState::Open { in_doubt: true }))
    }

    /// Is a write under way?
    pub fn is_under_way(&self) -> bool {
        self.any(StepState::is_under_way)
    }

    /// Is it settled, with a step that was refused for good or given up, so that it may be tried once more?
    pub fn may_be_retried(&self) -> bool {
        self.is_settled() && self.any(|state| state.was_refused() || matches!(state, StepState::GivenUp { .. }))
    }

    /// How many steps are settled without being done. One that has targets counts from the first of them on that is not done.
    pub fn misses(&self) -> usize {
        let worked_on = self.step_with_targets();
        let is_missed = |(step, state): &(Step, StepState)| {
            state.is_missed() || (worked_on == Some(*step) && self.targets.has_missed(*step))
        };
        self.steps.iter().filter(is_missed).count()
    }

    /// How many writes are still to come, if all goes well.
    pub fn writes_left(&self) -> u64 {
        let left = self.steps.steps_where(|state| !state.is_settled());
        // One of the targets of each step is reckoned with already.
        let targets = left.iter().filter(|step| step.has_targets());
        targets.fold(left.writes(), |sum, step| sum + self.targets_left(step).saturating_sub(1))
    }

    /// How many of them are this step's, where it has a pace of its own.
    pub fn targets_left(&self, step: Step) -> u64 {
        if self.of(step).is_settled() {
            0
        } else if !step.has_targets() {
            1
        } else if self.step_with_targets() == Some(step) {
            self.targets.left(step)
        } else {
            self.targets.left_of_later(step)
        }
    }

    /// The revoke comes after all that it closes, always: when a step before it is done later, it has to be done again, and the
    /// pass that follows it, too.
    fn reopen_last(&mut self) {
        for step in [Step::LAST, Step::Pass] {
            if self.of(step) == StepState::Done {
                self.steps.set(step, StepState::Open { in_doubt: true });
            }
        }
    }

    /// A pass is a second credential beside what is done to the account, and never instead of it: none is made where any of that
    /// is missing. It is tried again when that is.
    fn hold_pass_back(&mut self) {
        let StepState::Open { in_doubt } = self.of(Step::Pass) else { return };
        let of_others =
            |is_so: fn(StepState) -> bool| self.steps.iter().any(|(step, state)| step != Step::Pass && is_so(state));
        if of_others(|state| !state.is_settled()) || !of_others(StepState::is_missed) {
            return;
        }
        let is_tried_again = of_others(|state| matches!(state, StepState::GivenUp { .. }));
        let held = if is_tried_again { StepState::GivenUp { in_doubt } } else { StepState::refused(in_doubt) };
        self.steps.set(Step::Pass, held);
    }

    /// One target of a step is dealt with, and `after` is how far that brings it.
    fn settle_target(&mut self, step: Step, after: TargetProgress) {
        self.targets = after;
        self.steps.set(step, after.step_state(step));
    }

    /// Was a step that the last one follows planned and settled?
    pub fn has_closed_before_last(&self) -> bool {
        self.any_before_last(|state| state != StepState::Unplanned && state.is_settled())
    }

    /// Is a step before the last one so?
    fn any_before_last(&self, is_so: impl Fn(StepState) -> bool) -> bool {
        self.steps.iter().any(|(step, state)| step < Step::LAST && is_so(state))
    }
}

/// Where each event alone brings an account; nothing where it cannot happen in this state.
impl AccountState {
    fn sent(mut self, steps: Steps) -> Option<Self> {
        if steps.is_empty() || self.due() != steps {
            return None;
        }
        for step in steps.iter() {
            let StepState::Open { in_doubt } = self.of(step) else { return None };
            self.steps.set(step, StepState::Sent { in_doubt });
        }
        Some(self)
    }

    fn answered(self, steps: Steps, outcome: &WriteOutcome) -> Option<Self> {
        if steps.is_empty() {
            return None;
        }
        let mut after = self;
        for step in steps.iter() {
            let StepState::Sent { in_doubt } = self.of(step) else { return None };
            match step.facts().targets.as_ref().filter(|_| outcome.is_decided()) {
                Some(facts) => after.settle_target(step, self.target_answered(step, facts, in_doubt, outcome)),
                None => {
                    let is_alone = steps.iter().count() == 1;
                    after.steps.set(step, self.step_answered(step, is_alone, in_doubt, outcome));
                }
            }
        }
        after.password_refused |= outcome.refusal() == Some(Refusal::Password);
        Some(after)
    }

    /// How far the decided answer to a write about one target brings the targets of its step.
    fn target_answered(
        &self,
        step: Step,
        facts: &TargetFacts,
        in_doubt: bool,
        outcome: &WriteOutcome,
    ) -> TargetProgress {
        let targets = self.targets;
        match outcome {
            WriteOutcome::Accepted => targets.done(step),
            // The default one, as long as there is another: it goes to the end.
            _ if outcome.is_bad_request() && facts.may_wait_for_others && targets.may_defer(step) => targets.deferred(),
            _ => targets.missed(step, in_doubt, false),
        }
    }

    /// Where the answer to a write brings one of its steps.
    fn step_answered(&self, step: Step, is_alone: bool, in_doubt: bool, outcome: &WriteOutcome) -> StepState {
        match (outcome, outcome.refusal()) {
            (WriteOutcome::Accepted, _) => StepState::Done,
            (WriteOutcome::Postponed { .. }, _) => StepState::Open { in_doubt },
            (WriteOutcome::Unknown { .. }, _) => StepState::Open { in_doubt: true },
            (WriteOutcome::Refused { .. }, _) if step == Step::Pass => StepState::refused(in_doubt),
            (WriteOutcome::Refused { .. }, Some(Refusal::Password)) if !self.password_refused => {
                StepState::Open { in_doubt }
            }
            (WriteOutcome::Refused { .. }, Some(Refusal::Password | Refusal::Property))
                if !is_alone && step.facts().is_retried_alone =>
            {
                StepState::Open { in_doubt }
            }
            (WriteOutcome::Refused { .. }, _) => StepState::refused(in_doubt),
        }
    }

    fn given_up(self, steps: Steps) -> Option<Self> {
        if steps.is_empty() {
            return None;
        }
        let mut after = self;
        for step in steps.iter() {
            let StepState::Open { in_doubt } = self.of(step) else { return None };
            if step.has_targets() {
                after.settle_target(step, self.targets.missed(step, in_doubt, true));
            } else {
                after.steps.set(step, StepState::GivenUp { in_doubt });
            }
        }
        Some(after)
    }

    fn withdrawn(self) -> Option<Self> {
        if !self.may_drift() {
            return None;
        }
        let mut after = self;
        if self == Self::default() {
            // Nothing was planned, and even that is no longer right.
            after.steps.set(Step::LAST, StepState::Withdrawn { in_doubt: false });
        }
        for (step, is) in self.steps.iter() {
            if let StepState::Open { in_doubt } = is {
                after.steps.set(step, StepState::Withdrawn { in_doubt });
            }
        }
        Some(after)
    }

    fn proven(mut self, steps: Steps) -> Option<Self> {
        let is_shown =
            |step: Step| step.facts().is_settled_by_read && self.of(step) == (StepState::Open { in_doubt: true });
        if steps.is_empty() || self.due() != steps || !steps.iter().all(is_shown) {
            return None;
        }
        steps.iter().for_each(|step| self.steps.set(step, StepState::Done));
        Some(self)
    }

    fn retried(self) -> Option<Self> {
        if self.is_under_way() || !self.any(StepState::was_refused) {
            return None;
        }
        let mut after = Self { password_refused: false, ..self };
        for (step, is) in self.steps.iter().filter(|(_, is)| is.was_refused()) {
            after.steps.set(step, StepState::Open { in_doubt: is == StepState::Uncertain });
        }
        if self.any_before_last(StepState::was_refused) {
            after.reopen_last();
        }
        Some(after)
    }

    fn taken_over(self) -> Self {
        let mut after = self;
        for (step, is) in self.steps.iter() {
            match is {
                StepState::Sent { .. } => after.steps.set(step, StepState::Open { in_doubt: true }),
                StepState::GivenUp { in_doubt } => after.steps.set(step, StepState::Open { in_doubt }),
                _ => {}
            }
        }
        if self.any_before_last(|state| matches!(state, StepState::GivenUp { .. })) {
            after.reopen_last();
        }
        after
    }
}

/// The state after an event. The live engine and the replay of a journal both go through here, and nothing else moves
/// an account.
///
/// # Errors
///
/// An event that cannot happen in this state.
pub fn next(state: AccountState, transition: Transition<'_>) -> Result<AccountState, IllegalTransition> {
    let after = match transition {
        Transition::Sent(steps) => state.sent(steps),
        Transition::Answered(steps, outcome) => state.answered(steps, outcome),
        Transition::GaveUp(steps) => state.given_up(steps),
        Transition::Drifted => state.withdrawn(),
        Transition::Proven(steps) => state.proven(steps),
        Transition::Retried => state.retried(),
        Transition::TakenOver => Some(state.taken_over()),
    };
    let mut after = after.ok_or(IllegalTransition { transition: transition.into(), state })?;
    after.hold_pass_back();
    after.targets = after.targets.turn_to(state.step_with_targets(), after.step_with_targets());
    Ok(after)
}

#[cfg(test)]
mod tests;
