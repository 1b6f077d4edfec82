//! Whoever is at the controls: they must not lock themselves out.

use std::collections::HashMap;

use serde::Deserialize;

use super::error::LookupError;
use super::note::Note;
use crate::graph::caller::Caller;
use crate::graph::paced::Paced;
use crate::graph::reading::{ReadError, encode_query};
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// The accounts that this run is steered with.
#[derive(Debug, Clone, Default)]
pub struct Operators {
    by_account: HashMap<ObjectId, Operator>,
}

/// Why an account counts as an operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The program asks in this person's name.
    SignedInUser,
    /// This person owns the app in whose name the program asks, and can give it new secrets.
    OwnerOfApp,
}

impl Operator {
    /// What the account is, as a fragment.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::SignedInUser => "the account that this program is signed in with",
            Self::OwnerOfApp => "an owner of the app that this program runs as",
        }
    }
}

#[derive(Deserialize)]
struct Owner {
    id: ObjectId,
}

impl Operators {
    /// Whether this account is an operator's, and why.
    #[must_use]
    pub fn of(&self, account: ObjectId) -> Option<Operator> {
        self.by_account.get(&account).copied()
    }

    /// Finds out who they are. What a token says about a person is only believed where Graph itself does not tell.
    pub(super) async fn read<T: Transport>(
        paced: &Paced<'_, T>,
        caller: &Caller,
        notes: &mut Vec<Note>,
    ) -> Result<Self, LookupError> {
        match caller {
            Caller::App { client_id } => Self::owners_of(paced, client_id, notes).await,
            Caller::SignedIn { .. } | Caller::Unknown => {
                let signed_in = match (paced.get::<Owner>("/v1.0/me?$select=id", 1).await, caller) {
                    (Ok(me), _) => Some(me.id),
                    (Err(ReadError::Refused(_)), Caller::SignedIn { object_id, .. }) => Some(*object_id),
                    (Err(ReadError::Refused(_)), _) => None,
                    (Err(error), _) => return Err(error.into()),
                };
                if signed_in.is_none() {
                    notes.push(Note::CallerNotKnown);
                }
                let by_account = signed_in.into_iter().map(|id| (id, Operator::SignedInUser)).collect();
                Ok(Self { by_account })
            }
        }
    }

    /// The owners of the app's service principal in this tenant and of its registration, which may be elsewhere.
    async fn owners_of<T: Transport>(
        paced: &Paced<'_, T>,
        client_id: &str,
        notes: &mut Vec<Note>,
    ) -> Result<Self, LookupError> {
        let key = encode_query(&client_id.replace('\'', "''"));
        let urls =
            ["servicePrincipals", "applications"].map(|kind| format!("/{kind}(appId='{key}')/owners?$select=id"));
        let mut by_account = HashMap::new();
        for (url, owners) in urls.iter().zip(paced.lists::<Owner>(&urls, 1).await?) {
            match owners {
                Ok(owners) => by_account.extend(owners.into_iter().map(|owner| (owner.id, Operator::OwnerOfApp))),
                Err(error) if error.status == 404 && url.starts_with("/applications") => {}
                Err(error) => {
                    let because = error.to_string();
                    if !notes.iter().any(|note| matches!(note, Note::OwnersNotRead { .. })) {
                        notes.push(Note::OwnersNotRead { because });
                    }
                }
            }
        }
        Ok(Self { by_account })
    }
}
