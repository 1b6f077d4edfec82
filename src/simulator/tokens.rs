//! Issued tokens and their holders.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::apps::AppNumber;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenHolder {
    /// An app itself.
    App(AppNumber),
    /// The app on behalf of this user.
    User(Uuid),
}

impl TokenHolder {
    pub(crate) fn is_app(self) -> bool {
        matches!(self, Self::App(_))
    }

    /// The app whose quota it spends: people sign in through the first one.
    pub(crate) fn app(self) -> AppNumber {
        if let Self::App(app) = self { app } else { AppNumber::FIRST }
    }
}

/// The tokens that were given out, and when they end.
///
/// They are looked up and never parsed: what a client sends must be, byte for byte, what it was given.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, (Instant, TokenHolder)>>);

/// What a bearer token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    Good(TokenHolder),
    Expired,
    Unknown,
}

impl Tokens {
    pub(crate) fn keep(&self, token: String, lifetime: Duration, caller: TokenHolder) {
        let end = Instant::now() + lifetime;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, (end, caller));
    }

    pub(crate) fn worth(&self, token: &str) -> Worth {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token) {
            Some((end, caller)) if Instant::now() < *end => Worth::Good(*caller),
            Some(_) => Worth::Expired,
            None => Worth::Unknown,
        }
    }

    /// Ends every token that was given out.
    pub(crate) fn expire_all(&self) {
        self.expire(|_| true);
    }

    /// Ends the tokens of these callers.
    pub(crate) fn expire(&self, whose: impl Fn(TokenHolder) -> bool) {
        let now = Instant::now();
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.values_mut().filter(|(_, caller)| whose(*caller)).for_each(|(end, _)| *end = now);
    }
}
