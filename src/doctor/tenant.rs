//! What kind of tenant it is: name, size, sync, domains, quota.

use std::fmt;

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::check::{Check, CheckStatus};
use crate::directory::{Domains, LookupError, Note, PassPolicy, SyncFeatures};
use crate::graph::reading::ReadError;
use crate::graph::transport::Advice;
use crate::ids::TenantId;
use crate::plan::pass_wish::PassWish;
use crate::wording::note::remedy;
use crate::wording::passes;
use crate::words::{self, count, counted};

/// The tenant as it describes itself: "organization resource type".
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// Its id.
    pub id: TenantId,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Whether Active Directory is synced into it; `null` where it never was.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
    /// When the sync last ran.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub on_premises_last_sync_date_time: Option<OffsetDateTime>,
    /// When hashes of passwords were last brought here; `null` where they never were.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub on_premises_last_password_sync_date_time: Option<OffsetDateTime>,
}

/// How large a tenant is, as far as Graph's limits distinguish it ("Microsoft Graph service-specific throttling limits").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeClass {
    /// Under 50 users.
    S,
    /// 50 to 500 users.
    M,
    /// Above 500 users.
    L,
}

impl SizeClass {
    /// The class of a tenant with so many users.
    pub const fn of(users: u64) -> Self {
        match users {
            0..50 => Self::S,
            50..=500 => Self::M,
            _ => Self::L,
        }
    }

    /// How many resource units one app has in ten seconds.
    pub const fn resource_units(self) -> u32 {
        match self {
            Self::S => 3_500,
            Self::M => 5_000,
            Self::L => 8_000,
        }
    }
}

impl fmt::Display for SizeClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S => "S (under 50 users)",
            Self::M => "M (50 to 500 users)",
            Self::L => "L (above 500 users)",
        })
    }
}

/// Name and size.
pub fn name_and_size(tenant: &Description, users: Option<u64>) -> Check {
    let name = tenant.display_name.as_deref().filter(|name| !name.is_empty()).unwrap_or("without a name");
    let size = users.map_or("its number of users is not known".to_owned(), |users| {
        format!("{}, size class {}", counted(users, "user", "users"), SizeClass::of(users))
    });
    Check::ok("tenant", format!("{name} ({}); {size}", tenant.id))
}

/// The limits that follow from the size, and how near to them the tenant says that this app is.
pub fn quota(users: Option<u64>, advice: &Advice) -> Check {
    const CHECK: &str = "quota";
    let units = users.map_or(String::new(), |users| {
        format!("; for reading {} resource units in 10 seconds", count(SizeClass::of(users).resource_units().into()))
    });
    let documented = format!("3,000 writes at once, 20 a second from then on{units}");
    match advice.limit_share {
        Some(share) if share >= 0.8 => Check::warning(
            CHECK,
            format!("{documented}; {:.0} % of a limit is in use at this moment", share * 100.0),
            "Another job works as the same app: wait for it, or give this one an app registration of its own.",
        ),
        _ => Check::ok(CHECK, format!("{documented}; Graph reports no limit that is near")),
    }
}

/// Sync runs every half hour; after this long it needs a look ("Microsoft Entra Connect Sync: Scheduler").
const OVERDUE: Duration = Duration::hours(3);

/// Whether Active Directory is synced into the tenant, and whether that is alive.
pub fn sync(tenant: &Description, synced: Option<u64>, now: OffsetDateTime) -> Check {
    const CHECK: &str = "sync";
    if tenant.on_premises_sync_enabled != Some(true) {
        return Check::ok(CHECK, "nothing is synced from Active Directory");
    }
    match tenant.on_premises_last_sync_date_time {
        None => Check::warning(
            CHECK,
            "Active Directory is synced into this tenant, and it never ran",
            "Ask the people who run Entra Connect: accounts that are synced have to be changed in Active Directory too.",
        ),
        Some(last) if now - last > OVERDUE => Check::warning(
            CHECK,
            format!(
                "Active Directory is synced into this tenant, and last was {} ago, at {}",
                words::span((now - last).unsigned_abs()),
                words::moment(last)
            ),
            "Ask the people who run Entra Connect why it stands still: what is changed in Active Directory does not arrive here.",
        ),
        Some(last) => {
            let who = synced.map_or_else(String::new, |number| {
                format!("{} synced; ", counted(number, "account is", "accounts are"))
            });
            let passwords = match tenant.on_premises_last_password_sync_date_time {
                Some(at) => format!("their passwords were last brought here at {}", words::moment(at)),
                None => "no password of theirs was ever brought here: they sign in by pass-through authentication or federation, and no \
                         reading shows a new one"
                    .to_owned(),
            };
            Check::ok(
                CHECK,
                format!(
                    "Active Directory is synced into this tenant, last at {}; {who}{passwords}; they are replaced there (onprem.csv)",
                    words::moment(last)
                ),
            )
        }
    }
}

/// Whether resets of synced people are written back, as far as the tenant says.
pub fn writeback(features: &Result<Option<SyncFeatures>, ReadError>) -> Check {
    const CHECK: &str = "writeback";
    match features {
        Ok(Some(SyncFeatures { writeback: Some(true), .. })) => Check::ok(
            CHECK,
            "passwords are written back to Active Directory, as the tenant says; with plan --writeback they are for synced people",
        ),
        Ok(Some(SyncFeatures { writeback: Some(false), .. })) => Check::warning(
            CHECK,
            "passwords are not written back to Active Directory, as the tenant says",
            "Nothing has to be done unless you plan with --writeback: Entra admin center > Protection > Password reset > On-premises \
             integration.",
        ),
        Ok(_) => Check::skipped(CHECK, "the tenant does not say whether passwords are written back"),
        Err(error) => Check::skipped(
            CHECK,
            format!(
                "whether passwords are written back could not be read (OnPremDirectorySynchronization.Read.All and the role Hybrid \
                 Identity Administrator): {error}"
            ),
        ),
    }
}

/// The domains whose people sign in elsewhere.
pub fn domains(domains: &Domains) -> Check {
    let federated = domains.federated();
    match federated.as_slice() {
        [] => Check::ok("domains", "all domains sign in here"),
        some => Check::ok(
            "domains",
            format!("federated: {}; passwords of these people are reset at their identity provider", some.join(", ")),
        )
        .about(some.iter().map(|&name| name.to_owned()).collect()),
    }
}

/// Whether it is known who may take a role for a while, and whose account must not be touched. `notes` are of a reading that asked
/// for roles.
pub fn notes(notes: &[Note]) -> Vec<Check> {
    const ELIGIBLE: &str = "eligible-roles";
    let mut eligible = Check::ok(ELIGIBLE, "who may take a role for a while is known (Privileged Identity Management)");
    let mut owners = Vec::new();
    for note in notes {
        match note {
            Note::NoEligibleRoles => eligible = Check::ok(ELIGIBLE, note.sentence()),
            Note::RolesNotRead => eligible = Check::skipped(ELIGIBLE, note.sentence()),
            Note::EligibleRolesNotRead { .. } | Note::EligibleRolesRefused { .. } => eligible = gap(ELIGIBLE, note),
            Note::OwnersNotRead { .. } | Note::CallerNotKnown => owners.push(gap("owners", note)),
            // They are about a list, or have checks of their own.
            Note::DomainsNotRead
            | Note::SignedInAs { .. }
            | Note::DeletedNotRead { .. }
            | Note::MailboxesNotRead { .. }
            | Note::ManagersNotRead { .. }
            | Note::MembersListed
            | Note::NamesCompared { .. }
            | Note::NamesNotCompared => {}
        }
    }
    owners.push(eligible);
    owners
}

fn gap(check: &'static str, note: &Note) -> Check {
    Check {
        remedy: remedy(note.into()).map(str::to_owned),
        status: CheckStatus::Warning,
        ..Check::ok(check, note.sentence())
    }
}

/// Does the tenant give the temporary access passes that are meant?
pub fn passes(wish: PassWish, policy: Result<PassPolicy, LookupError>) -> Check {
    const NAME: &str = "passes";
    match &policy.map(|policy| wish.under(&policy)) {
        Ok(Ok(terms)) => Check::ok(NAME, format!("the policy allows them: {}", passes::when(terms))),
        Ok(Err(why)) => Check::failed(NAME, why.to_string(), passes::remedy(why)),
        Err(error) => {
            let steps = passes::remedies_of_unread_policy(error);
            Check::failed_by(NAME, passes::of_unread_policy(error), &steps, "Plan without --credential.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_class_is_that_of_the_page() {
        for (users, class, units) in [
            (0, SizeClass::S, 3_500),
            (49, SizeClass::S, 3_500),
            (50, SizeClass::M, 5_000),
            (500, SizeClass::M, 5_000),
            (501, SizeClass::L, 8_000),
            (1_000_000, SizeClass::L, 8_000),
        ] {
            assert_eq!((SizeClass::of(users), SizeClass::of(users).resource_units()), (class, units), "{users}");
        }
    }

    #[test]
    fn a_sync_that_stands_still_is_seen() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let tenant = |enabled, last: Option<Duration>| Description {
            id: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            display_name: None,
            on_premises_sync_enabled: enabled,
            on_premises_last_sync_date_time: last.map(|ago| now - ago),
            on_premises_last_password_sync_date_time: None,
        };
        assert_eq!(sync(&tenant(None, None), None, now).status, CheckStatus::Ok);
        assert_eq!(sync(&tenant(Some(true), Some(Duration::minutes(30))), None, now).status, CheckStatus::Ok);
        assert_eq!(sync(&tenant(Some(true), Some(Duration::hours(4))), None, now).status, CheckStatus::Warning);
        assert_eq!(sync(&tenant(Some(true), None), None, now).status, CheckStatus::Warning);
    }

    #[test]
    fn a_limit_that_is_near_is_named() {
        let near = Advice { limit_share: Some(0.93), ..Advice::default() };
        let check = quota(Some(1_000), &near);
        assert!(check.status == CheckStatus::Warning && check.found.contains("93 %"), "{check:?}");
        let far = quota(Some(1_000), &Advice::default());
        assert!(far.status == CheckStatus::Ok && far.found.contains("8,000 resource units"), "{far:?}");
    }
}
