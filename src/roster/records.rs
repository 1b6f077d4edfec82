//! Cuts the bytes of a CSV file into records, with exact line numbers.
//!
//! The `csv` crate could do this, but it counts lines wrongly in files with CRLF, and behind a quote that never closes it
//! reads the rest of the file as one cell, without an error. So the records are cut here, by the same rules of quoting, and
//! `csv` gets one record at a time, in which every quote is closed.

use std::io::{self, Read};

/// No real record is longer: an audit export has JSON in a cell, some hundred kilobytes at most.
pub(super) const MAX_RECORD_BYTES: usize = 1 << 20;

/// If a quoted cell has more lines than this, its closing quote is missing.
const MAX_QUOTED_LINES: usize = 200;

const CHUNK: usize = 64 * 1024;

/// One record, without the line end behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CsvRecord<'a> {
    pub(super) bytes: &'a [u8],
    /// The line on which it begins, counted from 1.
    pub(super) line: u64,
    pub(super) flaw: Option<Flaw>,
}

/// What is wrong with the form of a record. The numbers are offsets of bytes in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The quote here does not close. The record ends with the line of this quote.
    OpenQuote(usize),
    /// Text follows a closing quote here.
    TextAfterQuote(usize),
    /// The record is one overlong line; only its beginning is given.
    TooLong,
}

/// The records of a byte stream, one at a time, without empty lines.
pub(super) struct Records<R> {
    reader: R,
    delimiter: u8,
    buffer: Vec<u8>,
    /// The part of `buffer` that was not yet returned.
    start: usize,
    filled: usize,
    at_end: bool,
    /// The line on which `start` stands.
    line: u64,
    /// The last record, as long as it can be given back.
    last: Option<LastRecord>,
    /// The rest of a line that is too long has still to be skipped.
    inside_overlong: bool,
    /// The last line ended with a carriage return: a line feed that follows belongs to it.
    after_return: bool,
}

/// The place of a record in the buffer.
#[derive(Clone, Copy)]
struct LastRecord {
    start: usize,
    end: usize,
    line: u64,
    flaw: Option<Flaw>,
}

/// Where the scan stands inside a record.
#[derive(Clone, Copy)]
enum ScanState {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: it closes the cell or is the first half of a doubled one.
    QuoteSeen,
}

/// How a scan ended. Offsets count from the start of the record.
struct RecordCut {
    end: usize,
    /// Where the next record starts.
    next: usize,
    flaw: Option<Flaw>,
    many_lines: bool,
}

impl<R: Read> Records<R> {
    /// Starts at a line of the file: 1, or more if lines were removed before.
    pub(super) fn new(reader: R, delimiter: u8, line: u64) -> Self {
        Self {
            reader,
            delimiter,
            buffer: Vec::new(),
            start: 0,
            filled: 0,
            at_end: false,
            line,
            last: None,
            inside_overlong: false,
            after_return: false,
        }
    }

    /// The line at which reading stands.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The reader.
    pub(super) fn reader(&self) -> &R {
        &self.reader
    }

    /// The reader.
    pub(super) fn into_reader(self) -> R {
        self.reader
    }

    /// The next record that is not an empty line.
    pub(super) fn next(&mut self) -> io::Result<Option<CsvRecord<'_>>> {
        self.go_on()?;
        Ok(self.current())
    }

    /// The record that was read last.
    pub(super) fn current(&self) -> Option<CsvRecord<'_>> {
        let LastRecord { start, end, line, flaw } = self.last?;
        Some(CsvRecord { bytes: &self.buffer[start..end], line, flaw })
    }

    /// Reads the next record that is not an empty line. Returns `false` at the end.
    pub(super) fn go_on(&mut self) -> io::Result<bool> {
        self.last = None;
        loop {
            if self.inside_overlong {
                self.skip_overlong()?;
            }
            if self.after_return && self.has_bytes()? {
                self.after_return = false;
                if self.buffer[self.start] == b'\n' {
                    self.start += 1;
                }
            }
            if !self.has_bytes()? {
                return Ok(false);
            }
            let cut = self.scan()?;
            let (start, line) = (self.start, self.line);
            self.advance(&cut);
            if cut.end > 0 {
                self.last = Some(LastRecord { start, end: start + cut.end, line, flaw: cut.flaw });
                return Ok(true);
            }
        }
    }

    /// Gives back the lines of the last record behind the line of `offset`: they are read again as records of their own. For a
    /// record in which a quote closed in the wrong place.
    pub(super) fn resume_behind_line_of(&mut self, offset: usize) {
        let Some(LastRecord { start, line, .. }) = self.last.take() else { return };
        let offset = (start + offset).min(self.start);
        let Some(length) = self.buffer[offset..self.start].iter().position(|b| is_line_end(*b)) else { return };
        let end = offset + length;
        let line_end = if self.buffer[end..self.start].starts_with(b"\r\n") { end + 2 } else { end + 1 };
        self.line = line + line_ends(&self.buffer[start..line_end]);
        self.start = line_end;
        self.after_return = false;
    }

    fn advance(&mut self, cut: &RecordCut) {
        let taken = &self.buffer[self.start..self.start + cut.next];
        // A line feed at the start of the next chunk belongs to this line end and is no line of its own.
        self.after_return = cut.next == cut.end + 1 && taken.last() == Some(&b'\r');
        self.line += if cut.many_lines { line_ends(taken) } else { u64::from(cut.next > cut.end) };
        self.start += cut.next;
        self.inside_overlong = cut.flaw == Some(Flaw::TooLong);
    }

    /// Finds the end of the next record.
    ///
    /// This is one function, because it is one state machine over single bytes. A function for each state would have to pass the
    /// position, the open quote and the line ends behind it from one to the next, and would be slower: every byte of the roster
    /// passes here.
    fn scan(&mut self) -> io::Result<RecordCut> {
        let mut at = ScanState::CellStart;
        let mut position = 0;
        let mut quote = 0;
        // The first line end behind the quote that is open, and how many of them.
        let mut first_break = None;
        let mut breaks = 0;
        let mut many_lines = false;
        let mut flaw = None;
        let unclosed = |quote, first_break: usize, next| RecordCut {
            end: first_break,
            next,
            flaw: Some(Flaw::OpenQuote(quote)),
            many_lines: true,
        };
        loop {
            while self.start + position == self.filled {
                if !self.fill()? {
                    // The end of the file ends the record.
                    return Ok(match (at, first_break) {
                        (ScanState::Quoted, Some(end)) => unclosed(quote, end, self.behind_line_end(end)),
                        (ScanState::Quoted, None) => {
                            RecordCut { end: position, next: position, flaw: Some(Flaw::OpenQuote(quote)), many_lines }
                        }
                        _ => RecordCut { end: position, next: position, flaw, many_lines },
                    });
                }
            }
            if position >= MAX_RECORD_BYTES {
                return Ok(match (at, first_break) {
                    (ScanState::Quoted, Some(end)) => unclosed(quote, end, self.behind_line_end(end)),
                    _ => RecordCut { end: position, next: position, flaw: Some(Flaw::TooLong), many_lines },
                });
            }
            let byte = self.buffer[self.start + position];
            at = match at {
                ScanState::CellStart if byte == b'"' => {
                    (quote, first_break, breaks) = (position, None, 0);
                    ScanState::Quoted
                }
                ScanState::Quoted if byte == b'"' => ScanState::QuoteSeen,
                ScanState::Quoted => {
                    if is_line_end(byte) {
                        many_lines = true;
                        let end = *first_break.get_or_insert(position);
                        breaks += usize::from(byte == b'\n');
                        if breaks > MAX_QUOTED_LINES {
                            return Ok(unclosed(quote, end, self.behind_line_end(end)));
                        }
                    }
                    ScanState::Quoted
                }
                ScanState::QuoteSeen if byte == b'"' => ScanState::Quoted,
                _ if byte == self.delimiter => ScanState::CellStart,
                _ if is_line_end(byte) => {
                    return Ok(RecordCut { end: position, next: self.behind_line_end(position), flaw, many_lines });
                }
                ScanState::QuoteSeen => match first_break {
                    // The cell has several lines, and text follows its closing quote: that quote opened a later cell, and the
                    // lines between belong to other people.
                    Some(end) => return Ok(unclosed(quote, end, self.behind_line_end(end))),
                    None => {
                        flaw.get_or_insert(Flaw::TextAfterQuote(position));
                        ScanState::Plain
                    }
                },
                ScanState::CellStart | ScanState::Plain => ScanState::Plain,
            };
            position += 1;
        }
    }

    /// The offset behind the line end at `end`, as far as the buffer shows it.
    fn behind_line_end(&self, end: usize) -> usize {
        let behind = &self.buffer[self.start + end..self.filled];
        if behind.starts_with(b"\r\n") { end + 2 } else { end + 1 }
    }

    fn skip_overlong(&mut self) -> io::Result<()> {
        while self.has_bytes()? {
            let rest = &self.buffer[self.start..self.filled];
            if let Some(end) = rest.iter().position(|b| is_line_end(*b)) {
                self.after_return = rest[end] == b'\r';
                self.start += end + 1;
                self.line += 1;
                break;
            }
            self.start = self.filled;
        }
        self.inside_overlong = false;
        Ok(())
    }

    fn has_bytes(&mut self) -> io::Result<bool> {
        Ok(self.start < self.filled || self.fill()?)
    }

    /// Reads more. Returns `false` at the end. Moves the bytes that were not yet returned to the front first, so the buffer
    /// never holds more than a record and a chunk.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        if self.buffer.len() < self.filled + CHUNK {
            self.buffer.resize(self.filled + CHUNK, 0);
        }
        let read = loop {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.filled += read;
        self.at_end = read == 0;
        Ok(read > 0)
    }
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The number of line ends. A carriage return and a line feed together are one.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let mut before = 0;
    let mut count = 0;
    for byte in bytes {
        count += u64::from(*byte == b'\r' || (*byte == b'\n' && before != b'\r'));
        before = *byte;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands bytes out in pieces of one size, as a pipe may.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = self.1.min(buffer.len()).min(self.0.len());
            buffer[..piece].copy_from_slice(&self.0[..piece]);
            self.0 = &self.0[piece..];
            Ok(piece)
        }
    }

    type Owned = (String, u64, Option<Flaw>);

    fn cut_in_pieces(bytes: &[u8], piece: usize) -> Vec<Owned> {
        let mut records = Records::new(Dripping(bytes, piece), b',', 1);
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            all.push((String::from_utf8_lossy(record.bytes).into_owned(), record.line, record.flaw));
        }
        all
    }

    fn cut(text: &str) -> Vec<Owned> {
        cut_in_pieces(text.as_bytes(), usize::MAX)
    }

    fn lines(text: &str) -> Vec<(String, u64)> {
        cut(text).into_iter().map(|(bytes, line, _)| (bytes, line)).collect()
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let expected = vec![("a,b".to_owned(), 1), ("c,d".to_owned(), 4), ("e".to_owned(), 5)];
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(lines(&["a,b", "", "", "c,d", "e"].join(end)), expected, "{end:?}");
        }
        let quoted = "a\r\n\"x\r\ny\",b\r\nc\r\n";
        assert_eq!(lines(quoted), [("a".into(), 1), ("\"x\r\ny\",b".into(), 2), ("c".into(), 4)]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_its_own_line_only() {
        let text = "a,b\n\"open,b\nc,d\ne,f\n";
        assert_eq!(
            cut(text),
            [
                ("a,b".into(), 1, None),
                ("\"open,b".into(), 2, Some(Flaw::OpenQuote(0))),
                ("c,d".into(), 3, None),
                ("e,f".into(), 4, None),
            ]
        );
    }

    #[test]
    fn an_open_quote_that_meets_a_later_one_is_still_found() {
        let text = "a,\"open\nbob,\"fine\"\ncarol,x\n";
        assert_eq!(
            cut(text),
            [
                ("a,\"open".into(), 1, Some(Flaw::OpenQuote(2))),
                ("bob,\"fine\"".into(), 2, None),
                ("carol,x".into(), 3, None),
            ]
        );
    }

    #[test]
    fn a_runaway_cell_is_stopped_by_lines_and_by_bytes() {
        let many = format!("\"open\n{}", "x,y\n".repeat(1000));
        assert_eq!(cut(&many).len(), 1001);
        let closed_late = format!("\"open\n{}\"\n", "x,y\n".repeat(300));
        assert_eq!(cut(&closed_late).len(), 302);
        let long = format!("\"open\n{}\nlast", "x".repeat(MAX_RECORD_BYTES + 5));
        let cut = cut(&long);
        assert_eq!(cut[0], ("\"open".into(), 1, Some(Flaw::OpenQuote(0))));
        assert_eq!((cut[1].1, cut[1].2), (2, Some(Flaw::TooLong)));
        assert_eq!(cut[2], ("last".into(), 3, None));
    }

    #[test]
    fn the_lines_of_a_record_can_be_given_back() {
        let mut records = Records::new(&b"x,\"a\r\nb\r\nc\",y\r\nlast\r\n"[..], b',', 1);
        assert_eq!(records.next().unwrap().unwrap().line, 1);
        records.resume_behind_line_of(2);
        let second = records.next().unwrap().unwrap();
        assert_eq!((second.bytes, second.line), (&b"b"[..], 2));
        assert_eq!(records.next().unwrap().unwrap().line, 3);
        assert_eq!(records.next().unwrap().unwrap().line, 4);
        assert!(records.next().unwrap().is_none());
    }

    proptest! {
        #[test]
        fn nothing_depends_on_how_the_bytes_arrive(text in "[a,\"\r\n]{0,60}", piece in 1usize..7) {
            prop_assert_eq!(cut_in_pieces(text.as_bytes(), piece), cut(&text));
        }

        #[test]
        fn no_byte_outside_line_ends_is_lost(text in "[ab,\"\r\n]{0,80}") {
            let kept: String = cut(&text).into_iter().map(|(bytes, ..)| bytes).collect();
            let bare = |text: &str| text.replace(['\r', '\n'], "");
            prop_assert_eq!(bare(&kept), bare(&text));
        }
    }
}
