//! Passwords that people chose, while a plan is made: each goes to one row, and is checked there before anything is sent.

use std::sync::Arc;

use super::password_list::{NamedLine, PasswordList, PasswordListError};
use super::password_source::PasswordsByHand;
use super::reason::Reason;
use super::row::Decision;
use super::ruling::Ruling;
use crate::directory::Account;
use crate::step::Step;

/// What the rules of a plan say about it.
#[derive(Debug, Clone)]
pub struct ChosenPasswords {
    /// The passwords.
    pub list: Arc<PasswordList>,
    /// Those who are on the list of people and have none get a generated one.
    pub generate_missing: bool,
}

impl ChosenPasswords {
    /// What the plan keeps of it.
    pub fn to_manifest(&self) -> PasswordsByHand {
        PasswordsByHand {
            file: self.list.file().cloned(),
            passwords: u32::try_from(self.list.lines().len()).unwrap_or(u32::MAX),
            generate_missing: self.generate_missing,
        }
    }
}

/// Gives each row its password, and remembers which were given.
pub(super) struct Chosen<'a> {
    chosen: &'a ChosenPasswords,
    tenant_names: Vec<String>,
    /// The line was meant by a row.
    meant: Vec<bool>,
    twice: Vec<NamedLine>,
}

impl<'a> Chosen<'a> {
    pub(super) fn of(chosen: &'a ChosenPasswords, tenant_names: Vec<String>) -> Self {
        Self { chosen, tenant_names, meant: vec![false; chosen.list.lines().len()], twice: Vec::new() }
    }

    /// The ruling on a row with this text, with a refusal where its password is missing or would not be taken.
    pub(super) fn rule(&mut self, text: &str, account: Option<&Account>, ruling: Ruling) -> Ruling {
        let (name, id) = account.map_or(("", None), |it| (it.user_principal_name.as_str(), Some(it.object_id)));
        let list = &self.chosen.list;
        let places = list.places_of(text, name, id);
        for &place in &places {
            self.meant[place] = true;
        }
        if places.len() > 1 {
            self.twice.extend(places.iter().map(|&place| NamedLine::of(&list.lines()[place])));
        }
        let (Some(account), Decision::Act) = (account, ruling.decision) else { return ruling };
        if !ruling.steps.contains(Step::Reset) {
            return ruling;
        }
        let Some(line) = places.first().map(|&place| &list.lines()[place]) else {
            return match self.chosen.generate_missing {
                true => ruling,
                false => Ruling::refuse(Reason::NoPassword, String::new()),
            };
        };
        let mut names = vec![&*account.user_principal_name, &*account.display_name];
        names.extend([&*account.given_name, &*account.surname]);
        names.extend(self.tenant_names.iter().map(String::as_str));
        match line.password.check(&names) {
            Ok(()) => ruling,
            Err(fault) => Ruling::refuse(Reason::WeakPassword, fault.to_string()),
        }
    }

    /// Makes sure that each password was one person's.
    ///
    /// # Errors
    ///
    /// Some are for people who are not on the list, or there are two for one account.
    pub(super) fn check(self) -> Result<(), PasswordListError> {
        if !self.twice.is_empty() {
            return Err(PasswordListError::Twice { lines: self.twice });
        }
        let lines = self.chosen.list.lines().iter().zip(self.meant).filter(|(_, meant)| !meant);
        let lines: Vec<NamedLine> = lines.map(|(line, _)| NamedLine::of(line)).collect();
        if lines.is_empty() { Ok(()) } else { Err(PasswordListError::NotOnTheList { lines }) }
    }
}
