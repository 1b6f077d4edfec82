//! The risk of users in Microsoft Entra ID Protection: "riskyUser: confirmCompromised" and "riskyUser: dismiss".
//!
//! One call is about many people. All apps of a tenant together may ask once a second, and an answer of 429 does not say when to
//! come back ("Microsoft Graph service-specific throttling limits"). It takes one permission in every kind of sign-in, for a
//! person a role besides, and a licence.

use std::time::Duration;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::uuid;

use super::claims::Claims;
use super::echo::SentSecrets;
use super::error::GraphError;
use super::outside::OutsideText;
use super::transport::{Answer, Call, Transport, TransportError};
use super::write_outcome::{Undecided, WriteOutcome};
use crate::ids::{ObjectId, RoleTemplate};

/// The one permission for it ("Microsoft Graph permissions reference").
pub const PERMISSION: &str = "IdentityRiskyUser.ReadWrite.All";
/// How many people one call is about. No page names a maximum.
pub const PEOPLE_A_CALL: usize = 50;
/// How long all apps of a tenant wait between two requests.
pub const BETWEEN_CALLS: Duration = Duration::from_secs(1);

/// The directory roles by which a person may do it ("Microsoft Entra built-in roles"): Security Administrator, Global
/// Administrator.
const ROLES: [RoleTemplate; 2] = [
    RoleTemplate::new(uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d")),
    RoleTemplate::new(uuid!("62e90394-69f5-4237-9190-012177145e10")),
];

/// What is said of the risk of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskMark {
    /// They are confirmed as compromised: their risk is high.
    ConfirmCompromised,
    /// Their risk is dismissed: there is none any more.
    Dismiss,
}

impl RiskMark {
    /// The flag that asks for it.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::ConfirmCompromised => "--confirm-compromised",
            Self::Dismiss => "--dismiss-risk",
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::ConfirmCompromised => "confirmCompromised",
            Self::Dismiss => "dismiss",
        }
    }
}

/// Why Graph refuses it for everybody, by its own words, or else as far as the token shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskBar {
    /// The token does not carry the permission.
    Permission,
    /// The permission is there. The person has none of the roles for it by the token, which need not list them all; or the tenant
    /// has no licence.
    RoleOrLicence,
    /// The tenant has no licence, by Graph's own words: Microsoft Entra ID P2.
    Licence,
    /// Permission and role are there by the token, and Graph does not say what is missing: mostly the licence.
    NotSaid,
    /// The token cannot be read.
    NotKnown,
}

impl RiskBar {
    /// What stands in the way of who comes with these claims and was refused so; nothing where that is no matter of everybody.
    pub fn of(refusal: &GraphError, claims: Option<&Claims>) -> Option<Self> {
        if refusal.is_about_a_licence() {
            return Some(Self::Licence);
        }
        (refusal.status == 403).then(|| match claims {
            None => Self::NotKnown,
            Some(claims) if !claims.permits(PERMISSION) => Self::Permission,
            Some(claims) if claims.is_app || claims.roles.iter().any(|role| ROLES.contains(role)) => Self::NotSaid,
            Some(_) => Self::RoleOrLicence,
        })
    }
}

/// What became of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskAnswer {
    /// What it means for everybody whom the call was about.
    pub outcome: WriteOutcome,
    /// Graph's clock.
    pub date: Option<OffsetDateTime>,
    /// Graph's name for the request.
    pub request_id: Option<String>,
}

#[derive(Serialize)]
struct PeopleOnWire<'a> {
    #[serde(rename = "userIds")]
    user_ids: &'a [ObjectId],
}

/// Says this of the risk of these people. To say it once more changes nothing.
///
/// # Errors
///
/// The call never left, there is no token, or Graph takes none.
pub async fn mark(
    transport: &impl Transport,
    mark: RiskMark,
    people: &[ObjectId],
) -> Result<RiskAnswer, TransportError> {
    let path = format!("/v1.0/identityProtection/riskyUsers/{}", mark.action());
    // Ids alone can always be written as JSON.
    let body = serde_json::to_vec(&PeopleOnWire { user_ids: people }).unwrap_or_default();
    let call = Call { writes: true, ..Call::post(path, Bytes::from(body)) };
    match transport.send(call).await {
        Ok(answer) => Ok(answered(answer)),
        Err(TransportError::Lost(lost)) => {
            let why = Undecided::Lost(OutsideText::of_nothing_sent(&lost.to_string()));
            let outcome = WriteOutcome::Unknown { why, retry_after: None };
            Ok(RiskAnswer { outcome, date: None, request_id: None })
        }
        Err(error) => Err(error),
    }
}

fn answered(answer: Answer) -> RiskAnswer {
    let (date, request_id) = (answer.date, answer.advice.request_id.clone());
    let (retry_after, is_foreign) = (answer.advice.retry_after, answer.is_foreign());
    let status = answer.status;
    let error = || answer.into_error_without(SentSecrets::none());
    let outcome = if is_foreign {
        // Whether it reached Graph at all is not known.
        WriteOutcome::Unknown { why: Undecided::Lost(error().message), retry_after }
    } else {
        WriteOutcome::of_status(status, retry_after, error)
    };
    RiskAnswer { outcome, date, request_id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_way_is_read_from_graphs_words_and_from_the_token() {
        let refused = |status, message: &str| GraphError { status, message: message.into(), ..GraphError::default() };
        let denied = refused(403, "Access denied.");
        let of = |claims: Option<&Claims>| RiskBar::of(&denied, claims);
        let claims = |is_app, permissions: &[&str], roles: &[RoleTemplate]| Claims {
            tenant: None,
            app_id: None,
            app_name: None,
            object_id: None,
            user_principal_name: None,
            is_app,
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            roles: roles.to_vec(),
            expires: None,
        };
        assert_eq!(of(None), Some(RiskBar::NotKnown));
        assert_eq!(of(Some(&claims(true, &["User.Read.All"], &[]))), Some(RiskBar::Permission));
        assert_eq!(of(Some(&claims(true, &[PERMISSION], &[]))), Some(RiskBar::NotSaid));
        assert_eq!(of(Some(&claims(false, &[PERMISSION], &[]))), Some(RiskBar::RoleOrLicence));
        assert_eq!(of(Some(&claims(false, &[PERMISSION], &ROLES[..1]))), Some(RiskBar::NotSaid));
        assert_eq!(of(Some(&claims(false, &["User.Read.All"], &ROLES))), Some(RiskBar::Permission));
        for status in [400, 403] {
            let unlicensed = refused(status, "Your tenant is not Licensed for this feature.");
            assert_eq!(RiskBar::of(&unlicensed, Some(&claims(true, &[PERMISSION], &[]))), Some(RiskBar::Licence));
        }
        assert_eq!(RiskBar::of(&refused(400, "Invalid user id."), None), None, "it is a matter of one person");
    }
}
