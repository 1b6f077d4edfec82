//! What Microsoft's own library asks: managed identities of virtual machines and App Service, and the Azure CLI.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId,
};
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use super::error::TokenError;
use super::token_service::Granted;
use crate::graph::aadsts;
use crate::graph::unreachable::Unreachable;

/// Asks the service that Azure's variables name, and without any that of the virtual machine.
///
/// # Errors
///
/// There is no such identity here, or its service is not reached.
pub(super) async fn managed_identity(
    direct: &reqwest::Client,
    client_id: Option<&str>,
    scope: &str,
) -> Result<Granted, TokenError> {
    let options = ManagedIdentityCredentialOptions {
        user_assigned_id: client_id.map(|id| UserAssignedId::ClientId(id.to_owned())),
        client_options: ClientOptions {
            transport: Some(Transport::new(Arc::new(direct.clone()))),
            retry: RetryOptions::exponential(ExponentialRetryOptions {
                max_retries: 2,
                max_total_elapsed: Duration::seconds(20),
                ..ExponentialRetryOptions::default()
            }),
            ..ClientOptions::default()
        },
    };
    let credential = ManagedIdentityCredential::new(Some(options))
        .map_err(|error| TokenError::Unusable(first_line(&error.to_string())))?;
    ask(&*credential, scope, "the managed identity service of this machine").await
}

/// Asks the Azure CLI.
///
/// # Errors
///
/// It is not installed, or nobody is signed in to it.
pub(super) async fn azure_cli(tenant: Option<&str>, scope: &str) -> Result<Granted, TokenError> {
    let options = AzureCliCredentialOptions { tenant_id: tenant.map(str::to_owned), ..Default::default() };
    let credential =
        AzureCliCredential::new(Some(options)).map_err(|error| TokenError::Unusable(first_line(&error.to_string())))?;
    let answer = credential.get_token(&[scope], None).await;
    let answer = answer.map_err(|error| {
        let message = first_line(&innermost(&error));
        let absent = message.contains("not found on PATH");
        let usual = if absent {
            "install the Azure CLI, or choose another way in with --auth"
        } else {
            "sign in with: az login"
        };
        let hint = aadsts::code_in(&message).and_then(aadsts::hint).unwrap_or(usual);
        TokenError::Refused { message: format!("the Azure CLI gave no token: {message}"), hint: Some(hint) }
    })?;
    Ok(granted(&answer))
}

async fn ask(credential: &dyn TokenCredential, scope: &str, whom: &str) -> Result<Granted, TokenError> {
    let answer = credential.get_token(&[scope], None).await;
    let answer = answer.map_err(|error| {
        let message = first_line(&innermost(&error));
        match http_status(&error) {
            Some(404 | 408 | 410 | 429 | 500..=599) => TokenError::Busy { message, retry_after: None },
            Some(_) => TokenError::Refused {
                message: format!("{whom}: {message}"),
                hint: Some(
                    "give this machine or service an identity in Azure, or name a user-assigned one with --client-id",
                ),
            },
            None => TokenError::Unreachable(Unreachable::because(whom, message)),
        }
    })?;
    Ok(granted(&answer))
}

fn granted(answer: &AccessToken) -> Granted {
    let left = answer.expires_on - OffsetDateTime::now_utc();
    Granted {
        token: SecretString::from(answer.token.secret().to_owned()),
        lifetime: StdDuration::try_from(left).unwrap_or_default(),
        refresh_token: None,
    }
}

/// The status of the answer that the library wraps, where there was one.
fn http_status(error: &azure_core::Error) -> Option<u16> {
    use azure_core::error::ErrorKind;
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = current {
        if let Some(ErrorKind::HttpResponse { status, .. }) =
            error.downcast_ref::<azure_core::Error>().map(azure_core::Error::kind)
        {
            return Some((*status).into());
        }
        current = error.source();
    }
    None
}

/// The library wraps what was said in a paragraph of its own; the service's words are the innermost.
fn innermost(error: &azure_core::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    text
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().to_owned()
}
