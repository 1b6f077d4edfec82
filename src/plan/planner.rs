//! Roster in, plan folder out.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use strum::IntoEnumIterator as _;

use super::account_rules::AccountRules;
use super::administrators::{Administrators, TooFewLeft};
use super::counts::Counts;
use super::folder::{self, FolderError, PLAN_CSV, PLAN_JSON};
use super::handoff::{NamesWithoutKeys, Sharing};
use super::judge::{Judge, Known};
use super::manifest::{Facts, Manifest, ProtectedList, RosterName, Tenant};
use super::onprem::WorkList;
use super::protected::ProtectedError;
use super::reach::{self, ActingPrincipal, OutOfReach, RoleMissing};
use super::reason::Reason;
use super::row::{Decision, HEADER, PlanRow, RowError};
use super::rules::{Rules, RulesError};
use super::ruling::Ruling;
use super::size::{self, TooLarge};
use crate::clock::Clock;
use crate::digest::{Digest, Hashing};
use crate::directory::{Account, Found, Lookup, LookupError, Seen, TenantFacts};
use crate::graph::caller::Caller;
use crate::graph::paced::Paced;
use crate::graph::quota::Allowance;
use crate::graph::transport::Transport;
use crate::ids::RowNumber;
use crate::private_files::Pending;
use crate::roster::{Defects, Entry, Key, Roster, RosterError, RosterShape};
use crate::step::Steps;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The rules contradict each other.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The folder cannot take a plan.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The roster could not be read to its end.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The list of protected accounts does not hold.
    #[error("the list of protected accounts {list}: {source}")]
    Protected {
        /// Its name.
        list: String,
        /// What is wrong with it.
        source: Box<ProtectedError>,
    },
    /// The directory could not be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Somebody's password could be handed over by nobody.
    #[error(transparent)]
    NamesWithoutKeys(#[from] NamesWithoutKeys),
    /// Larger than anybody can have meant without saying so.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// Graph would refuse every write.
    #[error("{0}; no plan was made")]
    RoleMissing(RoleMissing),
    /// The plan could not be written.
    #[error("the plan could not be written: {0}")]
    Write(#[from] io::Error),
}

impl From<csv::Error> for PlanError {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}

impl From<RowError> for PlanError {
    fn from(error: RowError) -> Self {
        Self::Write(io::Error::other(error))
    }
}

impl From<serde_json::Error> for PlanError {
    fn from(error: serde_json::Error) -> Self {
        Self::Write(error.into())
    }
}

/// What was planned, for the preview.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Where the plan is.
    pub folder: PathBuf,
    /// How the roster was understood.
    pub shape: RosterShape,
    /// The name of exactly this plan.
    pub fingerprint: Digest,
    /// How many new passwords will be sealed.
    pub sealed: u32,
    /// The reasons behind the decisions, by decision and then by reason.
    pub reasons: Vec<ReasonLine>,
    /// The first rows that could not be read, and where.
    #[serde(skip)]
    pub defects: Defects,
    /// What stands in `plan.json`.
    pub plan: Manifest,
}

/// One line of the preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonLine {
    /// What happens to these rows.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// How many they are.
    pub rows: u32,
    /// What the reason means.
    pub sentence: &'static str,
    /// The flag that lifts it, where one does and was not given.
    pub flag: Option<&'static str>,
}

impl Summary {
    pub(super) fn new(folder: &Path, shape: RosterShape, defects: Defects, plan: Manifest) -> Self {
        let mut reasons = Vec::new();
        for decision in Decision::iter() {
            for (&reason, &rows) in &plan.counts.of(decision).reasons {
                let sentence = reason.sentence();
                let flag = plan.options.flag_left(reason, plan.playbook);
                reasons.push(ReasonLine { decision, reason, rows, sentence, flag });
            }
        }
        let (fingerprint, sealed) = (plan.fingerprint(), plan.sealed());
        Self { folder: folder.to_owned(), shape, fingerprint, sealed, reasons, defects, plan }
    }
}

/// Makes plans in one tenant. It only reads there, whatever the playbook.
pub struct Planner<'a, T> {
    paced: Paced<'a, T>,
    lookup: Lookup<'a, T>,
    rules: Rules,
    caller: Caller,
    principal: ActingPrincipal,
    insists_on_a_role: bool,
}

/// What grows while the roster is gone through.
struct Draft<'a, 'k> {
    judge: Judge<'a>,
    administrators: Administrators,
    work_list: WorkList,
    out_of_reach: OutOfReach,
    seen: Seen,
    accounts: u32,
    with_known_state: u32,
    /// Global Administrators, of whom only the whole roster tells whether they are acted on.
    held: Vec<(RowNumber, Account, Ruling)>,
    counts: Counts,
    sharing: Option<Sharing<'k>>,
    csv: csv::Writer<Hashing<Pending>>,
}

impl<'a, T: Transport> Planner<'a, T> {
    /// Plans by these rules, through `transport`, as `caller`; waits are counted by `clock`.
    ///
    /// # Errors
    ///
    /// The rules contradict each other, or would lose passwords. Nothing was asked of Graph yet.
    pub fn new(transport: &'a T, clock: Clock, rules: Rules, caller: Caller) -> Result<Self, RulesError> {
        rules.check()?;
        let paced = Paced::new(transport, clock);
        let principal = ActingPrincipal::default();
        Ok(Self { lookup: Lookup::paced(paced.clone()), paced, rules, caller, principal, insists_on_a_role: false })
    }

    /// Says who will carry the plan out: whoever that one's directory roles do not reach is named in a note. With `insist`,
    /// no plan is made where they reach nobody.
    #[must_use]
    pub fn for_principal(mut self, principal: ActingPrincipal, insist: bool) -> Self {
        self.principal = principal;
        self.insists_on_a_role = insist;
        self
    }

    /// Makes the plan for a roster in a new or empty folder. `progress` is told the number of rows that are decided,
    /// every few thousand.
    ///
    /// Memory does not grow with the roster but for some forty bytes an account. The folder holds a plan only when all
    /// of it was written.
    ///
    /// # Errors
    ///
    /// The folder is taken, the plan would be too large, or the roster, the directory or the list of protected accounts
    /// could not be read whole; then there is no plan.
    pub async fn plan(
        &self,
        mut roster: Roster,
        folder: &Path,
        mut progress: impl FnMut(u32),
    ) -> Result<Summary, PlanError> {
        folder::prepare(folder)?;
        let Rules { playbook, options, .. } = self.rules;
        let facts = TenantFacts::read(&self.paced, &self.caller, options.scope()).await?;
        let actor = self.principal.actor(&facts);
        if let Some(actor) = actor.as_ref().filter(|_| self.insists_on_a_role) {
            reach::check(actor, playbook.steps()).map_err(PlanError::RoleMissing)?;
        }
        let list = self.rules.protected.origin();
        let list_name = list.map(|(path, _)| path.display().to_string()).unwrap_or_default();
        let protected = self.rules.protected.resolve(&self.lookup).await;
        let protected =
            protected.map_err(|source| PlanError::Protected { list: list_name.clone(), source: Box::new(source) })?;
        let protected_list = list.map(|(_, sha256)| ProtectedList {
            name: list_name,
            sha256,
            accounts: u32::try_from(protected.len()).unwrap_or(u32::MAX),
        });
        let mut draft = Draft {
            judge: Judge::new(AccountRules::new(playbook, options, protected, &facts)),
            administrators: Administrators::of(&facts),
            work_list: WorkList::new(folder, playbook),
            out_of_reach: OutOfReach::of(actor),
            seen: Seen::default(),
            accounts: 0,
            with_known_state: 0,
            held: Vec::new(),
            counts: Counts::default(),
            sharing: self.rules.handoff.as_ref().map(Sharing::new),
            csv: plan_csv(folder)?,
        };
        loop {
            let entries = roster.by_ref().take(Lookup::<T>::CHUNK).collect::<Result<Vec<_>, _>>()?;
            if entries.is_empty() {
                break;
            }
            self.decide(&entries, &facts, &mut draft).await?;
            progress(draft.counts.rows());
        }
        // Of one account that may be an oversight of the directory's; of all of them it is a permission that is missing, and
        // then nothing else about them can be relied on either.
        if draft.accounts > 0 && draft.with_known_state == 0 {
            return Err(LookupError::StateHidden.into());
        }
        let Draft { administrators, mut work_list, out_of_reach, held, counts, mut sharing, csv, .. } = draft;
        if let Some(sharing) = &sharing {
            sharing.check()?;
        }
        let (plan_csv, plan_csv_sha256) = finish(csv)?;
        let (plan_csv, plan_csv_sha256, counts) = match administrators.too_many() {
            Some(few) => refuse_administrators(folder, plan_csv, few, sharing.as_mut())?,
            None => {
                for (row, account, ruling) in &held {
                    work_list.add(*row, account, ruling)?;
                }
                (plan_csv, plan_csv_sha256, counts)
            }
        };
        size::check(counts.act.rows, facts.enabled_members, &options)?;

        let (name, shape) = (roster.source().to_string(), roster.shape().clone());
        let ending = roster.finish()?;
        let mut notes: Vec<String> =
            facts.notes.iter().cloned().chain(self.lookup.notes()).map(|note| note.sentence()).collect();
        notes.extend(out_of_reach.notes());
        notes.extend(emergency_access(&held).filter(|_| administrators.too_many().is_none()));
        let organization = facts.organization;
        let on_premises = work_list.commit()?;
        let manifest = Manifest::new(Facts {
            tenant: Tenant { id: organization.id, name: organization.display_name.unwrap_or_default() },
            playbook,
            options,
            recipients: self.rules.recipients.clone(),
            handoff: sharing.map(|sharing| sharing.finish()),
            roster: RosterName { name, sha256: ending.digest, read_as: shape.to_string(), rows: ending.rows },
            protected: protected_list,
            notes,
            on_premises,
            floor_seconds: Allowance::WRITES.floor(counts.writes).as_secs_f64().ceil() as u64,
            counts,
            plan_csv_sha256,
        })?;
        commit(folder, plan_csv, &manifest)?;
        Ok(Summary::new(folder, shape, ending.defects, manifest))
    }

    async fn decide(&self, entries: &[Entry], facts: &TenantFacts, draft: &mut Draft<'_, '_>) -> Result<(), PlanError> {
        let keys = entries.iter().filter_map(|e| e.content.as_ref().ok()).map(|p| &p.key);
        let keys: Vec<&Key> = keys.filter(|key| draft.seen.get(key).is_none()).collect();
        let mut answers = self.lookup.find(&keys).await?.into_iter();
        let mut asked = keys.iter().peekable();
        for entry in entries {
            let (found, ruling) = match &entry.content {
                Err(defect) => (None, draft.judge.judge(entry.row, Known::Defect(defect))),
                Ok(person) => {
                    // Asked for means in this order: `keys` has everybody who had not been seen when the piece began.
                    let found = match asked.next_if(|key| **key == &person.key) {
                        Some(key) => {
                            let found = answers.next().ok_or_else(|| unanswered(entry.row))?;
                            draft.seen.remember(key, &found);
                            found
                        }
                        None => draft.seen.get(&person.key).cloned().ok_or_else(|| unanswered(entry.row))?,
                    };
                    let ruling = draft.judge.judge(entry.row, Known::Person(person, &found));
                    (Some(found), ruling)
                }
            };
            draft.counts.add(ruling.decision, &ruling.reasons, ruling.steps);
            if let Some(Found::Account(account)) = &found {
                draft.accounts += 1;
                draft.with_known_state += u32::from(account.enabled.is_some());
                if ruling.decision == Decision::Act {
                    draft.out_of_reach.see(account, facts, ruling.steps);
                }
                if ruling.decision == Decision::Act && draft.administrators.touch(account.object_id, entry.row) {
                    draft.held.push((entry.row, account.as_ref().clone(), ruling.clone()));
                } else {
                    draft.work_list.add(entry.row, account, &ruling)?;
                }
            }
            let mut line = line(entry, found, &ruling);
            if let Some(name) = draft.sharing.as_mut().and_then(|all| all.take(entry.row, &line.handoff, line.steps)) {
                // As the file of recipients spells it: whoever carries the plan out compares nothing any more.
                name.as_str().clone_into(&mut line.handoff);
            }
            line.write(&mut draft.csv)?;
        }
        Ok(())
    }
}

fn unanswered(row: RowNumber) -> LookupError {
    LookupError::Unreliable { question: format!("the question for row {row}"), reason: "there is none".to_owned() }
}

/// Nothing marks an account as one for emergencies; where they live and what they may do is all that shows them ("Manage
/// emergency access accounts in Microsoft Entra ID").
fn emergency_access(held: &[(RowNumber, Account, Ruling)]) -> Option<String> {
    let in_initial_domain = |name: &str| name.to_ascii_lowercase().ends_with(".onmicrosoft.com");
    let names = held.iter().map(|(_, account, _)| account.user_principal_name.as_str());
    let names: Vec<&str> = names.filter(|name| in_initial_domain(name)).collect();
    let first = names.first()?;
    let others = if names.len() > 1 { format!(" and {} more like it", names.len() - 1) } else { String::new() };
    Some(format!(
        "The plan changes {first}{others}: a Global Administrator in the initial domain, as accounts for emergencies \
         are. If it is one, put it on the list for --protect."
    ))
}

/// Brings both files of a plan to disk. In this order: a folder with a plan.json holds a whole plan.
pub(super) fn commit(folder: &Path, plan_csv: Pending, manifest: &Manifest) -> Result<(), PlanError> {
    let mut json = Pending::new(&folder.join(PLAN_JSON))?;
    serde_json::to_writer_pretty(&mut json, manifest)?;
    io::Write::write_all(&mut json, b"\n")?;
    plan_csv.commit()?;
    Ok(json.commit()?)
}

/// `plan.csv` beside its place, with its header.
pub(super) fn plan_csv(folder: &Path) -> Result<csv::Writer<Hashing<Pending>>, PlanError> {
    let file = Hashing::new(Pending::new(&folder.join(PLAN_CSV))?);
    // The header is written here, so that a plan without a row has one.
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
    csv.write_record(HEADER)?;
    Ok(csv)
}

pub(super) fn finish(csv: csv::Writer<Hashing<Pending>>) -> Result<(Pending, Digest), PlanError> {
    Ok(csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish())
}

/// Writes the lines once more, with these administrators refused: that too few of them would be left is known only
/// behind the last row.
fn refuse_administrators(
    folder: &Path,
    mut drafted: Pending,
    few: TooFewLeft<'_>,
    mut sharing: Option<&mut Sharing<'_>>,
) -> Result<(Pending, Digest, Counts), PlanError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(drafted.reopen()?);
    let mut csv = plan_csv(folder)?;
    let mut counts = Counts::default();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let mut row = PlanRow::read(&record)?;
        if few.rows.contains(&row.row) {
            if let Some(sharing) = &mut sharing {
                sharing.give_back(&row.handoff, row.steps);
            }
            row.decision = Decision::Refuse;
            row.steps = Steps::NONE;
            row.reasons = vec![Reason::LastGlobalAdmin];
            row.detail = few.left.to_string();
        }
        counts.add(row.decision, &row.reasons, row.steps);
        row.write(&mut csv)?;
    }
    let (pending, digest) = finish(csv)?;
    Ok((pending, digest, counts))
}

/// The line of `plan.csv` for an entry.
fn line(entry: &Entry, found: Option<Found>, ruling: &Ruling) -> PlanRow {
    let person = entry.content.as_ref().ok();
    let mut row = PlanRow {
        row: entry.row,
        user: entry.text.clone(),
        object_id: None,
        user_principal_name: String::new(),
        display_name: String::new(),
        decision: ruling.decision,
        reasons: ruling.reasons.clone(),
        detail: ruling.detail.clone(),
        steps: ruling.steps,
        account_enabled: None,
        last_password_change: None,
        sessions_valid_from: None,
        handoff: person.and_then(|person| person.handoff.clone()).unwrap_or_default(),
        priority: person.and_then(|person| person.priority),
    };
    if let Some(Found::Account(account)) = found {
        let account = *account;
        row.object_id = Some(account.object_id);
        row.user_principal_name = account.user_principal_name;
        row.display_name = account.display_name;
        row.account_enabled = account.enabled;
        row.last_password_change = account.last_password_change;
        row.sessions_valid_from = account.sessions_valid_from;
    }
    row
}
