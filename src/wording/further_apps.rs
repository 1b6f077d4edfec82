//! Why an app beside the first one is of no use to a run.

/// What to do where an app is named twice.
pub const NAMED_TWICE: &str =
    "An app has one quota, however often it is named. Register another one, or leave this one out.";

/// What to do where an app is one of another tenant.
pub const OF_ANOTHER_TENANT: &str = "Leave it out: a quota of another tenant is of no use here.";
