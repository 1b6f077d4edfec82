//! Why a row is not simply treated as the playbook says.

use crate::plan::reason::Reason;

/// What the reason means: a sentence without its full stop, so that it can stand behind the reason's name.
#[must_use]
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
        Reason::Mismatch => "the object id and the sign-in name on this row do not belong to one account",
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
        Reason::Guest => "the person signs in at another organization; only a block has an effect on guests",
        Reason::Synced => {
            "the account is mastered on-premises: Active Directory has to be changed too (onprem.csv), or its next sync undoes a block"
        }
        Reason::Federated => {
            "the domain is federated: its users sign in at its own identity provider, and their passwords have to be replaced there"
        }
        Reason::AlreadyBlocked => "sign-in is blocked already",
        Reason::AlreadyEnabled => "sign-in is allowed already",
        Reason::Already => "nothing is left to do",
        Reason::UnknownState => "the directory does not say whether sign-in is allowed; it is set in any case",
        Reason::NotBlocked => "the run that is undone did not block the account",
        Reason::BlockedBefore => "sign-in was blocked before the run that is undone, and stays blocked",
        Reason::BlockUncertain => {
            "it is not known whether the run that is undone blocked the account; check it, and allow sign-in by hand if that is right"
        }
        Reason::ChangedSince => "the account is no longer the one that was blocked",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn every_reason_has_a_sentence_of_its_own() {
        let sentences: BTreeSet<&str> = Reason::iter().map(sentence).collect();
        assert_eq!(sentences.len(), Reason::iter().count());
        assert!(sentences.iter().all(|text| !text.ends_with('.') && text.starts_with(char::is_lowercase)));
    }
}
