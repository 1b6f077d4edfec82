//! The thread that writes a journal.

use std::io;
use std::sync::mpsc;

use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::line;
use super::store::Store;
use crate::digest::Digest;
use crate::run::record::Record;

/// A group of lines is written at this size in bytes, even if more callers wait.
const MAX_GROUP_BYTES: usize = 1024 * 1024;

/// Records on their way to the file.
pub(super) struct Letter {
    pub(super) records: Vec<Record>,
    pub(super) wish: Wish,
}

/// What the sender of records waits for.
pub(super) enum Wish {
    /// For nothing.
    Append,
    /// For them to be on disk; without that they are worth nothing, for no write is sent.
    Commit(oneshot::Sender<Result<(), Failed>>),
    /// For all that is known to be on disk: after these nothing more comes.
    Close(oneshot::Sender<Result<(), Failed>>),
}

/// Why records are not on disk.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    kind: io::ErrorKind,
    code: Option<i32>,
    reason: String,
    /// How many appended records could not be written.
    pub(super) unnoted: u64,
}

impl Failed {
    fn new(error: &io::Error, unnoted: u64) -> Self {
        Self { kind: error.kind(), code: error.raw_os_error(), reason: error.to_string(), unnoted }
    }

    /// The error once more, for each who asks.
    pub(super) fn cause(&self) -> io::Error {
        self.code.map_or_else(|| io::Error::new(self.kind, self.reason.clone()), io::Error::from_raw_os_error)
    }
}

/// What is written, and what is known to be on disk.
pub(super) struct Writer<S> {
    store: S,
    chain: Digest,
    length: u64,
    /// How many bytes are on disk; the next field is the chain behind them.
    synced: u64,
    synced_chain: Digest,
    /// Has a line of this group said how much is on disk?
    claimed: bool,
    /// What was appended and is not known to be on disk: should it not get there, it is written again.
    kept: Vec<(OffsetDateTime, Record)>,
    failed: Option<Failed>,
}

impl<S: Store> Writer<S> {
    /// Goes on behind `length` bytes that are on disk, whose chain ends with `chain`.
    pub(super) fn new(store: S, chain: Digest, length: u64) -> Self {
        Self {
            store,
            chain,
            length,
            synced: length,
            synced_chain: chain,
            claimed: false,
            kept: Vec::new(),
            failed: None,
        }
    }

    /// Writes until the last sender is gone.
    pub(super) fn run(mut self, inbox: &mpsc::Receiver<Letter>) {
        while let Ok(first) = inbox.recv() {
            if self.failed.is_some() {
                self.take_after_failure(first);
            } else {
                self.write_group(first, inbox);
            }
        }
        // The caller of a close has its answer already; this is for a process that ends in the middle.
        if self.failed.is_some() {
            let _ = self.write_again(Vec::new());
        } else if self.length > 0 {
            let _ = self.write_closing();
        }
    }

    /// Writes all that has come together, with one sync for all that wait.
    fn write_group(&mut self, first: Letter, inbox: &mpsc::Receiver<Letter>) {
        let mut bytes = Vec::with_capacity(64 * 1024);
        let (mut waiting, mut closing) = (Vec::new(), None);
        let mut encoded = Ok(());
        let mut letter = Some(first);
        self.claimed = false;
        while let Some(Letter { records, wish }) = letter {
            let at = OffsetDateTime::now_utc();
            for record in &records {
                encoded = encoded.and_then(|()| self.encode(&mut bytes, record, at));
            }
            match wish {
                Wish::Append => self.kept.extend(records.into_iter().map(|record| (at, record))),
                Wish::Commit(safe) => waiting.push(safe),
                Wish::Close(done) => closing = Some((done, records.into_iter().map(|record| (at, record)).collect())),
            }
            letter = if bytes.len() < MAX_GROUP_BYTES { inbox.try_recv().ok() } else { None };
        }
        let written = encoded
            .and_then(|()| self.put(&bytes))
            .and_then(|()| if waiting.is_empty() && closing.is_none() { Ok(()) } else { self.sync() });
        if let Err(error) = written {
            self.fail(&error);
        }
        for safe in waiting {
            let _ = safe.send(self.failed.clone().map_or(Ok(()), Err));
        }
        if let Some((done, last)) = closing {
            let _ = done.send(if self.failed.is_some() { self.write_again(last) } else { Ok(()) });
        }
    }

    /// Once a write has failed nothing more may be sent, so no intent is taken; what is answered meanwhile is kept.
    fn take_after_failure(&mut self, Letter { records, wish }: Letter) {
        let at = OffsetDateTime::now_utc();
        match wish {
            Wish::Append => self.kept.extend(records.into_iter().map(|record| (at, record))),
            Wish::Commit(safe) => {
                let _ = safe.send(self.failed.clone().map_or(Ok(()), Err));
            }
            Wish::Close(done) => {
                let answer = self.write_again(records.into_iter().map(|record| (at, record)).collect());
                let _ = done.send(answer);
            }
        }
    }

    /// Writes what is kept again, from where the file is known to be on disk: what is behind that is torn, or only seems
    /// to be there. Intents that failed are left out, for their writes were never sent.
    fn write_again(&mut self, last: Vec<(OffsetDateTime, Record)>) -> Result<(), Failed> {
        let again = |writer: &mut Self| {
            writer.store.cut(writer.synced)?;
            (writer.length, writer.chain, writer.claimed) = (writer.synced, writer.synced_chain, false);
            let mut bytes = Vec::new();
            let kept = std::mem::take(&mut writer.kept);
            let encoded = kept.iter().chain(&last).try_for_each(|(at, record)| writer.encode(&mut bytes, record, *at));
            writer.kept = kept;
            encoded?;
            writer.put(&bytes)?;
            writer.sync()
        };
        match again(self) {
            Ok(()) => {
                self.failed = None;
                Ok(())
            }
            Err(error) => {
                self.fail(&error);
                Err(Failed::new(&error, self.kept.len() as u64))
            }
        }
    }

    /// Says that all before it is on disk: from then on nothing in the file can change unnoticed.
    fn write_closing(&mut self) -> io::Result<()> {
        if self.synced < self.length {
            self.sync()?;
        }
        self.claimed = false;
        let mut bytes = Vec::new();
        self.encode(&mut bytes, &Record::Closed {}, OffsetDateTime::now_utc())?;
        self.put(&bytes)?;
        self.sync()
    }

    fn encode(&mut self, bytes: &mut Vec<u8>, record: &Record, at: OffsetDateTime) -> io::Result<()> {
        let claim = (!std::mem::replace(&mut self.claimed, true)).then_some(self.synced);
        line::append(bytes, &mut self.chain, record, at, claim)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.store.append(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.store.sync()?;
        (self.synced, self.synced_chain) = (self.length, self.chain);
        self.kept.clear();
        Ok(())
    }

    /// The first failure is the one that is reported.
    fn fail(&mut self, error: &io::Error) {
        self.failed.get_or_insert_with(|| Failed::new(error, 0));
    }
}
