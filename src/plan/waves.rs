//! Waves: the people of one plan, a part at a time.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::row::{Decision, PlanRow};

/// What the column with each person's wave is called in the lists that sealoff writes.
pub const WAVE: &str = "wave";

/// A column with more values is no column of waves.
pub const MAX_WAVES: usize = 500;

/// The waves of a plan.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waves {
    /// The column of the list that names them.
    pub by: String,
    /// All of them, in the order in which the list names them.
    pub waves: Vec<Wave>,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// Its name, as the list writes it first.
    pub name: String,
    /// How many accounts are changed in it.
    pub accounts: u32,
}

impl Waves {
    /// The wave of this name, without regard to case and to blanks around it.
    pub fn find(&self, name: &str) -> Option<&Wave> {
        self.waves.iter().find(|wave| is_same(&wave.name, name))
    }
}

/// Are these two spellings of one wave?
pub fn is_same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The column of waves has too many values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the column {by:?} has more than {MAX_WAVES} values; a column of waves says which of a few parts each person belongs to"
)]
pub struct TooManyWaves {
    by: String,
}

/// Counts the waves of a plan while it is written.
#[derive(Debug)]
pub(super) struct WaveCount {
    waves: Waves,
    places: HashMap<String, usize>,
}

impl WaveCount {
    pub(super) fn by(column: &str) -> Self {
        Self { waves: Waves { by: column.to_owned(), waves: Vec::new() }, places: HashMap::new() }
    }

    /// Takes in the next row, which gets the name of its wave as it was written first.
    pub(super) fn take(&mut self, row: &mut PlanRow) -> Result<(), TooManyWaves> {
        if row.decision != Decision::Act {
            return Ok(());
        }
        let folded = folded(&row.wave);
        let waves = &mut self.waves.waves;
        let place = *self.places.entry(folded).or_insert_with(|| {
            waves.push(Wave { name: row.wave.trim().to_owned(), accounts: 0 });
            waves.len() - 1
        });
        if waves.len() > MAX_WAVES {
            return Err(TooManyWaves { by: self.waves.by.clone() });
        }
        waves[place].accounts += 1;
        row.wave.clone_from(&waves[place].name);
        Ok(())
    }

    pub(super) fn finish(self) -> Waves {
        self.waves
    }
}
