//! "authenticationMethod: resetPassword": a new password that is written back to Active Directory, and the operation that says how
//! far it is ("Get longRunningOperation").
//!
//! It is for people who signed in alone; no app may do it. The person whose password it is must choose another one at the next
//! sign-in, which cannot be switched off.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::echo::SentSecrets;
use super::error::GraphError;
use super::outside::OutsideText;
use super::reading::{ReadError, Reading};
use super::status::StatusClass;
use super::transport::{Answer, Call, Consistency, Transport, TransportError};
use super::write_outcome::Postponed;
use crate::ids::ObjectId;
use crate::secret_buffer::exact_json;

/// The id that the password has among the methods of everybody ("passwordAuthenticationMethod resource type").
const PASSWORD_METHOD: &str = "28c10230-6103-485e-b985-444c60001490";
/// Addresses of operations are no longer than this.
const MAX_ADDRESS: usize = 400;

/// Where the state of an operation is read: path and query as Graph gave them, from the version on. The query names the data
/// centre; without it the operation may not be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ResetOperationAddress(String);

/// Says that a text is not the address of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not the address of an operation")]
pub struct NotAnOperation;

impl FromStr for ResetOperationAddress {
    type Err = NotAnOperation;

    /// Nothing else than such an address is ever asked for, and nothing else is kept in the journal.
    fn from_str(text: &str) -> Result<Self, NotAnOperation> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut parts = path.rsplit('/');
        let is_id = parts.next().is_some_and(|id| id.len() == 36 && Uuid::try_parse(id).is_ok());
        let is_operation = parts.next().is_some_and(|part| part.eq_ignore_ascii_case("operations"))
            && parts.next().is_some_and(|part| part.eq_ignore_ascii_case("authentication"));
        let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"=&-_.~%".contains(&letter);
        let is_address = path.starts_with("/v1.0/users") && !path.contains("..") && text.len() <= MAX_ADDRESS;
        let is_good = is_id && is_operation && is_address && text.is_ascii() && query.bytes().all(is_plain);
        if is_good && !path.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnOperation)
        }
    }
}

impl<'de> Deserialize<'de> for ResetOperationAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for ResetOperationAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What became of the request for a reset.
#[derive(Debug, Clone, PartialEq)]
pub enum ResetRequested {
    /// An operation was begun: accepted, and not done.
    Begun {
        /// Where its state is read; nothing where Graph gave no address that can be used.
        operation: Option<ResetOperationAddress>,
        /// How long Graph asks to wait before that.
        wait: Option<Duration>,
        /// Graph's clock.
        date: Option<OffsetDateTime>,
    },
    /// Certainly nothing was begun, and the same request may pass later.
    NotBegun {
        /// Why.
        why: Postponed,
        /// How long Graph asks to wait.
        wait: Option<Duration>,
    },
    /// Whether anything was begun cannot be known.
    Lost(OutsideText),
    /// Graph refused.
    Refused(GraphError),
}

#[derive(Serialize)]
struct NewPasswordOnWire<'a> {
    #[serde(rename = "newPassword")]
    new_password: &'a str,
}

struct WipedBody(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for WipedBody {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Asks for a reset.
///
/// # Errors
///
/// The call never left, there is no token, or Graph takes none.
pub async fn request_reset(
    transport: &impl Transport,
    account: ObjectId,
    password: &str,
) -> Result<ResetRequested, TransportError> {
    // The documented path. Graph's file of permissions has a second one, below passwordMethods, with a smaller permission, which
    // the page does not name.
    let path = format!("/v1.0/users/{account}/authentication/methods/{PASSWORD_METHOD}/resetPassword");
    let Ok(body) = body(password) else {
        return Ok(ResetRequested::NotBegun { why: Postponed::Blocked, wait: None });
    };
    let call = Call { writes: true, ..Call::post(path, body) };
    match transport.send(call).await {
        Ok(answer) => Ok(requested(transport, answer, password)),
        // What did not come back says nothing of what was begun.
        Err(TransportError::Lost(lost)) => {
            let mut words = OutsideText::of_nothing_sent(&lost.to_string());
            words.guard(&SentSecrets::of([password].into_iter()));
            Ok(ResetRequested::Lost(words))
        }
        Err(error) => Err(error),
    }
}

fn body(password: &str) -> io::Result<Bytes> {
    let json = exact_json(&NewPasswordOnWire { new_password: password })?;
    Ok(Bytes::from_owner(WipedBody(json)))
}

fn requested(transport: &impl Transport, answer: Answer, password: &str) -> ResetRequested {
    let sent = || SentSecrets::of([password].into_iter());
    let wait = answer.advice.retry_after;
    let class = StatusClass::of(answer.status);
    if answer.is_foreign() {
        // Whether it reached Graph at all is not known.
        return ResetRequested::Lost(answer.into_error_without(sent()).message);
    }
    match class {
        StatusClass::Success => {
            let location = answer.advice.location.as_deref().filter(|text| {
                // What an address repeats would be kept.
                !answer.carried.and(sent()).are_in(text.as_bytes())
            });
            let operation = location.and_then(|text| transport.path_of(text)).and_then(|path| path.parse().ok());
            ResetRequested::Begun { operation, wait, date: answer.date }
        }
        StatusClass::Unauthorized => ResetRequested::NotBegun { why: Postponed::Unauthorized, wait },
        StatusClass::Conflict => ResetRequested::NotBegun { why: Postponed::Conflict, wait },
        StatusClass::Blocked => ResetRequested::NotBegun { why: Postponed::Blocked, wait },
        StatusClass::Throttled => ResetRequested::NotBegun { why: Postponed::Throttled, wait },
        StatusClass::ServerFault | StatusClass::NoneOfGraphs => {
            ResetRequested::Lost(answer.into_error_without(sent()).message)
        }
        StatusClass::Refused => ResetRequested::Refused(answer.into_error_without(sent())),
    }
}

/// How far an operation is.
#[derive(Debug, Clone, PartialEq)]
pub enum OperationState {
    /// It goes on.
    Running,
    /// Active Directory has the new password.
    Succeeded {
        /// Graph's clock at the last action, where it says.
        at: Option<OffsetDateTime>,
    },
    /// It has the old one.
    Failed(OutsideText),
    /// Graph knows no such operation.
    NotKnown,
}

#[derive(Deserialize)]
struct OperationOnWire {
    status: String,
    #[serde(rename = "statusDetail", default)]
    detail: Option<String>,
    #[serde(rename = "lastActionDateTime", default, with = "time::serde::rfc3339::option")]
    last_action: Option<OffsetDateTime>,
}

/// Asks how far an operation is. `password` is what it sets, where that is still known: no words that repeat it are kept.
///
/// # Errors
///
/// Graph refuses to say, cannot be reached, or is not understood.
pub async fn operation_state<T: Transport>(
    reading: &Reading<'_, T>,
    operation: &ResetOperationAddress,
    password: Option<&str>,
) -> Result<OperationState, ReadError> {
    let sent = password.map_or_else(SentSecrets::unknown, |password| SentSecrets::of([password].into_iter()));
    match reading.get::<OperationOnWire>(&operation.0, Consistency::Session).await {
        Ok(operation) => Ok(match &*operation.status {
            "succeeded" => OperationState::Succeeded { at: operation.last_action },
            "failed" => OperationState::Failed(match password {
                Some(_) => OutsideText::guarded(operation.detail.as_deref().unwrap_or_default(), &sent),
                // What an earlier process sent is not known here, so that it could not be found in the words.
                None => OutsideText::default(),
            }),
            // Also a word that this version does not know.
            _ => OperationState::Running,
        }),
        Err(ReadError::Refused { error: GraphError { status: 404, is_foreign: false, .. }, .. }) => {
            Ok(OperationState::NotKnown)
        }
        Err(error) => Err(error),
    }
}

/// Ends the sessions of one person, outside of a batch.
///
/// # Errors
///
/// As [`request_reset`].
pub async fn end_sessions(
    transport: &impl Transport,
    account: ObjectId,
) -> Result<Result<Option<OffsetDateTime>, GraphError>, TransportError> {
    let path = format!("/v1.0/users/{account}/revokeSignInSessions");
    let call = Call { writes: true, ..Call::post(path, Bytes::from_static(b"{}")) };
    let answer = transport.send(call).await?;
    if (200..300).contains(&answer.status) && !answer.is_foreign() {
        return Ok(Ok(answer.date));
    }
    Ok(Err(answer.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_an_operation_is_followed() {
        let id = "88e7560c-1d8c-4b6e-9c3a-2f1a55d0a111";
        let good = format!("/v1.0/users/{id}/authentication/operations/{id}?aadgdc=DUB02P&aadgsu=ssprprod-a");
        assert_eq!(good.parse::<ResetOperationAddress>().unwrap().to_string(), good);
        for bad in [
            format!("/v1.0/users/{id}"),
            format!("/v1.0/users/{id}/authentication/operations/{id}?to=https://evil.example/"),
            format!("/v1.0/users/../authentication/operations/{id}"),
            format!("/beta/users/{id}/authentication/operations/{id}"),
            format!("/v1.0/users/{id}/authentication/operations/u7#Kd"),
            format!("{good}{}", "x".repeat(MAX_ADDRESS)),
        ] {
            assert!(bad.parse::<ResetOperationAddress>().is_err(), "{bad}");
        }
    }
}
