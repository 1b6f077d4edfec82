//! Objects of the directory that have an id in common.

use uuid::Uuid;

use super::consent::SimulatedClient;
use super::group::SimulatedGroup;
use super::service_principal::ServicePrincipal;
use super::user::SimulatedUser;

/// Something that has an object id and can hold a role.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Object<'a> {
    User(&'a SimulatedUser),
    Group(&'a SimulatedGroup),
    /// An app in the tenant.
    App(ServicePrincipal),
    /// An app of somebody else that people consented to.
    Client(&'a SimulatedClient),
}

impl Object<'_> {
    pub(crate) fn id(&self) -> Uuid {
        match self {
            Self::User(user) => user.id,
            Self::Group(group) => group.id,
            Self::App(app) => app.id,
            Self::Client(client) => client.id,
        }
    }
}
