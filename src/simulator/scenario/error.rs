//! Why a scenario cannot be used: which file, which line, and what was most likely meant.

use crate::nearest::nearest_by;
use crate::toml_text::{IN_SINGLE_QUOTES, line_with_path};
use std::path::{Path, PathBuf};

/// Beyond this a word is another word and no slip of the pen.
const MAX_TYPOS: usize = 3;

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// It cannot be read.
    #[error("the scenario {} cannot be read: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// It says something that means nothing here.
    #[error("the scenario {}{}: {what}", path.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where it is known.
        line: Option<usize>,
        /// What is wrong, and what would be right.
        what: String,
    },
}

impl ScenarioError {
    pub(super) fn of(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let what = match line_with_path(text) {
            // Bodies of answers may well have line ends in them: only where that is what is wrong.
            Some(with_path) if line == Some(with_path) => IN_SINGLE_QUOTES.to_owned(),
            _ => with_nearest(error.message()),
        };
        Self::Content { path: path.to_owned(), line, what }
    }
}

/// serde says "unknown field `a`, expected one of `b`, `c`"; after a typing error one suggestion helps, twenty do not.
fn with_nearest(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field `") else { return message.to_owned() };
    let mut quoted = rest.split('`').step_by(2).map(str::trim).filter(|word| !word.is_empty());
    let Some(found) = quoted.next() else { return message.to_owned() };
    unknown("key", found, quoted)
}

/// Says that a word is not known here, and which of the known ones was most likely meant.
pub(super) fn unknown<'a>(what: &str, found: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(found, &known) {
        Some(word) => format!("there is no {what} {found:?} here; did you mean {word:?}?"),
        None => format!("there is no {what} {found:?} here; there are {}", known.join(", ")),
    }
}

fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let fold = |word: &str| word.to_lowercase().replace('_', "-");
    nearest_by(found, known.iter().copied(), fold, |letters| MAX_TYPOS.min(1 + letters / 3))
}
