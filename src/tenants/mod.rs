//! Many tenants at once: the job is the same in each of them, so it is a set of plans and no other engine.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `file` | the file that names the tenants: how to get in, who is protected, who opens the passwords |
//! | `keys` | the keys of its tables |
//! | `name` | what a tenant is called in it; its folder has that name |
//! | `whose` | whose a row of the list is |
//! | `not_asked` | the rows that may be of a tenant that could not be asked |
//! | `set` | the plans that were made of one list, bound by one fingerprint |
//! | `page` | the same for a person who approves |

mod error;
mod file;
mod keys;
mod name;
mod no_plan;
pub mod not_asked;
pub mod page;
mod set;
mod whose;

pub use error::{TenantsFileError, TenantsFileProblem};
pub use file::{NamedTenant, TenantAccess, TenantsFile};
pub use name::{NotATenantName, TenantName};
pub use no_plan::{NoPlan, PlanFailure};
pub use set::{KnownRows, Member, SET_JSON, SetError, SetManifest, TenantSet, UNPLACED_CSV, Unplaced};
pub use whose::{KnownTenant, Placed, Whose};
