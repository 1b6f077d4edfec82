//! What a tenant allows of temporary access passes, and for whom.

use std::collections::HashSet;

use serde::Deserialize;

use super::error::LookupError;
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// "Get temporaryAccessPassAuthenticationMethodConfiguration".
const PATH: &str = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass";
/// The target that stands for everybody.
const ALL_USERS: &str = "all_users";
/// What one page of members costs.
const MEMBERS_COST: u32 = 5;

/// What a tenant allows of temporary access passes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassPolicy {
    /// Are there any?
    pub is_enabled: bool,
    /// For how many minutes one is good for which nothing is asked.
    pub default_minutes: u32,
    /// The least that can be asked.
    pub min_minutes: u32,
    /// And the most.
    pub max_minutes: u32,
    /// Must each be for one sign-in?
    pub once: bool,
    /// Who may have one.
    pub scope: PassScope,
}

/// Who may have a pass: members of groups, direct or through other groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassScope {
    /// Those who are in one of these; nothing where everybody is.
    included: Option<HashSet<ObjectId>>,
    /// And in none of these.
    excluded: HashSet<ObjectId>,
}

impl PassScope {
    /// May this person have a pass?
    pub fn includes(&self, account: ObjectId) -> bool {
        self.included.as_ref().is_none_or(|included| included.contains(&account)) && !self.excluded.contains(&account)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PassPolicyOnWire {
    state: String,
    // The defaults of the page.
    default_lifetime_in_minutes: Option<u32>,
    minimum_lifetime_in_minutes: Option<u32>,
    maximum_lifetime_in_minutes: Option<u32>,
    is_usable_once: Option<bool>,
    #[serde(default)]
    include_targets: Vec<PassTarget>,
    #[serde(default)]
    exclude_targets: Vec<PassTarget>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PassTarget {
    id: String,
}

impl PassPolicy {
    /// Reads the policy, and the members of the groups that it names: what a person is allowed is said by membership, and for
    /// many people whole groups are fewer reads than each person's.
    ///
    /// # Errors
    ///
    /// The policy or a group cannot be read. A cloud without passes has no policy for them.
    pub async fn read<T: Transport>(paced: &Paced<'_, T>) -> Result<Self, LookupError> {
        let policy: PassPolicyOnWire = paced.get(PATH, 1).await?;
        let min_minutes = policy.minimum_lifetime_in_minutes.unwrap_or(60);
        let is_enabled = policy.state == "enabled";
        let includes_all = policy.include_targets.iter().any(|target| target.id == ALL_USERS);
        let mut scope = PassScope::default();
        // Of a policy that is off, nothing else counts.
        if is_enabled {
            scope.included =
                if includes_all { None } else { Some(members_of_all(paced, &policy.include_targets).await?) };
            scope.excluded = members_of_all(paced, &policy.exclude_targets).await?;
        }
        Ok(Self {
            is_enabled,
            default_minutes: policy.default_lifetime_in_minutes.unwrap_or(min_minutes),
            min_minutes,
            max_minutes: policy.maximum_lifetime_in_minutes.unwrap_or(480),
            once: policy.is_usable_once.unwrap_or(false),
            scope,
        })
    }
}

async fn members_of_all<T: Transport>(
    paced: &Paced<'_, T>,
    groups: &[PassTarget],
) -> Result<HashSet<ObjectId>, LookupError> {
    #[derive(Deserialize)]
    struct PassGroupMember {
        id: ObjectId,
    }
    let mut members = HashSet::new();
    for group in groups {
        let Ok(id) = group.id.parse::<ObjectId>() else { continue };
        let path = format!("/v1.0/groups/{id}/transitiveMembers?$select=id&$top=999");
        let listed: Vec<PassGroupMember> = paced.list(path, MEMBERS_COST).await?;
        members.extend(listed.into_iter().map(|member| member.id));
    }
    Ok(members)
}
