//! The reads that the simulator knows.

use uuid::Uuid;

use super::device_read::DeviceRead;
use super::filter::Filter;
use super::method_action::{MethodCall, MethodRead};
use super::object_filters::{AssignmentFilter, DefinitionFilter, GroupFilter};
use super::paging::ServedPage;
use super::properties::Selection;
use super::select::SelectedNames;
use crate::simulator::directory::UserKey;

/// What is read.
#[derive(Debug)]
pub(crate) enum ServedRead {
    ListUsers(ListUsers),
    CountUsers(Option<Filter>),
    GetUser {
        key: UserKey,
        named: String,
        selection: Option<Selection>,
    },
    /// `GET /users/{id}/manager`.
    Manager {
        key: UserKey,
        named: String,
        selection: Option<Selection>,
    },
    /// `GET /users/{id}/mailboxSettings/userPurpose`.
    MailboxPurpose {
        key: UserKey,
        named: String,
    },
    GetDeletedUser {
        key: UserKey,
        named: String,
        selection: Option<Selection>,
    },
    Me {
        selection: Option<Selection>,
    },
    Methods(MethodCall<MethodRead>),
    /// `GET /directory/onPremisesSynchronization`.
    OnPremisesSync,
    /// The policy over temporary access passes.
    PassPolicy,
    Devices(DeviceRead),
    /// `GET /users/{id}/oauth2PermissionGrants`.
    Consents {
        key: UserKey,
        named: String,
        page: ServedPage,
    },
    /// `GET /users/{id}/appRoleAssignments`.
    AppRolesOfUser {
        key: UserKey,
        named: String,
        page: ServedPage,
    },
    /// The risk of this user.
    Risk(Uuid),
    RiskList(ServedPage),
    GetByIds {
        ids: Vec<Uuid>,
        wanted: WantedObjects,
        names: SelectedNames,
    },
    Organization {
        names: SelectedNames,
    },
    Domains,
    ListGroups {
        filter: GroupFilter,
        expand: Option<Relation>,
        names: SelectedNames,
        page: ServedPage,
    },
    GetGroup {
        id: Uuid,
        expand: Option<Relation>,
        names: SelectedNames,
    },
    GroupMembers(GroupMembers),
    /// Active assignments, or eligible ones.
    ListAssignments {
        eligible: bool,
        filter: AssignmentFilter,
        expand: Option<AssignmentExpand>,
        names: SelectedNames,
        page: ServedPage,
    },
    ListRoleDefinitions {
        filter: DefinitionFilter,
        names: SelectedNames,
        page: ServedPage,
    },
    GetRoleDefinition {
        id: Uuid,
        names: SelectedNames,
    },
    ListDirectoryRoles {
        names: SelectedNames,
    },
    DirectoryRoleMembers {
        role: RoleKey,
        names: SelectedNames,
        page: ServedPage,
    },
    /// The app's service principal, or its registration.
    App {
        of: AppKey,
        registration: bool,
        names: SelectedNames,
    },
    /// The permissions that the app was granted.
    AppRoleAssignments {
        of: AppKey,
        names: SelectedNames,
        page: ServedPage,
    },
    AppOwners {
        of: AppKey,
        registration: bool,
        names: SelectedNames,
        page: ServedPage,
    },
}

/// Which objects `getByIds` is to look among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WantedObjects {
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
    pub(crate) names: SelectedNames,
    pub(crate) page: ServedPage,
}

/// `GET /users` and `GET /directory/deletedItems/microsoft.graph.user`.
#[derive(Debug)]
pub(crate) struct ListUsers {
    pub(crate) deleted: bool,
    pub(crate) filter: Option<Filter>,
    pub(crate) selection: Option<Selection>,
    pub(crate) page: ServedPage,
    pub(crate) count: bool,
}
