//! A person signs in on another device: "Microsoft identity platform and the OAuth 2.0 device authorization grant flow".

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use super::error::TokenError;
use super::token_service::{Field, Granted, Reply, TokenService, granted};
use super::unusable::UnusableCredential;
use crate::graph::outside::OutsideText;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What `slow_down` adds to the interval, for good (RFC 8628, section 3.5).
const SLOWER_BY: Duration = Duration::from_secs(5);
/// The interval where none is named (RFC 8628, section 3.2).
const USUAL_INTERVAL: u64 = 5;

/// A person does not wait for longer than this, and numbers that no calendar holds must not end the program.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3_600);
const MAX_INTERVAL: Duration = Duration::from_secs(60);

/// Where a person has to go, and with which code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePrompt {
    /// The address.
    pub url: String,
    /// The code to type there. It is no secret: it is worth nothing without a sign-in.
    pub code: String,
    /// How long the code can be used.
    pub lifetime: Duration,
}

/// Shows a prompt to the person; nothing in this room prints.
#[derive(Clone)]
pub struct ShowPrompt(pub Arc<dyn Fn(&DevicePrompt) + Send + Sync>);

impl fmt::Debug for ShowPrompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShowPrompt")
    }
}

#[derive(Deserialize)]
struct Started {
    device_code: SecretString,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
    interval: Option<u64>,
}

/// Lets a person sign in, and waits for it.
///
/// # Errors
///
/// The person declines or is too late, or the token service refuses or is not reached.
pub(super) async fn sign_in(
    service: &TokenService<'_>,
    client_id: &str,
    scope: &str,
    claims: Option<&str>,
    show: &ShowPrompt,
) -> Result<Granted, TokenError> {
    let mut fields = vec![Field::Open("client_id", client_id), Field::Open("scope", scope)];
    fields.extend(claims.map(|claims| Field::Open("claims", claims)));
    let body = match service.post("devicecode", &fields).await? {
        Reply::Given(body) => body,
        Reply::Refused(_, error) => return Err(error),
    };
    let started: Started = serde_json::from_slice(&body).map_err(|_| UnusableCredential::NoDeviceCode)?;
    let lifetime = Duration::from_secs(started.expires_in).min(MAX_LIFETIME);
    let interval = Duration::from_secs(started.interval.unwrap_or(USUAL_INTERVAL)).min(MAX_INTERVAL);
    let (url, code) = (started.verification_uri, started.user_code);
    (show.0)(&DevicePrompt { url, code, lifetime });
    wait(service, client_id, &started.device_code, interval, lifetime).await
}

async fn wait(
    service: &TokenService<'_>,
    client_id: &str,
    device_code: &SecretString,
    mut interval: Duration,
    lifetime: Duration,
) -> Result<Granted, TokenError> {
    let end = Instant::now() + lifetime;
    let fields = [
        Field::Open("grant_type", GRANT),
        Field::Open("client_id", client_id),
        Field::Secret("device_code", device_code.expose_secret()),
    ];
    loop {
        tokio::time::sleep(interval).await;
        if Instant::now() >= end {
            return Err(TokenError::SignInTooLate);
        }
        match service.post("token", &fields).await {
            Ok(Reply::Given(body)) => return granted(&body),
            Ok(Reply::Refused(refusal, error)) => {
                interval += patience(&refusal.error).map_err(|it| it.unwrap_or(error))?
            }
            // A lost connection asks for a longer pause (RFC 8628, section 3.5), and the person may still be typing.
            Err(error) if error.is_passing() => interval += SLOWER_BY,
            Err(error) => return Err(error),
        }
    }
}

/// How much longer to wait between polls from now on, or why waiting is over; `None` where the service's own words say
/// it best.
fn patience(refusal: &str) -> Result<Duration, Option<TokenError>> {
    match refusal {
        "authorization_pending" => Ok(Duration::ZERO),
        "slow_down" => Ok(SLOWER_BY),
        "authorization_declined" | "access_denied" => Err(Some(TokenError::SignInDeclined)),
        "expired_token" | "code_expired" => Err(Some(TokenError::SignInTooLate)),
        _ => Err(None),
    }
}

/// The next token of a person who signed in, without them.
///
/// # Errors
///
/// As for every token; among them that the person has to sign in again.
pub(super) async fn refresh(
    service: &TokenService<'_>,
    client_id: &str,
    scope: &str,
    claims: Option<&str>,
    refresh_token: &SecretString,
) -> Result<Granted, TokenError> {
    let mut fields = vec![
        Field::Open("grant_type", "refresh_token"),
        Field::Open("client_id", client_id),
        Field::Open("scope", scope),
        Field::Secret("refresh_token", refresh_token.expose_secret()),
    ];
    fields.extend(claims.map(|claims| Field::Open("claims", claims)));
    match service.post("token", &fields).await? {
        Reply::Given(body) => granted(&body),
        Reply::Refused(refusal, error) => Err(match refusal.error.as_str() {
            "invalid_grant" | "interaction_required" => {
                TokenError::SignInAgain { because: OutsideText::of_nothing_sent(&error.to_string()) }
            }
            _ => error,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_to_a_poll_has_its_meaning() {
        assert_eq!(patience("authorization_pending").unwrap(), Duration::ZERO);
        assert_eq!(patience("slow_down").unwrap(), Duration::from_secs(5));
        assert!(matches!(patience("authorization_declined"), Err(Some(TokenError::SignInDeclined))));
        assert!(matches!(patience("expired_token"), Err(Some(TokenError::SignInTooLate))));
        assert!(matches!(patience("bad_verification_code"), Err(None)));
    }
}
