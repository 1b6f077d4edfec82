//! From a credential of any kind to one token.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;

use super::error::TokenError;
use super::managed_identity::{self, IdentityService};
use super::token_service::{Field, TokenService};
use super::unusable::UnusableCredential;
use super::{Credential, ShowPrompt, arc, azure_cli, device_code, federated};
use crate::graph::endpoint::Endpoints;

pub(crate) use super::token_service::Granted;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The end of a ready token is not known: Graph says when it has ended.
const UNKNOWN_END: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);

/// A token that is on its way.
pub(crate) type Getting<'a> = Pin<Box<dyn Future<Output = Result<Granted, TokenError>> + Send + 'a>>;

/// The seam between keeping tokens and fetching them.
pub(crate) trait Getter: Send + Sync + 'static {
    /// Fetches one token now, without trying again.
    ///
    /// `claims` is the answer to a challenge of Graph's: what the new token must prove beyond the one that was turned
    /// down ("Claims challenges, claims requests, and client capabilities").
    fn get<'a>(&'a self, claims: Option<&'a str>) -> Getting<'a>;
}

/// The live getter.
pub(crate) struct Live {
    pub(crate) credential: Credential,
    pub(crate) endpoints: Endpoints,
    pub(crate) http: Client,
    /// Of a person who signed in: what later tokens are had for.
    pub(crate) refresh_token: Mutex<Option<SecretString>>,
}

impl Getter for Live {
    fn get<'a>(&'a self, claims: Option<&'a str>) -> Getting<'a> {
        Box::pin(self.get_one(claims))
    }
}

impl Live {
    async fn get_one(&self, claims: Option<&str>) -> Result<Granted, TokenError> {
        let scope = self.endpoints.scope();
        match &self.credential {
            Credential::ReadyToken(token) => {
                Ok(Granted { token: token.clone(), lifetime: UNKNOWN_END, refresh_token: None })
            }
            Credential::ClientSecret { tenant, client_id, secret } => {
                let service = self.service(tenant)?;
                let proof = [Field::Secret("client_secret", secret.expose_secret())];
                as_app(&service, client_id, &scope, claims, proof).await
            }
            Credential::Certificate { tenant, client_id, certificate } => {
                let service = self.service(tenant)?;
                let now = OffsetDateTime::now_utc();
                let assertion = certificate.assertion(client_id, &service.token_url(), now);
                let assertion = assertion.map_err(|_| UnusableCredential::KeyCannotSign)?;
                as_app(&service, client_id, &scope, claims, asserted(&assertion)).await
            }
            Credential::Federated { tenant, client_id, token_file } => {
                let assertion = federated::in_file(token_file)?;
                as_app(&self.service(tenant)?, client_id, &scope, claims, asserted(&assertion)).await
            }
            Credential::GitHub { tenant, client_id, job, audience } => {
                let audience = audience.as_deref().unwrap_or_else(|| self.endpoints.federated_audience());
                let assertion = federated::of_github(&self.http, job, audience).await?;
                as_app(&self.service(tenant)?, client_id, &scope, claims, asserted(&assertion)).await
            }
            Credential::ManagedIdentity { direct, client_id, service } => {
                self.as_machine(direct, client_id.as_deref(), service).await
            }
            Credential::AzureCli { tenant } => azure_cli::token(tenant.as_deref(), &scope).await,
            Credential::DeviceCode { tenant, client_id, show } => {
                self.as_person(&self.service(tenant)?, client_id, claims, show).await
            }
        }
    }

    async fn as_machine(
        &self,
        direct: &Client,
        client_id: Option<&str>,
        service: &IdentityService,
    ) -> Result<Granted, TokenError> {
        let resource = self.endpoints.graph.to_string();
        match service {
            IdentityService::Arc { endpoint } => arc::managed_identity(direct, endpoint, &resource).await,
            IdentityService::VirtualMachine => managed_identity::token(direct, None, client_id, &resource).await,
            IdentityService::AppService { endpoint, header } => {
                managed_identity::token(direct, Some((endpoint, header)), client_id, &resource).await
            }
        }
    }

    async fn as_person(
        &self,
        service: &TokenService<'_>,
        client_id: &str,
        claims: Option<&str>,
        show: &ShowPrompt,
    ) -> Result<Granted, TokenError> {
        // Without offline_access there is no refresh token, and a person would have to sign in every hour.
        let scope = format!("{} offline_access", self.endpoints.scope());
        let kept = self.kept().clone();
        let granted = match kept {
            Some(kept) => device_code::refresh(service, client_id, &scope, claims, &kept).await?,
            None => device_code::sign_in(service, client_id, &scope, claims, show).await?,
        };
        // It is exchanged for a newer one with each token, as a rule.
        if granted.refresh_token.is_some() {
            self.kept().clone_from(&granted.refresh_token);
        }
        Ok(granted)
    }

    fn service<'a>(&'a self, tenant: &'a str) -> Result<TokenService<'a>, TokenError> {
        TokenService::new(&self.http, &self.endpoints, tenant)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<SecretString>> {
        self.refresh_token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn as_app<const N: usize>(
    service: &TokenService<'_>,
    client_id: &str,
    scope: &str,
    claims: Option<&str>,
    proof: [Field<'_>; N],
) -> Result<Granted, TokenError> {
    let mut fields = vec![
        Field::Open("grant_type", "client_credentials"),
        Field::Open("client_id", client_id),
        Field::Open("scope", scope),
    ];
    fields.extend(proof);
    fields.extend(claims.map(|claims| Field::Open("claims", claims)));
    service.token(&fields).await
}

fn asserted(assertion: &SecretString) -> [Field<'_>; 2] {
    [Field::Open("client_assertion_type", ASSERTION_TYPE), Field::Secret("client_assertion", assertion.expose_secret())]
}
