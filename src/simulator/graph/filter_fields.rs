//! The properties that `$filter` knows for users, and which of its operators need an advanced query.
//!
//! "user resource type" and "Advanced query capabilities on Microsoft Entra ID objects".

use std::borrow::Cow;

use crate::simulator::directory::{SearchKey, User};

/// One property of a filter.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// `eq` and `in` work without an advanced query.
    pub(super) plain: bool,
    /// `startsWith` works at all, on the same terms.
    pub(super) starts: bool,
    /// `endsWith` works in an advanced query.
    pub(super) ends: bool,
}

/// How a property is found and compared.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Id,
    UserPrincipalName,
    /// One text with an index.
    Key(SearchKey),
    /// A list of texts with an index, asked by `any`.
    Collection(SearchKey),
    Text(fn(&User) -> Option<Cow<'_, str>>),
    Flag(fn(&User) -> Option<bool>),
}

impl Field {
    /// The value where it is one text.
    pub(super) fn text<'a>(&self, user: &'a User) -> Option<Cow<'a, str>> {
        match self.kind {
            Kind::Id => Some(user.id.to_string().into()),
            Kind::UserPrincipalName => Some(Cow::Borrowed(&user.user_principal_name)),
            Kind::Key(SearchKey::Mail) => user.mail().map(Cow::Borrowed),
            Kind::Key(SearchKey::EmployeeId) => user.employee_id(),
            Kind::Key(SearchKey::SamAccountName) => user.on_premises.as_ref().map(|it| (&*it.sam_account_name).into()),
            Kind::Key(SearchKey::SecurityIdentifier) => {
                user.on_premises.as_ref().map(|it| (&*it.security_identifier).into())
            }
            Kind::Key(SearchKey::ImmutableId) => user.on_premises.as_ref().map(|it| (&*it.immutable_id).into()),
            Kind::Text(read) => read(user),
            Kind::Key(_) | Kind::Collection(_) | Kind::Flag(_) => None,
        }
    }
}

const fn plain(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, plain: true, starts: true, ends: false }
}

const fn exact(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, plain: true, starts: false, ends: false }
}

const fn advanced(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, plain: false, starts: true, ends: false }
}

const fn with_end(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, plain: true, starts: true, ends: true }
}

/// A property that is set for nobody here.
const UNSET: Kind = Kind::Text(|_| None);

#[rustfmt::skip]
static FIELDS: &[Field] = &[
    exact("id", Kind::Id),
    with_end("userPrincipalName", Kind::UserPrincipalName),
    with_end("mail", Kind::Key(SearchKey::Mail)),
    plain("employeeId", Kind::Key(SearchKey::EmployeeId)),
    exact("onPremisesSecurityIdentifier", Kind::Key(SearchKey::SecurityIdentifier)),
    exact("onPremisesImmutableId", Kind::Key(SearchKey::ImmutableId)),
    // Without an advanced query this one is answered Request_UnsupportedQuery.
    advanced("onPremisesSamAccountName", Kind::Key(SearchKey::SamAccountName)),
    exact("proxyAddresses", Kind::Collection(SearchKey::ProxyAddress)),
    exact("otherMails", Kind::Collection(SearchKey::OtherMail)),
    plain("displayName", Kind::Text(|user| Some((&*user.display_name).into()))),
    plain("givenName", Kind::Text(|user| user.given_name.as_deref().map(Cow::Borrowed))),
    plain("surname", Kind::Text(|user| user.surname.as_deref().map(Cow::Borrowed))),
    plain("department", Kind::Text(|user| user.department.as_deref().map(Cow::Borrowed))),
    plain("jobTitle", Kind::Text(|user| user.job_title().map(Cow::Borrowed))),
    plain("mailNickname", Kind::Text(|user| user.user_principal_name.split('@').next().map(Cow::Borrowed))),
    exact("userType", Kind::Text(|user| Some(user.user_type.as_str().into()))),
    exact("externalUserState", Kind::Text(|user| user.external_user_state.map(|state| state.as_str().into()))),
    exact("accountEnabled", Kind::Flag(|user| Some(user.account_enabled))),
    exact("onPremisesSyncEnabled", Kind::Flag(|user| user.on_premises.as_ref().map(|there| there.sync_enabled))),
    plain("city", UNSET), plain("country", UNSET), plain("state", UNSET), plain("usageLocation", UNSET),
    advanced("companyName", UNSET), advanced("employeeType", UNSET), advanced("faxNumber", UNSET),
    advanced("mobilePhone", UNSET), advanced("officeLocation", UNSET), advanced("postalCode", UNSET),
    advanced("preferredLanguage", UNSET), advanced("streetAddress", UNSET),
];

/// Properties that Graph filters by and the simulator does not.
pub(super) const NOT_SIMULATED: [&str; 12] = [
    "ageGroup",
    "assignedLicenses",
    "assignedPlans",
    "businessPhones",
    "consentProvidedForMinor",
    "createdDateTime",
    "creationType",
    "deletedDateTime",
    "employeeLeaveDateTime",
    "identities",
    "memberOf",
    "signInActivity",
];

pub(super) fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}
