//! Why an identity cannot be used. No content of a file is ever part of it.

use std::io;
use std::path::PathBuf;

/// Why an identity file cannot be used. No content of the file is ever part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The file cannot be read.
    #[error("the identity file {} cannot be read: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// It is encrypted, and nobody gave the passphrase.
    #[error("the identity file {} is protected by a passphrase, and none was given", .0.display())]
    Locked(PathBuf),
    /// It is encrypted, and the passphrase does not open it.
    #[error("the passphrase does not open the identity file {}", .0.display())]
    WrongPassphrase(PathBuf),
    /// Encrypted to a key, not by a passphrase.
    #[error("{} is an age file, but not an identity protected by a passphrase", .0.display())]
    NotAnIdentity(PathBuf),
    /// Something else than an identity on a line.
    #[error(
        "line {line} of the identity file {} is no age identity (AGE-SECRET-KEY-1…); other identities are whole files: a \
         private key of SSH, or of a certificate in PEM or PFX", .path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A public key where the secret one is needed.
    #[error("line {line} of {} is a recipient (the public half); opening needs the identity, which begins with AGE-SECRET-KEY-1", .path.display())]
    Recipient {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A key that is not in software.
    #[error(
        "line {line} of {} is an identity of a plugin or a hardware key, which only the age program opens: copy what stands \
         behind age: in the cell, then base64 -d | age -d -i {}", .path.display(), .path.display()
    )]
    Plugin {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// Nothing but remarks.
    #[error("the identity file {} has no identity in it", .0.display())]
    Empty(PathBuf),
    /// A certificate without its key.
    #[error("{} holds a certificate only; opening needs the private key that belongs to it", .0.display())]
    NoPrivateKey(PathBuf),
    /// A key that opens nothing that is sealed here.
    #[error(
        "the private key in {} is damaged, or of a kind that is not supported; it takes age, SSH (ed25519, RSA of 2,048 to \
         4,096 bits), RSA (2,048 to 8,192 bits) and EC (P-256, P-384, P-521)", .0.display()
    )]
    Key(PathBuf),
    /// An SSH key that is not usable.
    #[error("the SSH key in {} cannot open anything: {what}", .path.display())]
    Ssh {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        what: &'static str,
    },
    /// PEM encrypted in the way of before PKCS#8.
    #[error("{} is encrypted in an old form; convert it with: openssl pkcs8 -topk8 -in {} -out new-key.pem", .0.display(), .0.display())]
    OldPem(PathBuf),
    /// A PFX file that is beyond what is read here.
    #[error(
        "the PFX file {} cannot be read ({what}); convert it with: openssl pkcs12 -in {} -nocerts -out key.pem (add -legacy \
         if openssl refuses it)", .path.display(), .path.display()
    )]
    Pfx {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        what: String,
    },
}
