//! The plan that takes back the blocks of one run: whoever that run blocked may sign in again, and nobody else.
//!
//! It is an ordinary plan in a folder of its own. Its roster is the plan of the run, so it has one row for each row of
//! that plan, in the same order, and is bound to it by the digest of its `plan.csv`.

use std::path::Path;

use super::account_rules::AccountRules;
use super::counts::Counts;
use super::folder::{self, PLAN_CSV, PlanFolder};
use super::handoff::Sharing;
use super::manifest::{Facts, Manifest, RosterName, Tenant};
use super::onprem::WorkList;
use super::planner::{PlanError, Summary, commit, finish, plan_csv};
use super::reason::Reason;
use super::row::{Decision, HEADER, PlanRow};
use super::rules::Rules;
use super::ruling::Ruling;
use crate::clock::Clock;
use crate::directory::{Account, Found, Lookup, LookupError, TenantFacts};
use crate::graph::caller::Caller;
use crate::graph::paced::Paced;
use crate::graph::quota::Allowance;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::roster::{Defects, Delimiter, Encoding, Key, RosterShape};
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

/// Makes the plan that undoes the run of `origin` in a new or empty folder. `blocked` says what became of each row's
/// block; `rules` has the playbook `undo`, or `reinstate` for new passwords in the same write.
///
/// An account is opened only if the run certainly blocked it, it was certainly open before, and it is still the same
/// account and blocked now. Whoever may have been blocked is refused and named.
///
/// # Errors
///
/// The rules contradict each other, the folder is taken, or the run's plan or the directory cannot be read whole; then
/// there is no plan.
pub async fn plan<T: Transport>(
    origin: &PlanFolder,
    blocked: impl Fn(RowNumber) -> Blocked,
    rules: &Rules,
    transport: &T,
    clock: Clock,
    caller: &Caller,
    folder: &Path,
) -> Result<Summary, PlanError> {
    rules.check()?;
    folder::prepare(folder)?;
    let paced = Paced::new(transport, clock);
    let facts = TenantFacts::read(&paced, caller, rules.options.scope()).await?;
    let lookup = Lookup::paced(paced);
    let account_rules = AccountRules::new(rules.playbook, rules.options, std::collections::HashSet::new(), &facts);
    let mut work_list = WorkList::new(folder, rules.playbook);
    let mut counts = Counts::default();
    let mut csv = plan_csv(folder)?;
    let mut sharing = rules.handoff.as_ref().map(Sharing::new);
    let mut rows = origin.rows()?;
    loop {
        let chunk = rows.by_ref().take(Lookup::<T>::CHUNK).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        let kept: Vec<Result<ObjectId, Ruling>> = chunk.iter().map(|row| candidate(row, blocked(row.row))).collect();
        let keys: Vec<Key> = kept.iter().filter_map(|kept| kept.as_ref().ok()).map(|id| Key::ObjectId(*id)).collect();
        let mut found = lookup.find(&keys.iter().collect::<Vec<_>>()).await?.into_iter();
        for (row, kept) in chunk.into_iter().zip(kept) {
            let (ruling, account) = match kept {
                Err(ruling) => (ruling, None),
                Ok(_) => {
                    let found = found.next().ok_or_else(|| LookupError::Unreliable {
                        question: format!("the question for row {}", row.row),
                        reason: "there is none".to_owned(),
                    })?;
                    judge(&row, found, &account_rules)
                }
            };
            if let Some(account) = &account {
                work_list.add(row.row, account, &ruling)?;
            }
            counts.add(ruling.decision, &ruling.reasons, ruling.steps);
            let mut line = line(row, account, &ruling);
            if let Some(name) = sharing.as_mut().and_then(|all| all.take(line.row, &line.handoff, line.steps)) {
                name.as_str().clone_into(&mut line.handoff);
            }
            line.write(&mut csv)?;
        }
    }
    if let Some(sharing) = &sharing {
        sharing.check()?;
    }
    let (plan_csv, plan_csv_sha256) = finish(csv)?;
    let mut notes: Vec<String> =
        facts.notes.iter().cloned().chain(lookup.notes()).map(|note| note.sentence()).collect();
    notes.extend(what_opens_the_accounts(origin, rules));
    let shape = RosterShape {
        encoding: Encoding::Utf8,
        byte_order_mark: false,
        delimiter: Delimiter::Comma,
        preamble: Vec::new(),
        header: true,
        key: "object_id".to_owned(),
        fallback: None,
        property: None,
        columns: HEADER.map(str::to_owned).to_vec(),
    };
    let of = origin.manifest();
    let organization = facts.organization;
    let manifest = Manifest::new(Facts {
        tenant: Tenant { id: organization.id, name: organization.display_name.unwrap_or_default() },
        playbook: rules.playbook,
        options: rules.options,
        recipients: rules.recipients.clone(),
        handoff: sharing.map(|sharing| sharing.finish()),
        roster: RosterName {
            name: origin.path().join(PLAN_CSV).display().to_string(),
            sha256: of.plan_csv_sha256,
            read_as: format!("the plan of the run that is undone, fingerprint {}", of.fingerprint().short()),
            rows: of.roster.rows,
        },
        protected: None,
        notes,
        on_premises: work_list.commit()?,
        floor_seconds: Allowance::WRITES.floor(counts.writes).as_secs_f64().ceil() as u64,
        counts,
        plan_csv_sha256,
    })?;
    commit(folder, plan_csv, &manifest)?;
    Ok(Summary::new(folder, shape, Defects::default(), manifest))
}

/// The account of a row that may be opened, as far as the run tells; or why it is left alone.
fn candidate(row: &PlanRow, blocked: Blocked) -> Result<ObjectId, Ruling> {
    let left = |decision, reason, detail: &str| Err(Ruling::left_alone(decision, vec![reason], detail.to_owned()));
    let was_blocked = row.account_enabled == Some(false);
    match (blocked, row.object_id) {
        _ if was_blocked && matches!(row.decision, Decision::Act | Decision::Already) => {
            left(Decision::Skip, Reason::BlockedBefore, "")
        }
        (Blocked::No, _) | (_, None) => left(Decision::Skip, Reason::NotBlocked, ""),
        (Blocked::Uncertain, _) => left(Decision::Refuse, Reason::BlockUncertain, "its write was never answered"),
        (Blocked::Yes, Some(id)) if row.account_enabled == Some(true) => Ok(id),
        (Blocked::Yes, Some(_)) => {
            left(Decision::Refuse, Reason::BlockUncertain, "whether it was blocked before the run is not known")
        }
    }
}

/// What is done to an account that the run blocked, now that it is looked at.
fn judge(row: &PlanRow, found: Found, rules: &AccountRules<'_>) -> (Ruling, Option<Account>) {
    let changed = |detail: String| Ruling::left_alone(Decision::Refuse, vec![Reason::ChangedSince], detail);
    match found {
        Found::Account(account) => {
            let ruling = if account.user_principal_name.to_lowercase() != row.user_principal_name.to_lowercase() {
                changed(format!("it was {}", row.user_principal_name))
            } else if account.enabled == Some(true) {
                // Somebody was faster. What they did is not done over, and no password is replaced.
                Ruling::left_alone(Decision::Skip, vec![Reason::AlreadyEnabled], String::new())
            } else {
                unblocking(rules.rule(&account))
            };
            (ruling, Some(*account))
        }
        Found::Deleted(_) => (Ruling::left_alone(Decision::Skip, vec![Reason::Deleted], String::new()), None),
        Found::Nobody => (changed("it is gone".to_owned()), None),
        Found::Several(_) => (changed("the directory has more than one account with this id".to_owned()), None),
    }
}

/// A plan of this kind opens accounts or does nothing to them.
fn unblocking(ruling: Ruling) -> Ruling {
    let opens = ruling.steps.contains(Step::Unblock);
    if opens || ruling.steps == Steps::NONE {
        ruling
    } else {
        Ruling { steps: Steps::NONE, decision: Decision::Refuse, ..ruling }
    }
}

/// The line of `plan.csv`: the run's own, with what the account is now and what is done to it.
fn line(row: PlanRow, account: Option<Account>, ruling: &Ruling) -> PlanRow {
    let mut line = PlanRow {
        decision: ruling.decision,
        reasons: ruling.reasons.clone(),
        detail: ruling.detail.clone(),
        steps: ruling.steps,
        ..row
    };
    if let Some(account) = account {
        line.user_principal_name = account.user_principal_name;
        line.display_name = account.display_name;
        line.account_enabled = account.enabled;
        line.last_password_change = account.last_password_change;
        line.sessions_valid_from = account.sessions_valid_from;
    }
    line
}

/// With which password people get in again, where this plan sets none.
fn what_opens_the_accounts(origin: &PlanFolder, rules: &Rules) -> Option<String> {
    if rules.playbook.resets() {
        return None;
    }
    let of = origin.manifest();
    Some(if !of.playbook.resets() {
        "Passwords stay as they are: the one that each person had before the run opens the account again, and whoever else \
         knows it gets in, too. With --reset each account gets a new one."
            .to_owned()
    } else if of.options.discard_credentials {
        "The run threw the new passwords away, so nobody can sign in until each account has another one. With --reset it \
         gets one."
            .to_owned()
    } else {
        format!(
            "Passwords stay as they are: the one that the run set, sealed in {}, opens the account; where the run set none, \
             the one from before does. With --reset each account gets a new one.",
            quoted(&origin.results_path())
        )
    })
}
