//! Who is to open the new passwords.

use crate::plan::handoff::{HandoffKeys, HandoffKeysError};
use crate::seal::{RecipientError, Recipients};

/// Who is to open the new passwords, as the command line says it.
#[derive(Debug, Default)]
pub struct NewPasswords {
    /// Keys for everybody's, or for those of rows that name nobody.
    pub sealed_to: Option<Result<Recipients, RecipientError>>,
    /// Keys for each handoff name, with the file's name.
    pub handed_over: Option<(String, Result<HandoffKeys, HandoffKeysError>)>,
    /// Nobody.
    pub discarded: bool,
}
