//! Reads a list of people in CSV, and gives a stream of [`Entry`]: one for each data row, readable or not.
//!
//! To read the list wrong is the worst thing that this program can do. So four rules stand above all others:
//!
//! - **No row is dropped.** A row that cannot be read is an entry with a [`Defect`] that says why and where. A quote that
//!   never closes costs its own line, and no line behind it.
//! - **Nothing is guessed about a person.** The form of a key says whether it is an object id or a user principal name,
//!   unless the operator says that people are named by another property ([`ReadOptions`]). A key that is neither is a defect.
//!   Letters that cannot be decoded are never replaced in a key.
//! - **No remark is shown.** People write passwords into remarks. A message, an excerpt or a page shows cells that are read, and
//!   of all others a word that this room looks for at most.
//! - **Memory is bounded.** One record is held at a time, and a record has a maximum size.
//!
//! A file that is no roster at all (empty, binary, no key column) is a [`RosterError`] that shows what was found and
//! what is expected.
//!
//! The bytes pass through the files of this room in this order:
//!
//! | file | what it does |
//! | --- | --- |
//! | `source`, `open_source` | a file, standard input or bytes, and how it is opened; a folder is refused |
//! | `text`, `encoding`, `old_encodings`, `utf16` | turns the bytes of any encoding into UTF-8, and marks what cannot be decoded |
//! | `opened`, `list_format`, `no_list`, `named_lists`, `pasted_message` | which format it has; what is no list is refused by its name |
//! | `json`, `workbook`, `sheet_scan`, `table_text` | turns a JSON document and a sheet of a workbook into CSV, each row on its line |
//! | `other_sheet` | a sheet that is not read, and who stands on it |
//! | `dialect`, `delimiter`, `sample` | looks at the head: finds the delimiter, refuses what is not text |
//! | `preamble`, `titles`, `comment` | removes `sep=`, `#TYPE` and `version:v1.0` lines, comments and titles |
//! | `records` | cuts the text into records, quote-aware, with exact line numbers |
//! | `read_options`, `key_property` | what the operator says about the list |
//! | `header`, `names`, `header_words`, `somebody_else`, `folded`, `guid_text`, `answer_sheet`, `column`, `columns`, `choice` | understands the header: which column holds the key, which the handoff, … |
//! | `explained` | how each column was read, and why |
//! | `several`, `people_in`, `people_lines` | several people in one cell or on one line |
//! | `headless` | a list without a header: which column holds the keys |
//! | `table` | the head, the header and the columns of a list, in front of its records |
//! | `instruction`, `instruction_column`, `leave_words`, `future_day` | which columns say of people to leave them alone, and with which words |
//! | `heading`, `section`, `leaving_title`, `left_alone` | lines above people that say so, and the question that follows |
//! | `second_header`, `only_count`, `only_finds_none` | a header in the middle of a list, and what `--only` finds |
//! | `cells` | the cells of one record, and where each of them begins |
//! | `rows`, `row_cells`, `row_person`, `row_several`, `made_by`, `unclosed_quote` | turns one record into one entry, or several; knows the lines that say who made the list; finds rows inside a quoted cell |
//! | `divided` | the entries of each part of a list that is divided, on disk |
//! | `number` | the priority |
//! | `key`, `upn`, `property`, `entity`, `not_a_user`, `key_look` | turns the key cell into a key, or says why it is none |
//! | `defect`, `source_span`, `row_excerpt`, `error` | what is wrong, and the place in the file that shows it, without the cells that are not read |
//!
//! A row in which every cell is empty (spreadsheets leave `,,,` behind) is a blank line, not a row.
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

mod answer_sheet;
mod cells;
mod census;
mod choice;
mod column;
mod column_holds;
mod columns;
mod comment;
mod concealed;
mod defect;
mod delimiter;
mod dialect;
mod divided;
pub(crate) mod encoding;
mod entity;
mod entry;
mod error;
mod explained;
mod folded;
mod future_day;
mod guid_text;
mod header;
mod header_words;
mod heading;
mod headless;
mod instruction;
mod instruction_column;
mod json;
mod key;
mod key_look;
mod key_property;
mod leave_words;
mod leaving_title;
mod left_alone;
mod list_format;
mod made_by;
mod named_lists;
mod names;
mod no_list;
mod not_a_user;
mod note;
mod number;
pub(crate) mod old_encodings;
mod only_count;
mod only_finds_none;
mod open_source;
mod opened;
mod other_sheet;
mod pasted_message;
mod people_in;
mod people_lines;
mod preamble;
mod property;
mod read_options;
mod reader;
mod records;
mod respelling;
mod row_cells;
mod row_excerpt;
mod row_outcome;
mod row_person;
mod row_several;
mod rows;
mod sample;
mod second_header;
mod secret;
mod section;
mod several;
mod shape;
mod sheet_scan;
mod somebody_else;
mod source;
mod source_span;
mod table;
mod table_text;
#[cfg(test)]
mod tests;
mod text;
mod titles;
mod unclosed_quote;
mod upn;
mod utf16;
mod workbook;

pub use column_holds::{ColumnFound, ColumnHolds};
pub use defect::{Defect, DefectReason, Defects};
pub use delimiter::Delimiter;
pub use encoding::Encoding;
pub use entry::{AmongSeveral, Entry, Hints, Key, NotAmongSeveral, Person};
pub use error::{ColumnsDiffer, RosterError, UnknownColumn};
pub use explained::{ColumnName, ColumnReading, ColumnUse, KeyGround, LeftOut};
pub(crate) use folded::plain as plain_letters;
pub use json::JsonFault;
pub use key_property::KeyProperty;
pub use left_alone::{LeftAlone, SaidBy};
pub use list_format::{ListFormat, SheetChosen};
pub use no_list::NoList;
pub use not_a_user::NotAUser;
pub use note::RosterNote;
pub use only_finds_none::OnlyFindsNone;
pub use other_sheet::OtherSheet;
pub use preamble::Preamble;
pub use property::NotAValue;
pub(crate) use property::as_object_id;
pub use read_options::{NotOnlyRows, OnlyRows, ReadOptions};
pub use reader::{Roster, RosterSummary};
pub use respelling::{Respelling, Respellings};
pub use shape::RosterShape;
pub use source::Source;
pub use source_span::{Excerpt, SourceSpan};
pub use upn::{NotAUpn, Upn};
pub use workbook::WorkbookFault;
