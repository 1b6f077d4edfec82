//! What an administrator may do, as ids: two that are equal may do the same, whatever roles and groups are called.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::privilege::{HeldRole, Privilege, RoleGroupTie, Through};
use crate::ids::{ObjectId, RoleTemplate};

/// The roles of an administrator and the ties to role-assignable groups, as ids; none for an ordinary account. `plan.csv` has
/// them as words: `62e90394-69f5-4237-9190-012177145e10`, `29232cdf-…/eligible/part/through:<group>`, `member:<group>`,
/// `owner:<group>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldRights(BTreeSet<HeldRight>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum HeldRight {
    Role { role: RoleTemplate, eligible: bool, tenant_wide: bool, through: Option<ObjectId> },
    Member(ObjectId),
    Owner(ObjectId),
}

/// A word that stands for no right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role and no tie to a group as sealoff writes them")]
pub(super) struct NoHeldRight(String);

impl HeldRights {
    /// What is held.
    pub fn of(privilege: &Privilege) -> Self {
        let roles =
            privilege.roles.iter().map(|HeldRole { role, through, eligible, tenant_wide, .. }| HeldRight::Role {
                role: *role,
                eligible: *eligible,
                tenant_wide: *tenant_wide,
                through: match through {
                    Through::Directly => None,
                    Through::Group { id, .. } => Some(*id),
                },
            });
        let ties = privilege.groups.iter().map(|RoleGroupTie { id, owner, .. }| match owner {
            true => HeldRight::Owner(*id),
            false => HeldRight::Member(*id),
        });
        Self(roles.chain(ties).collect())
    }

    /// Is nothing held, or nothing known?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for HeldRight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(group) => write!(f, "member:{group}"),
            Self::Owner(group) => write!(f, "owner:{group}"),
            Self::Role { role, eligible, tenant_wide, through } => {
                let (eligible, part) =
                    (if *eligible { "/eligible" } else { "" }, if *tenant_wide { "" } else { "/part" });
                write!(f, "{role}{eligible}{part}")?;
                through.map_or(Ok(()), |group| write!(f, "/through:{group}"))
            }
        }
    }
}

impl FromStr for HeldRight {
    type Err = NoHeldRight;

    fn from_str(word: &str) -> Result<Self, NoHeldRight> {
        let no_right = || NoHeldRight(word.to_owned());
        let group = |id: &str| id.parse::<ObjectId>().map_err(|_| no_right());
        match word.split_once(':') {
            Some(("member", id)) => return Ok(Self::Member(group(id)?)),
            Some(("owner", id)) => return Ok(Self::Owner(group(id)?)),
            _ => {}
        }
        let mut parts = word.split('/');
        let role = parts.next().unwrap_or_default().parse().map_err(|_| no_right())?;
        let (mut eligible, mut tenant_wide, mut through) = (false, true, None);
        for part in parts {
            match part.split_once(':') {
                Some(("through", id)) => through = Some(group(id)?),
                None if part == "eligible" => eligible = true,
                None if part == "part" => tenant_wide = false,
                _ => return Err(no_right()),
            }
        }
        Ok(Self::Role { role, eligible, tenant_wide, through })
    }
}

impl fmt::Display for HeldRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, right) in self.0.iter().enumerate() {
            write!(f, "{}{right}", if index > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl Serialize for HeldRights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HeldRights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let rights = text.split_whitespace().map(str::parse).collect::<Result<_, _>>();
        rights.map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const GROUP: &str = "00000000-0000-4000-8000-000000000001";
    const ROLE: &str = "62e90394-69f5-4237-9190-012177145e10";

    fn held(name: &str, group_name: &str) -> HeldRights {
        let id: ObjectId = GROUP.parse().unwrap();
        let role = |through, eligible, tenant_wide| HeldRole {
            role: ROLE.parse().unwrap(),
            name: Arc::from(name),
            through,
            eligible,
            tenant_wide,
        };
        let through = Through::Group { id, name: Arc::from(group_name) };
        let tie = |owner| RoleGroupTie { id, name: Arc::from(group_name), owner };
        let roles = vec![role(Through::Directly, false, true), role(through, true, false)];
        HeldRights::of(&Privilege { roles, groups: vec![tie(true), tie(false)] })
    }

    #[test]
    fn names_are_no_part_of_what_is_held_and_order_is_none_either() {
        let rights = held("Global Administrator", "Mail team");
        assert_eq!(rights, held("Company Administrator", "Mail crew"));
        let text = rights.to_string();
        assert_eq!(text, format!("{ROLE} {ROLE}/eligible/part/through:{GROUP} member:{GROUP} owner:{GROUP}"));
        let backwards = Vec::from_iter(text.split(' ').rev()).join(" ");
        for text in [&text, &backwards] {
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(serde_json::from_str::<HeldRights>(&json).unwrap(), rights, "{text}");
        }
    }

    #[test]
    fn what_sealoff_does_not_write_is_refused() {
        for odd in [
            "Global Administrator",
            "member:",
            "owner:x",
            &format!("{ROLE}/now"),
            &format!("{ROLE}/through:x"),
            "member",
        ] {
            let json = serde_json::to_string(odd).unwrap();
            assert!(serde_json::from_str::<HeldRights>(&json).is_err(), "{odd}");
        }
        assert!(serde_json::from_str::<HeldRights>("\"\"").unwrap().is_empty());
    }
}
