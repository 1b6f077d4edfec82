//! What was found already: logs name the same people over and over, and no name has to be looked up twice.

use std::collections::HashMap;

use super::account::Found;
use crate::roster::Key;

/// How many names are remembered, at some five hundred bytes each. A name that comes later is looked up each time.
const MAX_NAMES: usize = 50_000;

/// What the directory said about the first names that it was asked for.
#[derive(Debug, Default)]
pub struct LookupCache {
    answers: HashMap<Key, Found>,
}

impl LookupCache {
    /// What the directory said about this name.
    pub fn get(&self, key: &Key) -> Option<&Found> {
        self.answers.get(key)
    }

    /// Remembers what was said, where there is room.
    pub fn remember(&mut self, key: &Key, found: &Found) {
        if self.answers.len() < MAX_NAMES {
            self.answers.insert(key.clone(), found.clone());
        }
    }
}
