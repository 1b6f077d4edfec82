//! Is everybody still who they were when the plan was made? What is applied must be what was previewed.

use std::collections::HashSet;

use super::account_rules::AccountRules;
use super::administrators::Administrators;
use super::folder::{FolderError, PlanFolder};
use super::reason;
use super::row::{Decision, PlanRow};
use crate::directory::{Account, Found, Lookup, LookupError, TenantFacts};
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::roster::Key;

/// More than this share of a plan's accounts, in percent, and the plan is no longer what was approved.
pub const MOST_PERCENT: u64 = 5;

/// An account that is no longer what the plan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    /// The row that names it.
    pub row: RowNumber,
    /// Its sign-in name when the plan was made.
    pub user_principal_name: String,
    /// What has become of it.
    pub why: String,
}

/// What has changed since a plan was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// How many accounts were looked at.
    pub checked: u64,
    /// How many of them are no longer what the plan says.
    pub count: u64,
    /// Who they are; the first ones only where they are too many for the plan to be carried out.
    pub drifted: Vec<Drifted>,
}

impl Drift {
    /// Have so many accounts drifted that the plan as a whole no longer holds? `planned` is how many it acts on, and
    /// `before` how many of them had drifted when earlier processes looked.
    #[must_use]
    pub const fn is_too_much(&self, before: u64, planned: u64) -> bool {
        (self.count + before) * 100 > planned * MOST_PERCENT
    }
}

/// Why nobody can tell whether the accounts are still what they were.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The directory cannot be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

/// Reads every account again that the plan acts on and that is still `open`, and judges it by the plan's own rules and the
/// tenant's facts of now. Its sign-in and its sessions do not count: to change those is what the plan is for.
///
/// # Errors
///
/// The plan or the directory cannot be read whole; then nothing is known.
pub async fn check<T: Transport>(
    plan: &PlanFolder,
    open: impl Fn(RowNumber) -> bool,
    facts: &TenantFacts,
    lookup: &Lookup<'_, T>,
) -> Result<Drift, DriftError> {
    let manifest = plan.manifest();
    // Whoever was protected when the plan was made is not acted on by it.
    let rules = AccountRules::new(manifest.playbook, manifest.options, HashSet::new(), facts);
    let most_kept = usize::try_from(u64::from(manifest.accounts()) * MOST_PERCENT / 100).unwrap_or(usize::MAX) + 20;
    let mut drift = Drift::default();
    let mut administrators = Administrators::of(facts);
    let mut rows = plan.rows()?;
    loop {
        let mut chunk = Vec::with_capacity(Lookup::<T>::CHUNK);
        for row in rows.by_ref() {
            let row = row?;
            let (Decision::Act, Some(object_id)) = (row.decision, row.object_id) else { continue };
            administrators.touch(object_id, row.row);
            if open(row.row) {
                chunk.push((object_id, row));
            }
            if chunk.len() == Lookup::<T>::CHUNK {
                break;
            }
        }
        if chunk.is_empty() {
            break;
        }
        let keys: Vec<Key> = chunk.iter().map(|(id, _)| Key::ObjectId(*id)).collect();
        let keys: Vec<&Key> = keys.iter().collect();
        for ((id, row), found) in chunk.iter().zip(lookup.find(&keys).await?) {
            drift.checked += 1;
            if let Some(why) = changed(*id, row, found, &rules) {
                drift.add(row, why, most_kept);
            }
        }
    }
    if let Some(few) = administrators.too_many() {
        let detail = format!("last-global-admin: {}", few.detail());
        for row in plan.rows()? {
            let row = row?;
            if few.rows.contains(&row.row) && open(row.row) && drift.drifted.iter().all(|other| other.row != row.row) {
                drift.add(&row, detail.clone(), most_kept);
            }
        }
    }
    Ok(drift)
}

impl Drift {
    fn add(&mut self, row: &PlanRow, why: String, most_kept: usize) {
        self.count += 1;
        if self.drifted.len() < most_kept {
            self.drifted.push(Drifted { row: row.row, user_principal_name: row.user_principal_name.clone(), why });
        }
    }
}

/// What has become of an account, when it is no longer what its row says.
fn changed(id: ObjectId, row: &PlanRow, found: Found, rules: &AccountRules<'_>) -> Option<String> {
    let account = match found {
        Found::Account(account) => account,
        Found::Nobody => return Some("the account is gone".to_owned()),
        Found::Deleted(_) => return Some("the account was deleted".to_owned()),
        Found::Several(_) => return Some(format!("the directory has more than one account {id}")),
    };
    if account.user_principal_name.to_lowercase() != row.user_principal_name.to_lowercase() {
        return Some(format!("renamed to {}", account.user_principal_name));
    }
    let as_planned = Account {
        enabled: row.account_enabled,
        last_password_change: row.last_password_change,
        sessions_valid_from: row.sessions_valid_from,
        ..*account
    };
    let ruling = rules.rule(&as_planned);
    let same_reasons = row.reasons().is_ok_and(|reasons| reasons == ruling.reasons);
    if ruling.decision == row.decision && ruling.steps == row.steps && same_reasons {
        return None;
    }
    let now = reason::to_text(&ruling.reasons, &ruling.detail);
    let (was, now) = (
        if row.reason.is_empty() { "an ordinary account" } else { &row.reason },
        if now.is_empty() { "an ordinary account" } else { &now },
    );
    Some(format!("it was {was}, and is now {now}"))
}
