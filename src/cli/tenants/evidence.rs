//! `sealoff evidence` of a set: an archive for every tenant that has a plan.

use std::path::{Path, PathBuf};

use super::status::{self, RanInTenant};
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages;
use crate::cli::shown_failure;
use crate::report::evidence;
use crate::run::lock::FolderLock;
use crate::signing::SigningKey;
use crate::tenants::{Member, TenantSet};

/// Packs the run of every tenant into an archive of its own, which has the tenant's name behind that of `output`.
///
/// # Errors
///
/// The set cannot be used. An archive that cannot be made is the ending of its tenant, and stops no other.
pub(in crate::cli) fn run(
    dir: &Path,
    output: &Path,
    key: Option<&SigningKey>,
    replace: bool,
    json: bool,
) -> Result<Exit, Failure> {
    let set = TenantSet::open(dir)?;
    let pack = |member: &Member| -> RanInTenant {
        let plan = set.plan_of(member)?;
        let _lock = FolderLock::take(plan.path(), "evidence")?;
        let held = evidence::pack(&plan, &named(output, member), key, replace)?;
        messages::info(format_args!("{}: {}", member.name, held.archive.display()));
        Ok(Exit::of(&held.outcomes))
    };
    let packed = set.manifest.planned().map(|member| {
        let ran = pack(member);
        if let Err(failure) = &ran {
            messages::info(format_args!("{}: no archive was made", member.name));
            shown_failure::show(failure);
        }
        (member.name.clone(), ran)
    });
    let ran = packed.collect();
    status::show(&set, ran, json)
}

/// `night.zip` becomes `night-contoso.zip`.
fn named(output: &Path, member: &Member) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    let ending = output.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    output.with_file_name(format!("{stem}-{}{ending}", member.name))
}
