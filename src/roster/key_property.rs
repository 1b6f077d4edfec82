//! The properties by which a roster may name people, beside object id and user principal name.

use std::fmt;

use serde::{Serialize, Serializer};

/// A property that people are looked up by, where the operator says so. The directory does not guarantee that any of them is
/// unique ("user resource type"), so two matches are an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyProperty {
    /// The mail address.
    Mail,
    /// Any address at which mail for the account arrives.
    ProxyAddress,
    /// The number that the employer gave. Leading zeros matter.
    EmployeeId,
    /// The security identifier in Active Directory.
    Sid,
    /// The account's short name in Active Directory.
    SamAccountName,
}

impl KeyProperty {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Mail, Self::ProxyAddress, Self::EmployeeId, Self::Sid, Self::SamAccountName];

    /// The word for it on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::ProxyAddress => "proxy",
            Self::EmployeeId => "employee-id",
            Self::Sid => "sid",
            Self::SamAccountName => "sam",
        }
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
        })
    }
}

impl Serialize for KeyProperty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
