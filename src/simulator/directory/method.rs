//! One way to prove who one is: "authenticationMethod resource type" and the types below it.

use serde::{Deserialize, Serialize};
use strum::VariantArray as _;
use time::OffsetDateTime;
use uuid::{Uuid, uuid};

use super::pass::SimulatedPass;

/// The kinds of authentication methods, by the types of v1.0 and one of beta that people hold all the same.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SimulatedMethodKind {
    /// The password. It is in every list, and cannot be deleted.
    Password,
    /// `mobile`, `alternateMobile` or `office`, by its id.
    Phone,
    /// Microsoft Authenticator.
    Authenticator,
    /// A secret in any app that counts codes.
    SoftwareOath,
    /// A token that shows codes. Its type is in beta alone, and v1.0 has no path to it.
    HardwareOath,
    /// A passkey, on a key or in an app.
    Passkey,
    /// Windows Hello for Business.
    WindowsHello,
    /// A Mac that holds a key.
    PlatformCredential,
    /// An address for the reset of one's own password.
    Email,
    /// A temporary access pass.
    Pass,
    /// Another company's second factor.
    External,
}

/// What Graph calls a kind: the type, and the segment of its path.
struct Names {
    odata_type: &'static str,
    segment: &'static str,
}

impl SimulatedMethodKind {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    const fn names(self) -> Names {
        let (odata_type, segment) = match self {
            Self::Password => ("passwordAuthenticationMethod", "passwordMethods"),
            Self::Phone => ("phoneAuthenticationMethod", "phoneMethods"),
            Self::Authenticator => ("microsoftAuthenticatorAuthenticationMethod", "microsoftAuthenticatorMethods"),
            Self::SoftwareOath => ("softwareOathAuthenticationMethod", "softwareOathMethods"),
            Self::HardwareOath => ("hardwareOathAuthenticationMethod", "hardwareOathMethods"),
            Self::Passkey => ("fido2AuthenticationMethod", "fido2Methods"),
            Self::WindowsHello => ("windowsHelloForBusinessAuthenticationMethod", "windowsHelloForBusinessMethods"),
            Self::PlatformCredential => ("platformCredentialAuthenticationMethod", "platformCredentialMethods"),
            Self::Email => ("emailAuthenticationMethod", "emailMethods"),
            Self::Pass => ("temporaryAccessPassAuthenticationMethod", "temporaryAccessPassMethods"),
            Self::External => ("externalAuthenticationMethod", "externalAuthenticationMethods"),
        };
        Names { odata_type, segment }
    }

    /// The type in `@odata.type`, without the namespace.
    pub fn odata_type(self) -> &'static str {
        self.names().odata_type
    }

    /// The segment of the path behind `/users/{id}/authentication/`.
    pub fn segment(self) -> &'static str {
        self.names().segment
    }

    /// "userDefaultAuthenticationMethod enum": what the default second factor can be.
    pub fn can_be_default(self) -> bool {
        matches!(self, Self::Phone | Self::Authenticator | Self::SoftwareOath | Self::HardwareOath)
    }

    /// Whether somebody who holds it gets in without the password: by itself, or through the reset of one's own password.
    pub fn opens_without_password(self) -> bool {
        match self {
            Self::Phone
            | Self::Authenticator
            | Self::Passkey
            | Self::WindowsHello
            | Self::PlatformCredential
            | Self::Email
            | Self::Pass => true,
            Self::Password | Self::SoftwareOath | Self::HardwareOath | Self::External => false,
        }
    }
}

/// The id of every password.
pub const PASSWORD_ID: Uuid = uuid!("28c10230-6103-485e-b985-444c60001490");
/// The id of every `mobile` phone.
pub const MOBILE_ID: Uuid = uuid!("3179e48a-750b-4051-897c-87b9720928f7");
/// The id of every `alternateMobile` phone.
pub const ALTERNATE_MOBILE_ID: Uuid = uuid!("b6332ec1-7057-4abe-9331-3d72feddfe41");
/// The id of every `office` phone.
pub const OFFICE_ID: Uuid = uuid!("e37fc753-ff3b-4958-9484-eaa9425c82bc");
/// The id of every address.
pub const EMAIL_ID: Uuid = uuid!("3ddfcfc8-9383-446f-83cc-3ab9be4be18f");

/// One authentication method of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedMethod {
    /// What it is.
    pub kind: SimulatedMethodKind,
    /// How Graph names it; some kinds have the same id with everybody.
    pub id: Box<str>,
    /// When it was registered; old registrations do not say.
    #[serde(with = "time::serde::rfc3339::option")]
    pub created: Option<OffsetDateTime>,
    /// What its owner calls it: a device, a number, an address.
    pub label: Box<str>,
    /// Its terms, of a temporary access pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<SimulatedPass>,
}

impl SimulatedMethod {
    /// A method whose kind has no fixed id.
    pub fn new(kind: SimulatedMethodKind, id: &str, created: Option<OffsetDateTime>, label: &str) -> Self {
        Self { kind, id: id.into(), created, label: label.into(), pass: None }
    }

    /// `phoneType`, of a phone.
    pub(crate) fn phone_type(&self) -> &'static str {
        match self.id.parse() {
            Ok(ALTERNATE_MOBILE_ID) => "alternateMobile",
            Ok(OFFICE_ID) => "office",
            _ => "mobile",
        }
    }

    pub(crate) fn is_called(&self, id: &str) -> bool {
        // Ids of passkeys are texts in which a capital is another letter.
        &*self.id == id || (self.id.parse::<Uuid>().is_ok() && self.id.eq_ignore_ascii_case(id))
    }
}

/// All that one user proves who they are with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedMethods {
    /// In the order of lists.
    pub methods: Vec<SimulatedMethod>,
    /// The id of the default second factor; `None` where there is nothing that could be one.
    pub default: Option<Box<str>>,
}

impl SimulatedMethods {
    /// The method with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&SimulatedMethod> {
        self.methods.iter().find(|method| method.is_called(id))
    }

    /// The phone of this fixed id.
    fn has(&self, id: Uuid) -> bool {
        self.methods.iter().any(|method| method.id.parse() == Ok(id))
    }

    /// Whether this is the second factor that sign-in asks for first.
    pub fn is_default(&self, method: &SimulatedMethod) -> bool {
        self.default.as_deref() == Some(&*method.id)
    }

    /// Whether something else could be the default in the place of this method.
    pub(crate) fn has_other_second_factor(&self, method: &SimulatedMethod) -> bool {
        self.methods.iter().any(|other| other.id != method.id && other.kind.can_be_default())
    }

    /// "Delete phoneAuthenticationMethod": there is no `alternateMobile` without `mobile`.
    pub(crate) fn holds_up_alternate(&self, method: &SimulatedMethod) -> bool {
        method.id.parse() == Ok(MOBILE_ID) && self.has(ALTERNATE_MOBILE_ID)
    }

    /// Adds a method in the place of one with the same id; the first that can be the default is it.
    pub fn register(&mut self, method: SimulatedMethod) {
        if self.default.is_none() && method.kind.can_be_default() {
            self.default = Some(method.id.clone());
        }
        self.methods.retain(|other| other.id != method.id);
        self.methods.push(method);
    }

    /// Takes a method away; what could be the default follows the one that was it.
    pub(crate) fn remove(&mut self, id: &str) {
        self.methods.retain(|method| !method.is_called(id));
        if self.default.as_deref().is_some_and(|default| self.get(default).is_none()) {
            self.default = self.methods.iter().find(|method| method.kind.can_be_default()).map(|next| next.id.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(id: Uuid) -> SimulatedMethod {
        SimulatedMethod::new(SimulatedMethodKind::Phone, &id.to_string(), None, "+49 170 0000000")
    }

    #[test]
    fn the_first_that_can_be_the_default_is_it_and_the_next_follows() {
        let mut held = SimulatedMethods::default();
        held.register(SimulatedMethod::new(SimulatedMethodKind::Passkey, "kS-1", None, "key"));
        assert_eq!(held.default, None);
        held.register(phone(MOBILE_ID));
        held.register(phone(ALTERNATE_MOBILE_ID));
        let (mobile, alternate) = (held.methods[1].clone(), held.methods[2].clone());
        assert!(held.is_default(&mobile) && held.has_other_second_factor(&mobile) && held.holds_up_alternate(&mobile));
        assert!(!held.holds_up_alternate(&alternate));
        held.remove(&mobile.id.to_uppercase());
        assert!(held.is_default(&alternate) && !held.has_other_second_factor(&alternate));
        held.remove(&alternate.id);
        assert_eq!((held.default.as_deref(), held.methods.len()), (None, 1));
        held.remove("ks-1");
        assert_eq!(held.methods.len(), 1, "a capital is another letter");
    }

    #[test]
    fn every_kind_has_a_type_and_a_segment_of_its_own() {
        let mut segments: Vec<_> = SimulatedMethodKind::ALL.iter().map(|kind| kind.segment()).collect();
        segments.sort_unstable();
        segments.dedup();
        assert_eq!(segments.len(), SimulatedMethodKind::ALL.len());
    }
}
