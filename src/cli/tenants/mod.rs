//! `--tenants`: a command for every tenant that a file names. What is done in each is the command as it is without the flag;
//! here is what is around it.
//!
//! | file | what it does |
//! | --- | --- |
//! | `job` | a tenant of the file, with the way into it and the rules that hold there |
//! | `side_by_side` | works on many at once |
//! | `ending` | the exit code of many endings |
//! | `plan`, `preview`, `sign` | a plan for each, bound to a set, the set as a person approves it, and that person's signatures |
//! | `status`, `watch` | where the runs of a set stand, and how far they are while they are worked on |
//! | `apply`, `progress` | the plans of a set, carried out side by side, and how far all of it is |
//! | `verify`, `report`, `evidence` | the runs of a set, proved, and a page and an archive for each |
//! | `doctor` | what is missing where |

mod apply;
mod doctor;
mod ending;
mod evidence;
mod job;
mod next_below;
mod plan;
mod preview;
mod progress;
mod report;
mod side_by_side;
mod sign;
mod status;
mod verify;
mod watch;

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Failure;
use crate::tenants::TenantSet;

pub(super) use apply::run as apply;
pub(super) use doctor::{TenantsDoctorDocument, run as doctor};
pub(super) use evidence::run as evidence;
pub(super) use plan::run as plan;
pub(super) use report::run as report;
pub(super) use sign::run as sign;
pub(super) use status::{TenantsStatusDocument, run as status};
pub(super) use verify::run as verify;

/// The tenants that a command is for.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Many tenants")]
pub(super) struct TenantsArgs {
    /// Do it in every tenant that this TOML file names: a table [tenants.NAME] for each, with tenant = its id or a domain, and
    /// how to get in (sealoff help tenants)
    #[arg(
        long = "tenants",
        value_name = "FILE",
        conflicts_with_all = ["tenant", "client_id", "client_secret_file", "client_certificate", "federated_token_file", "cloud"]
    )]
    pub(super) file: Option<PathBuf>,
}

/// The tenants that a command is for which reads their folders alone.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Many tenants")]
pub(super) struct WholeSetArgs {
    /// The file that names the tenants, as for sealoff apply. It may be left out: the folder has their plans
    #[arg(long, value_name = "FILE")]
    tenants: Option<PathBuf>,
}

impl WholeSetArgs {
    /// Does the folder hold the plans of many tenants, or is it said to?
    ///
    /// # Errors
    ///
    /// The file cannot be used.
    pub(super) fn mean_set(&self, dir: &Path) -> Result<bool, Failure> {
        match &self.tenants {
            Some(file) => job::read(file).map(|_| true),
            None => Ok(TenantSet::is_in(dir)),
        }
    }
}

/// `--max-accounts` was given for many tenants: a number that is enough for the largest of them guards no other.
pub(super) fn number_for_all(file: Option<&Path>) -> Failure {
    let file = file.map_or_else(|| "the file of tenants".to_owned(), super::words::quoted);
    Failure::usage("--max-accounts is for the plan of one tenant, and these are many").with_next(format_args!(
        "Leave it out. Where a plan is too large, the preview says so, with the line to put below its [tenants.NAME] in {file}."
    ))
}

/// The file of tenants, which a command needs to get in.
fn needed<'a>(file: Option<&'a PathBuf>, command: &str, dir: &Path) -> Result<&'a PathBuf, Failure> {
    file.ok_or_else(|| {
        let dir = super::words::quoted(dir);
        Failure::usage(format_args!("{dir} holds the plans of many tenants, and how to get in there is not known"))
            .with_command(
                "Name the file that they were made with",
                format_args!("sealoff {command} {dir} --tenants FILE"),
            )
    })
}
