//! What is said of each fact: its sentence and its remedy, worded once. The rooms below decide facts as values; every
//! page, screen and report asks here for the words.
//!
//! | file | facts |
//! | --- | --- |
//! | [`causes`] | why accounts are not done |
//! | [`next_steps`] | what an operator should do next |
//! | [`unreachable`](mod@unreachable) | why a service could not be reached |

pub mod causes;
pub mod next_steps;
pub mod unreachable;
