//! What a record is: no row, one entry, or several.

use super::entry::Entry;

/// What a record is.
pub(super) enum RowOutcome {
    /// Nothing but empty cells: no row at all.
    Blank,
    Entry(Entry),
    /// A row that names several people: an entry for each of them. The numbers of all but the first are the reader's to say.
    Several(Vec<Entry>),
    /// The row under the header of Entra's templates that shows how to fill them in. Further down it is an entry.
    Example(Entry),
    /// An entry that ends with the line of this offset: the lines behind it are read again as records. Up to the line
    /// `doubtful_until`, those may be rows or parts of a remark.
    EntryToLineOf {
        entry: Entry,
        offset: usize,
        doubtful_until: u64,
    },
}
