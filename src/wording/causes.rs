//! What is said of each [`Cause`] for which an account is not done, and what to do about it.

use super::missing_role::GRANT_AND_PLAN;
use super::reason::DRIFTED;
use crate::run::cause::Cause;

/// What went wrong.
pub fn title(cause: &Cause) -> String {
    match cause {
        Cause::NotFinished => "Not begun, or not finished".to_owned(),
        Cause::NotAllowed => "Graph does not allow it to the app (403)".to_owned(),
        Cause::RestrictedUnit => {
            "Only a role at its restricted management administrative unit reaches the account".to_owned()
        }
        Cause::Gone => "The account is no longer there (404)".to_owned(),
        Cause::WeakPassword => "The tenant refused the new password twice".to_owned(),
        Cause::OldPassword => "The old password, which is kept elsewhere, is not replaced".to_owned(),
        Cause::NotWrittenBack => "No new password was written back to Active Directory, as far as is known".to_owned(),
        Cause::NotConfirmed => "Written back to Active Directory: accepted, not confirmed".to_owned(),
        Cause::MasteredElsewhere => "The password is kept elsewhere".to_owned(),
        Cause::Drifted => "No longer the account that was approved (drifted)".to_owned(),
        Cause::DefaultMethod => "A method that was to be removed is the default one, and others stay".to_owned(),
        Cause::GivenUp => "Tried the maximum number of times without a final answer".to_owned(),
        Cause::Unanswered => "Sent, but never answered".to_owned(),
        Cause::Refused(code) => format!("Refused by Graph: {code}"),
    }
}

/// What to do about it.
pub const fn remedy(cause: &Cause) -> &'static str {
    match cause {
        Cause::NotFinished => "Run the same sealoff apply again; it resumes where it stopped.",
        Cause::NotAllowed => GRANT_AND_PLAN,
        Cause::RestrictedUnit => {
            "Give the app its role on that administrative unit, or the application permission Directory.Write.Restricted with admin \
             consent; then make a new plan for these accounts. Or change them by hand."
        }
        Cause::Gone => {
            "Nothing to do if it was deleted on purpose. A restored account comes back as it was: plan it again."
        }
        Cause::WeakPassword => {
            "A banned-password list or policy of the tenant is stricter than usual. Make a new plan for these accounts."
        }
        Cause::OldPassword => {
            "Run onprem.ps1 in Active Directory (onprem.csv is its list); change at its identity provider what is of a federated \
             domain (by-hand.csv); then take in with sealoff onprem what was done."
        }
        Cause::NotWrittenBack => {
            "Run sealoff onprem with --writeback, signed in as a person; it goes on where it stopped."
        }
        Cause::NotConfirmed => {
            "Run sealoff verify some minutes later: it shows the new password once the hash sync has brought it."
        }
        Cause::MasteredElsewhere => {
            "Replace it in Active Directory, or at the identity provider of the domain: onprem.csv says where."
        }
        Cause::Drifted => DRIFTED,
        Cause::DefaultMethod => {
            "Graph deletes the default method only when no other is left that could be it. Remove the others too (plan again with --methods \
             all), or set another default in the Entra admin center (Users > the person > Authentication methods) and run sealoff apply \
             with --retry-failed."
        }
        Cause::GivenUp => {
            "Graph had trouble with these accounts alone. Run the same sealoff apply again: it tries them once more."
        }
        Cause::Unanswered => {
            "Treat these accounts as not done. Run the same sealoff apply again, or run sealoff verify, which shows what \
             the directory has."
        }
        Cause::Refused(_) => {
            "Read Graph's words in results.csv. Microsoft's support finds the request by the request id beside them."
        }
    }
}
