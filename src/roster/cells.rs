//! The cells of one record.

use std::io::{self, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::dialect::Delimiter;

/// Reads records into cells, one after the other, without allocating for each.
pub(super) struct Cells {
    delimiter: u8,
    reader: Reader<Feed>,
    record: ByteRecord,
}

/// What the `csv` reader reads from: the record at hand and a line end, then nothing until the next record is given.
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

    /// Reads one record in which every quote is closed; says whether it could be read.
    pub(super) fn read(&mut self, record: &[u8]) -> bool {
        let feed = self.reader.get_mut();
        feed.bytes.clear();
        feed.bytes.extend_from_slice(record);
        feed.bytes.push(b'\n');
        feed.position = 0;
        let read = matches!(self.reader.read_byte_record(&mut self.record), Ok(true));
        if !read {
            // After an end it would never read again.
            self.reader = reader(self.delimiter);
            self.record.clear();
        }
        read
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.record.len()
    }

    /// The cell without blanks around it; an absent one is empty.
    pub(super) fn get(&self, index: usize) -> &[u8] {
        self.record.get(index).unwrap_or_default().trim_ascii()
    }

    pub(super) fn all_blank(&self) -> bool {
        self.record.iter().all(|cell| cell.trim_ascii().is_empty())
    }

    /// Whether a cell behind the first `count` holds anything.
    pub(super) fn any_behind(&self, count: usize) -> bool {
        (count..self.len()).any(|index| !self.get(index).is_empty())
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

    /// The offset in the bytes of a record at which a cell begins, quote included.
    pub(super) fn offset_of(&self, record: &[u8], index: usize) -> usize {
        let mut quoted = false;
        let mut cell_start = true;
        let mut delimiters = 0;
        for (offset, byte) in record.iter().enumerate() {
            if delimiters == index {
                return offset;
            }
            match *byte {
                b'"' if cell_start || quoted => quoted = !quoted,
                // The second half of a doubled quote: the cell goes on.
                b'"' if offset > 0 && record[offset - 1] == b'"' => quoted = true,
                _ => {}
            }
            cell_start = !quoted && *byte == self.delimiter;
            delimiters += usize::from(cell_start);
        }
        record.len()
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
        let record = b"a,\"b,\"\"c\",d\"e,f";
        assert_eq!([0, 1, 2, 3, 4].map(|i| cells.offset_of(record, i)), [0, 2, 10, 14, 15]);
    }
}
