//! Identifiers that must not be mistaken for one another or for free text.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Says that a text is not a GUID in its plain, hyphenated form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a GUID of the form 00000000-0000-0000-0000-000000000000")]
pub struct NotAGuid(pub String);

/// Only the hyphenated form: `uuid` itself also takes braces, URNs and 32 bare digits, and Graph takes none of those.
fn parse_guid(text: &str) -> Result<Uuid, NotAGuid> {
    if text.len() == 36 {
        Uuid::try_parse(text).map_err(|_| NotAGuid(text.to_owned()))
    } else {
        Err(NotAGuid(text.to_owned()))
    }
}

macro_rules! guid_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a GUID that is known to be of this kind.
            pub const fn new(guid: Uuid) -> Self {
                Self(guid)
            }

            /// The bare GUID.
            pub const fn guid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = NotAGuid;

            fn from_str(text: &str) -> Result<Self, NotAGuid> {
                parse_guid(text).map(Self)
            }
        }
    };
}

guid_newtype! {
    /// The object id of one user in the directory: the only name under which an account is ever written to.
    ObjectId
}

guid_newtype! {
    /// The id of one tenant.
    TenantId
}

guid_newtype! {
    /// The client id of one app registration ("application (client) ID").
    ClientId
}

guid_newtype! {
    /// A directory role, by the id of its definition: for a built-in role this is its template id, the same in every
    /// tenant ("Microsoft Entra built-in roles").
    RoleTemplate
}

guid_newtype! {
    /// The id of one work list for Active Directory. It is random, and names the plan that the list was made for.
    WorkListId
}

/// The number of a data row in a roster, counted from 1 without the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowNumber(u32);

impl RowNumber {
    /// The first data row.
    pub const FIRST: Self = Self(1);

    /// The row with this number; rows are counted from 1.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number, counted from 1.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The place of this row in a list that starts at 0.
    pub const fn index(self) -> usize {
        (self.0 as usize).saturating_sub(1)
    }

    /// The row after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for RowNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_object_id() {
        let plain = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";
        assert_eq!(plain.parse::<ObjectId>().unwrap().to_string(), plain);
        assert_eq!(plain.to_uppercase().parse::<ObjectId>().unwrap().to_string(), plain);
        for wrong in [
            "",
            "0f6d1c1e6f0e4a558a306a3f0c7d9b11",
            "{0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11}",
            "urn:uuid:0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11",
            "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b1g",
            "ada@contoso.com",
        ] {
            assert!(wrong.parse::<ObjectId>().is_err(), "{wrong}");
        }
    }
}
