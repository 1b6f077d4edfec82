//! One column of a list.

/// One column: its place and its name as the header spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedColumn {
    pub(super) index: usize,
    pub(super) name: String,
}

impl NamedColumn {
    /// A column without a name, by its number.
    pub(super) fn numbered(index: usize) -> Self {
        Self { index, name: format!("#{}", index + 1) }
    }
}
