//! Passwords, and the envelopes that only their recipients can open.
//!
//! A [`Password`] is made from the operating system's randomness, cannot be printed, and is wiped when it is dropped.
//! [`seal()`] turns it into a [`SealedCredential`], encrypted to every recipient at once, in which the password stands
//! together with the account it belongs to. [`unseal()`] opens it for that account and for no other, so a sealed
//! credential that was moved to another row does not open there. [`seal_file()`] and [`unseal_file()`] do the same for
//! whole files.
//!
//! # What is inside
//!
//! All age and SSH keys share one envelope, an age file; all certificates share another, a CMS EnvelopedData. The text is
//! `age:` and the standard base64 of the one, `cms:` and that of the other, or both with `|` between them. The payload of
//! either is one line of JSON,
//!
//! ```json
//! {"sealoff":1,"tenant":"…","object_id":"…","user_principal_name":"…","password":"…"}
//! ```
//!
//! padded with blanks and ended by a line feed, so that it is 512 bytes long or the next multiple: its length tells
//! nothing about the password, and next to nothing about the name. `sealoff` is the version of the payload; it is raised
//! when an older program could misread a newer payload. The stock programs open it too:
//!
//! ```text
//! printf %s "$cell" | tr '|' '\n' | sed -n 's/^age://p' | base64 -d | age -d -i key.txt | jq -r .password
//! printf %s "$cell" | tr '|' '\n' | sed -n 's/^cms://p' | base64 -d > cell.p7m
//! openssl cms -decrypt -inform DER -in cell.p7m -inkey key.pem | jq -r .password
//! ```
//!
//! # How a change is noticed
//!
//! age authenticates what it encrypts. CMS EnvelopedData does not; ours carries a code of its own, which `unseal` demands and
//! other programs pass over: see the `cms` module. In both, the account stands inside, so moving a whole envelope is noticed
//! as well. Neither says who sealed: anybody who knows a recipient can make an envelope with a password of their own
//! choice, which then is not the one the directory holds.
//!
//! # What is not wiped
//!
//! A test looks for the passwords of a run in the memory of its process, and finds one in a hundred: the `age` crate keeps the
//! payload in a buffer of its own while it encrypts, and frees that buffer without wiping it; so does its reader of SSH
//! private keys with their text. The parser of PKCS#12's key derivation copies the password once. Every other copy made in
//! this room is wiped. What `unseal` prints or writes into letters goes through buffers of the standard library, of `csv` and
//! of `maud`, which are not wiped before that short process ends.
//!
//! # Whole files
//!
//! A packet is a file of sealed credentials that is sealed once more as a whole ([`seal_file`], [`unseal_file`]).

mod alphabet;
mod cms;
mod credential;
mod envelope;
mod extension;
mod identities;
mod password;
mod payload;
mod phrase;
mod randomness;
mod recipients;
mod sealed_file;
mod sealed_rows;
mod style;

use crate::{asn1, pem};

pub use credential::{NotSealed, SealedCredential};
pub use envelope::{SealError, UnsealError, seal, seal_many, unseal};
pub use extension::Extension;
pub use identities::{AskPassphrase, Identities, Identity, IdentityError};
pub use password::{Password, PasswordError};
pub use payload::{Binding, ExpectedAccount};
pub use randomness::{OperatingSystem, Randomness, RandomnessFailed};
pub use recipients::{CertificateProblem, RecipientError, RecipientPlace, Recipients, recipient_name};
pub use sealed_file::{SealedFile, seal_file, sealed_file_kind, unseal_file};
pub use sealed_rows::{SealedRow, SealedRows, SealedRowsError};
pub use style::{Length, LengthError, PasswordStyle};
