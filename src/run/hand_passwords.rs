//! The passwords that people chose, by the rows of the plan that they are for.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ids::RowNumber;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::password_list::PasswordList;
use crate::seal::Password;
use crate::step::Step;

/// The passwords that people chose for the rows of one plan.
#[derive(Debug)]
pub struct HandPasswords {
    list: Arc<PasswordList>,
    by_row: HashMap<RowNumber, usize>,
    generate_missing: bool,
}

impl HandPasswords {
    /// Finds the row of each password. Each time it is the same one: a run that is gone on with sets the same passwords.
    ///
    /// # Errors
    ///
    /// The plan cannot be read.
    pub fn of(plan: &PlanFolder, list: Arc<PasswordList>) -> Result<Self, FolderError> {
        let mut by_row = HashMap::new();
        for row in plan.rows()? {
            let row = row?;
            if row.steps.contains(Step::Reset) {
                let places = list.places_of(&row.user, &row.user_principal_name, row.object_id);
                by_row.extend(places.first().map(|&place| (row.row, place)));
            }
        }
        let generate_missing = plan.manifest().passwords_by_hand.as_ref().is_some_and(|chosen| chosen.generate_missing);
        Ok(Self { list, by_row, generate_missing })
    }

    /// The password for a row.
    pub fn for_row(&self, row: RowNumber) -> Option<&Password> {
        self.by_row.get(&row).and_then(|&place| self.list.lines().get(place)).map(|line| &line.password)
    }

    /// Did a person type it for this run? Then no plan has checked it.
    pub fn is_typed(&self) -> bool {
        self.list.file().is_none()
    }

    /// May a row without one get a password that is made for it?
    pub const fn generates_missing(&self) -> bool {
        self.generate_missing
    }
}
