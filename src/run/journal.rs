//! The journal file: append only, chained, and on disk when it says so.
//!
//! A thread of its own writes it. Whoever needs a record to be safe waits for [`Journal::commit`]; one sync serves all
//! who wait at that moment, so that durability costs one disk flush for many batches.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::oneshot;

use super::record::Record;
use crate::digest::{Digest, Hasher};
use crate::private_files;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("the journal {} cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process works on this run.
    #[error("the journal {} is in use: another sealoff works on this run", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A line that sealoff did not write, or that was changed since.
    #[error("line {line} of the journal {} was changed or damaged: {reason}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// Writing failed earlier; nothing more is taken.
    #[error("the journal {} could not be written: {reason}", path.display())]
    Stopped {
        /// The file.
        path: PathBuf,
        /// The first failure.
        reason: String,
    },
}

/// One line as it was read.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it says.
    pub record: Record,
    /// This machine's clock when it was written.
    pub at: OffsetDateTime,
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// Its number, from 1.
    pub number: u64,
}

/// What a line begins with.
const BEFORE_TIME: &str = "{\"at\":\"";

/// The length of `,"chain":"` + 64 digits + `"}`.
const CHAIN_LENGTH: usize = 10 + 64 + 2;

/// Takes a line apart, checks that it continues the chain, and gives the chain behind it.
fn read_line(text: &str, chain: &Digest) -> Result<(Record, OffsetDateTime, Digest), String> {
    let body = text.len().checked_sub(CHAIN_LENGTH).and_then(|length| text.get(..length)).ok_or("it has no chain")?;
    let expected = link(chain, body.as_bytes());
    if text[body.len()..] != chain_text(&expected) {
        return Err("it does not continue the line before it".to_owned());
    }
    let (record, at) = read_body(text)?;
    Ok((record, at, expected))
}

/// What a line says, and when it was written. Time and chain stand around the record's own fields, always in the same
/// place; a journal has millions of lines, and to look for them anywhere would double the time that reading takes.
fn read_body(text: &str) -> Result<(Record, OffsetDateTime), String> {
    let at = text
        .strip_prefix(BEFORE_TIME)
        .and_then(|rest| rest.split_once('"'))
        .ok_or("it does not begin with its time")?;
    let at = OffsetDateTime::parse(at.0, &Rfc3339).map_err(|error| error.to_string())?;
    let record = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok((record, at))
}

/// The end of a line, from behind the record's last field.
fn chain_text(chain: &Digest) -> String {
    format!(",\"chain\":\"{chain}\"}}")
}

fn link(before: &Digest, body: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(before.bytes());
    hasher.update(body);
    hasher.finish()
}

fn genesis() -> Digest {
    Digest::of(b"sealoff journal")
}

/// Reads a journal from its first line on, checking the chain. A torn last line ends it; anything else that is wrong is
/// an error.
pub struct Reader<R> {
    path: PathBuf,
    input: R,
    chain: Digest,
    offset: u64,
    number: u64,
}

impl Reader<BufReader<File>> {
    /// Opens a journal for reading only.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let file = File::open(path).map_err(|source| JournalError::Io { path: path.to_owned(), source })?;
        Ok(Self::over(path, BufReader::with_capacity(256 * 1024, file)))
    }
}

impl<R: BufRead> Reader<R> {
    fn over(path: &Path, input: R) -> Self {
        Self { path: path.to_owned(), input, chain: genesis(), offset: 0, number: 0 }
    }

    /// How many bytes hold whole, checked lines so far.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn next_line(&mut self) -> Result<Option<Line>, JournalError> {
        let mut bytes = Vec::with_capacity(768);
        self.input
            .read_until(b'\n', &mut bytes)
            .map_err(|source| JournalError::Io { path: self.path.clone(), source })?;
        if bytes.pop() != Some(b'\n') {
            // The end, or a line that was being written when the process died: it was never acted upon.
            return Ok(None);
        }
        let number = self.number + 1;
        let broken = |reason: String| JournalError::Broken { path: self.path.clone(), line: number, reason };
        let text = std::str::from_utf8(&bytes).map_err(|error| broken(error.to_string()))?;
        let (record, at, chain) = read_line(text, &self.chain).map_err(broken)?;
        let line = Line { record, at, offset: self.offset, number };
        self.number = number;
        self.offset += bytes.len() as u64 + 1;
        self.chain = chain;
        Ok(Some(line))
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Line, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_line().transpose()
    }
}

/// Reads single lines of a journal that has been checked before.
pub struct Lookup {
    path: PathBuf,
    file: BufReader<File>,
}

impl Lookup {
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
        read_body(&line).map_err(|reason| JournalError::Broken { path: self.path.clone(), line: 0, reason })
    }
}

/// A journal that is open for appending. Its file is locked as long as this lives.
pub struct Journal {
    path: PathBuf,
    letters: mpsc::Sender<Letter>,
    writer: Option<thread::JoinHandle<()>>,
}

struct Letter {
    records: Vec<Record>,
    safe: Option<oneshot::Sender<Result<(), String>>>,
}

impl Journal {
    /// Opens a journal for appending, makes it when it is missing, and hands every line in it to `each`, in order. A torn
    /// last line is cut off.
    ///
    /// # Errors
    ///
    /// The file cannot be used, is in use, or is broken anywhere but in its last line; or `each` refuses a line, saying
    /// why.
    pub fn open(path: &Path, mut each: impl FnMut(&Line) -> Result<(), String>) -> Result<Self, JournalError> {
        let io = |source| JournalError::Io { path: path.to_owned(), source };
        let mut file = private_files::open_append(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        // Also when it was there: whoever made it may have died before its name was safe.
        private_files::sync_folder(private_files::folder_of(path)).map_err(io)?;
        let mut reader = Reader::over(path, BufReader::with_capacity(256 * 1024, &mut file));
        while let Some(line) = reader.next_line()? {
            each(&line).map_err(|reason| JournalError::Broken { path: path.to_owned(), line: line.number, reason })?;
        }
        let (whole, chain) = (reader.offset, reader.chain);
        drop(reader);
        if file.metadata().map_err(io)?.len() > whole {
            file.set_len(whole).map_err(io)?;
            file.sync_all().map_err(io)?;
        }
        let (letters, inbox) = mpsc::channel();
        let writer = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_all(file, chain, &inbox))
            .map_err(io)?;
        Ok(Self { path: path.to_owned(), letters, writer: Some(writer) })
    }

    /// Appends records without waiting for them to be on disk. A failure shows at the next [`Journal::commit`].
    pub fn append(&self, records: Vec<Record>) {
        // A writer that has ended has left its reason for the next commit.
        let _ = self.letters.send(Letter { records, safe: None });
    }

    /// Appends records; the answer comes when they, and all appended before them, are on disk.
    pub fn commit(&self, records: Vec<Record>) -> impl Future<Output = Result<(), JournalError>> + Send + 'static {
        let (safe, done) = oneshot::channel();
        let sent = self.letters.send(Letter { records, safe: Some(safe) });
        let path = self.path.clone();
        async move {
            let answer = if sent.is_ok() { told(done).await } else { None };
            match answer {
                Some(Ok(())) => Ok(()),
                Some(Err(reason)) => Err(JournalError::Stopped { path, reason }),
                None => Err(JournalError::Stopped { path, reason: "its writer has ended".to_owned() }),
            }
        }
    }
}

/// Waits for what the writer's thread tells.
async fn told<T: Send + 'static>(answer: oneshot::Receiver<T>) -> Option<T> {
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

/// Once a write has failed, nothing after it may be written: the chain would have a hole.
fn write_all(mut file: File, mut chain: Digest, inbox: &mpsc::Receiver<Letter>) {
    let mut failed: Option<String> = None;
    let mut bytes = Vec::with_capacity(64 * 1024);
    while let Ok(first) = inbox.recv() {
        let mut waiting = Vec::new();
        bytes.clear();
        let mut letter = Some(first);
        while let Some(Letter { records, safe }) = letter {
            if failed.is_none() {
                for record in &records {
                    if let Err(error) = append_line(&mut bytes, &mut chain, record) {
                        failed = Some(error.to_string());
                    }
                }
            }
            waiting.extend(safe);
            letter = if bytes.len() < 1024 * 1024 { inbox.try_recv().ok() } else { None };
        }
        if failed.is_none() {
            let written =
                file.write_all(&bytes).and_then(|()| if waiting.is_empty() { Ok(()) } else { file.sync_data() });
            failed = written.err().map(|error| error.to_string());
        }
        for safe in waiting {
            let _ = safe.send(failed.clone().map_or(Ok(()), Err));
        }
    }
    if failed.is_none() {
        let _ = file.sync_data();
    }
}

fn append_line(bytes: &mut Vec<u8>, chain: &mut Digest, record: &Record) -> io::Result<()> {
    let at = OffsetDateTime::now_utc().format(&Rfc3339).map_err(io::Error::other)?;
    let start = bytes.len();
    write!(bytes, "{BEFORE_TIME}{at}\",")?;
    let after_comma = bytes.len();
    serde_json::to_writer(&mut *bytes, record)?;
    // The record's own braces are not wanted: its fields stand beside `at` and `chain`.
    bytes.remove(after_comma);
    bytes.pop();
    *chain = link(chain, &bytes[start..]);
    writeln!(bytes, "{}", chain_text(chain))
}

/// Says whether a process has this journal open for appending.
///
/// # Errors
///
/// The file cannot be opened or locked.
pub fn in_use(path: &Path) -> io::Result<bool> {
    match File::open(path) {
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RowNumber;
    use crate::plan::step::{Step, Steps};
    use crate::run::record::Answered;
    use std::fs;

    fn sample(row: u32) -> Vec<Record> {
        let steps = Steps::of(&[Step::Revoke]);
        vec![
            Record::Intended {
                row: RowNumber::new(row),
                object_id: "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap(),
                steps,
                app: None,
                sealed: None,
            },
            Record::Answered {
                row: RowNumber::new(row),
                steps,
                answer: Answered::Unknown { reason: "a \"quoted\" \u{2028} reason\n".to_owned() },
                date: Some(OffsetDateTime::UNIX_EPOCH),
                request_id: Some("r".to_owned()),
            },
        ]
    }

    async fn written(path: &Path, rows: u32) -> Vec<Record> {
        let journal = Journal::open(path, |_| Ok(())).unwrap();
        let mut all = Vec::new();
        for row in 1..=rows {
            all.extend(sample(row));
            journal.append(vec![sample(row)[0].clone()]);
            journal.commit(vec![sample(row)[1].clone()]).await.unwrap();
        }
        all
    }

    fn read(path: &Path) -> Result<Vec<Record>, JournalError> {
        Reader::open(path)?.map(|line| line.map(|line| line.record)).collect()
    }

    #[tokio::test]
    async fn what_was_committed_is_read_back_and_continued() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("journal.jsonl");
        let mut all = written(&path, 3).await;
        all.extend(written(&path, 2).await);
        assert_eq!(read(&path).unwrap(), all);
    }

    #[tokio::test]
    async fn every_cut_of_the_file_is_a_prefix_of_the_truth() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("journal.jsonl");
        let all = written(&path, 3).await;
        let bytes = fs::read(&path).unwrap();
        for cut in 0..=bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let mut seen = Vec::new();
            drop(
                Journal::open(&path, |line| {
                    seen.push(line.record.clone());
                    Ok(())
                })
                .unwrap(),
            );
            assert_eq!(seen, all[..seen.len()], "cut at {cut}");
            assert_eq!(seen.len(), bytes[..cut].iter().filter(|byte| **byte == b'\n').count());
            assert_eq!(
                fs::metadata(&path).unwrap().len(),
                bytes[..cut].iter().rposition(|b| *b == b'\n').map_or(0, |at| at as u64 + 1)
            );
        }
    }

    #[tokio::test]
    async fn a_changed_line_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("journal.jsonl");
        written(&path, 3).await;
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let mut tampered = vec![text.replacen("\"row\":2", "\"row\":9", 1), text.replacen("unknown", "unKnown", 1)];
        tampered.push([lines[0], lines[2], lines[1], lines[3], ""].join("\n"));
        tampered.push([lines[0], lines[2], ""].join("\n"));
        for text in tampered {
            fs::write(&path, &text).unwrap();
            assert!(matches!(read(&path), Err(JournalError::Broken { .. })), "{text}");
            assert!(matches!(Journal::open(&path, |_| Ok(())), Err(JournalError::Broken { .. })));
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "a broken journal is left as it is");
        }
    }

    #[tokio::test]
    async fn a_second_process_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("journal.jsonl");
        let first = Journal::open(&path, |_| Ok(())).unwrap();
        assert!(matches!(Journal::open(&path, |_| Ok(())), Err(JournalError::InUse { .. })));
        drop(first);
        assert!(Journal::open(&path, |_| Ok(())).is_ok());
    }
}
