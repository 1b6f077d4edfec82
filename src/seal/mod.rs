//! Passwords, and the envelopes that only their recipients can open.
//!
//! A [`Password`] is made from the operating system's randomness, cannot be printed, and is wiped when it is dropped.
//! [`seal()`] turns it into a [`SealedCredential`]: an age file, encrypted to every recipient at once, in which the password
//! stands together with the account it belongs to. [`unseal()`] opens it for that account and for no other, so a sealed
//! credential that was moved to another row does not open there.
//!
//! # What is inside
//!
//! The text is `age:` and the standard base64 of a binary age file. Its payload is one line of JSON,
//!
//! ```json
//! {"sealoff":1,"tenant":"…","object_id":"…","user_principal_name":"…","password":"…"}
//! ```
//!
//! padded with blanks and ended by a line feed, so that it is 512 bytes long or the next multiple: its length tells
//! nothing about the password, and next to nothing about the name. `sealoff` is the version of the payload; it is raised
//! when an older program could misread a newer payload. The stock `age` program opens it too:
//!
//! ```text
//! printf %s "$cell" | cut -d: -f2 | base64 -d | age -d -i key.txt | jq -r .password
//! ```
//!
//! # What is not wiped
//!
//! The `age` crate keeps the payload in a buffer of its own while it encrypts, and frees that buffer without wiping it.
//! Every other copy made in this room is wiped.

mod asn1;
mod cms;
mod credential;
mod envelope;
mod identities;
mod password;
mod payload;
mod pem;
mod randomness;
mod recipients;
mod sealed_file;
mod sealed_rows;

pub use credential::{NotSealed, SealedCredential};
pub use envelope::{SealError, UnsealError, seal, seal_many, unseal};
pub use identities::{AskPassphrase, Identities, Identity, IdentityError};
pub use password::{Password, PasswordError};
pub use payload::{Binding, Expected};
pub use randomness::{OperatingSystem, Randomness, RandomnessFailed};
pub use recipients::{CertificateProblem, Place, RecipientError, Recipients, recipient_name};
pub use sealed_file::{Extension, SealedFile, seal_file, sealed_file_kind, unseal_file};
pub use sealed_rows::{SealedRow, SealedRows, SealedRowsError};
