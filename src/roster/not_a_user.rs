//! What logs write where no person acted.

use serde::{Deserialize, Serialize};

/// Why a text in a column of people names no user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum NotAUser {
    /// `NT AUTHORITY\SYSTEM (...)` and its like.
    #[error("it is an account of the operating system")]
    System,
    /// `S-1-5-18` and other well-known SIDs.
    #[error("it is a well-known SID, which is the same on every computer and belongs to no user")]
    WellKnownSid,
    /// `ServicePrincipal_{guid}`.
    #[error("it is an app")]
    ServicePrincipal,
    /// `Sync_...` without a domain; with a domain it is an account, and the rules of the plan apply to it.
    #[error("it is the directory synchronization")]
    Synchronization,
    /// `Not Available`.
    #[error("the log does not say who it was")]
    NotAvailable,
    /// The id that is all zeros.
    #[error("it is the id of no account (all zeros)")]
    ZeroId,
    /// `ada@contoso.com (deleted)`.
    #[error("the account was deleted; an account that has this name today is another one")]
    Deleted,
    /// `Example: chris@contoso.com`, in a template below the first row.
    #[error("it is an example of how to fill in the template")]
    Example,
    /// `#ada@contoso.com`: a row that begins with `#`.
    #[error("it is commented out with a #")]
    CommentedOut,
    /// The entities of an incident, without an account among them.
    #[error("there is no account in it")]
    NoAccount,
}

/// Why the text is no user, where that is known.
pub(super) fn recognised(text: &str) -> Option<NotAUser> {
    let starts = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if ["nt authority\\", "nt service\\", "builtin\\", "window manager\\", "font driver host\\"].into_iter().any(starts)
    {
        Some(NotAUser::System)
    } else if starts("ServicePrincipal_") {
        Some(NotAUser::ServicePrincipal)
    } else if starts("Sync_") && !text.contains('@') {
        Some(NotAUser::Synchronization)
    } else if text.eq_ignore_ascii_case("not available") {
        Some(NotAUser::NotAvailable)
    } else if is_sid(text) && !is_an_accounts_sid(text) {
        Some(NotAUser::WellKnownSid)
    } else {
        None
    }
}

/// Whether it has the form of a SID: `S-1-` and groups of digits.
pub(super) fn is_sid(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("S-1-").or_else(|| text.strip_prefix("s-1-")) else { return false };
    // A revision, an authority and up to fifteen more groups ([MS-DTYP] 2.4.2).
    rest.split('-').count() <= 16 && rest.split('-').all(is_group)
}

fn is_group(group: &str) -> bool {
    (1..=15).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
}

/// Accounts of a domain have SIDs under `S-1-5-21-`, and those of Entra under `S-1-12-1-`.
fn is_an_accounts_sid(sid: &str) -> bool {
    let sid = sid.to_ascii_uppercase();
    ["S-1-5-21-", "S-1-12-1-"].into_iter().any(|prefix| sid.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_logs_write_is_recognised() {
        for (text, what) in [
            ("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)", NotAUser::System),
            ("nt authority\\local service", NotAUser::System),
            ("ServicePrincipal_0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11", NotAUser::ServicePrincipal),
            ("Sync_AADC01_5ea10ff0c0de", NotAUser::Synchronization),
            ("S-1-5-18", NotAUser::WellKnownSid),
            ("S-1-5-32-544", NotAUser::WellKnownSid),
            ("Not Available", NotAUser::NotAvailable),
        ] {
            assert_eq!(recognised(text), Some(what), "{text}");
        }
        for text in
            ["Ada Lovelace", "S-1-5-21-1-2-3-1100", "S-1-12-1-1-2-3-4", "S-1-x", "Sync_AADC01@contoso.com", "", "ü"]
        {
            assert_eq!(recognised(text), None, "{text}");
        }
    }
}
