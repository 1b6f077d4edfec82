//! One request to the token service, and what it answers: "Microsoft identity platform and the OAuth 2.0 client
//! credentials flow" and "... device authorization grant flow".

use std::io;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::error::{RefusalClue, TokenError, is_busy};
use super::unusable::{TokenGiver, UnusableCredential};
use crate::graph::aadsts;
use crate::graph::body;
use crate::graph::echo::SentSecrets;
use crate::graph::endpoint::Endpoints;
use crate::graph::error_body::{self, without_mark};
use crate::graph::outside::OutsideText;
use crate::graph::percent::PercentEncoded;
use crate::graph::retry_after;
use crate::graph::unreachable::Unreachable;
use crate::secret_buffer::exact;

/// How long the token service may take; it answers in well under a second, and a run must not hang on it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Longer texts are no messages.
const MAX_MESSAGE: usize = 400;

/// A token as it was given out.
pub(crate) struct Granted {
    pub(crate) token: SecretString,
    /// From the moment on at which it was asked for.
    pub(crate) lifetime: Duration,
    /// What the next one can be had for without a person, where there is such a thing.
    pub(crate) refresh_token: Option<SecretString>,
}

/// The token service of one tenant.
pub(crate) struct TokenService<'a> {
    http: &'a Client,
    endpoints: &'a Endpoints,
    tenant: &'a str,
}

/// A field of a form; what is secret in it is taken out of every text that comes back.
pub(crate) enum Field<'a> {
    Open(&'a str, &'a str),
    Secret(&'a str, &'a str),
}

/// What the token service says when it says no.
#[derive(Debug, Default)]
pub(crate) struct TokenRefusal {
    pub(crate) error: String,
    error_description: String,
    error_codes: Vec<u32>,
}

/// What became of a request.
pub(crate) enum Reply {
    Given(Bytes),
    /// A person has not finished, or did not want to: the OAuth error.
    Refused(TokenRefusal, TokenError),
}

impl<'a> TokenService<'a> {
    /// # Errors
    ///
    /// A tenant that cannot stand in an address.
    pub(crate) fn new(http: &'a Client, endpoints: &'a Endpoints, tenant: &'a str) -> Result<Self, TokenError> {
        if !is_plain_tenant(tenant) {
            return Err(TokenError::NotATenant(tenant.to_owned()));
        }
        Ok(Self { http, endpoints, tenant })
    }

    /// The address that hands tokens out; also the audience of an assertion.
    pub(crate) fn token_url(&self) -> String {
        self.url("token")
    }

    fn url(&self, what: &str) -> String {
        self.endpoints.authority.join(&format!("/{}/oauth2/v2.0/{what}", self.tenant))
    }

    /// Asks for a token.
    ///
    /// # Errors
    ///
    /// The service refuses, is busy or is not reached.
    pub(crate) async fn token(&self, fields: &[Field<'_>]) -> Result<Granted, TokenError> {
        match self.post("token", fields).await? {
            Reply::Given(body) => granted(&body),
            Reply::Refused(_, error) => Err(error),
        }
    }

    /// Sends a form to one of the service's addresses.
    ///
    /// # Errors
    ///
    /// The service is busy, is not reached, or what answers is not it.
    pub(crate) async fn post(&self, what: &str, fields: &[Field<'_>]) -> Result<Reply, TokenError> {
        let body = Bytes::from_owner(form(fields).map_err(|error| UnusableCredential::Request(error.to_string()))?);
        let request = self.http.post(self.url(what)).timeout(PATIENCE);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let unreachable =
            |error: reqwest::Error| TokenError::Unreachable(Unreachable::new(&self.endpoints.authority, &error));
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let wait = wait_of(response.headers());
        let body = body::whole(response, body::MAX_OF_TOKENS, &self.endpoints.authority)
            .await
            .map_err(TokenError::Unreachable)?;
        // A refusal was met with a 200 as well.
        if status.is_success() && !holds_error(&body) {
            return Ok(Reply::Given(body));
        }
        let Some(refusal) = TokenRefusal::read(&body).filter(|refusal| !refusal.error.is_empty()) else {
            let (status, bytes) = (status.as_u16(), body.len());
            return Err(TokenError::SomethingBetween { status, bytes, retry_after: wait });
        };
        let mut message = refusal.message(fields);
        let said = aadsts::code_in(message.as_str());
        let code = refusal.error_codes.first().copied().or(said);
        // Where the words are not kept, the number still finds Microsoft's page about it.
        if let (Some(code), None) = (code, said) {
            message = OutsideText::of_nothing_sent(&format!("AADSTS{code}: {message}"));
        }
        if is_busy(status.as_u16())
            || refusal.error == "temporarily_unavailable"
            || code.is_some_and(aadsts::is_passing)
        {
            return Err(TokenError::Busy { message, retry_after: wait });
        }
        let error = TokenError::Refused { clue: code.map(RefusalClue::Code), message };
        Ok(Reply::Refused(refusal, error))
    }
}

/// Looks for an error, and keeps nothing of what may be a token.
fn holds_error(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Refused {
        error: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Refused>(without_mark(body)).is_ok_and(|body| body.error.is_some())
}

/// Reads a token out of a good answer.
///
/// # Errors
///
/// It is not one.
pub(crate) fn granted(body: &[u8]) -> Result<Granted, TokenError> {
    #[derive(Deserialize)]
    struct Token {
        access_token: SecretString,
        // Some services write every number as a text.
        #[serde(deserialize_with = "seconds")]
        expires_in: u64,
        refresh_token: Option<SecretString>,
    }
    let token: Token = serde_json::from_slice(without_mark(body))
        .map_err(|_| UnusableCredential::NotAToken(TokenGiver::TokenService))?;
    Ok(Granted {
        token: token.access_token,
        lifetime: Duration::from_secs(token.expires_in),
        refresh_token: token.refresh_token,
    })
}

/// The codes that can be read, in a list or alone; a form of them that is not known is none, and the rest of the answer
/// stays.
fn codes(written: &Value) -> Vec<u32> {
    let number = |code: &Value| match code {
        Value::String(text) => text.trim().parse().ok(),
        code => u32::try_from(code.as_u64()?).ok(),
    };
    match written {
        Value::Array(codes) => codes.iter().filter_map(number).collect(),
        code => number(code).into_iter().collect(),
    }
}

/// Seconds, as a number or a text, with or without a fraction.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(written: D) -> Result<u64, D::Error> {
    let written = Value::deserialize(written)?;
    whole_seconds(&written).ok_or_else(|| serde::de::Error::custom("no number of seconds"))
}

/// The whole seconds of a number or a text, below zero none.
pub(super) fn whole_seconds(written: &Value) -> Option<u64> {
    let number = match written {
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        number => number.as_f64()?,
    };
    // No lifetime and no moment comes near what a float keeps exactly.
    number.is_finite().then(|| Duration::try_from_secs_f64(number.max(0.0)).ok()).flatten().map(|span| span.as_secs())
}

fn form(fields: &[Field<'_>]) -> io::Result<Zeroizing<Vec<u8>>> {
    exact(|out| {
        for (index, field) in fields.iter().enumerate() {
            let separator = if index == 0 { "" } else { "&" };
            write!(out, "{separator}{}={}", PercentEncoded(field.name()), PercentEncoded(field.value()))?;
        }
        Ok(())
    })
}

impl Field<'_> {
    fn name(&self) -> &str {
        let (Self::Open(name, _) | Self::Secret(name, _)) = self;
        name
    }

    fn value(&self) -> &str {
        let (Self::Open(_, value) | Self::Secret(_, value)) = self;
        value
    }
}

impl TokenRefusal {
    /// Reads a body; `None` where it is not JSON, or no object. Beside the documented form, the words may stand as Graph has
    /// them; `message` is App Service's name for the description.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let Value::Object(members) = serde_json::from_slice(without_mark(body)).ok()? else { return None };
        let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let description = ["error_description", "message"].map(text).into_iter().find(|text| !text.trim().is_empty());
        let mut refusal = Self {
            error: text("error"),
            error_description: description.unwrap_or_default(),
            error_codes: members.get("error_codes").map(codes).unwrap_or_default(),
        };
        if refusal.error.is_empty()
            && let Some(words) = error_body::read(body)
        {
            // Without a code it is a refusal all the same.
            refusal.error = if words.code.is_empty() { "unknown_error".to_owned() } else { words.code };
            refusal.error_description = words.message;
        }
        Some(refusal)
    }

    /// The service's own words without what follows them (its ids and the time), and without what was sent in confidence.
    pub(super) fn message(&self, fields: &[Field<'_>]) -> OutsideText {
        let text = if self.error_description.is_empty() { &self.error } else { &self.error_description };
        let line = text.trim().lines().next().unwrap_or_default();
        // In one line or in several: both are met.
        let mut message = line.split(" Trace ID:").next().unwrap_or_default().to_owned();
        for field in fields {
            if let Field::Secret(name, secret) = field
                && !secret.is_empty()
            {
                message = message.replace(secret, &format!("[{name}]"));
            }
        }
        let secrets = fields.iter().filter_map(|field| match field {
            Field::Secret(_, secret) => Some(*secret),
            Field::Open(..) => None,
        });
        OutsideText::guarded(&message, &SentSecrets::of(secrets))
    }
}

/// The first line of a text, no longer than a message is.
pub(super) fn one_line(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    line.chars().filter(|c| !crate::unseen::deceives(*c)).take(MAX_MESSAGE).collect()
}

/// Can it stand in an address: a tenant id or a domain?
pub(super) fn is_plain_tenant(tenant: &str) -> bool {
    !tenant.is_empty() && tenant.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
}

pub(super) fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let now = text(DATE).and_then(retry_after::http_date).unwrap_or_else(OffsetDateTime::now_utc);
    retry_after::parse(text(RETRY_AFTER)?, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_texts_and_a_mark_before_them_are_read() {
        let granted = granted("\u{feff}{\"access_token\":\"t\",\"expires_in\":\"3599\"}".as_bytes()).unwrap();
        assert_eq!(granted.lifetime, Duration::from_secs(3599));
        let codes = |codes: &str| {
            let body = format!(r#"{{"error":"invalid_client","error_description":null,"error_codes":{codes}}}"#);
            TokenRefusal::read(body.as_bytes()).unwrap().error_codes
        };
        assert_eq!(codes(r#"["7000215",null,50034]"#), [7_000_215, 50_034]);
        assert_eq!((codes("7000222"), codes("null")), (vec![7_000_222], Vec::new()));
    }

    #[test]
    fn an_error_is_seen_in_an_answer_of_any_status_and_a_token_is_none() {
        assert!(holds_error(br#"{"error":"temporarily_unavailable","error_description":"AADSTS90033"}"#));
        assert!(holds_error(br#"{"error":{"code":"x"}}"#));
        for token in
            [&br#"{"access_token":"t","expires_in":1}"#[..], br#"{"error":null,"access_token":"t"}"#, b"", b"<html>"]
        {
            assert!(!holds_error(token));
        }
    }

    #[test]
    fn lifetimes_are_read_with_a_fraction() {
        for (written, is) in [("3599.0", 3599), ("\"3599.5\"", 3599), ("-1", 0), ("0", 0)] {
            let body = format!(r#"{{"access_token":"t","expires_in":{written}}}"#);
            assert_eq!(granted(body.as_bytes()).unwrap().lifetime, Duration::from_secs(is), "{written}");
        }
        for odd in ["\"soon\"", "null", "[]", "\"inf\"", "1e300"] {
            let body = format!(r#"{{"access_token":"t","expires_in":{odd}}}"#);
            assert!(granted(body.as_bytes()).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_refusal_in_the_form_of_graph_is_read() {
        let refusal = TokenRefusal::read(br#"{"error":{"code":"invalid_client","message":"AADSTS7000222: expired"}}"#);
        let refusal = refusal.unwrap();
        assert_eq!((&*refusal.error, &*refusal.error_description), ("invalid_client", "AADSTS7000222: expired"));
        assert!(TokenRefusal::read(b"<html>").is_none() && TokenRefusal::read(b"[]").is_none());
    }

    #[test]
    fn a_form_is_encoded_and_a_secret_never_comes_back() {
        let fields = [Field::Open("scope", "https://g/.default"), Field::Secret("client_secret", "a&b=c+d %")];
        assert_eq!(
            *form(&fields).unwrap(),
            b"scope=https%3A%2F%2Fg%2F.default&client_secret=a%26b%3Dc%2Bd%20%25".to_vec()
        );
        let refusal = TokenRefusal {
            error: "invalid_client".to_owned(),
            error_description: "AADSTS7000215: not a&b=c+d %\r\nTrace ID: x".to_owned(),
            error_codes: vec![7_000_215],
        };
        assert_eq!(refusal.message(&fields).as_str(), "AADSTS7000215: not [client_secret]");
        let encoded = TokenRefusal { error_description: "not YSZiPWMrZCAl or a%26b%3Dc%2Bd".to_owned(), ..refusal };
        assert!(!encoded.message(&fields).as_str().contains("YSZi"), "{}", encoded.message(&fields));
        let refusal = encoded;
        let in_one_line =
            "AADSTS700016: no app. Trace ID: x Correlation ID: y Timestamp: 2026-11-25 13:41:49Z".to_owned();
        let refusal = TokenRefusal { error_description: in_one_line, ..refusal };
        assert_eq!(refusal.message(&fields).as_str(), "AADSTS700016: no app.");
    }
}
