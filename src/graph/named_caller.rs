//! In whose name Graph took the calls, as plans, journals and evidence keep it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::claims::Claims;
use crate::ids::ObjectId;
use crate::words::harmless;

/// An app or a person, by name and id. The names are those of the token: for people who read, and proof of nothing.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum NamedCaller {
    /// An app in its own name.
    App {
        /// The app registration.
        client_id: String,
        /// Its display name; empty where the token does not say.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
    },
    /// A person who signed in.
    Person {
        /// Their account.
        object_id: ObjectId,
        /// Their sign-in name; empty where the token does not say.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
    },
    /// The token did not say whose it is.
    Unknown {},
}

impl NamedCaller {
    /// The caller, with the name that the claims of its token have for it.
    pub fn new(caller: Caller, claims: Option<&Claims>) -> Self {
        match caller {
            Caller::App { client_id } => {
                let name = claims.and_then(|claims| claims.app_name.as_deref()).map(harmless).unwrap_or_default();
                Self::App { client_id, name: name.into_owned() }
            }
            Caller::SignedIn { object_id, user_principal_name } => {
                Self::Person { object_id, name: harmless(&user_principal_name).into_owned() }
            }
            Caller::Unknown => Self::Unknown {},
        }
    }

    /// Everything that they are known by: name and id.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::App { client_id, name } => vec![client_id.clone(), name.clone()],
            Self::Person { object_id, name } => vec![object_id.to_string(), name.clone()],
            Self::Unknown {} => Vec::new(),
        }
    }
}

impl fmt::Display for NamedCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App { client_id, name } if name.is_empty() => write!(f, "app {client_id}"),
            Self::App { client_id, name } => write!(f, "app {name} ({client_id})"),
            Self::Person { object_id, name } if name.is_empty() => write!(f, "the signed-in user {object_id}"),
            Self::Person { object_id, name } => write!(f, "{name} ({object_id})"),
            Self::Unknown {} => f.write_str("a token that does not say whose it is"),
        }
    }
}
