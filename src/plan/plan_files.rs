//! What the files of a plan folder are called.

/// The file that binds a plan. A folder holds a plan from the moment at which this file is there.
pub const PLAN_JSON: &str = "plan.json";
/// The file with one line for each row of the roster.
pub const PLAN_CSV: &str = "plan.csv";
/// What is left to do on-premises; there only where anything is.
pub const ONPREM_CSV: &str = "onprem.csv";
/// The script that does it.
pub const ONPREM_PS1: &str = "onprem.ps1";
/// What the script did, as it writes it beside itself.
pub const SCRIPT_RESULTS: &str = "onprem-results.csv";
/// The same accounts that the script leaves to people, as a list for them to fill in; there only where there is one.
pub const BY_HAND: &str = "by-hand.csv";
/// The plan as a page for those who approve it. Nothing reads it back.
pub const PLAN_HTML: &str = "plan.html";
/// The methods that the plan's people sign in with beside their password; there only where they were asked for.
pub const WAYS_IN: &str = "ways-in.csv";
/// What became of each method that the plan removes; there only where it removes any.
pub const WAYS_IN_RESULTS: &str = "ways-in-results.csv";
/// The devices of the plan's people; there only where they were asked for.
pub const DEVICES: &str = "devices.csv";
/// What the plan's people allowed apps to do in their names; there only where it was listed.
pub const CONSENTS: &str = "consents.csv";
/// The roles that the plan's people hold in apps; there only where they were listed.
pub const APP_ROLES: &str = "app-roles.csv";
/// The record of the run.
pub const JOURNAL: &str = "journal.jsonl";
/// The folder with one packet for each person who hands credentials over.
pub const HANDOFF: &str = "handoff";
/// The rows of the list that a person has to check, as a roster; there only where there is one.
pub const REFUSED: &str = "refused.csv";
/// What became of each row.
pub const RESULTS: &str = "results.csv";
