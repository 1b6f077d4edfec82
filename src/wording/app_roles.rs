//! What is said of the roles that people hold in apps.

use crate::plan::app_role_counts::{AppOfRoles, AppRoleCounts};
use crate::words::{count, counted, moment};

/// What no plan touches, and why.
pub const STAY: &str = "they are listed, and no run touches them: the permission to change app roles (AppRoleAssignment.ReadWrite.All) lets \
     its holder take over the tenant, and no tool for lists should have it";

/// Who takes one away.
pub const BY_HAND: &str = "where one should not be there, an administrator takes it away (Entra admin center > Enterprise apps > the app > \
     Users and groups)";

/// `12 roles of 9 people in 3 apps, 4 of them through groups`.
pub fn headline(roles: &AppRoleCounts) -> String {
    if roles.assignments == 0 {
        return format!("no role of {} in an app", counted(roles.read.people.into(), "person", "people"));
    }
    let through = match roles.through_groups {
        0 => String::new(),
        number => format!(", {} of them through groups", count(number.into())),
    };
    format!(
        "{} of {} in {}{through}",
        counted(roles.assignments.into(), "role", "roles"),
        counted(roles.with_any.into(), "person", "people"),
        counted(roles.apps.len() as u64 + u64::from(roles.more_apps), "app", "apps"),
    )
}

/// What an app is called; its id where its name is not known.
pub fn app_name(app: &AppOfRoles) -> String {
    match (app.name.as_str(), app.resource_id) {
        ("", Some(id)) => format!("an app that is not known here ({id})"),
        ("", None) => "an app that is not known here".to_owned(),
        (name, _) => name.to_owned(),
    }
}

/// The roles in it that people hold, and how often: `Approver (9), default access (2)`.
pub fn roles_in(app: &AppOfRoles) -> String {
    let mut roles: Vec<String> =
        app.roles.iter().map(|role| format!("{} ({})", role.name, count(role.assignments.into()))).collect();
    if app.more_roles > 0 {
        roles.push(format!("{} more", counted(app.more_roles.into(), "role", "roles")));
    }
    roles.join(", ")
}

/// `Contoso Expenses: Approver (9), default access (2); last assigned: 2026-11-28 02:30:00Z`.
pub fn of_app(app: &AppOfRoles) -> String {
    format!("{}: {}; last assigned: {}", app_name(app), roles_in(app), last_assigned(app))
}

/// When a role in it was assigned last.
pub fn last_assigned(app: &AppOfRoles) -> String {
    app.last_assigned.map_or_else(|| "not known".to_owned(), moment)
}

/// The apps that are not named, where there are any.
pub fn more_apps(roles: &AppRoleCounts) -> Option<String> {
    let more = roles.more_apps;
    (more > 0).then(|| format!("app-roles.csv names {} more", counted(more.into(), "app", "apps")))
}

/// Whose are not known, where there are any.
pub fn unknown_people(roles: &AppRoleCounts) -> Option<String> {
    let people = roles.read.not_read;
    (people > 0).then(|| {
        let who = counted(people.into(), "person's app roles are", "people's app roles are");
        format!("{who} not known: Graph would not list them (not_read in the list says why)")
    })
}
