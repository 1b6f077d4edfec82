//! Packets, as `unseal` reads and prints them: the sheet of all credentials that one person hands over.

use std::fs::File;
use std::io::{Read as _, Write};
use std::path::Path;

use super::exit::Failure;
use super::opened_secret::OpenedSecret;
use super::words::quoted;
use crate::ids::ObjectId;
use crate::plan::folder::{PlanFolder, RESULTS};
use crate::private_files;
use crate::seal::{Identities, SealedRow, SealedRows, SealedRowsError, UnsealError, sealed_file_kind, unseal_file};
use crate::spreadsheet::guard;

/// What kind of file the credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PacketKind {
    /// The results of a run.
    Results,
    /// A packet.
    Packet,
}

impl PacketKind {
    /// The header of what is printed.
    pub(super) const fn header(self) -> &'static [&'static str] {
        match self {
            Self::Results => &["user_principal_name", "object_id", "password", "candidate"],
            Self::Packet => &[
                "row", "user_principal_name", "display_name", "object_id", "password", "candidate", "handed_over_to",
                "handed_over_at", "handed_over_by", "identity_checked_how", "signature",
            ],
        }
    }
}

/// How many cells of a packet's sheet are filled in by hand.
const BY_HAND: usize = 5;

/// This many bytes of a file show whether it is sealed.
const HEAD: u64 = 64;

/// Says at once that a file is neither, as far as its beginning shows it. What is no plain file can be read only once, and is
/// looked at when it is opened.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    let can_be_read_again = std::fs::metadata(path).map_or(true, |file| file.is_file());
    if can_be_read_again && !is_sealed(path) {
        SealedRows::open(path).map_err(|error| unusable(&error))?;
    }
    Ok(())
}

/// Opens a results file, or a packet with one of these identities.
pub(super) fn open(path: &Path, identities: &Identities) -> Result<(SealedRows, PacketKind), Failure> {
    if !is_sealed(path) {
        return Ok((SealedRows::open(path).map_err(|error| unusable(&error))?, PacketKind::Results));
    }
    let file = path.display();
    let bytes = std::fs::read(path).map_err(|error| Failure::usage(format_args!("{file} cannot be read: {error}")))?;
    let sheet = unseal_file(identities, &bytes).map_err(|error| match error {
        UnsealError::NotForThisIdentity => Failure::usage(format_args!("{file} is not sealed to this identity"))
            .with_next(
                "Use the identity of the person whose packet it is; index.csv beside it says whose keys open it.",
            ),
        error => Failure::usage(format_args!("the packet {file} does not open: {error}")),
    })?;
    Ok((SealedRows::of_sheet(sheet, path).map_err(Failure::usage)?, PacketKind::Packet))
}

/// A file that is not the right one, with the right one where it stands beside it.
fn unusable(error: &SealedRowsError) -> Failure {
    let failure = Failure::usage(error);
    let (SealedRowsError::Plan { path } | SealedRowsError::NotResults { path, .. }) = error else { return failure };
    let folder = private_files::folder_of(path);
    let results = folder.join(RESULTS);
    if results.is_file() {
        let command = format_args!("sealoff unseal {} -i KEY", quoted(&results));
        return failure.with_command("The passwords of the run are beside it", command);
    }
    if PlanFolder::is_one(folder) {
        return failure.with_command(
            format_args!("There is no {RESULTS} beside it: the run makes it. Where the run stands"),
            format_args!("sealoff status {}", quoted(folder)),
        );
    }
    failure
}

/// A file that cannot be read is not sealed here: the error is reported when it is opened.
fn is_sealed(path: &Path) -> bool {
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head)).is_ok()
        && sealed_file_kind(&head).is_some()
}

/// Begins a line: everything up to the cells of a pass. The cells that are filled in by hand are empty.
pub(super) fn begin_line(
    writer: &mut csv::Writer<impl Write>,
    kind: PacketKind,
    row: &SealedRow,
    object_id: ObjectId,
    secret: OpenedSecret<'_>,
) -> csv::Result<()> {
    // Names may be formulas, so they are guarded.
    let name = guard(&row.user_principal_name);
    match kind {
        PacketKind::Results => writer.write_field(&*name)?,
        PacketKind::Packet => {
            let before = [guard(&row.row), name, guard(&row.display_name)];
            before.iter().try_for_each(|cell| writer.write_field(&**cell))?;
        }
    }
    writer.write_field(object_id.to_string())?;
    secret.password_cells().iter().try_for_each(|cell| writer.write_field(cell.as_str()))?;
    match kind {
        PacketKind::Results => Ok(()),
        PacketKind::Packet => (0..BY_HAND).try_for_each(|_| writer.write_field("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_packet_is_read_as_results_and_fails_as_such() {
        let scratch = tempfile::tempdir().unwrap();
        let identities = Identities::from(crate::seal::Identity::generate());
        let path = scratch.path().join("x");
        for content in [&b""[..], b"user\n", b"age-encryption"] {
            std::fs::write(&path, content).unwrap();
            assert!(open(&path, &identities).err().unwrap().what.contains("is no results file"));
        }
        std::fs::write(&path, b"age-encryption.org/v1\n").unwrap();
        assert!(open(&path, &identities).err().unwrap().what.contains("damaged"));
    }
}
