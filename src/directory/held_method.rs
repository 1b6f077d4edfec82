//! What a person proves by who they are: a passkey, a phone, an app.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::graph::as_said::as_said;

/// The kinds of methods that are known here, in the order in which they can be removed: a second number before the first, and
/// those that can be the default last ("Delete phoneAuthenticationMethod").
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MethodKind {
    /// A passkey or security key (FIDO2).
    Passkey,
    /// The platform credential of a Mac.
    PlatformCredential,
    /// Windows Hello for Business.
    WindowsHello,
    /// A method of another provider.
    External,
    /// A QR code with a PIN.
    QrCodePin,
    /// A token that shows codes.
    HardwareOath,
    /// A mail address that resets the password.
    Email,
    /// A pass that somebody made for the person.
    TemporaryAccessPass,
    /// The second mobile number.
    AlternateMobile,
    /// The number of the office.
    OfficePhone,
    /// An app that shows codes.
    SoftwareOath,
    /// Microsoft Authenticator.
    Authenticator,
    /// The first mobile number.
    MobilePhone,
    /// A kind that is not known here; its type says which.
    Unknown,
}

impl MethodKind {
    /// The segment of the path behind `/users/{id}/authentication/` by which v1.0 deletes it; nothing for a kind that v1.0 has no
    /// path for ("authenticationMethod resource type", and the page of each type).
    pub const fn segment(self) -> Option<&'static str> {
        Some(match self {
            Self::Passkey => "fido2Methods",
            Self::PlatformCredential => "platformCredentialMethods",
            Self::WindowsHello => "windowsHelloForBusinessMethods",
            Self::External => "externalAuthenticationMethods",
            Self::Email => "emailMethods",
            Self::TemporaryAccessPass => "temporaryAccessPassMethods",
            Self::AlternateMobile | Self::OfficePhone | Self::MobilePhone => "phoneMethods",
            Self::SoftwareOath => "softwareOathMethods",
            Self::Authenticator => "microsoftAuthenticatorMethods",
            Self::QrCodePin | Self::HardwareOath | Self::Unknown => return None,
        })
    }

    /// The least permission to delete it: one for each kind.
    pub const fn permission(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Passkey => &["UserAuthMethod-Passkey.ReadWrite.All"],
            Self::PlatformCredential => &["UserAuthMethod-PlatformCred.ReadWrite.All"],
            Self::WindowsHello => &["UserAuthMethod-WindowsHello.ReadWrite.All"],
            Self::External => &["UserAuthMethod-External.ReadWrite.All"],
            Self::Email => &["UserAuthMethod-Email.ReadWrite.All"],
            Self::TemporaryAccessPass => &["UserAuthMethod-TAP.ReadWrite.All"],
            Self::AlternateMobile | Self::OfficePhone | Self::MobilePhone => &["UserAuthMethod-Phone.ReadWrite.All"],
            Self::SoftwareOath => &["UserAuthMethod-SoftwareOATH.ReadWrite.All"],
            Self::Authenticator => &["UserAuthMethod-MicrosoftAuthApp.ReadWrite.All"],
            Self::QrCodePin | Self::HardwareOath | Self::Unknown => return None,
        })
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One method of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldMethod {
    /// What it is.
    pub kind: MethodKind,
    /// Its type as Graph names it, without the namespace.
    pub type_name: String,
    /// What it is deleted by; empty where it has no id.
    pub id: String,
    /// When it was registered. `None` where Graph does not say: its age is unknown, and it may be new.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub registered: Option<OffsetDateTime>,
    /// What the person calls it, its number or its address; empty where there is none.
    pub label: String,
}

/// As a list has it ("List methods", and the page of each type). What cannot be understood of one is not known of it: a method without
/// a known type or id is named and left, one without a moment is of unknown age.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MethodOnWire {
    #[serde(rename = "@odata.type", default, deserialize_with = "as_said")]
    type_name: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    id: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    created_date_time: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    phone_type: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    phone_number: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    email_address: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    display_name: Option<String>,
}

/// No method was registered before there was a cloud: the service writes such dates where it has none.
const FIRST_YEAR: i32 = 2000;

/// The fixed ids of phones ("phoneAuthenticationMethod resource type").
const PHONES: [(&str, &str, MethodKind); 3] = [
    ("mobile", "3179e48a-750b-4051-897c-87b9720928f7", MethodKind::MobilePhone),
    ("alternateMobile", "b6332ec1-7057-4abe-9331-3d72feddfe41", MethodKind::AlternateMobile),
    ("office", "e37fc753-ff3b-4958-9484-eaa9425c82bc", MethodKind::OfficePhone),
];

impl MethodOnWire {
    /// The method; `None` for the password, which every account has and which is no method to list.
    pub(super) fn into_method(self) -> Option<HeldMethod> {
        let type_name = self.type_name.unwrap_or_default();
        let type_name = type_name.rsplit('.').next().unwrap_or_default().to_owned();
        let id = self.id.unwrap_or_default();
        let kind = match type_name.strip_suffix("AuthenticationMethod").unwrap_or(&type_name) {
            "password" => return None,
            "fido2" => MethodKind::Passkey,
            "platformCredential" => MethodKind::PlatformCredential,
            "windowsHelloForBusiness" => MethodKind::WindowsHello,
            "external" => MethodKind::External,
            "qrCodePin" => MethodKind::QrCodePin,
            "hardwareOath" => MethodKind::HardwareOath,
            "email" => MethodKind::Email,
            "temporaryAccessPass" => MethodKind::TemporaryAccessPass,
            "softwareOath" => MethodKind::SoftwareOath,
            "microsoftAuthenticator" => MethodKind::Authenticator,
            "phone" => phone(self.phone_type.as_deref(), &id),
            _ => MethodKind::Unknown,
        };
        let moment = self.created_date_time.and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok());
        let registered = moment.filter(|moment| moment.year() >= FIRST_YEAR);
        let labels = [self.display_name, self.phone_number, self.email_address];
        let label = labels.into_iter().flatten().find(|label| !label.is_empty()).unwrap_or_default();
        Some(HeldMethod { kind, type_name, id, registered, label })
    }
}

/// Which phone it is, by what the list says or by its fixed id.
fn phone(phone_type: Option<&str>, id: &str) -> MethodKind {
    let known = PHONES.iter().find(|(name, fixed, _)| match phone_type {
        Some(said) => said.eq_ignore_ascii_case(name),
        None => id.eq_ignore_ascii_case(fixed),
    });
    known.map_or(MethodKind::Unknown, |(_, _, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use time::macros::datetime;

    fn read(value: serde_json::Value) -> Option<HeldMethod> {
        serde_json::from_value::<MethodOnWire>(value).unwrap().into_method()
    }

    #[test]
    fn each_kind_is_known_by_its_type_and_phones_by_which_they_are() {
        let of = |name: &str| read(json!({ "@odata.type": format!("#microsoft.graph.{name}AuthenticationMethod") }));
        assert_eq!(of("password"), None);
        for (name, kind) in [
            ("fido2", MethodKind::Passkey),
            ("windowsHelloForBusiness", MethodKind::WindowsHello),
            ("microsoftAuthenticator", MethodKind::Authenticator),
            ("qrCodePin", MethodKind::QrCodePin),
            ("resourceKey", MethodKind::Unknown),
        ] {
            assert_eq!(of(name).unwrap().kind, kind, "{name}");
        }
        assert_eq!(of("resourceKey").unwrap().type_name, "resourceKeyAuthenticationMethod");
        let phone = |phone_type, id| {
            read(
                json!({ "@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "id": id, "phoneType": phone_type }),
            )
        };
        for (name, id, kind) in PHONES {
            assert_eq!(phone(Some(name), "").unwrap().kind, kind);
            assert_eq!(phone(None, id).unwrap().kind, kind, "by its id");
        }
        assert_eq!(phone(Some("satellite"), PHONES[0].1).unwrap().kind, MethodKind::Unknown);
        assert_eq!(read(json!({})).unwrap().kind, MethodKind::Unknown, "never passed over");
        let odd =
            read(json!({ "@odata.type": 5, "id": {}, "createdDateTime": true, "displayName": [], "phoneNumber": 7 }))
                .unwrap();
        assert_eq!(
            (odd.kind, odd.id.as_str(), odd.registered, odd.label.as_str()),
            (MethodKind::Unknown, "", None, "")
        );
    }

    #[test]
    fn an_age_that_is_not_said_is_unknown() {
        let at = |moment| read(json!({ "createdDateTime": moment })).unwrap().registered;
        assert_eq!(at(Some("2026-10-01T03:12:44Z")), Some(datetime!(2026-10-01 03:12:44 UTC)));
        for none in [None, Some("0001-01-01T00:00:00Z"), Some("lately")] {
            assert_eq!(at(none), None, "{none:?}");
        }
    }

    proptest! {
        #[test]
        fn a_method_survives_the_file(type_name in "\\PC*", id in "\\PC*", label in "\\PC*", seconds in prop::option::of(0_i64..4_000_000_000)) {
            let registered = seconds.map(|at| OffsetDateTime::from_unix_timestamp(at).unwrap());
            let method = HeldMethod { kind: MethodKind::Unknown, type_name, id, registered, label };
            let text = serde_json::to_string(&method).unwrap();
            prop_assert_eq!(serde_json::from_str::<HeldMethod>(&text).unwrap(), method);
        }
    }
}
