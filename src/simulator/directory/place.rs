//! Where a user stands in the directory.

/// Where a user stands in the directory: stable for as long as the simulator runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct UserPlace(u32);

impl UserPlace {
    pub(crate) fn at(position: usize) -> Self {
        Self(u32::try_from(position).unwrap_or(u32::MAX))
    }

    /// The position in lists.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}
