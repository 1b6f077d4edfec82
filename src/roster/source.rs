//! Where a roster comes from.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

/// Where a roster comes from. `Display` gives the name that messages use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    StandardInput,
    /// Bytes in memory, such as the embedded sample.
    Bytes {
        /// The name that messages use.
        name: String,
        /// The bytes.
        bytes: Cow<'static, [u8]>,
    },
}

impl Source {
    /// The source that a command line argument names: `-` is standard input, anything else is a file.
    pub fn from_argument(argument: &OsStr) -> Self {
        if argument == "-" { Self::StandardInput } else { Self::File(argument.into()) }
    }

    /// Bytes under a name.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::Bytes { name: name.into(), bytes: bytes.into() }
    }

    /// The name by which a plan keeps it: what the command line names it, so that standard input is `-`.
    pub fn name(&self) -> String {
        match self {
            Self::StandardInput => "-".to_owned(),
            Self::File(_) | Self::Bytes { .. } => self.to_string(),
        }
    }

    /// The source once more, if it gives the same bytes when it is opened twice: a pipe does not.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Self::File(path) if !path.is_file() => None,
            Self::StandardInput => None,
            Self::File(_) | Self::Bytes { .. } => Some(self.clone()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::StandardInput => f.write_str("on standard input"),
            Self::Bytes { name, .. } => f.write_str(name),
        }
    }
}
