//! Lines in front of the header that say something about the file.

use schemars::JsonSchema;
use serde::Serialize;
use strum::VariantArray as _;

use super::comment::is_commented;
use super::delimiter::Delimiter;
use super::names;

/// A line in front of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
pub enum Preamble {
    /// `sep=;`, which Excel understands.
    #[strum(to_string = "sep= line")]
    Separator,
    /// `#TYPE ...`, as `Export-Csv` of Windows PowerShell writes it.
    #[strum(to_string = "#TYPE line")]
    Type,
    /// `version:v1.0`, of the templates for bulk operations in Entra.
    #[strum(to_string = "version line")]
    Version,
    /// Lines that begin with `#` and name no person.
    #[strum(to_string = "comment lines")]
    Comments,
    /// The title of a report.
    #[strum(to_string = "title lines above the header")]
    Titles,
}

/// What stands in front of the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Preambles {
    pub(super) lines: Vec<Preamble>,
    /// The delimiter that a `sep=` line names.
    pub(super) delimiter: Option<Delimiter>,
    /// How many bytes all of it has.
    pub(super) bytes: usize,
    /// How many lines, blank ones between them included.
    pub(super) line_count: u64,
}

impl Preambles {
    /// Reads the lines at the beginning of a text.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut found = Self::default();
        let (mut offset, mut lines) = (0, 0);
        while let Some(length) = text[offset..].iter().position(|b| matches!(b, b'\n' | b'\r')) {
            let line = &text[offset..offset + length];
            let line_end = if text[offset + length..].starts_with(b"\r\n") { 2 } else { 1 };
            offset += length + line_end;
            lines += 1;
            let blank = line.trim_ascii().is_empty();
            match understood(line) {
                Some((kind, delimiter)) if kind == Preamble::Comments || !found.lines.contains(&kind) => {
                    if !found.lines.contains(&kind) {
                        found.lines.push(kind);
                    }
                    found.delimiter = found.delimiter.or(delimiter);
                    (found.bytes, found.line_count) = (offset, lines);
                }
                _ if blank => {}
                _ => break,
            }
        }
        found
    }

    /// Takes the lines in front of this one off as well, counted from 1 behind what is known.
    pub(super) fn add_titles(&mut self, text: &[u8], line: u64) {
        self.bytes += line_start(&text[self.bytes..], line);
        self.line_count += line - 1;
        self.lines.push(Preamble::Titles);
    }

    pub(super) fn has(&self, kind: Preamble) -> bool {
        self.lines.contains(&kind)
    }
}

/// Where a line begins, counted from 1.
fn line_start(text: &[u8], line: u64) -> usize {
    let is_end =
        |(offset, byte): &(usize, &u8)| **byte == b'\n' || (**byte == b'\r' && text.get(offset + 1) != Some(&b'\n'));
    match line.checked_sub(2) {
        None => 0,
        Some(before) => {
            text.iter().enumerate().filter(is_end).nth(before as usize).map_or(text.len(), |(end, _)| end + 1)
        }
    }
}

/// Whether a line begins with `#` and names neither a person nor a column.
fn is_a_comment(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line.strip_prefix(b"\"").unwrap_or(line));
    let is_a_name = |cell: &str| names::is_known(&names::meaning(cell.trim_matches([' ', '"', '#'])));
    is_commented(text.as_bytes()) && !text.contains('@') && !text.split([',', ';', '\t', '|']).any(is_a_name)
}

fn understood(line: &[u8]) -> Option<(Preamble, Option<Delimiter>)> {
    let separator = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(line);
    if let Some((name, sign)) = separator.split_at_checked(4)
        && name.eq_ignore_ascii_case(b"sep=")
    {
        let sign = if sign == b"\\t" { b"\t" } else { sign };
        // A spreadsheet program that reads the line as a row adds its own delimiter to it, and saves the table with that one.
        if sign.len() > 1 && sign.iter().all(|byte| Delimiter::VARIANTS.iter().any(|known| known.byte() == *byte)) {
            return Some((Preamble::Separator, None));
        }
        let delimiter = Delimiter::VARIANTS.iter().copied().find(|delimiter| sign == [delimiter.byte()])?;
        return Some((Preamble::Separator, Some(delimiter)));
    }
    if line.strip_prefix(b"\"").unwrap_or(line).starts_with(b"#TYPE ") {
        return Some((Preamble::Type, None));
    }
    if is_a_comment(line) {
        return Some((Preamble::Comments, None));
    }
    // A spreadsheet program adds a delimiter for each column of the table below.
    let text = std::str::from_utf8(line).ok()?;
    let text = text.trim_matches(|c: char| matches!(c, '"' | ',' | ';' | '\t' | '|' | ' '));
    let number = text.to_ascii_lowercase().strip_prefix("version:")?.trim_start().strip_prefix('v')?.to_owned();
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_number.then_some((Preamble::Version, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_front_of_a_header_are_believed_and_taken_off() {
        use Preamble::{Comments, Separator, Type, Version};
        for (text, lines, line_count, delimiter) in [
            ("sep=;\r\nuser,x;y\r\n", &[Separator][..], 1, Some(Delimiter::Semicolon)),
            ("sep=\\t\nuser\ty\n", &[Separator], 1, Some(Delimiter::Tab)),
            ("sep=,;\nuser;y\n", &[Separator], 1, None),
            ("SEP=|\nuser|y\n", &[Separator], 1, Some(Delimiter::Pipe)),
            ("\"sep=\t\"\nuser\ty\n", &[Separator], 1, Some(Delimiter::Tab)),
            ("#TYPE Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser\r\nuser\r\n", &[Type], 1, None),
            ("version:v1.0\nuser [x]\n", &[Version], 1, None),
            ("Version:v1.0,,,\nuser,,,\n", &[Version], 1, None),
            ("\n\"version: v1.0\";\n\nuser\n", &[Version], 2, None),
            ("# leavers\n# of November\nuser\n", &[Comments], 2, None),
            ("sep=,\n#TYPE x\nuser\n", &[Separator, Type], 2, Some(Delimiter::Comma)),
        ] {
            let found = Preambles::of(text.as_bytes());
            assert_eq!((found.lines.as_slice(), found.line_count), (lines, line_count), "{text:?}");
            assert_eq!(found.delimiter, delimiter, "{text:?}");
            assert!(text[found.bytes..].trim_start().starts_with("user"), "{text:?}");
        }
    }

    #[test]
    fn a_header_and_a_person_are_none() {
        for text in [
            "user\n", "\nuser\n", "version\n1\n", "sep=x\n", "version:vx@contoso.com\n", "#ada@contoso.com\n",
            "#,user\n", "#user;x\n", "#1\n", "", "sep=;",
        ] {
            assert_eq!(Preambles::of(text.as_bytes()), Preambles::default(), "{text:?}");
        }
    }
}
