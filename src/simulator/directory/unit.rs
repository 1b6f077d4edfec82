//! One administrative unit.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::group::Members;
use super::user::DirectoryText;

/// One unit. Property names and types: "administrativeUnit resource type".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AdministrativeUnit {
    /// The object id.
    pub(crate) id: Uuid,
    /// The name.
    pub(crate) display_name: DirectoryText,
    /// Who is in it: those put in, or all of a department by a dynamic rule.
    pub(crate) members: Members,
}
