//! Groups: who is in them, who owns them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Directory, Object, Text};

/// One group of the simulated directory. Property names and types: "group resource type".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// The object id.
    pub id: Uuid,
    /// The name.
    pub display_name: Text,
    /// What it is for.
    pub description: Option<Text>,
    /// Its address, where it has a mailbox.
    pub mail: Option<Text>,
    /// Whether a directory role can be assigned to it; fixed when a group is made.
    pub role_assignable: bool,
    /// Who is in it.
    pub members: Members,
    /// The owners: users.
    pub owners: Vec<Uuid>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// Who is in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Members {
    /// Those put in: users and groups.
    Assigned(Vec<Uuid>),
    /// Everyone of a department, by a dynamic membership rule.
    Department(Text),
}

impl Group {
    /// A group without anybody, for what only its type tells.
    pub(crate) fn nobody() -> Self {
        Self {
            id: Uuid::nil(),
            display_name: "".into(),
            description: None,
            mail: None,
            role_assignable: false,
            members: Members::Assigned(Vec::new()),
            owners: Vec::new(),
            created: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// The membership rule, where there is one.
    #[must_use]
    pub fn membership_rule(&self) -> Option<String> {
        match &self.members {
            Members::Assigned(_) => None,
            Members::Department(name) => Some(format!("(user.department -eq \"{name}\")")),
        }
    }
}

impl Directory {
    /// All groups, in the order of lists.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group with this id.
    pub(crate) fn group(&self, id: Uuid) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    pub(crate) fn group_mut(&mut self, id: Uuid) -> Option<&mut Group> {
        self.groups.iter_mut().find(|group| group.id == id)
    }

    /// Those directly in a group who are not deleted, each with its place in the list.
    pub(crate) fn members<'a>(&'a self, group: &'a Group) -> Box<dyn Iterator<Item = (usize, Object<'a>)> + 'a> {
        match &group.members {
            Members::Assigned(ids) => Box::new(self.objects(ids)),
            Members::Department(name) => {
                let here = move |(_, user): &(usize, &super::User)| user.department.as_deref() == Some(name);
                Box::new(self.users_from(0).filter(here).map(|(place, user)| (place, Object::User(user))))
            }
        }
    }

    /// Those in a group, in the groups that are in it, and so on; each once.
    pub(crate) fn transitive_members<'a>(&'a self, group: &'a Group) -> Vec<Object<'a>> {
        let mut seen = HashSet::from([group.id]);
        let (mut groups, mut found) = (vec![group], Vec::new());
        while let Some(group) = groups.pop() {
            for (_, object) in self.members(group).filter(|(_, object)| seen.insert(object.id())) {
                if let Object::Group(nested) = object {
                    groups.push(nested);
                }
                found.push(object);
            }
        }
        found
    }

    /// The owners of a group who are not deleted.
    pub(crate) fn owners<'a>(&'a self, owners: &'a [Uuid]) -> impl Iterator<Item = (usize, Object<'a>)> {
        self.objects(owners)
    }

    fn objects<'a>(&'a self, ids: &'a [Uuid]) -> impl Iterator<Item = (usize, Object<'a>)> {
        ids.iter().enumerate().filter_map(|(place, id)| Some((place, self.object(*id)?)))
    }
}
