//! What to do where the app may not write: it lacks a directory role, a permission, or both.
//!
//! Source: "Update user", "user: revokeSignInSessions", permissions.

macro_rules! grant {
    () => {
        "Give the app's service principal the directory role User Administrator (Privileged Authentication Administrator for \
         administrators), and the application permissions User-PasswordProfile.ReadWrite.All, \
         User.EnableDisableAccount.All and User.RevokeSessions.All with admin consent"
    };
}

/// Before a run that can be resumed.
pub const GRANT: &str = concat!(grant!(), ".");

/// After a run that has recorded the refusals.
pub const GRANT_AND_PLAN: &str = concat!(grant!(), "; then make a new plan for these accounts.");
