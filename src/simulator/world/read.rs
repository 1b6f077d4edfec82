//! Reads of users, and the way to all other reads.

use std::time::Duration;

use uuid::Uuid;

use super::page::Part;
use super::tenant;
use super::{Context, World};
use crate::simulator::directory::{Object, SimulatedUser, UserKey, UserPlace};
use crate::simulator::graph::answer::{Body, ServedAnswer, raw};
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::filter::Filter;
use crate::simulator::graph::properties::{
    Selection, Sight, default_selection, names, write_derived_type, write_members,
};
use crate::simulator::graph::select::SelectedNames;
use crate::simulator::graph::served_read::{ListUsers, ServedRead, WantedObjects};
use crate::simulator::tokens::TokenHolder;

/// Where an object is answered that could be of another kind.
const OF_USER: &str = "\"@odata.type\":\"#microsoft.graph.user\",";

impl World {
    pub(super) fn read(&mut self, call: &ServedRead, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        self.may_read(call, context)?;
        let answer = match call {
            ServedRead::ListUsers(list) => self.list(list, context)?,
            ServedRead::CountUsers(filter) => {
                ServedAnswer::new(200, Body::Text(self.count(filter.as_ref(), false, context.now).to_string()))
            }
            ServedRead::GetUser { key, named, selection } => {
                let place = self.directory.find(key).ok_or_else(|| ServedError::not_found(named))?;
                self.one_user(place, "users", "", selection.as_ref(), self.rights.sight(), context)
            }
            ServedRead::Manager { key, named, selection } => self.manager(key, named, selection.as_ref(), context)?,
            ServedRead::MailboxPurpose { key, named } => self.mailbox_purpose(key, named, context)?,
            ServedRead::GetDeletedUser { key, named, selection } => {
                self.deleted_user(key, named, selection.as_ref(), context)?
            }
            ServedRead::Me { selection } => self.me(selection.as_ref(), context)?,
            ServedRead::Methods(call) => self.read_methods(call, context)?,
            ServedRead::PassPolicy => self.pass_policy(context)?,
            ServedRead::OnPremisesSync => self.on_premises_sync(context),
            ServedRead::Risk(id) => self.read_risk(*id, context)?,
            ServedRead::RiskList(page) => self.read_risks(page, context)?,
            ServedRead::Consents { key, named, page } => self.read_consents(key, named, page, context)?,
            ServedRead::AppRolesOfUser { key, named, page } => self.read_app_roles(key, named, page, context)?,
            ServedRead::Devices(call) => self.read_devices(call, context)?,
            ServedRead::GetByIds { ids, wanted, names } => self.by_ids(ids, *wanted, names, context)?,
            ServedRead::Organization { names } => tenant::organization(&self.directory, names, context)?,
            ServedRead::Domains => tenant::domains(&self.directory, context),
            ServedRead::ListGroups { filter, expand, names, page } => {
                self.list_groups(filter, *expand, names, page, context)?
            }
            ServedRead::GetGroup { id, expand, names } => self.get_group(*id, *expand, names, context)?,
            ServedRead::GroupMembers(asked) => self.group_members(asked, context)?,
            ServedRead::ListAssignments { eligible, filter, expand, names, page } => {
                self.list_assignments(*eligible, filter, *expand, names, page, context)?
            }
            ServedRead::ListRoleDefinitions { filter, names, page } => {
                self.list_role_definitions(filter, names, page, context)?
            }
            ServedRead::GetRoleDefinition { id, names } => self.get_role_definition(*id, names, context)?,
            ServedRead::ListDirectoryRoles { names } => self.list_directory_roles(names, context)?,
            ServedRead::DirectoryRoleMembers { role, names, page } => {
                self.directory_role_members(*role, names, page, context)?
            }
            ServedRead::App { of, registration, names } => {
                tenant::app(&self.directory, *of, *registration, names, context)?
            }
            ServedRead::AppRoleAssignments { of, names, page } => {
                self.app_role_assignments(*of, names, page, context)?
            }
            ServedRead::AppOwners { of, registration, names, page } => {
                self.app_owners(*of, *registration, names, page, context)?
            }
        };
        self.counters.reads += 1;
        Ok(answer)
    }

    fn manager(
        &self,
        key: &UserKey,
        named: &str,
        selection: Option<&Selection>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let place = self.directory.find(key).ok_or_else(|| ServedError::not_found(named))?;
        let manager = self.directory.get(place).manager().map(UserKey::Id);
        // "List manager": who has none is answered like who is not there.
        let manager = manager.and_then(|key| self.directory.find(&key));
        let manager = manager.ok_or_else(|| ServedError::not_found("manager"))?;
        Ok(self.one_user(manager, "directoryObjects", OF_USER, selection, self.rights.sight(), context))
    }

    fn mailbox_purpose(&self, key: &UserKey, named: &str, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        let place = self.directory.find(key).ok_or_else(|| ServedError::not_found(named))?;
        let purpose = self.directory.get(place).mailbox_purpose().ok_or_else(ServedError::no_mailbox)?;
        let mut json = Vec::with_capacity(64);
        raw(
            &mut json,
            format_args!("{{\"@odata.context\":\"{}/$metadata#Edm.String\",\"value\":\"{purpose}\"}}", context.root),
        );
        Ok(ServedAnswer::json(json))
    }

    fn deleted_user(
        &self,
        key: &UserKey,
        named: &str,
        selection: Option<&Selection>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let UserKey::Id(id) = key else { return Err(ServedError::not_found(named)) };
        let place = self.directory.find_deleted(*id).ok_or_else(|| ServedError::not_found(named))?;
        Ok(self.one_user(place, "directoryObjects", OF_USER, selection, self.rights.sight(), context))
    }

    fn me(&self, selection: Option<&Selection>, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        let TokenHolder::User(id) = context.caller else {
            return Err(ServedError::malformed("/me request is only valid with delegated authentication flow."));
        };
        let place = self.directory.find(&UserKey::Id(id));
        let place = place.ok_or_else(|| ServedError::not_found(&id.to_string()))?;
        // Everyone may read themselves.
        Ok(self.one_user(place, "users", "", selection, Sight::Full, context))
    }

    /// `kind` is the annotation of the type, where the set holds several.
    fn one_user(
        &self,
        place: UserPlace,
        set: &str,
        kind: &str,
        selection: Option<&Selection>,
        sight: Sight,
        context: &Context<'_>,
    ) -> ServedAnswer {
        let mut json = Vec::with_capacity(512);
        let fields = fields(selection);
        raw(
            &mut json,
            format_args!("{{\"@odata.context\":\"{}/$metadata#{set}{fields}/$entity\",{kind}", context.root),
        );
        if kind.is_empty() {
            write_derived_type(&mut json, self.directory.get(place));
        }
        let default;
        let selection = match selection {
            Some(selection) => selection,
            None => {
                default = default_selection();
                &default
            }
        };
        write_members(&mut json, self.lag.shown(self.directory.get(place), context.now), selection, sight);
        json.push(b'}');
        ServedAnswer::json(json)
    }

    fn list(&mut self, list: &ListUsers, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        self.check_token(&list.page)?;
        // "Advanced query capabilities on Microsoft Entra ID objects": the count stands on the first page only.
        let first = list.page.position == 0;
        let count = (list.count && first).then(|| self.count(list.filter.as_ref(), list.deleted, context.now));
        let candidates = self.candidates(list.filter.as_ref(), list.deleted);
        let matching = self.matching(candidates, list.filter.as_ref(), list.deleted, list.page.position, context.now);
        let part = Part::of(&list.page, matching);
        let sight = self.rights.sight();
        let default = default_selection();
        let selection = list.selection.as_ref().unwrap_or(&default);
        let set = if list.deleted { "directoryObjects/microsoft.graph.user" } else { "users" };
        let set = format!("{set}{}", fields(list.selection.as_ref()));
        Ok(self.collection(context, &set, count, Some(&list.page), part, |json, user| {
            json.push(b'{');
            write_derived_type(json, user);
            write_members(json, self.lag.shown(user, context.now), selection, sight);
            json.push(b'}');
        }))
    }

    fn count(&mut self, filter: Option<&Filter>, deleted: bool, now: Duration) -> usize {
        if filter.is_none() && !deleted {
            return self.directory.len();
        }
        let candidates = self.candidates(filter, deleted);
        self.matching(candidates, filter, deleted, 0, now).count()
    }

    /// Users that an index names; no index holds deleted ones.
    fn candidates(&mut self, filter: Option<&Filter>, deleted: bool) -> Option<Vec<UserPlace>> {
        filter.filter(|_| !deleted).and_then(|filter| filter.candidates(&mut self.directory))
    }

    /// All users that match a filter as a read shows them now, from a position on, each with its place. No write changes
    /// what an index holds, so it is right under a read lag, too.
    fn matching<'a>(
        &'a self,
        candidates: Option<Vec<UserPlace>>,
        filter: Option<&'a Filter>,
        deleted: bool,
        position: usize,
        now: Duration,
    ) -> Box<dyn Iterator<Item = (usize, &'a SimulatedUser)> + 'a> {
        let passes = move |(_, user): &(usize, &SimulatedUser)| {
            filter.is_none_or(|filter| filter.lets_through(self.lag.shown(user, now)))
        };
        match candidates {
            Some(places) => {
                let users = places.into_iter().map(|place| (place.index(), self.directory.get(place)));
                Box::new(users.filter(passes))
            }
            None if deleted => Box::new(self.directory.deleted_from(position).filter(passes)),
            None => Box::new(self.directory.users_from(position).filter(passes)),
        }
    }

    fn by_ids(
        &self,
        ids: &[Uuid],
        wanted: WantedObjects,
        names: &SelectedNames,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let writer = self.writer(names, self.rights.sight_by_ids(), self.rights.sees_groups(), context.now)?;
        // Ids that are unknown, deleted or of another type are left out without an error.
        let found = ids.iter().filter_map(|id| self.directory.object(*id)).filter(|object| match object {
            Object::User(_) => wanted.users,
            Object::Group(_) => wanted.groups,
            Object::App(_) | Object::Client(_) => wanted.service_principals,
        });
        let set =
            format!("directoryObjects{}", names.as_ref().map_or_else(String::new, |it| format!("({})", it.join(","))));
        let part = Part::whole(found.collect());
        Ok(self.collection(context, &set, None, None, part, |json, object| writer.write(json, object)))
    }
}

fn fields(selection: Option<&Selection>) -> String {
    selection.map(|selection| format!("({})", names(selection))).unwrap_or_default()
}
