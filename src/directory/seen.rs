//! Who was found already: logs name the same people over and over, and nobody has to be asked for twice.

use std::collections::HashMap;

use super::account::Found;
use crate::roster::Key;

/// So many names are remembered, at some five hundred bytes each. Whoever comes later is asked for each time.
const MOST: usize = 50_000;

/// What the directory said about the first names that it was asked for.
#[derive(Debug, Default)]
pub struct Seen {
    answers: HashMap<Key, Found>,
}

impl Seen {
    /// What was said about this name.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Found> {
        self.answers.get(key)
    }

    /// Remembers what was said, where there is room.
    pub fn remember(&mut self, key: &Key, found: &Found) {
        if self.answers.len() < MOST {
            self.answers.insert(key.clone(), found.clone());
        }
    }
}
