//! What the script for Active Directory, or a person, says of one row, as it is on paper and in the journal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a row of the work list.
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
    strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ScriptResult {
    /// All of it is done.
    Done,
    /// Something of it is.
    Partly,
    /// Nothing of it is.
    NotDone,
    /// The script leaves it to people.
    Left,
}

/// Which password the account has, where it is kept, since then.
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
    strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ScriptPassword {
    /// The one that the plan sealed.
    Sealed,
    /// One that no one knows.
    Unknown,
    /// One that a person set there by hand.
    ByHand,
    /// The one that it had.
    Old,
}
