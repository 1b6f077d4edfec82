//! Which keys open the new passwords.

use crate::plan::handoff::{HandoffKeys, HandoffKeysError};
use crate::seal::{RecipientError, Recipients};

/// Which keys open the new passwords, as the command line names them.
#[derive(Debug, Default)]
pub struct NewPasswords {
    /// Keys for all of them, or for those of rows without a handoff name.
    pub sealed_to: Option<Result<Recipients, RecipientError>>,
    /// Keys for each handoff name, with the file's name.
    pub handed_over: Option<(String, Result<HandoffKeys, HandoffKeysError>)>,
    /// The keys of those who run Active Directory, where any are named.
    pub active_directory: Option<Result<Recipients, RecipientError>>,
    /// None: the passwords are thrown away.
    pub discarded: bool,
}
