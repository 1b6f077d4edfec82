//! Roster in, plan folder out.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::counts::Counts;
use super::folder::{self, FolderError, PLAN_CSV, PLAN_JSON};
use super::manifest::{Facts, Manifest, Options, RosterName, Tenant};
use super::protected::ProtectedError;
use super::reason::{self, Reason};
use super::row::{Decision, HEADER, PlanRow};
use super::rules::{Rules, RulesError};
use super::ruling::{Judge, Known, Ruling};
use crate::clock::Clock;
use crate::digest::{Digest, Hashing};
use crate::directory::{Found, Lookup, LookupError};
use crate::graph::quota::Allowance;
use crate::graph::reading::{ReadError, Reading};
use crate::graph::transport::Transport;
use crate::private_files::Pending;
use crate::roster::{Entry, Key, Roster, RosterError};

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
    #[error(transparent)]
    Protected(#[from] ProtectedError),
    /// The tenant does not tell who it is.
    #[error("the tenant could not be read: {0}")]
    Tenant(ReadError),
    /// The directory could not be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The plan could not be written.
    #[error("the plan could not be written: {0}")]
    Write(#[from] io::Error),
}

impl From<csv::Error> for PlanError {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
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
    pub roster_shape: String,
    /// How many accounts are protected, on the roster or not.
    pub protected: usize,
    /// The name of exactly this plan.
    pub fingerprint: Digest,
    /// How many new passwords will be sealed.
    pub sealed: u32,
    /// The reasons behind the decisions, by decision and then by reason.
    pub reasons: Vec<ReasonLine>,
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
    /// The flag that lifts it, where one does.
    pub flag: Option<&'static str>,
}

impl Summary {
    fn new(folder: &Path, roster_shape: String, protected: usize, plan: Manifest) -> Self {
        let mut reasons = Vec::new();
        for decision in Decision::ALL {
            for (&reason, &rows) in &plan.counts.of(decision).reasons {
                let (sentence, flag) = (reason.sentence(), reason.flag());
                reasons.push(ReasonLine { decision, reason, rows, sentence, flag });
            }
        }
        let (fingerprint, sealed) = (plan.fingerprint(), plan.sealed());
        Self { folder: folder.to_owned(), roster_shape, protected, fingerprint, sealed, reasons, plan }
    }
}

/// Makes plans in one tenant. It only reads there, whatever the playbook.
pub struct Planner<'a, T> {
    reading: Reading<'a, T>,
    lookup: Lookup<'a, T>,
    rules: Rules,
}

impl<'a, T: Transport> Planner<'a, T> {
    /// Plans by these rules, through `transport`; waits are counted by `clock`.
    ///
    /// # Errors
    ///
    /// The rules contradict each other, or would lose passwords. Nothing was asked of Graph yet.
    pub fn new(transport: &'a T, clock: Clock, rules: Rules) -> Result<Self, RulesError> {
        rules.check()?;
        Ok(Self { reading: Reading::new(transport, clock), lookup: Lookup::new(transport, clock), rules })
    }

    /// Makes the plan for a roster in a new or empty folder. `progress` is told the number of rows that are decided,
    /// every few thousand.
    ///
    /// Memory does not grow with the roster but for some forty bytes an account. The folder holds a plan only when all
    /// of it was written.
    ///
    /// # Errors
    ///
    /// The folder is taken, or the roster, the directory or the list of protected accounts could not be read whole;
    /// then there is no plan.
    pub async fn plan(
        &self,
        mut roster: Roster,
        folder: &Path,
        mut progress: impl FnMut(u32),
    ) -> Result<Summary, PlanError> {
        folder::prepare(folder)?;
        let organization = self.reading.organization().await.map_err(PlanError::Tenant)?;
        let protected = self.rules.protected.resolve(&self.lookup).await?;
        let protected_count = protected.len();
        let mut judge = Judge::new(&self.rules, protected);
        let mut counts = Counts::default();

        let mut csv = csv::Writer::from_writer(Hashing::new(Pending::new(&folder.join(PLAN_CSV))?));
        csv.write_record(HEADER)?;
        loop {
            let entries = roster.by_ref().take(Lookup::<T>::CHUNK).collect::<Result<Vec<_>, _>>()?;
            if entries.is_empty() {
                break;
            }
            for row in self.decide(&entries, &mut judge, &mut counts).await? {
                row.write(&mut csv)?;
            }
            progress(counts.rows());
        }
        let (pending, plan_csv_sha256) = csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();

        let (name, roster_shape) = (roster.source().to_string(), roster.shape().to_string());
        let ending = roster.finish()?;
        let manifest = Manifest::new(Facts {
            tenant: Tenant { id: organization.id, name: organization.display_name.unwrap_or_default() },
            playbook: self.rules.playbook,
            options: Options {
                allow_synced: self.rules.allow_synced,
                skip_guests: self.rules.skip_guests,
                discard_credentials: self.rules.discard_credentials,
            },
            recipients: self.rules.recipients.clone(),
            roster: RosterName { name, sha256: ending.digest, rows: ending.rows },
            floor_seconds: Allowance::WRITES.floor(counts.writes).as_secs_f64().ceil() as u64,
            counts,
            plan_csv_sha256,
        })?;
        let mut json = Pending::new(&folder.join(PLAN_JSON))?;
        serde_json::to_writer_pretty(&mut json, &manifest)?;
        io::Write::write_all(&mut json, b"\n")?;
        // In this order: a folder with a plan.json holds a whole plan.
        pending.commit()?;
        json.commit()?;
        Ok(Summary::new(folder, roster_shape, protected_count, manifest))
    }

    async fn decide(
        &self,
        entries: &[Entry],
        judge: &mut Judge,
        counts: &mut Counts,
    ) -> Result<Vec<PlanRow>, LookupError> {
        let keys: Vec<&Key> = entries.iter().filter_map(|e| e.content.as_ref().ok()).map(|p| &p.key).collect();
        let mut answers = self.lookup.find(&keys).await?.into_iter();
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let (found, ruling) = match &entry.content {
                Err(defect) => (None, judge.judge(entry.row, Known::Defect(defect))),
                Ok(person) => {
                    let found = answers.next().ok_or_else(|| LookupError::Unreliable {
                        question: format!("the question for row {}", entry.row),
                        reason: "there is none".to_owned(),
                    })?;
                    let ruling = judge.judge(entry.row, Known::Person(person, &found));
                    (Some(found), ruling)
                }
            };
            counts.add(ruling.decision, &ruling.reasons, ruling.steps);
            rows.push(line(entry, found, &ruling));
        }
        Ok(rows)
    }
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
        reason: reason::to_text(&ruling.reasons, &ruling.detail),
        steps: ruling.steps,
        account_enabled: None,
        last_password_change: None,
        sessions_valid_from: None,
        handoff: person.and_then(|person| person.handoff.clone()).unwrap_or_default(),
        priority: person.and_then(|person| person.priority),
    };
    if let Some(Found::Account(account)) = found {
        row.object_id = Some(account.object_id);
        row.user_principal_name = account.user_principal_name;
        row.display_name = account.display_name;
        row.account_enabled = account.enabled;
        row.last_password_change = account.last_password_change;
        row.sessions_valid_from = account.sessions_valid_from;
    }
    row
}
