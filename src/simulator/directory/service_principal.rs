//! The service principals of the apps.

use uuid::Uuid;

use super::tenant::{APP_NAME, SERVICE_PRINCIPAL_ID};
use crate::simulator::random::{Random, seed_of};

/// The service principal of one of the tenant's apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServicePrincipal {
    pub(crate) id: Uuid,
    pub(crate) client_id: Uuid,
    /// The app that is always there is number 1.
    number: u16,
}

impl ServicePrincipal {
    pub(crate) fn numbered(number: u16, client_id: Uuid) -> Self {
        let id = match number {
            1 => SERVICE_PRINCIPAL_ID,
            _ => Random::new(seed_of(&format!("service principal of {client_id}"))).guid(),
        };
        Self { id, client_id, number }
    }

    pub(crate) fn name(&self) -> String {
        match self.number {
            1 => APP_NAME.to_owned(),
            number => format!("{APP_NAME} {number}"),
        }
    }
}
