//! Reads all accounts, and again those that a replica does not show yet.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::claims::RunClaims;
use super::finding::Finding;
use super::judge::{ExpectedEffects, ExpectedStep};
use super::reading::AccountReading;
use super::seen_targets::SeenTargets;
use super::step_claim::StepClaim;
use crate::clock::Clock;
use crate::directory::{
    ConsentsOfPerson, DevicesOfPerson, Lookup, LookupError, MethodsOfPerson, NotListed, PassesOfPerson, PersonList,
    PersonReader,
};
use crate::graph::paced::Paced;
use crate::graph::reading::ReadError;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::kept_elsewhere::{PasswordPlace, is_written_back, password_is_kept_in};
use crate::plan::manifest::Manifest;
use crate::plan::plan_targets::PlanTargets;
use crate::plan::row::{Decision, PlanRow};
use crate::roster::Key;
use crate::run::proof::ProofCounts;
use crate::step::facts::ProvedBy;
use crate::step::{Step, StepMap};

/// How long to wait before accounts are read again that a replica does not show yet; tenant time.
const BETWEEN_READINGS: Duration = Duration::from_secs(15);

/// Why it is not known whether the steps hold.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The directory cannot be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// What people have cannot be listed.
    #[error(transparent)]
    Listing(#[from] ReadError),
}

/// One account of a run, and what is expected of it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The row that names it.
    pub row: RowNumber,
    /// The account.
    pub object_id: ObjectId,
    /// Its sign-in name when the plan was made.
    pub user_principal_name: String,
    expected: ExpectedEffects,
}

/// One account of a run, and what was found of it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The account.
    pub subject: Subject,
    /// What was found, step by step.
    pub findings: Vec<Finding>,
    /// When it was read, by this machine's clock.
    pub at: OffsetDateTime,
}

/// All accounts of a run, read: what was seen of each, in the roster's order. Who they are is read from the plan again.
#[derive(Debug, Clone, Default)]
pub struct Pass {
    readings: Vec<AccountReading>,
    /// What was seen of the targets of the steps that have any.
    targets: HashMap<(RowNumber, Step), SeenTargets>,
    verdicts: ProofCounts,
    as_before: ProofCounts,
}

/// How far a pass is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassProgress {
    /// Accounts have been read.
    Read {
        /// How many.
        accounts: usize,
        /// Of how many.
        of: usize,
    },
    /// Accounts are not shown yet as they must be; they are read again until the time is over.
    Waiting {
        /// How many.
        accounts: usize,
        /// Tenant time that is left.
        left: Duration,
    },
}

/// What accounts are read with.
struct Readers<'a, T> {
    lookup: Lookup<'a, T>,
    lister: TargetLister<'a, T>,
    targets: Arc<PlanTargets>,
}

/// Reads what people have of the targets of each step, and their passes.
struct TargetLister<'a, T> {
    methods: PersonReader<'a, T, MethodsOfPerson>,
    devices: PersonReader<'a, T, DevicesOfPerson>,
    consents: PersonReader<'a, T, ConsentsOfPerson>,
    passes: PersonReader<'a, T, PassesOfPerson>,
}

impl<'a, T: Transport> TargetLister<'a, T> {
    fn new(paced: &Paced<'a, T>) -> Self {
        Self {
            methods: PersonReader::new(paced),
            devices: PersonReader::new(paced),
            consents: PersonReader::new(paced),
            passes: PersonReader::new(paced),
        }
    }
}

impl Pass {
    /// Reads every account that the plan acts on or takes for done, and waits as long as `wait` (tenant time) for those
    /// that a replica does not show yet.
    ///
    /// # Errors
    ///
    /// Plan or directory cannot be read; then nothing is known.
    pub async fn make<T: Transport>(
        plan: &PlanFolder,
        claims: &RunClaims,
        transport: &T,
        clock: Clock,
        wait: Duration,
        mut report: impl FnMut(PassProgress),
    ) -> Result<Self, PassError> {
        let of = subjects(plan, claims)?.try_fold(0, |sum, subject| subject.map(|_| sum + 1))?;
        let paced = Paced::new(transport, clock);
        let mut readers = Readers {
            lookup: Lookup::paced(paced.clone()),
            lister: TargetLister::new(&paced),
            targets: plan.targets(),
        };
        let deadline = clock.now() + wait;
        let mut pass = Self { readings: Vec::with_capacity(of), ..Self::default() };
        let mut open = pass.read_all(&mut readers, subjects(plan, claims)?, of, &mut report).await?;
        loop {
            let left = deadline.saturating_sub(clock.now());
            if open.is_empty() || left.is_zero() {
                break;
            }
            report(PassProgress::Waiting { accounts: open.len(), left });
            clock.sleep(BETWEEN_READINGS.min(left)).await;
            let waiting = at_places(plan, claims, &open)?;
            open = pass.read_again(&mut readers, waiting, open.len(), &mut report).await?;
        }
        for left in at_places(plan, claims, &open)? {
            let (place, subject) = left?;
            let findings = pass.judge(&subject, &pass.readings[place as usize]);
            pass.count(&subject, &findings);
        }
        Ok(pass)
    }

    /// Reads each of so many accounts once. Gives the places of those that a replica may not show yet; who they are is read from the
    /// plan again, because there may be a million of them.
    async fn read_all<T: Transport>(
        &mut self,
        readers: &mut Readers<'_, T>,
        mut all: impl Iterator<Item = Result<Subject, FolderError>>,
        of: usize,
        report: &mut impl FnMut(PassProgress),
    ) -> Result<Vec<u32>, PassError> {
        let mut open = Vec::new();
        while let Some((chunk, readings)) = self.read_next(readers, &mut all, |subject| subject).await? {
            for (subject, reading) in chunk.into_iter().zip(readings) {
                let place = u32::try_from(self.readings.len()).unwrap_or(u32::MAX);
                self.readings.push(reading);
                if self.is_open(&subject, &reading) {
                    open.push(place);
                }
            }
            report(PassProgress::Read { accounts: self.readings.len(), of });
        }
        Ok(open)
    }

    /// Reads those once more that a replica did not show yet, so many. Gives the places of those that it may not show even now.
    async fn read_again<T: Transport>(
        &mut self,
        readers: &mut Readers<'_, T>,
        mut waiting: impl Iterator<Item = Result<(u32, Subject), FolderError>>,
        number: usize,
        report: &mut impl FnMut(PassProgress),
    ) -> Result<Vec<u32>, PassError> {
        let of = self.readings.len();
        let mut accounts = of - number;
        let mut still_open = Vec::new();
        while let Some((chunk, readings)) = self.read_next(readers, &mut waiting, |(_, subject)| subject).await? {
            accounts += chunk.len();
            for ((place, subject), reading) in chunk.into_iter().zip(readings) {
                self.readings[place as usize] = reading;
                if self.is_open(&subject, &reading) {
                    still_open.push(place);
                }
            }
            report(PassProgress::Read { accounts, of });
        }
        Ok(still_open)
    }

    /// Reads the next accounts of those that are to be read, and the targets of their steps; nothing when all are read.
    async fn read_next<T: Transport, S>(
        &mut self,
        readers: &mut Readers<'_, T>,
        left: &mut impl Iterator<Item = Result<S, FolderError>>,
        subject_of: fn(&S) -> &Subject,
    ) -> Result<Option<(Vec<S>, Vec<AccountReading>)>, PassError> {
        let chunk = left.by_ref().take(Lookup::<T>::CHUNK).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            return Ok(None);
        }
        let subjects: Vec<&Subject> = chunk.iter().map(subject_of).collect();
        let readings = read(&readers.lookup, subjects.iter().copied()).await?;
        self.list_targets(&mut readers.lister, &readers.targets, &subjects).await?;
        Ok(Some((chunk, readings)))
    }

    /// Whether the account is to be read again, because a replica may not show all yet; where not, what was found is counted.
    fn is_open(&mut self, subject: &Subject, reading: &AccountReading) -> bool {
        let findings = self.judge(subject, reading);
        let may_catch_up = findings.iter().any(|finding| finding.may_catch_up);
        if !may_catch_up {
            self.count(subject, &findings);
        }
        may_catch_up
    }

    fn judge(&self, subject: &Subject, reading: &AccountReading) -> Vec<Finding> {
        subject.expected.judge_with(reading, |step| self.targets.get(&(subject.row, step)))
    }

    /// Lists the targets of those who have any.
    async fn list_targets<T: Transport>(
        &mut self,
        lister: &mut TargetLister<'_, T>,
        targets: &PlanTargets,
        subjects: &[&Subject],
    ) -> Result<(), PassError> {
        let TargetLister { methods, devices, consents, passes } = lister;
        let with_pass = subjects.iter().filter(|subject| subject.expected.steps[Step::Pass].is_some());
        let with_pass: HashSet<RowNumber> = with_pass.map(|subject| subject.row).collect();
        let seen = |listed, row| SeenTargets::of_methods(listed, targets, row, with_pass.contains(&row));
        self.list(methods, Step::Methods, subjects, seen).await?;
        for step in [Step::Devices, Step::EnableDevices] {
            let seen = |listed, row| SeenTargets::of_devices(listed, targets, row, step);
            self.list(devices, step, subjects, seen).await?;
        }
        self.list(consents, Step::Consents, subjects, |listed, row| SeenTargets::of_consents(listed, targets, row))
            .await?;
        self.list(passes, Step::Pass, subjects, |listed, _| SeenTargets::of_passes(listed)).await
    }

    async fn list<T: Transport, L: PersonList>(
        &mut self,
        reader: &mut PersonReader<'_, T, L>,
        step: Step,
        subjects: &[&Subject],
        seen: impl Fn(Result<Vec<L::Held>, NotListed>, RowNumber) -> SeenTargets,
    ) -> Result<(), PassError> {
        let have_any = subjects.iter().filter(|subject| subject.expected.steps[step].is_some());
        let mut asked = have_any.map(|subject| (subject.row, subject.object_id)).peekable();
        while asked.peek().is_some() {
            let people: Vec<(RowNumber, ObjectId)> = asked.by_ref().take(reader.next_call()).collect();
            let accounts: Vec<ObjectId> = people.iter().map(|(_, account)| *account).collect();
            for ((row, _), listed) in people.into_iter().zip(reader.read(&accounts).await?) {
                self.targets.insert((row, step), seen(listed, row));
            }
        }
        Ok(())
    }

    fn count(&mut self, subject: &Subject, findings: &[Finding]) {
        for finding in findings {
            self.verdicts.add(finding.verdict);
            if subject.expected.is_as_before(finding.step) {
                self.as_before.add(finding.verdict);
            }
        }
    }

    /// How many accounts were read.
    pub fn accounts(&self) -> u64 {
        self.readings.len() as u64
    }

    /// How many steps have which verdict.
    pub fn verdicts(&self) -> ProofCounts {
        self.verdicts
    }

    /// How many of them were so before the run, which wrote nothing there.
    pub fn as_before(&self) -> ProofCounts {
        self.as_before
    }

    /// Every account with what was found, in the roster's order. Plan and claims are those that it was made with.
    ///
    /// # Errors
    ///
    /// The plan cannot be read any more.
    pub fn checked<'a>(
        &'a self,
        plan: &'a PlanFolder,
        claims: &'a RunClaims,
    ) -> Result<impl Iterator<Item = Result<Checked, FolderError>> + 'a, FolderError> {
        let subjects = subjects(plan, claims)?;
        Ok(subjects.zip(&self.readings).map(|(subject, reading)| {
            let subject = subject?;
            let findings = self.judge(&subject, reading);
            Ok(Checked { subject, findings, at: reading.at() })
        }))
    }
}

async fn read<T: Transport>(
    lookup: &Lookup<'_, T>,
    subjects: impl Iterator<Item = &Subject>,
) -> Result<Vec<AccountReading>, LookupError> {
    let keys: Vec<Key> = subjects.map(|subject| Key::ObjectId(subject.object_id)).collect();
    let found = lookup.find(&keys.iter().collect::<Vec<_>>()).await?;
    let at = OffsetDateTime::now_utc();
    Ok(found.iter().map(|found| AccountReading::of(found, at)).collect())
}

/// Every account that the plan acts on or takes for done, in the roster's order.
fn subjects<'a>(
    plan: &'a PlanFolder,
    claims: &'a RunClaims,
) -> Result<impl Iterator<Item = Result<Subject, FolderError>> + 'a, FolderError> {
    let rows = plan.rows()?;
    Ok(rows.filter_map(|row| row.map(|row| subject(row, plan.manifest(), claims)).transpose()))
}

/// Those of them that are at these places, which are in order.
fn at_places<'a>(
    plan: &'a PlanFolder,
    claims: &'a RunClaims,
    places: &'a [u32],
) -> Result<impl Iterator<Item = Result<(u32, Subject), FolderError>> + 'a, FolderError> {
    let mut places = places.iter().copied().peekable();
    Ok((0..).zip(subjects(plan, claims)?).filter_map(move |(place, subject)| match subject {
        Ok(subject) => places.next_if_eq(&place).map(|place| Ok((place, subject))),
        Err(error) => Some(Err(error)),
    }))
}

/// What is expected of the account of a row; nothing of those that the plan leaves alone.
fn subject(row: PlanRow, manifest: &Manifest, claims: &RunClaims) -> Option<Subject> {
    let kept_in = password_is_kept_in(manifest.playbook, &row);
    let acts = match row.decision {
        Decision::Act => true,
        Decision::Already => false,
        // All of it is done there.
        Decision::Refuse if kept_in == Some(PasswordPlace::ActiveDirectory) => false,
        Decision::Skip | Decision::Refuse => return None,
    };
    let object_id = row.object_id?;
    let writeback = is_written_back(manifest.options.writeback, manifest.playbook, &row);
    let there = |place| match place {
        PasswordPlace::IdentityProvider => claims.at_provider(row.row),
        PasswordPlace::ActiveDirectory if writeback => claims.written_back(row.row),
        PasswordPlace::ActiveDirectory => claims.on_premises(row.row, row.sealed.is_some()),
    };
    let steps = StepMap::from_fn(|step| {
        let planned = (acts && row.steps.contains(step)).then(|| claims.of(row.row, step));
        let elsewhere = kept_in.filter(|_| step.facts().proved_by == ProvedBy::PasswordChange);
        let planned = planned.or_else(|| elsewhere.map(there));
        // An account that was blocked already when the plan was made must be so still.
        let was_so = row.account_enabled.map(ProvedBy::AccountEnabled) == Some(step.facts().proved_by);
        let kept = (was_so && row.decision != Decision::Refuse && manifest.playbook.steps().contains(step))
            .then_some(StepClaim::AsBefore);
        Some(ExpectedStep { claim: planned.or(kept)?, earlier: claims.earlier(row.row, step) })
    });
    let is_empty = steps.values().all(Option::is_none);
    let expected = ExpectedEffects {
        steps,
        changes_password: manifest.playbook.change_at_next_sign_in(),
        last_password_change: row.last_password_change,
        sessions_valid_from: row.sessions_valid_from,
        pass: manifest.options.pass.map(|terms| terms.with_own(row.pass_from)),
    };
    let subject = Subject { row: row.row, object_id, user_principal_name: row.user_principal_name, expected };
    (!is_empty).then_some(subject)
}
