//! Where one step of one account stands.

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
    /// Does it still have to be done?
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Is there nothing more to come?
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

    pub(super) const fn is_under_way(self) -> bool {
        matches!(self, Self::Sent { .. })
    }

    /// Is it settled without being done?
    pub(super) const fn is_missed(self) -> bool {
        self.was_refused() || matches!(self, Self::GivenUp { .. } | Self::Withdrawn { .. })
    }

    pub(super) const fn refused(in_doubt: bool) -> Self {
        if in_doubt { Self::Uncertain } else { Self::Failed }
    }

    pub(super) const fn was_refused(self) -> bool {
        matches!(self, Self::Failed | Self::Uncertain)
    }
}
