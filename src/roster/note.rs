//! What an operator has to know about a list that could be read.

use super::column_holds;
use super::names;
use super::other_sheet::OtherSheet;
use super::workbook::of_another_sheet;
use crate::words::counted;

/// Something in a list that is not used, and that a person would ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterNote {
    /// There are passwords in the list.
    Secrets {
        /// On so many rows something stands behind the name and a colon; otherwise in a column of their own.
        rows_with_colon: u64,
    },
    /// Rows name several people each, and each of them is an entry.
    SeveralOnARow {
        /// So many rows do.
        rows: u64,
        /// So many people stand on them.
        people: u64,
        /// So many rows the list has.
        of: u64,
        /// So many entries it makes.
        entries: u64,
    },
    /// People of a pasted message stand behind `Cc:`, who may be those who are only to know.
    Copied {
        /// So many.
        people: u64,
        /// So many are on the list.
        of: u64,
    },
    /// Another sheet of the workbook has people on it, too, and is not read.
    OtherSheet(OtherSheet),
    /// An export of Active Directory is read by its `ObjectGUID`, and has short names, too.
    OfActiveDirectory {
        /// The column of the `ObjectGUID`.
        key: String,
        /// The column of short names.
        short_names: String,
    },
    /// A column says to leave people alone, and they are planned because the operator said so.
    PlannedAllTheSame {
        /// The column.
        column: String,
        /// On so many rows.
        rows: u64,
    },
    /// A line says to leave the people below it alone, and they are planned because the operator said so.
    PlannedBelowALine {
        /// The line.
        line: u64,
        /// So many people.
        people: u64,
    },
    /// A column has days that are still to come, and everyone is planned for now.
    DaysToCome {
        /// The column.
        column: String,
        /// On so many rows.
        rows: u64,
    },
    /// A column says of people that they are active, and every row counts all the same.
    StatusNotUsed {
        /// The column.
        column: String,
        /// What it says, and on how many rows, where that is a word that is known; nothing else of it is shown.
        values: Vec<(String, u32)>,
        /// On so many rows it says something else.
        other_words: u32,
    },
}

impl RosterNote {
    /// What to say of it, as whole sentences.
    pub fn sentence(&self) -> String {
        match self {
            Self::Secrets { rows_with_colon: 0 } => {
                "The list has passwords in it. They are not used, shown or kept; the file still has them.".to_owned()
            }
            Self::Secrets { rows_with_colon: 1 } => {
                "On 1 row something stands behind the name and a colon, as in lists of leaked passwords. It is not used, shown or kept; the file still has it.".to_owned()
            }
            Self::Secrets { rows_with_colon: rows } => format!(
                "On {rows} rows something stands behind the name and a colon, as in lists of leaked passwords. It is not used, shown or kept; the file still has it."
            ),
            Self::SeveralOnARow { rows, people, of, entries } => {
                let (rows, name) = if *rows == 1 { ("1 row".to_owned(), "names") } else { (format!("{rows} rows"), "name") };
                let of = if *of == 1 { "1 row".to_owned() } else { format!("{of} rows") };
                format!(
                    "{rows} {name} several people: {people} people in all. Each of them is a row of the plan, so the list of {of} makes {entries}; the column place says which of them it is."
                )
            }
            Self::Copied { people, of } => format!(
                "{people} of {of} {} behind Cc: or Bcc:. They are planned like the others; if they are only to know of it, take them out of the list.",
                if *people == 1 { "stands" } else { "stand" }
            ),
            Self::OtherSheet(OtherSheet { name, accounts, .. }) => format!(
                "The sheet {name:?} has people on it, too ({}), and is not read. {}",
                counted(*accounts, "row", "rows"),
                of_another_sheet(name)
            ),
            Self::OfActiveDirectory { key, short_names } => format!(
                "The list is an export of Active Directory. Its column {key:?} is the id that an account has there, which is no object id of \
                 Entra: accounts are found by the immutable id that the sync makes from it. If that finds none, find them by {short_names:?}: --by sam"
            ),
            Self::PlannedAllTheSame { column, rows } => format!(
                "By the column {column:?}, the people on {} are not meant. They are planned all the same, because of --every-row.",
                counted(*rows, "row", "rows")
            ),
            Self::PlannedBelowALine { line, people } => format!(
                "Line {line} says to leave people alone. {} below it; all are planned all the same, because of --every-row.",
                counted(*people, "person stands", "people stand")
            ),
            Self::DaysToCome { column, rows } => format!(
                "The column {column:?} has on {} a day that is still to come. It is not used: all are planned for now.",
                counted(*rows, "row", "rows")
            ),
            Self::StatusNotUsed { column, values, other_words } => {
                let shown = |value: &str| if value.is_empty() { "empty".to_owned() } else { format!("{value:?}") };
                let mut said: Vec<String> =
                    values.iter().map(|(value, rows)| format!("{} {rows}", shown(value))).collect();
                said.extend((*other_words > 0).then(|| format!("something else {other_words}")));
                let others = values.iter().map(|(value, _)| value.as_str()).filter(|value| !names::says_active(value));
                // Where those who leave are called by a word that is not known, a known one is not theirs.
                let any = values.iter().map(|(value, _)| value.as_str()).filter(|_| *other_words == 0);
                let flag = others.filter(|value| !value.is_empty()).chain(any).next();
                let flag = flag.and_then(|value| column_holds::quote(&format!("{column}={value}")));
                let flag = flag.unwrap_or_else(|| "COLUMN=VALUE".to_owned());
                format!(
                    "The column {column:?} ({}) is not used: every row counts, whatever it says. To plan some of them alone: --only {flag}",
                    said.join(", ")
                )
            }
        }
    }
}
