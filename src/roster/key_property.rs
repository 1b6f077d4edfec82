//! By which property of an account a roster names people, when it is neither object id nor sign-in name.

use std::fmt;

use serde::{Serialize, Serializer};

/// A property that people are looked up by when the operator says so. None of them is unique by any guarantee of the
/// directory ("user resource type"), so two matches are never decided between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyProperty {
    /// The mail address.
    Mail,
    /// Any address that mail for the account arrives at.
    ProxyAddress,
    /// The number that the employer gave; leading zeros count.
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
