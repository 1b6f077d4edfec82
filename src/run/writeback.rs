//! How far a new password is that is written back to Active Directory: kept beside the steps, which are done in the cloud.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::outcome::Outcome;
use super::proof::Proof;
use super::record::Record;
use super::writeback_event::WritebackEvent;
use crate::graph::password_writeback::ResetOperationAddress;
use crate::ids::RowNumber;
use crate::step::Step;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritebackStage {
    /// Nothing was begun, or what was begun failed.
    Open,
    /// It may be in Active Directory, and may be not: an answer was lost, or the operation goes on.
    Unknown,
    /// Active Directory is said to have it; no reading has shown it.
    Accepted,
    /// A reading has shown it.
    Confirmed,
}

/// How far the new password of one row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WritebackStanding {
    /// How far.
    pub stage: WritebackStage,
    /// When the last one was about to be sent, by this machine's clock.
    pub sent: OffsetDateTime,
    /// When Active Directory got it, by Graph's clock.
    pub replaced: Option<OffsetDateTime>,
    /// Were the sessions ended after that?
    pub sessions_ended: bool,
    /// May an attempt before the last one have taken effect?
    in_doubt: bool,
}

/// Is a new password still to be written back for a row that stands so? Whose account drifted before one was sent gets none.
pub fn is_to_be_written_back(standing: Option<WritebackStanding>, has_drifted: bool) -> bool {
    standing.map_or(!has_drifted, |standing| !standing.is_over())
}

impl WritebackStanding {
    const fn begun(sent: OffsetDateTime) -> Self {
        Self { stage: WritebackStage::Open, sent, replaced: None, sessions_ended: false, in_doubt: false }
    }

    /// Is the new password in Active Directory, as far as is known?
    pub fn is_replaced(self) -> bool {
        matches!(self.stage, WritebackStage::Accepted | WritebackStage::Confirmed)
    }

    /// Is nothing left to do but to read it back?
    pub fn is_over(self) -> bool {
        self.is_replaced() && self.sessions_ended
    }

    fn then(self, event: &WritebackEvent, at: OffsetDateTime) -> Self {
        let settled = if self.in_doubt { WritebackStage::Unknown } else { WritebackStage::Open };
        match event {
            WritebackEvent::Intended { .. } => Self {
                stage: WritebackStage::Unknown,
                sent: at,
                in_doubt: self.in_doubt || self.stage == WritebackStage::Unknown,
                sessions_ended: false,
                ..self
            },
            WritebackEvent::Begun { .. } | WritebackEvent::Lost { .. } => {
                Self { stage: WritebackStage::Unknown, ..self }
            }
            WritebackEvent::NotBegun { .. } | WritebackEvent::Refused { .. } | WritebackEvent::Failed { .. } => {
                Self { stage: settled, ..self }
            }
            WritebackEvent::Succeeded { at } => {
                Self { stage: WritebackStage::Accepted, replaced: Some(*at), in_doubt: false, ..self }
            }
            WritebackEvent::SessionsEnded {} => Self { sessions_ended: true, ..self },
            WritebackEvent::SessionsLeft { .. } => Self { sessions_ended: false, ..self },
        }
    }
}

/// How far these passwords are, by row. A row that nothing was sent for takes no room.
#[derive(Debug, Default)]
pub struct WritebackRows {
    by_row: HashMap<RowNumber, WritebackStanding>,
    /// Of those that go on, as far as is known.
    operations: HashMap<RowNumber, ResetOperationAddress>,
}

impl WritebackRows {
    /// Takes in the next line of a journal, written at that moment by this machine's clock.
    pub(super) fn take(&mut self, record: &Record, at: OffsetDateTime) {
        match record {
            Record::WrittenBack { row, event, .. } => {
                let standing = self.by_row.entry(*row).or_insert(WritebackStanding::begun(at));
                *standing = standing.then(event, at);
                match event {
                    WritebackEvent::Begun { operation: Some(operation) } => {
                        self.operations.insert(*row, operation.clone());
                    }
                    WritebackEvent::SessionsEnded {} | WritebackEvent::SessionsLeft { .. } => {}
                    _ => {
                        self.operations.remove(row);
                    }
                }
            }
            Record::Verified { row, step: Step::Reset, verdict, .. } => {
                let Some(standing) = self.by_row.get_mut(row).filter(|standing| standing.is_replaced()) else { return };
                standing.stage = match verdict {
                    Proof::Proved => WritebackStage::Confirmed,
                    _ => WritebackStage::Accepted,
                };
            }
            _ => {}
        }
    }

    /// How far the password of a row is; nothing where none was ever sent.
    pub fn of(&self, row: RowNumber) -> Option<WritebackStanding> {
        self.by_row.get(&row).copied()
    }

    /// Where the state of the operation of a row is read, where one goes on.
    pub fn operation(&self, row: RowNumber) -> Option<&ResetOperationAddress> {
        self.operations.get(&row)
    }

    pub(super) fn is_begun(&self) -> bool {
        !self.by_row.is_empty()
    }
}

impl Outcome {
    /// What became of a row whose password is written back: what was done in the cloud is not all of it, and sessions have to be
    /// ended after the password.
    #[must_use]
    pub fn with_writeback(self, standing: Option<WritebackStanding>) -> Self {
        if !matches!(self, Self::Done | Self::Already) {
            return self;
        }
        match standing.map(|standing| (standing.stage, standing.sessions_ended)) {
            None | Some((WritebackStage::Open, _)) => Self::OldPassword,
            Some((WritebackStage::Unknown | WritebackStage::Accepted, _)) => Self::Uncertain,
            Some((WritebackStage::Confirmed, false)) => Self::Partial,
            Some((WritebackStage::Confirmed, true)) => Self::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::error::GraphError;
    use crate::graph::write_outcome::Postponed;
    use crate::run::lost_writeback::LostWriteback;
    use proptest::prelude::*;

    fn events() -> Vec<WritebackEvent> {
        vec![
            WritebackEvent::Intended { sealed: None },
            WritebackEvent::NotBegun { why: Postponed::Throttled },
            WritebackEvent::Begun { operation: None },
            WritebackEvent::Lost { why: LostWriteback::NotKnown },
            WritebackEvent::Refused { error: GraphError::default() },
            WritebackEvent::Failed { why: "policy".into() },
            WritebackEvent::Succeeded { at: OffsetDateTime::UNIX_EPOCH },
            WritebackEvent::SessionsEnded {},
            WritebackEvent::SessionsLeft { why: "403".into() },
        ]
    }

    proptest! {
        /// As long as an attempt may have taken effect, no later refusal says that the old password is the right one; and what
        /// was never shown by a reading is never done.
        #[test]
        fn a_doubt_stays_until_a_success(order in prop::collection::vec(0_usize..9, 1..12)) {
            let (mut standing, mut doubt) = (WritebackStanding::begun(OffsetDateTime::UNIX_EPOCH), false);
            for index in order {
                let event = events().swap_remove(index);
                standing = standing.then(&event, OffsetDateTime::UNIX_EPOCH);
                match event {
                    WritebackEvent::Begun { .. } | WritebackEvent::Lost { .. } => doubt = true,
                    WritebackEvent::Succeeded { .. } => doubt = false,
                    _ => {}
                }
                let outcome = Outcome::Done.with_writeback(Some(standing));
                prop_assert!(!matches!(outcome, Outcome::Done | Outcome::Already));
                if doubt && matches!(event, WritebackEvent::Intended { .. } | WritebackEvent::Lost { .. }) {
                    prop_assert_eq!(outcome, Outcome::Uncertain);
                }
            }
        }
    }

    #[test]
    fn a_refusal_after_a_lost_answer_leaves_the_doubt() {
        let mut standing = WritebackStanding::begun(OffsetDateTime::UNIX_EPOCH);
        for (event, stage) in [
            (WritebackEvent::Intended { sealed: None }, WritebackStage::Unknown),
            (WritebackEvent::NotBegun { why: Postponed::Throttled }, WritebackStage::Open),
            (WritebackEvent::Intended { sealed: None }, WritebackStage::Unknown),
            (WritebackEvent::Lost { why: LostWriteback::NotKnown }, WritebackStage::Unknown),
            (WritebackEvent::Intended { sealed: None }, WritebackStage::Unknown),
            (WritebackEvent::Refused { error: GraphError::default() }, WritebackStage::Unknown),
            (WritebackEvent::Intended { sealed: None }, WritebackStage::Unknown),
            (WritebackEvent::Succeeded { at: OffsetDateTime::UNIX_EPOCH }, WritebackStage::Accepted),
        ] {
            standing = standing.then(&event, OffsetDateTime::UNIX_EPOCH);
            assert_eq!(standing.stage, stage, "{event:?}");
        }
        assert_eq!(Outcome::Done.with_writeback(Some(standing)), Outcome::Uncertain, "accepted, not confirmed");
        let confirmed = WritebackStanding { stage: WritebackStage::Confirmed, ..standing };
        assert_eq!(Outcome::Done.with_writeback(Some(confirmed)), Outcome::Partial, "sessions were not ended");
        let ended = WritebackStanding { sessions_ended: true, ..confirmed };
        assert_eq!(Outcome::Done.with_writeback(Some(ended)), Outcome::Done);
        assert_eq!(Outcome::Pending.with_writeback(Some(ended)), Outcome::Pending);
        assert_eq!(Outcome::Done.with_writeback(None), Outcome::OldPassword);
    }
}
