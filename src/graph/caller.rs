//! In whose name the program asks.

use std::fmt;

use super::claims::Claims;
use crate::ids::ObjectId;

/// In whose name Graph takes the calls.
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
    /// It cannot be known from what is at hand.
    Unknown,
}

impl Caller {
    /// Whose token it is that makes these claims. What stands there is a hint and never the only word: Graph is asked who
    /// the caller is wherever it can be.
    pub fn of_claims(claims: Option<&Claims>) -> Self {
        match claims {
            Some(Claims { is_app: true, app_id: Some(client_id), .. }) => Self::App { client_id: client_id.clone() },
            Some(Claims { is_app: false, object_id: Some(object_id), user_principal_name, .. }) => Self::SignedIn {
                object_id: *object_id,
                user_principal_name: user_principal_name.clone().unwrap_or_default(),
            },
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
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn caller(token: &str) -> Caller {
        Caller::of_claims(Claims::of_token(token).as_ref())
    }

    fn token(claims: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn apps_and_people_are_kept_apart() {
        let app = Caller::App { client_id: "c1".to_owned() };
        let id = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";
        assert_eq!(caller(&token(&format!(r#"{{"idtyp":"app","appid":"c1","oid":"{id}"}}"#))), app);
        assert_eq!(caller(&token(&format!(r#"{{"roles":["x"],"azp":"c1","oid":"{id}"}}"#))), app);
        let person = Caller::SignedIn { object_id: id.parse().unwrap(), user_principal_name: "ada@x".to_owned() };
        let delegated = format!(r#"{{"scp":"User.Read.All","appid":"c1","oid":"{id}","upn":"ada@x","roles":["x"]}}"#);
        assert_eq!(caller(&token(&delegated)), person);
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
            assert_eq!(caller(&token), Caller::Unknown, "{token}");
        }
    }
}
