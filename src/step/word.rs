//! The words for what can be done to an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

/// One thing that is done to an account, in the order in which steps are done. The words are part of the contract with
/// scripts, and stand in every plan and journal.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    enum_map::Enum,
    strum::Display,
    strum::EnumCount,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Step {
    /// Sign-in is blocked.
    Block,
    /// Sign-in is allowed again.
    Unblock,
    /// The password is replaced by a generated one.
    Reset,
    /// Methods that the person signs in with beside the password are removed, one write each.
    Methods,
    /// Devices are disabled, one write each.
    Devices,
    /// Devices are enabled again, one write each.
    EnableDevices,
    /// What the person allowed apps to do in their name is deleted, one write each.
    Consents,
    /// Every session is ended.
    Revoke,
    /// A temporary access pass is made, with which the person signs in.
    Pass,
}

impl Step {
    /// All steps, in the order in which they are done.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        Self::VARIANTS.iter().copied()
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
