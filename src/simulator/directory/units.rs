//! Administrative units: parts of the tenant in which a role can be given. They are not read here, only reached.

use uuid::Uuid;

use super::{Directory, Members, UserPlace};

impl Directory {
    /// Whether the user at this place is a member of this unit.
    pub(crate) fn is_in_unit(&self, place: UserPlace, unit: Uuid) -> bool {
        let user = self.get(place);
        self.units.iter().find(|it| it.id == unit).is_some_and(|unit| match &unit.members {
            Members::Assigned(ids) => ids.contains(&user.id),
            Members::Department(name) => user.department.as_deref() == Some(name),
        })
    }
}
