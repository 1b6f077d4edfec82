//! Administrative units: parts of the tenant in which a role can be given. They are not read here, only reached.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Directory, Members, Place, Text};

/// One unit. Property names and types: "administrativeUnit resource type".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AdministrativeUnit {
    /// The object id.
    pub(crate) id: Uuid,
    /// The name.
    pub(crate) display_name: Text,
    /// Who is in it: those put in, or all of a department by a dynamic rule.
    pub(crate) members: Members,
}

impl Directory {
    /// Whether the user at this place is a member of this unit.
    pub(crate) fn is_in_unit(&self, place: Place, unit: Uuid) -> bool {
        let user = self.get(place);
        self.units.iter().find(|it| it.id == unit).is_some_and(|unit| match &unit.members {
            Members::Assigned(ids) => ids.contains(&user.id),
            Members::Department(name) => user.department.as_deref() == Some(name),
        })
    }
}
