//! The roles that people hold in apps, made from their object ids: nothing changes them.

use time::OffsetDateTime;
use uuid::{Uuid, uuid};

use super::Directory;
use super::consent::{CLIENTS, SimulatedClient};
use super::methods::random_of;
use super::place::UserPlace;
use crate::simulator::random::Random;

/// A role that a person holds in an app: "appRoleAssignment resource type".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedAppRole {
    /// What Graph names it by.
    pub id: Uuid,
    /// The app.
    pub app: SimulatedClient,
    /// Which role of it; the nil id for the right to use the app.
    pub role_id: Uuid,
    /// The person, or the group.
    pub principal_id: Uuid,
    /// The name of the person or the group.
    pub principal: Box<str>,
    /// Is it a group?
    pub is_group: bool,
    /// When it was assigned.
    pub assigned: OffsetDateTime,
}

/// Who approves expenses.
const APPROVERS: (Uuid, &str) = (uuid!("9e09a001-6d2f-4b0a-8f6e-5ea10ff00041"), "Expense approvers");
/// The role of those in `Contoso Expenses`.
const APPROVER: Uuid = uuid!("a99e0001-6d2f-4b0a-8f6e-5ea10ff00051");

/// What an app has in `appRoles`: the id of a role, its value and its display name.
pub(crate) type RoleOfApp = (Uuid, &'static str, &'static str);

/// The roles of an app that people may hold.
pub(crate) fn roles_of(app: &SimulatedClient) -> &'static [RoleOfApp] {
    let [_, _, expenses, _] = CLIENTS;
    if app.id == expenses.id { &[(APPROVER, "Expenses.Approve", "Approver of expenses")] } else { &[] }
}

impl Directory {
    /// What the user at a place holds, also through a group.
    pub(crate) fn app_roles_of(&self, place: UserPlace) -> Vec<SimulatedAppRole> {
        let user = self.get(place);
        if !user.has_mailbox || user.identity_parent().is_some() {
            return Vec::new();
        }
        let mut random = random_of(user.id, "app roles");
        let [calendar, _, expenses, _] = CLIENTS;
        let mut held = Vec::new();
        let mut hold = |app, role_id, principal: Option<(Uuid, &str)>, random: &mut Random| {
            let own = (user.id, &*user.display_name);
            let (principal_id, name) = principal.unwrap_or(own);
            held.push(SimulatedAppRole {
                id: random.guid(),
                app,
                role_id,
                principal_id,
                principal: name.into(),
                is_group: principal.is_some(),
                assigned: user.created,
            });
        };
        if random.chance(0.3) {
            hold(calendar, Uuid::nil(), None, &mut random);
        }
        if random.chance(0.1) {
            hold(expenses, APPROVER, Some(APPROVERS), &mut random);
        }
        held
    }
}
