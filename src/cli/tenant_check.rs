//! The credentials must be of the plan's tenant.

use super::connect::Connected;
use super::exit::Failure;
use crate::graph::reading::{Organization, Reading};
use crate::plan::manifest::Manifest;
use crate::words::harmless;

/// Asks Graph which tenant this is.
///
/// # Errors
///
/// It is not the plan's, or Graph does not say.
pub(super) async fn check_tenant(manifest: &Manifest, connected: &Connected) -> Result<(), Failure> {
    let organization = Reading::new(&connected.transport, connected.clock).organization().await?;
    check_organization(manifest, &organization)
}

/// The same, by an answer that is at hand.
///
/// # Errors
///
/// It is another tenant.
pub(super) fn check_organization(manifest: &Manifest, organization: &Organization) -> Result<(), Failure> {
    if organization.id == manifest.tenant.id {
        return Ok(());
    }
    let here = organization.display_name.as_deref().unwrap_or_default();
    Err(Failure::refused(format_args!(
        "the plan is for tenant {} ({}), and these credentials are for {} ({})",
        harmless(&manifest.tenant.name),
        manifest.tenant.id,
        harmless(here),
        organization.id
    ))
    .with_next("Use the credentials of the plan's tenant, or make a new plan in this one."))
}
