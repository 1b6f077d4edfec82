//! The rows of a workbook or of a JSON document as CSV, each on the line on which it stands there.

/// The text of all rows together has no more bytes.
const MAX_BYTES: usize = 512 << 20;

/// Rows as CSV with commas.
pub(super) struct TableText {
    text: Vec<u8>,
    /// The line on which the next row will stand, if no line is left blank.
    line: u64,
}

impl TableText {
    /// The first row stands on this line, or further down.
    pub(super) const fn from_line(line: u64) -> Self {
        Self { text: Vec::new(), line }
    }

    /// Writes a row on a line; where that line was passed, on the next. Returns `false` where the text becomes too long.
    ///
    /// A line break inside a cell becomes a blank: a row has one line.
    pub(super) fn push<'a>(&mut self, line: u64, cells: impl Iterator<Item = &'a str>) -> bool {
        while self.line < line {
            self.text.push(b'\n');
            self.line += 1;
        }
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                self.text.push(b',');
            }
            self.cell(cell);
            if self.text.len() > MAX_BYTES {
                return false;
            }
        }
        self.text.push(b'\n');
        self.line += 1;
        true
    }

    fn cell(&mut self, cell: &str) {
        let needs_quotes = |byte: u8| matches!(byte, b',' | b'"' | b' ' | b'\t' | b'\n' | b'\r');
        if !cell.bytes().any(needs_quotes) {
            return self.text.extend_from_slice(cell.as_bytes());
        }
        self.text.push(b'"');
        for byte in cell.bytes() {
            match byte {
                b'"' => self.text.extend_from_slice(b"\"\""),
                b'\n' | b'\r' => self.text.push(b' '),
                byte => self.text.push(byte),
            }
        }
        self.text.push(b'"');
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::cells::Cells;
    use crate::roster::delimiter::Delimiter;
    use crate::roster::records::Records;
    use proptest::prelude::*;

    #[test]
    fn a_row_stands_on_its_line() {
        let mut text = TableText::from_line(1);
        assert!(text.push(2, ["a", "b, c"].into_iter()) && text.push(2, ["d\ne", ""].into_iter()));
        assert_eq!(String::from_utf8(text.into_bytes()).unwrap(), "\na,\"b, c\"\n\"d e\",\n");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(cells in prop::collection::vec("[a\", #=|;\t]{0,6}", 2..5)) {
            let mut text = TableText::from_line(1);
            prop_assert!(text.push(1, cells.iter().map(String::as_str)));
            let bytes = text.into_bytes();
            let mut records = Records::new(bytes.as_slice(), b',', 1);
            let mut read = Cells::new(Delimiter::Comma);
            let record = records.next().unwrap().unwrap();
            prop_assert_eq!(record.flaw, None);
            prop_assert!(read.read(record.bytes));
            prop_assert_eq!(read.len(), cells.len());
            for (index, cell) in cells.iter().enumerate() {
                prop_assert_eq!(read.get(index), cell.trim_matches([' ', '\t']).as_bytes());
            }
        }
    }
}
