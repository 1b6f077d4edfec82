//! Where the new passwords of a plan come from, where people chose them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The sealed file that passwords are in.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordFile {
    /// Its name, as it was given.
    pub name: String,
    /// The SHA-256 of its bytes, sealed as they are.
    pub sha256: Digest,
}

/// Where the new passwords of a plan come from, where people chose them. They are needed once more when the plan is carried
/// out: no password stands in the plan.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordsByHand {
    /// The file; nothing where a person types the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PasswordFile>,
    /// How many passwords there are.
    pub passwords: u32,
    /// Those who are on the list of people and have none get a generated one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub generate_missing: bool,
}
