//! The names in a roster become *accounts*: what each person really is in the tenant.
//!
//! The rule that stands above all others: an incomplete answer decides nothing. Whoever was refused, lost, cut off by
//! paging or left out is asked for again, and what stays unanswered is an error of the whole lookup. "Not found" is
//! said only of a name that Graph answered for.
//!
//! | file | what it does |
//! | --- | --- |
//! | `account` | what the rules want to know of one user object |
//! | `question` | one query to Graph: how it is written, and which answers to it are believed |
//! | `lookup` | names in, accounts out in the same order, several calls in flight, paced by resource units |

mod account;
#[cfg(test)]
pub(crate) mod double;
mod error;
mod lookup;
mod question;
#[cfg(test)]
mod tests;

pub use account::{Account, Found};
pub use error::LookupError;
pub use lookup::Lookup;
