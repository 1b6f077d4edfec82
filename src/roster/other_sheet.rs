//! A sheet of a workbook beside the one that is read.

/// Another sheet that can be seen, as CSV.
pub(super) struct SheetText {
    pub(super) name: String,
    pub(super) text: Vec<u8>,
}

/// Another sheet with accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherSheet {
    /// Its name.
    pub name: String,
    /// On so many rows it names an account.
    pub accounts: u64,
    /// Whether it may be the one that is meant: it has the same columns as the sheet that is read, as parts of one list have, or
    /// sign-in names where that one has addresses.
    pub may_be_meant: bool,
}
