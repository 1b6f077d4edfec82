//! Why an account is not done, decided once, from what became of it and from what the journal has.

use super::outcome::Outcome;
use super::row_fault::RowFault;
use crate::graph::error::GraphError;

/// Why an account is not done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Cause {
    /// Not begun, or not finished.
    NotFinished,
    /// The app may not do it.
    NotAllowed,
    /// Only a role at its administrative unit reaches the account.
    RestrictedUnit,
    /// The directory has no such account any more.
    Gone,
    /// The tenant refused the new password, twice.
    WeakPassword,
    /// The old password is kept elsewhere, and nothing says that it was replaced there.
    OldPassword,
    /// The old password is kept in Active Directory, and no new one was written back, as far as is known.
    NotWrittenBack,
    /// Active Directory is said to have the new password, and no reading has shown it.
    NotConfirmed,
    /// The account is mastered on-premises, or its domain is federated.
    MasteredElsewhere,
    /// The account is no longer the one that was approved.
    Drifted,
    /// A method is the person's default one, and others stay.
    DefaultMethod,
    /// Tried often enough without an answer that decides.
    GivenUp,
    /// Sent, and not answered.
    Unanswered,
    /// Refused by Graph with this code.
    Refused(String),
}

impl Cause {
    /// Why a row with this outcome is not done; nothing for those that are done or were not to be changed.
    pub fn of(outcome: Outcome, fault: Option<&RowFault>) -> Option<Self> {
        use Outcome::{Already, Done, Failed, OldPassword, Partial, Pending, Refused, Skipped, Uncertain};
        match (outcome, fault) {
            (Done, _) => None,
            (_, Some(RowFault::Drifted(_))) => Some(Self::Drifted),
            (OldPassword, _) => Some(Self::OldPassword),
            (Already | Skipped | Refused, _) => None,
            (Partial | Failed | Uncertain | Pending, Some(RowFault::Refused(error))) => {
                Some(Self::of_refusal(error).unwrap_or_else(|| match outcome {
                    Pending => Self::NotFinished,
                    Uncertain => Self::Unanswered,
                    _ => Self::Refused(if error.code.is_empty() {
                        error.status.to_string()
                    } else {
                        error.code.to_string()
                    }),
                }))
            }
            (Pending, _) => Some(Self::NotFinished),
            (_, Some(RowFault::GaveUp { .. })) => Some(Self::GivenUp),
            (Partial | Failed | Uncertain, _) => Some(Self::Unanswered),
        }
    }

    /// Its word, for programs.
    pub fn word(&self) -> &'static str {
        self.into()
    }

    fn of_refusal(error: &GraphError) -> Option<Self> {
        match error {
            _ if error.is_about_a_restricted_unit() => Some(Self::RestrictedUnit),
            _ if error.is_denied() => Some(Self::NotAllowed),
            _ if error.is_about_what_is_gone() => Some(Self::Gone),
            _ if error.is_about_the_password() => Some(Self::WeakPassword),
            _ if error.is_about_the_default_method() => Some(Self::DefaultMethod),
            _ if error.is_about_an_account_mastered_elsewhere() => Some(Self::MasteredElsewhere),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::write_outcome::{Postponed, Undecided};
    use crate::plan::drift_cause::DriftCause;
    use crate::run::last_try::LastTry;
    use crate::step::{Step, Steps};

    fn refused(status: u16, code: &str, message: &str) -> Option<RowFault> {
        Some(RowFault::Refused(GraphError {
            status,
            code: code.into(),
            message: message.into(),
            request_id: None,
            is_foreign: false,
        }))
    }

    #[test]
    fn causes_are_distinguished_and_what_is_done_has_none() {
        let of = |outcome, fault: Option<RowFault>| Cause::of(outcome, fault.as_ref());
        let last_try = LastTry::Postponed { why: Postponed::Blocked };
        let gave_up = RowFault::GaveUp { steps: Steps::of(&[Step::Revoke]), last_try };
        for outcome in [Outcome::Done, Outcome::Already, Outcome::Skipped, Outcome::Refused] {
            assert_eq!(of(outcome, None), None);
        }
        let drifted = || Some(RowFault::Drifted(DriftCause::Gone));
        assert_eq!(of(Outcome::Refused, drifted()), Some(Cause::Drifted));
        assert_eq!(of(Outcome::Partial, drifted()), Some(Cause::Drifted));
        assert_eq!(of(Outcome::Failed, refused(403, "Authorization_RequestDenied", "no")), Some(Cause::NotAllowed));
        let unit = "Target object is a member of a restricted management administrative unit";
        let restricted = refused(403, "Authorization_RequestDenied", unit);
        assert_eq!(of(Outcome::Failed, restricted), Some(Cause::RestrictedUnit));
        assert_eq!(of(Outcome::Failed, refused(404, "", "")), Some(Cause::Gone));
        let elsewhere = refused(400, "Request_BadRequest", "Unable to update: on-premises mastered");
        assert_eq!(of(Outcome::Partial, elsewhere), Some(Cause::MasteredElsewhere));
        let default = "Cannot delete default method with other methods configured. Please change default method.";
        assert_eq!(of(Outcome::Partial, refused(400, "badRequest", default)), Some(Cause::DefaultMethod));
        let default =
            "The requested id matches the user's current default authentication method, and cannot be deleted.";
        assert_eq!(of(Outcome::Failed, refused(400, "badRequest", default)), Some(Cause::DefaultMethod));
        let weak = refused(400, "Request_BadRequest", "The specified password does not comply with complexity");
        assert_eq!(of(Outcome::Partial, weak), Some(Cause::WeakPassword));
        let lost = RowFault::Undecided(Undecided::Lost("the answer was lost".into()));
        assert_eq!(of(Outcome::Uncertain, Some(lost)), Some(Cause::Unanswered));
        assert_eq!(of(Outcome::Partial, Some(gave_up.clone())), Some(Cause::GivenUp));
        assert_eq!(of(Outcome::Uncertain, Some(gave_up)), Some(Cause::GivenUp));
        assert_eq!(of(Outcome::Pending, None), Some(Cause::NotFinished));
        assert_eq!(of(Outcome::Failed, refused(400, "Odd_Code", "?")), Some(Cause::Refused("Odd_Code".to_owned())));
    }
}
