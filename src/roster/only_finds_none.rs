//! `--only` asks for a value that no row of the list has.

use super::column_holds;
use super::left_alone;
use super::source::Source;

/// No row has the value that `--only` asks for.
#[derive(Debug, thiserror::Error)]
#[error("no row of the roster {from} says {value:?} in its column {column:?}, as --only asks; it says {}", self.said())]
#[expect(missing_docs, reason = "the messages say what each is")]
pub struct OnlyFindsNone {
    pub from: Source,
    pub column: String,
    pub value: String,
    /// What the rows say, where that is a word that is known; nothing else of such a column is shown.
    pub values: Vec<(String, u32)>,
    /// On so many rows it says something else.
    pub other_words: u32,
}

impl OnlyFindsNone {
    pub(super) fn help(&self) -> Option<String> {
        let flag = column_holds::quote(&format!("{}=*", self.column))?;
        Some(format!("Write the value as the list spells it. To plan all who have a value there: --only {flag}"))
    }

    fn said(&self) -> String {
        let something_else = (self.other_words > 0).then(|| format!("something else {}", self.other_words));
        let values = Some(left_alone::said(&self.values)).filter(|values| !values.is_empty());
        [values, something_else].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
