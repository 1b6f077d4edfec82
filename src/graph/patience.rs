//! How often a read is tried.

use super::status::StatusClass;
use super::unclear::MAX_UNCLEAR;

/// How often a read is tried before it is given up.
pub(super) const MAX_ATTEMPTS: u32 = 8;
/// How often a read is tried that can be done without: some thirty seconds, in which a fault that passes has passed.
const MAX_OPTIONAL_ATTEMPTS: u32 = 6;
/// How often a read is tried where the same can be had in another way: some seven seconds.
const MAX_ATTEMPTS_OF_TWO_WAYS: u32 = 4;
/// How often the very first call is tried: some thirty seconds, as above.
const MAX_FIRST_ATTEMPTS: u32 = 6;
/// How often the very first call tries a way that was never open: an administrator who mistyped an address wants to know it soon.
const MAX_FIRST_CONTACTS: u32 = 2;

/// How often a call is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Where what answers is Graph, or what stands before it, and may be well again soon.
    pub(super) attempts: u32,
    /// Where there is no way through.
    pub(super) contacts: u32,
    /// How often it is not believed that Graph does not know what it is asked about.
    pub(super) not_known: u8,
}

impl Patience {
    /// For what is always there, and asked for first.
    pub(super) const FIRST: Self =
        Self { attempts: MAX_FIRST_ATTEMPTS, contacts: MAX_FIRST_CONTACTS, not_known: MAX_UNCLEAR };
    pub(super) const LATER: Self = Self { attempts: MAX_ATTEMPTS, contacts: MAX_ATTEMPTS, not_known: 0 };
    /// For what can be done without, where Graph itself does not give it.
    pub(super) const OPTIONAL: Self = Self { attempts: MAX_OPTIONAL_ATTEMPTS, ..Self::LATER };
    /// For what can be had in another way as well.
    pub(super) const OF_TWO_WAYS: Self = Self { attempts: MAX_ATTEMPTS_OF_TWO_WAYS, ..Self::LATER };

    /// The same for what a read found a moment ago.
    pub(super) const fn for_known(self) -> Self {
        Self { not_known: MAX_UNCLEAR, ..self }
    }

    /// For a page that did not come from Graph. With 5xx it may come from Graph's own front door, and passes.
    pub(super) fn with_page(self, status: u16) -> u32 {
        if StatusClass::of(status).is_passing() { self.attempts } else { self.contacts }
    }
}
