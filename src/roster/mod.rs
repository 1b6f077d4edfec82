//! A list of people comes in as CSV and goes out as a stream of [`Entry`]: one for each data row, readable or not.
//!
//! Reading the list wrong is the worst thing this program can do, so three rules stand above all others:
//!
//! - **Nobody is dropped.** A row that cannot be read is an entry with a [`Defect`] that says why and where. A quote
//!   that never closes costs its own line and nothing behind it.
//! - **Nothing is guessed about a person.** A key is an object id or a user principal name by its form; whatever is
//!   neither is a defect.
//! - **Bounded memory.** One record is held at a time, and a record has a greatest size.
//!
//! A file that is no roster at all (empty, binary, no key column) is a [`RosterError`] that shows what was found and
//! what is expected.
//!
//! The bytes pass through the files of this room in this order:
//!
//! | file | what it does |
//! | --- | --- |
//! | `source` | opens the file, standard input or bytes, and tells a folder from a file |
//! | `dialect` | looks at the head: byte order mark, `sep=` line, delimiter; refuses what is not text |
//! | `records` | cuts the bytes into records, quote-aware, with exact line numbers |
//! | `columns` | understands the header: which column holds the key, which the handoff, … |
//! | `cells` | the cells of one record, and where each of them begins |
//! | `rows` | one record becomes one entry |
//!
//! A row in which every cell is empty (`,,,` as spreadsheets leave behind) is a blank line, not a row.
//!
//! ```
//! use sealoff::roster::{Key, Roster, Source};
//!
//! let mut roster = Roster::open(Source::bytes("sample", b"user;handoff\nada@contoso.com;desk\nnonsense;desk\n".as_slice()))?;
//! let first = roster.next().expect("there are two rows")?;
//! assert!(matches!(first.content?.key, Key::UserPrincipalName(_)));
//! let second = roster.next().expect("there are two rows")?;
//! assert_eq!((second.row.get(), second.line), (2, 3));
//! assert!(second.content.is_err());
//! assert_eq!(roster.finish()?.rows, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod by;
mod cells;
mod columns;
mod defect;
mod dialect;
mod entry;
mod error;
mod reader;
mod records;
mod rows;
mod source;
#[cfg(test)]
mod tests;
mod upn;

pub use by::By;
pub use columns::Shape;
pub use defect::{Defect, Reason};
pub use dialect::Delimiter;
pub use entry::{Entry, Hints, Key, Person};
pub use error::RosterError;
pub use reader::{Ending, Roster};
pub use source::Source;
pub use upn::{NotAUpn, Upn};
