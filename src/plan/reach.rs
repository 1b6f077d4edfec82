//! The accounts that the directory roles of the app or person do not reach: a 403 that is known before the run.

use std::collections::BTreeMap;

use crate::directory::reach::{ActingRole, Action, Actor, Target};
use crate::directory::{Account, TenantFacts};
use crate::graph::caller::Caller;
use crate::graph::claims::Claims;
use crate::ids::ObjectId;
use crate::step::Steps;
use crate::words::{counted, first_of};

/// At most this many accounts are named in a note; `plan.csv` names the roles of each.
const MAX_NAMED: usize = 3;

/// What Microsoft's tables of roles call these steps.
pub fn actions(steps: Steps) -> Vec<Action> {
    steps.iter().map(|step| step.facts().action).collect()
}

/// Who does the work, as an object of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActingPrincipal {
    /// The service principal, or the person; `None` where the token does not say.
    pub object_id: Option<ObjectId>,
    /// An app in its own name, or a person.
    pub is_app: bool,
}

impl ActingPrincipal {
    /// The principal behind a token.
    pub fn of(caller: &Caller, claims: Option<&Claims>) -> Self {
        let object_id = claims.and_then(|claims| claims.object_id);
        match caller {
            Caller::SignedIn { object_id: id, .. } => Self { object_id: Some(*id), is_app: false },
            Caller::App { .. } => Self { object_id, is_app: true },
            Caller::Unknown => Self { object_id, is_app: claims.is_none_or(|claims| claims.is_app) },
        }
    }

    /// The roles that it is known to hold; `None` where that is not known for certain.
    pub fn actor(self, facts: &TenantFacts) -> Option<Actor> {
        let (privileges, id) = facts.privileges.as_ref().zip(self.object_id)?;
        Some(Actor::of(privileges.of(id), self.is_app))
    }
}

/// The app or person has no role that reaches anyone: Graph would refuse every write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} no directory role that allows this for any account: permissions alone are not enough, and Graph would refuse every \
     write with 403; {} needs the role {least}",
    if *.is_app { "this app holds" } else { "the person who is signed in holds" },
    if *.is_app { "its service principal" } else { "that account" }
)]
pub struct RoleMissing {
    /// The least role that reaches people without a role of their own.
    pub least: ActingRole,
    /// An app in its own name, or a person.
    pub is_app: bool,
}

/// Makes sure that the roles reach ordinary accounts. Roles without a column in Microsoft's tables, and roles over a part of
/// the tenant, may reach some: they are given the benefit of the doubt.
///
/// # Errors
///
/// No role that is held allows these steps for any account.
pub fn check(actor: &Actor, steps: Steps) -> Result<(), RoleMissing> {
    let (ordinary, actions) = (Target::default(), actions(steps));
    if actor.holds_others || actor.reaches(&ordinary, &actions) {
        return Ok(());
    }
    Err(RoleMissing { least: actor.least_role_for(&ordinary, &actions), is_app: actor.is_app })
}

/// The accounts that a plan acts on and that the roles do not reach.
#[derive(Debug, Default)]
pub struct OutOfReach {
    actor: Option<Actor>,
    by_role: BTreeMap<ActingRole, (u64, Vec<String>)>,
}

impl OutOfReach {
    /// None yet. Where the roles are not known for certain, no account is ever out of reach.
    pub fn of(actor: Option<Actor>) -> Self {
        Self { actor, by_role: BTreeMap::new() }
    }

    /// These steps are planned for this account.
    pub fn see(&mut self, account: &Account, facts: &TenantFacts, steps: Steps) {
        let Some(actor) = self.actor.as_ref().filter(|actor| !actor.holds_others) else { return };
        let target = Target::of(facts.privileges.as_ref().and_then(|privileges| privileges.of(account.object_id)));
        let actions = actions(steps);
        if actor.reaches(&target, &actions) {
            return;
        }
        let (number, named) = self.by_role.entry(actor.least_role_for(&target, &actions)).or_default();
        *number += 1;
        if named.len() < MAX_NAMED {
            named.push(account.user_principal_name.clone());
        }
    }

    /// The notes for the person who approves the plan, one for each role that is missing.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let is_app = self.actor.as_ref().is_some_and(|actor| actor.is_app);
        self.by_role.iter().map(move |(role, (number, named))| {
            let accounts = counted(*number, "account is", "accounts are");
            let actor = if is_app { "the app's service principal" } else { "the person who is signed in" };
            format!(
                "{accounts} out of reach of the roles that {actor} holds, and Graph will refuse what is planned for them: {}. \
                 Assign {role} to {actor} before the run.",
                first_of(named, *number)
            )
        })
    }
}
