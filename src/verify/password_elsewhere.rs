//! Judges passwords that are kept elsewhere: in Active Directory, or at the identity provider of a federated domain.

use time::{Duration, OffsetDateTime};

use super::finding::Judged;
use super::reading::{AccountReading, SeenAccount};
use crate::run::proof::Proof;
use crate::run::seen_step::{AtProvider, PasswordThere, ReplacedBy, SeenStep};
use crate::second::{Second, whole};

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
) -> Judged {
    let changed = account.last_password_change().map(whole);
    let seen = |there| SeenStep::OnPremises { changed: changed.map(Second::of), there };
    if !account.synced {
        return (Proof::NotYet, seen(PasswordThere::NoLongerSynced), false);
    }
    let Some(replaced) = replaced.map(whole) else {
        return (Proof::NotYet, seen(PasswordThere::NotReplaced { by }), false);
    };
    // Who filled in the list may have said that it is done, and not when.
    let not_before = match by {
        ReplacedBy::Script | ReplacedBy::Writeback => Some(replaced - SCRIPT_TOLERANCE),
        ReplacedBy::Person => before.map(|before| whole(before) + Duration::SECOND),
    };
    if !is_right_one {
        return (Proof::NotYet, seen(PasswordThere::AnotherSet), false);
    }
    if changed.zip(not_before).is_some_and(|(is, not_before)| is >= not_before && Some(is) != before.map(whole)) {
        return (Proof::Proved, seen(PasswordThere::Brought { replaced: Second::of(replaced) }), false);
    }
    let synced = reading.last_sync();
    let overdue = synced.is_some_and(|sync| sync > replaced + MAX_HASH_SYNC);
    let there =
        PasswordThere::NotBrought { replaced: Second::of(replaced), by, synced: synced.map(Second::of), overdue };
    let verdict = if overdue { Proof::CannotBeProved } else { Proof::NotYet };
    (verdict, seen(there), reading.at() - replaced < MAX_SYNC)
}

/// The password of an account whose domain is federated: `lastPasswordChangeDateTime` is about the password in the cloud, which
/// no one signs in with there, and nothing in the tenant is about the other one.
pub(super) fn judge_at_provider(replaced: Option<OffsetDateTime>, account: &SeenAccount) -> Judged {
    let (verdict, seen) = match replaced {
        _ if account.synced => (Proof::NotYet, AtProvider::SyncedNow),
        None => (Proof::NotYet, AtProvider::NotSaid),
        Some(by) => (Proof::CannotBeProved, AtProvider::Said(Second::of(by))),
    };
    (verdict, SeenStep::AtProvider(seen), false)
}
