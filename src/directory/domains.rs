//! Where people sign in.

use std::collections::HashSet;

use serde::Deserialize;

use super::error::{DispensablePart, LookupError};
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;

/// The domains of the tenant, as far as they matter for sign-in.
#[derive(Debug, Clone, Default)]
pub struct Domains {
    /// In lower case.
    federated: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DomainOnWire {
    id: String,
    authentication_type: String,
}

impl Domains {
    /// Reads all domains. Every query option is ignored on them, so they are sorted out here ("Known issues with
    /// Microsoft Graph").
    pub(super) async fn read<T: Transport>(paced: &Paced<'_, T>) -> Result<Self, LookupError> {
        let domains = paced
            .list::<DomainOnWire>("/v1.0/domains", 1)
            .await
            .map_err(|error| DispensablePart::Domains.refused(error))?;
        if domains.is_empty() {
            // Every tenant has at least the domain that it was born with.
            let (question, reason) = ("the question for domains".to_owned(), "no domain is in it".to_owned());
            return Err(LookupError::Unreliable { question, reason });
        }
        let federated =
            domains.into_iter().filter(|domain| domain.authentication_type.eq_ignore_ascii_case("Federated"));
        Ok(Self { federated: federated.map(|domain| domain.id.to_lowercase()).collect() })
    }

    /// The federated domains, in the order of their names.
    pub fn federated(&self) -> Vec<&str> {
        let mut domains: Vec<&str> = self.federated.iter().map(String::as_str).collect();
        domains.sort_unstable();
        domains
    }

    /// The federated domain that this sign-in name ends with, in lower case: the password is at another provider then.
    pub fn federated_domain_of(&self, user_principal_name: &str) -> Option<&str> {
        let (_, domain) = user_principal_name.rsplit_once('@')?;
        self.federated.get(&domain.to_lowercase()).map(String::as_str)
    }
}
