//! Why a new password is not known to be in Active Directory.

use tokio::task::JoinError;

use super::lost_writeback::LostWriteback;
use crate::graph::error::GraphError;
use crate::graph::outside::OutsideText;
use crate::graph::reading::ReadError;
use crate::graph::transport::TransportError;
use crate::graph::write_outcome::Postponed;

/// Why a new password of one person is not known to be in Active Directory.
#[derive(Debug, thiserror::Error)]
pub enum WritebackFault {
    /// Nothing was begun the last time.
    #[error("{0}")]
    NotBegun(Postponed),
    /// Graph could not be reached the last time.
    #[error(transparent)]
    NotSent(TransportError),
    /// Graph refused it.
    #[error(transparent)]
    Refused(GraphError),
    /// The operation failed, with these words of Graph's.
    #[error("{}", if .0.is_empty() { "the operation failed" } else { .0.as_str() })]
    Failed(OutsideText),
    /// Nothing more will be heard of it.
    #[error("{0}")]
    Lost(LostWriteback),
    /// The process ended first.
    #[error("the operation went on when this process ended")]
    StillGoing,
    /// The operation lasted for longer than any.
    #[error("the operation has not ended in five minutes")]
    NotEnded,
    /// Graph does not say how it ended.
    #[error("its end cannot be seen: {0}")]
    NotSeen(ReadError),
    /// An earlier process began one, and this one ended before it could be sure that nothing comes of it.
    #[error("it is not known what became of an earlier reset")]
    Earlier,
    /// The work on this person broke off.
    #[error(transparent)]
    BrokeOff(JoinError),
}
