//! Where one account stands, and the only way it can move on.

use crate::plan::step::{Step, Steps};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// A write that does these steps is under way.
    Sent(Steps),
    /// Graph answered the write that does these steps.
    Answered(Steps, Meaning),
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

/// What an answer means for the steps of its write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// They are done.
    Accepted,
    /// They are certainly not done by this write, and may be tried again.
    NotApplied,
    /// Whether they are done cannot be told.
    Unknown,
    /// They are refused for good.
    Refused(Refusal),
}

/// How Graph refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The password does not comply: another one may.
    Password,
    /// 400 or 403: where several properties travelled together, one of them may be the reason, and the others may pass
    /// alone ("Update user": a password is refused for federated accounts, and each property has a permission of its own).
    Property,
    /// Any other refusal: it concerns the account as a whole.
    Account,
}

/// An event that cannot happen in this state: a journal that was tampered with, or a bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{happening:?} cannot happen to an account in {state:?}")]
pub struct Illegal {
    /// What is said to have happened.
    pub happening: Happening,
    /// Where the account stood.
    pub state: AccountState,
}

impl AccountState {
    /// An account to which nothing has been done yet.
    #[must_use]
    pub const fn planned(steps: Steps) -> Self {
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
pub fn next(state: AccountState, happening: Happening) -> Result<AccountState, Illegal> {
    let illegal = || Illegal { happening, state };
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
        Happening::Answered(steps, meaning) => {
            if steps.is_empty() {
                return Err(illegal());
            }
            let refused_together = steps.contains(Step::Reset) && steps.account_enabled().is_some();
            for step in steps.iter() {
                let StepState::Sent { in_doubt } = state.of(step) else { return Err(illegal()) };
                *after.slot(step) = match meaning {
                    Meaning::Accepted => StepState::Done,
                    Meaning::NotApplied => StepState::Open { in_doubt },
                    Meaning::Unknown => StepState::Open { in_doubt: true },
                    Meaning::Refused(Refusal::Password) if !state.password_refused => StepState::Open { in_doubt },
                    // Only a block goes alone: an account must not be opened with the password that it had.
                    Meaning::Refused(Refusal::Password | Refusal::Property)
                        if refused_together && step == Step::Block =>
                    {
                        StepState::Open { in_doubt }
                    }
                    Meaning::Refused(_) => StepState::refused(in_doubt),
                };
            }
            if meaning == Meaning::Refused(Refusal::Password) {
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
mod tests {
    use super::*;
    use crate::plan::playbook::Playbook;
    use proptest::prelude::*;

    const OFFBOARD: Steps = Steps::of(&[Step::Block, Step::Reset, Step::Revoke]);
    const UPDATE: Steps = Steps::of(&[Step::Block, Step::Reset]);
    const REVOKE: Steps = Steps::of(&[Step::Revoke]);

    fn through(state: AccountState, happenings: &[Happening]) -> AccountState {
        happenings.iter().fold(state, |state, happening| next(state, *happening).unwrap())
    }

    #[test]
    fn the_revoke_waits_for_the_answer_to_the_update() {
        let fresh = AccountState::planned(OFFBOARD);
        assert_eq!(fresh.due(), UPDATE);
        assert!(next(fresh, Happening::Sent(REVOKE)).is_err(), "a revoke before the update");
        let sent = next(fresh, Happening::Sent(UPDATE)).unwrap();
        assert_eq!(sent.due(), Steps::NONE);
        let done = next(sent, Happening::Answered(UPDATE, Meaning::Accepted)).unwrap();
        assert_eq!(done.due(), REVOKE);
        let finished = through(done, &[Happening::Sent(REVOKE), Happening::Answered(REVOKE, Meaning::Accepted)]);
        assert!(finished.is_settled());
        assert_eq!(finished.due(), Steps::NONE);
        assert!(next(finished, Happening::Sent(REVOKE)).is_err(), "a finished account is never touched again");
    }

    #[test]
    fn a_refused_pair_sends_the_block_alone_and_the_revoke_all_the_same() {
        let refused = Happening::Answered(UPDATE, Meaning::Refused(Refusal::Property));
        let state = through(AccountState::planned(OFFBOARD), &[Happening::Sent(UPDATE), refused]);
        assert_eq!(state.reset, StepState::Failed);
        let block = Steps::of(&[Step::Block]);
        assert_eq!(state.due(), block);
        let state =
            through(state, &[Happening::Sent(block), Happening::Answered(block, Meaning::Refused(Refusal::Property))]);
        assert_eq!((state.sign_in, state.due()), (StepState::Failed, REVOKE));
    }

    #[test]
    fn a_refused_password_is_replaced_once() {
        let refused = [Happening::Sent(UPDATE), Happening::Answered(UPDATE, Meaning::Refused(Refusal::Password))];
        let once = through(AccountState::planned(OFFBOARD), &refused);
        assert_eq!(once.due(), UPDATE);
        let twice = through(once, &refused);
        assert_eq!((twice.reset, twice.due()), (StepState::Failed, Steps::of(&[Step::Block])));
    }

    #[test]
    fn what_may_have_taken_effect_is_uncertain_and_never_failed() {
        let sent = next(AccountState::planned(OFFBOARD), Happening::Sent(UPDATE)).unwrap();
        for doubt in [Happening::Answered(UPDATE, Meaning::Unknown), Happening::TakenOver] {
            let state = through(
                sent,
                &[doubt, Happening::Sent(UPDATE), Happening::Answered(UPDATE, Meaning::Refused(Refusal::Account))],
            );
            assert_eq!((state.sign_in, state.reset), (StepState::Uncertain, StepState::Uncertain));
        }
        let state = through(sent, &[Happening::Answered(UPDATE, Meaning::NotApplied), Happening::GaveUp(UPDATE)]);
        assert_eq!(state.reset, StepState::GivenUp { in_doubt: false });
        let state = next(state, Happening::TakenOver).unwrap();
        assert_eq!(state.due(), UPDATE, "what was given up is tried again by the next process");
    }

    #[test]
    fn nothing_more_is_done_to_an_account_that_has_drifted() {
        let state = next(AccountState::planned(OFFBOARD), Happening::Drifted).unwrap();
        assert!(state.is_settled() && state.due().is_empty());
        assert!(next(state, Happening::Sent(UPDATE)).is_err());
        let state = next(state, Happening::TakenOver).unwrap();
        assert!(state.is_settled(), "the next process does not try it either");
        let sent = next(AccountState::planned(OFFBOARD), Happening::Sent(UPDATE)).unwrap();
        assert!(next(sent, Happening::Drifted).is_err(), "what is under way is waited for first");
        let done = through(sent, &[Happening::Answered(UPDATE, Meaning::Accepted), Happening::TakenOver]);
        assert_eq!(done.due(), REVOKE);
        assert!(next(done, Happening::Drifted).is_err(), "the revoke of an update that is done is never withdrawn");
        let nothing = next(AccountState::default(), Happening::Drifted).unwrap();
        assert!(nothing.has_drifted() && nothing.is_settled() && next(nothing, Happening::Drifted).is_err());
        let in_doubt = through(sent, &[Happening::TakenOver, Happening::Drifted]);
        assert_eq!(in_doubt.reset, StepState::Withdrawn { in_doubt: true });
        assert_eq!(in_doubt.revoke, StepState::Withdrawn { in_doubt: false });
    }

    #[test]
    fn what_was_refused_is_tried_once_more_and_the_revoke_comes_last_again() {
        let refused = Happening::Answered(UPDATE, Meaning::Refused(Refusal::Account));
        let revoked = [Happening::Sent(REVOKE), Happening::Answered(REVOKE, Meaning::Accepted)];
        let failed = through(AccountState::planned(OFFBOARD), &[Happening::Sent(UPDATE), refused]);
        let partial = through(failed, &revoked);
        assert!(partial.may_be_retried() && !AccountState::planned(OFFBOARD).may_be_retried());
        let again = next(partial, Happening::Retried).unwrap();
        assert_eq!(again.due(), UPDATE);
        let accepted = Happening::Answered(UPDATE, Meaning::Accepted);
        let again = through(again, &[Happening::Sent(UPDATE), accepted]);
        assert_eq!(again.due(), REVOKE, "what was issued before the update must not outlive it");
        let done = through(again, &revoked);
        assert_eq!(done.misses(), 0);
        assert!(next(done, Happening::Retried).is_err(), "nothing has failed");
        let uncertain = through(
            AccountState::planned(OFFBOARD),
            &[Happening::Sent(UPDATE), Happening::TakenOver, Happening::Sent(UPDATE), refused],
        );
        let doubted = next(uncertain, Happening::Retried).unwrap();
        assert_eq!((doubted.due(), doubted.is_in_doubt()), (UPDATE, true), "and what may be done is not forgotten");
    }

    #[test]
    fn a_read_settles_what_is_in_doubt_and_never_a_password() {
        let contain = Steps::of(&[Step::Block, Step::Revoke]);
        let block = Steps::of(&[Step::Block]);
        let sent = next(AccountState::planned(contain), Happening::Sent(block)).unwrap();
        assert!(next(sent, Happening::Proven(block)).is_err(), "it is under way, not in doubt");
        let in_doubt = next(sent, Happening::TakenOver).unwrap();
        assert!(next(in_doubt, Happening::Proven(REVOKE)).is_err(), "the revoke was never sent");
        let proven = next(in_doubt, Happening::Proven(block)).unwrap();
        assert_eq!((proven.sign_in, proven.due()), (StepState::Done, REVOKE));
        assert!(next(proven, Happening::Proven(REVOKE)).is_err(), "the revoke was never sent");
        let reset = through(AccountState::planned(OFFBOARD), &[Happening::Sent(UPDATE), Happening::TakenOver]);
        assert!(next(reset, Happening::Proven(UPDATE)).is_err());
        assert!(next(reset, Happening::Proven(block)).is_err(), "block and reset travel together");
    }

    #[test]
    fn an_account_is_never_opened_with_the_password_that_it_had() {
        let (reinstate, update) = (Playbook::Reinstate.steps(), Steps::of(&[Step::Unblock, Step::Reset]));
        for refusal in [Refusal::Property, Refusal::Account] {
            let refused = Happening::Answered(update, Meaning::Refused(refusal));
            let state = through(AccountState::planned(reinstate), &[Happening::Sent(update), refused]);
            assert_eq!((state.sign_in, state.due()), (StepState::Failed, REVOKE));
        }
    }

    fn steps() -> impl Strategy<Value = Steps> {
        prop::sample::subsequence(vec![Step::Block, Step::Reset, Step::Revoke], 0..=3)
            .prop_map(|steps| Steps::of(&steps))
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let meaning = prop::sample::select(vec![
            Meaning::Accepted,
            Meaning::NotApplied,
            Meaning::Unknown,
            Meaning::Refused(Refusal::Password),
            Meaning::Refused(Refusal::Property),
            Meaning::Refused(Refusal::Account),
        ]);
        prop_oneof![
            steps().prop_map(Happening::Sent),
            (steps(), meaning).prop_map(|(steps, meaning)| Happening::Answered(steps, meaning)),
            steps().prop_map(Happening::GaveUp),
            Just(Happening::TakenOver),
            Just(Happening::Drifted),
            steps().prop_map(Happening::Proven),
            Just(Happening::Retried),
        ]
    }

    proptest! {
            #[test]
            fn no_history_breaks_the_promises(plan in steps(), history in prop::collection::vec(happening(), 0..60)) {
                let mut state = AccountState::planned(plan);
                let mut may_be_done = Steps::NONE;
                let mut update_under_way = false;
                for happening in history {
                    let Ok(after) = next(state, happening) else { continue };
                    match happening {
                        Happening::Sent(steps) => {
                            prop_assert!(!update_under_way, "two writes for one account");
                            update_under_way = true;
                            if steps.contains(Step::Revoke) {
                                prop_assert!(state.sign_in.is_settled() && state.reset.is_settled());
                            }
                        }
                        Happening::Answered(steps, Meaning::Accepted | Meaning::Unknown) => {
                            update_under_way = false;
                            for step in steps.iter() { may_be_done = may_be_done.with(step); }
                        }
                        Happening::TakenOver => {
    for step in Step::ALL {
                                if matches!(state.of(step), StepState::Sent { .. }) { may_be_done = may_be_done.with(step); }
                            }
                            update_under_way = false;
                        }
                        _ => update_under_way = false,
                    }
                    for step in plan.iter() {
                        match after.of(step) {
                            StepState::Failed
                            | StepState::GivenUp { in_doubt: false }
                            | StepState::Withdrawn { in_doubt: false } => {
                                prop_assert!(!may_be_done.contains(step), "failed, yet it may have taken effect");
                            }
                            StepState::Done
                            | StepState::Uncertain
                            | StepState::GivenUp { in_doubt: true }
                            | StepState::Withdrawn { in_doubt: true } => {
                                prop_assert!(may_be_done.contains(step));
                            }
                            _ => {}
                        }
                    }
                    state = after;
                }
            }
        }
}
