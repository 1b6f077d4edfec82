//! Why there is no credential for a row.

use super::envelope::SealError;
use super::password::PasswordError;
use crate::ids::RowNumber;

/// Why there is no credential for a row whose keys are known.
#[derive(Debug, thiserror::Error)]
pub enum RowCredentialError {
    /// No password could be generated.
    #[error("no password could be generated for row {row}: {source}")]
    Password {
        /// The entry.
        row: RowNumber,
        /// Why.
        source: PasswordError,
    },
    /// It could not be sealed.
    #[error("the credential of row {row} could not be sealed: {source}")]
    Seal {
        /// The entry.
        row: RowNumber,
        /// Why.
        source: SealError,
    },
}
