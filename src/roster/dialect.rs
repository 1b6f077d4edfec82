//! Looks at the first bytes of a list: is it text, which delimiter, is a byte order mark in front?

use std::fmt;

use super::cells::Cells;
use super::columns::Columns;
use super::error::RosterError;
use super::records::Records;
use super::source::Source;

/// How much of a file is looked at before anything is decided.
pub(super) const HEAD: usize = 64 * 1024;

/// Enough records to tell a delimiter from a comma in somebody's job title.
const RECORDS_LOOKED_AT: usize = 50;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, as spreadsheets write it where the comma is the decimal sign.
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
        })
    }
}

/// What the head of a file tells about all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: Delimiter,
    pub(super) byte_order_mark: bool,
    /// Bytes in front of the header: the byte order mark and a `sep=` line.
    pub(super) preamble: usize,
    /// The line on which the header, or a blank line in front of it, stands.
    pub(super) first_line: u64,
}

impl Dialect {
    /// Understands the head; `whole` says that nothing follows it.
    pub(super) fn of(head: &[u8], whole: bool, from: &Source) -> Result<Self, RosterError> {
        refuse_what_is_no_text(head, from)?;
        let byte_order_mark = head.starts_with(BYTE_ORDER_MARK);
        let mark = if byte_order_mark { BYTE_ORDER_MARK.len() } else { 0 };
        if let Some((delimiter, length)) = separator_line(&head[mark..]) {
            return Ok(Self { delimiter, byte_order_mark, preamble: mark + length, first_line: 2 });
        }
        let delimiter = guess(&head[mark..], whole);
        Ok(Self { delimiter, byte_order_mark, preamble: mark, first_line: 1 })
    }
}

fn refuse_what_is_no_text(head: &[u8], from: &Source) -> Result<(), RosterError> {
    // Zip (xlsx, ods) and the compound file of old Excel.
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(RosterError::Workbook(from.clone()));
    }
    let marked = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    // Without a mark, Latin letters in UTF-16 are every second byte NUL.
    let paired =
        head.len() >= 4 && (0..2).any(|odd| head[..4].iter().enumerate().all(|(i, b)| (i % 2 == odd) == (*b == 0)));
    if marked || paired {
        return Err(RosterError::Utf16(from.clone()));
    }
    // A stray control character is one bad row; many of them, or one in the first line, is no list of people.
    let control = |b: &u8| *b < b' ' && !matches!(*b, b'\t' | b'\n' | b'\r');
    let first_line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    if first_line.iter().any(control) || head.iter().filter(|b| control(b)).count() > 4 + head.len() / 20 {
        return Err(RosterError::Binary(from.clone()));
    }
    Ok(())
}

/// The line `sep=;` that Excel understands and other programs take for a header.
fn separator_line(text: &[u8]) -> Option<(Delimiter, usize)> {
    let end = text.iter().position(|b| matches!(b, b'\n' | b'\r'))?;
    let line = &text[..end];
    let line = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(line);
    let (name, sign) = line.split_at_checked(4)?;
    if !name.eq_ignore_ascii_case(b"sep=") {
        return None;
    }
    let delimiter = Delimiter::ALL.into_iter().find(|delimiter| sign == [delimiter.byte()])?;
    let line_end = if text[end..].starts_with(b"\r\n") { 2 } else { 1 };
    Some((delimiter, end + line_end))
}

/// The delimiter under which the header names a key, and the number of cells is the same on every record; where that
/// leaves more than one, the one that makes most cells, then the comma.
fn guess(text: &[u8], whole: bool) -> Delimiter {
    // `max_by_key` takes the last of equals.
    Delimiter::ALL.into_iter().rev().max_by_key(|delimiter| rank(text, whole, *delimiter)).unwrap_or(Delimiter::Comma)
}

fn rank(text: &[u8], whole: bool, delimiter: Delimiter) -> (bool, bool, usize) {
    let mut records = Records::new(text, delimiter.byte(), 1);
    let mut cells = Cells::new(delimiter);
    let mut counts = Vec::new();
    let mut names_a_key = false;
    while counts.len() < RECORDS_LOOKED_AT {
        let Ok(Some(record)) = records.next() else { break };
        if record.flaw.is_some() || !cells.read(record.bytes) || cells.all_blank() {
            continue;
        }
        if counts.is_empty() {
            names_a_key = Columns::name_a_key(&cells.names());
        }
        counts.push(cells.len());
    }
    // The end of the head cuts the last record through.
    if !whole && counts.len() > 1 && counts.len() < RECORDS_LOOKED_AT {
        counts.pop();
    }
    let first = counts.first().copied().unwrap_or(1);
    (names_a_key, first > 1 && counts.iter().all(|count| *count == first), first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(head: &[u8]) -> Result<Dialect, RosterError> {
        Dialect::of(head, true, &Source::bytes("a test", Vec::new()))
    }

    fn delimiter(text: &str) -> Delimiter {
        dialect(text.as_bytes()).unwrap().delimiter
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        assert_eq!(delimiter("user,note\na@b,x\n"), Delimiter::Comma);
        assert_eq!(delimiter("user;note\na@b;x, y, z\nb@b;x\n"), Delimiter::Semicolon);
        assert_eq!(delimiter("user\tnote\na@b\tx;y\n"), Delimiter::Tab);
        assert_eq!(delimiter("user\na@b\n"), Delimiter::Comma);
        assert_eq!(delimiter("user,note\na@b,x;1\nb@b,y;2\n"), Delimiter::Comma);
        assert_eq!(delimiter("\"last, first\";user\n\"Lovelace, Ada\";a@b\n"), Delimiter::Semicolon);
    }

    #[test]
    fn a_separator_line_is_believed_and_taken_off() {
        for head in ["sep=;\r\nuser,x;y\r\n", "SEP=;\nuser;y\n", "\"sep=;\"\nuser;y\n"] {
            let dialect = dialect(head.as_bytes()).unwrap();
            assert_eq!(dialect.delimiter, Delimiter::Semicolon);
            assert!(head[dialect.preamble..].starts_with("user"), "{head}");
            assert_eq!(dialect.first_line, 2);
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert!(matches!(dialect(b"PK\x03\x04rest"), Err(RosterError::Workbook(_))));
        assert!(matches!(dialect(b"\xff\xfeu\0s\0"), Err(RosterError::Utf16(_))));
        assert!(matches!(dialect(b"u\0s\0e\0r\0"), Err(RosterError::Utf16(_))));
        assert!(matches!(dialect(b"\0u\0s\0e\0r"), Err(RosterError::Utf16(_))));
        assert!(matches!(dialect(b"\x7fELF\x02\x01\x01\0"), Err(RosterError::Binary(_))));
        assert!(dialect(b"user\na\0b@c\nfine@contoso.com\nfine@contoso.com\n").is_ok());
    }
}
