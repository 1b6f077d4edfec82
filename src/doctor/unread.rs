//! What is said where the tenant lets something not be read.

use super::check::Check;
use crate::directory::LookupError;
use crate::graph::reading::ReadError;
use crate::graph::token::TokenError;
use crate::graph::transport::TransportError;

/// Something could not be read: why, and what to do about it.
pub(super) fn unreadable(check: &'static str, what: &str, error: &ReadError) -> Check {
    let remedy = match error {
        ReadError::Refused { error, needs } if error.status == 403 => {
            let needs = needs.unwrap_or("the permission for it");
            return Check::failed(
                check,
                format!("{what} could not be read: {error}"),
                format!("Grant the app {needs} with admin consent."),
            );
        }
        ReadError::Transport(
            TransportError::Unauthorized(_) | TransportError::Token(TokenError::ReadyTokenRejected),
        ) => {
            "Check that --cloud or --graph-endpoint names the cloud of this tenant: each takes its own tokens alone. One from \
             SEALOFF_ACCESS_TOKEN may have ended; sealoff fetches all others itself."
        }
        _ => "Check again; if it stays, give Microsoft's support the request-id.",
    };
    Check::failed(check, format!("{what} could not be read: {error}"), remedy)
}

/// The same for a lookup.
pub(super) fn not_looked_up(check: &'static str, what: &str, error: &LookupError) -> Check {
    match error {
        LookupError::Read(read) => unreadable(check, what, read),
        LookupError::Refused { error: refused, .. } => {
            let needs = Some("User.Read.All");
            unreadable(check, what, &ReadError::Refused { error: refused.clone(), needs })
        }
        _ => Check::failed(check, error.to_string(), "Grant the app User.Read.All with admin consent."),
    }
}
