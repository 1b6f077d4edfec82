//! The first records of a list: they show how it is written.

use super::cells::Cells;
use super::delimiter::Delimiter;
use super::names;
use super::read_options::ReadOptions;
use super::records::Records;

/// Enough records to distinguish a delimiter from a comma in a job title.
const RECORDS: usize = 50;

/// The first records of a list that can be read, blank ones left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// Their cells, without blanks around them.
    pub(super) rows: Vec<Vec<String>>,
    /// The lines on which they begin, counted from 1 in this text.
    pub(super) lines: Vec<u64>,
    /// Whether the very first record cannot be read and is not among them.
    pub(super) first_is_broken: bool,
}

impl Sample {
    /// Cuts the beginning of a text; `whole` says that nothing follows it.
    pub(super) fn of(text: &[u8], whole: bool, delimiter: Delimiter) -> Self {
        let mut records = Records::new(text, delimiter.byte(), 1);
        let mut cells = Cells::new(delimiter);
        let mut sample = Self::default();
        while sample.rows.len() < RECORDS {
            // Bytes in memory are always read.
            let Ok(Some(record)) = records.next() else { break };
            if record.flaw.is_some() || !cells.read(record.bytes) {
                sample.first_is_broken |= sample.rows.is_empty();
            } else if !cells.all_blank() {
                sample.lines.push(record.line);
                sample
                    .rows
                    .push((0..cells.len()).map(|i| String::from_utf8_lossy(cells.get(i)).into_owned()).collect());
            }
        }
        // The end of the head may cut the last record in two.
        if !whole && sample.rows.len() > 1 && sample.rows.len() < RECORDS {
            sample.rows.pop();
        }
        sample
    }

    /// The records below the first, which is a header. Rows that show how to fill in a template are left out.
    pub(super) fn people(&self) -> Vec<Vec<String>> {
        let is_an_example = |row: &&Vec<String>| row.iter().any(|cell| is_an_example(cell.as_bytes()));
        self.rows.iter().skip(1).filter(|row| !is_an_example(row)).cloned().collect()
    }

    /// The line of a header that is not the first record: a title, or the name of an exporter, stands above it.
    ///
    /// `key` is the column that would hold the keys without that header.
    pub(super) fn header_below(&self, options: &ReadOptions, key: Option<usize>) -> Option<u64> {
        let names_a_key = |(index, cell): (usize, &String)| {
            let folded = names::meaning(cell);
            let is_a_key = names::is_a_key(&folded, options.by) && folded != names::SAM;
            names::is_a_sure_key(&folded, options.by) || (key == Some(index) && is_a_key)
        };
        let is_header = |row: &Vec<String>| {
            !row.iter().any(|cell| options.is_a_key(cell)) && row.iter().enumerate().any(names_a_key)
        };
        let below = self.rows.iter().skip(1).position(is_header)?;
        self.lines.get(below + 1).copied()
    }
}

/// Whether a cell is an example, as Entra's templates have them in the row under the header.
pub(super) fn is_an_example(cell: &[u8]) -> bool {
    cell.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"Example:"))
}
