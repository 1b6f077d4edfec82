//! Which accounts hold a role in the tenant, in any way.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use super::error::{DispensablePart, LookupError};
use super::note::Note;
use super::privilege::{HeldRole, Privilege, RoleGroupTie, Through};
use super::roles;
use crate::graph::batch::{MAX_ITEMS, Read};
use crate::graph::error::GraphError;
use crate::graph::outside::OutsideText;
use crate::graph::paced::{Paced, Pages};
use crate::graph::percent::encode_query;
use crate::graph::reading::ReadError;
use crate::graph::status::StatusClass;
use crate::graph::transport::{Consistency, Transport};
use crate::ids::{ObjectId, RoleTemplate};

/// Every account of the tenant that holds a role, may take one, or could get one through a group.
#[derive(Debug, Clone, Default)]
pub struct Privileges {
    by_account: HashMap<ObjectId, Privilege>,
    pub(super) enabled_global_administrators: Vec<ObjectId>,
}

const GROUPS: &str = "/v1.0/groups";
const ASSIGNMENTS: &str = "/v1.0/roleManagement/directory/roleAssignments";
const ELIGIBLE: &str = "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances";
/// With it, an assignment says what it was given to.
const WITH_PRINCIPALS: &str = "?$expand=principal";
const DEFINITIONS: &str = "/v1.0/roleManagement/directory/roleDefinitions?$select=id,displayName";

/// What one page of each costs, in resource units ("Microsoft Graph service-specific throttling limits").
const ASSIGNMENTS_COST: u32 = 2;
const MEMBERS_COST: u32 = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleGrant {
    principal_id: ObjectId,
    role_definition_id: RoleTemplate,
    /// `/` is the whole tenant.
    #[serde(default)]
    directory_scope_id: Option<String>,
    #[serde(default)]
    principal: Option<GrantedTo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GrantedTo {
    #[serde(rename = "@odata.type", default)]
    kind: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleGroup {
    id: ObjectId,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    is_assignable_to_role: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedRole {
    id: RoleTemplate,
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct Tied {
    id: ObjectId,
}

struct RoleGroupTies {
    name: Arc<str>,
    members: Vec<Tied>,
    owners: Vec<Tied>,
}

impl Privileges {
    /// What this account may do; `None` without any role or tie.
    pub fn of(&self, account: ObjectId) -> Option<&Privilege> {
        self.by_account.get(&account)
    }

    /// The users who are Global Administrators at this moment (active, over the whole tenant) and may sign in, in the
    /// order of their ids.
    pub fn enabled_global_administrators(&self) -> &[ObjectId] {
        &self.enabled_global_administrators
    }

    /// Every principal that holds this role at this moment over the whole tenant, user or not.
    pub fn holders_of(&self, role: RoleTemplate) -> impl Iterator<Item = ObjectId> + '_ {
        self.by_account.iter().filter(move |(_, privilege)| privilege.holds(role)).map(|(id, _)| *id)
    }

    /// Reads every assignment, every eligibility where the tenant has them, and every role-assignable group.
    pub(super) async fn read<T: Transport>(paced: &Paced<'_, T>, notes: &mut Vec<Note>) -> Result<Self, LookupError> {
        let held = match with_principals(paced, ASSIGNMENTS).await? {
            Err(error) if may_be_whole_without_principals(&error) => paced.list(ASSIGNMENTS, ASSIGNMENTS_COST).await,
            held => held.map_err(|error| ReadError::refused(ASSIGNMENTS, error)),
        };
        let held = held.map_err(|error| DispensablePart::Roles.refused(error))?;
        let eligible = eligible(paced, notes).await?;
        let groups = groups(paced, held.iter().chain(&eligible)).await?;
        let names = names(paced, held.iter().chain(&eligible)).await?;

        let mut privileges = Self::default();
        for (grant, eligible) in
            held.iter().map(|grant| (grant, false)).chain(eligible.iter().map(|grant| (grant, true)))
        {
            let role = grant.role_definition_id;
            let held = |through| HeldRole {
                role,
                name: names.get(&role).cloned().unwrap_or_else(|| role.to_string().into()),
                through,
                eligible,
                tenant_wide: grant.directory_scope_id.as_deref() == Some("/"),
            };
            match groups.get(&grant.principal_id) {
                None => privileges.give(grant.principal_id, held(Through::Directly)),
                Some(group) => group.members.iter().for_each(|member| {
                    let (id, name) = (grant.principal_id, Arc::clone(&group.name));
                    privileges.give(member.id, held(Through::Group { id, name }));
                }),
            }
        }
        for (id, group) in &groups {
            let ties =
                group.members.iter().map(|tied| (tied, false)).chain(group.owners.iter().map(|tied| (tied, true)));
            for (tied, owner) in ties {
                let tie = RoleGroupTie { id: *id, name: Arc::clone(&group.name), owner };
                privileges.by_account.entry(tied.id).or_default().groups.push(tie);
            }
        }
        for privilege in privileges.by_account.values_mut() {
            privilege.groups.sort_by(|a, b| (&a.name, a.owner).cmp(&(&b.name, b.owner)));
        }
        Ok(privileges)
    }

    fn give(&mut self, account: ObjectId, role: HeldRole) {
        let roles = &mut self.by_account.entry(account).or_default().roles;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
}

/// Who was given roles, with what these are; or what Graph has to say to the question.
async fn with_principals<T: Transport>(
    paced: &Paced<'_, T>,
    path: &str,
) -> Result<Result<Vec<RoleGrant>, GraphError>, ReadError> {
    list(paced, &format!("{path}{WITH_PRINCIPALS}")).one_of_two_ways().whole_or_answer().await
}

/// Where one of the principals is gone, the list with all of them can be answered 404 or 500, and a service that does not
/// know `$expand` refuses it in its own way; without them it is whole.
fn may_be_whole_without_principals(error: &GraphError) -> bool {
    !matches!(error.status, 401 | 403) && !error.is_about_a_premium_licence()
}

fn list<'a, T: Transport>(paced: &Paced<'a, T>, path: &str) -> Pages<'a, T, RoleGrant> {
    paced.pages(path, Consistency::Session, ASSIGNMENTS_COST)
}

/// Eligible roles are an addition: a tenant without the licence or the service has none, and an app that may not see them
/// goes without them and says so. Graph refuses them in many ways, and no code is common to these; what is no refusal
/// of Graph's is an error like any other.
async fn eligible<T: Transport>(paced: &Paced<'_, T>, notes: &mut Vec<Note>) -> Result<Vec<RoleGrant>, LookupError> {
    let eligible = match with_principals(paced, ELIGIBLE).await? {
        Err(error) if may_be_whole_without_principals(&error) => {
            list(paced, ELIGIBLE).optional().whole_or_answer().await?
        }
        eligible => eligible,
    };
    match eligible {
        Ok(eligible) => Ok(eligible),
        Err(error) if error.is_about_a_premium_licence() => {
            notes.push(Note::NoEligibleRoles);
            Ok(Vec::new())
        }
        Err(error) if error.status == 403 => {
            notes.push(Note::EligibleRolesNotRead { because: error });
            Ok(Vec::new())
        }
        Err(error) if is_of_the_service(&error) => {
            notes.push(Note::EligibleRolesRefused { because: error });
            Ok(Vec::new())
        }
        Err(error) => Err(ReadError::refused(ELIGIBLE, error).into()),
    }
}

/// The service does not have the list, or fails each time that it is asked for it.
fn is_of_the_service(error: &GraphError) -> bool {
    matches!(error.status, 400 | 404 | 501) || StatusClass::of(error.status) == StatusClass::ServerFault
}

/// Every role-assignable group with its members, also those within groups within it, and its owners. A group that holds
/// a role is one, whatever the list of such groups says.
async fn groups<'g, T: Transport>(
    paced: &Paced<'_, T>,
    grants: impl Iterator<Item = &'g RoleGrant>,
) -> Result<HashMap<ObjectId, RoleGroupTies>, LookupError> {
    let refused = |error| DispensablePart::RoleGroups.refused(error);
    let filter = encode_query("isAssignableToRole eq true");
    let path = format!("/v1.0/groups?$filter={filter}&$select=id,displayName,isAssignableToRole&$top=999");
    let mut names: HashMap<ObjectId, Option<String>> = HashMap::new();
    for group in paced.list::<RoleGroup>(path, 1).await.map_err(&refused)? {
        if group.is_assignable_to_role != Some(true) {
            return Err(LookupError::Unreliable {
                question: "the question for role-assignable groups".to_owned(),
                reason: format!("it holds {}, which is none", group.id),
            });
        }
        names.insert(group.id, group.display_name);
    }
    let mut unknown = BTreeSet::new();
    for grant in grants {
        match grant.principal.as_ref().map(|principal| (principal.kind.as_deref(), principal)) {
            Some((Some("#microsoft.graph.group"), principal)) => {
                names.entry(grant.principal_id).or_insert_with(|| principal.display_name.clone());
            }
            Some((Some(_), _)) => {}
            Some((None, _)) | None => _ = unknown.insert(grant.principal_id),
        }
    }
    unknown.retain(|id| !names.contains_key(id));
    for (id, group) in groups_among(paced, &Vec::from_iter(unknown)).await.map_err(&refused)? {
        names.insert(id, group.display_name);
    }

    let names: Vec<(ObjectId, Option<String>)> = names.into_iter().collect();
    let parts: Vec<Read> = names
        .iter()
        .flat_map(|(id, _)| {
            ["transitiveMembers", "owners"]
                .map(|part| Read::of_found(format!("/groups/{id}/{part}?$select=id&$top=999")))
        })
        .collect();
    let mut lists = paced.lists::<Tied>(&parts, MEMBERS_COST).await?.into_iter();
    let mut groups = HashMap::with_capacity(names.len());
    for (id, name) in names {
        let mut next = || {
            lists.next().unwrap_or_else(|| Ok(Vec::new())).map_err(|error| refused(ReadError::refused(GROUPS, error)))
        };
        let (members, owners) = (next()?, next()?);
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string());
        groups.insert(id, RoleGroupTies { name: name.into(), members, owners });
    }
    Ok(groups)
}

/// Those of these principals that are groups.
async fn groups_among<T: Transport>(
    paced: &Paced<'_, T>,
    principals: &[ObjectId],
) -> Result<Vec<(ObjectId, RoleGroup)>, ReadError> {
    let mut groups = Vec::new();
    for principals in principals.chunks(MAX_ITEMS) {
        let reads: Vec<Read> = principals
            .iter()
            .map(|id| Read::fresh(format!("/groups/{id}?$select=id,displayName,isAssignableToRole")))
            .collect();
        for (id, answer) in principals.iter().zip(paced.batch(&reads, 1).await?) {
            match answer {
                Ok(body) => {
                    let garbled = |error: serde_json::Error| ReadError::Garbled {
                        what: format!("/groups/{id}"),
                        reason: OutsideText::of_nothing_sent(&error.to_string()),
                    };
                    groups.push((*id, serde_json::from_str(body.get()).map_err(garbled)?));
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(ReadError::refused(GROUPS, error)),
            }
        }
    }
    Ok(groups)
}

/// The names of the roles. Those that are not built in are asked for; a name decides nothing, so a refusal leaves the
/// id to stand for it.
async fn names<'g, T: Transport>(
    paced: &Paced<'_, T>,
    grants: impl Iterator<Item = &'g RoleGrant>,
) -> Result<HashMap<RoleTemplate, Arc<str>>, LookupError> {
    let (mut names, mut unknown) = (HashMap::new(), HashSet::new());
    for grant in grants {
        let role = grant.role_definition_id;
        match roles::name_of(role) {
            Some(name) => _ = names.entry(role).or_insert_with(|| Arc::from(name)),
            None => _ = unknown.insert(role),
        }
    }
    if unknown.is_empty() {
        return Ok(names);
    }
    let definitions = paced.pages::<NamedRole>(DEFINITIONS, Consistency::Session, 1).optional();
    for NamedRole { id, display_name } in definitions.whole_or_answer().await?.unwrap_or_default() {
        if let Some(name) = display_name.filter(|name| !name.is_empty() && unknown.contains(&id)) {
            names.insert(id, name.into());
        }
    }
    Ok(names)
}
