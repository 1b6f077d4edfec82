//! The characters of passwords.
//!
//! There are no look-alikes (0 O 1 l I |), and no signs that have a meaning in a spreadsheet, in a quoted text of a shell or in
//! a CSV file (" , ; ' \ ` = + @). The hyphen only stands between groups, so that a password can be read out in four parts.

pub(super) const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
pub(super) const LOWER: &[u8] = b"abcdefghijkmnopqrstuvwxyz";
pub(super) const DIGITS: &[u8] = b"23456789";
pub(super) const SYMBOLS: &[u8] = b"!#%*:?/~";
pub(super) const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
pub(super) const ALL: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%*:?/~";
