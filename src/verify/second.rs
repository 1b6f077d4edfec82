//! A moment in little memory.

use std::num::NonZeroU32;

use time::OffsetDateTime;

/// A moment to the second, in a quarter of the memory of one to the nanosecond: of a million accounts several are kept each.
/// Graph's own timestamps have no more ("user resource type": whole seconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Second(NonZeroU32);

impl Second {
    /// The nearest that there is, from the second after 1970 began until 2106.
    pub(super) fn of(moment: OffsetDateTime) -> Self {
        let seconds = u32::try_from(moment.unix_timestamp().max(1)).unwrap_or(u32::MAX);
        Self(NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN))
    }

    pub(super) fn moment(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.get().into()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Timestamps of users are whole seconds.
pub(super) fn whole(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}
