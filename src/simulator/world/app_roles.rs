//! The roles that a person holds in apps: "List appRoleAssignments granted to a user".

use serde_json::json;

use super::objects::write_value;
use super::page::Part;
use super::{Context, World};
use crate::simulator::directory::UserKey;
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::paging::ServedPage;
use crate::simulator::moment::iso;

impl World {
    pub(super) fn read_app_roles(
        &self,
        key: &UserKey,
        named: &str,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        let place = self.directory.find(key).ok_or_else(|| ServedError::not_found(named))?;
        let part = Part::of(page, self.directory.app_roles_of(place).into_iter().enumerate());
        Ok(self.collection(context, "appRoleAssignments", None, Some(page), part, |json, held| {
            let assignment = json!({
                "id": held.id.simple().to_string(),
                "deletedDateTime": null,
                "appRoleId": held.role_id,
                "createdDateTime": iso(held.assigned),
                "principalDisplayName": held.principal,
                "principalId": held.principal_id,
                "principalType": if held.is_group { "Group" } else { "User" },
                "resourceDisplayName": held.app.name,
                "resourceId": held.app.id,
            });
            write_value(json, &assignment);
        }))
    }
}
