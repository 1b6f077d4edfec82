//! The characters of passwords.
//!
//! No look-alikes (0 O 1 l I |), and no sign that a spreadsheet, a shell's quoting or a CSV file gives a meaning to
//! (" , ; ' \ ` = + @). The hyphen stands between groups only, so that a password can be read out in four breaths.

pub(super) const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
pub(super) const LOWER: &[u8] = b"abcdefghijkmnopqrstuvwxyz";
pub(super) const DIGITS: &[u8] = b"23456789";
pub(super) const SYMBOLS: &[u8] = b"!#%*:?/~";
pub(super) const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
pub(super) const ALL: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%*:?/~";
