//! The requests that steps travel in: how many there are, and what each of them says.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use strum::VariantArray as _;
use time::OffsetDateTime;

use super::pass_terms::{PassRequestBody, PassTerms};
use super::set::Steps;
use super::target::WriteTarget;
use super::word::Step;
use crate::graph::batch::Write;
use crate::ids::ObjectId;

/// One kind of request to Graph, in the order in which an account gets them. The next one leaves when every step of the
/// one before is settled, so an account has one write under way at most.
///
/// Each costs one write of the quota ("Microsoft Graph service-specific throttling limits").
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, enum_map::Enum, strum::EnumCount, strum::VariantArray,
)]
pub enum WriteKind {
    /// `PATCH /users/{id}`: sign-in and password travel together ("Update user").
    Update,
    /// `DELETE /users/{id}/authentication/{kind}/{method}`, one for each method ("Delete fido2AuthenticationMethod" and the
    /// pages of the other kinds).
    Method,
    /// `PATCH /devices/{object id}`, one for each device ("Update device").
    Device,
    /// `DELETE /oauth2PermissionGrants/{id}`, one for each consent ("Delete oAuth2PermissionGrant").
    Consent,
    /// `POST /users/{id}/revokeSignInSessions` ("user: revokeSignInSessions"). It comes when all that could let anyone in is done.
    Revoke,
    /// `POST /users/{id}/authentication/temporaryAccessPassMethods` ("Create temporaryAccessPassMethod"). It is the one answer that
    /// holds a secret.
    Pass,
}

/// What a step puts into its write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritePart {
    /// The property `accountEnabled`.
    AccountEnabled(bool),
    /// The property `passwordProfile`, with a generated password.
    PasswordProfile,
    /// A deletion has no body.
    DeleteMethod,
    /// The property `accountEnabled` of a device.
    DeviceEnabled(bool),
    /// A deletion has no body.
    DeleteConsent,
    /// The action takes no parameters.
    RevokeSessions,
    /// From when on the pass is good, and for how long.
    NewPass,
}

impl WritePart {
    /// The write that it belongs to.
    pub const fn kind(self) -> WriteKind {
        match self {
            Self::AccountEnabled(_) | Self::PasswordProfile => WriteKind::Update,
            Self::DeleteMethod => WriteKind::Method,
            Self::DeviceEnabled(_) => WriteKind::Device,
            Self::DeleteConsent => WriteKind::Consent,
            Self::RevokeSessions => WriteKind::Revoke,
            Self::NewPass => WriteKind::Pass,
        }
    }
}

impl WriteKind {
    /// What an account gets first. The password travels in it, and in no other.
    pub const FIRST: Self = Self::Update;

    /// What closes an account: nothing comes after it but a pass.
    pub const LAST: Self = Self::Revoke;

    const fn method(self) -> &'static str {
        match self {
            Self::Update | Self::Device => "PATCH",
            Self::Method | Self::Consent => "DELETE",
            Self::Revoke | Self::Pass => "POST",
        }
    }

    /// Accounts are named by object id only: a user principal name could have come to mean another person since the plan
    /// was made.
    ///
    /// Nothing where the target is missing, or cannot be deleted.
    fn url(self, account: ObjectId, target: Option<&WriteTarget>) -> Option<String> {
        Some(match (self, target) {
            (Self::Update, None) => format!("/users/{account}"),
            (Self::Method, Some(WriteTarget::Method { kind, id })) => {
                let segment = kind.segment().filter(|_| !matches!(id.as_str(), "" | "." | ".."))?;
                format!("/users/{account}/authentication/{segment}/{}", url_segment(id))
            }
            (Self::Device, Some(WriteTarget::Device { id } | WriteTarget::DeviceBack { id })) => {
                format!("/devices/{id}")
            }
            (Self::Consent, Some(WriteTarget::Consent { id })) if !matches!(id.as_str(), "" | "." | "..") => {
                format!("/oauth2PermissionGrants/{}", url_segment(id))
            }
            (Self::Revoke, None) => format!("/users/{account}/revokeSignInSessions"),
            (Self::Pass, None) => format!("/users/{account}/authentication/temporaryAccessPassMethods"),
            _ => return None,
        })
    }

    /// A step whose targets it is about, one beside the account each; nothing where it is about the account alone.
    pub fn step_with_targets(self) -> Option<Step> {
        Step::with_targets().find(|step| step.facts().part.kind() == self)
    }

    /// Is it about a target beside the account?
    pub fn has_targets(self) -> bool {
        self.step_with_targets().is_some()
    }
}

/// An id as a segment of a path: those of passkeys are texts of another system.
fn url_segment(id: &str) -> String {
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment += &format!("%{byte:02X}");
        }
    }
    segment
}

impl Steps {
    /// Those of them that travel in this write.
    #[must_use]
    pub fn in_write(self, kind: WriteKind) -> Self {
        self.only(|step| step.facts().part.kind() == kind)
    }

    /// The first write that they need.
    pub fn first_write(self) -> Option<WriteKind> {
        self.iter().map(|step| step.facts().part.kind()).min()
    }

    /// How many writes they need: steps that travel together need one, and one that has targets is reckoned with one of them.
    pub fn writes(self) -> u64 {
        WriteKind::VARIANTS.iter().filter(|kind| !self.in_write(**kind).is_empty()).count() as u64
    }

    /// What sign-in is to become; `None` leaves it as it is.
    pub fn account_enabled(self) -> Option<bool> {
        self.iter().find_map(|step| match step.facts().part {
            WritePart::AccountEnabled(enabled) => Some(enabled),
            _ => None,
        })
    }
}

/// What writes say beside their steps.
#[derive(Clone, Copy, Default)]
pub struct WriteDetails<'a> {
    /// What the write is about, where the account has several of its kind.
    pub target: Option<&'a WriteTarget>,
    /// What a pass is like; and what time it is.
    pub pass: Option<(PassTerms, OffsetDateTime)>,
}

/// The write that does these steps, which travel together, to one account; nothing where a password, a target or the terms of a
/// pass are missing.
pub fn write_of<'a>(
    steps: Steps,
    account: ObjectId,
    details: WriteDetails<'_>,
    password: Option<NewPassword<'a>>,
) -> Option<Write<WriteBody<'a>>> {
    let sets_password = steps.iter().any(|step| step.facts().part == WritePart::PasswordProfile);
    if sets_password != password.is_some() {
        return None;
    }
    let kind = steps.first_write()?;
    let pass = match kind {
        WriteKind::Pass => Some(details.pass.map(|(terms, now)| terms.body(now))?),
        _ => None,
    };
    let body = (kind.method() != "DELETE").then_some(WriteBody { steps, password, pass });
    Some(Write { method: kind.method(), url: kind.url(account, details.target)?, body })
}

/// The body of a write: what each of its steps puts into it.
pub struct WriteBody<'a> {
    steps: Steps,
    password: Option<NewPassword<'a>>,
    pass: Option<PassRequestBody>,
}

/// A password on its way out.
pub struct NewPassword<'a> {
    /// The password itself, exposed for the length of one call.
    pub exposed: &'a str,
    /// Whether the person must choose another one at the next sign-in.
    pub change_at_next_sign_in: bool,
}

impl Serialize for WriteBody<'_> {
    /// `{}` for an action without parameters ("Combine multiple HTTP requests using JSON batching").
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(pass) = &self.pass {
            return pass.serialize(serializer);
        }
        let mut body = serializer.serialize_map(None)?;
        for step in self.steps.iter() {
            match step.facts().part {
                WritePart::AccountEnabled(enabled) | WritePart::DeviceEnabled(enabled) => {
                    body.serialize_entry("accountEnabled", &enabled)?;
                }
                WritePart::PasswordProfile => body.serialize_entry("passwordProfile", &self.password)?,
                WritePart::DeleteMethod | WritePart::DeleteConsent | WritePart::RevokeSessions | WritePart::NewPass => {
                }
            }
        }
        body.end()
    }
}

impl Serialize for NewPassword<'_> {
    /// Both force flags are always sent: Graph takes a missing one for `true`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut profile = serializer.serialize_map(Some(3))?;
        profile.serialize_entry("password", self.exposed)?;
        profile.serialize_entry("forceChangePasswordNextSignIn", &self.change_at_next_sign_in)?;
        profile.serialize_entry("forceChangePasswordNextSignInWithMfa", &false)?;
        profile.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::MethodKind;
    use crate::graph::batch::of_writes;

    fn about(target: &WriteTarget) -> WriteDetails<'_> {
        WriteDetails { target: Some(target), ..WriteDetails::default() }
    }

    #[test]
    fn writes_travel_in_the_documented_shape() {
        let account = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap();
        let password = NewPassword { exposed: "u7#Kd", change_at_next_sign_in: true };
        let write =
            |steps: &[Step], password| write_of(Steps::of(steps), account, WriteDetails::default(), password).unwrap();
        let call = of_writes(&[
            write(&[Step::Block, Step::Reset], Some(password)),
            write(&[Step::Unblock], None),
            write(&[Step::Revoke], None),
        ])
        .unwrap();
        assert_eq!(call.path, "/v1.0/$batch");
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(call.body.as_ref().unwrap()).unwrap(),
            serde_json::json!({"requests": [
                {"id": "1", "method": "PATCH", "url": "/users/0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11",
                 "headers": {"Content-Type": "application/json"},
                 "body": {"accountEnabled": false, "passwordProfile": {"password": "u7#Kd",
                    "forceChangePasswordNextSignIn": true, "forceChangePasswordNextSignInWithMfa": false}}},
                {"id": "2", "method": "PATCH", "url": "/users/0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11",
                 "headers": {"Content-Type": "application/json"}, "body": {"accountEnabled": true}},
                {"id": "3", "method": "POST",
                 "url": "/users/0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11/revokeSignInSessions",
                 "headers": {"Content-Type": "application/json"}, "body": {}}
            ]})
        );
    }

    #[test]
    fn no_reset_is_sent_without_its_password() {
        let account = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap();
        assert!(write_of(Steps::of(&[Step::Block, Step::Reset]), account, WriteDetails::default(), None).is_none());
        assert!(write_of(Steps::NONE, account, WriteDetails::default(), None).is_none());
    }

    #[test]
    fn a_method_is_deleted_by_the_path_of_its_kind_and_only_as_a_target() {
        let account = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap();
        let of = |kind, id: &str| {
            let target = WriteTarget::Method { kind, id: id.to_owned() };
            write_of(Steps::of(&[Step::Methods]), account, about(&target), None)
        };
        let call = of_writes(&[of(MethodKind::Passkey, "a/b+c=?../x").unwrap()]).unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(call.body.as_ref().unwrap()).unwrap(),
            serde_json::json!({"requests": [{"id": "1", "method": "DELETE",
                "url": "/users/0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11/authentication/fido2Methods/a%2Fb%2Bc%3D%3F..%2Fx"}]})
        );
        for id in [".", ".."] {
            assert!(of(MethodKind::Passkey, id).is_none(), "{id}: another path");
        }
        assert!(of(MethodKind::Unknown, "1").is_none() && of(MethodKind::Passkey, "").is_none());
        assert!(write_of(Steps::of(&[Step::Methods]), account, WriteDetails::default(), None).is_none());
    }

    #[test]
    fn a_device_is_disabled_by_its_object_id_and_nothing_of_the_person_is_touched() {
        let account = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap();
        let target = WriteTarget::Device { id: "7c1c1f0e-0000-4a55-8a30-6a3f0c7d9b12".parse().unwrap() };
        let write = write_of(Steps::of(&[Step::Devices]), account, about(&target), None).unwrap();
        let call = of_writes(&[write]).unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(call.body.as_ref().unwrap()).unwrap(),
            serde_json::json!({"requests": [{"id": "1", "method": "PATCH",
                "url": "/devices/7c1c1f0e-0000-4a55-8a30-6a3f0c7d9b12",
                "headers": {"Content-Type": "application/json"}, "body": {"accountEnabled": false}}]})
        );
        assert!(write_of(Steps::of(&[Step::Methods]), account, about(&target), None).is_none());
        assert!(write_of(Steps::of(&[Step::Devices]), account, WriteDetails::default(), None).is_none());
    }

    #[test]
    fn block_and_reset_cost_one_write() {
        assert_eq!(Steps::of(&[Step::Block, Step::Reset, Step::Revoke]).writes(), 2);
        assert_eq!(Steps::of(&[Step::Revoke]).writes(), 1);
        assert_eq!(Steps::NONE.writes(), 0);
    }

    #[test]
    fn a_pass_is_asked_for_with_its_terms_and_never_without() {
        let account = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap();
        let terms = PassTerms { beside_password: true, minutes: 60, once: false, from: None };
        let details = WriteDetails { pass: Some((terms, OffsetDateTime::UNIX_EPOCH)), ..WriteDetails::default() };
        let call = of_writes(&[write_of(Steps::of(&[Step::Pass]), account, details, None).unwrap()]).unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(call.body.as_ref().unwrap()).unwrap(),
            serde_json::json!({"requests": [{"id": "1", "method": "POST",
                "url": "/users/0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11/authentication/temporaryAccessPassMethods",
                "headers": {"Content-Type": "application/json"},
                "body": {"lifetimeInMinutes": 60, "isUsableOnce": false}}]})
        );
        assert!(write_of(Steps::of(&[Step::Pass]), account, WriteDetails::default(), None).is_none());
    }

    #[test]
    fn a_pass_alone_follows_the_last_write_and_the_password_travels_in_the_first() {
        assert_eq!(Step::all().next(), Some(Step::FIRST));
        assert_eq!(Step::all().rev().take(2).collect::<Vec<_>>(), [Step::Pass, Step::LAST]);
        assert_eq!(WriteKind::VARIANTS.first(), Some(&WriteKind::FIRST));
        assert!(WriteKind::VARIANTS.ends_with(&[WriteKind::LAST, WriteKind::Pass]));
        assert_eq!(Step::LAST.facts().part.kind(), WriteKind::LAST);
        assert_eq!(WritePart::PasswordProfile.kind(), WriteKind::FIRST);
    }
}
