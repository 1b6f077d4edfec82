//! A column that may say to leave people alone: on which rows it does, and what it says there and elsewhere.

use std::collections::BTreeMap;

use time::{Date, OffsetDateTime};

use super::future_day;
use super::instruction::{Instruction, Said};
use super::leave_words;
use super::left_alone::SaidBy;
use super::row_excerpt::ExcerptedRow;
use super::source_span::SourceSpan;

type WordCounts = BTreeMap<&'static str, u32>;

/// Such a column, and what is counted of it.
pub(super) struct InstructionColumn {
    pub(super) index: usize,
    pub(super) name: String,
    instruction: Instruction,
    leaves: SayingRows,
    /// SayingRows that say it only where others say who is meant.
    leaves_if_others_are_meant: SayingRows,
    meant: u64,
    /// SayingRows with a day that is still to come.
    pub(super) days_to_come: u64,
    today: Date,
    /// What the other rows say, as far as they say a word that may be shown.
    other_values: WordCounts,
    /// How many of them say something else.
    other_words: u32,
}

/// How many rows say it, with which words, and the first of them.
#[derive(Default)]
struct SayingRows {
    rows: u64,
    values: WordCounts,
    first: Option<SourceSpan>,
}

impl InstructionColumn {
    pub(super) fn new(index: usize, name: String, instruction: Instruction) -> Self {
        let (leaves, leaves_if_others_are_meant) = (SayingRows::default(), SayingRows::default());
        let today = OffsetDateTime::now_utc().date();
        let (meant, days_to_come, other_values, other_words) = (0, 0, WordCounts::new(), 0);
        Self {
            index,
            name,
            instruction,
            leaves,
            leaves_if_others_are_meant,
            meant,
            days_to_come,
            today,
            other_values,
            other_words,
        }
    }

    /// Takes in what this column says on a row.
    pub(super) fn see(&mut self, row: &ExcerptedRow<'_>, text: &str) {
        let said = self.instruction.said(text);
        self.meant += u64::from(said == Said::Meant);
        self.days_to_come += u64::from(said == Said::Meant && future_day::is_after(text, self.today));
        let (rows, word) = match said {
            Said::Leave(word) => (&mut self.leaves, word),
            Said::LeaveIfOthersAreMeant(word) => (&mut self.leaves_if_others_are_meant, word),
            Said::Meant | Said::Other => {
                match leave_words::other_word(text) {
                    Some(word) => *self.other_values.entry(word).or_default() += 1,
                    None => self.other_words += 1,
                }
                return;
            }
        };
        rows.rows += 1;
        *rows.values.entry(word).or_default() += 1;
        rows.first.get_or_insert_with(|| row.at(self.index));
    }

    /// Whether who is meant shows that the other rows are not.
    fn others_are_meant(&self) -> bool {
        let others = self.other_values.values().map(|rows| u64::from(*rows)).sum::<u64>() + u64::from(self.other_words);
        // A column without a name says it with ticks alone.
        self.meant > 0 && (self.instruction != Instruction::Unnamed || others == self.meant)
    }

    /// How many rows it says to leave alone.
    pub(super) fn rows(&self) -> u64 {
        let more = if self.others_are_meant() { self.leaves_if_others_are_meant.rows } else { 0 };
        self.leaves.rows + more
    }

    /// What it says on these rows, and on the first of them; `None` where there are none.
    pub(super) fn said(&self) -> Option<(SaidBy, SourceSpan)> {
        let (mut values, mut other_values) = (self.leaves.values.clone(), self.other_values.clone());
        let more = &self.leaves_if_others_are_meant;
        let target = if self.others_are_meant() { &mut values } else { &mut other_values };
        more.values.iter().for_each(|(word, rows)| *target.entry(word).or_default() += rows);
        let more = more.first.as_ref().filter(|_| self.others_are_meant());
        let first = [self.leaves.first.as_ref(), more].into_iter().flatten().min_by_key(|span| span.line)?;
        let column = self.name.clone();
        let by = if values.keys().all(|word| word.is_empty()) {
            SaidBy::EmptyCells { column }
        } else {
            let list = |words: WordCounts| words.into_iter().collect();
            SaidBy::Column {
                column,
                values: list(values),
                other_values: list(other_values),
                other_words: self.other_words,
            }
        };
        Some((by, first.clone()))
    }
}
