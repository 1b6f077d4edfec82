//! Each person's manager hands the new password over: who that is stands in the directory, and not in the list.

use std::collections::{BTreeMap, HashMap};

use super::handoff::HandoffKeys;
use super::kept_elsewhere::is_handed_over;
use super::row::PlanRow;
use super::rules::Rules;
use crate::directory::{Manager, SeenCloser};
use crate::ids::ObjectId;
use crate::words::{counted, first_of};

/// How many managers are named for each cause.
const MAX_NAMED: usize = 5;

/// Why a person's manager does not hand the password over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unfit {
    /// The directory knows none.
    NoManager,
    /// The manager is on the same list.
    OnTheList,
    /// The manager may not sign in.
    Blocked,
    /// The manager signs in at another organization, or is a contact without an account.
    Outside,
    /// The file of recipients has no keys for the manager.
    WithoutKeys,
}

/// Finds out who hands over, in two passes: that a manager is on the list is known only at its end. Between them the handoff of
/// a row is its manager's object id. What grows is one entry for each manager.
pub(super) struct ByManager<'a> {
    keys: &'a HandoffKeys,
    rules: &'a Rules,
    met: HashMap<ObjectId, Manager>,
    unfit: BTreeMap<Unfit, (u64, Vec<String>)>,
}

impl<'a> ByManager<'a> {
    /// `None` where managers do not hand over.
    pub(super) fn of(rules: &'a Rules) -> Option<Self> {
        let keys = rules.handoff.as_ref().filter(|_| rules.options.handoff_by_manager)?;
        Some(Self { keys, rules, met: HashMap::new(), unfit: BTreeMap::new() })
    }

    /// First pass: whose manager is whom.
    pub(super) fn take(&mut self, row: &mut PlanRow, account: ObjectId, seen: &SeenCloser) {
        row.handoff = match seen.managers.get(&account) {
            Some(manager) => {
                self.met.entry(manager.object_id).or_insert_with(|| manager.clone());
                manager.object_id.to_string()
            }
            None => String::new(),
        };
    }

    /// Second pass: the name in the file of recipients, or none for the rows of `default`.
    pub(super) fn settle(&mut self, row: &mut PlanRow, is_on_list: impl Fn(ObjectId) -> bool) {
        let manager = row.handoff.parse::<ObjectId>().ok().and_then(|id| self.met.get(&id));
        let handoff = match manager {
            None => Err(Unfit::NoManager),
            Some(manager) if is_on_list(manager.object_id) => Err(Unfit::OnTheList),
            Some(manager) if manager.is_outside() => Err(Unfit::Outside),
            Some(manager) if manager.enabled == Some(false) => Err(Unfit::Blocked),
            Some(manager) if self.keys.takes_every_name() => Ok(manager.name()),
            Some(manager) => match manager.names().find_map(|name| self.keys.find(name)) {
                Some(holder) => Ok(holder.name.to_string()),
                // Where nothing stands in for them, they are named as being without keys.
                None if !self.keys.has_default() => Ok(manager.name()),
                None => Err(Unfit::WithoutKeys),
            },
        };
        let gets_credential = is_handed_over(&self.rules.options, self.rules.playbook, row);
        if let (Err(unfit), true) = (&handoff, gets_credential) {
            let (number, named) = self.unfit.entry(*unfit).or_default();
            *number += 1;
            let name = manager.map_or_else(|| row.name().to_owned(), Manager::name);
            if named.len() < MAX_NAMED && !named.contains(&name) {
                named.push(name);
            }
        }
        row.handoff = handoff.unwrap_or_default();
    }

    /// Whose passwords the manager does not hand over, and why.
    pub(super) fn notes(&self) -> Vec<String> {
        let goes = if self.keys.has_default() { "so default hands over" } else { "and there are no keys for default" };
        self.unfit.iter().map(|(unfit, (number, named))| sentence(*unfit, *number, named, goes)).collect()
    }
}

fn sentence(unfit: Unfit, number: u64, named: &[String], goes: &str) -> String {
    let names = named.join(", ");
    let people = counted(number, "person", "people");
    match unfit {
        Unfit::NoManager => format!(
            "{} no manager in the directory, {goes}: {}.",
            counted(number, "person has", "people have"),
            first_of(named, number)
        ),
        Unfit::OnTheList => format!("The manager of {people} is on the same list, {goes}: {names}."),
        Unfit::Blocked => format!("The manager of {people} may not sign in, {goes}: {names}."),
        Unfit::Outside => {
            format!("The manager of {people} is a guest or a contact without an account here, {goes}: {names}.")
        }
        Unfit::WithoutKeys => format!(
            "The manager of {people} has no keys in the file of recipients, by sign-in name, mail address or display name, {goes}: \
             {names}."
        ),
    }
}
