//! `sealoff sign` of a set: the plan of every tenant, as the set binds it, with one key.

use std::io::Write as _;
use std::path::Path;

use super::ending::ending_of;
use crate::cli::exit::{Exit, Failure, printed};
use crate::cli::lines;
use crate::cli::messages;
use crate::cli::shown_failure;
use crate::cli::sign::{self, SignedPlan};
use crate::cli::signatures::failure;
use crate::cli::signing_key;
use crate::cli::words::{count, counted, harmless};
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::signatures;
use crate::signing::SigningKey;
use crate::tenants::{Member, TenantSet};

/// What became of one plan.
enum Signed {
    Now(SignedPlan),
    /// The key had signed it.
    Before,
}

/// Signs the plan of every tenant. One that has a signature of this key is left as it is: the same command goes on.
///
/// # Errors
///
/// There is no set or no key. A plan that cannot be signed is named, and stops no other.
pub(in crate::cli) fn run(dir: &Path, key: &Path, policies: &[ApprovalPolicy], json: bool) -> Result<Exit, Failure> {
    let set = TenantSet::open(dir)?;
    let key = signing_key::read(key)?;
    let signed: Vec<(&Member, Result<Signed, Failure>)> =
        set.manifest.planned().map(|member| (member, one(&set, member, &key, policies))).collect();
    for (member, failed) in signed.iter().filter_map(|(member, signed)| Some((member, signed.as_ref().err()?))) {
        messages::of_tenant(member.name.as_str(), || shown_failure::show(failed));
    }
    let mut out = anstream::stdout();
    let written = if json {
        signed.iter().try_for_each(|(_, signed)| match signed {
            Ok(Signed::Now(signed)) => signed.write_json(&mut out),
            _ => Ok(()),
        })
    } else {
        lines::write(&mut out, |out| {
            let manifest = &set.manifest;
            let accounts = counted(manifest.accounts, "account", "accounts");
            let tenants = counted(signed.len() as u64, "tenant", "tenants");
            out.labelled(
                "Set",
                format_args!(
                    "{} for {accounts} in {tenants}, fingerprint {}",
                    manifest.playbook,
                    manifest.fingerprint.short()
                ),
            );
            out.labelled("With", format_args!("the key {}", key.fingerprint()));
            sign::write_needed(out, policies);
            out.blank();
            let width = signed.iter().map(|(member, _)| member.name.as_str().len()).max().unwrap_or_default();
            for (member, signed) in &signed {
                let plan = member.plan.map(|plan| plan.short()).unwrap_or_default();
                let lead = format!("{:<width$}  {:>7}  {plan}  ", member.name.as_str(), count(member.accounts));
                match signed {
                    Ok(Signed::Now(signed)) => out.at(lead, format_args!("signed: {}", signed.file.display())),
                    Ok(Signed::Before) => out.at(lead, "was signed with this key"),
                    Err(failed) => out.at(lead, format_args!("NOT SIGNED: {}", harmless(&failed.what))),
                }
            }
        })
    };
    printed(written.and_then(|()| out.flush()))?;
    Ok(ending_of(signed.iter().map(|(_, signed)| signed.as_ref().map_or_else(|failed| failed.exit, |_| Exit::Done))))
}

fn one(set: &TenantSet, member: &Member, key: &SigningKey, policies: &[ApprovalPolicy]) -> Result<Signed, Failure> {
    let plan = set.plan_of(member)?;
    let own = key.fingerprint();
    let found = signatures::read(plan.path()).map_err(failure)?;
    if found.iter().any(|signature| signature.key.as_ref().is_ok_and(|key| *key == own)) {
        return Ok(Signed::Before);
    }
    sign::one(&plan, key, policies).map(Signed::Now)
}
