//! Finds the accounts that are no longer what they were when the plan was made: what is applied must be what was previewed.

use std::collections::{HashMap, HashSet};

use time::{Duration, OffsetDateTime};

use super::account_rules::AccountRules;
use super::administrators::Administrators;
use super::drift_cause::{DriftCause, Grounds};
use super::folder::{FolderError, PlanFolder};
use super::kept_elsewhere::is_reset_by_run;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::ruling::Ruling;
use crate::directory::{Account, Found, HeldRights, Lookup, LookupError, TenantFacts};
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::roster::Key;
use crate::step::{Step, Steps};

/// More than this share of a plan's accounts, in percent, and the plan is no longer what was approved.
pub const MAX_DRIFT_PERCENT: u64 = 5;

/// An account that is no longer what the plan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftedAccount {
    /// The row that names it.
    pub row: RowNumber,
    /// Its sign-in name when the plan was made.
    pub user_principal_name: String,
    /// What has become of it.
    pub cause: DriftCause,
}

/// What the directory says at this moment about an account that was watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedAccount {
    /// The row that names it.
    pub row: RowNumber,
    /// Might it sign in when the plan was made?
    pub was_enabled: Option<bool>,
    /// May it sign in?
    pub account_enabled: Option<bool>,
    /// When its password was last changed, by anyone.
    pub last_password_change: Option<OffsetDateTime>,
    /// Since when its sessions are valid.
    pub sessions_valid_from: Option<OffsetDateTime>,
}

impl WatchedAccount {
    fn of(row: &PlanRow, account: &Account) -> Self {
        Self {
            row: row.row,
            was_enabled: row.account_enabled,
            account_enabled: account.enabled,
            last_password_change: account.last_password_change,
            sessions_valid_from: account.sessions_valid_from,
        }
    }
}

/// What has changed since a plan was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// How many accounts were looked at.
    pub checked: u64,
    /// How many of them are no longer what the plan says.
    pub count: u64,
    /// Who they are.
    pub drifted: Vec<DriftedAccount>,
    /// First, last and display names that the plan does not show, of those who get a new password: it must not hold a part
    /// of them.
    pub other_names: HashMap<RowNumber, Box<str>>,
    /// What was seen of those who were watched.
    pub seen: Vec<WatchedAccount>,
}

impl Drift {
    /// Takes in what was found of a row that is open.
    fn take(
        &mut self,
        (id, row): (ObjectId, &PlanRow),
        found: Found,
        (rules, planned_at): (&AccountRules<'_>, OffsetDateTime),
        gets_password: bool,
    ) {
        self.checked += 1;
        if let (Found::Account(account), true) = (&found, gets_password)
            && let Some(names) = names_not_shown(account, row)
        {
            self.other_names.insert(row.row, names);
        }
        if let Some(cause) = changed(id, row, found, rules, planned_at) {
            self.add(row.row, &row.user_principal_name, cause);
        }
    }

    /// Whether too many accounts have drifted for the plan to hold; `means` is the number of accounts that the plan means.
    pub const fn is_too_much(&self, means: u64) -> bool {
        self.count * 100 > means * MAX_DRIFT_PERCENT
    }
}

/// Why it is not known whether the accounts are still what they were.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// Another plan has taken its place.
    #[error("the plan in the folder is no longer the one that was approved")]
    OtherPlan,
    /// The directory cannot be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

/// Reads every account again that the plan acts on, or takes for done, and that is still `open`, and judges it by the plan's
/// own rules and the tenant's facts of now. What the plan itself changes does not count. Accounts that are `watched` are
/// read along with them, and what is seen of them is in the answer. Every row of the plan goes by `see`, so that other work
/// on the rows needs no pass of its own.
///
/// # Errors
///
/// The plan or the directory cannot be read whole; then nothing is known.
pub async fn check<T: Transport>(
    plan: &PlanFolder,
    open: impl Fn(RowNumber) -> bool,
    watched: impl Fn(RowNumber) -> bool,
    facts: &TenantFacts,
    lookup: &Lookup<'_, T>,
    mut see: impl FnMut(&PlanRow),
) -> Result<Drift, DriftError> {
    let manifest = plan.manifest();
    // An account that was protected when the plan was made is not acted on by it.
    let rules = AccountRules::new(manifest.playbook, manifest.options, HashSet::new(), facts)
        .deleting_consents(manifest.deletes_consents());
    // What the directory shows has moments by Graph's clock, and so has this: this machine's clock may be wrong by minutes, and that of
    // the machine on which the plan was made, too. A plan that does not hold it has the next best.
    let planned_at = manifest.read_from.unwrap_or(manifest.created_at);
    let mut drift = Drift::default();
    let mut administrators = Administrators::of(facts);
    // The open rows of Global Administrators.
    let mut touched: Vec<(RowNumber, String)> = Vec::new();
    let mut rows = plan.rows()?;
    loop {
        let mut chunk = Vec::with_capacity(Lookup::<T>::CHUNK);
        for row in rows.by_ref() {
            let row = row?;
            see(&row);
            let (Some(id), Decision::Act | Decision::Already) = (row.object_id, row.decision) else { continue };
            if row.decision == Decision::Act && administrators.touch(id, row.row) && open(row.row) {
                touched.push((row.row, row.user_principal_name.clone()));
            }
            if open(row.row) || watched(row.row) {
                chunk.push((Key::ObjectId(id), id, row));
            }
            if chunk.len() == Lookup::<T>::CHUNK {
                break;
            }
        }
        if chunk.is_empty() {
            break;
        }
        let keys: Vec<&Key> = chunk.iter().map(|(key, ..)| key).collect();
        for ((_, id, row), found) in chunk.iter().zip(lookup.find(&keys).await?) {
            if let (Found::Account(account), true) = (&found, watched(row.row)) {
                drift.seen.push(WatchedAccount::of(row, account));
            }
            if open(row.row) {
                let gets_password = is_reset_by_run(manifest.options.writeback, manifest.playbook, row);
                drift.take((*id, row), found, (&rules, planned_at), gets_password);
            }
        }
    }
    if let Some(few) = administrators.too_many() {
        for (row, name) in touched {
            if drift.drifted.iter().all(|other| other.row != row) {
                drift.add(row, &name, DriftCause::TooFewAdministrators(few.left));
            }
        }
    }
    Ok(drift)
}

impl Drift {
    fn add(&mut self, row: RowNumber, user_principal_name: &str, cause: DriftCause) {
        self.count += 1;
        self.drifted.push(DriftedAccount { row, user_principal_name: user_principal_name.to_owned(), cause });
    }
}

/// The names of a person that the row of the plan does not hold as a part of others, one a line.
fn names_not_shown(account: &Account, row: &PlanRow) -> Option<Box<str>> {
    let shown = format!("{}\n{}", row.user_principal_name, row.display_name).to_lowercase();
    let mut names = [&account.given_name, &account.surname, &account.display_name].map(String::as_str).to_vec();
    names.retain(|name| !name.is_empty() && !shown.contains(&name.to_lowercase()));
    if names.is_empty() { None } else { Some(names.join("\n").into()) }
}

/// What has become of an account, when it is no longer what its row says.
fn changed(
    id: ObjectId,
    row: &PlanRow,
    found: Found,
    rules: &AccountRules<'_>,
    planned_at: OffsetDateTime,
) -> Option<DriftCause> {
    let account = match found {
        Found::Account(account) => account,
        Found::Missing => return Some(DriftCause::Gone),
        Found::Deleted(_) => return Some(DriftCause::Deleted),
        Found::Several(_) => return Some(DriftCause::Ambiguous(id)),
    };
    if account.user_principal_name.to_lowercase() != row.user_principal_name.to_lowercase() {
        return Some(DriftCause::Renamed { to: account.user_principal_name });
    }
    if let Some(at) = locked_out_again(&account, row, planned_at) {
        return Some(DriftCause::LockedOutAgain { at });
    }
    let ruling = rules.rule_after(&as_planned(*account, row), row.reasons.contains(&Reason::ResetBefore));
    // Who has no target of a step still has that step by the rules, and who may have no pass has that one.
    let without_pass = row.reasons.iter().any(|why| why.takes_the_pass());
    let steps = |steps: Steps| steps.only(|step| !(step.has_targets() || without_pass && step == Step::Pass));
    if ruling.decision == row.decision && steps(ruling.steps) == steps(row.steps) {
        if still_fits(row, &ruling) {
            return None;
        }
        if only_lacks_roles(row, &ruling) {
            return Some(DriftCause::RolesNotKept);
        }
    }
    let was = Grounds { reasons: row.reasons.clone(), detail: row.explanation().into_owned() };
    Some(DriftCause::Judged { was, now: Grounds { reasons: ruling.reasons, detail: ruling.detail } })
}

/// A block ends the sessions a moment later, and the one that came before the plan is none after it ("signInSessionsValidFromDateTime").
const SETTLES: Duration = Duration::minutes(1);
/// What one change moves together.
const TOGETHER: Duration = Duration::seconds(5);

/// When somebody locked out once more whom the plan lets in. Nothing shows that a blocked account was blocked again; that its
/// sessions were ended or its password was replaced does. What this run itself has done leaves no account blocked that it lets in.
fn locked_out_again(account: &Account, row: &PlanRow, planned_at: OffsetDateTime) -> Option<OffsetDateTime> {
    if account.enabled != Some(false) || !row.steps.contains(Step::Unblock) {
        return None;
    }
    let moved = |now: Option<OffsetDateTime>, was: Option<OffsetDateTime>| {
        now.filter(|now| was.is_some_and(|was| *now > was) && *now > planned_at + SETTLES)
    };
    let ended = moved(account.sessions_valid_from, row.sessions_valid_from);
    let replaced = moved(account.last_password_change, row.last_password_change);
    if account.synced {
        // Active Directory may have got its new password meanwhile, as the plan says, and that ends the sessions, too.
        let password = account.last_password_change;
        return ended.filter(|ended| password.is_none_or(|password| *ended > password + TOGETHER));
    }
    ended.max(replaced)
}

/// The account with what the plan's own steps change as it was when the plan was made: this run, or an administrator
/// with the same aim, may have changed it meanwhile. What the plan took for granted counts as it is now.
fn as_planned(mut account: Account, row: &PlanRow) -> Account {
    if row.steps.account_enabled().is_some() {
        account.enabled = row.account_enabled;
    }
    if row.decision == Decision::Act {
        account.last_password_change = row.last_password_change;
        account.sessions_valid_from = row.sessions_valid_from;
    }
    account
}

/// Whether the reasons are still those of the plan. An account that is no longer an administrator's still fits; one that
/// has become another kind of administrator's does not.
fn still_fits(row: &PlanRow, ruling: &Ruling) -> bool {
    let guards = [Reason::Privileged, Reason::Restricted];
    // What the list says differently than the directory is no state of the account, nor is what the policy over passes says, and
    // what shows that the account is not one person's was named already. They stand behind all else.
    let of_the_list = [Reason::NotAPerson, Reason::Contradicted, Reason::Respelt];
    let of_the_account = |reasons: &[Reason]| -> Vec<Reason> {
        let is_of_it = |reason: &Reason| !of_the_list.contains(reason) && !reason.takes_the_pass();
        reasons.iter().copied().filter(is_of_it).collect()
    };
    let (planned, now) = (of_the_account(&row.reasons), of_the_account(&ruling.reasons));
    let is_guard = |reason: &&Reason| guards.contains(reason);
    if row.decision == Decision::Already {
        return true;
    }
    if now.iter().any(|reason| is_guard(&reason)) {
        return planned == now && row.rights == ruling.rights;
    }
    planned.iter().filter(|reason| !is_guard(reason)).eq(&now)
}

/// Is all as it was but the roles, which an earlier version did not keep?
fn only_lacks_roles(row: &PlanRow, ruling: &Ruling) -> bool {
    still_fits(row, &Ruling { rights: HeldRights::default(), ..ruling.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXCHANGE: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";
    const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";

    fn rights(words: &str) -> HeldRights {
        serde_json::from_value(words.into()).unwrap()
    }

    fn row(reasons: &[Reason], held: &str) -> PlanRow {
        let (reasons, detail) = (reasons.to_vec(), "Exchange Administrator".to_owned());
        let row = crate::plan::row::tests::sample("ada".to_owned(), "Ada".to_owned());
        PlanRow { reasons, detail, rights: rights(held), ..row }
    }

    fn ruling(reasons: &[Reason], held: &str) -> Ruling {
        Ruling { rights: rights(held), ..Ruling::left_alone(Decision::Act, reasons.to_vec(), String::new()) }
    }

    #[test]
    fn other_rights_are_drift_and_other_words_are_none() {
        let planned = row(&[Reason::Privileged], &format!("{EXCHANGE} {GLOBAL}/eligible"));
        assert!(still_fits(&planned, &ruling(&[Reason::Privileged], &format!("{GLOBAL}/eligible {EXCHANGE}"))));
        for other in
            [EXCHANGE, "", GLOBAL, &format!("{EXCHANGE} {GLOBAL}"), &format!("{EXCHANGE} {GLOBAL}/eligible/part")]
        {
            assert!(!still_fits(&planned, &ruling(&[Reason::Privileged], other)), "{other:?}");
        }
    }

    #[test]
    fn roles_that_an_earlier_version_did_not_keep_are_the_cause_where_nothing_else_is() {
        let now = ruling(&[Reason::Privileged], EXCHANGE);
        let of_earlier = row(&[Reason::Privileged], "");
        assert!(!still_fits(&of_earlier, &now) && only_lacks_roles(&of_earlier, &now));
        for other in [row(&[Reason::Privileged, Reason::Synced], ""), row(&[], ""), row(&[Reason::Privileged], GLOBAL)]
        {
            assert!(!still_fits(&other, &now) && !only_lacks_roles(&other, &now), "{:?}", other.reasons);
        }
    }

    #[test]
    fn what_the_list_adds_is_no_drift_and_hides_none() {
        let planned = row(&[Reason::Privileged, Reason::NotAPerson], EXCHANGE);
        assert!(still_fits(&planned, &ruling(&[Reason::Privileged], EXCHANGE)));
        assert!(!still_fits(&planned, &ruling(&[Reason::Privileged], GLOBAL)));
        assert!(!still_fits(&planned, &ruling(&[Reason::Privileged, Reason::Synced], EXCHANGE)));
        assert!(!still_fits(&row(&[Reason::NotAPerson], ""), &ruling(&[Reason::Privileged], "")));
        assert!(still_fits(&planned, &ruling(&[], "")), "less than was approved");
    }
}
