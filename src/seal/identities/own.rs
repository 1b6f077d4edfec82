//! New identities.

use std::fmt::Write;

use age::secrecy::ExposeSecret;
use age::x25519;
use secrecy::SecretString;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::super::envelope::SealError;
use super::super::recipients::Recipients;

/// A new key pair of a recipient. It cannot be printed; [`Identity::file_text`] is for the file it is kept in.
pub struct Identity(pub(super) x25519::Identity);

impl Identity {
    /// Makes a new identity from the operating system's randomness.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// The public half, for the person who seals.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// The public half as something to seal to.
    pub fn recipients(&self) -> Recipients {
        Recipients::from(self.0.to_public())
    }

    /// [`Identity::file_text`], encrypted by a passphrase and armored, as `age -p -a` writes it. It takes a second or two: a
    /// passphrase must be slow to try.
    pub fn protected_file_text(&self, passphrase: SecretString) -> Result<String, SealError> {
        let recipient = age::scrypt::Recipient::new(passphrase);
        age::encrypt_and_armor(&recipient, self.file_text().as_bytes()).map_err(|error| SealError::of(&error))
    }

    /// The text of an identity file, in the form that `age-keygen` writes and the stock `age` program reads.
    pub fn file_text(&self) -> Zeroizing<String> {
        let created = OffsetDateTime::now_utc();
        let created = created.replace_nanosecond(0).unwrap_or(created).format(&Rfc3339).unwrap_or_default();
        let secret = self.0.to_string();
        // Room for all of it: growing would leave copies of the key behind.
        let mut text = Zeroizing::new(String::with_capacity(512));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "# created: {created}\n# public key: {}\n{}", self.recipient(), secret.expose_secret());
        text
    }
}
