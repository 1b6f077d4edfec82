//! Where a line stands in a journal, in few bytes.

use std::num::NonZeroU16;

/// Where a line about a row stands in the journal, in bytes: up to 255 terabytes. The first line is about the run, so this is
/// never 0. It takes six bytes, also as an `Option`: a million rows remember three of them each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JournalOffset {
    /// One more than the upper sixteen of the 48 bits.
    high: NonZeroU16,
    low: [u16; 2],
}

impl JournalOffset {
    /// Nothing for the first line, and beyond what fits.
    pub(super) fn new(offset: u64) -> Option<Self> {
        let part = |index: u32| u16::try_from(offset >> (16 * index) & 0xffff).ok();
        let high = u16::try_from(offset >> 32).ok()?.checked_add(1).and_then(NonZeroU16::new)?;
        (offset != 0).then_some(Self { high, low: [part(0)?, part(1)?] })
    }

    pub(super) fn get(self) -> u64 {
        let [first, second] = self.low.map(u64::from);
        u64::from(self.high.get() - 1) << 32 | second << 16 | first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_offset_is_small() {
        assert_eq!((size_of::<JournalOffset>(), size_of::<Option<JournalOffset>>()), (6, 6));
        assert_eq!((JournalOffset::new(0), JournalOffset::new(u64::from(u16::MAX) << 32)), (None, None));
    }

    proptest! {
        #[test]
        fn an_offset_is_what_it_was(offset in 1..(u64::from(u16::MAX) << 32)) {
            prop_assert_eq!(JournalOffset::new(offset).map(JournalOffset::get), Some(offset));
        }
    }
}
