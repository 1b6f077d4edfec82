//! In whose name the program asks.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::ids::ObjectId;

/// Whoever Graph takes the program for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// An app in its own name.
    App {
        /// The app registration.
        client_id: String,
    },
    /// A person who signed in.
    SignedIn {
        /// That person's account.
        object_id: ObjectId,
        /// Their sign-in name, as the token has it; empty where it has none.
        user_principal_name: String,
    },
    /// It cannot be told from what is at hand.
    Unknown,
}

impl Caller {
    /// Reads the claims of an access token, as far as they can be read.
    ///
    /// Microsoft advises clients not to look into tokens that are meant for others: their form may change, and they may
    /// be encrypted ("Access tokens in the Microsoft identity platform"). What stands there is a hint and never the only
    /// word: Graph is asked who the caller is wherever it can be.
    #[must_use]
    pub fn of_token(token: &str) -> Self {
        #[derive(Deserialize)]
        struct Claims {
            idtyp: Option<String>,
            scp: Option<String>,
            roles: Option<serde_json::Value>,
            appid: Option<String>,
            azp: Option<String>,
            oid: Option<ObjectId>,
            upn: Option<String>,
        }
        let mut parts = token.split('.');
        let (Some(_), Some(payload), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
            return Self::Unknown;
        };
        let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('='));
        let Some(claims) = bytes.ok().and_then(|bytes| serde_json::from_slice::<Claims>(&bytes).ok()) else {
            return Self::Unknown;
        };
        let is_app = claims.idtyp.as_deref() == Some("app") || claims.scp.is_none() && claims.roles.is_some();
        match (claims.appid.or(claims.azp), claims.oid) {
            (Some(client_id), _) if is_app => Self::App { client_id },
            (_, Some(object_id)) if claims.scp.is_some() => {
                Self::SignedIn { object_id, user_principal_name: claims.upn.unwrap_or_default() }
            }
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App { client_id } => write!(f, "app {client_id}"),
            Self::SignedIn { object_id, user_principal_name } if user_principal_name.is_empty() => {
                write!(f, "the signed-in user {object_id}")
            }
            Self::SignedIn { object_id, user_principal_name } => write!(f, "{user_principal_name} ({object_id})"),
            Self::Unknown => f.write_str("a token that does not say whose it is"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn apps_and_people_are_told_apart() {
        let app = Caller::App { client_id: "c1".to_owned() };
        let id = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";
        assert_eq!(Caller::of_token(&token(&format!(r#"{{"idtyp":"app","appid":"c1","oid":"{id}"}}"#))), app);
        assert_eq!(Caller::of_token(&token(&format!(r#"{{"roles":["x"],"azp":"c1","oid":"{id}"}}"#))), app);
        let person = Caller::SignedIn { object_id: id.parse().unwrap(), user_principal_name: "ada@x".to_owned() };
        let delegated = format!(r#"{{"scp":"User.Read.All","appid":"c1","oid":"{id}","upn":"ada@x","roles":["x"]}}"#);
        assert_eq!(Caller::of_token(&token(&delegated)), person);
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let odd = [
            token("{}"),
            token("[]"),
            token(r#"{"scp":"x","oid":"no"}"#),
            "opaque".to_owned(),
            "a.b".to_owned(),
            "a.%.c".to_owned(),
        ];
        for token in odd {
            assert_eq!(Caller::of_token(&token), Caller::Unknown, "{token}");
        }
    }
}
