//! Temporary access passes: "temporaryAccessPassAuthenticationMethod resource type", and the policy over them.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::digest::Digest;

/// A pass of one user. The pass itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedPass {
    /// The digest of its text.
    pub text: Digest,
    /// From when it opens.
    #[serde(with = "time::serde::rfc3339")]
    pub start: OffsetDateTime,
    /// For how many minutes.
    pub minutes: u32,
    /// It opens once.
    pub once: bool,
}

impl SimulatedPass {
    /// Why it is good or not at this moment: `methodUsabilityReason`.
    pub(crate) fn reason(&self, policy: &SimulatedPassPolicy, now: OffsetDateTime) -> &'static str {
        if !policy.enabled {
            "DisabledByPolicy"
        } else if now < self.start {
            "NotYetValid"
        } else if now >= self.start + Duration::minutes(self.minutes.into()) {
            "Expired"
        } else {
            "EnabledByPolicy"
        }
    }
}

/// What the tenant allows: "temporaryAccessPassAuthenticationMethodConfiguration resource type".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPassPolicy {
    /// There are passes at all.
    pub enabled: bool,
    /// The minutes that a pass lives for which none are asked.
    pub default_minutes: u32,
    /// The least that can be asked.
    pub min_minutes: u32,
    /// And the most.
    pub max_minutes: u32,
    /// How many characters a pass has.
    pub length: u32,
    /// Each must be good for one sign-in alone.
    pub once: bool,
    /// Only members of this group can have one, directly or through other groups; everybody where it is `None`.
    pub group: Option<Uuid>,
}

impl Default for SimulatedPassPolicy {
    /// As a tenant has it in which passes were switched on and nothing else was touched.
    fn default() -> Self {
        Self {
            enabled: true,
            default_minutes: 60,
            min_minutes: 60,
            max_minutes: 480,
            length: 8,
            once: false,
            group: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_pass_is_good_from_its_start_to_its_end() {
        let start = datetime!(2026-11-30 08:00 UTC);
        let pass = SimulatedPass { text: Digest::of(b"x"), start, minutes: 60, once: false };
        let policy = SimulatedPassPolicy::default();
        let at = |minutes: i64| pass.reason(&policy, start + Duration::minutes(minutes));
        assert_eq!([at(-1), at(0), at(59), at(60)], ["NotYetValid", "EnabledByPolicy", "EnabledByPolicy", "Expired"]);
        let off = SimulatedPassPolicy { enabled: false, ..policy };
        assert_eq!(pass.reason(&off, start), "DisabledByPolicy");
    }
}
