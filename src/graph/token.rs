//! Access tokens: fetched once, shared by all calls, renewed before they end.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use secrecy::{ExposeSecret, SecretString};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use super::aadsts;
use super::caller::Caller;
use super::claims::Claims;
use super::endpoint::Endpoints;
use super::unreachable;

/// A token this close to its end is renewed first, so that none ends on the way.
const RENEW_BEFORE_END: Duration = Duration::minutes(5);

/// What the program proves itself with.
pub enum Credential {
    /// An app registration and one of its client secrets.
    ClientSecret {
        /// The tenant to get into: its id or one of its domains.
        tenant: String,
        /// The app registration.
        client_id: String,
        /// Its secret.
        secret: SecretString,
    },
    /// A token that somebody else fetched; it cannot be renewed.
    ReadyToken(SecretString),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientSecret { .. } => "Credential::ClientSecret",
            Self::ReadyToken(_) => "Credential::ReadyToken",
        })
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token service refused.
    #[error("the token service refused: {message}")]
    Refused {
        /// The service's own words, with the AADSTS code.
        message: String,
        /// What the code means and how to mend it.
        hint: Option<&'static str>,
    },
    /// The token service is there and cannot serve at the moment.
    #[error("the token service is busy: {message}")]
    Busy {
        /// The service's own words.
        message: String,
    },
    /// The token service was not reached.
    #[error("no token could be fetched from {authority}: {message}")]
    Unreachable {
        /// The token service.
        authority: String,
        /// What the network said.
        message: String,
    },
    /// A ready token was turned down, and there is nothing to renew it with.
    #[error("the token in SEALOFF_ACCESS_TOKEN is not accepted (it may have ended); fetch a new one")]
    ReadyTokenRejected,
    /// The tenant or client id cannot be used as given.
    #[error("the credential cannot be used: {0}")]
    Unusable(String),
}

impl TokenError {
    /// Says whether trying again later can help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Busy { .. })
    }
}

/// A token, and which one it is: a caller that was turned down says with which.
#[derive(Clone)]
pub struct Token {
    text: Arc<SecretString>,
    generation: u64,
}

impl Token {
    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> SecretString {
        SecretString::from(format!("Bearer {}", self.text.expose_secret()))
    }
}

#[derive(Default)]
struct Cache {
    current: Option<(Token, OffsetDateTime)>,
    generation: u64,
}

/// Where calls get their token from. However many calls wait, one renewal is under way at a time.
pub struct TokenSource {
    credential: Credential,
    endpoints: Endpoints,
    http: reqwest::Client,
    cache: Mutex<Cache>,
    rejected: AtomicBool,
}

impl TokenSource {
    /// A source over the program's own HTTP stack, so that proxy, private certificate authority and time limits hold
    /// for the token service too.
    #[must_use]
    pub fn new(credential: Credential, endpoints: Endpoints, http: reqwest::Client) -> Self {
        Self { credential, endpoints, http, cache: Mutex::default(), rejected: AtomicBool::new(false) }
    }

    /// The token to use now: the cached one, or a new one when it ends within five minutes.
    ///
    /// # Errors
    ///
    /// The token service refuses or cannot be reached.
    pub async fn token(&self) -> Result<Token, TokenError> {
        let mut cache = self.cache.lock().await;
        let rejected = self.rejected.swap(false, Ordering::Relaxed);
        let Some((token, ends)) = cache.current.clone().filter(|_| !rejected) else {
            return self.fetch(&mut cache).await;
        };
        let left = ends - OffsetDateTime::now_utc();
        if left > RENEW_BEFORE_END {
            return Ok(token);
        }
        match self.fetch(&mut cache).await {
            // It was renewed early, so that a service that is down for a minute does not matter.
            Err(error) if error.is_passing() && left.is_positive() => Ok(token),
            fetched => fetched,
        }
    }

    /// In whose name calls are sent. A configured app is certain; a token that somebody else fetched is looked into,
    /// and nothing of it is shown.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`].
    pub async fn caller(&self) -> Result<Caller, TokenError> {
        match &self.credential {
            Credential::ClientSecret { client_id, .. } => Ok(Caller::App { client_id: client_id.clone() }),
            Credential::ReadyToken(_) => Ok(Caller::of_token(self.token().await?.text.expose_secret())),
        }
    }

    /// What the current token says about itself; `None` where it cannot be read.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`].
    pub async fn claims(&self) -> Result<Option<Claims>, TokenError> {
        Ok(Claims::of_token(self.token().await?.text.expose_secret()))
    }

    /// The current token is not to be used any more.
    pub fn reject(&self) {
        self.rejected.store(true, Ordering::Relaxed);
    }

    /// A newer token than `rejected`, which Graph answered with 401. Calls that were turned down together share one
    /// renewal.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`]; a ready token cannot be renewed.
    pub async fn renewed(&self, rejected: &Token) -> Result<Token, TokenError> {
        let mut cache = self.cache.lock().await;
        match &cache.current {
            Some((token, _)) if token.generation > rejected.generation => Ok(token.clone()),
            _ if matches!(self.credential, Credential::ReadyToken(_)) => Err(TokenError::ReadyTokenRejected),
            _ => self.fetch(&mut cache).await,
        }
    }

    async fn fetch(&self, cache: &mut Cache) -> Result<Token, TokenError> {
        let (text, ends) = match &self.credential {
            Credential::ReadyToken(token) => {
                (token.expose_secret().to_owned(), OffsetDateTime::now_utc() + Duration::days(3650))
            }
            Credential::ClientSecret { tenant, client_id, secret } => {
                // A new credential each time: the library's own cache would hand the rejected token out again.
                let credential = self.client_secret_credential(tenant, client_id, secret)?;
                let scope = self.endpoints.scope();
                let answer = credential.get_token(&[&scope], None).await.map_err(|error| self.explain(&error))?;
                (answer.token.secret().to_owned(), answer.expires_on)
            }
        };
        cache.generation += 1;
        let token = Token { text: Arc::new(SecretString::from(text)), generation: cache.generation };
        cache.current = Some((token.clone(), ends));
        Ok(token)
    }

    fn client_secret_credential(
        &self,
        tenant: &str,
        client_id: &str,
        secret: &SecretString,
    ) -> Result<Arc<ClientSecretCredential>, TokenError> {
        let mut authority = CustomConfiguration::default();
        authority.authority_host = self.endpoints.authority.to_string();
        let client_options = ClientOptions {
            transport: Some(Transport::new(Arc::new(self.http.clone()))),
            cloud: Some(Arc::new(CloudConfiguration::Custom(authority))),
            retry: RetryOptions::exponential(ExponentialRetryOptions {
                max_retries: 2,
                max_total_elapsed: Duration::seconds(30),
                ..ExponentialRetryOptions::default()
            }),
            ..ClientOptions::default()
        };
        ClientSecretCredential::new(
            tenant,
            client_id.to_owned(),
            Secret::new(secret.expose_secret().to_owned()),
            Some(ClientSecretCredentialOptions { client_options }),
        )
        .map_err(|error| TokenError::Unusable(error.to_string()))
    }

    fn explain(&self, error: &azure_core::Error) -> TokenError {
        let message = unreachable::describe(error);
        let message = first_line(&message).to_owned();
        let (status, code) = (http_status(error), aadsts::code_in(&message));
        let busy = matches!(status, Some(408 | 429 | 500..=599)) || code.is_some_and(aadsts::is_passing);
        match (status, code) {
            _ if busy => TokenError::Busy { message },
            (_, Some(code)) => TokenError::Refused { hint: aadsts::hint(code), message },
            (Some(_), None) => TokenError::Refused { hint: None, message },
            (None, None) => TokenError::Unreachable { authority: self.endpoints.authority.to_string(), message },
        }
    }
}

/// The status of the answer that the library wraps, where there was one.
fn http_status(error: &azure_core::Error) -> Option<u16> {
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

fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}
