//! The sign-in of the Azure CLI: "az account get-access-token".

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use secrecy::SecretString;
use serde::Deserialize;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::error::{RefusalClue, TokenError};
use super::token_service::{Granted, is_plain_tenant, one_line};
use super::unusable::{TokenGiver, UnusableCredential};
use crate::graph::aadsts;
use crate::graph::outside::OutsideText;
use crate::program;

/// How long it may take: it answers in seconds, and a run must not hang on it.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// Asks the Azure CLI for a token for `scope`.
///
/// # Errors
///
/// It is not installed, or is not signed in.
pub(super) async fn token(tenant: Option<&str>, scope: &str) -> Result<Granted, TokenError> {
    let mut arguments =
        ["account", "get-access-token", "--output", "json", "--scope", scope].map(str::to_owned).to_vec();
    if let Some(tenant) = tenant {
        if !is_plain_tenant(tenant) {
            return Err(TokenError::NotATenant(tenant.to_owned()));
        }
        arguments.extend(["--tenant".to_owned(), tenant.to_owned()]);
    }
    let failed = |reason: String, clue| TokenError::Refused {
        message: OutsideText::of_nothing_sent(&format!("the Azure CLI gave no token: {reason}")),
        clue: Some(clue),
    };
    let names: &[&str] = if cfg!(windows) { &["az.cmd", "az.exe"] } else { &["az"] };
    let Some(program) = program::found_on(&env::var_os("PATH").unwrap_or_default(), names) else {
        return Err(failed("az is not found on PATH".to_owned(), RefusalClue::AzureCliMissing));
    };
    let output = tokio::task::spawn_blocking(move || run(&program, &arguments)).await;
    let output = output.map_err(io::Error::other).flatten();
    let output = output.map_err(|error| failed(error.to_string(), RefusalClue::AzureCliFails))?;
    let printed = Zeroizing::new(output.stdout);
    if !output.status.success() {
        let reason = one_line(&String::from_utf8_lossy(&output.stderr));
        let clue = RefusalClue::AzureCliRefused(aadsts::code_in(&reason));
        return Err(failed(reason, clue));
    }
    granted(&printed, OffsetDateTime::now_utc())
}

/// Runs it to its end, or until it has taken too long. What it prints fits into the buffers of its pipes.
fn run(program: &Path, arguments: &[String]) -> io::Result<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, begun) = (command.spawn()?, Instant::now());
    while child.try_wait()?.is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other(format!("it did not end within {} seconds", PATIENCE.as_secs())));
        }
        thread::sleep(POLL);
    }
    child.wait_with_output()
}

fn granted(printed: &[u8], now: OffsetDateTime) -> Result<Granted, TokenError> {
    #[derive(Deserialize)]
    struct CliToken {
        #[serde(rename = "accessToken")]
        access_token: SecretString,
        /// Seconds since 1970. `expiresOn` beside it is in local time, which may be another one here.
        expires_on: Option<i64>,
    }
    let token: CliToken =
        serde_json::from_slice(printed).map_err(|_| UnusableCredential::NotAToken(TokenGiver::AzureCli))?;
    let end = token.expires_on.ok_or(UnusableCredential::AzureCliTooOld)?;
    let lifetime = Duration::from_secs(u64::try_from(end - now.unix_timestamp()).unwrap_or(0));
    Ok(Granted { token: token.access_token, lifetime, refresh_token: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_when_the_cli_says() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let printed =
            br#"{"accessToken":"t","expiresOn":"2030-01-02 03:04:05.0","expires_on":3600,"tokenType":"Bearer"}"#;
        assert_eq!(granted(printed, now).unwrap().lifetime, Duration::from_secs(3_600));
        let Err(old) = granted(br#"{"accessToken":"secret-token"}"#, now) else { panic!("no end, and a token") };
        assert!(old.to_string().contains("2.54.0") && !old.to_string().contains("secret-token"), "{old}");
        assert!(granted(b"secret-token", now).is_err_and(|error| !error.to_string().contains("secret-token")));
    }
}
