//! How many people something is true of, and the first of them by name.

use crate::plan::row::ListPlace;

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
    pub fn add(&mut self, place: ListPlace, name: &str) {
        self.count += 1;
        if self.names.len() < MAX_FIRST {
            self.names.push(if name.trim().is_empty() { place.to_string() } else { name.to_owned() });
        }
    }
}
