//! One account and the rules become one decision.

use std::collections::{HashMap, HashSet};

use super::playbook::Playbook;
use super::reason::Reason;
use super::row::Decision;
use super::rules::Rules;
use super::step::{Step, Steps};
use crate::directory::{Account, Found};
use crate::ids::{ObjectId, RowNumber};
use crate::roster::{Defect, Key, Person};

/// What was decided about one row, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// What happens.
    pub decision: Decision,
    /// What is done; nothing unless the decision is `act`.
    pub steps: Steps,
    /// Why it is not simply what the playbook says.
    pub reasons: Vec<Reason>,
    /// What else is to be said; only where there is one reason.
    pub detail: String,
}

/// What is known about one row when it is judged.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// The row could not be read.
    Defect(&'a Defect),
    /// The person on the row, and what the directory says.
    Person(&'a Person, &'a Found),
}

/// Judges row after row. It remembers which accounts it has seen, at some forty bytes each.
pub struct Judge {
    playbook: Playbook,
    allow_synced: bool,
    skip_guests: bool,
    protected: HashSet<ObjectId>,
    first_rows: HashMap<ObjectId, RowNumber>,
}

impl Judge {
    /// Judges by these rules; `protected` are the accounts that [`Rules::protected`] names.
    #[must_use]
    pub fn new(rules: &Rules, protected: HashSet<ObjectId>) -> Self {
        Self {
            playbook: rules.playbook,
            allow_synced: rules.allow_synced,
            skip_guests: rules.skip_guests,
            protected,
            first_rows: HashMap::new(),
        }
    }

    /// Judges the next row. Rows have to come in the roster's order: of two rows for one account the first counts.
    pub fn judge(&mut self, row: RowNumber, known: Known<'_>) -> Ruling {
        let (person, found) = match known {
            Known::Defect(defect) => return refuse(Reason::Unreadable, defect.to_string()),
            Known::Person(person, found) => (person, found),
        };
        let account = match found {
            Found::Account(account) => account,
            Found::Nobody | Found::Deleted(_) => return refuse(Reason::NotFound, String::new()),
            Found::Several(several) => {
                let names: Vec<_> = several.iter().map(ToString::to_string).collect();
                return refuse(Reason::Ambiguous, names.join(" and "));
            }
        };
        if let Some(other) =
            person.also.as_ref().filter(|name| name.folded() != account.user_principal_name.to_lowercase())
        {
            return refuse(Reason::Mismatch, format!("the roster says {other}, the directory {account}"));
        }
        // Mail addresses are passed on to others; whoever is locked out must be named by what is theirs alone.
        if let Key::UserPrincipalName(name) = &person.key
            && name.folded() != account.user_principal_name.to_lowercase()
        {
            return refuse(Reason::MailAddress, format!("belongs to {account}"));
        }
        // Whatever becomes of this row from here on, a later one for the same account adds nothing to it. A row
        // that names somebody wrongly has claimed nobody: a later row may name the account rightly.
        let first = *self.first_rows.entry(account.object_id).or_insert(row);
        if first != row {
            return Ruling { detail: format!("row {first}"), ..left_alone(Decision::Skip, vec![Reason::Duplicate]) };
        }
        if is_sync_service_account(&account.user_principal_name) {
            return refuse(Reason::SyncServiceAccount, String::new());
        }
        if self.protected.contains(&account.object_id) {
            return refuse(Reason::Protected, String::new());
        }
        self.steps_for(account)
    }

    /// What is left of the playbook for this account.
    fn steps_for(&self, account: &Account) -> Ruling {
        let mut steps = self.playbook.steps();
        let mut reasons = Vec::new();
        if account.external {
            // Password and sessions are in the guest's home tenant: "Revoke user access in Microsoft Entra ID" leaves
            // blocking as the one thing that works here.
            reasons.push(Reason::Guest);
            steps = steps.without(Step::Reset).without(Step::Revoke);
            if self.skip_guests || steps.is_empty() {
                return left_alone(Decision::Skip, reasons);
            }
        } else if account.synced && !self.allow_synced && steps.contains(Step::Reset) {
            reasons.push(Reason::Synced);
            steps = steps.without(Step::Reset);
        }
        match (steps.account_enabled(), account.enabled) {
            (Some(false), Some(false)) => {
                reasons.push(Reason::AlreadyBlocked);
                steps = steps.without(Step::Block);
            }
            (Some(true), Some(true)) => {
                reasons.push(Reason::AlreadyEnabled);
                steps = steps.without(Step::Unblock);
            }
            (Some(_), None) => reasons.push(Reason::UnknownState),
            _ => {}
        }
        if steps.contains(Step::Unblock) && !steps.contains(Step::Reset) && !account.external {
            // An account must not be opened with the password that it had: an intruder may know it.
            return left_alone(Decision::Refuse, reasons);
        }
        if steps.is_empty() {
            return left_alone(Decision::Already, reasons);
        }
        Ruling { decision: Decision::Act, steps, reasons, detail: String::new() }
    }
}

/// Blocking or resetting the account that runs the directory sync stops it for the whole tenant. Microsoft gives these
/// accounts fixed names: `Sync_{server}_{hex}` and `ADToAADSyncServiceAccount`, in the initial domain.
fn is_sync_service_account(user_principal_name: &str) -> bool {
    let name = user_principal_name.to_ascii_lowercase();
    let named = name.starts_with("sync_") || name.starts_with("adtoaadsyncserviceaccount@");
    named
        && (name.ends_with(".onmicrosoft.com")
            || name.ends_with(".onmicrosoft.us")
            || name.ends_with(".partner.onmschina.cn"))
}

const fn left_alone(decision: Decision, reasons: Vec<Reason>) -> Ruling {
    Ruling { decision, steps: Steps::NONE, reasons, detail: String::new() }
}

fn refuse(reason: Reason, detail: String) -> Ruling {
    Ruling { detail, ..left_alone(Decision::Refuse, vec![reason]) }
}
