//! What is said of one step of one account.

use time::OffsetDateTime;

use crate::run::outcome::StepOutcome;
use crate::run::seen_step::ReplacedBy;

/// What is said of one step of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepClaim {
    /// Graph accepted the write.
    Done {
        /// Graph's clock when it answered; journals may lack it.
        date: Option<OffsetDateTime>,
        /// This machine's clock when the answer was noted.
        noted: OffsetDateTime,
    },
    /// It was so before the run, and the plan left it so.
    AsBefore,
    /// A write may have taken effect, and no answer says.
    InDoubt,
    /// The run has not done it.
    NotDone {
        /// `failed` or `pending`.
        outcome: StepOutcome,
    },
    /// It is done in Active Directory, and not by this run.
    OnPremises {
        /// When the password was replaced there, by the clock of who says so; nothing where no result says that it was.
        replaced: Option<OffsetDateTime>,
        /// Was it replaced by the password that is to be handed over, where one is?
        is_right_one: bool,
        /// Who did it there, or is to.
        by: ReplacedBy,
    },
    /// It is done by hand at the identity provider of a federated domain.
    AtProvider {
        /// By when, as a person says; nothing where no one does.
        replaced: Option<OffsetDateTime>,
    },
}
