//! The endings of the names of sealed files.

/// The kinds of sealed files, by the endings of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// `age`: for age and SSH keys. `age -d -i KEY FILE` opens it.
    Age,
    /// `p7m`: for certificates. `openssl cms -decrypt -inform DER -in FILE -inkey KEY` opens it.
    P7m,
}

impl Extension {
    /// The ending, without the dot.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::P7m => "p7m",
        }
    }
}
