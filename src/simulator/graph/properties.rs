//! `$select`: which properties of a user an answer holds, and how each is written.

use super::answer::{optional, raw, string};
use super::errors::ServedError;
use super::select::unknown_property;
use crate::simulator::directory::{ON_PREMISES_DOMAIN, SimulatedOnPremises, SimulatedUser, tenant};
use crate::simulator::moment::iso;

/// A property of a user that the simulator can answer. The name is as "user resource type" spells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    name: &'static str,
    write: fn(&mut Vec<u8>, &SimulatedUser),
}

/// The properties of a select list, in its order.
pub(crate) type Selection = Vec<Property>;

/// Looked up in the reports, with a permission, a licence and a limit of its own.
const SIGN_IN_ACTIVITY: &str = "signInActivity";

/// What "Working with users in Microsoft Graph" names as the basic properties, as far as the simulator has them.
const BASIC: [&str; 6] = ["displayName", "givenName", "id", "mail", "surname", "userPrincipalName"];

/// How much of a user the caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sight {
    /// "directoryObject: getByIds": with too little permission objects come back with their type and id alone.
    IdOnly,
    Basic,
    Full,
}

impl Sight {
    fn shows(self, name: &str) -> bool {
        match self {
            Self::Full => true,
            Self::Basic => BASIC.contains(&name),
            Self::IdOnly => name == "id",
        }
    }

    /// Whether all of these are seen.
    pub(crate) fn shows_all(self, names: &[&str]) -> bool {
        names.iter().all(|name| self.shows(name))
    }
}

/// What "List users" and "Get a user" return without `$select`.
const DEFAULT: [&str; 11] = [
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
];

const fn property(name: &'static str, write: fn(&mut Vec<u8>, &SimulatedUser)) -> Property {
    Property { name, write }
}

fn null(json: &mut Vec<u8>, _: &SimulatedUser) {
    json.extend_from_slice(b"null");
}

fn optional_flag(json: &mut Vec<u8>, flag: Option<bool>) {
    raw(json, format_args!("{}", flag.map_or("null", |flag| if flag { "true" } else { "false" })));
}

fn list<'a>(json: &mut Vec<u8>, texts: impl Iterator<Item = &'a str>) {
    json.push(b'[');
    for (index, text) in texts.enumerate() {
        if index > 0 {
            json.push(b',');
        }
        string(json, text);
    }
    json.push(b']');
}

fn empty_list(json: &mut Vec<u8>, _: &SimulatedUser) {
    json.extend_from_slice(b"[]");
}

fn on_premises<'a>(user: &'a SimulatedUser, field: impl Fn(&'a SimulatedOnPremises) -> &'a str) -> Option<&'a str> {
    user.on_premises.as_deref().map(field)
}

/// All that is known. Properties written by [`null`] exist in Graph and are unset in this directory.
#[rustfmt::skip]
const KNOWN: &[Property] = &[
    property("id", |json, user| raw(json, format_args!("\"{}\"", user.id))),
    property("userPrincipalName", |json, user| string(json, &user.user_principal_name)),
    property("displayName", |json, user| string(json, &user.display_name)),
    property("givenName", |json, user| optional(json, user.given_name.as_deref())),
    property("surname", |json, user| optional(json, user.surname.as_deref())),
    property("mail", |json, user| optional(json, user.mail())),
    property("userType", |json, user| string(json, user.user_type.as_str())),
    property("accountEnabled", |json, user| raw(json, format_args!("{}", user.account_enabled))),
    property("department", |json, user| optional(json, user.department.as_deref())),
    property("jobTitle", |json, user| optional(json, user.job_title())),
    property("employeeId", |json, user| optional(json, user.employee_id().as_deref())),
    property("deletedDateTime", |json, user| optional(json, user.deleted().map(iso).as_deref())),
    // "user resource type": true for members of restricted management administrative units, null for others.
    property("isManagementRestricted", |json, user| {
        optional_flag(json, user.is_management_restricted().then_some(true));
    }),
    property("identityParentId", |json, user| optional(json, user.identity_parent().map(|id| id.to_string()).as_deref())),
    property(SIGN_IN_ACTIVITY, |json, user| match user.last_sign_in().map(iso) {
        Some(date) => raw(json, format_args!(
            "{{\"lastSignInDateTime\":\"{date}\",\"lastNonInteractiveSignInDateTime\":\"{date}\",\
             \"lastSuccessfulSignInDateTime\":\"{date}\"}}"
        )),
        None => null(json, user),
    }),
    property("createdDateTime", |json, user| string(json, &iso(user.created))),
    property("lastPasswordChangeDateTime", |json, user| string(json, &iso(user.last_password_change))),
    property("signInSessionsValidFromDateTime", |json, user| string(json, &iso(user.sign_in_sessions_valid_from))),
    property("refreshTokensValidFromDateTime", |json, user| string(json, &iso(user.sign_in_sessions_valid_from))),
    property("externalUserState", |json, user| optional(json, user.external_user_state.map(|state| state.as_str()))),
    property("creationType", |json, user| optional(json, user.external_user_state.map(|_| "Invitation"))),
    property("onPremisesSyncEnabled", |json, user| match &user.on_premises {
        Some(there) => raw(json, format_args!("{}", there.sync_enabled)),
        None => null(json, user),
    }),
    property("onPremisesLastSyncDateTime", |json, user| {
        let last = user.on_premises.as_ref().map(|there| there.last_sync.unwrap_or(user.last_password_change));
        optional(json, last.map(iso).as_deref());
    }),
    property("onPremisesSamAccountName", |json, user| optional(json, on_premises(user, |it| &it.sam_account_name))),
    property("onPremisesSecurityIdentifier", |json, user| optional(json, on_premises(user, |it| &it.security_identifier))),
    property("onPremisesDistinguishedName", |json, user| optional(json, on_premises(user, |it| &it.distinguished_name))),
    property("onPremisesImmutableId", |json, user| optional(json, on_premises(user, |it| &it.immutable_id))),
    property("onPremisesDomainName", |json, user| optional(json, on_premises(user, |_| ON_PREMISES_DOMAIN))),
    property("onPremisesUserPrincipalName", |json, user| {
        optional(json, user.on_premises.as_ref().map(|_| &*user.user_principal_name));
    }),
    property("proxyAddresses", |json, user| list(json, user.proxy_addresses().iter().map(String::as_str))),
    property("otherMails", |json, user| list(json, user.other_mails())),
    property("identities", identities),
    // "passwordProfile resource type": the password is never returned.
    property("passwordProfile", |json, user| if user.force_change_password || user.force_change_password_with_mfa {
        raw(json, format_args!(
            "{{\"password\":null,\"forceChangePasswordNextSignIn\":{},\"forceChangePasswordNextSignInWithMfa\":{}}}",
            user.force_change_password, user.force_change_password_with_mfa
        ));
    } else {
        null(json, user);
    }),
    property("assignedLicenses", |json, user| {
        json.push(b'[');
        for (index, sold) in user.licences().iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            raw(json, format_args!("{comma}{{\"disabledPlans\":[],\"skuId\":\"{sold}\"}}"));
        }
        json.push(b']');
    }),
    property("businessPhones", empty_list),
    property("mobilePhone", null), property("officeLocation", null),
    property("preferredLanguage", null), property("passwordPolicies", null), property("usageLocation", null),
    property("city", null), property("country", null), property("state", null), property("postalCode", null),
    property("streetAddress", null), property("companyName", null),
    property("employeeType", null), property("employeeLeaveDateTime", null),
    property("ageGroup", null), property("consentProvidedForMinor", null), property("legalAgeGroupClassification", null),
    property("faxNumber", null), property("mailNickname", |json, user| {
        string(json, user.user_principal_name.split('@').next().unwrap_or_default());
    }),
];

fn identities(json: &mut Vec<u8>, user: &SimulatedUser) {
    if user.is_external() {
        json.extend_from_slice(
            b"[{\"signInType\":\"federated\",\"issuer\":\"ExternalAzureAD\",\"issuerAssignedId\":null}]",
        );
        return;
    }
    raw(
        json,
        format_args!(
            "[{{\"signInType\":\"userPrincipalName\",\"issuer\":\"{}\",\"issuerAssignedId\":",
            tenant::INITIAL_DOMAIN
        ),
    );
    string(json, &user.user_principal_name);
    json.extend_from_slice(b"}]");
}

fn find(name: &str) -> Option<Property> {
    KNOWN.iter().find(|property| property.name.eq_ignore_ascii_case(name)).copied()
}

/// What is returned where nothing is selected: no `accountEnabled`, no `userType`, no sync flag.
pub(crate) fn default_selection() -> Selection {
    DEFAULT.iter().filter_map(|name| find(name)).collect()
}

/// Whether this property is returned where nothing is selected.
pub(crate) fn is_default(name: &str) -> bool {
    DEFAULT.contains(&name)
}

/// Whether users have this property here.
pub(crate) fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// Whether a selection asks for the property that has rules of its own.
pub(crate) fn has_sign_in_activity(selection: &[Property]) -> bool {
    selection.iter().any(|property| property.name == SIGN_IN_ACTIVITY)
}

/// Reads the names of a select list.
pub(crate) fn select(names: &[String]) -> Result<Selection, ServedError> {
    let one = |name: &String| find(name).ok_or_else(|| unknown_property(name, "user"));
    names.iter().map(one).collect()
}

/// Those names that users have; the others may belong to another type.
pub(crate) fn select_loosely(names: &[String]) -> Selection {
    names.iter().filter_map(|name| find(name)).collect()
}

/// The names of a selection, as they stand in `@odata.context`.
pub(crate) fn names(selection: &[Property]) -> String {
    selection.iter().map(|property| property.name).collect::<Vec<_>>().join(",")
}

/// Appends the annotation of the type, where the set is declared to hold users and this one is of a derived type.
pub(crate) fn write_derived_type(json: &mut Vec<u8>, user: &SimulatedUser) {
    if let Some(kind) = user.derived_type() {
        raw(json, format_args!("\"@odata.type\":\"{kind}\","));
    }
}

/// Appends the members of a user's object, without its braces.
pub(crate) fn write_members(json: &mut Vec<u8>, user: &SimulatedUser, selection: &[Property], sight: Sight) {
    for (index, property) in selection.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        json.push(b'"');
        json.extend_from_slice(property.name.as_bytes());
        json.extend_from_slice(b"\":");
        if sight.shows(property.name) {
            (property.write)(json, user);
        } else {
            null(json, user);
        }
    }
}
