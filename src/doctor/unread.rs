//! What is said where the tenant lets something not be read.

use super::check::Check;
use crate::directory::LookupError;
use crate::graph::reading::ReadError;
use crate::wording::unread::{UNKNOWN_REFUSAL, of_lookup, of_read};

/// Something could not be read: why, and what to do about it.
pub(super) fn unreadable(check: &'static str, what: &str, error: &ReadError) -> Check {
    let remedy = match error {
        // Elsewhere the doctor is asked for it.
        ReadError::Refused { error, needs: None } if error.status == 403 && !error.is_foreign => {
            "Grant the app the permission for it, with admin consent.".into()
        }
        _ => of_read(error).unwrap_or_else(|| UNKNOWN_REFUSAL.into()),
    };
    Check::failed_with(check, format!("{what} could not be read: {error}"), remedy)
}

/// The same for a lookup.
pub(super) fn not_looked_up(check: &'static str, what: &str, error: &LookupError) -> Check {
    let remedy = of_lookup(error).unwrap_or_else(|| UNKNOWN_REFUSAL.into());
    let found = match error {
        LookupError::Read(read) => return unreadable(check, what, read),
        LookupError::Refused { error, .. } => format!("{what} could not be read: {error}"),
        _ => error.to_string(),
    };
    Check::failed_with(check, found, remedy)
}
