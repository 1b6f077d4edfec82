use super::*;
use crate::graph::error::GraphError;
use crate::graph::write_outcome::{Postponed, Undecided};
use crate::plan::playbook::Playbook;
use proptest::prelude::*;

const OFFBOARD: Steps = Steps::of(&[Step::Block, Step::Reset, Step::Revoke]);
const UPDATE: Steps = Steps::of(&[Step::Block, Step::Reset]);
const REVOKE: Steps = Steps::of(&[Step::Revoke]);

const ACCEPTED: &WriteOutcome = &WriteOutcome::Accepted;
const THROTTLED: &WriteOutcome = &WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None };
const LOST: &WriteOutcome = &WriteOutcome::Unknown { why: Undecided::LeftOut, retry_after: None };

/// An answer that refuses in that way. It lives as long as the tests do.
fn refusing(refusal: Refusal) -> &'static WriteOutcome {
    let (status, message) = match refusal {
        Refusal::Password => (400, "The specified password does not comply with password complexity requirements."),
        Refusal::Property => (403, ""),
        Refusal::Account => (404, ""),
    };
    let error = GraphError { status, code: "".into(), message: message.into(), request_id: None, is_foreign: false };
    let outcome = Box::leak(Box::new(WriteOutcome::Refused { error }));
    assert_eq!(outcome.refusal(), Some(refusal));
    outcome
}

fn through(state: AccountState, transitions: &[Transition<'_>]) -> AccountState {
    transitions.iter().fold(state, |state, transition| next(state, *transition).unwrap())
}

#[test]
fn the_revoke_waits_for_the_answer_to_the_update() {
    let fresh = AccountState::planned(OFFBOARD);
    assert_eq!(fresh.due(), UPDATE);
    assert!(next(fresh, Transition::Sent(REVOKE)).is_err(), "a revoke before the update");
    let sent = next(fresh, Transition::Sent(UPDATE)).unwrap();
    assert_eq!(sent.due(), Steps::NONE);
    let done = next(sent, Transition::Answered(UPDATE, ACCEPTED)).unwrap();
    assert_eq!(done.due(), REVOKE);
    let finished = through(done, &[Transition::Sent(REVOKE), Transition::Answered(REVOKE, ACCEPTED)]);
    assert!(finished.is_settled());
    assert_eq!(finished.due(), Steps::NONE);
    assert!(next(finished, Transition::Sent(REVOKE)).is_err(), "a finished account is never touched again");
}

#[test]
fn a_refused_pair_sends_the_block_alone_and_the_revoke_all_the_same() {
    let refused = Transition::Answered(UPDATE, refusing(Refusal::Property));
    let state = through(AccountState::planned(OFFBOARD), &[Transition::Sent(UPDATE), refused]);
    assert_eq!(state.of(Step::Reset), StepState::Failed);
    let block = Steps::of(&[Step::Block]);
    assert_eq!(state.due(), block);
    let state = through(state, &[Transition::Sent(block), Transition::Answered(block, refusing(Refusal::Property))]);
    assert_eq!((state.of(Step::Block), state.due()), (StepState::Failed, REVOKE));
}

#[test]
fn a_refused_password_is_replaced_once() {
    let refused = [Transition::Sent(UPDATE), Transition::Answered(UPDATE, refusing(Refusal::Password))];
    let once = through(AccountState::planned(OFFBOARD), &refused);
    assert_eq!(once.due(), UPDATE);
    let twice = through(once, &refused);
    assert_eq!((twice.of(Step::Reset), twice.due()), (StepState::Failed, Steps::of(&[Step::Block])));
}

#[test]
fn what_may_have_taken_effect_is_uncertain_and_never_failed() {
    let sent = next(AccountState::planned(OFFBOARD), Transition::Sent(UPDATE)).unwrap();
    for doubt in [Transition::Answered(UPDATE, LOST), Transition::TakenOver] {
        let state =
            through(sent, &[doubt, Transition::Sent(UPDATE), Transition::Answered(UPDATE, refusing(Refusal::Account))]);
        assert_eq!((state.of(Step::Block), state.of(Step::Reset)), (StepState::Uncertain, StepState::Uncertain));
    }
    let state = through(sent, &[Transition::Answered(UPDATE, THROTTLED), Transition::GaveUp(UPDATE)]);
    assert_eq!(state.of(Step::Reset), StepState::GivenUp { in_doubt: false });
    let state = next(state, Transition::TakenOver).unwrap();
    assert_eq!(state.due(), UPDATE, "what was given up is tried again by the next process");
}

#[test]
fn nothing_more_is_done_to_an_account_that_has_drifted() {
    let state = next(AccountState::planned(OFFBOARD), Transition::Drifted).unwrap();
    assert!(state.is_settled() && state.due().is_empty());
    assert!(next(state, Transition::Sent(UPDATE)).is_err());
    let state = next(state, Transition::TakenOver).unwrap();
    assert!(state.is_settled(), "the next process does not try it either");
    let sent = next(AccountState::planned(OFFBOARD), Transition::Sent(UPDATE)).unwrap();
    assert!(next(sent, Transition::Drifted).is_err(), "what is under way is waited for first");
    let done = through(sent, &[Transition::Answered(UPDATE, ACCEPTED), Transition::TakenOver]);
    assert_eq!(done.due(), REVOKE);
    assert!(next(done, Transition::Drifted).is_err(), "the revoke of an update that is done is never withdrawn");
    let nothing = next(AccountState::default(), Transition::Drifted).unwrap();
    assert!(nothing.has_drifted() && nothing.is_settled() && next(nothing, Transition::Drifted).is_err());
    let in_doubt = through(sent, &[Transition::TakenOver, Transition::Drifted]);
    assert_eq!(in_doubt.of(Step::Reset), StepState::Withdrawn { in_doubt: true });
    assert_eq!(in_doubt.of(Step::Revoke), StepState::Withdrawn { in_doubt: false });
}

#[test]
fn what_was_refused_is_tried_once_more_and_the_revoke_comes_last_again() {
    let refused = Transition::Answered(UPDATE, refusing(Refusal::Account));
    let revoked = [Transition::Sent(REVOKE), Transition::Answered(REVOKE, ACCEPTED)];
    let failed = through(AccountState::planned(OFFBOARD), &[Transition::Sent(UPDATE), refused]);
    let partial = through(failed, &revoked);
    assert!(partial.may_be_retried() && !AccountState::planned(OFFBOARD).may_be_retried());
    let again = next(partial, Transition::Retried).unwrap();
    assert_eq!(again.due(), UPDATE);
    let accepted = Transition::Answered(UPDATE, ACCEPTED);
    let again = through(again, &[Transition::Sent(UPDATE), accepted]);
    assert_eq!(again.due(), REVOKE, "what was issued before the update must not outlive it");
    let done = through(again, &revoked);
    assert_eq!(done.misses(), 0);
    assert!(next(done, Transition::Retried).is_err(), "nothing has failed");
    let uncertain = through(
        AccountState::planned(OFFBOARD),
        &[Transition::Sent(UPDATE), Transition::TakenOver, Transition::Sent(UPDATE), refused],
    );
    let doubted = next(uncertain, Transition::Retried).unwrap();
    assert_eq!((doubted.due(), doubted.is_in_doubt()), (UPDATE, true), "and what may be done is not forgotten");
}

#[test]
fn a_read_settles_what_is_in_doubt_and_never_a_password() {
    let contain = Steps::of(&[Step::Block, Step::Revoke]);
    let block = Steps::of(&[Step::Block]);
    let sent = next(AccountState::planned(contain), Transition::Sent(block)).unwrap();
    assert!(next(sent, Transition::Proven(block)).is_err(), "it is under way, not in doubt");
    let in_doubt = next(sent, Transition::TakenOver).unwrap();
    assert!(next(in_doubt, Transition::Proven(REVOKE)).is_err(), "the revoke was never sent");
    let proven = next(in_doubt, Transition::Proven(block)).unwrap();
    assert_eq!((proven.of(Step::Block), proven.due()), (StepState::Done, REVOKE));
    assert!(next(proven, Transition::Proven(REVOKE)).is_err(), "the revoke was never sent");
    let reset = through(AccountState::planned(OFFBOARD), &[Transition::Sent(UPDATE), Transition::TakenOver]);
    assert!(next(reset, Transition::Proven(UPDATE)).is_err());
    assert!(next(reset, Transition::Proven(block)).is_err(), "block and reset travel together");
}

#[test]
fn an_account_is_never_opened_with_the_password_that_it_had() {
    let (reinstate, update) = (Playbook::Reinstate.steps(), Steps::of(&[Step::Unblock, Step::Reset]));
    for refusal in [Refusal::Property, Refusal::Account] {
        let refused = Transition::Answered(update, refusing(refusal));
        let state = through(AccountState::planned(reinstate), &[Transition::Sent(update), refused]);
        assert_eq!((state.of(Step::Unblock), state.due()), (StepState::Failed, REVOKE));
    }
}

fn steps() -> impl Strategy<Value = Steps> {
    prop::sample::subsequence(vec![Step::Block, Step::Reset, Step::Revoke], 0..=3).prop_map(|steps| Steps::of(&steps))
}

fn transition() -> impl Strategy<Value = Transition<'static>> {
    let refusals = [Refusal::Password, Refusal::Property, Refusal::Account].map(refusing);
    let outcome = prop::sample::select([&[ACCEPTED, THROTTLED, LOST][..], &refusals].concat());
    prop_oneof![
        steps().prop_map(Transition::Sent),
        (steps(), outcome).prop_map(|(steps, outcome)| Transition::Answered(steps, outcome)),
        steps().prop_map(Transition::GaveUp),
        Just(Transition::TakenOver),
        Just(Transition::Drifted),
        steps().prop_map(Transition::Proven),
        Just(Transition::Retried),
    ]
}

proptest! {
        #[test]
        fn no_history_breaks_the_promises(plan in steps(), history in prop::collection::vec(transition(), 0..60)) {
            let mut state = AccountState::planned(plan);
            let mut may_be_done = Steps::NONE;
            let mut update_under_way = false;
            for transition in history {
                let Ok(after) = next(state, transition) else { continue };
                match transition {
                    Transition::Sent(steps) => {
                        prop_assert!(!update_under_way, "two writes for one account");
                        update_under_way = true;
                        if steps.contains(Step::Revoke) {
                            prop_assert!(state.of(Step::Block).is_settled() && state.of(Step::Reset).is_settled());
                        }
                    }
                    Transition::Answered(steps, WriteOutcome::Accepted | WriteOutcome::Unknown { .. }) => {
                        update_under_way = false;
                        for step in steps.iter() { may_be_done = may_be_done.with(step); }
                    }
                    Transition::TakenOver => {
for step in Step::all() {
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

const BREACH_WITH_PASS: Steps = Steps::of(&[Step::Reset, Step::Revoke, Step::Pass]);
const RESET: Steps = Steps::of(&[Step::Reset]);
const PASS: Steps = Steps::of(&[Step::Pass]);

#[test]
fn a_pass_is_made_when_all_else_is_done_and_not_instead_of_it() {
    let done = |steps| [Transition::Sent(steps), Transition::Answered(steps, ACCEPTED)];
    let revoked = through(AccountState::planned(BREACH_WITH_PASS), &[done(RESET), done(REVOKE)].concat());
    assert_eq!(revoked.due(), PASS);
    assert!(through(revoked, &done(PASS)).is_done());
    let lost = through(revoked, &[Transition::Sent(PASS), Transition::TakenOver]);
    assert_eq!((lost.due(), lost.is_in_doubt()), (PASS, true), "another one is made");

    let refused = [Transition::Sent(RESET), Transition::Answered(RESET, refusing(Refusal::Property))];
    let held = through(AccountState::planned(BREACH_WITH_PASS), &[&refused[..], &done(REVOKE)].concat());
    assert_eq!((held.of(Step::Pass), held.due()), (StepState::Failed, Steps::NONE));
    let again = through(held, &[Transition::Retried]);
    assert_eq!(again.due(), RESET);
    let whole = through(again, &[done(RESET), done(REVOKE)].concat());
    assert_eq!(whole.due(), PASS, "after the last revoke");
}

#[test]
fn a_refused_pass_ends_no_session_once_more() {
    let done = |steps| [Transition::Sent(steps), Transition::Answered(steps, ACCEPTED)];
    let refused = [Transition::Sent(PASS), Transition::Answered(PASS, refusing(Refusal::Password))];
    let state = through(AccountState::planned(BREACH_WITH_PASS), &[&done(RESET)[..], &done(REVOKE), &refused].concat());
    assert_eq!(state.of(Step::Pass), StepState::Failed);
    assert_eq!(through(state, &[Transition::Retried]).due(), PASS);
}
