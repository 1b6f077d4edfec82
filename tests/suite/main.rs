//! The whole program and its larger rooms, driven from outside: one crate, so that everything is linked once.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod bad_input;
mod browser;
mod directory;
mod drift;
mod events;
mod evidence;
mod export;
mod guards;
mod main_job;
mod pace;
mod plan_page;
mod preview;
mod promises;
mod rehearsals;
mod report;
mod rosters;
mod seal_with_age;
mod simulator;
mod stage;
mod undo;
mod verify;
