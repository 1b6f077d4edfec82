//! `sealoff verify --tenants`: every run of a set that has begun, proved in its tenant.

use std::path::{Path, PathBuf};

use super::apply::tenant_of;
use super::job;
use super::side_by_side::{TenantWork, side_by_side};
use super::status::{self, RanInTenant};
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages;
use crate::cli::shown_failure;
use crate::cli::spinner::Spinner;
use crate::cli::verify::{self, VerifyArgs};
use crate::cli::words::counted;
use crate::tenants::{Member, TenantSet, TenantsFile};
use crate::verify::claims::RunClaims;

/// Verifies the runs of a set, once.
///
/// # Errors
///
/// The set cannot be used. What is not proved in one tenant is its ending, and stops no other.
pub(in crate::cli) async fn run(args: &VerifyArgs, dir: &Path, file: Option<&PathBuf>) -> Result<Exit, Failure> {
    let set = TenantSet::open(dir)?;
    let file = job::read(super::needed(file, "verify", dir)?)?;
    let members: Vec<&Member> = set.manifest.planned().collect();
    let spinner =
        Spinner::start(format!("reading every account of {}", counted(members.len() as u64, "tenant", "tenants")));
    let mut work: Vec<TenantWork<'_, RanInTenant>> = Vec::with_capacity(members.len());
    for &member in &members {
        let (set, file) = (&set, &file);
        let proving = async move {
            let ran = one(set, member, file, args).await;
            if let Err(failure) = &ran {
                shown_failure::show(failure);
            }
            ran
        };
        work.push(Box::pin(messages::speaking_of(member.name.as_str(), proving)));
    }
    let ran = side_by_side(work).await;
    drop(spinner);
    let ran = members.iter().map(|member| member.name.clone()).zip(ran).collect();
    status::show(&set, ran, args.json)
}

async fn one(set: &TenantSet, member: &Member, file: &TenantsFile, args: &VerifyArgs) -> RanInTenant {
    let plan = set.plan_of(member)?;
    let manifest = plan.manifest();
    if manifest.accounts() == 0 && manifest.counts.already.rows == 0 && !RunClaims::read(&plan)?.can_be_proved(&plan) {
        return Ok(Exit::of_empty(&plan)?);
    }
    let tenant = tenant_of(file, member)?;
    verify::one(&plan, args, || job::connect(tenant, &args.connection)).await
}
