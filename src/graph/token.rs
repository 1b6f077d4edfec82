//! Access tokens: fetched once, shared by all calls, renewed before they end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::access::Access;
use super::caller::Caller;
use super::claims::Claims;
use super::credential::getter::{Getter, Live};
use super::credential::{CertificateFacts, CredentialKind};
use super::endpoint::Endpoints;
use super::sought_token::SoughtToken;

pub use super::credential::{Credential, TokenError};

/// A token this close to its end is renewed, so that none ends on the way; one that lives shorter than twice as long
/// after half of its life.
const RENEW_BEFORE_END: Duration = Duration::from_secs(5 * 60);
/// How often a token is asked for while calls wait for it.
const MAX_ATTEMPTS: u32 = 3;
/// No token lives longer, also where the service says so: a number that no calendar holds must not end the program.
const MAX_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);
/// Calls wait no longer than this for the next attempt; the caller decides then.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A token, and which one it is: a caller that was turned down says with which.
#[derive(Clone)]
pub struct Token {
    sought: Arc<SoughtToken>,
    generation: u64,
}

/// Which token it was, and nothing of the token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenMark(u64);

#[cfg(test)]
impl TokenMark {
    /// The one after this.
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Token {
    /// Which one it is.
    pub fn mark(&self) -> TokenMark {
        TokenMark(self.generation)
    }

    /// The token, ready to be looked for in what comes back.
    pub(super) fn sought(&self) -> &SoughtToken {
        &self.sought
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> SecretString {
        SecretString::from(format!("Bearer {}", self.sought.text()))
    }
}

/// Where calls get their token from. However many calls wait, one renewal is under way at a time; and as long as the
/// current token is good, none waits.
pub struct TokenSource {
    kind: CredentialKind,
    client_id: Option<String>,
    tenant: Option<String>,
    certificate: Option<CertificateFacts>,
    shared: Arc<Shared>,
}

struct Shared {
    getter: Box<dyn Getter>,
    can_renew: bool,
    state: Mutex<State>,
    /// Its holder fetches.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    current: Option<Kept>,
    generation: u64,
    /// This one and all before it were turned down.
    rejected: u64,
    /// What Graph wanted proved last; every token from then on is asked to.
    claims: Option<String>,
    /// Failures so far, and the last of them: those who waited for it share it.
    failures: u64,
    last_failure: Option<TokenError>,
    /// Failures since the last success, and until when the token service is left alone in the background.
    in_a_row: u32,
    not_before: Option<Instant>,
}

struct Kept {
    token: Token,
    claims: Option<String>,
    renew_at: Instant,
    ends: Instant,
    until: OffsetDateTime,
}

impl State {
    /// The current token, unless it was turned down, has ended, or lacks what Graph wants proved.
    fn good(&self, now: Instant) -> Option<&Kept> {
        let current = self.current.as_ref()?;
        let good = current.token.generation > self.rejected && now < current.ends && current.claims == self.claims;
        good.then_some(current)
    }

    /// Whether it is time to renew this token, and the token service may be asked.
    fn is_due(&self, kept: &Kept, now: Instant) -> bool {
        now >= kept.renew_at && self.not_before.is_none_or(|moment| now >= moment)
    }
}

impl TokenSource {
    /// A source over the program's own HTTP stack, so that proxy, private certificate authority and time limits hold
    /// for the token service too. Nothing is sent before the first token is asked for.
    pub fn new(credential: Credential, endpoints: Endpoints, http: reqwest::Client) -> Self {
        let (kind, client_id, tenant) =
            (credential.kind(), credential.client_id().map(str::to_owned), credential.tenant().map(str::to_owned));
        let certificate = credential.certificate();
        let live = Live { credential, endpoints, http, refresh_token: Mutex::default() };
        Self { kind, client_id, tenant, certificate, shared: Shared::over(Box::new(live), kind.method().is_renewable) }
    }

    /// The token to use now. One that is about to end is renewed meanwhile; one that has ended, first.
    ///
    /// # Errors
    ///
    /// The token service refuses or cannot be reached.
    pub async fn token(&self) -> Result<Token, TokenError> {
        self.shared.token().await
    }

    /// In whose name calls are sent. A configured app is certain; a ready token is looked into,
    /// and nothing of it is shown.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`].
    pub async fn caller(&self) -> Result<Caller, TokenError> {
        match &self.client_id {
            Some(client_id) if self.kind.method().acts_as_app => Ok(Caller::App { client_id: client_id.clone() }),
            _ => Ok(Caller::of_claims(self.claims().await?.as_ref())),
        }
    }

    /// What the current token says about itself; `None` where it cannot be read.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`].
    pub async fn claims(&self) -> Result<Option<Claims>, TokenError> {
        Ok(Claims::of_token(self.token().await?.sought.text()))
    }

    /// The sign-in as it stands now.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`].
    pub async fn access(&self) -> Result<Access, TokenError> {
        let claims = self.claims().await?;
        let kept = self.shared.state().current.as_ref().map(|kept| kept.until);
        // Only a ready token itself says when it ends.
        let until = if self.kind.method().is_renewable { kept } else { claims.as_ref().and_then(|it| it.expires) };
        Ok(Access { kind: self.kind, caller: self.caller().await?, tenant: self.tenant.clone(), until, claims })
    }

    /// The tenant as it was configured: an id or a domain.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The public facts of the certificate, where one is used.
    pub fn certificate(&self) -> Option<CertificateFacts> {
        self.certificate
    }

    /// The next call fetches a token anew, so that what it permits is what was granted by then. A ready token stays: there is
    /// no other.
    pub fn forget(&self) {
        if self.kind.method().is_renewable {
            let mut state = self.shared.state();
            state.rejected = state.generation;
        }
    }

    /// This token is not to be used any more. Returns `true` if this token had not been rejected before. A newer one stays good, however late
    /// the calls are that were sent with this one.
    pub fn reject(&self, token: TokenMark) -> bool {
        self.shared.reject(token)
    }

    /// A newer token than `rejected`, which Graph answered with 401, and one that proves `claims` where Graph asked for
    /// that. Calls that were turned down together share one renewal.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`]; a ready token cannot be renewed.
    pub async fn renewed(&self, rejected: &Token, claims: Option<String>) -> Result<Token, TokenError> {
        self.shared.renewed(rejected, claims).await
    }
}

impl Shared {
    fn over(getter: Box<dyn Getter>, can_renew: bool) -> Arc<Self> {
        Arc::new(Self { getter, can_renew, state: Mutex::default(), turn: tokio::sync::Mutex::default() })
    }

    /// Never held across a wait.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn token(self: &Arc<Self>) -> Result<Token, TokenError> {
        {
            let (state, now) = (self.state(), Instant::now());
            if let Some(kept) = state.good(now) {
                if state.is_due(kept, now) {
                    self.renew_meanwhile();
                }
                return Ok(kept.token.clone());
            }
        }
        self.fetch().await
    }

    async fn renewed(self: &Arc<Self>, rejected: &Token, claims: Option<String>) -> Result<Token, TokenError> {
        if !self.can_renew {
            return Err(TokenError::ReadyTokenRejected);
        }
        {
            let mut state = self.state();
            state.rejected = state.rejected.max(rejected.generation);
            if claims.is_some() {
                state.claims = claims;
            }
        }
        self.token().await
    }

    fn reject(&self, token: TokenMark) -> bool {
        let mut state = self.state();
        let is_news = token.0 > state.rejected;
        state.rejected = state.rejected.max(token.0);
        is_news
    }

    /// Renews a token that is still good. No call waits for it, and none fails by it.
    fn renew_meanwhile(self: &Arc<Self>) {
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(_turn) = shared.turn.try_lock() else { return };
            // Another call may have done it, or failed, since this was found out.
            let due = {
                let (state, now) = (shared.state(), Instant::now());
                state.good(now).is_some_and(|kept| state.is_due(kept, now))
            };
            if due {
                // A failure is remembered, and the next attempt comes after a while.
                let _ = shared.fetch_once().await;
            }
        });
    }

    /// Fetches a token that calls wait for.
    async fn fetch(&self) -> Result<Token, TokenError> {
        let failures = self.state().failures;
        let _turn = self.turn.lock().await;
        {
            let state = self.state();
            if let Some(kept) = state.good(Instant::now()) {
                return Ok(kept.token.clone());
            }
            if let (true, Some(error)) = (state.failures > failures, &state.last_failure) {
                return Err(error.clone());
            }
        }
        let mut attempt = 0;
        loop {
            let error = match self.fetch_once().await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            let wait = error.wait(attempt);
            attempt += 1;
            let may_pass = error.is_passing() || error.gives_no_reason();
            if !may_pass || attempt == MAX_ATTEMPTS || wait > MAX_WAIT {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn fetch_once(&self) -> Result<Token, TokenError> {
        let claims = self.state().claims.clone();
        let (asked, asked_at) = (Instant::now(), OffsetDateTime::now_utc());
        let answer = self.getter.get(claims.as_deref()).await;
        let mut state = self.state();
        match answer {
            Ok(granted) => {
                state.generation += 1;
                state.in_a_row = 0;
                state.not_before = None;
                let token = Token { sought: Arc::new(SoughtToken::new(granted.token)), generation: state.generation };
                let lifetime = granted.lifetime.min(MAX_LIFE);
                state.current = Some(Kept {
                    token: token.clone(),
                    claims,
                    renew_at: asked + lifetime.saturating_sub(RENEW_BEFORE_END.min(lifetime / 2)),
                    ends: asked + lifetime,
                    until: asked_at + lifetime,
                });
                Ok(token)
            }
            Err(error) => {
                state.not_before = Some(Instant::now() + error.wait(state.in_a_row));
                state.failures += 1;
                state.in_a_row += 1;
                state.last_failure = Some(error.clone());
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests;
