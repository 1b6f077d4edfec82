//! The rows of a plan, shared out among those who hand the passwords over.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::HandoffKeys;
use super::name::HandoffName;
use crate::ids::RowNumber;
use crate::words::{count, counted, harmless};

/// Whose which new passwords are. It stands in `plan.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handoff {
    /// Keys that can open every password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escrow: Vec<String>,
    /// Those who hand at least one over, in the order of their names.
    pub shares: Vec<Share>,
}

/// What one handoff name hands over.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Whose it is; `plan.csv` spells it like this.
    pub name: HandoffName,
    /// Their own keys.
    pub keys: Vec<String>,
    /// How many new passwords are theirs.
    pub accounts: u32,
}

impl Handoff {
    /// The place of the share with exactly this name.
    pub fn share_of(&self, name: &str) -> Option<usize> {
        // A handful, nearly always; a thousand managers are still less than reading the row took.
        self.shares.iter().position(|share| share.name.as_str() == name)
    }

    /// The keys of all shares, where each has the same ones.
    pub fn common_keys(&self) -> Option<Vec<String>> {
        let first = self.keys_of(self.shares.first()?);
        self.shares.iter().all(|share| self.keys_of(share) == first).then_some(first)
    }

    /// Whose keys are which, for another plan that is sealed to the same people.
    pub fn holders(&self) -> HandoffKeys {
        let shares = self.shares.iter().map(|share| (share.name.to_string(), share.keys.clone()));
        HandoffKeys::of(shares).with_escrow(self.escrow.clone())
    }

    /// All keys to which what is in this share is sealed: its own and those of the escrow.
    pub fn keys_of(&self, share: &Share) -> Vec<String> {
        let mut keys = share.keys.clone();
        keys.extend(self.escrow.iter().filter(|key| !share.keys.contains(key)).cloned());
        keys
    }
}

/// How many names without keys are counted by name: a column that holds something else has one on every row.
const MAX_NAMES: usize = 1_000;
/// How many of them are named in the message.
const MAX_NAMED: usize = 20;
/// How many rows of each are named.
const FIRST_ROWS: usize = 5;

/// Rows whose password could not be handed over: there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesWithoutKeys {
    /// The names, those with the most rows first.
    pub names: Vec<WithoutKeys>,
    /// How many rows there are of all of them.
    pub rows: u32,
    known: Vec<String>,
    /// Were names taken as they came?
    took_every_name: bool,
    /// Were managers to hand over, as the directory knows them?
    by_manager: bool,
    /// What else is to be said of them, in sentences.
    notes: Vec<String>,
}

impl NamesWithoutKeys {
    /// The same, where managers hand over, with what is to be said of them.
    #[must_use]
    pub(in crate::plan) fn because(self, notes: &[String]) -> Self {
        Self { by_manager: true, notes: notes.to_vec(), ..self }
    }
}

/// A text in the handoff column for which the file of recipients has no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutKeys {
    /// The text; empty where the row has no name.
    pub name: String,
    /// How many rows name it.
    pub rows: u32,
    /// The first of them.
    pub first: Vec<RowNumber>,
    /// What it was most likely meant to be.
    pub nearest: Option<HandoffName>,
}

impl fmt::Display for NamesWithoutKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = if self.took_every_name {
            "no packet can be called by the name in its handoff column, or another name's packet is called so, or there are more \
             than a thousand names"
        } else if self.by_manager {
            "the file of recipients has no keys for the person's manager, by sign-in name, mail address or display name"
        } else {
            "the file of recipients has no keys for the name in its handoff column"
        };
        write!(
            f,
            "{} a new password that could not be handed over, because {why}:",
            counted(self.rows.into(), "row would get", "rows would get")
        )?;
        for name in self.names.iter().take(MAX_NAMED) {
            let shown = if name.name.is_empty() { "no name".to_owned() } else { format!("{:?}", harmless(&name.name)) };
            let rows: Vec<String> = name.first.iter().map(ToString::to_string).collect();
            let more = if name.rows as usize > name.first.len() { ", …" } else { "" };
            let word = if name.rows == 1 { "row" } else { "rows" };
            write!(f, "\n  {shown}: {} {word} ({word} {}{more})", count(name.rows.into()), rows.join(", "))?;
            match &name.nearest {
                Some(nearest) => write!(f, "; did you mean {:?}?", nearest.as_str())?,
                None if name.name.is_empty() => write!(f, "; there is no [handoff.default], and no --seal-to")?,
                None => {}
            }
        }
        if self.names.len() > MAX_NAMED {
            write!(f, "\n  and {} more names", count((self.names.len() - MAX_NAMED) as u64))?;
        }
        for note in &self.notes {
            write!(f, "\n  {}", harmless(note))?;
        }
        if self.took_every_name {
            return Ok(());
        }
        let mut known = self.known.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>().join(", ");
        if self.known.len() > MAX_NAMED {
            known.push_str(", …");
        }
        write!(f, "\n  keys are there for: {known}")
    }
}

impl std::error::Error for NamesWithoutKeys {}

/// Shares rows out while a plan is made.
pub(in crate::plan) struct Sharing<'a> {
    keys: Cow<'a, HandoffKeys>,
    accounts: BTreeMap<String, u32>,
    without: BTreeMap<String, (u32, Vec<RowNumber>)>,
    rows_without: u32,
}

impl<'a> Sharing<'a> {
    pub(in crate::plan) fn new(keys: &'a HandoffKeys) -> Self {
        Self { keys: Cow::Borrowed(keys), accounts: BTreeMap::new(), without: BTreeMap::new(), rows_without: 0 }
    }

    /// Whose the new password of this row is, as the file of recipients spells the name. A row that gets none stays as it is:
    /// nothing has to be handed over.
    pub(in crate::plan) fn take(&mut self, row: RowNumber, text: &str, gets_password: bool) -> Option<&HandoffName> {
        if !gets_password {
            return None;
        }
        if self.keys.takes_every_name() && self.keys.find(text).is_none() {
            self.keys.to_mut().admit(text);
        }
        if let Some(holder) = self.keys.find(text) {
            *self.accounts.entry(holder.name.folded()).or_default() += 1;
            return Some(&holder.name);
        }
        self.rows_without += 1;
        let room = self.without.len() < MAX_NAMES;
        let name = text.trim();
        if room || self.without.contains_key(name) {
            let (rows, first) = self.without.entry(name.to_owned()).or_default();
            *rows += 1;
            if first.len() < FIRST_ROWS {
                first.push(row);
            }
        }
        None
    }

    /// Refuses rows whose password could not be handed over.
    pub(in crate::plan) fn check(&self) -> Result<(), NamesWithoutKeys> {
        if self.rows_without == 0 {
            return Ok(());
        }
        let without = |(name, (rows, first)): (&String, &(u32, Vec<RowNumber>))| WithoutKeys {
            nearest: if name.is_empty() { None } else { self.keys.nearest(name).cloned() },
            name: name.clone(),
            rows: *rows,
            first: first.clone(),
        };
        let mut names: Vec<WithoutKeys> = self.without.iter().map(without).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.rows));
        let known = self.keys.holders().map(|holder| holder.name.to_string()).collect();
        let took_every_name = self.keys.takes_every_name();
        Err(NamesWithoutKeys {
            names,
            rows: self.rows_without,
            known,
            took_every_name,
            by_manager: false,
            notes: Vec::new(),
        })
    }

    /// What stands in the plan.
    pub(in crate::plan) fn finish(&self) -> Handoff {
        let share = |(name, accounts): (&String, &u32)| {
            let holder = self.keys.find(name)?;
            Some(Share { name: holder.name.clone(), keys: holder.keys.clone(), accounts: *accounts })
        };
        Handoff { escrow: self.keys.escrow().to_vec(), shares: self.accounts.iter().filter_map(share).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> HandoffKeys {
        let people = ["Alice", "site-berlin"].map(|name| (name.to_owned(), vec![format!("age1{name}")]));
        HandoffKeys::of(people)
    }

    #[test]
    fn rows_are_shared_out_by_name_and_only_those_with_a_new_password() {
        let keys = keys();
        let mut sharing = Sharing::new(&keys);
        let row = RowNumber::new;
        assert_eq!(sharing.take(row(1), " ALICE", true).unwrap().as_str(), "Alice");
        sharing.take(row(3), "alice", true);
        for without_password in ["unknown", "Site-Berlin"] {
            assert_eq!(sharing.take(row(4), without_password, false), None);
        }
        sharing.check().unwrap();
        let handoff = sharing.finish();
        assert_eq!(handoff.shares.len(), 1, "a name that hands nothing over has no share");
        assert_eq!((handoff.shares[0].accounts, handoff.share_of("Alice")), (2, Some(0)));
    }

    #[test]
    fn names_are_taken_as_they_come_where_one_key_opens_all() {
        let keys = HandoffKeys::for_every_name(vec!["age1desk".to_owned()]);
        let mut sharing = Sharing::new(&keys);
        for (number, text) in (1..).zip(["Sales", "", " sales ", "R/D"]) {
            assert!(sharing.take(RowNumber::new(number), text, true).is_some(), "{text}");
        }
        sharing.check().unwrap();
        let shares = sharing.finish().shares;
        let found: Vec<_> = shares.iter().map(|share| (share.name.as_str(), share.accounts)).collect();
        assert_eq!(found, [("default", 1), ("R/D", 1), ("Sales", 2)]);
        assert!(shares.iter().all(|share| share.keys == ["age1desk"]));
        // Its packet would be that of R/D.
        assert_eq!(sharing.take(RowNumber::new(5), "R:D", true), None);
        assert!(sharing.check().unwrap_err().to_string().contains("\"R:D\": 1 row (row 5)"));
    }

    #[test]
    fn names_without_keys_are_counted_shown_and_guessed() {
        let keys = keys();
        let mut sharing = Sharing::new(&keys);
        for number in 1..=7 {
            sharing.take(RowNumber::new(number), "site-berln", true);
        }
        sharing.take(RowNumber::new(8), "", true);
        sharing.take(RowNumber::new(9), "\u{1b}[2J", true);
        let said = sharing.check().unwrap_err().to_string();
        for part in [
            "9 rows would get",
            "\"site-berln\": 7 rows (rows 1, 2, 3, 4, 5, …); did you mean \"site-berlin\"?",
            "no name: 1 row (row 8); there is no [handoff.default]",
            "keys are there for: Alice, site-berlin",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
}
