//! The calls that the simulator knows.

use uuid::Uuid;

use super::change::UserChange;
use super::filter::Filter;
use super::object_filters::{AssignmentFilter, DefinitionFilter, GroupFilter};
use super::paging::Page;
use super::properties::Selection;
use super::select::Names;
use crate::simulator::directory::UserKey;

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Call {
    ListUsers(ListUsers),
    CountUsers(Option<Filter>),
    GetUser {
        key: UserKey,
        named: String,
        selection: Option<Selection>,
    },
    GetDeletedUser {
        key: UserKey,
        named: String,
        selection: Option<Selection>,
    },
    Me {
        selection: Option<Selection>,
    },
    UpdateUser {
        key: UserKey,
        named: String,
        change: UserChange,
    },
    RevokeSessions {
        key: UserKey,
        named: String,
    },
    GetByIds {
        ids: Vec<Uuid>,
        wanted: Wanted,
        names: Names,
    },
    Organization {
        names: Names,
    },
    Domains,
    ListGroups {
        filter: GroupFilter,
        expand: Option<Relation>,
        names: Names,
        page: Page,
    },
    GetGroup {
        id: Uuid,
        expand: Option<Relation>,
        names: Names,
    },
    GroupMembers(GroupMembers),
    /// Active assignments, or eligible ones.
    ListAssignments {
        eligible: bool,
        filter: AssignmentFilter,
        expand: Option<AssignmentExpand>,
        names: Names,
        page: Page,
    },
    ListRoleDefinitions {
        filter: DefinitionFilter,
        names: Names,
        page: Page,
    },
    GetRoleDefinition {
        id: Uuid,
        names: Names,
    },
    ListDirectoryRoles {
        names: Names,
    },
    DirectoryRoleMembers {
        role: RoleKey,
        names: Names,
        page: Page,
    },
    /// The app's service principal, or its registration.
    App {
        of: AppKey,
        registration: bool,
        names: Names,
    },
    /// The permissions that the app was granted.
    AppRoleAssignments {
        of: AppKey,
        names: Names,
        page: Page,
    },
    AppOwners {
        of: AppKey,
        registration: bool,
        names: Names,
        page: Page,
    },
}

/// Which objects `getByIds` is to look among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) users: bool,
    pub(crate) groups: bool,
    pub(crate) service_principals: bool,
}

/// What a group has others in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Members,
    TransitiveMembers,
    Owners,
}

/// What an assignment can be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssignmentExpand {
    Principal,
    RoleDefinition,
}

/// How an activated role is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoleKey {
    /// By the id that it has in this tenant.
    Id(Uuid),
    Template(Uuid),
}

/// How an app is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppKey {
    AppId(Uuid),
    ObjectId(Uuid),
}

/// `GET /groups/{id}/members` and the like.
#[derive(Debug)]
pub(crate) struct GroupMembers {
    pub(crate) id: Uuid,
    pub(crate) relation: Relation,
    /// Cast to `microsoft.graph.user`.
    pub(crate) users_only: bool,
    pub(crate) count: bool,
    pub(crate) names: Names,
    pub(crate) page: Page,
}

/// `GET /users` and `GET /directory/deletedItems/microsoft.graph.user`.
#[derive(Debug)]
pub(crate) struct ListUsers {
    pub(crate) deleted: bool,
    pub(crate) filter: Option<Filter>,
    pub(crate) selection: Option<Selection>,
    pub(crate) page: Page,
    pub(crate) count: bool,
}
