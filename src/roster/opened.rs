//! Opens a list of any format as text: a workbook and a JSON document become CSV, and what is no list is refused by its name.

use std::io;

use super::delimiter::Delimiter;
use super::error::RosterError;
use super::json;
use super::list_format::{ListFormat, MAX_DOCUMENT_BYTES};
use super::no_list::NoList;
use super::other_sheet::SheetText;
use super::read_options::ReadOptions;
use super::source::Source;
use super::text::Text;
use super::workbook::{self, ReadSheet, WorkbookFault};

/// How much of a text is looked at before anything is decided.
const HEAD: usize = 64 * 1024;

/// A list, open as text.
pub(super) struct Opened {
    pub(super) from: Source,
    pub(super) text: Text,
    /// Whether the head is the whole text.
    pub(super) whole: bool,
    pub(super) format: ListFormat,
    /// The line on which the text begins.
    pub(super) first_line: u64,
    /// The delimiter, where it is known.
    pub(super) delimiter: Option<Delimiter>,
    /// The other sheets of a workbook of which the first is read unasked.
    pub(super) other_sheets: Vec<SheetText>,
}

impl Opened {
    /// Opens a list and reads its head.
    pub(super) fn of(source: Source, options: &ReadOptions) -> Result<Self, RosterError> {
        let (from, reader) = source.open()?;
        let failed = |error| RosterError::Read { from: from.clone(), line: 1, error };
        let mut text = Text::new(reader).map_err(failed)?;
        if let Some(what) = NoList::of_first_bytes(text.first_bytes()) {
            return Err(RosterError::NoList { from, what });
        }
        let is_an_archive = text.first_bytes().starts_with(b"PK\x03\x04");
        if is_an_archive || text.first_bytes().starts_with(b"\xd0\xcf\x11\xe0") {
            let bytes = text.rest_undecoded(MAX_DOCUMENT_BYTES + 1).map_err(failed)?;
            return match is_an_archive {
                true => Self::workbook(from, text, bytes, options),
                false => Err(RosterError::NoList { from, what: NoList::of_compound_file(&bytes) }),
            };
        }
        if let Some(sheet) = &options.sheet {
            return Err(RosterError::NoSheets { from, asked: sheet.clone() });
        }
        let whole = text.look_ahead(HEAD).map_err(failed)?;
        if text.head().is_empty() {
            return Err(RosterError::Empty(from));
        }
        if json::begins_as_json(text.head()) {
            return Self::json(from, text);
        }
        if let Some(what) = NoList::of_text(text.head()) {
            return Err(RosterError::NoList { from, what });
        }
        Ok(Self {
            from,
            text,
            whole,
            format: ListFormat::Csv,
            first_line: 1,
            delimiter: None,
            other_sheets: Vec::new(),
        })
    }

    fn workbook(from: Source, text: Text, bytes: Vec<u8>, options: &ReadOptions) -> Result<Self, RosterError> {
        if bytes.len() > MAX_DOCUMENT_BYTES {
            let fault = WorkbookFault::TooLarge(MAX_DOCUMENT_BYTES as u64);
            return Err(RosterError::Workbook { from, fault });
        }
        match workbook::read(bytes, options) {
            Ok(ReadSheet { sheet, text: table, others }) => {
                let opened = Self::converted(from, text, ListFormat::Workbook(sheet), table, 1)?;
                Ok(Self { other_sheets: others, ..opened })
            }
            Err(WorkbookFault::Other(what)) => Err(RosterError::NoList { from, what }),
            Err(fault) => Err(RosterError::Workbook { from, fault }),
        }
    }

    fn json(from: Source, mut text: Text) -> Result<Self, RosterError> {
        let read = text.rest(MAX_DOCUMENT_BYTES + 1);
        let document = read.map_err(|error| RosterError::Read { from: from.clone(), line: 1, error })?;
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(RosterError::Json { from, fault: json::JsonFault::TooLong(MAX_DOCUMENT_BYTES) });
        }
        match json::read(&document) {
            Ok(table) => Self::converted(from, text, table.format, table.text, table.first_line),
            // What a program has may begin as JSON does and be none: a comma behind the last name.
            Err(json::JsonFault::Syntax { .. }) if NoList::of_text(&document) == Some(NoList::Code) => {
                Err(RosterError::NoList { from, what: NoList::Code })
            }
            Err(fault) => Err(RosterError::Json { from, fault }),
        }
    }

    /// The list as CSV, with encoding and digest of the file that it comes from.
    fn converted(
        from: Source,
        text: Text,
        format: ListFormat,
        table: Vec<u8>,
        first_line: u64,
    ) -> Result<Self, RosterError> {
        let failed = |error: io::Error| RosterError::Read { from: from.clone(), line: 1, error };
        let mut text = text.replaced_by(table).map_err(failed)?;
        let whole = text.look_ahead(HEAD).map_err(failed)?;
        if text.head().trim_ascii().is_empty() {
            return Err(RosterError::Empty(from));
        }
        Ok(Self { from, text, whole, format, first_line, delimiter: Some(Delimiter::Comma), other_sheets: Vec::new() })
    }
}
