//! The names in a roster become *accounts*: what each person really is in the tenant.
//!
//! The rule that stands above all others: an incomplete answer decides nothing. A name whose answer was refused, lost, cut
//! off by paging or left out is asked for again, and what stays unanswered is an error of the whole lookup. "Not found" is
//! said only of a name that Graph answered for.
//!
//! | file | what it does |
//! | --- | --- |
//! | `account` | what the rules want to know of one user object |
//! | `deleted` | who was deleted lately |
//! | `question` | one query to Graph: how it is written, and which answers to it are believed |
//! | `findings` | who was found, under every name that was asked for |
//! | `lookup` | names in, accounts out in the same order, several calls in flight, paced by resource units |
//! | `cache` | what was found already, so that the people of a log are looked up once |
//! | `non_person`, `mailboxes`, `managers` | what shows that an account is not one person's; what mailboxes are for; whose manager is whom |
//! | `closer_look` | what is read of accounts that were found, where more has to be known of them |
//! | `sync_features` | what the directory sync is set up for |
//! | `tenant` | what is read of the tenant itself, once for each plan |
//! | `domains` | where people sign in |
//! | `roles` | the built-in directory roles, and the accounts that a User Administrator may act on |
//! | `privilege`, `privileges` | what an account may do beyond its own affairs, and who may what in the tenant |
//! | `reach` | which role may act on which account |
//! | `operators` | the people who operate sealoff: they must not lock themselves out |
//! | `listing`, `export` | people as the tenant lists them, written as a roster |
//! | `held_method`, `held_device` | what people prove by who they are, and their devices |
//! | `held_consent`, `consented_app`, `app_by_id` | what people allowed apps to do, and which apps these are |
//! | `held_app_role` | the roles that people hold in apps |
//! | `person_list`, `person_reader` | what a person may have several of, and how it is listed at a pace of its own |
//! | `not_listed` | why it is not known what a person has |
//! | `pass_policy` | what the tenant allows of temporary access passes, and for whom |
//! | `note` | what could not be read and does not stop a plan |

mod account;
mod app_by_id;
mod cache;
mod closer_look;
mod consented_app;
mod deleted;
mod domains;
mod error;
mod export;
mod findings;
mod held_app_role;
mod held_consent;
mod held_device;
mod held_method;
mod held_rights;
mod listing;
mod lookup;
mod mailboxes;
mod managers;
mod non_person;
mod not_listed;
mod note;
mod operators;
mod pass_policy;
mod person_list;
mod person_reader;
mod privilege;
mod privileges;
mod question;
pub mod reach;
pub mod roles;
mod sync_features;
mod tenant;
#[cfg(test)]
pub(crate) mod test_tenant;
#[cfg(test)]
mod tests;

pub use account::{Account, Found, OnPremises};
pub use app_by_id::{AppById, apps_by_id};
pub use cache::LookupCache;
pub use closer_look::{CloserLook, SeenCloser};
pub use consented_app::ConsentedApp;
pub use deleted::Deleted;
pub use domains::Domains;
pub use error::{DispensablePart, LookupError};
pub use export::{ExportColumns, ExportError, Exported, HEADER as EXPORT_HEADER, WHOLE_TENANT, export};
pub use held_app_role::{AppRolesOfPerson, HeldAppRole, RolesOfApp};
pub use held_consent::{ConsentsOfPerson, HeldConsent};
pub use held_device::{DevicesOfPerson, HeldDevice};
pub use held_method::{HeldMethod, MethodKind};
pub use held_rights::HeldRights;
pub use listing::{Listed, Listing, ListingScope, count};
pub use lookup::Lookup;
pub use managers::Manager;
pub use non_person::NonPersonSign;
pub use not_listed::NotListed;
pub use note::{ManagerFault, Note, NoteKind};
pub use operators::{Operator, Operators};
pub use pass_policy::{PassPolicy, PassScope};
pub use person_list::{MethodsOfPerson, PassUsability, PassesOfPerson, PersonList, StandingPass};
pub use person_reader::PersonReader;
pub use privilege::{HeldRole, Privilege, RoleGroupTie, Through};
pub use privileges::Privileges;
pub use sync_features::SyncFeatures;
pub use tenant::{Scope, TenantFacts};
