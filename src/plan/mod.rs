//! Playbook and rules turn accounts into decisions, and the decisions into a plan that is bound by a fingerprint.
//!
//! A plan is a folder, and two files in it are the plan. `plan.csv` has one line for each row of the roster; `plan.json`
//! says what the plan is for and binds the lines by their digest, and itself by a fingerprint. What is applied is what was
//! previewed: a plan that was changed by as much as a byte does not open. `plan.html` shows it to those who approve, and
//! `onprem.csv` and `onprem.ps1` are for those who run Active Directory: they are made from it, and nothing is made from
//! them.
//!
//! | file | what it does |
//! | --- | --- |
//! | [`playbook`] | which [steps](crate::step) each playbook does |
//! | [`protected`] | who is never touched |
//! | [`rules`] | all that the operator laid down, checked before Graph is asked anything |
//! | [`reason`], [`ruling`], [`account_rules`], `named_account`, [`judge`] | one row, one account and the rules become one decision |
//! | [`handoff`] | who hands the new passwords over, and to which keys theirs are sealed |
//! | [`password_list`], [`by_hand`], [`password_source`] | passwords that people chose: read, each given to its row and checked, and named in the plan |
//! | `by_manager` | each person's manager hands over, as the directory knows them |
//! | `administrators`, [`size`] | what only the plan as a whole shows: which administrators are left, and whether it is too large |
//! | `non_persons` | accounts that are not one person's: named, or refused in a list of everybody |
//! | [`reach`] | which accounts the directory roles of the app or person do not reach |
//! | [`kept_elsewhere`], `script_credential` | whose password is kept elsewhere, and the one that the script sets in Active Directory |
//! | [`task_elsewhere`], [`onprem`], [`left_to_people`] | what is left to do elsewhere: by the script for Active Directory, and by hand |
//! | [`row`], [`counts`], [`manifest`], [`phrase`] | a decision as a line, the lines as numbers, the numbers under a fingerprint, and what approves it |
//! | [`signatures`], [`approvers`] | who signed a plan, and whose signatures it needs |
//! | [`author`] | who made a plan, or worked on its run |
//! | [`planner`], `draft` | roster in, plan folder out; what grows meanwhile |
//! | `writer` | a row becomes a line of the plan's files, and all of them a plan |
//! | `plan_notes` | what is to be said of a plan as a whole |
//! | `target_listing`, `held_so_far`, `list_file`, `plan_lists` | what people have is read, kept where the planning is stopped, written, and put beside the plan |
//! | [`people_read`] | whose methods, devices, consents and app roles were read, and when |
//! | [`method_counts`], `ways_in` | the methods that they sign in with are counted, and listed |
//! | [`methods_option`], [`method_fate`] | which of them are to be removed, and what becomes of each |
//! | [`device_counts`], [`device_fate`], `device_list`, [`listed_device`], [`undo_devices`] | their devices are counted and listed, and what becomes of each |
//! | [`consents_option`], `consent_fate`, [`consent_counts`], `consents_list` | the same of what they allowed apps to do |
//! | [`plan_targets`] | what the steps are about that have a target for each write: the plan's lists, read back |
//! | [`risk_plan`] | whose risk is marked when all else is done for them |
//! | [`waves`] | the parts of a plan that are carried out one after the other |
//! | [`pass_moments`], [`moments_of_rows`] | from when on passes are good, where the list says it of each person: counted, and row by row |
//! | [`app_role_counts`], `app_roles_list` | the roles that they hold in apps, which no step touches |
//! | [`counted_list`] | the numbers of such a list, with the digest of its file |
//! | `app_sweep` | the apps that these two lists name, looked up on the way |
//! | [`what_is_listed`] | what a planning lists of people |
//! | [`planning_progress`] | how far a planning is |
//! | [`summary`], [`examples`], [`error`] | what was planned, with the first few rows behind each refusal, or why there is no plan |
//! | [`undo`] | a run's plan in, the plan that takes its blocks back out |
//! | [`again`] | a run's plan in, the plan for those whom a verification found changed back out |
//! | [`people_of_run`] | the people of a run as a list, for another plan |
//! | `origin` | how the plan of a run is read as a list |
//! | [`folder`], `folder_error` | a plan folder is made once, and opened only if nothing in it was changed |
//! | `plan_files`, `plan_rows` | what the files of a plan folder are called, and the rows of `plan.csv` |
//! | [`drift`], [`drift_cause`] | which accounts are no longer what they were when the plan was made, and why |

pub mod account_rules;
mod administrators;
pub mod again;
pub mod app_role_counts;
mod app_roles_list;
mod app_sweep;
pub mod approvers;
pub mod author;
pub mod beside;
pub mod by_hand;
mod by_manager;
pub mod consent_counts;
mod consent_fate;
mod consents_list;
pub mod consents_option;
mod contradiction;
pub mod counted_list;
pub mod counts;
pub mod device_counts;
pub mod device_fate;
mod device_list;
mod draft;
pub mod drift;
pub mod drift_cause;
pub mod error;
pub mod examples;
pub mod folder;
mod folder_error;
pub mod handoff;
mod held_so_far;
pub mod judge;
pub mod kept_elsewhere;
pub mod left_to_people;
mod list_file;
pub mod listed_device;
pub mod listed_way_in;
pub mod manifest;
pub mod method_counts;
pub mod method_fate;
pub mod methods_option;
pub mod moments_of_rows;
mod named_account;
mod non_persons;
pub mod onprem;
mod origin;
pub mod pass_moments;
pub mod pass_wish;
pub mod password_list;
pub mod password_source;
pub mod people_of_run;
pub mod people_read;
pub mod phrase;
mod plan_files;
mod plan_lists;
mod plan_notes;
mod plan_rows;
pub mod plan_targets;
pub mod planner;
pub mod planning_progress;
pub mod playbook;
pub mod protected;
pub mod reach;
pub mod reason;
pub mod risk_plan;
pub mod row;
pub mod rules;
pub mod ruling;
pub mod script_credential;
pub mod sheet_rows;
pub mod signatures;
pub mod size;
pub mod summary;
mod target_listing;
pub mod task_elsewhere;
#[cfg(test)]
mod tests;
pub mod undo;
pub mod undo_devices;
pub mod waves;
mod ways_in;
pub mod what_is_listed;
mod writer;
