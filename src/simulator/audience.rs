//! Which tenant and which scope a token is asked for.

use super::tenant::SimulatedTenant;
use super::token_refusal::{LoginError, refuse};

/// The scope by which clients of the global cloud ask for Graph.
const OFFICIAL_SCOPE: &str = "https://graph.microsoft.com/.default";

/// Refuses a tenant that is not this one.
pub(crate) fn check_tenant(tenant: &SimulatedTenant, name: &str) -> Result<(), LoginError> {
    if is_this_tenant(tenant, name) {
        return Ok(());
    }
    let text = format!("Tenant '{name}' not found. Check to make sure you have the correct tenant ID.");
    Err(refuse("invalid_request", 90_002, text))
}

/// Says whether a scope is that of this Graph, by whichever of its roots.
pub(crate) fn is_scope_of_graph(tenant: &SimulatedTenant, scope: &str) -> bool {
    scope == OFFICIAL_SCOPE || scope.strip_suffix("/.default").is_some_and(|root| tenant.roots.have(root))
}

/// The tenant's id or any of its domains.
pub(crate) fn is_this_tenant(tenant: &SimulatedTenant, name: &str) -> bool {
    name.eq_ignore_ascii_case(&tenant.id.to_string())
        || tenant.world().directory.domains().iter().any(|domain| domain.name.eq_ignore_ascii_case(name))
}
