//! What a read can say about a step that may or may not have taken effect.
//!
//! A step is in doubt when its write was intended and its answer is missing: the process died, or the answer was lost.
//! Before such a run goes on, everybody is read again anyway, and some doubts end there. A doubt that is ended wrongly
//! leaves a person in who is said to be out; one that is not ended costs a write. So a read decides only what it proves.
//!
//! | step | what a read shows | what it proves |
//! | --- | --- | --- |
//! | block | sign-in is not allowed, and it was when the plan was made | that it is done: a blocked account is blocked, by this run or another hand, and the write that may still be on its way does the same |
//! | unblock, alone | sign-in is allowed, and it was not when the plan was made | that it is done, for the same reason. `undo` sends it so |
//! | unblock with a reset | | nothing: what a read says of the password decides both, because they travel together |
//! | reset | the password was changed after the write was intended | nothing. The change may be the intruder's, or the person's own, in the same second; and a password is `done` only when the sealed one is the live one. It is set again, with a new sealed password |
//! | reset | the password was not changed since | nothing. The read may come from a replica that lags, and the write may still be on its way |
//! | revoke | sessions are valid from a moment after the account's last answered write | that they were ended, under the conditions below |
//!
//! A changed password moves `signInSessionsValidFromDateTime` as well ("user resource type"; the audit log shows `Update
//! StsRefreshTokenValidFrom Timestamp` beside `Reset user password`), and does not end every session. So that moment
//! counts as a revoke only if
//!
//! - it is more than [`APART`] later than Graph's own clock at the account's last answer, so that it is neither the reset
//!   before it nor, should a block move it too, the block;
//! - it is more than [`APART`] later than the last change of the password, by any hand;
//! - it is at least [`SPREAD`] old by Graph's own clock, so that a change of the password at that moment would have
//!   reached the replica that was read, too.
//!
//! Refused as alternatives:
//!
//! - To send every step in doubt again, unread. A second revoke is harmless and costs a write. A reset is always sent again,
//!   with a new sealed password, and the price of that is a first sealed password that opens nothing any more.
//! - To take a changed password as proof that the reset took effect. It would save a write, and where the change was
//!   the intruder's it would report an open account as closed.
//! - The audit log, which names the app that made a change ("directoryAudit resource type"). It needs one permission more,
//!   `AuditLog.Read.All`, and is read at five requests in ten seconds ("Microsoft Graph service-specific throttling
//!   limits", identity and access reports): a run with thousands in doubt would wait for it longer than the writes take.
//!
//! The price is doubt that stays: a block of an account that was blocked before proves nothing, and is sent again, as is an
//! unblock of one that was open.
//!
//! All of these are times of Graph: this machine's clock proves nothing. Where one of them is not known, as for the
//! first writes of `signout`, the revoke is sent again.
//!
//! What a read shows is in the journal in any case. Where a password stays uncertain, the results use it to say which of
//! the sealed ones to try first: a hint, and no proof.

use time::{Duration, OffsetDateTime};

use super::state::{AccountState, StepState};
use crate::plan::drift::WatchedAccount;
use crate::step::{Step, Steps};

/// Graph's times are in whole seconds, and one answer's clock is not quite another's.
pub const APART: Duration = Duration::seconds(5);
/// After so long a change has reached the replicas that are read from ("List users", on replication).
pub const SPREAD: Duration = Duration::seconds(60);

/// An account of which some steps are in doubt, as a new process finds it.
#[derive(Debug, Clone, Copy)]
pub struct Doubt {
    /// Where it stands.
    pub state: AccountState,
    /// Graph's clock when it last answered a write to this account.
    pub last_answered: Option<OffsetDateTime>,
}

/// The steps in doubt that are done, as this read shows; `now` is Graph's clock when it was made.
pub fn proven(doubt: &Doubt, seen: &WatchedAccount, now: Option<OffsetDateTime>) -> Steps {
    const BLOCK: Steps = Steps::of(&[Step::Block]);
    const UNBLOCK: Steps = Steps::of(&[Step::Unblock]);
    const REVOKE: Steps = Steps::of(&[Step::Revoke]);
    let in_doubt = StepState::Open { in_doubt: true };
    let due = doubt.state.due();
    let turned = |enabled: bool| seen.was_enabled == Some(!enabled) && seen.account_enabled == Some(enabled);
    let is_proven = if due == BLOCK {
        doubt.state.of(Step::Block) == in_doubt && turned(false)
    } else if due == UNBLOCK {
        doubt.state.of(Step::Unblock) == in_doubt && turned(true)
    } else if due == REVOKE {
        doubt.state.of(Step::Revoke) == in_doubt && were_ended(doubt, seen, now).unwrap_or_default()
    } else {
        false
    };
    if is_proven { due } else { Steps::NONE }
}

/// Were all sessions ended after the account's last answered write? `None` where that is not known.
fn were_ended(doubt: &Doubt, seen: &WatchedAccount, now: Option<OffsetDateTime>) -> Option<bool> {
    let valid_from = seen.sessions_valid_from?;
    let later = |than: OffsetDateTime| valid_from - than > APART;
    Some(later(doubt.last_answered?) && later(seen.last_password_change?) && now? - valid_from >= SPREAD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::write_outcome::WriteOutcome;
    use crate::ids::RowNumber;
    use crate::plan::playbook::Playbook;
    use crate::run::state::{Transition, next};
    use proptest::prelude::*;

    const BLOCK: Steps = Steps::of(&[Step::Block]);
    const REVOKE: Steps = Steps::of(&[Step::Revoke]);
    const AT: OffsetDateTime = time::macros::datetime!(2026-11-23 08:00 UTC);

    fn after(playbook: Playbook, transitions: &[Transition<'_>]) -> AccountState {
        let planned = AccountState::planned(playbook.steps());
        transitions.iter().fold(planned, |state, transition| next(state, *transition).unwrap())
    }

    fn block_in_doubt() -> AccountState {
        after(Playbook::Contain, &[Transition::Sent(BLOCK), Transition::TakenOver])
    }

    fn revoke_in_doubt() -> AccountState {
        let blocked = [Transition::Sent(BLOCK), Transition::Answered(BLOCK, &WriteOutcome::Accepted)];
        let doubt = [Transition::Sent(REVOKE), Transition::TakenOver];
        after(Playbook::Contain, &[blocked, doubt].concat())
    }

    fn seen() -> WatchedAccount {
        WatchedAccount {
            row: RowNumber::FIRST,
            was_enabled: Some(true),
            account_enabled: Some(false),
            last_password_change: Some(AT - Duration::days(30)),
            sessions_valid_from: Some(AT + Duration::seconds(10)),
        }
    }

    fn proves(
        state: AccountState,
        answered: Option<OffsetDateTime>,
        seen: &WatchedAccount,
        now: OffsetDateTime,
    ) -> Steps {
        proven(&Doubt { state, last_answered: answered }, seen, Some(now))
    }

    #[test]
    fn a_blocked_account_is_blocked_and_an_open_one_is_not() {
        assert_eq!(proves(block_in_doubt(), None, &seen(), AT), BLOCK);
        for other in [
            WatchedAccount { account_enabled: Some(true), ..seen() },
            WatchedAccount { account_enabled: None, ..seen() },
            WatchedAccount { was_enabled: None, ..seen() },
        ] {
            assert_eq!(proves(block_in_doubt(), None, &other, AT), Steps::NONE, "{other:?}");
        }
        let untouched = AccountState::planned(Playbook::Contain.steps());
        assert_eq!(proves(untouched, None, &seen(), AT), Steps::NONE, "nothing is in doubt");
    }

    #[test]
    fn an_unblock_alone_is_seen_and_with_a_reset_it_waits_for_the_password() {
        const UNBLOCK: Steps = Steps::of(&[Step::Unblock]);
        let opened = WatchedAccount { was_enabled: Some(false), account_enabled: Some(true), ..seen() };
        let undone = after(Playbook::Undo, &[Transition::Sent(UNBLOCK), Transition::TakenOver]);
        assert_eq!(proves(undone, None, &opened, AT), UNBLOCK);
        for other in [
            WatchedAccount { account_enabled: Some(false), ..opened },
            WatchedAccount { account_enabled: None, ..opened },
            WatchedAccount { was_enabled: Some(true), ..opened },
            WatchedAccount { was_enabled: None, ..opened },
        ] {
            assert_eq!(proves(undone, None, &other, AT), Steps::NONE, "{other:?}");
        }
        let untouched = AccountState::planned(Playbook::Undo.steps());
        assert_eq!(proves(untouched, None, &opened, AT), Steps::NONE, "nothing is in doubt");
        let both = Playbook::Reinstate.steps().without(Step::Revoke);
        let back = after(Playbook::Reinstate, &[Transition::Sent(both), Transition::TakenOver]);
        assert_eq!(proves(back, None, &opened, AT), Steps::NONE, "the password is not proved");
    }

    #[test]
    fn a_revoke_is_distinguished_from_what_else_moves_the_same_time() {
        let late = AT + Duration::minutes(5);
        assert_eq!(proves(revoke_in_doubt(), Some(AT), &seen(), late), REVOKE);
        let moved = AT + Duration::seconds(10);
        for (why, answered, other, now) in [
            ("the reset or the block itself", Some(moved - APART), seen(), late),
            ("when Graph answered is not known", None, seen(), late),
            (
                "somebody changed the password",
                Some(AT),
                WatchedAccount { last_password_change: Some(moved), ..seen() },
                late,
            ),
            ("perhaps", Some(AT), WatchedAccount { last_password_change: Some(moved - APART), ..seen() }, late),
            ("unknown", Some(AT), WatchedAccount { last_password_change: None, ..seen() }, late),
            ("unknown", Some(AT), WatchedAccount { sessions_valid_from: None, ..seen() }, late),
            ("an older one", Some(AT), WatchedAccount { sessions_valid_from: Some(AT - APART), ..seen() }, late),
            ("too fresh", Some(AT), seen(), moved + SPREAD - Duration::SECOND),
        ] {
            assert_eq!(proves(revoke_in_doubt(), answered, &other, now), Steps::NONE, "{why}");
        }
        assert_eq!(proven(&Doubt { state: revoke_in_doubt(), last_answered: Some(AT) }, &seen(), None), Steps::NONE);
    }

    proptest! {
        #[test]
        fn no_read_proves_a_password(
            changed in -1_000_i64..1_000, valid in -1_000_i64..1_000, enabled: bool, answered in -1_000_i64..1_000,
        ) {
            let seen = WatchedAccount {
                account_enabled: Some(enabled),
                last_password_change: Some(AT + Duration::seconds(changed)),
                sessions_valid_from: Some(AT + Duration::seconds(valid)),
                ..seen()
            };
            for playbook in [Playbook::Breach, Playbook::Offboard, Playbook::Reinstate] {
                let update = playbook.steps().without(Step::Revoke);
                let state = after(playbook, &[Transition::Sent(update), Transition::TakenOver]);
                let answered = Some(AT + Duration::seconds(answered));
                prop_assert_eq!(proves(state, answered, &seen, AT + Duration::hours(1)), Steps::NONE);
            }
        }
    }
}
