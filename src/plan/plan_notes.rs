//! What is to be said of a plan as a whole.

use crate::directory::{Note, NoteKind};

/// Sentences. Those about what could not be read come first, so that their kinds stand in the same order.
#[derive(Debug, Default)]
pub(super) struct PlanNotes {
    pub(super) sentences: Vec<String>,
    pub(super) kinds: Vec<NoteKind>,
}

impl PlanNotes {
    /// What could not be read.
    pub(super) fn of(gaps: &[Note]) -> Self {
        Self { sentences: gaps.iter().map(Note::sentence).collect(), kinds: gaps.iter().map(NoteKind::from).collect() }
    }
}

/// What else there is to say.
impl Extend<String> for PlanNotes {
    fn extend<I: IntoIterator<Item = String>>(&mut self, more: I) {
        self.sentences.extend(more);
    }
}
