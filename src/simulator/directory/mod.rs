//! The people of the tenant, their groups and roles, and the ways to find them.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `store` | the directory itself, and how users are found |
//! | `user`, `group`, `unit`, `role`, `service_principal` | one object each; `object` is any of them |
//! | `method`, `methods` | how people prove who they are |
//! | `device`, `devices` | what people sign in with |
//! | `app_roles` | the roles that people hold in apps |
//! | `consent`, `consents` | what people allowed apps to do in their name |
//! | `groups`, `units`, `roles`, `search`, `deletion` | what is asked of the directory about them |
//! | `sample_people`, `seed`, `names`, `contoso`, `extra_person` | who is in it when it begins |
//! | `twin` | the tenants beside Contoso |
//! | `snapshot` | the directory as a file |

mod app_roles;
pub(crate) mod builtin_roles;
mod changed_devices;
mod consent;
mod consents;
mod contoso;
mod deletion;
mod device;
mod devices;
mod extra_person;
mod group;
mod groups;
mod method;
mod methods;
mod names;
mod object;
mod pass;
mod place;
mod role;
mod roles;
mod sample_people;
mod search;
mod search_key;
mod seed;
mod service_principal;
mod snapshot;
mod store;
pub(crate) mod tenant;
mod twin;
mod unit;
mod units;
mod user;
mod user_key;

pub use app_roles::SimulatedAppRole;
pub(crate) use app_roles::{RoleOfApp, roles_of};
pub(crate) use consent::client;
pub use consent::{CLIENTS, SimulatedClient, SimulatedConsent};
pub use device::{DeviceSystem, DeviceTrust, SimulatedDevice};
pub use extra_person::ExtraPerson;
pub use group::{Members, SimulatedGroup};
pub use method::{
    ALTERNATE_MOBILE_ID, EMAIL_ID, MOBILE_ID, OFFICE_ID, PASSWORD_ID, SimulatedMethod, SimulatedMethodKind,
    SimulatedMethods,
};
pub(crate) use methods::{passkey_id, random_of};
pub(crate) use object::Object;
pub use pass::{SimulatedPass, SimulatedPassPolicy};
pub(crate) use place::UserPlace;
pub(crate) use role::{RoleAssignment, RoleDefinition, RoleScope, RoleStanding};
pub(crate) use sample_people::SIZE as CAST_SIZE;
pub(crate) use search_key::SearchKey;
pub(crate) use service_principal::ServicePrincipal;
pub use snapshot::SnapshotError;
pub use store::Directory;
pub(crate) use user::ON_PREMISES_DOMAIN;
pub use user::{Details, DirectoryText, ExternalUserState, SimulatedOnPremises, SimulatedUser, UserType};
pub(crate) use user_key::UserKey;
