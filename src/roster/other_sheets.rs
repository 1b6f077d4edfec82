//! The other sheets of a workbook that have people on them, too: only one sheet is read, and a person has to know of the others.

use super::read_options::ReadOptions;
use super::reader::Roster;
use super::source::Source;

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

/// Those of the sheets that would be read as lists, beside the one that is.
pub(super) fn with_people(sheets: Vec<SheetText>, read: &Roster, options: &ReadOptions) -> Vec<OtherSheet> {
    let counted = |SheetText { name, text }: SheetText| {
        let mut sheet = Roster::begin(Source::bytes(&name, text), options, false).ok()?;
        let accounts =
            sheet.by_ref().filter(|entry| entry.as_ref().is_ok_and(|entry| entry.content.is_ok())).count() as u64;
        let is_alike = sheet.shape().header && sheet.shape().columns == read.shape().columns;
        let may_be_meant = is_alike || (sheet.says_sign_in_names() && !read.says_sign_in_names());
        (accounts > 0).then_some(OtherSheet { name, accounts, may_be_meant })
    };
    sheets.into_iter().filter_map(counted).collect()
}
