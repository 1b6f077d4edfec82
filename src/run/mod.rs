//! The engine carries a plan out, the journal remembers it, and results and packets are read from the journal.
//!
//! # What happens at each point of a crash
//!
//! The journal is an intent log: a write is on disk as an *intent*, with the sealed form of its password, before it
//! leaves the process; its *answer* is noted when it comes. Both go through one function, [`state::next`], live as on
//! replay, so that a resumed run knows exactly what the interrupted one knew.
//!
//! | the process dies | the journal has | the resumed run |
//! | --- | --- | --- |
//! | before the intent is on disk | nothing | does the write: nothing was sent |
//! | after the intent, before or while sending | an intent without an answer | the step is in doubt; where a [read](settle) proves it done it is, otherwise it is done again, with a new sealed password where it sets one |
//! | after Graph acted, before the answer was noted | the same | the same: the last accepted password is the live one |
//! | while a line is being written | a torn last line | the torn line is cut off; no write was sent because of it |
//! | because the machine stops | since the last sync: lines in part, out of order, or a hole | all from the first line that is not whole is cut off: of what was sent, only answers can be in it, and an answer that is lost is a doubt. A break before the last sync is [refused](journal) |
//! | because the disk is full, read-only or gone | all that was safe, and after the last try what was answered meanwhile | the same as after any other crash, once there is space |
//! | after the answer was noted | intent and answer | goes on with the next step, or leaves the finished account alone |
//! | while the results are written | a complete journal | the old results stand until the new ones replace them |
//! | while the packets are written | the same | each old packet stands until its new one replaces it; the index comes last |
//!
//! One process at a time works in a folder: the [lock] ends with its process, so that a crash leaves none behind.
//!
//! A step in doubt that is then refused for good is `uncertain`, never `failed`, and every password that may be live
//! stays in the results, sealed.
//!
//! # Files
//!
//! | file | what it is |
//! | --- | --- |
//! | [`opening`], [`engagement`], [`lock`], [`plan_place`] | a folder is opened for work, by whom, by one command at a time; where a new plan is made |
//! | [`record`], [`journal`], `journal_offset`, [`fold`] | the lines of the journal, the file, where a line stands in it, and the one loop that reads it |
//! | [`state`], `step_state`, [`states`], `packed_steps` | where an account stands, and each of its steps; all of them, in a few bytes each |
//! | [`resume_point`], [`settle`], [`replay`], [`followed`] | where a run stands before a process works on it, what a read proves, what results need, and what another process adds |
//! | [`accounts`], [`schedule`], [`writes_left`] | the accounts in the order of work, which write leaves next, and what is left to send |
//! | [`engine`] | the one task that sends the writes and owns all state |
//! | [`apps`], [`spent`], [`recent_writes`], [`pace`] | the apps that a run goes through, what is spent of their quota and of the tenant's, and what paces the writes |
//! | [`asked_rate`], [`handout_rate`] | how many people get a new password in which time |
//! | [`credential_generator`], [`hand_passwords`], [`made_pass`] | new passwords, made or chosen by people, and passes |
//! | [`look_again`], [`worked_wave`] | whether the next accounts are still what the plan says; the wave that a process works on |
//! | [`last_try`], [`row_fault`], [`cause`] | what the last try of a write ended with, what stands in the way of a row, and why it is not done |
//! | [`event`], [`events_log`] | what the engine reports as it happens, and as lines of JSON |
//! | [`run_end`], [`run_error`] | how a process stopped, and why a run cannot be worked on |
//! | [`risk_work`], [`risk_rows`], [`risk_result`], [`risk_found`] | the risk of people is marked at the end: how far it is, what became of it, and what a verification found |
//! | [`writeback`], [`writeback_event`], [`writeback_work`] | new passwords that are written back to Active Directory |
//! | [`on_premises`], [`script_result`], [`script_results`], [`by_hand_results`], [`reported`] | what the script for Active Directory or a person did, taken into the journal |
//! | `target_progress`, [`target_result`], `target_results` | the targets of a step that has several: how far, what became of each, and the file of them |
//! | [`seen_step`], [`seen_target`], [`proof`], `contradictions` | what a verification saw of a step and of a target, what that shows, and what was changed back |
//! | [`outcome`], [`outcome_counts`], [`first_named`] | what became of a row, how many rows have which outcome, and the first of them by name |
//! | [`result_row`], [`which_password`] | what became of each row as values, and which of several passwords to try first |
//! | [`output`], [`results`], [`results_error`], [`packets`] | the files that are made of plan and journal, and why they could not be |
//! | [`status`], [`next_steps`] | where a run stands, and what an operator should do next |

pub mod accounts;
pub mod apps;
pub mod asked_rate;
pub mod by_hand_results;
pub mod cause;
mod contradictions;
pub mod credential_generator;
pub mod engagement;
pub mod engine;
pub mod event;
pub mod events_log;
pub mod first_named;
pub mod fold;
pub mod followed;
pub mod hand_passwords;
pub mod handout_rate;
pub mod journal;
mod journal_offset;
pub mod last_try;
pub mod lock;
pub mod look_again;
pub mod lost_writeback;
pub mod made_pass;
pub mod next_steps;
pub mod on_premises;
pub mod opening;
pub mod outage_reason;
pub mod outcome;
pub mod outcome_counts;
pub mod output;
pub mod pace;
mod packed_steps;
pub mod packets;
pub mod plan_place;
pub mod proof;
pub mod recent_writes;
pub mod record;
pub mod replay;
pub mod reported;
pub mod result_row;
pub mod results;
pub mod results_error;
pub mod resume_point;
pub mod risk_found;
pub mod risk_result;
pub mod risk_rows;
pub mod risk_work;
pub mod row_fault;
pub mod run_end;
pub mod run_error;
pub mod schedule;
pub mod script_result;
pub mod script_results;
pub mod seen_step;
pub mod seen_target;
pub mod settle;
pub mod shut_out;
pub mod spent;
pub mod state;
pub mod states;
pub mod status;
mod step_state;
mod target_progress;
pub mod target_result;
mod target_results;
#[cfg(test)]
mod tests;
pub mod which_password;
pub mod worked_wave;
pub mod writeback;
pub mod writeback_event;
pub mod writeback_fault;
pub mod writeback_work;
pub mod writes_left;
