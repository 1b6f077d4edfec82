//! A list in a workbook of Excel (`.xlsx`): one of its sheets.
//!
//! Numbers and dates are as the sheet means them: `00042` where the format of the cell fills up with zeros, all digits of a long
//! number, dates as 2026-11-20. A number of more than 15 digits was rounded by Excel when it was typed, and is written as such.
//!
//! A workbook is a zip archive, and a small one may hold terabytes. So every part is unpacked once into nothing, and counted,
//! before anything is read; and a sheet is read cell by cell, however far apart its cells stand.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Cursor, Read as _, Write};
use std::path::Path;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Style, Xlsx, XlsxError};
use zip::ZipArchive;

use super::list_format::SheetChosen;
use super::no_list::NoList;
use super::other_sheet::SheetText;
use super::read_options::ReadOptions;
use super::sheet_scan::{SheetFindings, SheetScan, Uncalculated, parts_of_sheets};
use super::table_text::TableText;
use crate::words::quoted;

/// All parts of a workbook together unpack to no more bytes.
const MAX_UNPACKED_BYTES: u64 = 1 << 30;
/// The parts that are held in memory unpack to no more bytes.
const MAX_HELD_BYTES: u64 = 192 << 20;

/// Excel keeps 15 digits of a number; what is longer was rounded.
const MAX_EXACT: f64 = 1e15;

/// Why a sheet of a workbook cannot be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum WorkbookFault {
    #[error("is {0}")]
    Other(NoList),
    #[error("unpacks to more than {} MB", .0 >> 20)]
    TooLarge(u64),
    #[error("has no sheet {asked:?}; its sheets are {}", listed(.found))]
    NoSheet { asked: String, found: Vec<String> },
    #[error("has nothing on its sheet {:?}", .0.sheet)]
    EmptySheet(SheetChosen),
    /// A person who looks at the sheet does not see these people.
    #[error("has {} on its sheet {:?}", counted(*.rows, "a hidden row", "hidden rows"), .sheet)]
    HiddenRows { sheet: String, rows: u64 },
    /// A person who strikes others out on a list may mean that they are to be left.
    #[error("has {} struck out on its sheet {sheet:?}, the first on line {first}", counted(*.rows, "a row", "rows"))]
    StruckRows { sheet: String, rows: u64, first: u64 },
    /// A cell that is filled by a formula has no value before a spreadsheet has calculated it.
    #[error("has {} without a value on its sheet {sheet:?}{}", counted(found.cells, "a formula", "formulas"), at(.found))]
    Uncalculated { sheet: String, found: Uncalculated },
    #[error("has no sheet with cells that can be seen")]
    NoSheets,
    #[error("is a workbook that cannot be read: {0}")]
    Broken(String),
}

impl WorkbookFault {
    /// What to do, where the message does not say it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Other(what) => Some(what.help().to_owned()),
            Self::TooLarge(_) => Some("Save the sheet with the list alone as \"CSV UTF-8\".".to_owned()),
            Self::EmptySheet(SheetChosen { others, .. }) => others.first().map(|other| of_another_sheet(other)),
            Self::HiddenRows { .. } => Some(
                "If only the rows that can be seen are meant, copy them to a new sheet. If all are meant, show them (Data, Clear), or \
                 read the hidden ones as well: --hidden-rows"
                    .to_owned(),
            ),
            Self::StruckRows { .. } => Some(
                "If those people are to be left, take their rows out of the list. If all are meant: --every-row".to_owned(),
            ),
            Self::Uncalculated { .. } => Some(
                "A program made the workbook, and its formulas were never calculated. Open it in Excel, save it, and plan it again."
                    .to_owned(),
            ),
            Self::NoSheets => Some("A hidden sheet is read by its name: --sheet NAME".to_owned()),
            Self::Broken(_) => Some("Open it in Excel and save it again, as .xlsx or as \"CSV UTF-8\".".to_owned()),
            Self::NoSheet { .. } => None,
        }
    }
}

/// How another sheet is read.
pub(super) fn of_another_sheet(sheet: &str) -> String {
    format!("If the list is on another sheet: --sheet {}", quoted(Path::new(sheet)))
}

fn counted(number: u64, one: &str, many: &str) -> String {
    if number == 1 { one.to_owned() } else { format!("{number} {many}") }
}

fn at(found: &Uncalculated) -> String {
    let more = if found.cells == 1 { "in" } else { "the first in" };
    found.first.as_ref().map(|cell| format!(", {more} {cell:?}")).unwrap_or_default()
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// A sheet of a workbook as CSV, each row on its own line.
pub(super) struct ReadSheet {
    pub(super) sheet: SheetChosen,
    pub(super) text: Vec<u8>,
    /// The others that can be seen, where the sheet was chosen because it is the first.
    pub(super) others: Vec<SheetText>,
}

/// The first visible sheet of a workbook, or the one that is named (or `#2` for the second).
pub(super) fn read(bytes: Vec<u8>, options: &ReadOptions) -> Result<ReadSheet, WorkbookFault> {
    let parts = check(&bytes)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut sheet = chosen(&workbook, options.sheet.as_deref())?;
    let place = workbook.sheets_metadata().iter().position(|known| known.name == sheet.sheet);
    let SheetFindings { hidden, uncalculated } = place.map(|place| parts.findings(place)).unwrap_or_default();
    if uncalculated.cells > 0 {
        return Err(WorkbookFault::Uncalculated { sheet: sheet.sheet, found: uncalculated });
    }
    let (rows, struck_lines) = rows_of(&mut workbook, &sheet.sheet)?;
    sheet.hidden_rows = rows.lines.iter().filter(|line| hidden.binary_search(line).is_ok()).count() as u64;
    if sheet.hidden_rows > 0 && !options.hidden_rows {
        return Err(WorkbookFault::HiddenRows { sheet: sheet.sheet, rows: sheet.hidden_rows });
    }
    sheet.struck_rows = struck_lines.len() as u64;
    if let Some(&first) = struck_lines.first()
        && !options.every_row
    {
        return Err(WorkbookFault::StruckRows { sheet: sheet.sheet, rows: sheet.struck_rows, first });
    }
    let text = rows.into_text()?;
    if text.is_empty() {
        return Err(WorkbookFault::EmptySheet(sheet));
    }
    // One that cannot be read has no list that could be meant.
    let mut other = |name: &String| {
        let text = rows_of(&mut workbook, name).and_then(|(rows, _)| rows.into_text()).ok()?;
        Some(SheetText { name: name.clone(), text })
    };
    let others = sheet.others.iter().filter(|_| options.sheet.is_none()).filter_map(&mut other).collect();
    Ok(ReadSheet { sheet, text, others })
}

/// The rows of a sheet, and the lines on which anything is struck out.
fn rows_of<'a>(
    workbook: &'a mut Xlsx<Cursor<Vec<u8>>>,
    sheet: &str,
) -> Result<(SheetRows<'a>, Vec<u64>), WorkbookFault> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(|error| broken(&error))?;
    let formats: Vec<Option<ZeroFilled>> = reader.styles().iter().map(ZeroFilled::of).collect();
    let struck: Vec<bool> = reader.styles().iter().map(is_struck).collect();
    let mut struck_lines: Vec<u64> = Vec::new();
    let mut rows = SheetRows::default();
    let (mut row, mut line) = (Vec::new(), 0);
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|error| broken(&error))? {
        let (cell_row, column) = cell.get_position();
        if u64::from(cell_row) + 1 != line {
            rows.push(line, std::mem::take(&mut row))?;
            line = u64::from(cell_row) + 1;
        }
        let value = shown(cell.get_value(), formats.get(style).and_then(Option::as_ref));
        if value.is_empty() {
            continue;
        }
        if struck.get(style) == Some(&true) && struck_lines.last() != Some(&line) {
            struck_lines.push(line);
        }
        let column = column as usize;
        if row.len() <= column {
            row.resize(column + 1, Cow::Borrowed(""));
        }
        row[column] = value;
    }
    rows.push(line, row)?;
    Ok((rows, struck_lines))
}

/// So many rows show how wide a sheet is.
const MAX_HELD_ROWS: usize = 64;

/// The rows of a sheet, each with as many cells as the widest of the first ones: a sheet does not say where its rows end.
struct SheetRows<'a> {
    text: TableText,
    /// The first rows, until the width is known.
    held: Vec<(u64, Vec<Cow<'a, str>>)>,
    width: usize,
    /// The lines of all rows with anything in them.
    lines: Vec<u64>,
}

impl Default for SheetRows<'_> {
    fn default() -> Self {
        Self { text: TableText::from_line(1), held: Vec::new(), width: 0, lines: Vec::new() }
    }
}

impl<'a> SheetRows<'a> {
    fn push(&mut self, line: u64, row: Vec<Cow<'a, str>>) -> Result<(), WorkbookFault> {
        if row.is_empty() {
            return Ok(());
        }
        self.lines.push(line);
        if self.lines.len() > MAX_HELD_ROWS {
            self.write_held()?;
            return self.write(line, row);
        }
        self.width = self.width.max(row.len());
        self.held.push((line, row));
        Ok(())
    }

    fn write_held(&mut self) -> Result<(), WorkbookFault> {
        std::mem::take(&mut self.held).into_iter().try_for_each(|(line, row)| self.write(line, row))
    }

    fn write(&mut self, line: u64, mut row: Vec<Cow<'a, str>>) -> Result<(), WorkbookFault> {
        row.resize(row.len().max(self.width), Cow::Borrowed(""));
        if self.text.push(line, row.iter().map(AsRef::as_ref)) {
            Ok(())
        } else {
            Err(WorkbookFault::TooLarge(MAX_UNPACKED_BYTES))
        }
    }

    fn into_text(mut self) -> Result<Vec<u8>, WorkbookFault> {
        self.write_held()?;
        Ok(self.text.into_bytes())
    }
}

fn broken(error: &XlsxError) -> WorkbookFault {
    WorkbookFault::Broken(error.to_string())
}

/// What was seen of the parts of a workbook when they were unpacked once.
#[derive(Default)]
struct Parts {
    /// The part that lists the sheets, and the one that says where each of them is.
    workbook: Vec<u8>,
    relations: Vec<u8>,
    /// What was found in each part that is a sheet.
    sheets: HashMap<String, SheetFindings>,
}

impl Parts {
    /// What was found in the sheet at a place.
    fn findings(&self, place: usize) -> SheetFindings {
        let parts = parts_of_sheets(&self.workbook, &self.relations);
        let part = parts.get(place).and_then(Option::as_ref);
        part.and_then(|part| self.sheets.get(part)).cloned().unwrap_or_default()
    }
}

/// Refuses other archives, and a workbook that unpacks to too much.
fn check(bytes: &[u8]) -> Result<Parts, WorkbookFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| WorkbookFault::Broken(error.to_string()))?;
    let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(Into::into).collect();
    if let Some(what) = NoList::of_archive(&names) {
        return Err(WorkbookFault::Other(what));
    }
    let (mut all, mut held) = (0, 0);
    let mut parts = Parts::default();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| WorkbookFault::Broken(error.to_string()))?;
        let name = part.name().map(|name| name.to_string()).unwrap_or_default();
        let is_held = !name.starts_with("xl/worksheets/");
        let (mut scan, mut nothing) = (SheetScan::default(), io::sink());
        let sink: &mut dyn Write = match name.as_str() {
            "xl/workbook.xml" => &mut parts.workbook,
            "xl/_rels/workbook.xml.rels" => &mut parts.relations,
            _ if is_held => &mut nothing,
            _ => &mut scan,
        };
        // What the archive says about its sizes may be wrong.
        let most = MAX_UNPACKED_BYTES.min(if is_held { MAX_HELD_BYTES } else { u64::MAX }) + 1;
        let unpacked =
            io::copy(&mut part.take(most), sink).map_err(|error| WorkbookFault::Broken(error.to_string()))?;
        if !is_held {
            parts.sheets.insert(name, scan.into_findings());
        }
        all += unpacked;
        held += if is_held { unpacked } else { 0 };
        if all > MAX_UNPACKED_BYTES {
            return Err(WorkbookFault::TooLarge(MAX_UNPACKED_BYTES));
        }
        if held > MAX_HELD_BYTES {
            return Err(WorkbookFault::TooLarge(MAX_HELD_BYTES));
        }
    }
    Ok(parts)
}

/// The sheet that is read, and the others that can be seen.
fn chosen<R: io::Read + io::Seek>(workbook: &Xlsx<R>, asked: Option<&str>) -> Result<SheetChosen, WorkbookFault> {
    let sheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let visible: Vec<String> =
        sheets.clone().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone()).collect();
    let sheet = match asked.map(str::trim) {
        None => visible.first().cloned().ok_or(WorkbookFault::NoSheets)?,
        Some(asked) => {
            let number = asked.strip_prefix('#').and_then(|digits| digits.parse::<usize>().ok());
            let numbered = number.and_then(|number| visible.get(number.checked_sub(1)?)).cloned();
            let all: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
            let exact = all.iter().find(|name| *name == asked);
            let named = exact.or_else(|| all.iter().find(|name| name.trim().to_lowercase() == asked.to_lowercase()));
            let named = named.cloned().or(numbered);
            named.ok_or_else(|| WorkbookFault::NoSheet { asked: asked.to_owned(), found: all })?
        }
    };
    let others = visible.into_iter().filter(|name| *name != sheet).collect();
    Ok(SheetChosen { others, sheet, hidden_rows: 0, struck_rows: 0 })
}

/// A format that fills a number up with zeros: `00000`, or `"E"0000`.
#[derive(Debug, PartialEq, Eq)]
struct ZeroFilled {
    before: String,
    digits: usize,
}

impl ZeroFilled {
    fn of(style: &Style) -> Option<Self> {
        Self::of_code(&style.number_format.as_ref()?.format_code)
    }

    fn of_code(code: &str) -> Option<Self> {
        let zeros = code.len() - code.trim_end_matches('0').len();
        let before = &code[..code.len() - zeros];
        let before = match before.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(text) if !text.contains('"') => text.to_owned(),
            _ if before.is_empty() => String::new(),
            _ => match before.strip_prefix('\\') {
                Some(sign) if sign.chars().count() == 1 => sign.to_owned(),
                _ => return None,
            },
        };
        (zeros > 1 || (zeros == 1 && !before.is_empty())).then_some(Self { before, digits: zeros })
    }
}

/// Does this style strike its cell out?
fn is_struck(style: &Style) -> bool {
    style.font.as_ref().is_some_and(calamine::Font::has_strikethrough)
}

fn shown<'a>(value: &DataRef<'a>, zero_filled: Option<&ZeroFilled>) -> Cow<'a, str> {
    match value {
        DataRef::Empty => Cow::Borrowed(""),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::String(text) => Cow::Owned(text.clone()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cow::Owned(text.clone()),
        DataRef::Bool(value) => Cow::Borrowed(if *value { "TRUE" } else { "FALSE" }),
        DataRef::Error(error) => Cow::Owned(error.to_string()),
        DataRef::Int(number) => Cow::Owned(with_zeros(number.to_string(), zero_filled)),
        DataRef::Float(number) => Cow::Owned(of_number(*number, zero_filled)),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            Cow::Owned(match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            })
        }
        DataRef::DateTime(span) => Cow::Owned(of_number(span.as_f64(), None)),
    }
}

fn of_number(number: f64, zero_filled: Option<&ZeroFilled>) -> String {
    if number.abs() >= MAX_EXACT {
        let text = format!("{number:.14E}");
        return text.replace('E', "E+").replace("E+-", "E-");
    }
    if number.fract() == 0.0 { with_zeros(format!("{number:.0}"), zero_filled) } else { number.to_string() }
}

fn with_zeros(digits: String, zero_filled: Option<&ZeroFilled>) -> String {
    match zero_filled {
        Some(ZeroFilled { before, digits: width }) if !digits.starts_with('-') => format!("{before}{digits:0>width$}"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_the_sheet_means_them() {
        let filled = |code: &str| ZeroFilled::of_code(code);
        assert_eq!(of_number(42.0, filled("00000").as_ref()), "00042");
        assert_eq!(of_number(42.0, filled("\"E\"0000").as_ref()), "E0042");
        assert_eq!(of_number(42.0, filled("\\K000").as_ref()), "K042");
        assert_eq!(of_number(-42.0, filled("00000").as_ref()), "-42");
        for code in ["General", "0", "0.00", "#,##0", "@", "yyyy-mm-dd", "\"a\"\"b\"00", ""] {
            assert_eq!(filled(code), None, "{code}");
        }
        assert_eq!(of_number(123_456_789_012.0, None), "123456789012");
        assert_eq!(of_number(1.5, None), "1.5");
        assert_eq!(of_number(1_234_567_890_123_456.0, None), "1.23456789012346E+15", "one that Excel rounded");
    }
}
