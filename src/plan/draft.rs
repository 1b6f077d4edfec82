//! What grows while a roster is gone through, and what only the roster as a whole shows.

use time::OffsetDateTime;

use super::administrators::Administrators;
use super::by_hand::Chosen;
use super::by_manager::ByManager;
use super::error::PlanError;
use super::judge::Judge;
use super::moments_of_rows::{MomentsOfRows, TooManyMoments};
use super::non_persons::{self, NonPersons, TenantWide};
use super::pass_moments::is_too_far_ahead;
use super::playbook::Playbook;
use super::reach::OutOfReach;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::rules::Options;
use super::ruling::Ruling;
use super::writer::PlanWriter;
use crate::directory::{Account, Found, LookupCache, LookupError, SeenCloser, TenantFacts};
use crate::roster::Entry;
use crate::seal::SealedCredential;
use crate::step::{Step, Steps};
use crate::words::utc_second;

/// A row whose work on-premises is decided at the end, with the password that the script sets there.
type HeldRow = (PlanRow, Account, Option<SealedCredential>);

/// What grows while the roster is gone through.
pub(super) struct Draft<'f, 'a> {
    pub(super) facts: &'f TenantFacts,
    pub(super) judge: Judge<'f>,
    pub(super) administrators: Administrators,
    pub(super) out_of_reach: OutOfReach,
    pub(super) found_before: LookupCache,
    pub(super) accounts: u32,
    pub(super) with_known_state: u32,
    /// Global Administrators: only the whole roster shows whether they are acted on.
    pub(super) held: Vec<HeldRow>,
    /// Accounts that are not one person's, with work left on-premises: the same holds for them.
    pub(super) doubtful: Vec<HeldRow>,
    pub(super) non_persons: NonPersons,
    pub(super) by_manager: Option<ByManager<'a>>,
    /// From when on the passes of its rows are good, where the list says that.
    pub(super) pass_moments: Option<MomentsOfRows>,
    pub(super) chosen: Option<Chosen<'a>>,
    pub(super) writer: PlanWriter<'a>,
}

impl<'a> Draft<'_, 'a> {
    /// The ruling on an entry, with a refusal where an earlier row has another moment for the same person, and without a pass where
    /// its moment has passed or is too far off.
    pub(super) fn at_its_moment(
        &mut self,
        entry: &Entry,
        found: Option<&Found>,
        mut ruling: Ruling,
        playbook: Playbook,
    ) -> Result<Ruling, TooManyMoments> {
        let (Some(moments), Ok(person)) = (&mut self.pass_moments, &entry.content) else { return Ok(ruling) };
        if let (Some(own), Some(Found::Account(account))) = (person.pass_from, found)
            && ruling.reasons.contains(&Reason::Duplicate)
            && let Some(first) = self.judge.first_row(account.object_id)
            && let Some(earlier) = moments.noted(first)
            && earlier != Some(own)
        {
            let says = earlier.map_or_else(|| "no moment".to_owned(), utc_second);
            return Ok(Ruling::refuse(Reason::PassFromTwice, format!("{} has {says}", self.judge.place(first))));
        }
        if ruling.decision == Decision::Act && ruling.steps.contains(Step::Pass) {
            if let Some(from) = person.pass_from.filter(|from| *from <= OffsetDateTime::now_utc()) {
                without_pass(&mut ruling, playbook, Reason::PassFromPassed, &utc_second(from));
                return Ok(ruling);
            }
            if let Some(from) = person.pass_from.filter(|from| is_too_far_ahead(*from, OffsetDateTime::now_utc())) {
                without_pass(&mut ruling, playbook, Reason::PassFromFar, &utc_second(from));
                return Ok(ruling);
            }
            moments.note(entry.row, person.pass_from)?;
        }
        Ok(ruling)
    }

    /// Takes in what was decided about one entry.
    pub(super) fn add(
        &mut self,
        entry: &Entry,
        found: Option<Found>,
        ruling: Ruling,
        seen: &SeenCloser,
    ) -> Result<(), PlanError> {
        let row = row(entry, ruling);
        let Some(Found::Account(account)) = found else { return self.writer.add(row) };
        let mut row = row.with_account(&account);
        if let Some(by_manager) = &mut self.by_manager {
            by_manager.take(&mut row, account.object_id, seen);
        }
        self.accounts += 1;
        self.with_known_state += u32::from(account.enabled.is_some());
        let acts = row.decision == Decision::Act;
        if acts {
            self.out_of_reach.see(&account, self.facts, row.steps);
        }
        self.non_persons.see(&row, &account);
        let (row, password) = self.writer.seal(row, &account)?;
        if acts && self.administrators.touch(account.object_id, entry.row) {
            self.held.push((row.clone(), *account, password));
        } else if non_persons::is_one(&row) {
            if self.writer.has_work(&row, &account) {
                self.doubtful.push((row.clone(), *account, password));
            }
        } else {
            self.writer.add_work(&row, &account, password.as_ref())?;
        }
        self.writer.add(row)
    }

    /// Why accounts that are not one person's are left alone, where they are.
    pub(super) fn refuses_non_persons(
        &self,
        options: &Options,
        exported: bool,
        members: Option<u64>,
    ) -> Option<TenantWide> {
        if options.allow_resource_accounts || !self.non_persons.are_there() {
            return None;
        }
        TenantWide::of(exported, self.judge.accounts() as u64, members)
    }

    /// Decides what only the roster as a whole shows. Gives the rows as they are to be planned, and notes on the plan.
    /// Accounts that are not one person's are left alone where `refused` says why.
    pub(super) fn settle(self, refused: Option<TenantWide>) -> Result<(PlanWriter<'a>, Vec<String>), PlanError> {
        // Of one account that may be an oversight of the directory's; of all of them it is a permission that is missing, and
        // then nothing else about them can be relied on either.
        if self.accounts > 0 && self.with_known_state == 0 {
            return Err(LookupError::StateHidden.into());
        }
        let mut notes: Vec<String> = self.non_persons.note(refused).into_iter().collect();
        notes.extend(self.out_of_reach.notes());
        let is_left_alone = |row: &PlanRow| refused.is_some() && non_persons::is_one(row);
        let few = self.administrators.too_many();
        let mut by_manager = self.by_manager;
        let mut writer = self.writer;
        if few.is_some() || refused.is_some() || by_manager.is_some() {
            writer = writer.rewritten(|row| {
                if let Some(few) = few.as_ref().filter(|few| few.rows.contains(&row.row)) {
                    row.decision = Decision::Refuse;
                    row.steps = Steps::NONE;
                    row.reasons = vec![Reason::LastGlobalAdmin];
                    row.detail = few.left.to_string();
                    row.notes.clear();
                } else if is_left_alone(row) {
                    non_persons::refuse(row);
                }
                if let Some(by_manager) = &mut by_manager {
                    by_manager.settle(row, |id| self.judge.knows(id));
                }
            })?;
        }
        if let Some(by_manager) = &by_manager {
            let of_managers = by_manager.notes();
            writer.check_handoff(&of_managers)?;
            notes.extend(of_managers);
        }
        let mut held = self.held;
        held.retain(|(row, ..)| few.is_none() && !is_left_alone(row));
        let doubtful = self.doubtful.iter().filter(|(row, ..)| !is_left_alone(row));
        for (row, account, password) in held.iter().chain(doubtful) {
            writer.add_work(row, account, password.as_ref())?;
        }
        notes.extend(emergency_access(&held));
        Ok((writer, notes))
    }
}

/// Takes the pass out of a ruling. To lock an intruder out is more urgent than what the person signs in with later; who is let in
/// again, and would have nothing for it, is refused.
pub(super) fn without_pass(ruling: &mut Ruling, playbook: Playbook, why: Reason, detail: &str) {
    if playbook == Playbook::Reinstate {
        *ruling = Ruling::refuse(why, detail.to_owned());
        return;
    }
    ruling.steps = ruling.steps.without(Step::Pass);
    match detail {
        "" => ruling.reasons.push(why),
        detail => ruling.note(why, detail),
    }
}

/// No property marks an account as one for emergencies; where they live and what they may do is all that shows them ("Manage
/// emergency access accounts in Microsoft Entra ID").
fn emergency_access(held: &[HeldRow]) -> Option<String> {
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

/// The row of `plan.csv` for an entry, without what the directory says.
fn row(entry: &Entry, ruling: Ruling) -> PlanRow {
    let person = entry.content.as_ref().ok();
    PlanRow {
        row: entry.row,
        user: entry.text.clone(),
        object_id: None,
        user_principal_name: String::new(),
        display_name: entry.name.clone(),
        decision: ruling.decision,
        reasons: ruling.reasons,
        detail: ruling.detail,
        notes: ruling.notes,
        steps: ruling.steps,
        account_enabled: None,
        last_password_change: None,
        sessions_valid_from: None,
        handoff: person.and_then(|person| person.handoff.clone()).unwrap_or_default(),
        priority: person.and_then(|person| person.priority),
        sheet_row: entry.sheet_row,
        among: entry.among,
        sealed: None,
        methods: None,
        wave: person.and_then(|person| person.wave.clone()).unwrap_or_default(),
        pass_from: person.and_then(|person| person.pass_from),
        rights: ruling.rights,
    }
}
