//! The first records of a list, to tell by them how it is written.

use super::cells::Cells;
use super::dialect::Delimiter;
use super::records::Records;

/// Enough records to tell a delimiter from a comma in somebody's job title.
const RECORDS: usize = 50;

/// The first records of a list that can be read, blank ones left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// Their cells, without blanks around them.
    pub(super) rows: Vec<Vec<String>>,
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
                sample
                    .rows
                    .push((0..cells.len()).map(|i| String::from_utf8_lossy(cells.get(i)).into_owned()).collect());
            }
        }
        // The end of the head cuts the last record through.
        if !whole && sample.rows.len() > 1 && sample.rows.len() < RECORDS {
            sample.rows.pop();
        }
        sample
    }

    /// The records below the first, which is a header; without those that show how to fill in a template.
    pub(super) fn people(&self) -> Vec<Vec<String>> {
        let is_an_example = |row: &&Vec<String>| row.iter().any(|cell| is_an_example(cell.as_bytes()));
        self.rows.iter().skip(1).filter(|row| !is_an_example(row)).cloned().collect()
    }
}

/// Whether a cell is one of those that Entra's templates have in the row under the header.
pub(super) fn is_an_example(cell: &[u8]) -> bool {
    cell.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"Example:"))
}
