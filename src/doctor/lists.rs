//! The lists of the operator: protected accounts, and keys that open the new passwords.

use std::collections::HashSet;

use time::{Duration, OffsetDateTime};

use super::check::Check;
use super::new_passwords::NewPasswords;
use crate::directory::TenantFacts;
use crate::ids::ObjectId;
use crate::plan::handoff::{HandoffKeys, HandoffKeysError};
use crate::plan::playbook::Playbook;
use crate::plan::protected::ProtectedError;
use crate::seal::{RecipientError, Recipients};
use crate::wording::recipients::{KEYGEN, remedy, remedy_in_file};
use crate::words::{counted, span};

const RECIPIENTS: &str = "recipients";

/// Whether the named keys can be sealed to: at least one check.
pub fn recipients(new: &NewPasswords, playbook: Option<Playbook>) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.extend(new.sealed_to.as_ref().map(sealed_to));
    checks.extend(new.handed_over.as_ref().map(|(name, keys)| handed_over(name, keys)));
    if new.discarded {
        checks.push(discarded(playbook));
    }
    if checks.is_empty() {
        checks.push(none_named(playbook));
    }
    let now = OffsetDateTime::now_utc();
    checks.extend(new.active_directory.as_ref().map(|keys| active_directory(keys, now)));
    checks
}

/// A certificate that lasts no longer is to be renewed while there is time.
const SOON: Duration = Duration::days(30);

/// Whether the script for Active Directory can open what is sealed to its key, as far as the certificate shows it.
fn active_directory(keys: &Result<Recipients, RecipientError>, now: OffsetDateTime) -> Check {
    const CHECK: &str = "ad-key";
    const PROVE: &str = "Its private half is not here: onprem.ps1 -WhatIf, on the machine that has it, opens every row and changes \
                         nothing.";
    match keys {
        Ok(keys) => {
            let names = keys.names();
            let found = format!("onprem.ps1 can be given passwords that open with {}", names.join(", "));
            match keys.first_expiry().filter(|end| *end - now < SOON) {
                Some(end) => Check::warning(
                    CHECK,
                    format!("{found}; it ends in {}", span((end - now).unsigned_abs())),
                    "Make a new certificate for document encryption while there is time; plans that were made before keep to the old one.",
                ),
                None => Check { remedy: Some(PROVE.to_owned()), ..Check::ok(CHECK, found) },
            }
            .about(names)
        }
        Err(error) => Check::failed_with(CHECK, error.to_string(), remedy(error)),
    }
}

fn sealed_to(named: &Result<Recipients, RecipientError>) -> Check {
    match named {
        Ok(recipients) => {
            let keys = recipients.names();
            let number = counted(keys.len() as u64, "key", "keys");
            Check::ok(RECIPIENTS, format!("new passwords can be sealed to {number}: {}", keys.join(", "))).about(keys)
        }
        Err(error) => Check::failed_with(RECIPIENTS, error.to_string(), remedy(error)),
    }
}

fn handed_over(file: &str, keys: &Result<HandoffKeys, HandoffKeysError>) -> Check {
    match keys {
        Ok(keys) => {
            let names: Vec<String> = keys.holders().map(|holder| holder.name.to_string()).collect();
            let number = counted(names.len() as u64, "name", "names");
            let escrow =
                if keys.escrow().is_empty() { "; no key opens all of them" } else { "; escrow opens all of them" };
            Check::ok(RECIPIENTS, format!("every key in {file} can be sealed to: {number}{escrow}")).about(names)
        }
        Err(error) => {
            let remedy = remedy_in_file(error).unwrap_or_else(|| format!("Correct {file}.").into());
            Check::failed_with(RECIPIENTS, error.to_string(), remedy)
        }
    }
}

fn discarded(playbook: Option<Playbook>) -> Check {
    match playbook {
        Some(playbook) if playbook.resets() && !playbook.may_discard_credentials() => {
            let what = format!("{playbook} does not throw new passwords away: its people are meant to sign in again");
            Check::failed(
                RECIPIENTS,
                what,
                "Leave out --discard-credentials, and name keys with --seal-to or --recipients.",
            )
        }
        _ => Check::ok(RECIPIENTS, "none are needed: new passwords are thrown away"),
    }
}

fn none_named(playbook: Option<Playbook>) -> Check {
    match playbook {
        Some(playbook) if playbook.resets() => {
            let what = format!("no key is named that could open the new passwords that {playbook} sets");
            let discard = if playbook.may_discard_credentials() {
                " Or throw the passwords away: --discard-credentials"
            } else {
                ""
            };
            Check::failed(RECIPIENTS, what, format!("{MAKE_A_KEY}{discard}")).by_command(KEYGEN)
        }
        Some(playbook) => Check::ok(RECIPIENTS, format!("none are needed: {playbook} sets no passwords")),
        None => Check::skipped(RECIPIENTS, "none are named; --seal-to or --recipients has them looked at"),
    }
}

const MAKE_A_KEY: &str = "Make a key; the command prints what goes behind --seal-to.";

/// A list that could not be read.
pub fn unreadable(name: &str, error: &ProtectedError) -> Check {
    Check::failed(
        "protected",
        format!("{name}: {error}"),
        format!("Correct {name}, or name another list: --protect FILE"),
    )
}

/// The list of protected accounts, looked up: one check for each line that names no account.
pub fn protected(name: &str, lines: usize, wrong: &[ProtectedError]) -> Vec<Check> {
    const CHECK: &str = "protected";
    if wrong.is_empty() {
        let accounts = counted(lines as u64, "account", "accounts");
        return vec![Check::ok(CHECK, format!("every line of {name} is found: {accounts}"))];
    }
    wrong.iter().map(|error| Check::failed(CHECK, format!("{name}, {error}"), format!("Correct {name}."))).collect()
}

/// How accounts for emergencies are kept from plans.
pub(super) const PROTECT: &str = "Put the accounts for emergencies on a list, one a line, and name it in every plan: --protect FILE, or SEALOFF_PROTECT.";

/// Whether an account is left for emergencies ("Manage emergency access accounts in Microsoft Entra ID"). Nothing marks such
/// an account; that a Global Administrator is protected by name is all that can be seen.
pub fn emergency_access(facts: &TenantFacts, protected: Option<&HashSet<ObjectId>>) -> Check {
    const CHECK: &str = "emergency-access";
    let Some(privileges) = &facts.privileges else {
        return Check::skipped(CHECK, "who is an administrator could not be read");
    };
    let global = privileges.enabled_global_administrators();
    let kept = protected.map_or(0, |list| global.iter().filter(|id| list.contains(id)).count());
    let number = counted(global.len() as u64, "Global Administrator", "Global Administrators");
    match (global.len(), kept) {
        (0 | 1, _) => Check::warning(
            CHECK,
            format!("{number} may sign in: if that fails, no account is left to correct a mistake"),
            "Make two cloud-only accounts for emergencies (Microsoft: Manage emergency access accounts in Microsoft Entra ID).",
        ),
        (_, 0) if protected.is_none() => {
            Check::warning(CHECK, format!("{number} may sign in, and no list of protected accounts is named"), PROTECT)
        }
        (_, 0) => Check::warning(
            CHECK,
            format!("{number} may sign in, and none of them is on the list of protected accounts"),
            PROTECT,
        ),
        (_, kept) => {
            Check::ok(CHECK, format!("{number} may sign in, and {kept} of them on the list of protected accounts"))
        }
    }
}
