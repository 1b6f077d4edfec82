//! What requests are charged: "Microsoft Graph service-specific throttling limits", identity and access.

use super::query::Url;

/// What a request is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) resource_units: u32,
    pub(crate) write: bool,
    /// It asks for `signInActivity`, which has a limit of its own.
    pub(crate) sign_in_activity: bool,
    /// Whose limits it is held against.
    pub(crate) service: LimitedService,
}

/// A service behind Graph that counts for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitedService {
    /// "Identity and access service limits": resource units, and writes.
    Directory,
    /// What is below `/users/{id}/authentication`. No page gives a figure: the one of "Identity and access reports" names
    /// this resource by an editor's mistake, as a comment in its source says. It is counted apart from the directory's.
    AuthenticationMethods,
    /// Writes of devices: as many as of anything else, counted for themselves, and fewer for a person.
    Devices,
    /// One request a second for the tenant, all apps together, refused without `Retry-After`.
    RiskyUsers,
}

impl Cost {
    /// For what is not understood at all.
    pub(super) fn minimum() -> Self {
        Self { resource_units: 1, write: false, sign_in_activity: false, service: LimitedService::Directory }
    }
}

/// Base costs, and the modifiers for `$select`, `$expand` and `$top`; never less than 1.
pub(super) fn cost(method: &str, url: &Url<'_>) -> Cost {
    let get = method.eq_ignore_ascii_case("GET");
    let path = url.path.to_ascii_lowercase();
    let by_ids = path == "directoryobjects/getbyids";
    let parts: Vec<&str> = path.split('/').collect();
    let of_user = path.starts_with("users('");
    if matches!(parts[..], ["users", _, "authentication", ..]) || (of_user && parts.get(1) == Some(&"authentication")) {
        let service = LimitedService::AuthenticationMethods;
        return Cost { resource_units: 0, write: !get, sign_in_activity: false, service };
    }
    if parts.starts_with(&["identityprotection", "riskyusers"]) {
        let service = LimitedService::RiskyUsers;
        return Cost { resource_units: 0, write: !get, sign_in_activity: false, service };
    }
    let is_device = matches!(parts[..], ["devices", _]) || (path.starts_with("devices(") && parts.len() == 1);
    if is_device && !get {
        let service = LimitedService::Devices;
        return Cost { resource_units: 1, write: true, sign_in_activity: false, service };
    }
    let mut units: i32 = match parts[..] {
        _ if by_ids => 5,
        ["users"] if get => 2,
        ["groups", _, "transitivemembers", ..] if get => 5,
        ["groups", _, "members", ..] if get => 3,
        _ => 1,
    };
    let mut sign_in_activity = false;
    for (name, value) in url.options().flatten() {
        let names_it = || value.to_ascii_lowercase().contains("signinactivity");
        match &*name {
            // The page prices this call apart: 2 instead of 5.
            "$select" if by_ids => units -= 3,
            "$select" => {
                sign_in_activity |= names_it();
                units -= 1;
            }
            "$filter" => sign_in_activity |= names_it(),
            "$expand" => units += 1,
            "$top" if value.parse::<u32>().is_ok_and(|top| top < 20) => units -= 1,
            _ => {}
        }
    }
    Cost {
        resource_units: units.max(1).unsigned_abs(),
        write: !get && !by_ids,
        sign_in_activity: get && sign_in_activity,
        service: LimitedService::Directory,
    }
}
