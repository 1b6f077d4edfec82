//! How much a page shows.

/// So many of the refused rows stand on the page as a plain table, for readers whose viewer runs no scripts.
pub(super) const MAX_PLAIN_ROWS: u32 = 500;
