//! The packets: for each handoff name, everything that was sealed to it, in the order of work, as one sealed sheet.
//!
//! No password is known any more when a packet is made, only its sealed form. So a packet is a sheet of sealed credentials,
//! sealed once more as a whole: the names of the people are confidential, too. `sealoff unseal` opens both. Packets are
//! read from plan and journal like the results, and can be made again at any time; what they say is then the same, but sealing
//! is never twice the same, so their digests differ. `index.csv` names them all and holds no secret.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::journal::{JournalError, JournalLookup};
use super::made_pass::MadePass;
use super::record::Record;
use super::replay::Replay;
use super::results::{PASS_COLUMNS, PassCells};
use super::state::StepState;
use super::writeback_event::WritebackEvent;
use crate::digest::Digest;
use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::{FolderError, HANDOFF, PlanFolder};
use crate::plan::handoff::{DEFAULT, Handoff, HandoffName, Share};
use crate::plan::row::{Decision, OrderKey, PlanRow};
use crate::private_files;
use crate::seal::{Extension, RecipientError, Recipients, SealError, SealedFile, seal_file};
use crate::spreadsheet::Guarded;
use crate::step::Step;

/// One row of the sheet in a packet. What stands behind the credential is filled in by the person who hands it over.
#[derive(Serialize)]
struct SheetRow<'a> {
    row: RowNumber,
    user: Guarded<'a>,
    user_principal_name: Guarded<'a>,
    display_name: Guarded<'a>,
    object_id: Option<ObjectId>,
    /// `done` where the run blocked sign-in: the new password is of no use until it is allowed again.
    sign_in_blocked: &'static str,
    /// The tenant's name.
    organization: Guarded<'a>,
    sealed_credential: String,
    handed_over_to: (),
    handed_over_at: (),
    handed_over_by: (),
    identity_checked_how: (),
    signature: (),
    /// The row as a spreadsheet counts, header included.
    sheet_row: Option<u32>,
}

/// The header of the sheet.
const SHEET: [&str; 14] = [
    "row", "user", "user_principal_name", "display_name", "object_id", "sign_in_blocked", "organization",
    "sealed_credential", "handed_over_to", "handed_over_at", "handed_over_by", "identity_checked_how", "signature",
    "sheet_row",
];

/// The header of the index, which stands there without a row, too.
const INDEX: [&str; 5] = ["name", "file", "accounts", "sha256", "keys"];

/// One row of the index.
#[derive(Serialize)]
struct IndexRow<'a> {
    name: Guarded<'a>,
    file: Guarded<'a>,
    accounts: u32,
    sha256: Digest,
    keys: String,
}

/// The index of the packets, in their folder.
pub const INDEX_CSV: &str = "index.csv";

/// How many accounts one packet holds; more go into parts. It is held in memory twice while it is sealed to keys of age, and
/// five times for certificates, at some 850 bytes an account; and no desk hands more over from one sheet.
const MAX_ACCOUNTS: usize = 5_000;

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Packet {
    /// Who hands over what is in it.
    pub name: String,
    /// The file, in the folder of the packets.
    pub file: String,
    /// How many accounts are in it.
    pub accounts: u32,
    /// The SHA-256 of the file.
    pub sha256: Digest,
    /// The keys that open it, in the form in which people compare them.
    pub keys: Vec<String>,
}

/// Why there are no packets, or not all. The ones that are there stay.
#[derive(Debug, thiserror::Error)]
pub enum PacketsError {
    /// A file cannot be written or removed.
    #[error("the packets in {} cannot be written: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A key of the plan cannot be read by this version.
    #[error("the packet of {name}: {source}")]
    Recipients {
        /// Whose packet.
        name: String,
        /// Why.
        source: RecipientError,
    },
    /// A packet could not be sealed.
    #[error("the packet of {name}: {source}")]
    Seal {
        /// Whose packet.
        name: String,
        /// Why.
        source: SealError,
    },
}

/// An account with at least one credential, and where its row is.
struct PacketPlace {
    share: u16,
    order: OrderKey,
    offset: u64,
}

/// All accounts with a credential, in little memory: what goes into the packets.
pub(super) struct PacketList<'a> {
    replay: &'a Replay,
    handoff: Option<&'a Handoff>,
    /// A plan that seals nothing has none, and neither has a run that has not begun.
    has_packets: bool,
    places: Vec<PacketPlace>,
}

impl<'a> PacketList<'a> {
    pub(super) fn of(plan: &'a PlanFolder, replay: &'a Replay) -> Self {
        let manifest = plan.manifest();
        let by_script = manifest.on_premises.as_ref().map_or(0, |work| work.sealed);
        let has_packets = manifest.seals() && (replay.has_begun() || by_script > 0);
        let most = if has_packets { plan.steps().len() } else { 0 };
        // Room that is not used takes no memory; a list that grows is there twice for a moment.
        Self { replay, handoff: manifest.handoff.as_ref(), has_packets, places: Vec::with_capacity(most) }
    }

    /// Takes in a row, which begins at this byte of plan.csv.
    pub(super) fn add(&mut self, row: &PlanRow, offset: u64) {
        let resets = row.decision == Decision::Act && row.steps.contains(Step::Reset);
        let by_run = resets && !self.replay.credentials(row.row).is_empty();
        let by_writeback = !self.replay.written_back_credentials(row.row).is_empty();
        let by_pass = self.replay.pass(row.row).is_some();
        if !self.has_packets || !(by_run || by_writeback || by_pass || row.sealed.is_some()) {
            return;
        }
        // That every row has a share was checked when the plan was opened.
        let share = self.handoff.map_or(Some(0), |handoff| handoff.share_of(&row.handoff));
        if let Some(share) = share.and_then(|share| u16::try_from(share).ok()) {
            self.places.push(PacketPlace { share, order: row.order_key(), offset });
        }
    }
}

/// Whose packets there are, and which keys open them.
struct Desk {
    name: HandoffName,
    keys: Vec<String>,
}

/// Where the packets of a plan are, or will be.
pub fn folder(plan: &PlanFolder) -> PathBuf {
    plan.path().join(HANDOFF)
}

/// Writes every packet and the index from plan and journal. A plan that seals nothing has none.
///
/// Each file is whole or not there. Packets of an earlier time that have nothing in them any more are removed, by the index of
/// that time; no other file is touched.
///
/// # Errors
///
/// [`PacketsError`].
pub(super) fn write(plan: &PlanFolder, replay: &Replay, listed: PacketList<'_>) -> Result<Vec<Packet>, PacketsError> {
    if !listed.has_packets {
        return Ok(Vec::new());
    }
    let desks = desks(plan);
    let mut places = listed.places;
    let folder = folder(plan);
    let io = |source| PacketsError::Io { path: folder.clone(), source };
    let before = names_in_index(&folder.join(INDEX_CSV)).map_err(io)?;
    if places.is_empty() && before.is_empty() {
        return Ok(Vec::new());
    }
    private_files::create_folder(&folder).map_err(io)?;
    places.sort_unstable_by_key(|place| (place.share, place.order));
    let mut writing = Writing {
        rows: plan.row_access()?,
        lookup: replay.has_begun().then(|| JournalLookup::open(&plan.journal_path())).transpose()?,
        replay,
        folder: &folder,
        organization: &plan.manifest().tenant.name,
        makes_passes: plan.manifest().options.pass.is_some(),
        sheet: Vec::new(),
    };
    let mut packets = Vec::new();
    for of_share in places.chunk_by(|one, other| one.share == other.share) {
        let Some(desk) = desks.get(usize::from(of_share[0].share)) else { continue };
        // What is in it was sealed to these keys when they were in force; that a certificate has expired since changes nothing.
        let recipients = Recipients::from_texts_as_of(plan.manifest().created_at, &desk.keys)
            .map_err(|source| PacketsError::Recipients { name: desk.name.to_string(), source })?;
        for (index, part) in of_share.chunks(MAX_ACCOUNTS).enumerate() {
            packets.extend(writing.packets(desk, &recipients, part, index + 1)?);
        }
    }
    let now: BTreeSet<&str> = packets.iter().map(|packet| packet.file.as_str()).collect();
    for stale in before.iter().filter(|file| !now.contains(file.as_str())) {
        match fs::remove_file(folder.join(stale)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    // Last: a process that is killed before leaves the old index behind, and the next one removes files by it again.
    write_index(&folder.join(INDEX_CSV), &packets).map_err(io)?;
    Ok(packets)
}

/// The handoff names of a plan with the keys that open what is theirs; the one desk of a plan where all keys are the same.
fn desks(plan: &PlanFolder) -> Vec<Desk> {
    let manifest = plan.manifest();
    match &manifest.handoff {
        Some(handoff) => {
            let desk = |share: &Share| Desk { name: share.name.clone(), keys: handoff.keys_of(share) };
            handoff.shares.iter().map(desk).collect()
        }
        None => {
            let name = HandoffName::new(DEFAULT).ok();
            name.map(|name| Desk { name, keys: manifest.recipients.clone() }).into_iter().collect()
        }
    }
}

struct Writing<'a> {
    rows: crate::plan::folder::RowAccess,
    lookup: Option<JournalLookup>,
    replay: &'a Replay,
    folder: &'a Path,
    organization: &'a str,
    /// The room that the sheet before has left.
    sheet: Vec<u8>,
    /// Does the plan make passes, so that the sheet has columns for them?
    makes_passes: bool,
}

impl Writing<'_> {
    /// One packet, or two with the same in them, where some of its holders have keys of age or SSH and others certificates.
    fn packets(
        &mut self,
        desk: &Desk,
        recipients: &Recipients,
        places: &[PacketPlace],
        part: usize,
    ) -> Result<Vec<Packet>, PacketsError> {
        let sheet = self.sheet(places)?;
        let sealed = seal_file(recipients, &sheet);
        let sealed = sealed.map_err(|source| PacketsError::Seal { name: desk.name.to_string(), source })?;
        self.sheet = sheet;
        self.sheet.clear();
        sealed.iter().map(|sealed| self.packet(desk, recipients, places.len(), part, sealed)).collect()
    }

    fn packet(
        &self,
        desk: &Desk,
        recipients: &Recipients,
        accounts: usize,
        part: usize,
        sealed: &SealedFile,
    ) -> Result<Packet, PacketsError> {
        let file = file_name(&desk.name, part, sealed.extension);
        let path = self.folder.join(&file);
        private_files::replace(&path, |writer| writer.write_all(&sealed.bytes))
            .map_err(|source| PacketsError::Io { path, source })?;
        Ok(Packet {
            name: desk.name.to_string(),
            file,
            accounts: u32::try_from(accounts).unwrap_or(u32::MAX),
            sha256: Digest::of(&sealed.bytes),
            keys: recipients.names_for(sealed.extension),
        })
    }

    fn sheet(&mut self, places: &[PacketPlace]) -> Result<Vec<u8>, PacketsError> {
        let folder = self.folder;
        let failed = |error: csv::Error| PacketsError::Io { path: folder.to_owned(), source: error.into() };
        let sheet = std::mem::take(&mut self.sheet);
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(sheet);
        let of_passes = PASS_COLUMNS.into_iter().filter(|_| self.makes_passes);
        csv.write_record(SHEET.into_iter().chain(of_passes)).map_err(failed)?;
        for place in places {
            let row = self.rows.at(place.offset, place.order.row())?;
            let sealed = self.credentials(&row)?;
            let state = self.replay.row(row.row).state;
            let pass =
                if self.makes_passes { vec![PassCells::of(self.pass(&row)?.as_deref(), &row)] } else { Vec::new() };
            let cells = SheetRow {
                row: row.row,
                user: row.user.as_str().into(),
                user_principal_name: row.user_principal_name.as_str().into(),
                display_name: row.display_name.as_str().into(),
                object_id: row.object_id,
                sign_in_blocked: if state.of(Step::Block) == StepState::Done { "done" } else { "" },
                organization: self.organization.into(),
                sealed_credential: sealed.join(" "),
                handed_over_to: (),
                handed_over_at: (),
                handed_over_by: (),
                identity_checked_how: (),
                signature: (),
                sheet_row: row.sheet_row,
            };
            csv.serialize((cells, pass)).map_err(failed)?;
        }
        let finished = csv.into_inner().map_err(csv::IntoInnerError::into_error);
        finished.map_err(|source| PacketsError::Io { path: folder.to_owned(), source })
    }

    fn pass(&mut self, row: &PlanRow) -> Result<Option<Box<MadePass>>, JournalError> {
        let (Some(lookup), Some(offset)) = (&mut self.lookup, self.replay.pass(row.row)) else { return Ok(None) };
        Ok(match lookup.at(offset)?.0 {
            Record::Answered { pass, .. } => pass,
            _ => None,
        })
    }

    fn credentials(&mut self, row: &PlanRow) -> Result<Vec<String>, JournalError> {
        // What the script for Active Directory sets was sealed when the plan was made; the rest stands in the journal.
        let mut sealed: Vec<String> = row.sealed.iter().map(ToString::to_string).collect();
        let Some(lookup) = &mut self.lookup else { return Ok(sealed) };
        for offset in self.replay.credentials(row.row) {
            if let Record::Intended { sealed: Some(credential), .. } = lookup.at(offset)?.0 {
                sealed.push(credential.to_string());
            }
        }
        for offset in self.replay.written_back_credentials(row.row) {
            let (record, _) = lookup.at(offset)?;
            if let Record::WrittenBack { event: WritebackEvent::Intended { sealed: Some(credential) }, .. } = record {
                sealed.push(credential.to_string());
            }
        }
        Ok(sealed)
    }
}

/// What a packet is called; the first part has no number, for most have no other.
fn file_name(name: &HandoffName, part: usize, extension: Extension) -> String {
    let (stem, extension) = (name.file_stem(), extension.as_str());
    if part == 1 {
        format!("{stem}.csv.{extension}")
    } else {
        // No name becomes a stem that ends like this.
        format!("{stem}.part-{part}.csv.{extension}")
    }
}

fn write_index(path: &Path, packets: &[Packet]) -> io::Result<()> {
    private_files::replace(path, |file| {
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        csv.write_record(INDEX).map_err(io::Error::from)?;
        for packet in packets {
            csv.serialize(IndexRow {
                name: packet.name.as_str().into(),
                file: packet.file.as_str().into(),
                accounts: packet.accounts,
                sha256: packet.sha256,
                keys: packet.keys.join(" "),
            })
            .map_err(io::Error::from)?;
        }
        csv.flush()
    })
}

/// The file of the first packet of a plan, where packets were made.
pub fn first(plan: &PlanFolder) -> Option<String> {
    names_in_index(&folder(plan).join(INDEX_CSV)).ok()?.into_iter().next()
}

/// The files that an index names, as far as they are plain names of packets: nothing else is ever removed.
fn names_in_index(path: &Path) -> io::Result<Vec<String>> {
    #[derive(Deserialize)]
    struct NamedFile {
        file: Guarded<'static>,
    }
    let reader = match fs::File::open(path) {
        Ok(file) => csv::Reader::from_reader(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let is_a_packet = |file: &str| {
        let ends = file.ends_with(".csv.age") || file.ends_with(".csv.p7m");
        ends && !file.contains(['/', '\\', ':']) && Path::new(file).components().count() == 1
    };
    let rows = reader.into_deserialize::<NamedFile>().filter_map(Result::ok);
    Ok(rows.map(|row| String::from(row.file)).filter(|file| is_a_packet(file)).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_packet_has_the_name_of_another() {
        let names = ["berlin", "berlin.part-2", "berlin part-2", "berlin.part-2.csv", "Berlin.csv"];
        let mut files = HashSet::new();
        for name in names.map(|name| HandoffName::new(name).unwrap()) {
            for part in 1..=3 {
                for extension in [Extension::Age, Extension::P7m] {
                    // Some file systems ignore case.
                    let file = file_name(&name, part, extension).to_lowercase();
                    assert!(files.insert(file.clone()), "{file} is there twice");
                }
            }
        }
    }
}
