//! The keys that the table of a tenant may have.

use crate::graph::app_file;

pub(super) const TENANT: &str = "tenant";
pub(super) const AUTH: &str = "auth";
pub(super) const CLOUD: &str = "cloud";
pub(super) const PROTECT: &str = "protect";
pub(super) const RECIPIENTS: &str = "recipients";
pub(super) const SEAL_TO: &str = "seal_to";
pub(super) const AD_KEY: &str = "ad_key";
pub(super) const PRIORITY: &str = "priority";
pub(super) const MAX_ACCOUNTS: &str = "max_accounts";

/// Those that are none of its app's.
const OWN: [&str; 9] = [TENANT, AUTH, CLOUD, PROTECT, RECIPIENTS, SEAL_TO, AD_KEY, PRIORITY, MAX_ACCOUNTS];
/// The key of an app file that is said by [`TENANT`] here.
const SAID_OTHERWISE: &str = "tenant_id";

/// As many as an app can be in at once and still be overseen.
pub(super) const MAX_TENANTS: usize = 1_000;

/// All of them.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    OWN.into_iter().chain(app_file::keys().filter(|key| *key != SAID_OTHERWISE))
}
