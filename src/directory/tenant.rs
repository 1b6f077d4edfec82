//! What is read of the tenant itself, once for each plan and once more before a run.

use serde::Deserialize;

use super::domains::Domains;
use super::error::LookupError;
use super::lookup::Lookup;
use super::note::Note;
use super::operators::Operators;
use super::privileges::Privileges;
use super::roles::GLOBAL_ADMINISTRATOR;
use crate::graph::caller::Caller;
use crate::graph::error::GraphError;
use crate::graph::paced::Paced;
use crate::graph::percent::encode_query;
use crate::graph::reading::{Organization, ReadError};
use crate::graph::transport::{Consistency, Transport};
use crate::ids::ObjectId;

/// What is worth reading. Each part that is left out leaves a [`Note`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Directory roles and role-assignable groups; `--without-roles` leaves them out.
    pub roles: bool,
    /// Domains; `--without-domains` leaves them out.
    pub domains: bool,
}

impl Default for Scope {
    fn default() -> Self {
        Self { roles: true, domains: true }
    }
}

/// What the rules want to know of the tenant as a whole.
#[derive(Debug, Clone)]
pub struct TenantFacts {
    /// Which tenant it is.
    pub organization: Organization,
    /// Its domains; `None` where the operator gave up on them.
    pub domains: Option<Domains>,
    /// Who holds roles; `None` where the operator gave up on them, which is not the same as none.
    pub privileges: Option<Privileges>,
    /// The people who operate sealoff.
    pub operators: Operators,
    /// Members (not guests) who may sign in.
    pub enabled_members: u64,
    /// What could not be read and does not stop a plan.
    pub notes: Vec<Note>,
}

const ENABLED_MEMBERS: &str = "accountEnabled eq true and userType eq 'Member'";

impl TenantFacts {
    /// Reads all of it; the cost is some ten calls, and one more for each thousand assignments or group members.
    ///
    /// # Errors
    ///
    /// Anything that is in scope and cannot be read, but for what [`Note`] lists; a missing permission is named
    /// ([`LookupError::NotPermitted`]).
    pub async fn read<T: Transport>(paced: &Paced<'_, T>, caller: &Caller, scope: Scope) -> Result<Self, LookupError> {
        let mut notes = Vec::new();
        let organization = paced.organization().await?;
        let operators = Operators::read(paced, caller, &mut notes).await?;
        let enabled_members = enabled_members(paced, &mut notes).await?;
        let domains = if scope.domains {
            Some(Domains::read(paced).await?)
        } else {
            notes.push(Note::DomainsNotRead);
            None
        };
        let privileges = if scope.roles {
            let mut privileges = Privileges::read(paced, &mut notes).await?;
            let holders: Vec<ObjectId> = privileges.holders_of(GLOBAL_ADMINISTRATOR).collect();
            privileges.enabled_global_administrators = enabled_among(paced, &holders).await?;
            Some(privileges)
        } else {
            notes.push(Note::RolesNotRead);
            None
        };
        Ok(Self { organization, domains, privileges, operators, enabled_members, notes })
    }
}

/// Those of them who are users and may sign in.
async fn enabled_among<T: Transport>(paced: &Paced<'_, T>, ids: &[ObjectId]) -> Result<Vec<ObjectId>, LookupError> {
    let accounts = Lookup::paced(paced.clone()).accounts(ids).await?;
    // An account that is not known to be enabled must not be counted among those that can undo a mistake.
    if accounts.values().any(|account| account.enabled.is_none()) {
        return Err(LookupError::StateHidden);
    }
    let enabled = accounts.into_values().filter(|account| account.enabled == Some(true));
    let mut enabled: Vec<ObjectId> = enabled.map(|account| account.object_id).collect();
    enabled.sort_unstable();
    Ok(enabled)
}

/// Counted by the tenant; where it does not count, its members are listed, a thousand a call.
async fn enabled_members<T: Transport>(paced: &Paced<'_, T>, notes: &mut Vec<Note>) -> Result<u64, LookupError> {
    #[derive(Deserialize)]
    struct Member {
        #[serde(rename = "id")]
        _id: ObjectId,
    }
    let filter = encode_query(ENABLED_MEMBERS);
    match paced.count(&format!("/v1.0/users/$count?$filter={filter}"), 2).await {
        Ok(count) => return Ok(count),
        Err(error @ ReadError::Refused { error: GraphError { status: 401 | 403, .. }, .. }) => return Err(error.into()),
        Err(error) => {
            error.into_graphs_answer()?;
            notes.push(Note::MembersListed);
        }
    }
    let path = format!("/v1.0/users?$filter={filter}&$select=id&$top=999");
    let mut pages = paced.pages::<Member>(path, Consistency::Session, 1);
    let mut count = 0;
    while let Some(page) = pages.next().await? {
        count += page.len() as u64;
    }
    Ok(count)
}
