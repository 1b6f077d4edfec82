//! The properties by which a roster may name people, beside object id and user principal name.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A property that people are looked up by, where the operator says so. The directory does not guarantee that any of them is
/// unique ("user resource type"), so two matches are an error.
///
/// The command line and plan.json use its name in kebab case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    JsonSchema,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum KeyProperty {
    /// The mail address.
    Mail,
    /// Any address at which mail for the account arrives.
    #[serde(rename = "proxy")]
    #[strum(serialize = "proxy")]
    ProxyAddress,
    /// The number that the employer gave. Leading zeros matter.
    EmployeeId,
    /// The security identifier in Active Directory.
    Sid,
    /// The account's short name in Active Directory.
    #[serde(rename = "sam")]
    #[strum(serialize = "sam")]
    SamAccountName,
    /// What ties the account to its object in Active Directory: usually that one's `ObjectGUID` in base64.
    ImmutableId,
}

impl KeyProperty {
    /// Whether its values can be known by their form. Employee ids and account names are words like any other.
    pub(super) const fn has_a_form(self) -> bool {
        !matches!(self, Self::EmployeeId | Self::SamAccountName)
    }
}

impl fmt::Display for KeyProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mail => "mail address",
            Self::ProxyAddress => "proxy address",
            Self::EmployeeId => "employee id",
            Self::Sid => "SID",
            Self::SamAccountName => "sAMAccountName",
            Self::ImmutableId => "immutable id",
        })
    }
}
