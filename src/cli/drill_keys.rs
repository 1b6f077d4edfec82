//! A drill's own keys: two people hand the passwords over, and neither can open those of the other.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::exit::Failure;
use crate::plan::handoff::{DEFAULT, HandoffKeys};
use crate::private_files;
use crate::roster::{Roster, RosterError};
use crate::seal::Identity;

/// A drill makes keys for this many names. A roster with more has something else in that column.
const MAX_NAMES: usize = 1_000;

/// Two keys: one for the name with the most rows, the other for all other names.
pub(super) struct DrillKeys {
    busiest: Identity,
    others: Identity,
    /// The busiest name and then all others.
    names: Vec<String>,
}

impl DrillKeys {
    /// Makes keys for all names on a list.
    pub(super) fn for_names_on(roster: Roster) -> Result<Self, RosterError> {
        let mut rows: BTreeMap<String, (u64, String)> = BTreeMap::new();
        for entry in roster {
            let Ok(person) = entry?.content else { continue };
            let name = person.handoff.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(DEFAULT);
            let folded = name.to_lowercase();
            if rows.len() < MAX_NAMES || rows.contains_key(&folded) {
                rows.entry(folded).or_insert_with(|| (0, name.to_owned())).0 += 1;
            }
        }
        let mut rows: Vec<(u64, String)> = rows.into_values().collect();
        rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let names = rows.into_iter().map(|(_, name)| name).collect();
        Ok(Self { busiest: Identity::generate(), others: Identity::generate(), names })
    }

    /// The key of each name.
    pub(super) fn keys(&self) -> HandoffKeys {
        let key = |index: usize| if index == 0 { self.busiest.recipient() } else { self.others.recipient() };
        HandoffKeys::of(self.names.iter().enumerate().map(|(index, name)| (name.clone(), vec![key(index)])))
    }

    /// Writes both keys into the drill's folder, and gives the paths with the keys.
    pub(super) fn write(self, folder: &Path) -> Result<[(PathBuf, Identity); 2], Failure> {
        let write = |name: &str, identity: Identity| -> Result<_, Failure> {
            let path = folder.join(name);
            let written = private_files::replace(&path, |file| file.write_all(identity.file_text().as_bytes()));
            written.map_err(|error| Failure::usage(format_args!("{} cannot be written: {error}", path.display())))?;
            Ok((path, identity))
        };
        Ok([write("drill-key.txt", self.busiest)?, write("drill-key-2.txt", self.others)?])
    }
}
