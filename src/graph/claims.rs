//! What an access token says about itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::ids::{ObjectId, RoleTemplate, TenantId};

/// The claims of an access token, as far as they can be read.
///
/// Microsoft advises clients not to look into tokens that are meant for others: their form may change, and they may be
/// encrypted ("Access tokens in the Microsoft identity platform"). So this serves early warnings, and a token that cannot
/// be read is no obstacle. Nothing in it is secret; the token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The tenant that the token is for.
    pub tenant: Option<TenantId>,
    /// The app registration.
    pub app_id: Option<String>,
    /// The app's name, where the token has it.
    pub app_name: Option<String>,
    /// The app's service principal, or the person who signed in.
    pub object_id: Option<ObjectId>,
    /// The sign-in name of the person, where one signed in.
    pub user_principal_name: Option<String>,
    /// Whether an app asks in its own name; otherwise it asks for a person.
    pub is_app: bool,
    /// The permissions, as Microsoft spells them: application permissions of an app, delegated ones for a person.
    pub permissions: Vec<String>,
    /// Directory roles, by template. Not every token lists them, and none lists all.
    pub roles: Vec<RoleTemplate>,
    /// Until when the token is good.
    pub expires: Option<OffsetDateTime>,
}

impl Claims {
    /// Reads the claims of a token; `None` where they cannot be read, or do not say what is permitted.
    pub fn of_token(token: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct OnWire {
            idtyp: Option<String>,
            scp: Option<String>,
            roles: Option<Vec<String>>,
            tid: Option<TenantId>,
            appid: Option<String>,
            azp: Option<String>,
            app_displayname: Option<String>,
            oid: Option<ObjectId>,
            upn: Option<String>,
            #[serde(default)]
            wids: Vec<Uuid>,
            exp: Option<i64>,
        }
        let mut parts = token.split('.');
        let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return None;
        };
        let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: OnWire = serde_json::from_slice(&bytes).ok()?;
        let (is_app, permissions) = match (claims.scp, claims.roles, claims.idtyp.as_deref()) {
            (Some(scp), _, _) => (false, scp.split_whitespace().map(str::to_owned).collect()),
            (None, Some(roles), _) => (true, roles),
            // An app that was granted nothing has no such claim at all.
            (None, None, Some("app")) => (true, Vec::new()),
            (None, None, _) => return None,
        };
        Some(Self {
            tenant: claims.tid,
            app_id: claims.appid.or(claims.azp),
            app_name: claims.app_displayname,
            object_id: claims.oid,
            user_principal_name: claims.upn,
            is_app,
            permissions,
            roles: claims.wids.into_iter().map(RoleTemplate::new).collect(),
            expires: claims.exp.and_then(|exp| OffsetDateTime::from_unix_timestamp(exp).ok()),
        })
    }

    /// Whether the token carries this permission; names are compared without regard to case.
    pub fn permits(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held.eq_ignore_ascii_case(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(claims: &str) -> Option<Claims> {
        Claims::of_token(&format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[test]
    fn apps_have_roles_and_people_have_scopes() {
        let app = read(r#"{"roles":["User.Read.All"],"appid":"a","exp":1900000000}"#).unwrap();
        assert!(app.is_app && app.permits("user.read.all") && !app.permits("User.Read"));
        assert_eq!(app.expires.unwrap().unix_timestamp(), 1_900_000_000);
        let person = read(r#"{"scp":"User.Read.All Domain.Read.All","upn":"ada@x","roles":["x"]}"#).unwrap();
        assert!(!person.is_app && person.permits("Domain.Read.All") && !person.permits("x"));
        let nothing = read(r#"{"idtyp":"app"}"#).unwrap();
        assert!(nothing.is_app && nothing.permissions.is_empty());
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        assert_eq!(read("{}"), None);
        assert_eq!(read("[]"), None);
        for token in ["opaque", "a.b", "a.%.c", "a.b.c.d.e", "", ".."] {
            assert_eq!(Claims::of_token(token), None, "{token}");
        }
    }
}
