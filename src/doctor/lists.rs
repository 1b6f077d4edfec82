//! What the operator brings along: who is protected, and who can open the new passwords.

use std::collections::HashSet;

use super::check::Check;
use crate::directory::TenantFacts;
use crate::ids::ObjectId;
use crate::plan::playbook::Playbook;
use crate::plan::protected::ProtectedError;
use crate::seal::{RecipientError, Recipients};
use crate::words::counted;

/// Whether whoever is named can be sealed to.
#[must_use]
pub fn recipients(named: Option<&Result<Recipients, RecipientError>>, playbook: Option<Playbook>) -> Check {
    const CHECK: &str = "recipients";
    let mend = "Make one with: sealoff keygen -o key.txt; it prints what goes behind --seal-to.";
    match (named, playbook) {
        (Some(Ok(recipients)), _) => {
            let keys = recipients.names();
            let number = counted(keys.len() as u64, "key", "keys");
            Check::ok(CHECK, format!("new passwords can be sealed to {number}: {}", keys.join(", "))).about(keys)
        }
        (Some(Err(error)), _) => Check::failed(CHECK, error.to_string(), mend),
        (None, Some(playbook)) if playbook.resets() => {
            let what = format!("nobody is named who could open the new passwords that {playbook} sets");
            let discard = if playbook.may_discard_credentials() {
                " Or throw the passwords away: sealoff plan --discard-credentials"
            } else {
                ""
            };
            Check::failed(CHECK, what, format!("{mend}{discard}"))
        }
        (None, Some(playbook)) => Check::ok(CHECK, format!("none are needed: {playbook} sets no passwords")),
        (None, None) => Check::skipped(CHECK, "none are named; --seal-to has them looked at"),
    }
}

/// A list that could not be read.
#[must_use]
pub fn unreadable(name: &str, error: &ProtectedError) -> Check {
    Check::failed(
        "protected",
        format!("{name}: {error}"),
        format!("Correct {name}, or name another list: --protect FILE"),
    )
}

/// The list of protected accounts, looked up: one check for each line that is nobody's.
#[must_use]
pub fn protected(name: &str, lines: usize, wrong: &[ProtectedError]) -> Vec<Check> {
    const CHECK: &str = "protected";
    if wrong.is_empty() {
        let accounts = counted(lines as u64, "account", "accounts");
        return vec![Check::ok(CHECK, format!("every line of {name} is found: {accounts}"))];
    }
    wrong.iter().map(|error| Check::failed(CHECK, format!("{name}, {error}"), format!("Correct {name}."))).collect()
}

/// Whether somebody is left for emergencies ("Manage emergency access accounts in Microsoft Entra ID"). Nothing marks such
/// an account; that a Global Administrator is protected by name is all that can be seen.
#[must_use]
pub fn emergency_access(facts: &TenantFacts, protected: Option<&HashSet<ObjectId>>) -> Check {
    const CHECK: &str = "emergency-access";
    const MEND: &str = "Put the accounts for emergencies on a list, one a line, and name it in every plan: --protect FILE, or \
                        SEALOFF_PROTECT.";
    let Some(privileges) = &facts.privileges else {
        return Check::skipped(CHECK, "who is an administrator could not be read");
    };
    let global = privileges.enabled_global_administrators();
    let kept = protected.map_or(0, |list| global.iter().filter(|id| list.contains(id)).count());
    let number = counted(global.len() as u64, "Global Administrator", "Global Administrators");
    match (global.len(), kept) {
        (0 | 1, _) => Check::warning(
            CHECK,
            format!("{number} may sign in: if that fails, nobody can mend a mistake"),
            "Make two cloud-only accounts for emergencies (Microsoft: Manage emergency access accounts in Microsoft Entra ID).",
        ),
        (_, 0) if protected.is_none() => {
            Check::warning(CHECK, format!("{number} may sign in, and no list of protected accounts is named"), MEND)
        }
        (_, 0) => Check::warning(
            CHECK,
            format!("{number} may sign in, and none of them is on the list of protected accounts"),
            MEND,
        ),
        (_, kept) => {
            Check::ok(CHECK, format!("{number} may sign in, and {kept} of them on the list of protected accounts"))
        }
    }
}
