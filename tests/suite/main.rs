//! The whole program and its larger rooms, driven from outside: one crate, so that everything is linked once.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod bad_input;
mod main_job;
mod pace;
mod promises;
mod rehearsals;
mod seal_with_age;
mod simulator;
mod stage;
