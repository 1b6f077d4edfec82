//! Contoso: the tenant that every simulator serves, and what the tenants beside it are called.

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// The tenant's id.
pub const TENANT_ID: Uuid = uuid!("c0417050-51a1-4a70-8a11-5ea10ff00001");
/// The id of the app that may do everything here.
pub const CLIENT_ID: Uuid = uuid!("a9904d1d-0c13-4f0e-9b61-5ea10ff00002");
/// The object id of its service principal.
pub(crate) const SERVICE_PRINCIPAL_ID: Uuid = uuid!("5e7d1ce0-7a5b-4d5e-8c44-5ea10ff00003");
/// The object id of its registration.
pub(crate) const APPLICATION_ID: Uuid = uuid!("0a991ca7-10b0-4b1e-9d3a-5ea10ff00004");
/// The id of Microsoft Graph itself as an app, the same in every tenant.
pub(crate) const GRAPH_APP_ID: Uuid = uuid!("00000003-0000-0000-c000-000000000000");
/// The object id of Graph's service principal here.
pub(crate) const GRAPH_SERVICE_PRINCIPAL_ID: Uuid = uuid!("6a4b1c0e-35d2-4f86-9a77-5ea10ff00005");
/// What the app is called.
pub(crate) const APP_NAME: &str = "sealoff rehearsal";
/// That app's secret. It opens nothing but a simulator, which listens on loopback only.
pub const CLIENT_SECRET: &str = "simulated~secret.opens-nothing-real";
/// What the organization is called.
pub(crate) const DISPLAY_NAME: &str = "Contoso";

/// The domain of most people.
pub(crate) const DEFAULT_DOMAIN: &str = "contoso.com";
/// The domain that the tenant was born with.
pub(crate) const INITIAL_DOMAIN: &str = "contoso.onmicrosoft.com";
/// The domain whose people sign in at their own identity provider.
pub(crate) const FEDERATED_DOMAIN: &str = "fabrikam.com";

/// What one of several tenants is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TenantNames {
    pub(crate) id: Uuid,
    pub(crate) display_name: String,
    number: u16,
}

impl Default for TenantNames {
    fn default() -> Self {
        Self::numbered(1)
    }
}

impl TenantNames {
    /// Contoso is number 1.
    pub(crate) fn numbered(number: u16) -> Self {
        let further = u128::from(number.saturating_sub(1));
        let display_name = match number {
            0 | 1 => DISPLAY_NAME.to_owned(),
            number => format!("{DISPLAY_NAME} {number}"),
        };
        Self { id: Uuid::from_u128(TENANT_ID.as_u128() + (further << 16)), display_name, number }
    }

    /// What a domain of Contoso is called there.
    pub(crate) fn domain(&self, of_contoso: &str) -> String {
        let number = self.number.to_string();
        let number = if self.number <= 1 { "" } else { &number };
        match of_contoso.split_once('.') {
            Some((first, rest)) => format!("{first}{number}.{rest}"),
            None => of_contoso.to_owned(),
        }
    }
}

/// One verified domain, as "domain resource type" describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Domain {
    pub(crate) name: Box<str>,
    pub(crate) federated: bool,
}

impl Domain {
    pub(crate) fn is_default(&self) -> bool {
        !self.federated && !self.is_initial()
    }

    pub(crate) fn is_initial(&self) -> bool {
        self.name.ends_with(".onmicrosoft.com")
    }
}

/// The domains of Contoso.
pub(crate) fn domains() -> Vec<Domain> {
    [(DEFAULT_DOMAIN, false), (INITIAL_DOMAIN, false), (FEDERATED_DOMAIN, true)]
        .map(|(name, federated)| Domain { name: name.into(), federated })
        .into()
}
