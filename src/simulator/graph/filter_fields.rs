//! The properties that `$filter` knows for users, and which of its operators need an advanced query.
//!
//! "user resource type" and "Advanced query capabilities on Microsoft Entra ID objects".

use std::borrow::Cow;

use crate::simulator::directory::{SearchKey, SimulatedUser};

/// One property of a filter.
#[derive(Debug)]
pub(crate) struct FilterField {
    pub(crate) name: &'static str,
    pub(crate) kind: FieldKind,
    /// `eq` and `in` work without an advanced query.
    pub(super) plain: bool,
    /// `startsWith` works at all, on the same terms.
    pub(super) starts: bool,
    /// `endsWith` works in an advanced query.
    pub(super) ends: bool,
}

/// How a property is found and compared.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FieldKind {
    Id,
    UserPrincipalName,
    /// One text with an index.
    Key(SearchKey),
    /// A list of texts with an index, asked by `any`.
    Collection(SearchKey),
    Text(fn(&SimulatedUser) -> Option<Cow<'_, str>>),
    Flag(fn(&SimulatedUser) -> Option<bool>),
}

impl FilterField {
    /// The value where it is one text.
    pub(super) fn text<'a>(&self, user: &'a SimulatedUser) -> Option<Cow<'a, str>> {
        match self.kind {
            FieldKind::Id => Some(user.id.to_string().into()),
            FieldKind::UserPrincipalName => Some(Cow::Borrowed(&user.user_principal_name)),
            FieldKind::Key(SearchKey::Mail) => user.mail().map(Cow::Borrowed),
            FieldKind::Key(SearchKey::EmployeeId) => user.employee_id(),
            FieldKind::Key(SearchKey::SamAccountName) => {
                user.on_premises.as_ref().map(|it| (&*it.sam_account_name).into())
            }
            FieldKind::Key(SearchKey::SecurityIdentifier) => {
                user.on_premises.as_ref().map(|it| (&*it.security_identifier).into())
            }
            FieldKind::Key(SearchKey::ImmutableId) => user.on_premises.as_ref().map(|it| (&*it.immutable_id).into()),
            FieldKind::Text(read) => read(user),
            FieldKind::Key(_) | FieldKind::Collection(_) | FieldKind::Flag(_) => None,
        }
    }
}

const fn plain(name: &'static str, kind: FieldKind) -> FilterField {
    FilterField { name, kind, plain: true, starts: true, ends: false }
}

const fn exact(name: &'static str, kind: FieldKind) -> FilterField {
    FilterField { name, kind, plain: true, starts: false, ends: false }
}

const fn advanced(name: &'static str, kind: FieldKind) -> FilterField {
    FilterField { name, kind, plain: false, starts: true, ends: false }
}

const fn with_end(name: &'static str, kind: FieldKind) -> FilterField {
    FilterField { name, kind, plain: true, starts: true, ends: true }
}

/// A property that no simulated user has.
const UNSET: FieldKind = FieldKind::Text(|_| None);

#[rustfmt::skip]
static FIELDS: &[FilterField] = &[
    exact("id", FieldKind::Id),
    with_end("userPrincipalName", FieldKind::UserPrincipalName),
    with_end("mail", FieldKind::Key(SearchKey::Mail)),
    plain("employeeId", FieldKind::Key(SearchKey::EmployeeId)),
    exact("onPremisesSecurityIdentifier", FieldKind::Key(SearchKey::SecurityIdentifier)),
    exact("onPremisesImmutableId", FieldKind::Key(SearchKey::ImmutableId)),
    // Without an advanced query this one is answered Request_UnsupportedQuery.
    advanced("onPremisesSamAccountName", FieldKind::Key(SearchKey::SamAccountName)),
    exact("proxyAddresses", FieldKind::Collection(SearchKey::ProxyAddress)),
    exact("otherMails", FieldKind::Collection(SearchKey::OtherMail)),
    plain("displayName", FieldKind::Text(|user| Some((&*user.display_name).into()))),
    plain("givenName", FieldKind::Text(|user| user.given_name.as_deref().map(Cow::Borrowed))),
    plain("surname", FieldKind::Text(|user| user.surname.as_deref().map(Cow::Borrowed))),
    plain("department", FieldKind::Text(|user| user.department.as_deref().map(Cow::Borrowed))),
    plain("jobTitle", FieldKind::Text(|user| user.job_title().map(Cow::Borrowed))),
    plain("mailNickname", FieldKind::Text(|user| user.user_principal_name.split('@').next().map(Cow::Borrowed))),
    exact("userType", FieldKind::Text(|user| Some(user.user_type.as_str().into()))),
    exact("externalUserState", FieldKind::Text(|user| user.external_user_state.map(|state| state.as_str().into()))),
    exact("accountEnabled", FieldKind::Flag(|user| Some(user.account_enabled))),
    exact("onPremisesSyncEnabled", FieldKind::Flag(|user| user.on_premises.as_ref().map(|there| there.sync_enabled))),
    plain("city", UNSET), plain("country", UNSET), plain("state", UNSET), plain("usageLocation", UNSET),
    advanced("companyName", UNSET), advanced("employeeType", UNSET), advanced("faxNumber", UNSET),
    advanced("mobilePhone", UNSET), advanced("officeLocation", UNSET), advanced("postalCode", UNSET),
    advanced("preferredLanguage", UNSET), advanced("streetAddress", UNSET),
];

/// Properties that Graph filters by and the simulator does not.
pub(super) const NOT_SIMULATED: [&str; 12] = [
    "ageGroup", "assignedLicenses", "assignedPlans", "businessPhones", "consentProvidedForMinor", "createdDateTime",
    "creationType", "deletedDateTime", "employeeLeaveDateTime", "identities", "memberOf", "signInActivity",
];

pub(super) fn find(name: &str) -> Option<&'static FilterField> {
    FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}
