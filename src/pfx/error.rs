//! Why a PFX file does not open.

/// Why a file does not open. No content of it is ever part of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PfxError {
    /// It is damaged, or written in BER and not in DER.
    Damaged,
    /// The password does not open it.
    WrongPassword,
    /// It is encrypted with something that cannot be opened here: the name of the cipher.
    Cipher(&'static str),
}
