//! What the token service remembers between requests, beside the tokens themselves.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use uuid::Uuid;

use super::device_codes::DeviceCodes;

/// See the module.
#[derive(Default)]
pub(crate) struct IssuedIdentities(Mutex<IdentityState>);

#[derive(Default)]
pub(crate) struct IdentityState {
    pub(crate) device_codes: DeviceCodes,
    /// Refresh tokens, and whose they are.
    pub(crate) refresh_tokens: HashMap<String, Uuid>,
    /// Whose refresh tokens are worth nothing any more.
    pub(crate) signed_out: HashSet<Uuid>,
    /// Tokens that the simulated other issuer gave out, and when they end.
    pub(crate) federated: HashMap<String, Instant>,
    /// What Graph wants proved since the tokens were revoked, as a JSON object.
    pub(crate) required_claims: Option<String>,
    /// The tokens that prove it.
    pub(crate) proving: HashSet<String>,
}

impl IssuedIdentities {
    /// Never held across a wait, and never together with the world.
    pub(crate) fn state(&self) -> MutexGuard<'_, IdentityState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The challenge that this token has to be met with, if any.
    pub(crate) fn challenge(&self, token: &str) -> Option<String> {
        let state = self.state();
        state.required_claims.clone().filter(|_| !state.proving.contains(token))
    }
}
