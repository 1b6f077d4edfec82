//! The cells of one record.

use std::io::{self, Read};
use std::ops::Range;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::delimiter::Delimiter;

/// U+00A0 in UTF-8.
const NO_BREAK_SPACE: &[u8] = b"\xc2\xa0";

/// Reads records into cells, one after the other, without allocating for each.
pub(super) struct Cells {
    delimiter: u8,
    reader: Reader<Feed>,
    record: ByteRecord,
}

/// The input of the `csv` reader: the current record and a line end, then nothing until the next record.
#[derive(Default)]
struct Feed {
    bytes: Vec<u8>,
    position: usize,
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.bytes[self.position..];
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.position += taken;
        Ok(taken)
    }
}

impl Cells {
    pub(super) fn new(delimiter: Delimiter) -> Self {
        let delimiter = delimiter.byte();
        Self { delimiter, reader: reader(delimiter), record: ByteRecord::new() }
    }

    /// Reads one record in which every quote is closed. Returns `false` if it cannot be read.
    pub(super) fn read(&mut self, record: &[u8]) -> bool {
        let feed = self.reader.get_mut();
        feed.bytes.clear();
        feed.bytes.extend_from_slice(record);
        feed.bytes.push(b'\n');
        feed.position = 0;
        let read = matches!(self.reader.read_byte_record(&mut self.record), Ok(true));
        if !read {
            // After an end, a reader never reads again.
            self.reader = reader(self.delimiter);
            self.record.clear();
        }
        read
    }

    /// A reader of the same kind.
    pub(super) fn another(&self) -> Self {
        Self { delimiter: self.delimiter, reader: reader(self.delimiter), record: ByteRecord::new() }
    }

    /// How many delimiters there are in a text, quoted or not.
    pub(super) fn delimiters(&self, text: &[u8]) -> usize {
        text.iter().filter(|byte| **byte == self.delimiter).count()
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.record.len()
    }

    /// The cell without blanks around it. A missing cell is empty.
    pub(super) fn get(&self, index: usize) -> &[u8] {
        trim(self.record.get(index).unwrap_or_default())
    }

    pub(super) fn all_blank(&self) -> bool {
        self.record.iter().all(|cell| trim(cell).is_empty())
    }

    /// The cells as header names, without the empty ones at the end.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            (0..self.len()).map(|index| String::from_utf8_lossy(self.get(index)).into_owned()).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        names
    }

    /// The bytes of a cell in its record, with quotes and without blanks around it.
    pub(super) fn range_of(&self, record: &[u8], index: usize) -> Range<usize> {
        let range = self.ranges(record).nth(index).unwrap_or(record.len()..record.len());
        without_blanks(record, range)
    }

    /// The bytes of each cell in its record, with quotes and blanks.
    pub(super) fn ranges(&self, record: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let (mut quoted, mut start) = (false, Some(0));
        std::iter::from_fn(move || {
            let first = start?;
            let mut cell_start = true;
            for (offset, byte) in (first..).zip(&record[first..]) {
                match *byte {
                    b'"' if cell_start || quoted => quoted = !quoted,
                    // The second half of a doubled quote: the cell goes on.
                    b'"' if offset > 0 && record[offset - 1] == b'"' => quoted = true,
                    _ => {}
                }
                cell_start = !quoted && *byte == self.delimiter;
                if cell_start {
                    start = Some(offset + 1);
                    return Some(first..offset);
                }
            }
            start = None;
            Some(first..record.len())
        })
    }

    /// The place of the next delimiter from `offset` on, quoted or not; the end of the record, where there is none.
    pub(super) fn next_delimiter(&self, record: &[u8], offset: usize) -> usize {
        let ahead = record[offset..].iter().position(|byte| *byte == self.delimiter);
        ahead.map_or(record.len(), |ahead| offset + ahead)
    }
}

fn without_blanks(record: &[u8], range: Range<usize>) -> Range<usize> {
    let cell = &record[range.clone()];
    let start = range.start + (cell.len() - trim(cell).len() - behind(cell));
    start..start + trim(cell).len()
}

/// How many bytes of blanks are at the end; of a cell of blanks alone, all of them.
fn behind(cell: &[u8]) -> usize {
    let mut rest = cell;
    loop {
        let shorter = rest.trim_ascii_end();
        let shorter = shorter.strip_suffix(NO_BREAK_SPACE).unwrap_or(shorter);
        if shorter.len() == rest.len() {
            return cell.len() - rest.len();
        }
        rest = shorter;
    }
}

/// Without blanks around it, and without the no-break spaces that come along from web pages.
fn trim(cell: &[u8]) -> &[u8] {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_graphic());
    if plain(cell.first()) && plain(cell.last()) {
        return cell;
    }
    let mut rest = &cell[..cell.len() - behind(cell)];
    loop {
        let shorter = rest.trim_ascii_start();
        let shorter = shorter.strip_prefix(NO_BREAK_SPACE).unwrap_or(shorter);
        if shorter.len() == rest.len() {
            return rest;
        }
        rest = shorter;
    }
}

fn reader(delimiter: u8) -> Reader<Feed> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(8 * 1024)
        .from_reader(Feed::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reader_serves_record_after_record() {
        let mut cells = Cells::new(Delimiter::Semicolon);
        assert!(cells.read(b" a ;\"b;\"\"c\"\"\r\nd\";"));
        assert_eq!((cells.len(), cells.get(0), cells.get(1)), (3, &b"a"[..], &b"b;\"c\"\r\nd"[..]));
        assert!(cells.read(b"x"));
        assert_eq!((cells.len(), cells.get(0), cells.get(1)), (1, &b"x"[..], &b""[..]));
        // Such a record must not come here; if it does, it must not harm the next.
        let _ = cells.read(b"\"open");
        assert!(!cells.read(b""));
        assert!(cells.read(b"y;z"));
        assert_eq!((cells.len(), cells.get(1)), (2, &b"z"[..]));
        let long = vec![b'l'; 50_000];
        assert!(cells.read(&long));
        assert_eq!(cells.get(0), long);
    }

    #[test]
    fn a_cell_is_found_in_its_record() {
        let cells = Cells::new(Delimiter::Comma);
        let record = b"a,\"b,\"\"c\",d\"e ,f";
        assert_eq!([0, 1, 2, 3, 4].map(|i| cells.range_of(record, i)), [0..1, 2..9, 10..13, 15..16, 16..16]);
        assert_eq!(cells.range_of(b"a,", 1), 2..2);
    }

    #[test]
    fn no_break_spaces_around_a_cell_are_blanks() {
        let mut cells = Cells::new(Delimiter::Comma);
        let record = "\u{a0} a\u{a0}b \u{a0},\u{a0}".as_bytes();
        assert!(cells.read(record));
        assert_eq!((cells.get(0), cells.get(1)), ("a\u{a0}b".as_bytes(), &b""[..]));
        assert_eq!(&record[cells.range_of(record, 0)], cells.get(0));
        assert!(cells.read("\u{a0},".as_bytes()) && cells.all_blank());
    }
}
