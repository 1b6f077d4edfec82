//! What the people of a plan have is read, after it is known who they are: the targets of steps, and what is only listed.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::error::PlanError;
use super::held_so_far::{HeldSoFar, PersonsHeld};
use super::people_read::PeopleRead;
use super::plan_lists::PlanLists;
use super::planning_progress::PlanningProgress;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::what_is_listed::WhatIsListed;
use super::writer::PlanWriter;
use crate::directory::{NotListed, PersonList, PersonReader};
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, TenantId};
use crate::step::target::MAX_TARGETS;
use crate::step::{Step, Steps};

/// Where Graph refuses to list so many people in the beginning and lists none, it will refuse all of them.
const MAX_REFUSED_FIRST: u32 = 20;
/// Rows that ask for nothing fill no call, and must not fill the memory either.
const MAX_WAITING_ROWS: usize = 1_000;

/// What a list is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum ListAbout {
    /// The targets of this step. A person is refused for this reason whose list is not known.
    TargetsOf(Step, Reason),
    /// The roles that people hold in apps, which no step touches.
    AppRoles,
}

impl ListAbout {
    pub(super) const fn what(self) -> WhatIsListed {
        match self {
            Self::TargetsOf(step, _) => WhatIsListed::TargetsOf(step),
            Self::AppRoles => WhatIsListed::AppRoles,
        }
    }
}

/// A list beside the plan, of one kind of things that people have, while it is made.
pub(super) trait PlanList {
    /// How it is read.
    type Of: PersonList<Held = Self::Held>;
    /// One thing that a person has.
    type Held: Serialize + DeserializeOwned;

    /// What it is.
    const ABOUT: ListAbout;
    /// The file of a planning that was stopped.
    const PART: &'static str;

    /// Is a plan made without it where Graph lists none of it?
    fn is_optional(&self) -> bool {
        false
    }

    /// Notes in the row of a person what they have. Gives how many of these are targets, if the row has the step.
    fn note(&self, row: &mut PlanRow, held: &[Self::Held]) -> usize;

    /// Writes what the person of a row has; the row is decided.
    fn add(&mut self, row: &PlanRow, known: &PersonsHeld<Self::Held>) -> Result<(), PlanError>;

    /// Writes the person of a row whose list is not known.
    fn add_not_listed(&mut self, row: &PlanRow, why: &NotListed) -> Result<(), PlanError>;

    /// How many people are listed, and how many are not.
    fn people_read(&self) -> &PeopleRead;

    /// Puts the whole list with the others.
    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError>;
}

/// Is it somebody whose things concern the plan? Who is refused or skipped is not touched, and may be a stranger.
fn concerned(row: &PlanRow) -> Option<ObjectId> {
    row.object_id.filter(|_| matches!(row.decision, Decision::Act | Decision::Already))
}

/// Reads what everyone has whom the plan changes or at whom nothing is left to do, and writes each row once more, with how much
/// that is. What an earlier planning in this folder read is not read again.
///
/// Some people at a time are kept in memory. A row is decided by all lists before any of them has a line about it.
pub(super) async fn add<'a>(
    writer: PlanWriter<'a>,
    mut sweep: impl Sweep,
    progress: &mut impl FnMut(PlanningProgress),
) -> Result<PlanWriter<'a>, PlanError> {
    let (mut rows, mut writer) = writer.once_more()?;
    while let Some(row) = rows.next_row()? {
        if let Some(account) = concerned(&row) {
            sweep.will_ask(account);
        }
    }
    sweep.announce(progress);
    rows.rewind()?;
    let mut waiting = Vec::new();
    loop {
        let row = rows.next_row()?;
        let is_end = row.is_none();
        if let Some(row) = row {
            if let Some(account) = concerned(&row) {
                sweep.ask(account);
            }
            waiting.push(row);
        }
        if !sweep.is_full() && waiting.len() < MAX_WAITING_ROWS && !is_end {
            continue;
        }
        sweep.read().await?;
        for mut row in waiting.drain(..) {
            let account = concerned(&row);
            let targets = account.map_or(Ok(0), |account| sweep.decide(account, &mut row))?;
            if let Some(account) = account {
                sweep.write(account, &row)?;
            }
            let targets = if row.decision == Decision::Act { targets } else { 0 };
            writer.add_with_targets(row, targets)?;
        }
        sweep.report(progress);
        if is_end {
            break;
        }
    }
    let mut lists = PlanLists::default();
    sweep.finish(&mut lists)?;
    Ok(writer.with_lists(lists))
}

/// Nothing is done about what the person of this row has, and nothing else either; a row that asks for none of that stays as it is.
fn refuse(row: &mut PlanRow, step: Step, reason: Reason, why: &str) {
    if row.steps.contains(step) {
        (row.decision, row.steps) = (Decision::Refuse, Steps::NONE);
        row.reasons.push(reason);
        row.detail = if row.detail.is_empty() { why.to_owned() } else { format!("{}; {why}", row.detail) };
    }
}

/// One list or several on their way through the people of a plan.
pub(super) trait Sweep {
    /// A person will be asked about.
    fn will_ask(&mut self, account: ObjectId);
    /// Says how long it takes.
    fn announce(&self, progress: &mut impl FnMut(PlanningProgress));
    /// Says how far it is.
    fn report(&self, progress: &mut impl FnMut(PlanningProgress));
    /// This person is to be read next, where it is not known what they have.
    fn ask(&mut self, account: ObjectId);
    /// Are there enough to be asked for in one call?
    fn is_full(&self) -> bool;
    /// Reads what those have who were asked for, and keeps it.
    async fn read(&mut self) -> Result<(), PlanError>;
    /// Notes in a row what its person has. Gives how many of these are targets. Nothing is done for a person of whom it is not
    /// known what to do.
    fn decide(&mut self, account: ObjectId, row: &mut PlanRow) -> Result<u32, PlanError>;
    /// Lists what the person of a row has, which is decided.
    fn write(&mut self, account: ObjectId, row: &PlanRow) -> Result<(), PlanError>;
    /// Puts the whole lists with the others.
    fn finish(self, lists: &mut PlanLists) -> Result<(), PlanError>;
}

/// Two of them, which read the same people.
impl<A: Sweep, B: Sweep> Sweep for (A, B) {
    fn will_ask(&mut self, account: ObjectId) {
        self.0.will_ask(account);
        self.1.will_ask(account);
    }

    fn announce(&self, progress: &mut impl FnMut(PlanningProgress)) {
        self.0.announce(progress);
        self.1.announce(progress);
    }

    fn report(&self, progress: &mut impl FnMut(PlanningProgress)) {
        self.0.report(progress);
        self.1.report(progress);
    }

    fn ask(&mut self, account: ObjectId) {
        self.0.ask(account);
        self.1.ask(account);
    }

    fn is_full(&self) -> bool {
        self.0.is_full() && self.1.is_full()
    }

    async fn read(&mut self) -> Result<(), PlanError> {
        self.0.read().await?;
        self.1.read().await
    }

    fn decide(&mut self, account: ObjectId, row: &mut PlanRow) -> Result<u32, PlanError> {
        Ok(self.0.decide(account, row)? + self.1.decide(account, row)?)
    }

    fn write(&mut self, account: ObjectId, row: &PlanRow) -> Result<(), PlanError> {
        self.0.write(account, row)?;
        self.1.write(account, row)
    }

    fn finish(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        self.0.finish(lists)?;
        self.1.finish(lists)
    }
}

/// A list that is not asked for.
impl<S: Sweep> Sweep for Option<S> {
    fn will_ask(&mut self, account: ObjectId) {
        self.iter_mut().for_each(|sweep| sweep.will_ask(account));
    }

    fn announce(&self, progress: &mut impl FnMut(PlanningProgress)) {
        self.iter().for_each(|sweep| sweep.announce(progress));
    }

    fn report(&self, progress: &mut impl FnMut(PlanningProgress)) {
        self.iter().for_each(|sweep| sweep.report(progress));
    }

    fn ask(&mut self, account: ObjectId) {
        self.iter_mut().for_each(|sweep| sweep.ask(account));
    }

    fn is_full(&self) -> bool {
        self.as_ref().is_none_or(Sweep::is_full)
    }

    async fn read(&mut self) -> Result<(), PlanError> {
        match self {
            Some(sweep) => sweep.read().await,
            None => Ok(()),
        }
    }

    fn decide(&mut self, account: ObjectId, row: &mut PlanRow) -> Result<u32, PlanError> {
        self.as_mut().map_or(Ok(0), |sweep| sweep.decide(account, row))
    }

    fn write(&mut self, account: ObjectId, row: &PlanRow) -> Result<(), PlanError> {
        self.as_mut().map_or(Ok(()), |sweep| sweep.write(account, row))
    }

    fn finish(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        self.map_or(Ok(()), |sweep| sweep.finish(lists))
    }
}

/// One list on its way through the people of a plan.
pub(super) struct TargetSweep<'a, T, L: PlanList> {
    reader: PersonReader<'a, T, L::Of>,
    so_far: HeldSoFar<L::Held>,
    list: L,
    /// Who is to be read next.
    asked: Vec<ObjectId>,
    /// People of those that were read last whose lists are not known, with why that is.
    not_listed: Vec<(ObjectId, NotListed)>,
    /// The first of all of these.
    refusal: Option<(ObjectId, NotListed)>,
    people: u32,
    left: u32,
    /// Graph lists none of it, and the plan is made without.
    is_given_up: bool,
}

impl<'a, T: Transport, L: PlanList> TargetSweep<'a, T, L> {
    pub(super) fn new(paced: &Paced<'a, T>, folder: &Path, tenant: TenantId, list: L) -> Result<Self, PlanError> {
        Ok(Self {
            reader: PersonReader::new(paced),
            so_far: HeldSoFar::open(folder, L::PART, tenant, OffsetDateTime::now_utc())?,
            list,
            asked: Vec::new(),
            not_listed: Vec::new(),
            refusal: None,
            people: 0,
            left: 0,
            is_given_up: false,
        })
    }

    /// What this person has, where that was read.
    pub(super) fn held(&mut self, account: ObjectId) -> Result<Vec<L::Held>, PlanError> {
        Ok(self.so_far.get(account)?.map(|known| known.held).unwrap_or_default())
    }

    pub(super) const fn list(&mut self) -> &mut L {
        &mut self.list
    }

    fn not_listed(&self, account: ObjectId) -> Option<&NotListed> {
        self.not_listed.iter().find(|(of, _)| *of == account).map(|(_, why)| why)
    }

    /// Of some people it may be a role that does not reach them. Where it is all of them it is the permission, or the cloud.
    fn check(&mut self) -> Result<(), PlanError> {
        match &self.refusal {
            Some(_) if self.list.people_read().people == 0 && self.list.is_optional() => {
                self.is_given_up = true;
                Ok(())
            }
            Some((account, why)) if self.list.people_read().people == 0 => {
                let path = format!("/v1.0/users/{account}/{}", L::Of::PATHS.first().unwrap_or(&""));
                Err(PlanError::Listing { of: L::ABOUT.what(), source: why.clone().into_error_about(path) })
            }
            _ => Ok(()),
        }
    }
}

impl<T: Transport, L: PlanList> Sweep for TargetSweep<'_, T, L> {
    fn will_ask(&mut self, account: ObjectId) {
        self.people += 1;
        self.left += u32::from(!self.so_far.knows(account));
    }

    fn announce(&self, progress: &mut impl FnMut(PlanningProgress)) {
        let requests = self.left.saturating_mul(u32::try_from(L::Of::PATHS.len()).unwrap_or(1));
        let (fast, slow) = L::Of::PACE.both_ends(requests);
        progress(PlanningProgress::ListingBegins {
            of: L::ABOUT.what(),
            people: self.people,
            left: self.left,
            fast,
            slow,
        });
    }

    fn report(&self, progress: &mut impl FnMut(PlanningProgress)) {
        let PeopleRead { people, not_read, .. } = self.list.people_read();
        progress(PlanningProgress::Listed { of: L::ABOUT.what(), done: people + not_read, people: self.people });
    }

    fn ask(&mut self, account: ObjectId) {
        if !self.so_far.knows(account) && !self.is_given_up {
            self.asked.push(account);
        }
    }

    fn is_full(&self) -> bool {
        self.is_given_up || self.asked.len() >= self.reader.next_call()
    }

    async fn read(&mut self) -> Result<(), PlanError> {
        self.not_listed.clear();
        let asked = std::mem::take(&mut self.asked);
        let mut left = asked.as_slice();
        while !left.is_empty() {
            let (now, later) = left.split_at(self.reader.next_call().min(left.len()));
            left = later;
            let failed = |source| PlanError::Listing { of: L::ABOUT.what(), source };
            let answers = self.reader.read(now).await.map_err(failed)?;
            let read_at = OffsetDateTime::now_utc();
            let mut known = Vec::new();
            for (&account, answer) in now.iter().zip(answers) {
                match answer {
                    Ok(held) => known.push(PersonsHeld { account, read_at, held }),
                    Err(why) => self.not_listed.push((account, why)),
                }
            }
            self.so_far.keep(&known)?;
        }
        Ok(())
    }

    fn decide(&mut self, account: ObjectId, row: &mut PlanRow) -> Result<u32, PlanError> {
        if let Some(why) = self.not_listed(account) {
            let why = why.to_string();
            if let ListAbout::TargetsOf(step, not_listed) = L::ABOUT {
                refuse(row, step, not_listed, &why);
            }
            return Ok(0);
        }
        let Some(known) = self.so_far.get(account)? else { return Ok(0) };
        let targets = self.list.note(row, &known.held);
        let ListAbout::TargetsOf(step, not_listed) = L::ABOUT else { return Ok(0) };
        if !row.steps.contains(step) {
            return Ok(0);
        }
        if targets == 0 {
            row.steps = row.steps.without(step);
            if row.steps.is_empty() {
                row.decision = Decision::Already;
                row.reasons.push(Reason::Already);
            }
        } else if targets > usize::from(MAX_TARGETS) {
            let many = step.facts().targets.as_ref().map_or("targets", |targets| targets.words.many);
            refuse(row, step, not_listed, &format!("{targets} {many} are more than a person has"));
            return Ok(0);
        }
        Ok(u32::try_from(targets).unwrap_or(u32::MAX))
    }

    fn write(&mut self, account: ObjectId, row: &PlanRow) -> Result<(), PlanError> {
        if let Some(why) = self.not_listed(account).cloned() {
            self.list.add_not_listed(row, &why)?;
            self.refusal.get_or_insert((account, why));
            return if self.list.people_read().not_read < MAX_REFUSED_FIRST { Ok(()) } else { self.check() };
        }
        match self.so_far.get(account)? {
            Some(known) => self.list.add(row, &known),
            None => Ok(()),
        }
    }

    fn finish(mut self, lists: &mut PlanLists) -> Result<(), PlanError> {
        self.check()?;
        if let Some((_, why)) = self.refusal.as_ref().filter(|_| self.is_given_up) {
            lists.notes.push(format!("It is not known {}: Graph would not list it ({why}).", L::ABOUT.what().name()));
            lists.so_far.push(self.so_far.into_path());
            return Ok(());
        }
        self.list.put_with(lists)?;
        lists.so_far.push(self.so_far.into_path());
        Ok(())
    }
}
