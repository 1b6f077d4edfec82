//! The identity that Azure gave to a virtual machine or to App Service: "How to use managed identities for Azure resources
//! on an Azure VM to acquire an access token" and "How to use managed identities for App Service and Azure Functions".

use std::time::Duration;

use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use time::OffsetDateTime;

use super::error::{RefusalClue, TokenError, is_busy};
use super::token_service::{Field, Granted, PATIENCE, TokenRefusal, wait_of, whole_seconds};
use super::unusable::{TokenGiver, UnusableCredential};
use crate::graph::body;
use crate::graph::error_body::without_mark;
use crate::graph::outside::OutsideText;
use crate::graph::percent::encode_query;
use crate::graph::unreachable::Unreachable;

const VIRTUAL_MACHINE: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const API_VERSION: &str = "2019-08-01";
const SERVICE: &str = "the managed identity service of this machine";

/// Which service of this machine gives out the tokens of its identity.
pub enum IdentityService {
    /// The metadata service of a virtual machine.
    VirtualMachine,
    /// App Service and Azure Functions.
    AppService {
        /// `IDENTITY_ENDPOINT`.
        endpoint: String,
        /// `IDENTITY_HEADER`: proves that the caller runs in this service.
        header: SecretString,
    },
    /// The agent of Azure Arc, on a server that is not in Azure.
    Arc {
        /// `IDENTITY_ENDPOINT`.
        endpoint: String,
    },
}

/// The identities of this service are not supported.
#[derive(Debug, thiserror::Error)]
#[error(
    "the managed identity of {0} cannot be used: sealoff knows those of virtual machines, App Service and Azure Arc"
)]
pub struct UnsupportedService(&'static str);

impl IdentityService {
    /// The service that Azure's variables name; without any, the one of a virtual machine.
    ///
    /// # Errors
    ///
    /// They name one that is not supported.
    pub fn of_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, UnsupportedService> {
        let is_set = |name: &str| variable(name).is_some();
        match (variable("IDENTITY_ENDPOINT"), variable("IDENTITY_HEADER")) {
            (Some(_), Some(_)) if is_set("IDENTITY_SERVER_THUMBPRINT") => Err(UnsupportedService("Service Fabric")),
            (Some(endpoint), Some(header)) => Ok(Self::AppService { endpoint, header: header.into() }),
            (Some(endpoint), None) if is_set("IMDS_ENDPOINT") => Ok(Self::Arc { endpoint }),
            (None, _) if is_set("MSI_ENDPOINT") && is_set("MSI_SECRET") => Err(UnsupportedService("Azure ML")),
            (None, _) if is_set("MSI_ENDPOINT") => Err(UnsupportedService("Cloud Shell")),
            _ => Ok(Self::VirtualMachine),
        }
    }
}

/// Asks a virtual machine's metadata service; with `app_service`, the endpoint and the header of App Service.
///
/// # Errors
///
/// There is no such identity, or its service is not reached.
pub(super) async fn token(
    direct: &Client,
    app_service: Option<(&str, &SecretString)>,
    client_id: Option<&str>,
    resource: &str,
) -> Result<Granted, TokenError> {
    let endpoint = app_service.map_or(VIRTUAL_MACHINE, |(endpoint, _)| endpoint);
    let mut url = format!("{endpoint}?api-version={API_VERSION}&resource={}", encode_query(resource));
    if let Some(id) = client_id {
        url += &format!("&client_id={}", encode_query(id));
    }
    let mut request = direct.get(url).timeout(PATIENCE).header("metadata", "true");
    let proof = app_service.map_or("", |(_, header)| header.expose_secret());
    if !proof.is_empty() {
        let mut value = reqwest::header::HeaderValue::from_str(proof)
            .map_err(|_| UnusableCredential::NoHeader("IDENTITY_HEADER"))?;
        value.set_sensitive(true);
        request = request.header("x-identity-header", value);
    }
    let unreachable = |error: reqwest::Error| TokenError::Unreachable(Unreachable::new(SERVICE, &error));
    let response = request.send().await.map_err(unreachable)?;
    let (status, retry_after) = (response.status(), wait_of(response.headers()));
    let body = body::whole(response, body::MAX_OF_TOKENS, SERVICE).await.map_err(TokenError::Unreachable)?;
    if status.is_success() {
        return granted(&body, OffsetDateTime::now_utc());
    }
    let words = TokenRefusal::read(&body).unwrap_or_default();
    let words = words.message(&[Field::Secret("IDENTITY_HEADER", proof)]);
    let message = OutsideText::of_nothing_sent(&format!("{SERVICE} answered HTTP {status}: {words}"));
    // Not found and gone: the identity is being put in place ("Error handling").
    if is_busy(status.as_u16()) || matches!(status.as_u16(), 404 | 410) {
        return Err(TokenError::Busy { message, retry_after });
    }
    Err(TokenError::Refused { message, clue: Some(RefusalClue::IdentityMissing) })
}

/// Reads a token out of the answer, in which numbers are texts. A virtual machine says how long the token lives, App
/// Service only when it ends.
pub(super) fn granted(body: &[u8], now: OffsetDateTime) -> Result<Granted, TokenError> {
    #[derive(Deserialize)]
    struct IdentityToken {
        access_token: SecretString,
        // Texts, as the page has it; a number is read all the same.
        expires_in: Option<serde_json::Value>,
        expires_on: Option<serde_json::Value>,
    }
    let seconds = |written: Option<serde_json::Value>| whole_seconds(&written?);
    let read = || {
        let token: IdentityToken = serde_json::from_slice(without_mark(body)).ok()?;
        let now = u64::try_from(now.unix_timestamp()).unwrap_or(0);
        let left = seconds(token.expires_in).or_else(|| Some(seconds(token.expires_on)?.saturating_sub(now)))?;
        let lifetime = Duration::from_secs(left);
        Some(Granted { token: token.access_token, lifetime, refresh_token: None })
    };
    read().ok_or_else(|| UnusableCredential::NotAToken(TokenGiver::IdentityService).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_as_texts() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let of_machine = br#"{"access_token":"t","expires_in":"3599","expires_on":"9","token_type":"Bearer"}"#;
        assert_eq!(granted(of_machine, now).unwrap().lifetime, Duration::from_secs(3_599));
        let of_service = br#"{"access_token":"t","expires_on":"7200"}"#;
        assert_eq!(granted(of_service, now).unwrap().lifetime, Duration::from_secs(7_200));
        for odd in [r#"{"access_token":"t","expires_in":"soon"}"#, r#"{"access_token":"t"}"#, "{}", "<html>"] {
            assert!(granted(odd.as_bytes(), now).is_err(), "{odd}");
        }
    }

    #[test]
    fn azures_variables_name_the_service() {
        let of =
            |set: &[&str]| IdentityService::of_variables(|name| set.contains(&name).then(|| "https://x".to_owned()));
        assert!(matches!(of(&[]), Ok(IdentityService::VirtualMachine)));
        assert!(matches!(of(&["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]), Ok(IdentityService::AppService { .. })));
        assert!(matches!(of(&["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]), Ok(IdentityService::Arc { .. })));
        for unsupported in
            [&["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"][..], &["MSI_ENDPOINT"][..]]
        {
            assert!(of(unsupported).is_err(), "{unsupported:?}");
        }
    }
}
