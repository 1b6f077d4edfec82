//! Groups: who is in them, who owns them.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Directory, Members, Object, SimulatedGroup};

impl Directory {
    /// All groups, in the order of lists.
    pub(crate) fn groups(&self) -> &[SimulatedGroup] {
        &self.groups
    }

    /// The group with this id.
    pub(crate) fn group(&self, id: Uuid) -> Option<&SimulatedGroup> {
        self.groups.iter().find(|group| group.id == id)
    }

    pub(crate) fn group_mut(&mut self, id: Uuid) -> Option<&mut SimulatedGroup> {
        self.groups.iter_mut().find(|group| group.id == id)
    }

    /// Those directly in a group who are not deleted, each with its place in the list.
    pub(crate) fn members<'a>(
        &'a self,
        group: &'a SimulatedGroup,
    ) -> Box<dyn Iterator<Item = (usize, Object<'a>)> + 'a> {
        match &group.members {
            Members::Assigned(ids) => Box::new(self.objects(ids)),
            Members::Department(name) => {
                let here = move |(_, user): &(usize, &super::SimulatedUser)| user.department.as_deref() == Some(name);
                Box::new(self.users_from(0).filter(here).map(|(place, user)| (place, Object::User(user))))
            }
        }
    }

    /// Those in a group, in the groups that are in it, and so on; each once.
    pub(crate) fn transitive_members<'a>(&'a self, group: &'a SimulatedGroup) -> Vec<Object<'a>> {
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
