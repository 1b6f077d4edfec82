//! How an answer says when to try again.

use std::time::Duration;

/// The delay that faults name in `Retry-After`; two seconds unless set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryAfterDelay(pub Duration);

impl Default for RetryAfterDelay {
    fn default() -> Self {
        Self(Duration::from_secs(2))
    }
}

/// The forms of `Retry-After` that clients meet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum RetryAfterForm {
    /// `Retry-After: 10`, as in "Microsoft Graph throttling guidance".
    #[default]
    Seconds,
    /// `Retry-After: 2.128`, as in an older revision of the same page.
    DecimalSeconds,
    /// An IMF-fixdate, as RFC 9110 allows.
    Date,
    /// No such header at all.
    Absent,
}
