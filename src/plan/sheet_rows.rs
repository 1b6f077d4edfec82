//! The rows of a list as a spreadsheet counts them, for many rows in little memory.

use super::row::{ListPlace, PlanRow};
use crate::ids::RowNumber;

/// By how much the two ways of counting differ, from each row at which that changes: at a header, at a blank line. Most lists
/// have one or two such rows, however long they are.
#[derive(Debug, Clone, Default)]
pub struct SheetRows {
    /// Ascending; the difference is that of the sheet, `None` where its row is not known. It is below zero behind rows that name
    /// several people.
    from: Vec<(RowNumber, Option<i32>)>,
}

impl SheetRows {
    /// Takes in a row of a plan; rows come in the order of the list.
    pub fn add(&mut self, row: &PlanRow) {
        self.note(row.row, row.sheet_row);
    }

    /// Takes in where a row stands; rows come in the order of the list.
    pub fn note(&mut self, row: RowNumber, sheet_row: Option<u32>) {
        let ahead = sheet_row.and_then(|sheet| i32::try_from(i64::from(sheet) - i64::from(row.get())).ok());
        if self.from.last().is_none_or(|(_, last)| *last != ahead) {
            self.from.push((row, ahead));
        }
    }

    /// Where a row stands that was taken in.
    pub fn place(&self, row: RowNumber) -> ListPlace {
        let before = self.from.partition_point(|(from, _)| *from <= row);
        let ahead = before.checked_sub(1).and_then(|last| self.from[last].1);
        ListPlace { row, sheet_row: ahead.and_then(|ahead| row.get().checked_add_signed(ahead)), among: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_row_is_found_where_it_stands(gaps in prop::collection::vec(prop::option::weighted(0.9, 0_u32..3), 1..200)) {
            let mut rows = SheetRows::default();
            let (mut sheet, mut stand) = (1, Vec::new());
            for (row, gap) in (1..).map(RowNumber::new).zip(gaps) {
                sheet += 1 + gap.unwrap_or_default();
                let sheet_row = gap.map(|_| sheet);
                rows.note(row, sheet_row);
                stand.push(ListPlace { row, sheet_row, among: None });
            }
            for place in stand {
                prop_assert_eq!(rows.place(place.row), place);
            }
        }
    }

    #[test]
    fn a_list_without_gaps_is_one_entry() {
        let mut rows = SheetRows::default();
        (1..100_000).for_each(|row| rows.note(RowNumber::new(row), Some(row + 1)));
        assert_eq!(rows.from.len(), 1);
        assert_eq!(rows.place(RowNumber::new(7)).to_string(), "row 7 (sheet row 8)");
        assert_eq!(SheetRows::default().place(RowNumber::FIRST).to_string(), "row 1");
    }
}
