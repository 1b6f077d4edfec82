//! `sealoff report` of a set: a page for every run that has begun.

use std::path::Path;

use super::status::{self, RanInTenant};
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages;
use crate::report::run_page;
use crate::tenants::{Member, TenantSet};

/// Writes the page of every run into its folder.
///
/// # Errors
///
/// The set cannot be used. A page that cannot be written is the ending of its tenant.
pub(in crate::cli) fn run(dir: &Path, json: bool) -> Result<Exit, Failure> {
    let set = TenantSet::open(dir)?;
    let page = |member: &Member| -> RanInTenant {
        let plan = set.plan_of(member)?;
        let written = run_page::write(&plan)?;
        messages::info(format_args!("{}: {}", member.name, written.path.display()));
        Ok(Exit::of(&written.outcomes))
    };
    let ran = set.manifest.planned().map(|member| (member.name.clone(), page(member))).collect();
    status::show(&set, ran, json)
}
