//! Looks at the head of a list: whether it is text, what stands in front of the header, which delimiter it has.

use strum::VariantArray as _;

use super::delimiter::Delimiter;
use super::error::RosterError;
use super::names;
use super::opened::Opened;
use super::preamble::Preambles;
use super::read_options::ReadOptions;
use super::sample::Sample;
use super::source::Source;
use super::titles::header_below_titles;

/// What the head of a list says about the whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: Delimiter,
    /// What stands in front of the header.
    pub(super) preambles: Preambles,
    /// The line on which the header, or a blank line in front of it, stands.
    pub(super) first_line: u64,
    /// Whether nothing follows the head.
    pub(super) whole: bool,
    /// The first records behind the preamble.
    pub(super) sample: Sample,
}

impl Dialect {
    /// Reads the head of an open list.
    pub(super) fn of(opened: &Opened, options: &ReadOptions) -> Result<Self, RosterError> {
        let (head, whole) = (opened.text.head(), opened.whole);
        refuse_what_is_no_text(head, &opened.from)?;
        let mut preambles = Preambles::of(head);
        let known = opened.delimiter.or(preambles.delimiter);
        let candidates = known.as_ref().map_or(Delimiter::VARIANTS, std::slice::from_ref);
        let header = |delimiter: &Delimiter| {
            header_below_titles(&Sample::of(&head[preambles.bytes..], whole, *delimiter), options)
        };
        if let Some(line) = candidates.iter().find_map(header) {
            preambles.add_titles(head, line);
        }
        let table = &head[preambles.bytes..];
        let delimiter = known.unwrap_or_else(|| guess(table, whole, options));
        let sample = Sample::of(table, whole, delimiter);
        Ok(Self { delimiter, first_line: opened.first_line + preambles.line_count, whole, preambles, sample })
    }
}

fn refuse_what_is_no_text(head: &[u8], from: &Source) -> Result<(), RosterError> {
    // One control character is a defect of its row. Many of them, or one in the first line, mean that this is no list of
    // people. NULs behind a first line of text are UTF-16 that was appended, or what a crash left of the end: defects of
    // their rows.
    let control = |b: &u8| *b < b' ' && !matches!(*b, b'\t' | b'\n' | b'\r');
    let first_line = head.split(|b| matches!(b, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let others = head.iter().filter(|b| control(b) && **b != 0).count();
    if first_line.iter().any(control) || others > 4 + head.len() / 20 {
        return Err(RosterError::Binary(from.clone()));
    }
    Ok(())
}

/// The delimiter with which the first record names or holds a key and every record has the same number of cells. Among
/// several, the one that makes most cells; then the comma.
fn guess(text: &[u8], whole: bool, options: &ReadOptions) -> Delimiter {
    // `max_by_key` takes the last of equals.
    Delimiter::VARIANTS
        .iter()
        .copied()
        .rev()
        .max_by_key(|delimiter| rank(text, whole, *delimiter, options))
        .unwrap_or(Delimiter::Comma)
}

fn rank(text: &[u8], whole: bool, delimiter: Delimiter, options: &ReadOptions) -> (bool, bool, usize) {
    let sample = Sample::of(text, whole, delimiter);
    let Some(first) = sample.rows.first() else { return (false, false, 1) };
    let is_key_or_name = |cell: &String| {
        names::is_a_key(&names::meaning(cell), options.by) || options.names(cell) || options.is_a_key(cell)
    };
    let cells = first.len();
    (first.iter().any(is_key_or_name), cells > 1 && sample.rows.iter().all(|row| row.len() == cells), cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(head: &[u8]) -> Result<Dialect, RosterError> {
        let opened = Opened::of(Source::bytes("a test", head.to_vec()), &ReadOptions::default())?;
        Dialect::of(&opened, &ReadOptions::default())
    }

    fn delimiter(text: &str) -> Delimiter {
        dialect(text.as_bytes()).unwrap().delimiter
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        assert_eq!(delimiter("user,note\na@b,x\n"), Delimiter::Comma);
        assert_eq!(delimiter("user;note\na@b;x, y, z\nb@b;x\n"), Delimiter::Semicolon);
        assert_eq!(delimiter("user\tnote\na@b\tx;y\n"), Delimiter::Tab);
        assert_eq!(delimiter("user|note\na@b|x;y\n"), Delimiter::Pipe);
        assert_eq!(delimiter("user\na@b\n"), Delimiter::Comma);
        assert_eq!(delimiter("user,note\na@b,x;1\nb@b,y;2\n"), Delimiter::Comma);
        assert_eq!(delimiter("\"last, first\";user\n\"Lovelace, Ada\";a@b\n"), Delimiter::Semicolon);
    }

    #[test]
    fn a_list_without_a_header_has_a_delimiter_too() {
        assert_eq!(delimiter("ada@contoso.com;Lovelace, Ada\nbob@contoso.com;Bob\n"), Delimiter::Semicolon);
        assert_eq!(delimiter("ada@contoso.com|Ada\n"), Delimiter::Pipe);
        assert_eq!(delimiter("ada@contoso.com\n"), Delimiter::Comma);
    }

    #[test]
    fn a_separator_line_is_believed() {
        let dialect = dialect(b"sep=;\r\nuser,x;y\r\n").unwrap();
        assert_eq!((dialect.delimiter, dialect.first_line), (Delimiter::Semicolon, 2));
        assert_eq!(dialect.sample.rows, [["user,x", "y"]]);
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert!(matches!(dialect(b"\x7fELF\x02\x01\x01\0"), Err(RosterError::Binary(_))));
        assert!(matches!(dialect(b"\n\x7fELF\x02\x01\x01\0"), Err(RosterError::Binary(_))));
        assert!(dialect(b"user\na\0b@c\nfine@contoso.com\nfine@contoso.com\n").is_ok());
        assert!(dialect(b"user;note\rada@contoso.com;x\rbob@contoso.com;y\0\r").is_ok());
        assert!(dialect(&[&b"user\nada@contoso.com\n"[..], &[0; 4096]].concat()).is_ok());
    }
}
