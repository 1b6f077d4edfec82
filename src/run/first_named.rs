//! How many people something is true of, and the first of them by name.

use crate::ids::RowNumber;

/// So many are named; the files in the folder name all.
const MAX_FIRST: usize = 5;

/// How many people something is true of, and the first of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstNamed {
    /// How many there are.
    pub count: u64,
    /// The first of them, as people know them.
    pub names: Vec<String>,
}

impl FirstNamed {
    /// Takes in one more.
    pub fn add(&mut self, row: RowNumber, name: &str) {
        self.count += 1;
        if self.names.len() < MAX_FIRST {
            self.names.push(if name.trim().is_empty() { format!("row {row}") } else { name.to_owned() });
        }
    }
}
