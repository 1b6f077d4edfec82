//! A moment in little memory.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;

use crate::words::utc_second;

/// A moment to the second, in a quarter of the memory of one to the nanosecond: of a million accounts several are kept each.
/// Graph's own timestamps have no more ("user resource type": whole seconds). Files have it as RFC 3339, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Second(NonZeroU32);

impl Second {
    /// The nearest that there is, from the second after 1970 began until 2106.
    pub fn of(moment: OffsetDateTime) -> Self {
        let seconds = u32::try_from(moment.unix_timestamp().max(1)).unwrap_or(u32::MAX);
        Self(NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN))
    }

    /// Its beginning.
    pub fn moment(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.get().into()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// `2026-11-23T02:30:10Z`.
impl fmt::Display for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&utc_second(self.moment()))
    }
}

impl Serialize for Second {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Second {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        time::serde::rfc3339::deserialize(deserializer).map(Self::of)
    }
}

/// Timestamps of users are whole seconds.
pub(crate) fn whole(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn files_have_it_in_utc_and_to_the_second() {
        let second = Second::of(datetime!(2026-11-23 03:30:10.7 +01:00));
        let json = serde_json::to_string(&second).unwrap();
        assert_eq!(json, "\"2026-11-23T02:30:10Z\"");
        assert_eq!(serde_json::from_str::<Second>(&json).unwrap(), second);
    }
}
