//! A list says of its own people to leave them alone: that is a question.

use std::fmt;

use super::column_holds;
use super::source::Source;
use super::source_span::SourceSpan;

/// A list says of its own people to leave them alone.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub struct LeftAlone {
    pub from: Source,
    /// What says it.
    pub by: SaidBy,
    pub rows: u64,
    pub of: u64,
    pub span: SourceSpan,
}

/// What says to leave people alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaidBy {
    /// A column that says it in words.
    Column {
        /// Its name.
        column: String,
        /// What it says there, and on how many rows.
        values: Vec<(&'static str, u32)>,
        /// What it says on the other rows, where that is one of the words that are known; nothing else of such a column is
        /// shown.
        other_values: Vec<(&'static str, u32)>,
        /// How many of the other rows say something else.
        other_words: u32,
    },
    /// A column that says of the others that they are meant, and is empty there.
    EmptyCells {
        /// Its name.
        column: String,
    },
    /// A line in words, which stands above them.
    Line {
        /// Its words that are known.
        word: &'static str,
    },
    /// The same, above the whole list.
    Title {
        /// Its words that are known.
        word: &'static str,
    },
}

impl fmt::Display for LeftAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, rows, of, span, .. } = self;
        let (noun, people) =
            (if *of == 1 { "row" } else { "rows" }, if *rows == 1 { "person stands" } else { "people stand" });
        match &self.by {
            SaidBy::Column { column, values, .. } => {
                let values = said(values);
                write!(
                    f,
                    "the roster {from} says on {rows} of {of} {noun} to leave people alone: its column {column:?} says {values}"
                )
            }
            SaidBy::EmptyCells { column } => write!(
                f,
                "the roster {from} may mean some of its people alone: its column {column:?} is filled on {} of {of} {noun}, and empty on {rows}",
                of.saturating_sub(*rows)
            ),
            SaidBy::Line { word } => write!(
                f,
                "the roster {from} says on line {} to leave people alone ({word:?}), and {rows} {people} below that line",
                span.line
            ),
            SaidBy::Title { word } => {
                write!(
                    f,
                    "the roster {from} says above its people, on line {}, to leave them alone ({word:?})",
                    span.line
                )
            }
        }
    }
}

impl LeftAlone {
    /// How the others are planned, and how all.
    pub(super) fn help(&self) -> String {
        let all = "To plan every row, these too: --every-row";
        let take_out = || format!("Take their rows out of the list, if they are not meant.\n{all}");
        match &self.by {
            SaidBy::Column { column, other_values, other_words, .. } => {
                let other_word = other_values.iter().max_by_key(|(_, rows)| *rows);
                if other_word.is_none() && *other_words == 0 {
                    return take_out();
                }
                let flag = other_word.map(|(word, _)| *word);
                let all_alike = other_values.len() == 1 && *other_words == 0;
                let whom = if all_alike { "the others" } else { "those with one other value" };
                format!("To plan {whom} alone: --only {}\n{all}", flag_of(column, flag))
            }
            SaidBy::EmptyCells { column } => {
                format!("To plan those alone who have a value there: --only {}\n{all}", flag_of(column, Some("*")))
            }
            SaidBy::Line { .. } => take_out(),
            SaidBy::Title { .. } => {
                "Read that line again. If these people are meant all the same: --every-row".to_owned()
            }
        }
    }
}

fn flag_of(column: &str, value: Option<&str>) -> String {
    let flag = value.and_then(|value| column_holds::quote(&format!("{column}={value}")));
    flag.unwrap_or_else(|| "COLUMN=VALUE".to_owned())
}

pub(super) fn said<W: AsRef<str>>(values: &[(W, u32)]) -> String {
    let one = |word: &str| if word.is_empty() { "nothing".to_owned() } else { format!("{word:?}") };
    let said: Vec<String> = values.iter().map(|(value, rows)| format!("{} {rows}", one(value.as_ref()))).collect();
    said.join(", ")
}
