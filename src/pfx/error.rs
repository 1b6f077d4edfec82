//! Why a PFX file does not open.

/// Why a file does not open. Its content is never part of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PfxError {
    /// It is damaged, or written in BER and not in DER.
    Damaged,
    /// The password does not open it.
    WrongPassword,
    /// It is encrypted with a cipher that is not supported: its name.
    Cipher(&'static str),
}
