//! The run that is intended, as the command line names it.

use std::path::PathBuf;

use super::check::Check;
use super::new_passwords::NewPasswords;
use super::{folder, lists};
use crate::plan::pass_wish::PassWish;
use crate::plan::playbook::Playbook;
use crate::plan::protected::{Protected, ProtectedError};
use crate::roster::Roster;
use crate::step::{Step, Steps};

/// The run that is intended.
pub struct IntendedRun {
    /// The job; without it, whatever any playbook needs.
    pub playbook: Option<Playbook>,
    /// The accounts to act on.
    pub roster: Option<Roster>,
    /// The accounts that are never touched, with the list's name.
    pub protected: Option<(String, Result<Protected, ProtectedError>)>,
    /// Which keys open the new passwords.
    pub new_passwords: NewPasswords,
    /// The temporary access pass that each person is to get, where they are.
    pub pass: Option<PassWish>,
    /// Where the plan is to go.
    pub folder: Option<PathBuf>,
}

impl IntendedRun {
    /// The steps that are meant. What takes a permission for each kind of method is meant only where its playbook is named, and
    /// passes where they are.
    pub fn steps(&self) -> Steps {
        let of_any = || Step::all().filter(|step| step.own_pace().is_none()).collect();
        let steps: Steps = self.playbook.map_or_else(of_any, Playbook::steps);
        if self.pass.is_some() { steps.with(Step::Pass) } else { steps }
    }

    /// What needs no network: recipients and folder.
    pub fn look_at_what_is_here(&self) -> Vec<Check> {
        let mut checks = lists::recipients(&self.new_passwords, self.playbook);
        checks.extend(self.folder.as_deref().map(folder::judge));
        checks
    }
}
