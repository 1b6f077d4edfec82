//! The people who operate sealoff: they must not lock themselves out.

use std::collections::HashMap;

use serde::Deserialize;

use super::error::LookupError;
use super::note::Note;
use crate::graph::batch::Read;
use crate::graph::caller::Caller;
use crate::graph::paced::Paced;
use crate::graph::percent::encode_query;
use crate::graph::reading::ReadError;
use crate::graph::status::StatusClass;
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    id: ObjectId,
    #[serde(default)]
    user_principal_name: Option<String>,
}

impl Operators {
    /// Whether this account is an operator's, and why.
    pub fn of(&self, account: ObjectId) -> Option<Operator> {
        self.by_account.get(&account).copied()
    }

    /// Finds out who they are. What a token says about a person is only believed where Graph itself does not answer.
    pub(super) async fn read<T: Transport>(
        paced: &Paced<'_, T>,
        caller: &Caller,
        notes: &mut Vec<Note>,
    ) -> Result<Self, LookupError> {
        match caller {
            Caller::App { client_id } => Self::owners_of(paced, client_id, notes).await,
            Caller::SignedIn { .. } | Caller::Unknown => {
                let signed_in = match (paced.get::<Me>("/v1.0/me?$select=id,userPrincipalName", 1).await, caller) {
                    (Ok(me), _) => Some((me.id, me.user_principal_name)),
                    (Err(error), Caller::SignedIn { object_id, user_principal_name }) => {
                        error.into_graphs_answer()?;
                        Some((*object_id, Some(user_principal_name.clone())))
                    }
                    (Err(ReadError::Refused { .. }), _) => None,
                    (Err(error), _) => return Err(error.into()),
                };
                notes.push(match &signed_in {
                    Some((id, name)) => Note::SignedInAs {
                        id: *id,
                        who: name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string()),
                    },
                    None => Note::CallerNotKnown,
                });
                let by_account = signed_in.into_iter().map(|(id, _)| (id, Operator::SignedInUser)).collect();
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
        let lists = ["servicePrincipals", "applications"]
            .map(|kind| Read::fresh(format!("/{kind}(appId='{key}')/owners?$select=id")));
        let mut by_account = HashMap::new();
        for (list, owners) in lists.iter().zip(paced.lists::<Owner>(&lists, 1).await?) {
            match owners {
                Ok(owners) => by_account.extend(owners.into_iter().map(|owner| (owner.id, Operator::OwnerOfApp))),
                Err(error) if error.status == 404 && list.url.starts_with("/applications") => {}
                // They are protected: only a refusal says that they are not to be had.
                Err(error) if StatusClass::of(error.status) != StatusClass::Refused => {
                    return Err(ReadError::refused(&list.url, error).into());
                }
                Err(error) => {
                    if !notes.iter().any(|note| matches!(note, Note::OwnersNotRead { .. })) {
                        notes.push(Note::OwnersNotRead { because: error });
                    }
                }
            }
        }
        Ok(Self { by_account })
    }
}
