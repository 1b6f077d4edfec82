//! One HTTP call to Graph, and what can become of it.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use uuid::Uuid;

use super::access::Access;
use super::body;
use super::caller::Caller;
use super::claims::Claims;
use super::claims_challenge::claims_in;
use super::credential::{CertificateFacts, UnusableCredential};
use super::echo::SentSecrets;
use super::endpoint::{Endpoints, Root};
use super::error::GraphError;
use super::foreign;
use super::named_caller::NamedCaller;
use super::outside::OutsideText;
use super::postponed_read::PostponedRead;
use super::probe::{Reachable, probe};
use super::request_id::request_id;
use super::retry_after;
use super::throttle::{self, ThrottleScope};
use super::token::{Credential, Token, TokenError, TokenMark, TokenSource};
use super::unreachable::{Unreachable, UnreachableCause};

/// How fresh an answer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Consistency {
    /// As fresh as the directory itself.
    #[default]
    Session,
    /// From the slower index behind advanced queries, which some filters and every count need ("Advanced query
    /// capabilities on Microsoft Entra ID objects").
    Eventual,
}

impl Consistency {
    /// The header that asks for it, where one is needed.
    pub const fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Session => None,
            Self::Eventual => Some(("ConsistencyLevel", "eventual")),
        }
    }
}

/// One request below Graph's root. It cannot be printed with its body, which may carry passwords.
#[derive(Clone)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// Path and query, from the version on: `/v1.0/…`, already percent-encoded.
    pub path: String,
    /// A JSON body. Where it carries a password, its owner wipes it when the last holder lets go.
    pub body: Option<Bytes>,
    /// How fresh the answer has to be.
    pub consistency: Consistency,
    /// Does it change anything? The answer to what does is short.
    pub(super) writes: bool,
}

impl Call {
    /// Reads what is at `path`.
    pub fn get(path: impl Into<String>, consistency: Consistency) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, consistency, writes: false }
    }

    /// Sends `body` to `path`.
    pub fn post(path: impl Into<String>, body: Bytes) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            body: Some(body),
            consistency: Consistency::Session,
            writes: false,
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// What the headers of an answer, or of one item in a batch, say beside the status.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advice {
    /// How long to wait, where Graph says so.
    pub retry_after: Option<Duration>,
    /// The share of the limit in use, sent from 0.8 on.
    pub limit_share: Option<f64>,
    /// Whose limit was reached.
    pub throttle_scope: Option<ThrottleScope>,
    /// Graph's name for the request.
    pub request_id: Option<String>,
    /// What kind of body came.
    pub content_type: Option<String>,
    /// Where the state of what was begun can be read.
    pub location: Option<String>,
}

impl Advice {
    /// Takes in one header; names are compared without regard to case. A `Retry-After` that is a date is counted from
    /// `now`, which is the server's clock where it says so.
    pub fn read(&mut self, name: &str, value: &str, now: OffsetDateTime) {
        if name.eq_ignore_ascii_case("retry-after") {
            self.retry_after = retry_after::parse(value, now);
        } else if name.eq_ignore_ascii_case("x-ms-throttle-limit-percentage") {
            self.limit_share = throttle::parse_percentage(value);
        } else if name.eq_ignore_ascii_case("x-ms-throttle-scope") {
            self.throttle_scope = ThrottleScope::parse(value);
        } else if name.eq_ignore_ascii_case("request-id") {
            self.request_id = request_id(value);
        } else if name.eq_ignore_ascii_case("content-type") {
            self.content_type = Some(value.to_owned());
        }
    }
}

/// An answer of any status but Graph's own 401.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What the headers say.
    pub advice: Advice,
    /// The server's clock when it answered.
    pub date: Option<OffsetDateTime>,
    /// With which token the call was sent.
    pub token: TokenMark,
    /// The token itself: no text of the answer may repeat it.
    pub(crate) carried: CarriedToken,
    /// The whole body.
    pub body: Bytes,
}

/// The token that a call carried, for as long as its answer is looked at; never shown.
#[derive(Clone, Default)]
pub(crate) struct CarriedToken(Option<Token>);

impl CarriedToken {
    /// What this call carried in confidence: the token, and these.
    pub(crate) fn and<'s>(&'s self, sent: SentSecrets<'s>) -> SentSecrets<'s> {
        sent.and_token(self.0.as_ref().map(Token::sought))
    }

    /// What a call carried that carries nothing else.
    pub(crate) fn alone(&self) -> SentSecrets<'_> {
        self.and(SentSecrets::none())
    }
}

impl fmt::Debug for CarriedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }
}

impl Answer {
    /// A text that was made of the answer to a call that carried the token alone.
    pub(crate) fn guarded(&self, text: &str) -> OutsideText {
        OutsideText::guarded(text, &self.carried.alone())
    }

    /// The answer to a call that carried secrets, as the error it is: only Graph's own words are kept of it, and none that
    /// repeat what was sent.
    pub(crate) fn into_error_without(self, sent: SentSecrets<'_>) -> GraphError {
        let Self { status, advice, body, carried, .. } = &self;
        let (kind, request_id, sent) = (advice.content_type.as_deref(), advice.request_id.clone(), &carried.and(sent));
        if self.is_foreign() {
            // What no Graph wrote may have its form.
            let message = foreign::describe(*status, kind, body, sent).message;
            return GraphError { status: *status, message, request_id, is_foreign: true, ..GraphError::default() };
        }
        GraphError::of_answer(*status, kind, body, request_id, sent)
    }

    /// The answer as the error it is.
    pub fn into_error(self) -> GraphError {
        self.into_error_without(SentSecrets::none())
    }

    /// Did something else than Graph answer that may be out of the way later: a proxy that restarts, one that still
    /// requires a sign-in? One that refuses the form of a request refuses it the next time as well.
    pub fn is_obstacle(&self) -> bool {
        self.is_foreign() && !matches!(self.status, 400 | 404 | 405 | 411 | 413..=415 | 431 | 501)
    }

    /// Is it Graph's own 401? A proxy that requires a sign-in says nothing about the token.
    fn turns_the_token_down(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED.as_u16() && !self.is_foreign()
    }

    /// The answer to a call that was sent again with a fresh token, and perhaps with secrets in it.
    fn judged_with_fresh_token(self, had_secrets: bool) -> Result<Self, TransportError> {
        if !self.turns_the_token_down() {
            return Ok(self);
        }
        let sent = if had_secrets { SentSecrets::unknown() } else { SentSecrets::none() };
        Err(TransportError::Unauthorized(self.into_error_without(sent)))
    }

    /// Did something else than Graph answer, such as a proxy? Then it is unknown whether the request ever reached Graph.
    pub fn is_foreign(&self) -> bool {
        foreign::is_foreign(self.status, self.advice.content_type.as_deref(), &self.body)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TransportError {
    /// The request never left: nothing happened in the tenant.
    #[error("Graph cannot be reached: {0}")]
    NotSent(Unreachable),
    /// The request left and its answer did not come: what happened in the tenant is unknown.
    #[error("the answer was lost: {0}")]
    Lost(Unreachable),
    /// There is no token to send with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Graph turned down even a fresh token.
    #[error("Graph does not accept the token: {0}")]
    Unauthorized(GraphError),
}

impl TransportError {
    /// No connection came about, to Graph or to the token service.
    pub const fn is_unreachable(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::Token(TokenError::Unreachable(_)))
    }

    /// Why Graph or the token service was not reached, where the cause is known.
    pub fn unreachable_cause(&self) -> Option<UnreachableCause> {
        match self {
            Self::NotSent(unreachable) | Self::Lost(unreachable) => unreachable.cause,
            Self::Token(error) => error.unreachable_cause(),
            Self::Unauthorized(_) => None,
        }
    }
}

/// The seam between the program and the network.
pub trait Transport: Send + Sync + 'static {
    /// Sends one call and waits for its whole answer. Redirects are not followed; a 401 has been met with a fresh token
    /// before it is returned as [`TransportError::Unauthorized`].
    fn send(&self, call: Call) -> impl Future<Output = Result<Answer, TransportError>> + Send;

    /// Takes in that Graph turned this token down inside a batch that it accepted as a whole: the next call gets a fresh
    /// one. Returns `true` if this token had not been rejected before: many calls are under way with one token.
    fn token_rejected(&self, _token: TokenMark) -> bool {
        true
    }

    /// Takes in that a read is made again after a while.
    fn read_postponed(&self, _read: &PostponedRead<'_>) {}

    /// Graph's own clock when it last answered, where that is known.
    fn last_date(&self) -> Option<OffsetDateTime> {
        None
    }

    /// The path of an address that Graph gave, from the version on; `None` when it is not below the root that calls go
    /// to. Nothing that an answer says may lead a token elsewhere.
    fn path_of<'l>(&self, address: &'l str) -> Option<&'l str> {
        path_below("https://graph.microsoft.com", address)
    }
}

/// What follows `root` in `address`; scheme and host are compared without regard to case.
fn path_below<'l>(root: &str, address: &'l str) -> Option<&'l str> {
    let (start, path) = address.split_at_checked(root.len())?;
    (start.eq_ignore_ascii_case(root) && path.starts_with('/')).then_some(path)
}

/// The live transport.
pub struct HttpTransport {
    http: reqwest::Client,
    endpoints: Endpoints,
    tokens: TokenSource,
    /// How many seconds Graph's clock was ahead of this machine's at the last answer; [`NOT_KNOWN`] before the first.
    ahead: AtomicI64,
    /// Graph's clock at the last answer, in seconds; [`NOT_KNOWN`] before the first.
    last_date: AtomicI64,
    /// Hears of each read that is made again.
    on_postponed_read: fn(&PostponedRead<'_>),
}

const NOT_KNOWN: i64 = i64::MIN;

impl HttpTransport {
    /// Sends over `http` with tokens from `tokens`.
    pub fn new(http: reqwest::Client, endpoints: Endpoints, tokens: TokenSource) -> Self {
        Self {
            http,
            endpoints,
            tokens,
            ahead: AtomicI64::new(NOT_KNOWN),
            last_date: AtomicI64::new(NOT_KNOWN),
            on_postponed_read: |_| {},
        }
    }

    /// The same, with somebody who hears of each read that is made again.
    #[must_use]
    pub fn with_listener(self, on_postponed_read: fn(&PostponedRead<'_>)) -> Self {
        Self { on_postponed_read, ..self }
    }

    /// Graph's clock, as of the last answer; `None` before the first.
    pub fn time_there(&self) -> Option<OffsetDateTime> {
        let ahead = self.ahead.load(Ordering::Relaxed);
        (ahead != NOT_KNOWN).then(|| OffsetDateTime::now_utc().saturating_add(time::Duration::seconds(ahead)))
    }

    /// In whose name calls are sent, as far as this can be known without asking Graph.
    ///
    /// # Errors
    ///
    /// The token service refuses or cannot be reached.
    pub async fn caller(&self) -> Result<Caller, TransportError> {
        Ok(self.tokens.caller().await?)
    }

    /// In whose name the calls are made, with the name that the token has for it.
    ///
    /// # Errors
    ///
    /// The token service refuses or cannot be reached.
    pub async fn named_caller(&self) -> Result<NamedCaller, TransportError> {
        Ok(NamedCaller::new(self.caller().await?, self.claims().await?.as_ref()))
    }

    /// The same way to Graph for another app.
    pub fn beside(&self, credential: Credential) -> Self {
        let tokens = TokenSource::new(credential, self.endpoints.clone(), self.http.clone());
        Self::new(self.http.clone(), self.endpoints.clone(), tokens).with_listener(self.on_postponed_read)
    }

    /// The tenant as it was configured: an id or a domain.
    pub fn tenant(&self) -> Option<&str> {
        self.tokens.tenant()
    }

    /// The root of the token service.
    pub fn authority(&self) -> String {
        self.endpoints.authority.to_string()
    }

    /// The public facts of the certificate that signs for tokens, where one does.
    pub fn certificate(&self) -> Option<CertificateFacts> {
        self.tokens.certificate()
    }

    /// What the token says about itself; `None` where it cannot be read.
    ///
    /// # Errors
    ///
    /// The token service refuses or cannot be reached.
    pub async fn claims(&self) -> Result<Option<Claims>, TransportError> {
        Ok(self.tokens.claims().await?)
    }

    /// The sign-in as it stands now.
    ///
    /// # Errors
    ///
    /// The token service refuses or cannot be reached.
    pub async fn access(&self) -> Result<Access, TransportError> {
        Ok(self.tokens.access().await?)
    }

    /// Fetches a token, unless there is one that is good for a while. Whether Graph takes it is another question.
    ///
    /// # Errors
    ///
    /// The token service refuses or cannot be reached.
    pub async fn authenticate(&self) -> Result<(), TransportError> {
        self.tokens.token().await?;
        Ok(())
    }

    /// Goes in anew with the next call, where the token at hand can be replaced.
    pub fn forget_token(&self) {
        self.tokens.forget();
    }

    /// Whether Graph and the token service answer, in this order; asked without a token.
    pub async fn probe(&self) -> [(Root, Result<Reachable, Unreachable>); 2] {
        let Endpoints { graph, authority, .. } = &self.endpoints;
        let (from_graph, from_authority) = tokio::join!(
            probe(&self.http, graph, "/v1.0/organization"),
            probe(&self.http, authority, "/common/v2.0/.well-known/openid-configuration")
        );
        [(graph.clone(), from_graph), (authority.clone(), from_authority)]
    }

    async fn send_once(&self, call: &Call, token: &Token) -> Result<(Answer, Option<String>), TransportError> {
        let mut bearer = HeaderValue::from_str(token.authorization().expose_secret())
            .map_err(|_| TokenError::from(UnusableCredential::NoHeader("the token")))?;
        bearer.set_sensitive(true);
        let mut request = self
            .http
            .request(call.method.clone(), self.endpoints.graph.join(&call.path))
            .header(AUTHORIZATION, bearer)
            // A count is a bare number and no JSON ("Use query parameters").
            .header(ACCEPT, HeaderValue::from_static("application/json, text/plain;q=0.9"))
            .header("client-request-id", Uuid::new_v4().to_string());
        if let Some((name, value)) = call.consistency.header() {
            request = request.header(name, HeaderValue::from_static(value));
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body.clone());
        }
        let carried = CarriedToken(Some(token.clone()));
        let response = request.send().await.map_err(|error| self.classify(&error, &carried))?;
        let status = response.status().as_u16();
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok()).and_then(retry_after::http_date);
        if let Some(there) = date {
            self.ahead.store((there - OffsetDateTime::now_utc()).whole_seconds(), Ordering::Relaxed);
            self.last_date.store(there.unix_timestamp(), Ordering::Relaxed);
        }
        let advice = advice_in(response.headers(), date.unwrap_or_else(OffsetDateTime::now_utc));
        let claims = claims_in(response.headers());
        let max = if call.writes { body::MAX_OF_WRITES } else { body::MAX_OF_READS };
        let body = body::whole(response, max, &self.endpoints.graph).await.map_err(|mut unreachable| {
            unreachable.own_words.guard(&carried.alone());
            TransportError::Lost(unreachable)
        })?;
        // Of an error only its words are kept, and they are looked through. What an answer to a question says may be kept as
        // a name, an address or a date, wherever it stands in it.
        if response_is_good(status) && token.sought().is_repeated_in(&body) {
            let cause = Some(UnreachableCause::RepeatsToken);
            let service = self.endpoints.graph.to_string();
            return Err(TransportError::Lost(Unreachable { service, cause, own_words: OutsideText::default() }));
        }
        Ok((Answer { status, advice, date, token: token.mark(), carried, body }, claims))
    }

    fn classify(&self, error: &reqwest::Error, carried: &CarriedToken) -> TransportError {
        let mut unreachable = Unreachable::new(&self.endpoints.graph, error);
        unreachable.own_words.guard(&carried.alone());
        if error.is_connect() || error.is_builder() {
            TransportError::NotSent(unreachable)
        } else {
            TransportError::Lost(unreachable)
        }
    }
}

impl Transport for HttpTransport {
    fn token_rejected(&self, token: TokenMark) -> bool {
        self.tokens.reject(token)
    }

    fn read_postponed(&self, read: &PostponedRead<'_>) {
        (self.on_postponed_read)(read);
    }

    fn last_date(&self) -> Option<OffsetDateTime> {
        // The mark before the first answer is no time at all.
        OffsetDateTime::from_unix_timestamp(self.last_date.load(Ordering::Relaxed)).ok()
    }

    fn path_of<'l>(&self, address: &'l str) -> Option<&'l str> {
        path_below(&self.endpoints.graph.to_string(), address)
    }

    async fn send(&self, call: Call) -> Result<Answer, TransportError> {
        let token = self.tokens.token().await?;
        let (answer, claims) = self.send_once(&call, &token).await?;
        if !answer.turns_the_token_down() {
            return Ok(answer);
        }
        let token = self.tokens.renewed(&token, claims).await?;
        let (answer, _) = self.send_once(&call, &token).await?;
        answer.judged_with_fresh_token(call.body.is_some())
    }
}

fn response_is_good(status: u16) -> bool {
    (200..300).contains(&status)
}

fn advice_in(headers: &HeaderMap, now: OffsetDateTime) -> Advice {
    let mut advice = Advice::default();
    for name in [RETRY_AFTER.as_str(), "x-ms-throttle-limit-percentage", "x-ms-throttle-scope", "request-id"] {
        if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
            advice.read(name, value, now);
        }
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
    (advice.content_type, advice.location) = (text(CONTENT_TYPE), text(LOCATION));
    advice
}

#[cfg(test)]
mod tests {
    use super::*;
    fn answered_401(kind: Option<&str>, body: &'static str) -> Answer {
        let advice = Advice { content_type: kind.map(str::to_owned), ..Advice::default() };
        Answer {
            status: 401,
            advice,
            date: None,
            token: TokenMark::default(),
            carried: CarriedToken::default(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn a_proxy_behind_a_token_that_was_turned_down_is_no_verdict_on_the_fresh_one() {
        let page = answered_401(Some("text/html"), "<html>blocked: {\"password\":\"Tr0ub4dor\"}</html>");
        let answer = page.judged_with_fresh_token(true).unwrap();
        assert!(answer.is_foreign(), "it is unknown whether the call reached Graph");
        assert!(!answer.into_error_without(SentSecrets::unknown()).to_string().contains("Tr0ub4dor"));
    }

    #[test]
    fn what_turns_a_fresh_token_down_is_not_quoted_where_secrets_were_sent() {
        let garbled = answered_401(None, "blocked: Tr0ub4dor");
        let refused = garbled.clone().judged_with_fresh_token(true).unwrap_err();
        assert!(matches!(&refused, TransportError::Unauthorized(_)), "{refused:?}");
        assert!(!refused.to_string().contains("Tr0ub4dor"), "{refused}");
        let own =
            answered_401(Some("application/json"), r#"{"error":{"code":"InvalidAuthenticationToken","message":"no"}}"#);
        assert!(own.judged_with_fresh_token(true).unwrap_err().to_string().contains("InvalidAuthenticationToken"));
    }

    #[test]
    fn only_an_address_below_the_own_root_is_followed() {
        let root = "https://graph.microsoft.com";
        let below = |address| path_below(root, address);
        assert_eq!(below("https://GRAPH.microsoft.com/v1.0/users?$skiptoken=x"), Some("/v1.0/users?$skiptoken=x"));
        for elsewhere in [
            "https://graph.microsoft.com.evil.example/v1.0/users",
            "https://graph.microsoft.com@evil.example/v1.0/users",
            "https://graph.microsoft.com:444/v1.0/users",
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com",
            "/v1.0/users",
            "",
        ] {
            assert_eq!(below(elsewhere), None, "{elsewhere}");
        }
    }
}
