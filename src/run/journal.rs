//! The journal file: append only, chained, and on disk when it says so.
//!
//! A thread of its own writes it. A caller that needs a record to be on disk waits for [`Journal::commit`]; one sync serves
//! all that wait at that moment, so that durability costs one disk flush for many batches.
//!
//! # Format
//!
//! `journal.jsonl` is UTF-8 text. Each line ends with a newline and is one JSON object, with its fields in this order:
//!
//! | field | what it is |
//! | --- | --- |
//! | `at` | this machine's clock when the line was written, RFC 3339, UTC |
//! | `record` and the fields of that kind | what happened: see [`Record`] |
//! | `synced` | how many bytes of the file were known to be on disk before this line was written; in the first of the lines that are written together |
//! | `chain` | 64 hexadecimal digits: SHA-256 of the 32 bytes of the chain before it, followed by the line's text up to `,"chain"`. Before the first line the chain is SHA-256 of the text `sealoff journal` |
//!
//! The first line is [`Record::Opened`] and names the format, as does each [`Record::TakenOver`]. A journal of a higher
//! format than [`FORMAT`] is refused. Format 1 had no `synced` and no [`Record::Closed`]; such journals are read, and
//! gone on with, as they are.
//!
//! # A torn tail
//!
//! What was written since the last sync may reach the disk in part, in any order, or as a hole of NULs. No write
//! was ever sent because of it: only answers can be in it, and an answer that is lost is a doubt, which the resumed run settles. So the file ends
//! for the reader where its chain first breaks, *if that can be such a tail*: no line behind the break may say, by
//! `synced`, that the broken one had been on disk. Otherwise the file was changed or damaged after it was safe; then
//! passwords may be lost, and the journal is refused with the number of the line. A journal that was closed ends with
//! [`Record::Closed`], which says that all before it was on disk. A journal of format 1 can only be torn in its last line.
//!
//! # A disk that fails
//!
//! When a write or a sync fails, no more intents are taken, so that nothing more is sent. Answers of what is under way
//! are kept in memory. At the end the file is cut back to what is known to be on disk (after a failed sync the operating
//! system may claim more than is true), and they are written again; the error says how many still cannot be written.

mod error;
mod journal_break;
mod line;
mod reader;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod writer;

use std::fs::File;
#[cfg(not(windows))]
use std::fs::TryLockError;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use tokio::sync::oneshot;

#[expect(unused_imports, reason = "the documentation refers to it")]
use super::record::FORMAT;
use super::record::Record;
use crate::private_files;
use store::Store;
use writer::{Failed, Letter, Wish, Writer};

pub use error::JournalError;
pub use journal_break::{JournalBreak, MisplacedLine};
pub use reader::{JournalLine, JournalLookup, JournalMark, JournalReader, TornTail};

/// A journal that is open for appending. Its file is locked as long as this lives.
pub struct Journal {
    path: PathBuf,
    letters: mpsc::Sender<Letter>,
    writer: Option<thread::JoinHandle<()>>,
    torn: Option<TornTail>,
}

impl Journal {
    /// Opens a journal for appending, makes it when it is missing, and hands every line in it to `each`, in order. A torn
    /// tail is cut off.
    ///
    /// # Errors
    ///
    /// The file cannot be used, is in use, is of a newer format, or is broken anywhere but in its tail; or `each` refuses
    /// a line, saying why.
    pub fn open(
        path: &Path,
        each: impl FnMut(&JournalLine) -> Result<(), MisplacedLine>,
    ) -> Result<Self, JournalError> {
        Self::open_with(path, each, |file| file)
    }

    /// The same, with what is written going through a store of the caller's.
    pub(crate) fn open_with<S: Store>(
        path: &Path,
        mut each: impl FnMut(&JournalLine) -> Result<(), MisplacedLine>,
        store: impl FnOnce(File) -> S,
    ) -> Result<Self, JournalError> {
        let io = |source| JournalError::Io { path: path.to_owned(), source };
        let mut file = private_files::open_kept(path).map_err(io)?;
        lock(&file, path)?;
        // Also when it was there: the process that made it may have died before its name was on disk.
        private_files::sync_folder(private_files::folder_of(path)).map_err(io)?;
        let mut reader = JournalReader::over(path, BufReader::with_capacity(256 * 1024, &mut file));
        while let Some(line) = reader.next_line()? {
            each(&line).map_err(|why| JournalError::of_misplaced(path, line.number, &why))?;
        }
        let (whole, chain, torn) = (reader.offset(), reader.last_chain(), reader.torn_tail());
        drop(reader);
        if file.metadata().map_err(io)?.len() > whole {
            file.set_len(whole).map_err(io)?;
        }
        // It was read in large pieces, and what comes next belongs behind the last whole line.
        file.seek(SeekFrom::Start(whole)).map_err(io)?;
        if whole > 0 {
            // What a process that was killed left in the system's memory is on disk from here on: lines will say so.
            file.sync_all().map_err(io)?;
        }
        let (letters, inbox) = mpsc::channel();
        let writer = Writer::new(store(file), chain, whole);
        let writer = thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run(&inbox)).map_err(io)?;
        Ok(Self { path: path.to_owned(), letters, writer: Some(writer), torn })
    }

    /// What was cut off when the journal was opened.
    pub fn torn_tail(&self) -> Option<TornTail> {
        self.torn
    }

    /// Appends records without waiting for them to be on disk. It is for answers: one that is lost is a doubt that a resumed
    /// run settles, so the second sync that each batch would cost buys nothing. A failure shows at the next [`Journal::commit`].
    pub fn append(&self, records: Vec<Record>) {
        // A writer that has ended has left its reason for the next commit.
        let _ = self.letters.send(Letter { records, wish: Wish::Append });
    }

    /// Appends records; the answer comes when they, and all appended before them, are on disk. When that fails they are
    /// not in the journal, and no write may be sent for them.
    pub fn commit(&self, records: Vec<Record>) -> impl Future<Output = Result<(), JournalError>> + Send + 'static {
        self.ask(records, Wish::Commit)
    }

    /// Appends the last records. After a failure, all that was appended meanwhile is tried once more.
    pub fn close(&self, records: Vec<Record>) -> impl Future<Output = Result<(), JournalError>> + Send + 'static {
        self.ask(records, Wish::Close)
    }

    fn ask(
        &self,
        records: Vec<Record>,
        wish: fn(oneshot::Sender<Result<(), Failed>>) -> Wish,
    ) -> impl Future<Output = Result<(), JournalError>> + Send + 'static {
        let (safe, done) = oneshot::channel();
        let sent = self.letters.send(Letter { records, wish: wish(safe) });
        let path = self.path.clone();
        async move {
            let answer = if sent.is_ok() { answer_of(done).await } else { None };
            match answer {
                Some(Ok(())) => Ok(()),
                Some(Err(failed)) => {
                    Err(JournalError::Stopped { path, source: failed.cause(), unnoted: failed.unnoted })
                }
                None => {
                    let source = io::Error::other("its writer has ended");
                    Err(JournalError::Stopped { path, source, unnoted: 0 })
                }
            }
        }
    }
}

/// An older sealoff knows no other lock than this one. On Windows it would keep others from reading; there the lock of
/// the folder has to do.
#[cfg(not(windows))]
fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(JournalError::Io { path: path.to_owned(), source }),
    }
}

#[cfg(windows)]
fn lock(_: &File, _: &Path) -> Result<(), JournalError> {
    Ok(())
}

/// Waits for the answer of the writer's thread.
async fn answer_of<T: Send + 'static>(answer: oneshot::Receiver<T>) -> Option<T> {
    // Paused time runs ahead of every thread but tokio's own; a blocking task makes it wait for the disk.
    if cfg!(test) {
        return tokio::task::spawn_blocking(|| answer.blocking_recv()).await.ok()?.ok();
    }
    answer.await.ok()
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Closing the channel ends the writer once it has written what it holds; the lock goes with its file.
        let (closed, _) = mpsc::channel();
        self.letters = closed;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Says whether a journal begins with a whole line, so that a run was really opened.
///
/// # Errors
///
/// The file cannot be read.
pub fn has_begun(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(64 * 1024).read_to_end(&mut head)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(head.contains(&b'\n'))
}
