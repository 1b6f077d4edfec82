//! Credentials, made and sealed ahead of need, on every core, never on the network task.

use std::sync::Arc;
use std::thread;

use rayon::prelude::*;
use tokio::sync::mpsc;

use super::accounts::{Account, Accounts};
use super::schedule::Turn;
use crate::graph::batch::MOST_ITEMS;
use crate::ids::TenantId;
use crate::seal::{Binding, Password, PasswordError, Recipients, SealError, SealedCredential, seal};

/// A password and its sealed form.
pub struct Credential {
    /// The password itself.
    pub password: Password,
    /// What the recipients can open; nothing where nobody is to know the password.
    pub sealed: Option<SealedCredential>,
}

/// Why there is no credential.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// No password could be generated.
    #[error("no password could be generated for row {row}: {source}")]
    Password {
        /// The entry.
        row: u32,
        /// Why.
        source: PasswordError,
    },
    /// The password could not be sealed.
    #[error("the credential of row {row} could not be sealed: {source}")]
    Seal {
        /// The entry.
        row: u32,
        /// Why.
        source: SealError,
    },
    /// The thread that makes credentials could not be started.
    #[error("no thread could be started to make credentials: {0}")]
    Thread(#[from] std::io::Error),
}

/// Makes credentials for one run.
pub struct Mint {
    /// Who can open them; nobody when they are thrown away.
    pub recipients: Option<Recipients>,
    /// The tenant they are bound to.
    pub tenant: TenantId,
    /// Names of the tenant and its domains, no part of which may stand in a password.
    pub tenant_names: Vec<String>,
}

impl Mint {
    /// A new password for an account, sealed and bound to it.
    ///
    /// # Errors
    ///
    /// The operating system gives no randomness, or sealing fails.
    pub fn credential(&self, account: Account<'_>) -> Result<Credential, MintError> {
        let row = account.row.get();
        let mut names = vec![account.user_principal_name, account.display_name];
        names.extend(self.tenant_names.iter().map(String::as_str));
        let password = Password::generate(&names).map_err(|source| MintError::Password { row, source })?;
        let sealed = match &self.recipients {
            None => None,
            Some(recipients) => {
                let binding = Binding {
                    tenant: self.tenant,
                    object_id: account.object_id,
                    user_principal_name: account.user_principal_name.to_owned(),
                };
                Some(seal(recipients, &binding, &password).map_err(|source| MintError::Seal { row, source })?)
            }
        };
        Ok(Credential { password, sealed })
    }
}

/// How many credentials are made in one go, and how many such lots wait: few enough that little is made in vain when a run
/// stops, enough that the network never waits.
const LOT: usize = 4 * MOST_ITEMS;
const LOTS_AHEAD: usize = 4;

/// What comes out of [`ahead`]: accounts in the order of work, each with a credential if its plan resets.
pub type Lot = Result<Vec<(Turn, Option<Credential>)>, MintError>;

/// Hands out accounts in the order of work, with credentials made ahead on all cores. `turns` says for each account
/// whether it needs one. Dropping the receiver ends it.
///
/// # Errors
///
/// No thread could be started.
pub fn ahead(
    mint: Arc<Mint>,
    accounts: Arc<Accounts>,
    turns: Vec<(Turn, bool)>,
) -> Result<mpsc::Receiver<Lot>, MintError> {
    let (lots, receiver) = mpsc::channel(LOTS_AHEAD);
    thread::Builder::new().name("mint".to_owned()).spawn(move || {
        for lot in turns.chunks(LOT) {
            let made: Lot = lot
                .par_iter()
                .map(|&(turn, resets)| {
                    let credential = if resets { Some(mint.credential(accounts.get(turn))?) } else { None };
                    Ok((turn, credential))
                })
                .collect();
            let failed = made.is_err();
            if lots.blocking_send(made).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(receiver)
}
