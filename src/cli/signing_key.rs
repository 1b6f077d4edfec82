//! The private key that a person signs with, and its passphrase.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use secrecy::SecretString;

use super::exit::Failure;
use super::words::quoted;
use crate::signing::{SigningError, SigningKey};

/// Reads the key, and asks for its passphrase where it has one.
///
/// # Errors
///
/// There is no such key, or its passphrase is wrong or cannot be asked for.
pub(super) fn read(path: &Path) -> Result<SigningKey, Failure> {
    enum NoKey {
        Signing(SigningError),
        Ended(Failure),
    }
    impl From<SigningError> for NoKey {
        fn from(error: SigningError) -> Self {
            Self::Signing(error)
        }
    }
    let ask = || {
        if !io::stdin().is_terminal() {
            let what = format!("{} is protected by a passphrase, and there is no terminal to ask for it", quoted(path));
            return Err(NoKey::Ended(
                Failure::refused(what)
                    .with_next("Run it at a terminal, or sign with ssh-keygen -Y sign, which uses the agent."),
            ));
        }
        let typed = rpassword::prompt_password(format!("Passphrase of {}: ", quoted(path)));
        typed.map(SecretString::from).map_err(|error| NoKey::Ended(Failure::refused(error)))
    };
    SigningKey::read(path, ask).map_err(|error| match error {
        NoKey::Signing(error @ SigningError::NoKey { .. }) => {
            Failure::usage(error).with_command("Make one with", "ssh-keygen -t ed25519")
        }
        NoKey::Signing(error) => Failure::usage(error),
        NoKey::Ended(failure) => failure,
    })
}
