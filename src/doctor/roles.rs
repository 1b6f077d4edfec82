//! With which directory roles the program acts, and which accounts of the roster they do not reach.

use uuid::{Uuid, uuid};

use super::check::Check;
use crate::directory::reach::{ActingRole, Action, Actor, Target};
use crate::directory::{Account, Privilege};
use crate::graph::claims::Claims;
use crate::ids::{ObjectId, RoleTemplate};
use crate::plan::reach::actions;
use crate::plan::row::ListPlace;
use crate::step::{Step, Steps};
use crate::words::{counted, first_of};

/// At most this many rows are named in words. Programs get all of them.
const MAX_NAMED: usize = 5;

/// How a role is given to the app or the person: in the portal, and by a command.
pub fn how_to_assign(role: ActingRole, principal: Option<ObjectId>, is_app: bool) -> (String, String) {
    let id = principal.map_or_else(|| "OBJECT_ID".to_owned(), |id| id.to_string());
    let command = format!(
        "az rest --method POST --url https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments --body \
         '{{\"principalId\":\"{id}\",\"roleDefinitionId\":\"{}\",\"directoryScopeId\":\"/\"}}'",
        role.template()
    );
    (in_portal(role.name(), is_app), command)
}

fn in_portal(role: &str, is_app: bool) -> String {
    let holder = if is_app { "the app's service principal" } else { "the person who is signed in" };
    format!("Entra admin center > Roles & admins > {role} > Add assignments: {holder}.")
}

/// The roles that may disable devices, whosever they are ("Update device").
const OVER_DEVICES: [(&str, Uuid); 3] = [
    ("Cloud Device Administrator", uuid!("7698a772-787b-4ac8-901f-60d6b08affd2")),
    ("Intune Administrator", uuid!("3a2c62db-5318-420d-8d74-23affee5d9d5")),
    ("Global Administrator", uuid!("62e90394-69f5-4237-9190-012177145e10")),
];

/// The role over devices, where the steps disable any: a person needs one, and some apps were refused without.
pub fn over_devices(privilege: Option<&Privilege>, is_app: bool, steps: Steps) -> Option<Check> {
    const CHECK: &str = "device role";
    if !steps.contains(Step::Devices) {
        return None;
    }
    let held =
        privilege.iter().flat_map(|privilege| &privilege.roles).filter(|held| !held.eligible && held.tenant_wide);
    let known = held.filter_map(|held| OVER_DEVICES.iter().find(|(_, role)| held.role.guid() == *role)).next();
    Some(match known {
        Some((name, _)) => Check::ok(CHECK, format!("{name}: it may disable devices")),
        None => Check::warning(
            CHECK,
            if is_app {
                "no role over devices; by its permission alone an app may disable those with Windows, and some tenants refused even \
                 that"
            } else {
                "no role over devices: with --devices, Graph refuses to disable any"
            },
            in_portal("Cloud Device Administrator", is_app),
        ),
    })
}

/// The roles of the app or person, against what an ordinary account needs.
pub fn own(actor: &Actor, privilege: Option<&Privilege>, principal: Option<ObjectId>, steps: Steps) -> Check {
    const CHECK: &str = "roles";
    let (ordinary, actions) = (Target::default(), actions(steps));
    let held = privilege.filter(|held| !held.roles.is_empty() || !held.groups.is_empty());
    let held = held.map_or_else(|| "none".to_owned(), ToString::to_string);
    let items = actor.roles.iter().map(|role| role.name().to_owned()).collect();
    let check = if actor.reaches(&ordinary, &actions) {
        let far = if actor.roles.iter().any(|role| *role >= ActingRole::PrivilegedAuthenticationAdministrator) {
            "that reaches administrators too"
        } else if actor.roles.is_empty() {
            "that reaches people without a role"
        } else {
            "that reaches people without a role, and some with one of the lesser roles"
        };
        Check::ok(CHECK, format!("{held}; {far}"))
    } else {
        let least = actor.least_role_for(&ordinary, &actions);
        let (remedy, command) = how_to_assign(least, principal, actor.is_app);
        let check = if actor.holds_others {
            Check::warning(
                CHECK,
                format!(
                    "{held}; whether that reaches the people on a roster is not known; {least} over the whole tenant would"
                ),
                remedy,
            )
        } else {
            Check::failed(
                CHECK,
                format!("{held}; a permission alone does not do: Graph answers 403 without the directory role {least}"),
                remedy,
            )
        };
        check.by_command(command)
    };
    check.about(items)
}

/// The roles in the token, where the directory could not be read.
pub fn as_the_token_lists(claims: &Claims) -> Check {
    let name =
        |role: &RoleTemplate| crate::directory::roles::name_of(*role).map_or_else(|| role.to_string(), str::to_owned);
    let listed: Vec<String> = claims.roles.iter().map(name).collect();
    let found = format!("the token lists {}; only the directory shows whether that is all", listed.join(", "));
    Check::skipped("roles", found).about(listed)
}

/// An account of the roster that cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreachedRow {
    /// Where on the list.
    pub place: ListPlace,
    /// Who.
    pub user_principal_name: String,
    /// With which role it could be done; `None` where no role over the whole tenant does.
    pub least: Option<ActingRole>,
}

/// Whether these steps can be done to this account.
pub fn out_of_reach(
    actor: &Actor,
    place: ListPlace,
    account: &Account,
    privilege: Option<&Privilege>,
    actions: &[Action],
) -> Option<UnreachedRow> {
    let target = Target::of(privilege);
    let user_principal_name = account.user_principal_name.clone();
    if account.restricted {
        return Some(UnreachedRow { place, user_principal_name, least: None });
    }
    if actor.holds_others || actor.reaches(&target, actions) {
        return None;
    }
    Some(UnreachedRow { place, user_principal_name, least: Some(actor.least_role_for(&target, actions)) })
}

/// The accounts of the roster that the roles do not reach: one check for each role that would.
pub fn reach(found: u64, missed: &[UnreachedRow], principal: Option<ObjectId>, is_app: bool) -> Vec<Check> {
    const CHECK: &str = "reach";
    let mut checks = Vec::new();
    let would_do = ActingRole::ALL.into_iter().map(Some).chain([None]);
    for least in would_do {
        let these: Vec<&UnreachedRow> = missed.iter().filter(|one| one.least == least).collect();
        if these.is_empty() {
            continue;
        }
        let accounts = counted(these.len() as u64, "account", "accounts");
        let who = named(&these);
        let check = match least {
            Some(role) => {
                let (remedy, command) = how_to_assign(role, principal, is_app);
                let found = format!("{accounts} of the roster can only be reached with {role}: {who}");
                Check::failed(CHECK, found, remedy).by_command(command)
            }
            None => Check::warning(
                CHECK,
                format!(
                    "{accounts} of the roster in a restricted management administrative unit, where only a role at the scope \
                     of that unit reaches: {who}"
                ),
                "Assign User Administrator at that unit (Entra admin center > Roles & admins > Admin units), or leave them out.",
            ),
        };
        checks.push(check.about(these.iter().map(|one| one.user_principal_name.clone()).collect()));
    }
    if checks.is_empty() {
        checks.push(Check::ok(
            CHECK,
            format!("all {} found on the roster can be reached", counted(found, "account", "accounts")),
        ));
    }
    checks
}

fn named(these: &[&UnreachedRow]) -> String {
    let first: Vec<String> =
        these.iter().take(MAX_NAMED).map(|one| format!("{} {}", one.place, one.user_principal_name)).collect();
    first_of(&first, these.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckStatus;
    use super::*;
    use crate::plan::playbook::Playbook;

    fn app(roles: &[ActingRole]) -> Actor {
        Actor { roles: roles.to_vec(), holds_others: false, is_app: true }
    }

    #[test]
    fn an_app_without_a_role_gets_the_role_and_the_command() {
        let check = own(&app(&[]), None, None, Playbook::Breach.steps());
        assert_eq!(check.status, CheckStatus::Failed);
        assert!(check.found.contains("User Administrator"), "{check:?}");
        assert!(check.command.unwrap().contains("fe930be7-5e62-47db-91af-98c3a49a38b1"));
        assert_eq!(own(&app(&[]), None, None, Playbook::Signout.steps()).status, CheckStatus::Ok);
        let scoped = Actor { holds_others: true, ..app(&[]) };
        assert_eq!(own(&scoped, None, None, Playbook::Breach.steps()).status, CheckStatus::Warning);
    }

    #[test]
    fn those_out_of_reach_are_grouped_by_the_role_that_would_do() {
        let missed = |row, least| UnreachedRow {
            place: ListPlace { row: crate::ids::RowNumber::new(row), sheet_row: None, among: None },
            user_principal_name: format!("u{row}@x"),
            least,
        };
        let high = Some(ActingRole::PrivilegedAuthenticationAdministrator);
        let mut all: Vec<UnreachedRow> = (1..=7).map(|row| missed(row, high)).collect();
        all.push(missed(9, None));
        let checks = reach(20, &all, None, true);
        assert_eq!(
            checks.iter().map(|check| check.status).collect::<Vec<_>>(),
            [CheckStatus::Failed, CheckStatus::Warning]
        );
        assert!(
            checks[0].found.contains("7 accounts") && checks[0].found.ends_with("row 5 u5@x and 2 more"),
            "{checks:?}"
        );
        assert_eq!(checks[0].items.len(), 7);
        assert_eq!(reach(20, &[], None, true)[0].status, CheckStatus::Ok);
    }
}
