//! Whose lists of something were read, and when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::json::Rfc3339Moment;

/// Whose lists of methods, devices, consents or app roles were read, and when.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PeopleRead {
    /// When the first person's were read.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub read_from: OffsetDateTime,
    /// When the last person's were read.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub read_until: OffsetDateTime,
    /// Whose were read.
    pub people: u32,
    /// People whose list Graph would not give: what they have is not known.
    pub not_read: u32,
}

impl PeopleRead {
    /// No person yet.
    pub(super) const fn begin(now: OffsetDateTime) -> Self {
        Self { read_from: now, read_until: now, people: 0, not_read: 0 }
    }

    /// Takes in one more person, whose list was read at that moment.
    pub(super) fn add(&mut self, read_at: OffsetDateTime) {
        self.people += 1;
        self.read_from = self.read_from.min(read_at);
        self.read_until = self.read_until.max(read_at);
    }
}
