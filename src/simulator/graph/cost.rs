//! What requests are charged: "Microsoft Graph service-specific throttling limits", identity and access.

use super::query::Url;

/// What a request is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) resource_units: u32,
    pub(crate) write: bool,
    /// It asks for `signInActivity`, which has a limit of its own.
    pub(crate) sign_in_activity: bool,
}

impl Cost {
    /// For what is not understood at all.
    pub(super) fn minimum() -> Self {
        Self { resource_units: 1, write: false, sign_in_activity: false }
    }
}

/// Base costs, and the modifiers for `$select`, `$expand` and `$top`; never less than 1.
pub(super) fn cost(method: &str, url: &Url<'_>) -> Cost {
    let get = method.eq_ignore_ascii_case("GET");
    let path = url.path.to_ascii_lowercase();
    let by_ids = path == "directoryobjects/getbyids";
    let mut units: i32 = match path.split('/').collect::<Vec<_>>()[..] {
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
    }
}
