//! A plan while it is being written: each row goes through here, of a roster or of a run that is undone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use time::OffsetDateTime;

use super::author::Author;
use super::by_hand::ChosenPasswords;
use super::counts::Counts;
use super::error::PlanError;
use super::examples::ExamplesOfRefused;
use super::handoff::Sharing;
use super::kept_elsewhere::{is_handed_over, password_is_replaced_on_premises};
use super::manifest::{FORMAT, Manifest, ProtectedList, RosterName, Tenant};
use super::onprem::WorkList;
use super::pass_moments::PassMomentCount;
use super::plan_files::{PLAN_CSV, PLAN_JSON};
use super::plan_lists::PlanLists;
use super::plan_notes::PlanNotes;
use super::risk_plan::RiskPlan;
use super::row::{HEADER, PlanRow};
use super::rules::Rules;
use super::script_credential::ScriptCredentials;
use super::size::TooLarge;
use super::summary::Summary;
use super::task_elsewhere::Task;
use super::waves::WaveCount;
use crate::digest::Hashing;
use crate::directory::{Account, NonPersonSign};
use crate::graph::quota::Allowance;
use crate::graph::reading::Organization;
use crate::private_files::Pending;
use crate::roster::{Defects, RosterShape};
use crate::seal::SealedCredential;
use crate::spreadsheet::BYTE_ORDER_MARK;

/// Writes the files of a plan. None of them has its name before [`PlanWriter::finish`].
pub(super) struct PlanWriter<'a> {
    folder: &'a Path,
    rules: &'a Rules,
    counts: Counts,
    examples: ExamplesOfRefused,
    sharing: Option<Sharing<'a>>,
    waves: Option<WaveCount>,
    risk: Option<RiskPlan>,
    pass_moments: Option<PassMomentCount>,
    work_list: WorkList,
    credentials: Option<ScriptCredentials<'a>>,
    csv: csv::Writer<Hashing<Pending>>,
    lists: PlanLists,
}

/// The rows that were written so far, to be read again.
pub(super) struct RowsSoFar {
    // It is removed when this is dropped.
    _draft: Pending,
    csv: csv::Reader<File>,
    record: csv::StringRecord,
}

impl RowsSoFar {
    pub(super) fn next_row(&mut self) -> Result<Option<PlanRow>, PlanError> {
        Ok(if self.csv.read_record(&mut self.record)? { Some(PlanRow::read(&self.record)?) } else { None })
    }

    pub(super) fn rewind(&mut self) -> Result<(), PlanError> {
        self.csv.seek(csv::Position::new())?;
        // The header, which a reader that leaps does not pass over.
        self.csv.read_record(&mut self.record)?;
        Ok(())
    }
}

/// What a plan was made from.
pub(super) struct MadeFrom {
    /// Graph's clock before the first account was read.
    pub(super) read_from: Option<OffsetDateTime>,
    pub(super) planned_by: Option<Author>,
    pub(super) organization: Organization,
    pub(super) roster: RosterName,
    pub(super) shape: RosterShape,
    pub(super) defects: Defects,
    pub(super) protected: Option<ProtectedList>,
    pub(super) too_large: Option<TooLarge>,
    pub(super) non_persons: BTreeMap<NonPersonSign, u32>,
    /// What could not be read, and what is to be said of the plan as a whole, in sentences.
    pub(super) notes: PlanNotes,
}

impl<'a> PlanWriter<'a> {
    pub(super) fn new(folder: &'a Path, rules: &'a Rules, organization: &Organization) -> Result<Self, PlanError> {
        let credentials = ScriptCredentials::of(rules, organization)?;
        Ok(Self {
            folder,
            rules,
            counts: Counts::default(),
            examples: ExamplesOfRefused::default(),
            sharing: rules.handoff.as_ref().map(Sharing::new),
            work_list: WorkList::new(
                folder,
                rules.playbook,
                rules.options.writeback,
                credentials.as_ref().map(ScriptCredentials::list),
            ),
            waves: rules.wave_by.as_deref().map(WaveCount::by),
            risk: rules.options.risk.map(RiskPlan::of),
            pass_moments: rules.pass_from_column.as_deref().map(PassMomentCount::by),
            credentials,
            csv: begin_csv(folder)?,
            lists: PlanLists::default(),
        })
    }

    /// The same for rows that will be written once more, because it is not known yet who hands over.
    pub(super) fn draft(folder: &'a Path, rules: &'a Rules, organization: &Organization) -> Result<Self, PlanError> {
        Ok(Self { sharing: None, ..Self::new(folder, rules, organization)? })
    }

    /// Makes sure that every new password can be handed over; `notes` say why some cannot.
    pub(super) fn check_handoff(&self, notes: &[String]) -> Result<(), PlanError> {
        match &self.sharing {
            Some(sharing) => Ok(sharing.check().map_err(|names| names.because(notes))?),
            None => Ok(()),
        }
    }

    pub(super) const fn folder(&self) -> &'a Path {
        self.folder
    }

    /// The rows so far, and a writer that takes each of them once more.
    pub(super) fn once_more(self) -> Result<(RowsSoFar, Self), PlanError> {
        let (mut draft, _) = self.csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        let csv = csv::ReaderBuilder::new().has_headers(false).from_reader(draft.reopen()?);
        let mut rows = RowsSoFar { _draft: draft, csv, record: csv::StringRecord::new() };
        rows.rewind()?;
        let writer = Self {
            folder: self.folder,
            rules: self.rules,
            counts: Counts::default(),
            examples: ExamplesOfRefused::default(),
            sharing: self.rules.handoff.as_ref().map(Sharing::new),
            waves: self.rules.wave_by.as_deref().map(WaveCount::by),
            risk: self.rules.options.risk.map(RiskPlan::of),
            pass_moments: self.rules.pass_from_column.as_deref().map(PassMomentCount::by),
            work_list: self.work_list.uncounted(),
            credentials: self.credentials,
            csv: begin_csv(self.folder)?,
            lists: PlanLists::default(),
        };
        Ok((rows, writer))
    }

    /// With the lists of what its people have.
    pub(super) fn with_lists(self, lists: PlanLists) -> Self {
        Self { lists, ..self }
    }

    /// Writes the next row.
    pub(super) fn add(&mut self, row: PlanRow) -> Result<(), PlanError> {
        self.add_with_targets(row, 0)
    }

    /// Writes the next row, from which so many methods are removed.
    pub(super) fn add_with_targets(&mut self, mut row: PlanRow, targets: u32) -> Result<(), PlanError> {
        self.counts.add(row.decision, &row.reasons, row.steps, targets);
        self.examples.add(&row);
        self.work_list.count(&row);
        self.risk.iter_mut().for_each(|risk| risk.count(&row));
        let Rules { playbook, options, .. } = self.rules;
        let gets_credential = self.sets_by_script(&row) || is_handed_over(options, *playbook, &row);
        self.waves.as_mut().map_or(Ok(()), |waves| waves.take(&mut row))?;
        if let Some(moments) = &mut self.pass_moments {
            moments.take(&row);
        }
        if let Some(name) = self.sharing.as_mut().and_then(|all| all.take(row.row, &row.handoff, gets_credential)) {
            // As the file of recipients spells it: the run compares names by their bytes.
            name.as_str().clone_into(&mut row.handoff);
        }
        Ok(row.write(&mut self.csv)?)
    }

    /// Makes the password that the script for Active Directory sets, where it does: the row gets it as those who hand it over
    /// open it, and what the script opens is given.
    pub(super) fn seal(
        &mut self,
        row: PlanRow,
        account: &Account,
    ) -> Result<(PlanRow, Option<SealedCredential>), PlanError> {
        let is_wanted = self.sets_by_script(&row);
        let Some(credentials) = self.credentials.as_mut().filter(|_| is_wanted) else { return Ok((row, None)) };
        Ok(match credentials.make(&row, account)? {
            Some(made) => (PlanRow { sealed: Some(made.for_handoff), ..row }, Some(made.for_script)),
            // That no one could hand it over is said of all such rows together, at the end.
            None => (row, None),
        })
    }

    /// Does the script for Active Directory set a password of this row that is handed over?
    fn sets_by_script(&self, row: &PlanRow) -> bool {
        self.credentials.is_some() && password_is_replaced_on_premises(self.rules.playbook, row)
    }

    /// Puts the account on the work list for Active Directory, where anything is left to do there, with the password that the
    /// script sets.
    pub(super) fn add_work(
        &mut self,
        row: &PlanRow,
        account: &Account,
        password: Option<&SealedCredential>,
    ) -> Result<(), PlanError> {
        Ok(self.work_list.add(row, account, password)?)
    }

    /// Is anything left to do with the account in Active Directory?
    pub(super) fn has_work(&self, row: &PlanRow, account: &Account) -> bool {
        Task::of(self.rules.playbook, self.rules.options.writeback, account, row).is_some()
    }

    pub(super) const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Writes every row once more, changed: some things are known only after the last row.
    pub(super) fn rewritten(self, mut change: impl FnMut(&mut PlanRow)) -> Result<Self, PlanError> {
        let (mut rows, mut writer) = self.once_more()?;
        while let Some(mut row) = rows.next_row()? {
            change(&mut row);
            // What the row was made for may have changed, too.
            if !writer.sets_by_script(&row) {
                row.sealed = None;
            }
            writer.add(row)?;
        }
        Ok(writer)
    }

    /// Brings the plan to disk. `plan.json` comes last: a folder that has one holds a whole plan.
    pub(super) fn finish(self, from: MadeFrom) -> Result<Summary, PlanError> {
        if let Some(sharing) = &self.sharing {
            sharing.check()?;
        }
        let Self { folder, rules, counts, examples, sharing, waves, pass_moments, risk, work_list, csv, lists, .. } =
            self;
        let (plan_csv, plan_csv_sha256) = csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        let MadeFrom { read_from, planned_by, organization, roster, shape, defects, .. } = from;
        let MadeFrom { protected, too_large, non_persons, notes, .. } = from;
        let PlanLists { files, methods, devices, consents, app_roles, notes: not_listed, so_far } = lists;
        let mut manifest = Manifest {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: OffsetDateTime::now_utc(),
            read_from,
            planned_by,
            tenant: Tenant { id: organization.id, name: organization.display_name.unwrap_or_default() },
            playbook: rules.playbook,
            options: rules.options,
            recipients: rules.recipients.clone(),
            handoff: sharing.map(|sharing| sharing.finish()),
            passwords_by_hand: rules.by_hand.as_ref().map(ChosenPasswords::to_manifest),
            roster,
            protected,
            too_large,
            non_persons,
            notes: notes.sentences.into_iter().chain(not_listed).collect(),
            note_kinds: notes.kinds,
            written_back: work_list.written_back(),
            on_premises: work_list.commit(&rules.active_directory)?,
            methods,
            devices,
            consents,
            app_roles,
            risk,
            waves: waves.map(WaveCount::finish),
            pass_moments: pass_moments.map(PassMomentCount::finish),
            floor_seconds: 0,
            counts,
            plan_csv_sha256,
            fingerprint: None,
        };
        let targets = manifest.targets();
        // They go side by side, of different people.
        let floor =
            Allowance::WRITES.floor(manifest.counts.writes - targets.all()).max(targets.floor(manifest.by_person()));
        manifest.floor_seconds = floor.as_secs_f64().ceil() as u64;
        let manifest = manifest.bound()?;
        let mut json = Pending::new(&folder.join(PLAN_JSON))?;
        serde_json::to_writer_pretty(&mut json, &manifest)?;
        json.write_all(b"\n")?;
        files.into_iter().try_for_each(Pending::commit)?;
        plan_csv.commit()?;
        json.commit()?;
        so_far.into_iter().try_for_each(fs::remove_file)?;
        Ok(Summary::new(folder, shape, defects, examples.finish(), manifest))
    }
}

/// `plan.csv` beside its place, with its header, which a plan without a row has, too.
fn begin_csv(folder: &Path) -> Result<csv::Writer<Hashing<Pending>>, PlanError> {
    let mut file = Hashing::new(Pending::new(&folder.join(PLAN_CSV))?);
    // Who approves may open it in a spreadsheet.
    file.write_all(BYTE_ORDER_MARK)?;
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
    csv.write_record(HEADER)?;
    Ok(csv)
}
