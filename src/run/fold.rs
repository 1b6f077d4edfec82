//! The journal of a run, read from its first line to its last by one loop, for all who want to know something of it.

use std::path::Path;

use super::journal::{JournalBreak, JournalError, JournalLine, JournalReader, MisplacedLine, TornTail};
use super::states::{Moved, Planned, States};
use crate::digest::Digest;
use crate::plan::folder::PlanFolder;

/// What is kept of the lines of a journal for one purpose.
pub trait Projection {
    /// Takes in the next line, which may stand where it stands. `moved` is the account that it moved on, if it did.
    fn take(&mut self, line: &JournalLine, moved: Option<Moved>);
}

/// Keeps nothing: the journal is only checked.
impl Projection for () {
    fn take(&mut self, _: &JournalLine, _: Option<Moved>) {}
}

/// Two purposes are served by one reading.
impl<A: Projection, B: Projection> Projection for (A, B) {
    fn take(&mut self, line: &JournalLine, moved: Option<Moved>) {
        self.0.take(line, moved);
        self.1.take(line, moved);
    }
}

/// A journal as far as it has been read: where each account stands, and what else was kept.
pub struct Fold<P> {
    /// Where each account stands.
    pub states: States,
    /// What else was kept.
    pub projection: P,
}

/// Where the whole lines of a journal end.
#[derive(Debug, Default)]
pub struct JournalEnd {
    /// How many whole lines there are.
    pub lines: u64,
    /// How many bytes they take.
    pub bytes: u64,
    /// What stands behind them and was never on disk as a whole.
    pub torn: Option<TornTail>,
    /// Why the next line cannot be used.
    pub broken: Option<JournalBreak>,
}

impl<P: Projection> Fold<P> {
    /// Begins with nothing done to any of the accounts of the plan with this fingerprint.
    pub fn begin(plan: Digest, planned: &impl Planned, projection: P) -> Self {
        Self { states: States::new(plan, planned), projection }
    }

    /// Reads the journal of a plan; one that is missing has no lines.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, is of a newer format, was changed, or contradicts the plan.
    pub fn read(plan: &PlanFolder, projection: P) -> Result<Self, JournalError> {
        match Self::read_to_break(plan, projection)? {
            (_, JournalEnd { broken: Some(why), .. }) => Err(JournalError::Broken { path: plan.journal_path(), why }),
            (fold, _) => Ok(fold),
        }
    }

    /// The same, up to where the journal breaks if it does.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read_to_break(plan: &PlanFolder, projection: P) -> Result<(Self, JournalEnd), JournalError> {
        let mut fold = Self::begin(plan.manifest().fingerprint(), plan, projection);
        let path = plan.journal_path();
        let io = |source| JournalError::Io { path: path.clone(), source };
        let mut end = JournalEnd::default();
        if !path.try_exists().map_err(io)? {
            return Ok((fold, end));
        }
        let mut reader = JournalReader::open(&path)?;
        while let Some(line) = reader.next() {
            match line.and_then(|line| fold.take(&line, &path)) {
                Ok(()) => (end.lines, end.bytes) = (end.lines + 1, reader.offset()),
                Err(JournalError::Broken { why, .. }) => {
                    end.broken = Some(why);
                    return Ok((fold, end));
                }
                Err(unreadable) => return Err(unreadable),
            }
        }
        end.torn = reader.torn_tail();
        Ok((fold, end))
    }

    fn take(&mut self, line: &JournalLine, path: &Path) -> Result<(), JournalError> {
        self.apply(line).map_err(|why| JournalError::of_misplaced(path, line.number, &why))
    }

    /// Takes in the next line.
    ///
    /// # Errors
    ///
    /// Says why the line cannot stand where it stands.
    pub fn apply(&mut self, line: &JournalLine) -> Result<(), MisplacedLine> {
        let moved = self.states.apply(line)?;
        self.projection.take(line, moved);
        Ok(())
    }
}

impl<A, B> Fold<(A, B)> {
    /// The first purpose with the states, and the second one.
    pub fn split(self) -> (Fold<A>, B) {
        let (first, second) = self.projection;
        (Fold { states: self.states, projection: first }, second)
    }
}
