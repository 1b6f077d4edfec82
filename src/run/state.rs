//! Where one account stands, and the only way it can move on.

use crate::graph::write_outcome::{Refusal, WriteOutcome};
use crate::step::{Step, Steps};

/// Where one step of one account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepState {
    /// The plan does not ask for it.
    #[default]
    Unplanned,
    /// To be done. In doubt when an earlier attempt may have taken effect.
    Open {
        /// May an earlier attempt have taken effect?
        in_doubt: bool,
    },
    /// A request is under way.
    Sent {
        /// May an earlier attempt have taken effect?
        in_doubt: bool,
    },
    /// Graph accepted it.
    Done,
    /// Graph refused it for good, and no attempt can have taken effect.
    Failed,
    /// Graph refused it for good, and an earlier attempt may have taken effect.
    Uncertain,
    /// Tried often enough without an answer that decides; the next process tries again.
    GivenUp {
        /// May an attempt have taken effect?
        in_doubt: bool,
    },
    /// Not done, because the account is no longer the one that the plan was made for.
    Withdrawn {
        /// May an attempt have taken effect?
        in_doubt: bool,
    },
}

impl StepState {
    const fn planned(planned: bool) -> Self {
        if planned { Self::Open { in_doubt: false } } else { Self::Unplanned }
    }

    /// Does it still have to be done?
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Is there nothing more to come?
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            Self::Unplanned
                | Self::Done
                | Self::Failed
                | Self::Uncertain
                | Self::GivenUp { .. }
                | Self::Withdrawn { .. }
        )
    }

    const fn refused(in_doubt: bool) -> Self {
        if in_doubt { Self::Uncertain } else { Self::Failed }
    }

    const fn was_refused(self) -> bool {
        matches!(self, Self::Failed | Self::Uncertain)
    }
}

/// Where one account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountState {
    /// Block or unblock, whichever is planned.
    pub sign_in: StepState,
    /// The new password.
    pub reset: StepState,
    /// The end of all sessions.
    pub revoke: StepState,
    unblocks: bool,
    password_refused: bool,
}

/// What can happen to an account.
#[derive(Debug, Clone, Copy, PartialEq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Happening<'o> {
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
#[error("{happening} cannot happen to an account in {state:?}")]
pub struct Illegal {
    /// What is said to have happened.
    pub happening: &'static str,
    /// Where the account stood.
    pub state: AccountState,
}

impl AccountState {
    /// An account to which nothing has been done yet.
    #[must_use]
    pub fn planned(steps: Steps) -> Self {
        Self {
            sign_in: StepState::planned(steps.account_enabled().is_some()),
            reset: StepState::planned(steps.contains(Step::Reset)),
            revoke: StepState::planned(steps.contains(Step::Revoke)),
            unblocks: steps.contains(Step::Unblock),
            password_refused: false,
        }
    }

    /// The steps of the next write, when one is due: block and reset travel together, and the revoke goes only when they
    /// are settled. Empty while a write is under way, and when everything is settled.
    #[must_use]
    pub fn due(&self) -> Steps {
        if matches!(self.sign_in, StepState::Sent { .. })
            || matches!(self.reset, StepState::Sent { .. })
            || matches!(self.revoke, StepState::Sent { .. })
        {
            return Steps::NONE;
        }
        let mut update = Steps::NONE;
        if self.sign_in.is_open() {
            update = update.with(self.sign_in_step());
        }
        if self.reset.is_open() {
            update = update.with(Step::Reset);
        }
        if !update.is_empty() {
            update
        } else if self.revoke.is_open() {
            Steps::of(&[Step::Revoke])
        } else {
            Steps::NONE
        }
    }

    /// Is there nothing more to come?
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.sign_in.is_settled() && self.reset.is_settled() && self.revoke.is_settled()
    }

    /// Does it matter whether it is still the account that the plan was made for? Once block or reset are done, the revoke
    /// belongs to them, whatever has become of the account: what was issued in between must not outlive it.
    #[must_use]
    pub fn may_drift(&self) -> bool {
        if *self == Self::default() {
            return true;
        }
        let due = self.due();
        let closes_an_update =
            due == Steps::of(&[Step::Revoke]) && [self.sign_in, self.reset].contains(&StepState::Done);
        !due.is_empty() && !closes_an_update
    }

    /// Is it no longer the account that the plan was made for?
    #[must_use]
    pub fn has_drifted(&self) -> bool {
        [self.sign_in, self.reset, self.revoke].iter().any(|step| matches!(step, StepState::Withdrawn { .. }))
    }

    /// May any step that is still to be done have taken effect?
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        let in_doubt = |step: &StepState| matches!(step, StepState::Open { in_doubt: true });
        [self.sign_in, self.reset, self.revoke].iter().any(in_doubt)
    }

    /// Is it settled, with a step that was refused for good or given up, so that it may be tried once more?
    #[must_use]
    pub fn may_be_retried(&self) -> bool {
        let is_missed = |step: &StepState| step.was_refused() || matches!(step, StepState::GivenUp { .. });
        self.is_settled() && [self.sign_in, self.reset, self.revoke].iter().any(is_missed)
    }

    /// How many steps are settled without being done.
    #[must_use]
    pub fn misses(&self) -> usize {
        let missed = |step: &StepState| {
            matches!(
                step,
                StepState::Failed | StepState::Uncertain | StepState::GivenUp { .. } | StepState::Withdrawn { .. }
            )
        };
        [self.sign_in, self.reset, self.revoke].iter().filter(|step| missed(step)).count()
    }

    /// How many writes are still to come, if all goes well.
    #[must_use]
    pub const fn writes_left(&self) -> u64 {
        (!self.sign_in.is_settled() || !self.reset.is_settled()) as u64 + !self.revoke.is_settled() as u64
    }

    /// Where a step stands.
    #[must_use]
    pub fn of(&self, step: Step) -> StepState {
        match step {
            Step::Block | Step::Unblock if self.sign_in_step() == step => self.sign_in,
            Step::Block | Step::Unblock => StepState::Unplanned,
            Step::Reset => self.reset,
            Step::Revoke => self.revoke,
        }
    }

    const fn sign_in_step(&self) -> Step {
        if self.unblocks { Step::Unblock } else { Step::Block }
    }

    fn slot(&mut self, step: Step) -> &mut StepState {
        match step {
            Step::Block | Step::Unblock => &mut self.sign_in,
            Step::Reset => &mut self.reset,
            Step::Revoke => &mut self.revoke,
        }
    }
}

/// The state after an event. The live engine and the replay of a journal both go through here, and nothing else moves
/// an account.
///
/// # Errors
///
/// An event that cannot happen in this state.
pub fn next(state: AccountState, happening: Happening<'_>) -> Result<AccountState, Illegal> {
    let illegal = || Illegal { happening: happening.into(), state };
    let mut after = state;
    match happening {
        Happening::Sent(steps) => {
            if steps.is_empty() || state.due() != steps {
                return Err(illegal());
            }
            for step in steps.iter() {
                let slot = after.slot(step);
                let StepState::Open { in_doubt } = *slot else { return Err(illegal()) };
                *slot = StepState::Sent { in_doubt };
            }
        }
        Happening::Answered(steps, outcome) => {
            if steps.is_empty() {
                return Err(illegal());
            }
            let refusal = outcome.refusal();
            let refused_together = steps.contains(Step::Reset) && steps.account_enabled().is_some();
            for step in steps.iter() {
                let StepState::Sent { in_doubt } = state.of(step) else { return Err(illegal()) };
                *after.slot(step) = match (outcome, refusal) {
                    (WriteOutcome::Accepted, _) => StepState::Done,
                    (WriteOutcome::Postponed { .. }, _) => StepState::Open { in_doubt },
                    (WriteOutcome::Unknown { .. }, _) => StepState::Open { in_doubt: true },
                    (WriteOutcome::Refused { .. }, Some(Refusal::Password)) if !state.password_refused => {
                        StepState::Open { in_doubt }
                    }
                    // Only a block goes alone: an account must not be opened with the password that it had.
                    (WriteOutcome::Refused { .. }, Some(Refusal::Password | Refusal::Property))
                        if refused_together && step == Step::Block =>
                    {
                        StepState::Open { in_doubt }
                    }
                    (WriteOutcome::Refused { .. }, _) => StepState::refused(in_doubt),
                };
            }
            if refusal == Some(Refusal::Password) {
                after.password_refused = true;
            }
        }
        Happening::GaveUp(steps) => {
            if steps.is_empty() {
                return Err(illegal());
            }
            for step in steps.iter() {
                let StepState::Open { in_doubt } = state.of(step) else { return Err(illegal()) };
                *after.slot(step) = StepState::GivenUp { in_doubt };
            }
        }
        Happening::Drifted => {
            if !state.may_drift() {
                return Err(illegal());
            }
            if state == AccountState::default() {
                // Nothing was planned, and even that is no longer right.
                after.revoke = StepState::Withdrawn { in_doubt: false };
            }
            for slot in [&mut after.sign_in, &mut after.reset, &mut after.revoke] {
                if let StepState::Open { in_doubt } = *slot {
                    *slot = StepState::Withdrawn { in_doubt };
                }
            }
        }
        Happening::Proven(steps) => {
            // Who set a password, a read does not tell.
            if steps.is_empty() || steps.contains(Step::Reset) || state.due() != steps {
                return Err(illegal());
            }
            for step in steps.iter() {
                if state.of(step) != (StepState::Open { in_doubt: true }) {
                    return Err(illegal());
                }
                *after.slot(step) = StepState::Done;
            }
        }
        Happening::Retried => {
            let steps = [state.sign_in, state.reset, state.revoke];
            let under_way = steps.iter().any(|step| matches!(step, StepState::Sent { .. }));
            if under_way || !steps.iter().any(|step| step.was_refused()) {
                return Err(illegal());
            }
            for slot in [&mut after.sign_in, &mut after.reset, &mut after.revoke] {
                if slot.was_refused() {
                    *slot = StepState::Open { in_doubt: *slot == StepState::Uncertain };
                }
            }
            after.password_refused = false;
            let update_again = state.sign_in.was_refused() || state.reset.was_refused();
            if update_again && after.revoke == StepState::Done {
                after.revoke = StepState::Open { in_doubt: true };
            }
        }
        Happening::TakenOver => {
            let update_again =
                [state.sign_in, state.reset].iter().any(|step| matches!(step, StepState::GivenUp { .. }));
            for slot in [&mut after.sign_in, &mut after.reset, &mut after.revoke] {
                *slot = match *slot {
                    StepState::Sent { .. } => StepState::Open { in_doubt: true },
                    StepState::GivenUp { in_doubt } => StepState::Open { in_doubt },
                    other => other,
                };
            }
            // The revoke is last, always: what is issued before the update is made after all must not outlive it.
            if update_again && after.revoke == StepState::Done {
                after.revoke = StepState::Open { in_doubt: true };
            }
        }
    }
    Ok(after)
}

#[cfg(test)]
mod tests;
