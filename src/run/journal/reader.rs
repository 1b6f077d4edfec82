//! Reading a journal: every line checked against the one before it, and what a power cut left, distinguished from what was changed.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::error::JournalError;
use super::journal_break::JournalBreak;
use super::line;
use crate::digest::Digest;
use crate::run::record::{CLAIMS_SINCE, FORMAT, Record};

/// One line as it was read.
#[derive(Debug, Clone)]
pub struct JournalLine {
    /// What it says.
    pub record: Record,
    /// This machine's clock when it was written.
    pub at: OffsetDateTime,
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// Its number, from 1.
    pub number: u64,
}

/// What stands behind the last whole line: it never reached the disk as a whole, so no write was ever sent because of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TornTail {
    /// The number of the line with which it begins.
    pub line: u64,
    /// How long it is.
    pub bytes: u64,
}

/// Where the whole lines of a journal ended when it was read, so that it can be read on from there.
#[derive(Debug, Clone)]
pub struct JournalMark {
    chain: Digest,
    offset: u64,
    number: u64,
    claims: bool,
}

impl Default for JournalMark {
    /// Before the first line.
    fn default() -> Self {
        Self { chain: line::genesis(), offset: 0, number: 0, claims: false }
    }
}

impl JournalMark {
    /// How many bytes stand before it.
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

/// Reads a journal from its first line on, checking the chain. A torn tail ends it; anything else that is wrong is an
/// error.
pub struct JournalReader<R> {
    path: PathBuf,
    input: R,
    chain: Digest,
    offset: u64,
    number: u64,
    /// Does each group of lines say how much was on disk before it?
    claims: bool,
    torn: Option<TornTail>,
}

impl JournalReader<BufReader<File>> {
    /// Opens a journal for reading only.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Self::open_at(path, JournalMark::default())
    }

    /// The same, from where it was read to before. What was torn there may be whole by now.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn open_at(path: &Path, mark: JournalMark) -> Result<Self, JournalError> {
        let io = |source| JournalError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        file.seek(SeekFrom::Start(mark.offset)).map_err(io)?;
        Ok(Self::from_mark(path, BufReader::with_capacity(256 * 1024, file), mark))
    }
}

impl<R: BufRead> JournalReader<R> {
    /// Reads a journal from memory or from a file that is open; `path` is what messages call it.
    pub fn over(path: &Path, input: R) -> Self {
        Self::from_mark(path, input, JournalMark::default())
    }

    fn from_mark(path: &Path, input: R, JournalMark { chain, offset, number, claims }: JournalMark) -> Self {
        Self { path: path.to_owned(), input, chain, offset, number, claims, torn: None }
    }

    /// Where the whole lines that were read so far end.
    pub fn mark(&self) -> JournalMark {
        JournalMark { chain: self.chain, offset: self.offset, number: self.number, claims: self.claims }
    }

    /// How many bytes hold whole, checked lines so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What was found behind the last whole line, once that has been reached.
    pub fn torn_tail(&self) -> Option<TornTail> {
        self.torn
    }

    /// The chain behind the last whole line.
    pub(super) fn last_chain(&self) -> Digest {
        self.chain
    }

    pub(super) fn next_line(&mut self) -> Result<Option<JournalLine>, JournalError> {
        if self.torn.is_some() {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(768);
        self.read_until_newline(&mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') {
            self.torn = Some(TornTail { line: self.number + 1, bytes: bytes.len() as u64 });
            return Ok(None);
        }
        let length = bytes.len() as u64;
        bytes.pop();
        match self.check(&bytes) {
            Ok((record, at, chain)) => {
                if let Record::Opened { format, .. } | Record::TakenOver { format, .. } = record {
                    self.refuse_newer(format)?;
                    self.claims |= format >= CLAIMS_SINCE;
                }
                let line = JournalLine { record, at, offset: self.offset, number: self.number + 1 };
                self.number += 1;
                self.offset += length;
                self.chain = chain;
                Ok(Some(line))
            }
            Err(reason) => {
                if self.number == 0
                    && let Some(format) = std::str::from_utf8(&bytes).ok().and_then(line::named_format)
                {
                    self.refuse_newer(format)?;
                }
                self.take_as_torn(length, &bytes, reason).map(|()| None)
            }
        }
    }

    fn check(&self, bytes: &[u8]) -> Result<(Record, OffsetDateTime, Digest), String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        line::read(text, &self.chain)
    }

    fn refuse_newer(&self, format: u32) -> Result<(), JournalError> {
        if format <= FORMAT {
            return Ok(());
        }
        Err(JournalError::Broken { path: self.path.clone(), why: JournalBreak::Newer { format, readable: FORMAT } })
    }

    /// A line that does not continue the chain: is it where a power cut ended the file, or was the file changed?
    ///
    /// A disk may bring what was written since the last sync to its place in any order, or as a hole. All that is behind
    /// the broken line is then from the same time, and no line of it can say that the broken one had been on disk.
    ///
    /// Refused as alternatives: to cut the file at every break (a line that was changed in the middle would then lose all
    /// sealed passwords behind it without a word), and to accept a break only in the last line (a machine that stops would
    /// then leave a journal that cannot be resumed). The price of `synced` is some 20 bytes in the first line of each group,
    /// and one more pass over the tail where there is a break.
    fn take_as_torn(&mut self, first: u64, broken: &[u8], reason: String) -> Result<(), JournalError> {
        let number = self.number + 1;
        let why = JournalBreak::Line { line: number, why: reason };
        let refused = || JournalError::Broken { path: self.path.clone(), why: why.clone() };
        let was_on_disk = |line: &[u8]| line::claims_synced(line).is_some_and(|synced| synced > self.offset);
        // Before the first whole line it is not known whether lines make claims; where a write was ever intended, they must.
        let nothing_intended = |line: &[u8]| !contains(line, INTENDED);
        let may_be_torn =
            |line: &[u8]| if self.claims { !was_on_disk(line) } else { number == 1 && nothing_intended(line) };
        if !may_be_torn(broken) {
            return Err(refused());
        }
        let mut length = first;
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let read = self.input.read_until(b'\n', &mut bytes);
            length += read.map_err(|source| JournalError::Io { path: self.path.clone(), source })? as u64;
            if bytes.is_empty() {
                break;
            }
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
            }
            if !may_be_torn(&bytes) {
                return Err(refused());
            }
        }
        self.torn = Some(TornTail { line: number, bytes: length });
        Ok(())
    }

    fn read_until_newline(&mut self, bytes: &mut Vec<u8>) -> Result<(), JournalError> {
        let read = self.input.read_until(b'\n', bytes);
        read.map(drop).map_err(|source| JournalError::Io { path: self.path.clone(), source })
    }
}

/// What the line of an intent has in it.
const INTENDED: &[u8] = b"\"record\":\"intended\"";

fn contains(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|window| window == part)
}

impl<R: BufRead> Iterator for JournalReader<R> {
    type Item = Result<JournalLine, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_line().transpose()
    }
}

/// Reads single lines of a journal that has been checked before.
pub struct JournalLookup {
    path: PathBuf,
    file: BufReader<File>,
}

impl JournalLookup {
    /// Opens a journal for reading only.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let file = File::open(path).map_err(|source| JournalError::Io { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file: BufReader::with_capacity(4 * 1024, file) })
    }

    /// The record of the line that begins at `offset`, and when it was written.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or changed since it was checked.
    pub fn at(&mut self, offset: u64) -> Result<(Record, OffsetDateTime), JournalError> {
        let io = |source| JournalError::Io { path: self.path.clone(), source };
        self.file.seek(SeekFrom::Start(offset)).map_err(io)?;
        let mut line = String::new();
        self.file.read_line(&mut line).map_err(io)?;
        line::read_body(&line).map_err(|why| {
            let why = JournalBreak::Line { line: 0, why };
            JournalError::Broken { path: self.path.clone(), why }
        })
    }
}
