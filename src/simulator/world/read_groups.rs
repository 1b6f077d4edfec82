//! Reads of groups and of those in them.

use serde_json::Value;
use uuid::Uuid;

use super::objects::{self, write_value};
use super::page::Part;
use super::{Context, World};
use crate::simulator::directory::{Object, SimulatedGroup};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::object_filters::GroupFilter;
use crate::simulator::graph::paging::ServedPage;
use crate::simulator::graph::select::{SelectedNames, cut};
use crate::simulator::graph::served_read::{GroupMembers, Relation};

/// "Known issues with Microsoft Graph APIs": `$expand` returns no more than this, and cannot be paged.
const MAX_EXPANDED: usize = 20;

impl World {
    pub(super) fn list_groups(
        &self,
        filter: &GroupFilter,
        expand: Option<Relation>,
        names: &SelectedNames,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        let groups = self.directory.groups().iter().enumerate().filter(|(_, group)| filter.lets_through(group));
        let part = Part::of(page, groups).try_map(|group| self.group_value(group, expand, names, context))?;
        Ok(self.collection(context, "groups", None, Some(page), part, |json, group| write_value(json, &group)))
    }

    pub(super) fn get_group(
        &self,
        id: Uuid,
        expand: Option<Relation>,
        names: &SelectedNames,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let group = self.directory.group(id).ok_or_else(|| ServedError::not_found(&id.to_string()))?;
        let mut value = self.group_value(group, expand, names, context)?;
        value["@odata.context"] = format!("{}/$metadata#groups/$entity", context.root).into();
        let mut json = Vec::with_capacity(1_024);
        write_value(&mut json, &value);
        Ok(ServedAnswer::json(json))
    }

    fn group_value(
        &self,
        group: &SimulatedGroup,
        expand: Option<Relation>,
        names: &SelectedNames,
        context: &Context<'_>,
    ) -> Result<Value, ServedError> {
        let mut object = cut(objects::group(group), names, "group")?;
        if let Some(relation) = expand {
            let writer = self.writer(&None, self.rights.sight(), true, context.now)?;
            let mut json = vec![b'['];
            for (index, (_, member)) in self.related(group, relation).take(MAX_EXPANDED).enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                writer.write(&mut json, member);
            }
            json.push(b']');
            let name = if relation == Relation::Owners { "owners" } else { "members" };
            object.insert(name.to_owned(), serde_json::from_slice(&json).unwrap_or(Value::Null));
        }
        Ok(Value::Object(object))
    }

    pub(super) fn related<'a>(
        &'a self,
        group: &'a SimulatedGroup,
        relation: Relation,
    ) -> Box<dyn Iterator<Item = (usize, Object<'a>)> + 'a> {
        match relation {
            Relation::Members => self.directory.members(group),
            Relation::TransitiveMembers => Box::new(self.directory.transitive_members(group).into_iter().enumerate()),
            Relation::Owners => Box::new(self.directory.owners(&group.owners)),
        }
    }

    pub(super) fn group_members(
        &self,
        asked: &GroupMembers,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let GroupMembers { id, relation, users_only, count, names, page } = asked;
        self.check_token(page)?;
        let group = self.directory.group(*id).ok_or_else(|| ServedError::not_found(&id.to_string()))?;
        let writer = self.writer(names, self.rights.sight(), true, context.now)?;
        let wanted = |(_, object): &(usize, Object<'_>)| !users_only || matches!(object, Object::User(_));
        let count = (*count && page.position == 0).then(|| self.related(group, *relation).filter(wanted).count());
        let part = Part::of(page, self.related(group, *relation).filter(wanted));
        let set = if *users_only { "users" } else { "directoryObjects" };
        Ok(self.collection(context, set, count, Some(page), part, |json, object| writer.write(json, object)))
    }
}
