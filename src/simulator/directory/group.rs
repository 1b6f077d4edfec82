//! One group: "group resource type".

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::user::DirectoryText;

/// One group of the simulated directory. Property names and types: "group resource type".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedGroup {
    /// The object id.
    pub id: Uuid,
    /// The name.
    pub display_name: DirectoryText,
    /// What it is for.
    pub description: Option<DirectoryText>,
    /// Its address, where it has a mailbox.
    pub mail: Option<DirectoryText>,
    /// Whether a directory role can be assigned to it; fixed when a group is made.
    pub role_assignable: bool,
    /// Who is in it.
    pub members: Members,
    /// The owners: users.
    pub owners: Vec<Uuid>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// Who is in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Members {
    /// Those put in: users and groups.
    Assigned(Vec<Uuid>),
    /// Everyone of a department, by a dynamic membership rule.
    Department(DirectoryText),
}

impl SimulatedGroup {
    /// An empty group, for calls that only ask for the type.
    pub(crate) fn empty() -> Self {
        Self {
            id: Uuid::nil(),
            display_name: "".into(),
            description: None,
            mail: None,
            role_assignable: false,
            members: Members::Assigned(Vec::new()),
            owners: Vec::new(),
            created: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// The membership rule, where there is one.
    pub fn membership_rule(&self) -> Option<String> {
        match &self.members {
            Members::Assigned(_) => None,
            Members::Department(name) => Some(format!("(user.department -eq \"{name}\")")),
        }
    }
}
