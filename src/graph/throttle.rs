//! What the throttling headers of the identity service say.
//!
//! Source: "Microsoft Graph service-specific throttling limits", identity and access.

use schemars::JsonSchema;
use serde::Serialize;

/// What kind of request a limit holds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitedRequests {
    /// Only reads wait.
    Read,
    /// Only writes wait.
    Write,
    /// Everything waits.
    ReadWrite,
}

/// Whose limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitOwner {
    /// This app in this tenant.
    ApplicationInTenant,
    /// The tenant: other apps are spending the quota too.
    Tenant,
    /// This app in all its tenants.
    Application,
}

/// The content of `x-ms-throttle-scope`: `<Scope>/<Limit>/<ApplicationId>/<TenantId|UserId|ResourceId>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ThrottleScope {
    /// Whose limit it is.
    pub owner: LimitOwner,
    /// Which requests it holds back.
    pub requests: LimitedRequests,
}

impl ThrottleScope {
    /// Reads the header; a scope that is not documented is `None`.
    pub fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split('/');
        let owner = match parts.next()?.trim() {
            "Tenant_Application" => LimitOwner::ApplicationInTenant,
            "Tenant" => LimitOwner::Tenant,
            "Application" => LimitOwner::Application,
            _ => return None,
        };
        let requests = match parts.next()?.trim() {
            "Read" => LimitedRequests::Read,
            "Write" => LimitedRequests::Write,
            "ReadWrite" => LimitedRequests::ReadWrite,
            _ => return None,
        };
        Some(Self { owner, requests })
    }
}

/// Reads `x-ms-throttle-limit-percentage`: the share of the limit in use, sent from 0.8 on; at 1.0 throttling starts.
pub fn parse_percentage(value: &str) -> Option<f64> {
    value.trim().parse::<f64>().ok().filter(|share| share.is_finite() && *share >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_scope_is_understood() {
        assert_eq!(
            ThrottleScope::parse("Tenant_Application/Write/11111111-1111/22222222-2222"),
            Some(ThrottleScope { owner: LimitOwner::ApplicationInTenant, requests: LimitedRequests::Write })
        );
        assert_eq!(
            ThrottleScope::parse("Tenant/ReadWrite/a/b"),
            Some(ThrottleScope { owner: LimitOwner::Tenant, requests: LimitedRequests::ReadWrite })
        );
        for unknown in ["", "Tenant", "Galaxy/Write/a/b", "Tenant/Think/a/b"] {
            assert_eq!(ThrottleScope::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_percentage_is_a_share_of_the_limit() {
        assert_eq!(parse_percentage("0.8"), Some(0.8));
        assert_eq!(parse_percentage("1.8"), Some(1.8));
        assert_eq!(parse_percentage("much"), None);
        assert_eq!(parse_percentage("-1"), None);
    }
}
