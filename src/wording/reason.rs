//! Why a row is not simply treated as the playbook says.

use crate::plan::reason::Reason;
use crate::plan::row::Decision;

/// What the reason means: a sentence without its full stop, so that it can stand behind the reason's name.
pub const fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::Unreadable => "the row of the roster cannot be read",
        Reason::NotAUser => "the row names a service, the system or nothing, and no user",
        Reason::NotFound => "no account in this tenant has this name",
        Reason::Deleted => "the account is deleted, and cannot sign in unless it is restored",
        Reason::Ambiguous => "more than one account has this name; use the object id",
        Reason::MailAddress => {
            "this is the mail address of the account that plan.csv names, and no sign-in name: put that account on the roster, or look accounts up with --by mail"
        }
        Reason::Alias => {
            "this is an address or an old name of the account that plan.csv names, and no sign-in name: put that account on the roster, or look accounts up with --by proxy"
        }
        Reason::Mismatch => "the object id, the sign-in name and the address on this row do not belong to one account",
        Reason::Contradicted => "the roster says another name, number or department than the directory",
        Reason::Respelt => "the name was read out of what stands around it; plan.csv says how",
        Reason::ZerosLost => "another account has this number with zeros in front, which spreadsheets take off",
        Reason::LeftOut => "the row does not have the value that --only asks for",
        Reason::Duplicate => "the same account is on an earlier row",
        Reason::Protected => "the account is on the list of protected accounts",
        Reason::SyncServiceAccount => {
            "the account runs the directory sync; a change to it stops the sync of the whole tenant"
        }
        Reason::Operator => {
            "sealoff works as this account, or the account owns the app that sealoff works as; a run must not lock out its own operator"
        }
        Reason::LastGlobalAdmin => {
            "fewer than two enabled Global Administrators would be left untouched, too few to correct a mistake"
        }
        Reason::Restricted => {
            "the account is in a restricted management administrative unit: only a role assigned on that unit may change it"
        }
        Reason::Privileged => {
            "the account is an administrator's; plan.csv names its roles, and the role that the app would need"
        }
        Reason::NoWave => "the plan is carried out in waves, and the row names none",
        Reason::PassFromPassed => "the moment that the list names for the pass has passed, and none is made",
        Reason::PassFromFar => "the moment that the list names for the pass is more than 90 days off, and none is made",
        Reason::PassFromTwice => {
            "an earlier row names the same account with another moment for its pass; that row counts"
        }
        Reason::NoPassword => "passwords are given by hand, and there is none for this person",
        Reason::WeakPassword => "the password that is given for this person would be refused; plan.csv says why",
        Reason::Guest => "the person signs in at another organization; only a block has an effect on guests",
        Reason::AgentUser => {
            "the account is an agent user: it has no password, and signs in through its agent identity, which has to be disabled too"
        }
        Reason::NotAPerson => {
            "the account is a room's, a shared mailbox, a service or the like: what signs in with it stops working; plan.csv says what shows it"
        }
        Reason::Synced => {
            "the account is mastered on-premises: Active Directory has to be changed too, or its next sync undoes a block"
        }
        Reason::Federated => {
            "the domain is federated: its users sign in at its own identity provider, which keeps their passwords"
        }
        Reason::AlreadyBlocked => "sign-in is blocked already",
        Reason::AlreadyEnabled => "sign-in is allowed already",
        Reason::StillOpen => {
            "sign-in is not blocked, and no earlier run replaced the password: without methods, anyone who has the password could register new ones"
        }
        Reason::ResetBefore => "an earlier run replaced the password",
        Reason::MethodsUnknown => "what the person signs in with could not be listed; plan.csv says why",
        Reason::DevicesUnknown => "the person's devices could not be listed; plan.csv says why",
        Reason::ConsentsUnknown => "what the person allowed apps to do could not be listed; plan.csv says why",
        Reason::PassNotAllowed => {
            "the policy of the tenant gives this person no temporary access pass, and none is made"
        }
        Reason::PassOfBlocked => {
            "sign-in is blocked and the plan leaves it so: no temporary access pass is made, for its time would run out before it is of use"
        }
        Reason::Already => "nothing is left to do",
        Reason::UnknownState => "the directory does not say whether sign-in is allowed; it is set in any case",
        Reason::NoDeviceDisabled => "the run that is undone disabled no device of the person that was enabled before",
        Reason::NotBlocked => "the run that is undone did not block the account",
        Reason::BlockedBefore => "sign-in was blocked before the run that is undone, and stays blocked",
        Reason::BlockUncertain => {
            "it is not known whether the run that is undone blocked the account; check it, and allow sign-in by hand if that is right"
        }
        Reason::ChangedSince => "the account is no longer the one that was blocked",
    }
}

/// What the flag is for that lifts the reason. Who is blocked all the same is not left out: only the password stays.
pub const fn to_lift(reason: Reason, decision: Decision) -> &'static str {
    match (reason, decision) {
        (Reason::Synced | Reason::Federated, Decision::Act) => "to reset their passwords here, too",
        _ => "to include them",
    }
}

/// The flag by which rows are refused that have this reason and are changed all the same.
pub const fn refused_by(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Contradicted => Some("--strict"),
        _ => None,
    }
}

/// What to do with a row that was refused for this reason; a whole sentence.
pub const fn remedy(reason: Reason) -> &'static str {
    match reason {
        Reason::Unreadable => {
            "Correct what is named there. The account that is meant is named by its sign-in name or its object id."
        }
        Reason::NotAUser => "Leave the row out.",
        Reason::NotFound => {
            "Look for a typing error, or for the person under another name; write the sign-in name or the object id."
        }
        Reason::Deleted => "Leave the row out: the account cannot sign in.",
        Reason::Ambiguous => "Write the object id of the account that is meant.",
        Reason::MailAddress => "Write the sign-in name of that account.",
        Reason::Alias => "Write the sign-in name of that account.",
        Reason::Contradicted => {
            "Find out whether this account is the person's, and correct the roster or the directory; or write its object id alone."
        }
        Reason::Respelt => "Write the sign-in name alone.",
        Reason::ZerosLost => "Write the number as the directory has it, in a column that is formatted as text.",
        Reason::LeftOut => "Nothing, unless the person is meant: then plan without --only.",
        Reason::Mismatch => "Find out which of the two accounts is meant, and write its object id alone.",
        Reason::Duplicate => "Leave the row out: the account is on another row.",
        Reason::Protected => {
            "Leave the row out; or take the account off the list of protected accounts, if it is meant."
        }
        Reason::SyncServiceAccount => {
            "Leave the row out; replace the password of that account as Microsoft describes it."
        }
        Reason::Operator => "Leave the row out, or let another person or another app do it.",
        Reason::LastGlobalAdmin => "Leave out two Global Administrators or more, who stay able to correct a mistake.",
        Reason::Restricted => {
            "Give the app its role on that administrative unit, and plan with --allow-privileged; or change the account by hand."
        }
        Reason::Privileged => "If the administrator is meant: plan with --allow-privileged.",
        Reason::NoWave => "Write the wave into the column of waves.",
        Reason::PassFromPassed => {
            "Write a moment to come into the column of moments, or empty the cell: then the pass is good as soon as it is made; and plan again."
        }
        Reason::PassFromFar => {
            "Look at the year and the month in the column of moments, and plan again. Where that moment is meant, make the pass later, with a plan of its own (reinstate --credential pass)."
        }
        Reason::PassFromTwice => {
            "Find out which moment is right, and leave the other row out; where the earlier one is right, nothing is left to do."
        }
        Reason::NoPassword => {
            "Put a password for the person on the list of passwords; or plan with --generate-missing, which makes one."
        }
        Reason::WeakPassword => "Choose another password for the person, and seal the list of passwords again.",
        Reason::Guest => "Ask the guest's own organization; a playbook that blocks works here.",
        Reason::AgentUser => "Disable its agent identity in the Entra admin center, or allow it there again.",
        Reason::NotAPerson => {
            "Leave the row out; or, if it is meant, name the account on a list of its own, or plan with --allow-resource-accounts."
        }
        Reason::Synced => "Change it in Active Directory (onprem.csv); or plan with --allow-synced.",
        Reason::Federated => {
            "Change it at the identity provider of the domain (by-hand.csv); or plan with --allow-federated."
        }
        Reason::StillOpen => {
            "Block the account or replace its password first (contain, breach), and name the folder of that run in place of the roster."
        }
        Reason::DevicesUnknown => {
            "Let the app read users whole (User.Read.All), and plan it again. Where Graph's answer cannot be understood, disable the person's devices in the Entra admin center."
        }
        Reason::MethodsUnknown => {
            "Let the app list methods (UserAuthenticationMethod.Read.All), and plan it again. Where Graph's answer cannot be understood, remove the person's methods in the Entra admin center."
        }
        Reason::ConsentsUnknown => {
            "Let the app list consents (Directory.Read.All), and plan it again. Where Graph's answer cannot be understood, take the consents away in the Entra admin center."
        }
        Reason::PassNotAllowed => {
            "Put the person into a group that the policy for temporary access passes includes and plan again, or hand over a new password (--credential password)."
        }
        Reason::PassOfBlocked => "Make the pass when the person is let in again: reinstate --credential pass.",
        Reason::AlreadyBlocked | Reason::AlreadyEnabled | Reason::ResetBefore | Reason::Already => {
            "Nothing is left to do."
        }
        Reason::UnknownState => "Let the app read users whole (User.Read.All), and plan it again.",
        Reason::NoDeviceDisabled | Reason::NotBlocked | Reason::BlockedBefore => "Leave the row out.",
        Reason::BlockUncertain => "Look at the account, and allow sign-in by hand if that is right.",
        Reason::ChangedSince => "Look at what has become of the account, and change it by hand if that is right.",
    }
}

/// What to do with an account that is no longer what the plan says.
pub const DRIFTED: &str = "Look at what has changed in the account, and plan it again.";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::plan::pass_moments::MAX_DAYS_AHEAD;

    #[test]
    fn how_far_off_a_moment_may_be_is_said_as_it_holds() {
        assert!(sentence(Reason::PassFromFar).contains(&format!("more than {MAX_DAYS_AHEAD} days off")));
    }

    #[test]
    fn every_reason_has_a_sentence_of_its_own() {
        let sentences: BTreeSet<&str> = Reason::iter().map(sentence).collect();
        assert_eq!(sentences.len(), Reason::iter().count());
        assert!(sentences.iter().all(|text| !text.ends_with('.') && text.starts_with(char::is_lowercase)));
        assert!(Reason::iter().map(remedy).all(|text| text.ends_with('.') && text.starts_with(char::is_uppercase)));
    }
}
