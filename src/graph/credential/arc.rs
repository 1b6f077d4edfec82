//! The managed identity of a server that is not in Azure: "Authenticate against Azure resources with Azure Arc-enabled
//! servers". The agent gives tokens only to callers that may read its files: it names one, and asks for what is
//! in it.

use std::path::{Path, PathBuf};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Client, StatusCode};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::error::{RefusalClue, TokenError, is_busy};
use super::managed_identity::granted;
use super::token_service::{Granted, PATIENCE};
use super::unusable::{ArcFault, UnusableCredential};
use crate::graph::body;
use crate::graph::outside::OutsideText;
use crate::graph::percent::encode_query;
use crate::graph::unreachable::Unreachable;

const API_VERSION: &str = "2019-11-01";
/// Larger files are not the agent's.
const MAX_KEY_FILE: u64 = 4096;

/// Asks the agent at `endpoint`.
///
/// # Errors
///
/// The agent is not reached or gives no token, or its file cannot be read.
pub(super) async fn managed_identity(direct: &Client, endpoint: &str, resource: &str) -> Result<Granted, TokenError> {
    let url = format!("{endpoint}?api-version={API_VERSION}&resource={}", encode_query(resource));
    let ask = |key: Option<HeaderValue>| {
        let mut headers = HeaderMap::from_iter([(
            reqwest::header::HeaderName::from_static("metadata"),
            HeaderValue::from_static("true"),
        )]);
        headers.extend(key.map(|key| (AUTHORIZATION, key)));
        direct.get(&url).timeout(PATIENCE).headers(headers).send()
    };
    let unreachable =
        |error: reqwest::Error| TokenError::Unreachable(Unreachable::new("the Azure Arc agent of this server", &error));
    let challenge = ask(None).await.map_err(unreachable)?;
    if challenge.status() != StatusCode::UNAUTHORIZED {
        return Err(refused(challenge.status(), "it asked for no proof"));
    }
    let key = key_named_by(challenge.headers(), &folder_of_agent())?;
    let answer = ask(Some(key)).await.map_err(unreachable)?;
    let status = answer.status();
    if !status.is_success() {
        return Err(refused(status, "it took the proof and gave no token"));
    }
    let body = body::whole(answer, body::MAX_OF_TOKENS, "the Azure Arc agent of this server")
        .await
        .map_err(TokenError::Unreachable)?;
    granted(&body, OffsetDateTime::now_utc())
}

fn refused(status: StatusCode, what: &str) -> TokenError {
    let message = format!("the Azure Arc agent of this server answered HTTP {status}: {what}");
    if is_busy(status.as_u16()) {
        TokenError::Busy { message: OutsideText::of_nothing_sent(&message), retry_after: None }
    } else {
        TokenError::Refused { message: OutsideText::of_nothing_sent(&message), clue: Some(RefusalClue::ArcAgent) }
    }
}

fn folder_of_agent() -> PathBuf {
    if cfg!(windows) {
        let data = std::env::var_os("ProgramData").unwrap_or_else(|| r"C:\ProgramData".into());
        Path::new(&data).join("AzureConnectedMachineAgent").join("Tokens")
    } else {
        PathBuf::from("/var/opt/azcmagent/tokens")
    }
}

/// The proof that the agent wants. An attacker who answers at that address must not be able to have any file read:
/// only a small `.key` file in the agent's own folder is.
fn key_named_by(headers: &HeaderMap, folder: &Path) -> Result<HeaderValue, TokenError> {
    let unusable = |fault| TokenError::from(UnusableCredential::Arc(fault));
    let challenge = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = challenge.strip_prefix("Basic realm=").map(|path| Path::new(path.trim_matches('"')));
    let path = path.ok_or_else(|| unusable(ArcFault::NoFile))?;
    let expected = path.extension().is_some_and(|extension| extension == "key") && path.parent() == Some(folder);
    if !expected {
        return Err(unusable(ArcFault::ForeignFile { path: path.to_owned(), folder: folder.to_owned() }));
    }
    let unreadable =
        |error: std::io::Error| unusable(ArcFault::Unreadable { path: path.to_owned(), reason: error.to_string() });
    let about = std::fs::symlink_metadata(path).map_err(unreadable)?;
    if !about.is_file() || about.len() > MAX_KEY_FILE {
        return Err(unusable(ArcFault::NoSmallFile(path.to_owned())));
    }
    let key = std::fs::read_to_string(path).map(Zeroizing::new).map_err(unreadable)?;
    let header = Zeroizing::new(format!("Basic {}", key.trim()));
    let mut header = HeaderValue::from_str(&header).map_err(|_| unusable(ArcFault::NoKey))?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(path: &Path) -> HeaderMap {
        let text = format!("Basic realm={}", path.display());
        HeaderMap::from_iter([(WWW_AUTHENTICATE, HeaderValue::from_str(&text).unwrap())])
    }

    #[test]
    fn only_a_small_key_in_the_agents_folder_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        for (path, content) in [
            (folder.path().join("good.key"), "proof\n".to_owned()),
            (folder.path().join("shadow"), "secret".to_owned()),
            (folder.path().join("large.key"), "x".repeat(5_000)),
            (elsewhere.path().join("other.key"), "secret".to_owned()),
        ] {
            std::fs::write(path, content).unwrap();
        }
        let key = key_named_by(&challenge(&folder.path().join("good.key")), folder.path()).unwrap();
        assert_eq!(key, "Basic proof");
        assert!(!format!("{key:?}").contains("proof"));
        for path in [
            folder.path().join("shadow"),
            folder.path().join("large.key"),
            folder.path().join("missing.key"),
            folder.path().join("../x/other.key"),
            elsewhere.path().join("other.key"),
        ] {
            assert!(key_named_by(&challenge(&path), folder.path()).is_err(), "{}", path.display());
        }
        assert!(key_named_by(&HeaderMap::new(), folder.path()).is_err());
    }
}
