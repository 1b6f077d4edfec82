//! One wave of a plan, as the part that a process works on.

use crate::ids::RowNumber;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::waves::Wave;

/// One wave of a plan, with its rows in a byte each.
#[derive(Debug, Clone)]
pub struct WorkedWave {
    /// The wave.
    pub wave: Wave,
    rows: Vec<bool>,
}

impl WorkedWave {
    /// Finds the rows of a wave.
    ///
    /// # Errors
    ///
    /// The plan cannot be read.
    pub fn of(plan: &PlanFolder, wave: &Wave) -> Result<Self, FolderError> {
        let mut rows = vec![false; plan.steps().len()];
        for row in plan.rows()? {
            let row = row?;
            if let Some(is_in_it) = rows.get_mut(row.row.index()) {
                *is_in_it = !row.steps.is_empty() && row.wave == wave.name;
            }
        }
        Ok(Self { wave: wave.clone(), rows })
    }

    /// Does this row belong to it?
    pub fn has(&self, row: RowNumber) -> bool {
        self.rows.get(row.index()).copied().unwrap_or_default()
    }
}
