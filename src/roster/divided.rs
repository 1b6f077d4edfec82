//! A list that is divided: the entries of each part, put aside in one file without a name.
//!
//! A part is written in pieces of some kilobytes, one behind another in the order in which they filled up. So there is one
//! open file however many parts there are, and what is held for a part is one piece and where its others are.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::entry::Entry;

/// A piece is written when it is so long, in bytes.
const PIECE: usize = 8 * 1024;

/// Where a piece of a part is in the file.
#[derive(Debug, Clone, Copy)]
struct PieceAt {
    offset: u64,
    bytes: usize,
}

/// A part that is being put aside.
#[derive(Debug, Default)]
struct FillingPart {
    filling: Vec<u8>,
    pieces: VecDeque<PieceAt>,
}

/// A list that is being divided.
#[derive(Debug)]
pub(super) struct Dividing {
    /// It has no name, only its owner may read it, and it goes with the last that holds it.
    file: File,
    length: u64,
    parts: Vec<FillingPart>,
}

impl Dividing {
    pub(super) fn new(parts: usize, folder: &Path) -> io::Result<Self> {
        let parts = (0..parts).map(|_| FillingPart::default()).collect();
        Ok(Self { file: tempfile::tempfile_in(folder)?, length: 0, parts })
    }

    pub(super) fn put(&mut self, part: usize, entry: &Entry) -> io::Result<()> {
        let filling = &mut self.parts[part].filling;
        serde_json::to_writer(&mut *filling, entry)?;
        // JSON has no line end in it.
        filling.push(b'\n');
        if filling.len() >= PIECE { self.write_out(part) } else { Ok(()) }
    }

    fn write_out(&mut self, part: usize) -> io::Result<()> {
        let FillingPart { filling, pieces } = &mut self.parts[part];
        self.file.write_all(filling)?;
        pieces.push_back(PieceAt { offset: self.length, bytes: filling.len() });
        self.length += filling.len() as u64;
        filling.clear();
        Ok(())
    }

    /// The parts, in their order.
    pub(super) fn finish(mut self) -> io::Result<Vec<PartEntries>> {
        for part in 0..self.parts.len() {
            if !self.parts[part].filling.is_empty() {
                self.write_out(part)?;
            }
        }
        let file = Arc::new(Mutex::new(self.file));
        let of =
            |part: FillingPart| PartEntries { file: Arc::clone(&file), pieces: part.pieces, piece: Vec::new(), at: 0 };
        Ok(self.parts.into_iter().map(of).collect())
    }
}

/// The entries of one part, in the order of the list.
#[derive(Debug)]
pub(super) struct PartEntries {
    file: Arc<Mutex<File>>,
    pieces: VecDeque<PieceAt>,
    piece: Vec<u8>,
    /// So much of the piece was given.
    at: usize,
}

impl PartEntries {
    pub(super) fn next(&mut self) -> io::Result<Option<Entry>> {
        if self.at == self.piece.len() {
            self.piece = Vec::new();
            self.at = 0;
            let Some(next) = self.pieces.pop_front() else { return Ok(None) };
            let mut piece = vec![0; next.bytes];
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(next.offset))?;
            file.read_exact(&mut piece)?;
            self.piece = piece;
        }
        let rest = &self.piece[self.at..];
        let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let entry = serde_json::from_slice(&rest[..line])?;
        self.at += (line + 1).min(rest.len());
        Ok(Some(entry))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::roster::{Entry, ReadOptions, Roster, Source};

    const DEFECTS: [&str; 6] = ["nonsense", "", "a@contoso.com;b@contoso.com", "\"open", "SYSTEM", "Ünï@contoso.com"];

    proptest! {
        /// Every entry comes back as it was, in the part that it belongs to, numbered from 1, and the whole is summed up as ever.
        #[test]
        fn the_parts_have_all_entries_as_they_were(rows in prop::collection::vec((0..9_usize, 0..4_usize), 1..400)) {
            let mut list = "user,handoff,priority,displayName\nfirst@contoso.com,desk,1,Ada\n".to_owned();
            for (kind, number) in &rows {
                let user = DEFECTS.get(*kind).map_or_else(|| format!("p{number}@contoso.com"), |&text| text.to_owned());
                list += &format!("{user},desk {number},{kind},\"Name, {number}\"\n");
            }
            let open = || Roster::look_at(Source::bytes("list", list.clone().into_bytes()), &ReadOptions::default());
            let whole: Vec<Entry> = open().unwrap().map(Result::unwrap).collect();
            let part_of = |entry: &Entry| Some(usize::try_from(entry.line % 4).unwrap()).filter(|part| *part < 3);
            let folder = tempfile::tempdir().unwrap();
            let Ok(summary) = open().unwrap().finish() else { return Ok(()) };
            let (same, parts) = open().unwrap().divided(3, folder.path(), part_of).unwrap();
            prop_assert_eq!(&same, &summary);
            prop_assert_eq!(parts.len(), 3);
            let files = || std::fs::read_dir(folder.path()).unwrap().count();
            // Windows keeps the name until the file is closed.
            prop_assert!(cfg!(windows) || files() == 0, "its file has no name");
            for (number, mut part) in parts.into_iter().enumerate() {
                let expected: Vec<&Entry> = whole.iter().filter(|entry| part_of(entry) == Some(number)).collect();
                for (before, entry) in expected.iter().enumerate() {
                    let given = part.next().unwrap().unwrap();
                    prop_assert_eq!(given.row.get() as usize, before + 1);
                    prop_assert_eq!(&Entry { row: entry.row, ..given }, *entry);
                }
                prop_assert!(part.next().is_none());
                let end = part.finish().unwrap();
                prop_assert_eq!((end.rows as usize, end.digest), (expected.len(), summary.digest));
            }
            prop_assert_eq!(files(), 0, "its file goes with the parts");
        }
    }
}
