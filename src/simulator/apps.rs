//! The app registrations of the tenant: the one that is always there, and further ones beside it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::directory::ServicePrincipal;
use super::directory::tenant::{CLIENT_ID, CLIENT_SECRET};
use super::permission::Permission;
use super::sign_in::{Federated, SignInSettings};
use super::who_may::SimulatedRole;

/// An app registration besides the one that every simulator has: with its own ways in, its own quota and its own directory
/// role, and the same permissions but those that are withheld from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FurtherApp {
    /// Its client id.
    pub client_id: Uuid,
    /// Its secret. It opens nothing but this simulator.
    pub client_secret: String,
    /// Its certificates, each as DER.
    pub certificates: Vec<Vec<u8>>,
    /// Whose tokens are taken for the app's, if anybody's.
    pub federated: Option<Federated>,
    /// What of the first app's permissions it was not granted.
    pub withheld: BTreeSet<Permission>,
    /// The directory role of its service principal; `None` is none.
    pub app_role: Option<SimulatedRole>,
}

impl FurtherApp {
    /// A made-up app that may do everything: the second of the tenant is number 2.
    pub fn numbered(number: u16) -> Self {
        Self {
            client_id: Uuid::from_u128(CLIENT_ID.as_u128() + (u128::from(number) << 16)),
            client_secret: format!("simulated~secret.of-app-{number}.opens-nothing-real"),
            certificates: Vec::new(),
            federated: None,
            withheld: BTreeSet::new(),
            app_role: Some(SimulatedRole::PrivilegedAuthenticationAdministrator),
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
    pub(crate) service_principal: ServicePrincipal,
    /// `None` once the secret was deleted.
    pub(crate) secret: Option<String>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) federated: Option<Federated>,
    pub(crate) withheld: BTreeSet<Permission>,
    /// Of the service principal; the first app's is among the rights, where it can be changed.
    pub(crate) role: Option<SimulatedRole>,
}

impl Registration {
    pub(crate) fn client_id(&self) -> Uuid {
        self.service_principal.client_id
    }

    /// Deletes everything that it could prove itself with.
    pub(crate) fn lock_out(&mut self) {
        self.secret = None;
        self.certificates.clear();
        self.federated = None;
    }
}

/// All apps, the first one first.
pub(crate) fn registrations(sign_in: &SignInSettings, further: &[FurtherApp]) -> Vec<Registration> {
    let first = Registration {
        service_principal: ServicePrincipal::numbered(1, CLIENT_ID),
        secret: Some(CLIENT_SECRET.to_owned()),
        certificates: sign_in.certificates.clone(),
        federated: Some(sign_in.federated.clone()),
        withheld: BTreeSet::new(),
        role: None,
    };
    let further = (2..).zip(further).map(|(number, app)| Registration {
        service_principal: ServicePrincipal::numbered(number, app.client_id),
        secret: Some(app.client_secret.clone()),
        certificates: app.certificates.clone(),
        federated: app.federated.clone(),
        withheld: app.withheld.clone(),
        role: app.app_role,
    });
    std::iter::once(first).chain(further).collect()
}
