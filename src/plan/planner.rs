//! Roster in, plan folder out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use time::OffsetDateTime;

use super::account_rules::AccountRules;
use super::administrators::Administrators;
use super::app_roles_list::AppRolesList;
use super::app_sweep::AppSweep;
use super::author::Author;
use super::beside::FoundBeside;
use super::by_hand::Chosen;
use super::by_manager::ByManager;
use super::consents_list::ConsentsList;
use super::device_list::DeviceList;
use super::draft::{Draft, without_pass};
use super::error::PlanError;
use super::folder;
use super::judge::{Judge, Known};
use super::manifest::{ProtectedList, RosterName};
use super::moments_of_rows::MomentsOfRows;
use super::non_persons::NonPersons;
use super::plan_notes::PlanNotes;
use super::planning_progress::PlanningProgress;
use super::reach::{self, ActingPrincipal, OutOfReach};
use super::reason::Reason;
use super::row::{Decision, ListPlace};
use super::rules::{Rules, RulesError};
use super::ruling::Ruling;
use super::size::{self, TooLarge};
use super::summary::Summary;
use super::target_listing::{self, TargetSweep};
use super::ways_in::WaysIn;
use super::writer::{MadeFrom, PlanWriter};
use crate::clock::Clock;
use crate::directory::{
    CloserLook, Found, Lookup, LookupCache, LookupError, NonPersonSign, Note, PassScope, TenantFacts, WHOLE_TENANT,
};
use crate::graph::caller::Caller;
use crate::graph::paced::Paced;
use crate::graph::reading::Organization;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber, TenantId};
use crate::roster::{Defects, Entry, Key, Roster, RosterNote, RosterShape};
use crate::step::Step;

/// Makes plans in one tenant. It only reads there, with every playbook.
pub struct Planner<'a, T> {
    pub(super) paced: Paced<'a, T>,
    pub(super) lookup: Lookup<'a, T>,
    pub(super) rules: Rules,
    pub(super) caller: Caller,
    pub(super) author: Option<Author>,
    principal: ActingPrincipal,
    insists_on_a_role: bool,
    passes_for: PassScope,
}

/// How the entries of a list are to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListReading {
    /// Does its header say that its keys are sign-in names, and no mail addresses?
    pub(super) says_sign_in_names: bool,
    /// Does the list say that it names everybody in the tenant?
    pub(super) is_of_everybody: bool,
}

/// Every entry of a list is decided, and the plan is not at its place yet.
pub(super) struct Decided<'a> {
    writer: PlanWriter<'a>,
    read_from: Option<OffsetDateTime>,
    planned_by: Option<Author>,
    organization: Organization,
    protected: Option<ProtectedList>,
    too_large: Option<TooLarge>,
    non_persons: BTreeMap<NonPersonSign, u32>,
    pub(super) notes: PlanNotes,
}

impl Decided<'_> {
    /// How many entries there are.
    pub(super) fn rows(&self) -> u32 {
        self.writer.counts().rows()
    }

    /// Brings the plan to disk. `roster` is the list that it was made from, read like this, with what was wrong in it.
    pub(super) fn finish(self, roster: RosterName, shape: RosterShape, defects: Defects) -> Result<Summary, PlanError> {
        let Self { writer, read_from, planned_by, organization, protected, too_large, non_persons, notes } = self;
        writer.finish(MadeFrom {
            read_from,
            planned_by,
            organization,
            roster,
            shape,
            defects,
            protected,
            too_large,
            non_persons,
            notes,
        })
    }
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
        Ok(Self {
            lookup: Lookup::paced(paced.clone()),
            paced,
            rules,
            caller,
            author: None,
            principal,
            insists_on_a_role: false,
            passes_for: PassScope::default(),
        })
    }

    /// Names who will carry the plan out: the accounts that this principal's directory roles do not reach are named in a
    /// note. With `insist`, no plan is made where the roles reach no account.
    #[must_use]
    pub fn for_principal(mut self, principal: ActingPrincipal, insist: bool) -> Self {
        self.principal = principal;
        self.insists_on_a_role = insist;
        self
    }

    /// Says who may have a temporary access pass. Without it everybody may.
    #[must_use]
    pub fn with_passes_for(mut self, scope: PassScope) -> Self {
        self.passes_for = scope;
        self
    }

    /// Names who makes the plans.
    #[must_use]
    pub fn by(mut self, author: Author) -> Self {
        self.author = Some(author);
        self
    }

    /// Makes the plan for a roster in a new or empty folder. `progress` hears how far it is, every few thousand rows.
    ///
    /// Memory grows with the roster by some forty bytes an account. The folder holds a plan only when all of it was
    /// written.
    ///
    /// # Errors
    ///
    /// The folder is taken, or the roster, the directory or the list of protected accounts
    /// could not be read whole; then there is no plan.
    pub async fn plan(
        &self,
        mut roster: Roster,
        folder: &Path,
        progress: impl FnMut(PlanningProgress),
    ) -> Result<Summary, PlanError> {
        let is_of_everybody = roster.shape().columns.iter().any(|column| column.trim() == WHOLE_TENANT);
        let way = ListReading { says_sign_in_names: roster.says_sign_in_names(), is_of_everybody };
        let mut decided = self.decide_all(&mut roster, way, folder, progress).await?;
        let (name, shape) = (roster.source().name(), roster.shape().clone());
        let ending = roster.finish()?;
        let roster = RosterName {
            name,
            sha256: ending.digest,
            read_as: shape.to_string(),
            rows: ending.rows,
            by: shape.property,
        };
        decided.notes.extend(ending.notes.iter().map(RosterNote::sentence));
        decided.finish(roster, shape, ending.defects)
    }

    /// Decides about every entry of a list, in its order.
    pub(super) async fn decide_all<E>(
        &'a self,
        list: &mut impl Iterator<Item = Result<Entry, E>>,
        way: ListReading,
        folder: &'a Path,
        mut progress: impl FnMut(PlanningProgress),
    ) -> Result<Decided<'a>, PlanError>
    where
        PlanError: From<E>,
    {
        folder::prepare(folder)?;
        let options = self.rules.options;
        let facts = TenantFacts::read(&self.paced, &self.caller, options.scope()).await?;
        let read_from = self.paced.last_date();
        let out_of_reach = self.out_of_reach(&facts)?;
        let (protected, protected_list) = self.protected().await?;
        let mut draft = self.draft(folder, &facts, protected, out_of_reach)?;
        let closer = CloserLook::new(self.paced.clone(), options.check_mailboxes, draft.by_manager.is_some());
        // Comparing a name with all addresses costs four times as much as finding its account. A list that fills a chunk is taken at
        // its header's word: 100,000 sign-in names are 334 calls, and would be 1,400.
        let mut trusts_header = None;
        loop {
            let entries = list.by_ref().take(Lookup::<T>::CHUNK).collect::<Result<Vec<_>, _>>()?;
            if entries.is_empty() {
                break;
            }
            let trusts_header =
                *trusts_header.get_or_insert(way.says_sign_in_names && entries.len() == Lookup::<T>::CHUNK);
            self.decide(&entries, trusts_header, &closer, &mut draft).await?;
            progress(PlanningProgress::Decided { rows: draft.writer.counts().rows() });
        }
        draft.chosen.take().map_or(Ok(()), Chosen::check)?;
        let members = (!self.rules.tenant_is_made_up).then_some(facts.enabled_members);
        let by_sign = draft.non_persons.by_sign();
        let refused = draft.refuses_non_persons(&options, way.is_of_everybody, members);
        let (writer, more_notes) = draft.settle(refused)?;
        let writer = self.list_what_people_have(writer, facts.organization.id, &mut progress).await?;
        let too_large = size::judge(writer.counts().act.rows, members, &options);
        let mut gaps = self.gaps(&facts);
        if trusts_header == Some(true) {
            gaps.push(Note::NamesNotCompared);
        }
        gaps.extend(closer.notes());
        let mut notes = PlanNotes::of(&gaps);
        notes.extend(more_notes);
        Ok(Decided {
            writer,
            read_from,
            planned_by: self.author.clone(),
            organization: facts.organization.clone(),
            protected: protected_list,
            too_large,
            non_persons: by_sign,
            notes,
        })
    }

    /// The plan before any entry is decided.
    fn draft<'f>(
        &'a self,
        folder: &'a Path,
        facts: &'f TenantFacts,
        protected: HashSet<ObjectId>,
        out_of_reach: OutOfReach,
    ) -> Result<Draft<'f, 'a>, PlanError>
    where
        'a: 'f,
    {
        let rules = AccountRules::new(self.rules.playbook, self.rules.options, protected, facts)
            .after_reset_of(&self.rules.reset_before)
            .deleting_consents(self.rules.deletes_consents());
        let by_manager = ByManager::of(&self.rules);
        Ok(Draft {
            facts,
            judge: Judge::new(rules),
            administrators: Administrators::of(facts),
            out_of_reach,
            found_before: LookupCache::default(),
            accounts: 0,
            with_known_state: 0,
            held: Vec::new(),
            doubtful: Vec::new(),
            non_persons: NonPersons::default(),
            writer: if by_manager.is_some() {
                PlanWriter::draft(folder, &self.rules, &facts.organization)?
            } else {
                PlanWriter::new(folder, &self.rules, &facts.organization)?
            },
            by_manager,
            pass_moments: self.rules.pass_from_column.as_ref().map(|_| MomentsOfRows::default()),
            chosen: self.rules.by_hand.as_ref().map(|by_hand| Chosen::of(by_hand, facts.organization.names())),
        })
    }

    /// Lists what the people of the plan have of all that is to be listed, beside the rows.
    async fn list_what_people_have(
        &self,
        writer: PlanWriter<'a>,
        tenant: TenantId,
        progress: &mut impl FnMut(PlanningProgress),
    ) -> Result<PlanWriter<'a>, PlanError> {
        let (options, listed_consents) = (self.rules.options, self.rules.lists_consents());
        if options.methods.is_none() && !options.devices && listed_consents.is_none() {
            return Ok(writer);
        }
        let folder = writer.folder();
        let methods =
            options.methods.map(|asked| TargetSweep::new(&self.paced, folder, tenant, WaysIn::begin(folder, asked)?));
        // What cannot be known is taken for an app: then nothing is promised that Graph would refuse.
        let by_app = !matches!(self.caller, Caller::SignedIn { .. });
        let devices =
            options.devices.then(|| TargetSweep::new(&self.paced, folder, tenant, DeviceList::begin(folder, by_app)?));
        let consents = listed_consents.map(|(asked, is_optional)| {
            AppSweep::new(&self.paced, folder, tenant, ConsentsList::begin(folder, asked, is_optional)?)
        });
        let app_roles = (self.rules.playbook.removes_methods())
            .then(|| AppSweep::new(&self.paced, folder, tenant, AppRolesList::begin(folder)?));
        let apps = (consents.transpose()?, app_roles.transpose()?);
        let sweeps = (methods.transpose()?, (devices.transpose()?, apps));
        target_listing::add(writer, sweeps, progress).await
    }

    /// No account yet. Where a role is insisted on and none reaches any account, there is no plan.
    fn out_of_reach(&self, facts: &TenantFacts) -> Result<OutOfReach, PlanError> {
        let (actor, options) = (self.principal.actor(facts), &self.rules.options);
        if let Some(actor) = actor.as_ref().filter(|_| self.insists_on_a_role) {
            reach::check(actor, options.steps_of(self.rules.playbook)).map_err(PlanError::RoleMissing)?;
        }
        Ok(OutOfReach::of(actor))
    }

    /// The accounts on the list of protected ones, and what the manifest says of the list.
    async fn protected(&self) -> Result<(HashSet<ObjectId>, Option<ProtectedList>), PlanError> {
        let origin = self.rules.protected.origin();
        let name = origin.map(|(path, _)| path.display().to_string()).unwrap_or_default();
        let accounts = match self.rules.protected.resolve(&self.lookup).await {
            Ok(accounts) => accounts,
            Err(source) => return Err(PlanError::Protected { list: name, source: Box::new(source) }),
        };
        let number = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        let list = origin.map(|(_, sha256)| ProtectedList { name, sha256, accounts: number });
        Ok((accounts, list))
    }

    /// What could not be read and did not stop the plan.
    pub(super) fn gaps(&self, facts: &TenantFacts) -> Vec<Note> {
        facts.notes.iter().cloned().chain(self.lookup.notes()).collect()
    }

    async fn decide(
        &self,
        entries: &[Entry],
        trusts_header: bool,
        closer: &CloserLook<'_, T>,
        draft: &mut Draft<'_, '_>,
    ) -> Result<(), PlanError> {
        let keys = entries.iter().filter_map(|e| e.content.as_ref().ok()).map(|p| &p.key);
        let keys: Vec<&Key> = keys.filter(|key| draft.found_before.get(key).is_none()).collect();
        let mut answers =
            if trusts_header { self.lookup.find(&keys).await? } else { self.lookup.find_everywhere(&keys).await? };
        let mut seen = closer.look(&mut answers).await?;
        if draft.by_manager.is_some() {
            // Who was found before may be acted on only now.
            let before = entries.iter().filter_map(|entry| entry.content.as_ref().ok());
            let before = before.filter_map(|person| draft.found_before.get(&person.key));
            let mut before: Vec<Found> = before.cloned().collect();
            seen.managers.extend(closer.look(&mut before).await?.managers);
        }
        let known: HashMap<&Key, &Found> = keys.iter().copied().zip(&answers).collect();
        let found_for = |key: &Key| known.get(key).copied().or_else(|| draft.found_before.get(key));
        let found_beside = FoundBeside::look_up(&self.lookup, entries, found_for).await?;
        for entry in entries {
            let (ruling, found) = match &entry.content {
                Err(defect) => (draft.judge.judge(place(entry), Known::Defect(defect)), None),
                Ok(person) => {
                    let found = known.get(&person.key).copied().or_else(|| draft.found_before.get(&person.key));
                    let found = found.cloned().ok_or_else(|| unanswered(entry.row))?;
                    let beside = found_beside.of(person);
                    (draft.judge.judge(place(entry), Known::Person(person, &found, &beside)), Some(found))
                }
            };
            let ruling = match &mut draft.chosen {
                Some(chosen) => {
                    let account = found.as_ref().and_then(|found| match found {
                        Found::Account(account) => Some(&**account),
                        _ => None,
                    });
                    chosen.rule(&entry.text, account, ruling)
                }
                None => ruling,
            };
            let ruling = self.in_a_wave(entry, ruling);
            let ruling = self.in_scope_of_passes(found.as_ref(), ruling);
            let ruling = draft.at_its_moment(entry, found.as_ref(), ruling, self.rules.playbook)?;
            draft.add(entry, found, ruling, &seen)?;
        }
        keys.iter().zip(&answers).for_each(|(key, found)| draft.found_before.remember(key, found));
        Ok(())
    }
}

impl<T> Planner<'_, T> {
    /// Is the plan carried out in waves?
    pub(super) const fn has_waves(&self) -> bool {
        self.rules.wave_by.is_some()
    }

    /// The ruling on an entry, without a pass where the person is to get one and may have none.
    fn in_scope_of_passes(&self, found: Option<&Found>, mut ruling: Ruling) -> Ruling {
        match found {
            Some(Found::Account(account))
                if ruling.steps.contains(Step::Pass) && !self.passes_for.includes(account.object_id) =>
            {
                without_pass(&mut ruling, self.rules.playbook, Reason::PassNotAllowed, "");
                ruling
            }
            _ => ruling,
        }
    }

    /// The ruling on an entry, with a refusal where the plan has waves and the person is in none.
    fn in_a_wave(&self, entry: &Entry, ruling: Ruling) -> Ruling {
        let has_none = || entry.content.as_ref().is_ok_and(|person| person.wave.is_none());
        match ruling.decision {
            Decision::Act if self.has_waves() && has_none() => Ruling::refuse(Reason::NoWave, String::new()),
            _ => ruling,
        }
    }
}

pub(super) fn unanswered(row: RowNumber) -> LookupError {
    LookupError::Unreliable { question: format!("the question for row {row}"), reason: "there is none".to_owned() }
}

const fn place(entry: &Entry) -> ListPlace {
    ListPlace { row: entry.row, sheet_row: entry.sheet_row, among: entry.among }
}
