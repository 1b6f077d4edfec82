//! A tenant of the file, with the way into it and the rules that hold there.

use std::path::Path;

use crate::cli::apps;
use crate::cli::connect::{Connected, ConnectionArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::planning_args::PlanningArgs;
use crate::cli::rule_args::RuleArgs;
use crate::graph::reading::{Organization, Reading};
use crate::graph::token::Credential;
use crate::plan::rules::Rules;
use crate::tenants::{NamedTenant, TenantAccess, TenantsFile};
use crate::wording::worded_step::WordedStep;

/// Reads the file.
///
/// # Errors
///
/// It cannot be used.
pub(super) fn read(path: &Path) -> Result<TenantsFile, Failure> {
    TenantsFile::read(path).map_err(|error| {
        Failure::usage(error).with_command("What such a file may say, and an example", "sealoff help tenants")
    })
}

/// Puts the way into a tenant together; nothing is sent yet.
///
/// # Errors
///
/// Its credential is not there, or cannot be used.
pub(super) fn connect(tenant: &NamedTenant, connection: &ConnectionArgs) -> Result<Connected, Failure> {
    let credential = match &tenant.access {
        TenantAccess::App(app) => apps::credential(app, &tenant.tenant)?,
        TenantAccess::AzureCli => Credential::AzureCli { tenant: Some(tenant.tenant.clone()) },
    };
    let cloud = tenant.cloud.unwrap_or(connection.cloud);
    ConnectionArgs { cloud, ..connection.clone() }.connect_with(credential)
}

/// Which tenant this is.
///
/// # Errors
///
/// The way in is closed, or the tenant does not answer. Where an app is not let in, the page is named on which an
/// administrator of the tenant consents to it.
pub(super) async fn organization(tenant: &NamedTenant, connected: &Connected) -> Result<Organization, Failure> {
    let read = Reading::new(&connected.transport, connected.clock).organization().await;
    read.map_err(|error| with_consent(error.into(), tenant, connected))
}

/// A failure to get in, with the page on which an administrator of that tenant consents to the app ("Grant tenant-wide admin
/// consent to an application": `/{tenant}/adminconsent?client_id=`).
pub(super) fn with_consent(failure: Failure, tenant: &NamedTenant, connected: &Connected) -> Failure {
    match consent_page(tenant, connected) {
        Some(page) if failure.exit == Exit::Access => failure.and_next(WordedStep::typed(
            "If the app is not consented there, an administrator of that tenant opens this page; its directory role is \
             assigned there, too",
            page,
        )),
        _ => failure,
    }
}

/// Where an administrator of the tenant consents to the app.
pub(super) fn consent_page(tenant: &NamedTenant, connected: &Connected) -> Option<String> {
    let TenantAccess::App(app) = &tenant.access else { return None };
    let authority = connected.transport.authority().to_string();
    Some(format!("{}/{}/adminconsent?client_id={}", authority.trim_end_matches('/'), tenant.tenant, app.client_id))
}

/// The rules that hold in a tenant: those of the command line, but where the file says otherwise.
///
/// # Errors
///
/// A file that is named cannot be read, or the rules do not go together.
pub(super) fn rules(tenant: &NamedTenant, planning: &PlanningArgs) -> Result<Rules, Failure> {
    let mut args = planning.rules.clone();
    if !tenant.seal_to.is_empty() || tenant.recipients.is_some() {
        let (seal_to, recipients) = (tenant.seal_to.clone(), tenant.recipients.clone());
        args = RuleArgs { seal_to, recipients, ..args };
    }
    if !tenant.ad_key.is_empty() {
        args.ad_key.clone_from(&tenant.ad_key);
    }
    args.protect = tenant.protect.clone().or(args.protect);
    args.max_accounts = tenant.max_accounts;
    let rules = planning.reading.shared_out(args.rules(planning.playbook, None, &planning.ways_in)?);
    let rules = planning.reading.with_moments(rules);
    rules.check()?;
    Ok(rules)
}
