//! Tokens of other issuers, which the app registration trusts: workload identity federation.

use std::path::Path;

use reqwest::header::ACCEPT;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::error::{RefusalClue, TokenError, is_busy};
use super::job_identity::JobIdentity;
use super::unusable::{TokenGiver, UnusableCredential};
use crate::graph::body;
use crate::graph::outside::OutsideText;
use crate::graph::percent::encode_query;
use crate::graph::unreachable::Unreachable;
use crate::text_file::{self, Letters};

/// No token is longer; a longer file was named by mistake.
const MAX_TOKEN_FILE: u64 = 64 * 1024;

/// The token in a file, as it stands there now.
///
/// # Errors
///
/// The file cannot be read, or there is no token in it.
pub(super) fn in_file(path: &Path) -> Result<SecretString, TokenError> {
    let unusable = |reason: &dyn std::fmt::Display| TokenError::FederatedFile {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    let text = text_file::read(path, MAX_TOKEN_FILE, Letters::Unicode).map_err(|error| unusable(&error))?;
    let token = text.trim();
    if token.split('.').count() != 3 || token.contains(char::is_whitespace) {
        return Err(unusable(&"it holds no token (three parts with dots between them)"));
    }
    Ok(SecretString::from(token.to_owned()))
}

/// The token of this GitHub Actions job.
///
/// # Errors
///
/// GitHub is not reached, or gives none.
pub(super) async fn of_github(
    http: &reqwest::Client,
    job: &JobIdentity,
    audience: &str,
) -> Result<SecretString, TokenError> {
    #[derive(Deserialize)]
    struct Answer {
        value: SecretString,
    }
    let JobIdentity { request_url, request_token } = job;
    let joint = if request_url.contains('?') { '&' } else { '?' };
    let url = format!("{request_url}{joint}audience={}", encode_query(audience));
    let request = http.get(url).bearer_auth(request_token.expose_secret()).header(ACCEPT, "application/json");
    let unreachable = |error: reqwest::Error| TokenError::Unreachable(Unreachable::new("GitHub", &error));
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if !status.is_success() {
        let message = format!("GitHub answered HTTP {status} to the request for this job's token");
        return Err(if is_busy(status.as_u16()) {
            TokenError::Busy { message: OutsideText::of_nothing_sent(&message), retry_after: None }
        } else {
            TokenError::Refused {
                message: OutsideText::of_nothing_sent(&message),
                clue: Some(RefusalClue::JobPermissionMissing),
            }
        });
    }
    let body = body::whole(response, body::MAX_OF_TOKENS, "GitHub").await.map_err(TokenError::Unreachable)?;
    let answer: Answer =
        serde_json::from_slice(&body).map_err(|_| UnusableCredential::NotAToken(TokenGiver::GitHub))?;
    Ok(answer.value)
}
