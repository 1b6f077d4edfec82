//! A directory in a file, so that a rehearsal goes on tomorrow where it ended today.
//!
//! One JSON object a line: first the format, then everything that the directory holds, users last and in the order of
//! lists. No password is in it: the directory knows digests only.

use std::borrow::Cow;
use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::tenant::Domain;
use super::unit::AdministrativeUnit;
use super::{
    Directory, RoleAssignment, RoleDefinition, SimulatedConsent, SimulatedDevice, SimulatedGroup, SimulatedMethods,
    SimulatedUser, UserPlace,
};

/// Raise it when an older reader would misread a line.
const FORMAT: u32 = 1;

/// Why a file is not a directory to begin with.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line that no snapshot has.
    #[error("line {line} is not one of a snapshot ({source}); it was cut off, edited, or is another file")]
    Line {
        /// Which one, counted from 1.
        line: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another version's.
    #[error("it has format {0}, and this sealoff ({version}) knows format {FORMAT}", version = env!("CARGO_PKG_VERSION"))]
    OtherFormat(u32),
    /// Two users cannot share an object id or a UPN.
    #[error("line {line} has the object id or the user principal name of a user before it")]
    Twice {
        /// Which one, counted from 1.
        line: u64,
    },
    /// It ends before the last line that it should have.
    #[error("it ends after {found} of {expected} users; it was cut off")]
    CutOff {
        /// How many users are in it.
        found: u64,
        /// How many its first line speaks of.
        expected: u64,
    },
}

#[derive(Serialize, Deserialize)]
struct SnapshotHeader {
    simulated_directory: u32,
    users: u64,
}

/// What a line holds: its own when it is read, the directory's when it is written.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum SnapshotLine<'a> {
    Domain(Cow<'a, Domain>),
    Group(Cow<'a, SimulatedGroup>),
    AdministrativeUnit(Cow<'a, AdministrativeUnit>),
    RoleDefinition(Cow<'a, RoleDefinition>),
    RoleAssignment(RoleAssignment),
    RoleEligibility(RoleAssignment),
    AppOwner { id: Uuid },
    Methods { user: Uuid, held: Cow<'a, SimulatedMethods> },
    Device(Cow<'a, SimulatedDevice>),
    Consents { user: Uuid, held: Cow<'a, [SimulatedConsent]> },
    User(Cow<'a, SimulatedUser>),
}

impl Directory {
    /// Writes all that the directory holds, but for the app's own role: that is a matter of each start.
    ///
    /// # Errors
    ///
    /// Whatever writing fails with.
    pub fn write_snapshot(&self, mut to: impl Write) -> io::Result<()> {
        let header = SnapshotHeader { simulated_directory: FORMAT, users: self.users.len() as u64 };
        serde_json::to_writer(&mut to, &header)?;
        to.write_all(b"\n")?;
        let mut line = |line: &SnapshotLine<'_>| {
            serde_json::to_writer(&mut to, line)?;
            to.write_all(b"\n")
        };
        for domain in &self.domains {
            line(&SnapshotLine::Domain(Cow::Borrowed(domain)))?;
        }
        for role in &self.role_definitions {
            line(&SnapshotLine::RoleDefinition(Cow::Borrowed(role)))?;
        }
        for group in &self.groups {
            line(&SnapshotLine::Group(Cow::Borrowed(group)))?;
        }
        for unit in &self.units {
            line(&SnapshotLine::AdministrativeUnit(Cow::Borrowed(unit)))?;
        }
        let of_others = |assignment: &&RoleAssignment| self.apps().all(|app| app.id != assignment.principal);
        for assignment in self.role_assignments.iter().filter(of_others) {
            line(&SnapshotLine::RoleAssignment(*assignment))?;
        }
        for assignment in self.role_eligibilities.iter().filter(of_others) {
            line(&SnapshotLine::RoleEligibility(*assignment))?;
        }
        for &id in &self.app_owners {
            line(&SnapshotLine::AppOwner { id })?;
        }
        // In an order that is the same for the same directory.
        let mut methods: Vec<_> = self.methods.iter().collect();
        methods.sort_unstable_by_key(|(user, _)| **user);
        for (&user, held) in methods {
            line(&SnapshotLine::Methods { user, held: Cow::Borrowed(held) })?;
        }
        let mut devices: Vec<_> = self.devices.by_id.values().collect();
        devices.sort_unstable_by_key(|device| device.id);
        for device in devices {
            line(&SnapshotLine::Device(Cow::Borrowed(device)))?;
        }
        let mut consents: Vec<_> = self.consents.iter().collect();
        consents.sort_unstable_by_key(|(user, _)| **user);
        for (&user, held) in consents {
            line(&SnapshotLine::Consents { user, held: Cow::Borrowed(held) })?;
        }
        for user in &self.users {
            line(&SnapshotLine::User(Cow::Borrowed(user)))?;
        }
        to.flush()
    }

    /// Reads what [`Directory::write_snapshot`] wrote.
    ///
    /// # Errors
    ///
    /// A line that is not of a snapshot of this format, or fewer users than it should have.
    pub fn read_snapshot(from: impl BufRead) -> Result<Self, SnapshotError> {
        let mut lines = (1..).zip(from.lines());
        let mut expected = 0;
        if let Some((line, text)) = lines.next() {
            let header: SnapshotHeader =
                serde_json::from_str(&text?).map_err(|source| SnapshotError::Line { line, source })?;
            if header.simulated_directory != FORMAT {
                return Err(SnapshotError::OtherFormat(header.simulated_directory));
            }
            expected = header.users;
        }
        let mut directory = Self::default();
        for (line, text) in lines {
            match serde_json::from_str(&text?).map_err(|source| SnapshotError::Line { line, source })? {
                SnapshotLine::Domain(domain) => directory.domains.push(domain.into_owned()),
                SnapshotLine::Group(group) => directory.groups.push(group.into_owned()),
                SnapshotLine::AdministrativeUnit(unit) => directory.units.push(unit.into_owned()),
                SnapshotLine::RoleDefinition(role) => directory.role_definitions.push(role.into_owned()),
                SnapshotLine::RoleAssignment(assignment) => directory.role_assignments.push(assignment),
                SnapshotLine::RoleEligibility(assignment) => directory.role_eligibilities.push(assignment),
                SnapshotLine::AppOwner { id } => directory.app_owners.push(id),
                SnapshotLine::Methods { user, held } => {
                    directory.methods.insert(user, held.into_owned());
                }
                SnapshotLine::Device(device) => directory.take_device_back(device.into_owned()),
                SnapshotLine::Consents { user, held } => {
                    directory.consents.insert(user, held.into_owned());
                }
                SnapshotLine::User(user) => {
                    if !directory.take_back(user.into_owned()) {
                        return Err(SnapshotError::Twice { line });
                    }
                }
            }
        }
        let found = directory.users.len() as u64;
        if found != expected || expected == 0 {
            return Err(SnapshotError::CutOff { found, expected });
        }
        Ok(directory)
    }

    /// Puts a user at the end, deleted ones into the recycle bin; `false` when the id or the name is taken.
    fn take_back(&mut self, user: SimulatedUser) -> bool {
        let (id, place) = (user.id, UserPlace::at(self.users.len()));
        let upn = user.user_principal_name.to_lowercase();
        if self.by_id.contains_key(&id) || self.recycle_bin.contains_key(&id) || self.by_upn.contains_key(&*upn) {
            return false;
        }
        if user.deleted().is_some() {
            self.recycle_bin.insert(id, place);
            self.users.push(user);
        } else {
            self.add(user);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(directory: &Directory) -> Vec<u8> {
        let mut bytes = Vec::new();
        directory.write_snapshot(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_was_written_comes_back_line_for_line() {
        let mut directory = Directory::seeded(300, 7);
        let leaver = directory.users().nth(40).unwrap().id;
        assert!(directory.delete(leaver, time::macros::datetime!(2026-11-01 08:00 UTC)));
        let key =
            crate::simulator::SimulatedMethod::new(crate::simulator::SimulatedMethodKind::Passkey, "k1", None, "key");
        directory.methods_mut(UserPlace::at(3)).register(key);
        let laptop = directory.owned_devices(UserPlace::at(3)).into_iter().next().map(|device| device.id);
        assert!(laptop.is_none_or(|id| directory.change_device(id, |device| device.account_enabled = false)));
        let consent = directory.consents_of(UserPlace::at(5)).first().cloned();
        assert!(consent.is_none_or(|consent| directory.remove_consent(&consent.id())));
        let other = SimulatedConsent::to_graph(
            crate::simulator::CLIENTS[3].id,
            directory.get(UserPlace::at(6)).id,
            "Mail.Read",
        );
        assert!(directory.add_consent(other));
        let bytes = written(&directory);
        let mut back = Directory::read_snapshot(bytes.as_slice()).unwrap();
        assert_eq!(written(&back), bytes);
        assert_eq!(back.len(), directory.len());
        assert!(back.users().eq(directory.users()));
        assert!(back.find_deleted(leaver).is_some());
        assert_eq!(back.owned_devices(UserPlace::at(3)), directory.owned_devices(UserPlace::at(3)));
        assert_eq!(back.methods_of(UserPlace::at(3)), directory.methods_of(UserPlace::at(3)));
        assert_eq!(back.consents_of(UserPlace::at(6)), directory.consents_of(UserPlace::at(6)));
        assert!(back.restore(leaver), "what is kept of the deleted comes back, too");
    }

    #[test]
    fn a_file_that_was_cut_off_is_noticed_wherever_it_was() {
        let bytes = written(&Directory::seeded(60, 1));
        let ends: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] == b'\n').collect();
        for &end in &ends[..ends.len() - 1] {
            assert!(Directory::read_snapshot(&bytes[..=end]).is_err(), "cut behind a line");
            assert!(Directory::read_snapshot(&bytes[..end + 20]).is_err(), "cut within a line");
        }
        assert!(matches!(Directory::read_snapshot(&[][..]), Err(SnapshotError::CutOff { .. })));
    }

    #[test]
    fn no_user_is_there_twice() {
        let bytes = written(&Directory::seeded(60, 1));
        let text = String::from_utf8(bytes).unwrap();
        let last = text.lines().last().unwrap();
        let twice = format!("{text}{last}\n");
        assert!(matches!(Directory::read_snapshot(twice.as_bytes()), Err(SnapshotError::Twice { .. })));
    }

    #[test]
    fn another_format_is_named() {
        let error = Directory::read_snapshot(&br#"{"simulated_directory":2,"users":1,"rings":3}"#[..]).unwrap_err();
        assert!(error.to_string().contains("format 2"), "{error}");
    }
}
