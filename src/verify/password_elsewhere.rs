//! Judges passwords that are kept elsewhere: in Active Directory, or at the identity provider of a federated domain.

use time::{Duration, OffsetDateTime};

use super::claims::ReplacedBy;
use super::reading::{AccountReading, SeenAccount};
use super::second::whole;
use crate::run::proof::Proof;
use crate::words::utc_second;

/// The script notes the moment at which it was done with a row, by the clock of its own machine. Clocks in a domain are kept by its
/// controllers, and those by the network; a change that is this much older may be another's, and proves nothing.
const SCRIPT_TOLERANCE: Duration = Duration::seconds(60);

/// A password hash is brought here every two minutes ("Implement password hash synchronization"); what the sync has not
/// brought so long after a later sync of the object it does not bring.
const MAX_HASH_SYNC: Duration = Duration::minutes(10);

/// So long a directory sync may take to come: it runs every 30 minutes ("Microsoft Entra Connect Sync: Scheduler").
const MAX_SYNC: Duration = Duration::minutes(45);

/// The password of an account that is mastered on-premises: it is proved by what the hash sync brought here after the
/// script had set it. `before` is when it had last been changed before the run.
pub(super) fn judge_on_premises(
    replaced: Option<OffsetDateTime>,
    is_right_one: bool,
    by: ReplacedBy,
    before: Option<OffsetDateTime>,
    account: &SeenAccount,
    reading: &AccountReading,
) -> (Proof, String, bool) {
    let by_whom = match by {
        ReplacedBy::Script => "onprem.ps1",
        ReplacedBy::Writeback => "password writeback",
        ReplacedBy::Person => "a person",
    };
    let changed = account.last_password_change().map(whole);
    let shown = changed.map_or_else(
        || "the directory does not say when the password was last changed".to_owned(),
        |changed| format!("password changed at {}", utc_second(changed)),
    );
    if !account.synced {
        let found = format!(
            "{shown}; the account is no longer synced: its password is kept in the cloud now, and this run has not \
             replaced it there"
        );
        return (Proof::NotYet, found, false);
    }
    let Some(replaced) = replaced.map(whole) else {
        let found = format!("{shown}; no result of {by_whom} says that it was replaced in Active Directory");
        return (Proof::NotYet, found, false);
    };
    // Who filled in the list may have said that it is done, and not when.
    let not_before = match by {
        ReplacedBy::Script | ReplacedBy::Writeback => Some(replaced - SCRIPT_TOLERANCE),
        ReplacedBy::Person => before.map(|before| whole(before) + Duration::SECOND),
    };
    if !is_right_one {
        let found = format!("{shown}; onprem.ps1 set another password than the sealed one: run it again");
        return (Proof::NotYet, found, false);
    }
    if changed.zip(not_before).is_some_and(|(is, not_before)| is >= not_before && Some(is) != before.map(whole)) {
        return (Proof::Proved, format!("{shown}, in Active Directory by {}", utc_second(replaced)), false);
    }
    let when = if by == ReplacedBy::Person { "by" } else { "at" };
    let known = format!("{shown}; {by_whom} replaced it {when} {}", utc_second(replaced));
    let (verdict, found) = not_brought_here(&known, replaced, reading);
    (verdict, found, reading.at() - replaced < MAX_SYNC)
}

/// The verdict where the directory shows no password that is as new as the one in Active Directory, by when the sync last ran.
/// `known` is what is known of both.
fn not_brought_here(known: &str, replaced: OffsetDateTime, reading: &AccountReading) -> (Proof, String) {
    match reading.last_sync() {
        Some(sync) if sync > replaced + MAX_HASH_SYNC => {
            let found = format!(
                "{known}, and the directory sync ran at {} and brought no new password: \
                 where passwords are checked on-premises (pass-through authentication, federation) none is ever shown here",
                utc_second(sync)
            );
            (Proof::CannotBeProved, found)
        }
        Some(sync) => {
            let found = format!(
                "{known}, and the directory sync, which last ran at {}, has not brought it \
                 here yet",
                utc_second(sync)
            );
            (Proof::NotYet, found)
        }
        None => {
            let found = format!("{known}, and it is not shown here yet; when the directory sync last ran is not known");
            (Proof::NotYet, found)
        }
    }
}

/// The password of an account whose domain is federated: `lastPasswordChangeDateTime` is about the password in the cloud, which
/// no one signs in with there, and nothing in the tenant is about the other one.
pub(super) fn judge_at_provider(replaced: Option<OffsetDateTime>, account: &SeenAccount) -> (Proof, String) {
    if account.synced {
        let found =
            "the account is synced now: its password is kept in Active Directory, and this plan does not know it";
        return (Proof::NotYet, found.to_owned());
    }
    match replaced {
        None => (
            Proof::NotYet,
            "no one says that the password was changed at the identity provider of the domain".to_owned(),
        ),
        Some(by) => {
            let by = utc_second(by);
            let found = format!(
                "a person says that it was changed at the identity provider of the domain, by {by}; the directory never shows \
                 a password that is kept there"
            );
            (Proof::CannotBeProved, found)
        }
    }
}
