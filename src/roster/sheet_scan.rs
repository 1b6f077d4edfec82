//! Finds in the XML of a sheet what its cells do not show: rows that are hidden, by a filter or by hand, so that a person who looks
//! at the sheet does not see these people; and formulas that were never calculated, so that the person in such a cell would be lost.

use std::io::{self, Write};

/// A tag with more bytes is no row.
const MAX_TAG_BYTES: usize = 1024;

/// What was found in a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SheetFindings {
    /// The numbers of the hidden rows, counted from 1, in ascending order.
    pub(super) hidden: Vec<u64>,
    /// Its formulas without a value.
    pub(super) uncalculated: Uncalculated,
}

/// Formulas without a value: how many, and the first of them, as `B4`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uncalculated {
    /// How many.
    pub cells: u64,
    /// The first of them, where the sheet names its cells.
    pub first: Option<String>,
}

/// Takes the XML of a sheet as it is unpacked.
#[derive(Default)]
pub(super) struct SheetScan {
    /// What was read of the tag that is open.
    tag: Option<Vec<u8>>,
    row: u64,
    /// Whether rows without a height of their own are hidden.
    hides_rows: bool,
    cell: CellSoFar,
    found: SheetFindings,
}

/// The cell that is open.
#[derive(Default)]
struct CellSoFar {
    tag: Vec<u8>,
    has_formula: bool,
    has_value: bool,
}

impl SheetScan {
    pub(super) fn into_findings(mut self) -> SheetFindings {
        self.found.hidden.sort_unstable();
        self.found
    }

    fn tag(&mut self, tag: &[u8]) {
        let closed = tag.strip_prefix(b"/");
        let name = closed.unwrap_or(tag).split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next();
        match (name.unwrap_or_default().rsplit(|byte| *byte == b':').next().unwrap_or_default(), closed) {
            (b"row", None) => self.row(tag),
            (b"sheetFormatPr", None) => {
                self.hides_rows = attribute(tag, "zeroHeight").is_some_and(|value| is_yes(&value))
            }
            (b"c", None) => {
                self.cell.tag.clear();
                self.cell.tag.extend_from_slice(tag);
                (self.cell.has_formula, self.cell.has_value) = (false, false);
            }
            (b"f", None) => self.cell.has_formula = true,
            // An empty text is a value. A number without digits is none.
            (b"v", None) => self.cell.has_value = !tag.ends_with(b"/") || self.is_of_text(),
            (b"is", None) => self.cell.has_value = true,
            (b"c", Some(_)) if self.cell.has_formula && !self.cell.has_value => {
                let found = &mut self.found.uncalculated;
                if found.cells == 0 {
                    found.first = attribute(&self.cell.tag, "r");
                }
                found.cells += 1;
            }
            _ => {}
        }
    }

    fn is_of_text(&self) -> bool {
        attribute(&self.cell.tag, "t").is_some_and(|kind| kind == "str")
    }

    fn row(&mut self, tag: &[u8]) {
        let number = attribute(tag, "r").and_then(|number| number.parse().ok());
        self.row = number.unwrap_or(self.row + 1);
        let height = attribute(tag, "ht").and_then(|height| height.parse::<f64>().ok());
        let is_flat = height.map_or(self.hides_rows, |height| height <= 0.0);
        if is_flat || attribute(tag, "hidden").is_some_and(|value| is_yes(&value)) {
            self.found.hidden.push(self.row);
        }
    }
}

fn is_yes(value: &str) -> bool {
    matches!(value, "1" | "true")
}

impl Write for SheetScan {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.tag.take() {
                None => {
                    let Some(start) = rest.iter().position(|byte| *byte == b'<') else { break };
                    self.tag = Some(Vec::new());
                    rest = &rest[start + 1..];
                }
                Some(mut tag) => {
                    let end = rest.iter().position(|byte| *byte == b'>');
                    let part = &rest[..end.unwrap_or(rest.len())];
                    tag.extend_from_slice(&part[..part.len().min(MAX_TAG_BYTES.saturating_sub(tag.len()))]);
                    match end {
                        Some(end) => {
                            self.tag(&tag);
                            rest = &rest[end + 1..];
                        }
                        None => {
                            self.tag = Some(tag);
                            break;
                        }
                    }
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The value of an attribute in a tag, whatever its prefix: `id` is `r:id` as well.
fn attribute(tag: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(tag);
    let mut rest = text.split_once(char::is_whitespace)?.1;
    loop {
        let (key, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, behind) = behind[1..].split_once(quote)?;
        if key.trim().rsplit(':').next() == Some(name) {
            return Some(value.to_owned());
        }
        rest = behind;
    }
}

/// The parts of a workbook that hold its sheets, in the order of the sheets.
pub(super) fn parts_of_sheets(workbook: &[u8], relations: &[u8]) -> Vec<Option<String>> {
    let relations: Vec<(String, String)> = tags(relations, b"Relationship")
        .filter_map(|tag| Some((attribute(tag, "Id")?, attribute(tag, "Target")?)))
        .collect();
    let part = |tag: &[u8]| {
        let id = attribute(tag, "id")?;
        let (_, target) = relations.iter().find(|(known, _)| *known == id)?;
        Some(target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))
    };
    tags(workbook, b"sheet").map(part).collect()
}

/// The tags of this local name.
fn tags<'a>(xml: &'a [u8], name: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let is_name = move |tag: &&[u8]| {
        let full = tag.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
        full.rsplit(|byte| *byte == b':').next() == Some(name)
    };
    xml.split(|byte| *byte == b'<').filter_map(|part| part.split(|byte| *byte == b'>').next()).filter(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_are_found_however_the_bytes_arrive() {
        let xml = br#"<s:sheetData><row r="1"><c/></row><row r="3" spans="1:2" hidden="1"/><s:row hidden='true' r='4'></s:row><row hidden="0"/><row hidden="1"/></s:sheetData><rowBreaks hidden="1"/>"#;
        for piece in [1, 7, xml.len()] {
            let mut rows = SheetScan::default();
            for part in xml.chunks(piece) {
                rows.write_all(part).unwrap();
            }
            assert_eq!(rows.into_findings().hidden, [3, 4, 6]);
        }
    }

    #[test]
    fn a_row_without_height_is_hidden() {
        let found = |xml: &str| {
            let mut rows = SheetScan::default();
            rows.write_all(xml.as_bytes()).unwrap();
            rows.into_findings().hidden
        };
        assert_eq!(found(r#"<row r="2" ht="0" customHeight="1"/><row r="3" ht="0.75"/><row r="4"/>"#), [2]);
        assert_eq!(found(r#"<sheetFormatPr zeroHeight="1"/><row r="2" ht="15"/><row r="3"/>"#), [3]);
    }

    #[test]
    fn formulas_without_a_value_are_counted_and_others_are_not() {
        let xml = br#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>A1</f><v>7</v></c><c r="C1" t="str"><f>A1</f><v></v></c>
            <c r="D1" t="str"><f>A1</f><v/></c><c r="E1"/><x:c r="F1" s="2"><x:f>A1</x:f></x:c><c r="G1"><f t="shared" si="0"/><v/></c>
            <c r="H1"><v>1</v></c></row>"#;
        for piece in [1, 9, xml.len()] {
            let mut scan = SheetScan::default();
            for part in xml.chunks(piece) {
                scan.write_all(part).unwrap();
            }
            assert_eq!(scan.into_findings().uncalculated, Uncalculated { cells: 2, first: Some("F1".to_owned()) });
        }
    }

    #[test]
    fn the_parts_of_the_sheets_are_in_their_order() {
        let workbook = br#"<workbook><sheets><sheet name="B" sheetId="2" r:id="rId2"/><x:sheet name="A" r:id="rId1"/><sheet r:id="no"/></sheets></workbook>"#;
        let relations = br#"<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Target="/xl/worksheets/s2.xml" Id="rId2"/></R>"#;
        assert_eq!(
            parts_of_sheets(workbook, relations),
            [Some("xl/worksheets/s2.xml".to_owned()), Some("xl/worksheets/sheet1.xml".to_owned()), None]
        );
    }
}
