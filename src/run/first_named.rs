//! How many people something is true of, and the first of them by name.

use crate::plan::row::ListPlace;
use crate::roster::NOT_SHOWN;

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
            let is_named = !name.trim().is_empty() && name != NOT_SHOWN;
            self.names.push(if is_named { name.to_owned() } else { place.to_string() });
        }
    }
}
