//! What is said of each fact: its sentence and its remedy, worded once. The rooms below decide facts as values; every
//! page, screen and report asks here for the words.
//!
//! | file | facts |
//! | --- | --- |
//! | [`decision`], [`reason`] | what a plan decides about a row, and why |
//! | [`outcome`], [`proof`] | what a run did with a row, and what a verification shows of a step |
//! | [`pace`] | how long the write quota makes a run last |
//! | [`causes`] | why accounts are not done |
//! | [`missing_role`] | that the app may not write |
//! | [`next_steps`] | what an operator should do next |
//! | [`unreachable`](mod@unreachable) | why a service could not be reached |

pub mod causes;
pub mod decision;
pub mod missing_role;
pub mod next_steps;
pub mod outcome;
pub mod pace;
pub mod proof;
pub mod reason;
pub mod unreachable;
