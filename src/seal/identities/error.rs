//! Why an identity cannot be used.

use std::io;
use std::path::PathBuf;

/// Why an identity file cannot be used. No content of the file is ever part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum IdentityError {
    #[error("the identity file {} cannot be read: {error}", .path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("the identity file {} is protected by a passphrase, and none was given", .0.display())]
    Locked(PathBuf),
    #[error("the passphrase does not open the identity file {}", .0.display())]
    WrongPassphrase(PathBuf),
    /// Encrypted to a key, not by a passphrase.
    #[error("{} is an age file, but not an identity protected by a passphrase", .0.display())]
    NotAnIdentity(PathBuf),
    #[error(
        "line {line} of the identity file {} is not an age identity (AGE-SECRET-KEY-1…); other identities are whole files: a \
         private key of SSH, or of a certificate in PEM or PFX", .path.display()
    )]
    Line {
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    #[error("line {line} of {} is a recipient (the public half); opening needs the identity, which begins with AGE-SECRET-KEY-1", .path.display())]
    Recipient {
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A key that is not in software.
    #[error("line {line} of {} is an identity of a plugin or a hardware key, which only the age program opens", .path.display())]
    Plugin {
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    #[error("the identity file {} has no identity in it", .0.display())]
    Empty(PathBuf),
    #[error("{} holds a certificate only; opening needs the private key that belongs to it", .0.display())]
    NoPrivateKey(PathBuf),
    #[error(
        "the private key in {} is damaged, or of a kind that is not supported; supported are age, SSH (ed25519, RSA of 2,048 to \
         4,096 bits), RSA (2,048 to 8,192 bits) and EC (P-256, P-384, P-521)", .0.display()
    )]
    Key(PathBuf),
    #[error("the SSH key in {} cannot open anything: it is on a security token, which signs but does not decrypt", .0.display())]
    SshOnToken(PathBuf),
    #[error(
        "the SSH key in {} cannot open anything: nothing is sealed to keys of its type; supported are ssh-ed25519 and ssh-rsa",
        .0.display()
    )]
    SshType(PathBuf),
    #[error("the SSH key in {} cannot open anything: its passphrase is kept in an old, weak form", .0.display())]
    OldSshPassphrase(PathBuf),
    #[error("the SSH key in {} cannot open anything: its passphrase is kept by an uncommon cipher", .0.display())]
    UncommonSshCipher(PathBuf),
    /// PEM encrypted in the way of before PKCS#8.
    #[error("{} is encrypted in an old form", .0.display())]
    OldPem(PathBuf),
    #[error("the PFX file {} cannot be read (it is damaged, or in a form that is not DER)", .0.display())]
    DamagedPfx(PathBuf),
    #[error("the PFX file {} cannot be read (it is encrypted with {cipher})", .path.display())]
    PfxCipher { path: PathBuf, cipher: &'static str },
    #[error(
        "the PFX file {} cannot be read (it has no private key in the open part; the key was not exported, or is encrypted \
         twice)", .0.display()
    )]
    PfxWithoutKey(PathBuf),
}
