//! The plan that takes back the blocks of one run: exactly the accounts that it blocked may sign in again.
//!
//! It is an ordinary plan in a folder of its own. Its roster is the plan of the run, so it has one row for each row of
//! that plan, in the same order, and is bound to it by the digest of its `plan.csv`.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::account_rules::AccountRules;
use super::by_manager::ByManager;
use super::drift_cause::DriftCause;
use super::error::PlanError;
use super::folder::{self, PlanFolder};
use super::manifest::RosterName;
use super::origin::shape_of_plan_csv;
use super::plan_notes::PlanNotes;
use super::planner::{Planner, unanswered};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::rules::Rules;
use super::ruling::Ruling;
use super::summary::Summary;
use super::writer::{MadeFrom, PlanWriter};
use crate::directory::{Account, CloserLook, Found, Lookup, SeenCloser, TenantFacts};
use crate::graph::reading::Organization;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::roster::{Defects, Key};
use crate::step::{Step, Steps};
use crate::words::quoted;

/// What became of the block of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// The run blocked it: Graph said so.
    Yes,
    /// It may have.
    Uncertain,
    /// It did not.
    No,
}

/// Makes the plan that undoes the run of `origin` in a new or empty folder. `blocked` gives what became of each row's
/// block; the planner's rules have the playbook `undo`, or `reinstate` for new passwords in the same write.
///
/// An account is opened only if the run certainly blocked it, it was certainly open before, and it is still the same
/// account and blocked now. An account that may have been blocked is refused and named.
///
/// # Errors
///
/// The folder is taken, or the run's plan or the directory cannot be read whole; then there is no plan.
pub async fn plan<T: Transport>(
    planner: &Planner<'_, T>,
    origin: &PlanFolder,
    blocked: impl Fn(RowNumber) -> Blocked,
    folder: &Path,
) -> Result<Summary, PlanError> {
    folder::prepare(folder)?;
    let Planner { rules, lookup, .. } = planner;
    let facts = TenantFacts::read(&planner.paced, &planner.caller, rules.options.scope()).await?;
    let read_from = planner.paced.last_date();
    let account_rules = AccountRules::new(rules.playbook, rules.options, HashSet::new(), &facts);
    let mut by_manager = ByManager::of(rules);
    let closer = CloserLook::new(planner.paced.clone(), false, by_manager.is_some());
    let mut on_list = HashSet::new();
    let mut writer = if by_manager.is_some() {
        PlanWriter::draft(folder, rules, &facts.organization)?
    } else {
        PlanWriter::new(folder, rules, &facts.organization)?
    };
    let mut rows = origin.rows()?;
    loop {
        let chunk = rows.by_ref().take(Lookup::<T>::CHUNK).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        let kept: Vec<Result<ObjectId, Ruling>> = chunk.iter().map(|row| candidate(row, blocked(row.row))).collect();
        let keys: Vec<Key> = kept.iter().filter_map(|kept| kept.as_ref().ok()).map(|id| Key::ObjectId(*id)).collect();
        let mut found = lookup.find(&keys.iter().collect::<Vec<_>>()).await?;
        let seen = if by_manager.is_some() { closer.look(&mut found).await? } else { SeenCloser::default() };
        let mut found = found.into_iter();
        for (row, kept) in chunk.into_iter().zip(kept) {
            let number = row.row;
            let row = match kept {
                Err(ruling) => ruled(row, ruling),
                Ok(id) => match account_of(id, found.next().ok_or_else(|| unanswered(number))?) {
                    Ok(account) => {
                        let ruling = judge(&row, &account, &account_rules);
                        let mut row = ruled(row.with_account(&account), ruling);
                        if let Some(by_manager) = &mut by_manager {
                            on_list.insert(account.object_id);
                            by_manager.take(&mut row, account.object_id, &seen);
                        }
                        let (row, password) = writer.seal(row, &account)?;
                        writer.add_work(&row, &account, password.as_ref())?;
                        row
                    }
                    Err(gone) => ruled(row, gone),
                },
            };
            writer.add(row)?;
        }
    }
    let mut notes = PlanNotes::of(&planner.gaps(&facts));
    if let Some(by_manager) = &mut by_manager {
        writer = writer.rewritten(|row| by_manager.settle(row, |id| on_list.contains(&id)))?;
        let of_managers = by_manager.notes();
        writer.check_handoff(&of_managers)?;
        notes.extend(of_managers);
    }
    notes.extend(what_opens_the_accounts(origin, rules));
    let made = made_from(origin, facts.organization, notes);
    writer.finish(MadeFrom { read_from, planned_by: planner.author.clone(), ..made })
}

pub(super) fn made_from(origin: &PlanFolder, organization: Organization, notes: PlanNotes) -> MadeFrom {
    let of = origin.manifest();
    MadeFrom {
        read_from: None,
        planned_by: None,
        organization,
        roster: RosterName {
            name: origin.plan_csv_path().display().to_string(),
            sha256: of.plan_csv_sha256,
            read_as: format!("the plan of the run that is undone, fingerprint {}", of.fingerprint().short()),
            rows: of.roster.rows,
            by: None,
        },
        shape: shape_of_plan_csv(),
        defects: Defects::default(),
        protected: None,
        too_large: None,
        non_persons: BTreeMap::new(),
        notes,
    }
}

/// The account of a row of the run; where it is gone, what is decided on the row instead.
pub(super) fn account_of(id: ObjectId, found: Found) -> Result<Box<Account>, Ruling> {
    match found {
        Found::Account(account) => Ok(account),
        Found::Deleted(_) => Err(left(Decision::Skip, Reason::Deleted, "")),
        Found::Missing => Err(changed(&DriftCause::Gone.to_string())),
        Found::Several(_) => Err(changed(&DriftCause::Ambiguous(id).to_string())),
    }
}

/// The run's own row with what is done to the account now.
pub(super) fn ruled(row: PlanRow, ruling: Ruling) -> PlanRow {
    let Ruling { decision, steps, reasons, detail, notes, rights } = ruling;
    PlanRow { decision, steps, reasons, detail, notes, rights, sealed: None, ..row }
}

pub(super) fn left(decision: Decision, reason: Reason, detail: &str) -> Ruling {
    Ruling::left_alone(decision, vec![reason], detail.to_owned())
}

pub(super) fn changed(detail: &str) -> Ruling {
    left(Decision::Refuse, Reason::ChangedSince, detail)
}

/// The account of a row that may be opened, as far as the run shows; or why it is left alone.
fn candidate(row: &PlanRow, blocked: Blocked) -> Result<ObjectId, Ruling> {
    let was_blocked = row.account_enabled == Some(false);
    match (blocked, row.object_id) {
        _ if was_blocked && matches!(row.decision, Decision::Act | Decision::Already) => {
            Err(left(Decision::Skip, Reason::BlockedBefore, ""))
        }
        (Blocked::No, _) | (_, None) => Err(left(Decision::Skip, Reason::NotBlocked, "")),
        (Blocked::Uncertain, _) => Err(left(Decision::Refuse, Reason::BlockUncertain, "its write was never answered")),
        (Blocked::Yes, Some(id)) if row.account_enabled == Some(true) => Ok(id),
        (Blocked::Yes, Some(_)) => {
            Err(left(Decision::Refuse, Reason::BlockUncertain, "whether it was blocked before the run is not known"))
        }
    }
}

/// What is done to an account that the run blocked, as it is now.
fn judge(row: &PlanRow, account: &Account, rules: &AccountRules<'_>) -> Ruling {
    if account.user_principal_name.to_lowercase() != row.user_principal_name.to_lowercase() {
        return changed(&format!("it was {}", row.user_principal_name));
    }
    if account.enabled == Some(true) {
        // An administrator was faster. What they did is not repeated, and no password is replaced.
        return left(Decision::Skip, Reason::AlreadyEnabled, "");
    }
    let ruling = rules.rule(account);
    // A plan of this kind opens accounts or does nothing to them.
    if ruling.steps.contains(Step::Unblock) || ruling.steps == Steps::NONE {
        ruling
    } else {
        Ruling { steps: Steps::NONE, decision: Decision::Refuse, ..ruling }
    }
}

/// With which password people get in again, where this plan sets none.
fn what_opens_the_accounts(origin: &PlanFolder, rules: &Rules) -> Option<String> {
    if rules.playbook.resets() {
        return None;
    }
    let of = origin.manifest();
    Some(if !of.playbook.resets() {
        "Passwords stay as they are: the one from before the run opens the account again, and anyone else who knows it \
         gets in, too. With --reset each account gets a new one."
            .to_owned()
    } else if of.options.throws_passwords_away() {
        "The run threw the new passwords away, so no account can be used until it has another one. With --reset it gets \
         one."
            .to_owned()
    } else {
        format!(
            "Passwords stay as they are: the one that the run set, sealed in {}, opens the account; where the run set none, \
             the one from before does. With --reset each account gets a new one.",
            quoted(&origin.results_path())
        )
    })
}
