//! The app registrations of the tenant: the one that is always there, and further ones beside it.

use uuid::Uuid;

use super::directory::tenant::{CLIENT_ID, CLIENT_SECRET};
use super::who_may::ActingRole;

/// An app registration besides the one that every simulator has. It has the same permissions, and its own secret, its own
/// quota and its own directory role. Its service principal is not among the objects that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FurtherApp {
    /// Its client id.
    pub client_id: Uuid,
    /// Its secret. It opens nothing but this simulator.
    pub client_secret: String,
    /// The directory role of its service principal; `None` is none.
    pub app_role: Option<ActingRole>,
}

impl FurtherApp {
    /// A made-up app that may do everything: the second of the tenant is number 2.
    #[must_use]
    pub fn numbered(number: u16) -> Self {
        Self {
            client_id: Uuid::from_u128(CLIENT_ID.as_u128() + (u128::from(number) << 16)),
            client_secret: format!("simulated~secret.of-app-{number}.opens-nothing-real"),
            app_role: Some(ActingRole::PrivilegedAuthenticationAdministrator),
        }
    }
}

/// The place of an app among those of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AppNumber(pub(crate) usize);

impl AppNumber {
    /// The app that is always there.
    pub(crate) const FIRST: Self = Self(0);
}

/// What the token service knows of an app.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) client_id: Uuid,
    /// `None` once the secret was deleted.
    pub(crate) secret: Option<String>,
    /// Of the service principal; the first app's is among the rights, where it can be changed.
    pub(crate) role: Option<ActingRole>,
}

/// All apps, the first one first.
pub(crate) fn registrations(further: &[FurtherApp]) -> Vec<Registration> {
    let first = Registration { client_id: CLIENT_ID, secret: Some(CLIENT_SECRET.to_owned()), role: None };
    let further = further.iter().map(|app| Registration {
        client_id: app.client_id,
        secret: Some(app.client_secret.clone()),
        role: app.app_role,
    });
    std::iter::once(first).chain(further).collect()
}
