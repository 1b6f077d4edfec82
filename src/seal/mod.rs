//! Passwords, and the envelopes that only their recipients can open.
//!
//! A [`Password`] is made from the operating system's randomness, cannot be printed, and is wiped when it is dropped.
//! [`seal()`] encrypts it to all recipients, together with the account that it belongs to: a [`SealedCredential`].
//! [`unseal()`] opens it for that account only, so a sealed credential that was moved to another row does not open there.
//! [`seal_file()`] and [`unseal_file()`] do the same for whole files.
//!
//! # What is inside
//!
//! All age and SSH keys share one envelope, an age file. All certificates share another one, a CMS EnvelopedData. The text is
//! `age:` and the standard base64 of the first, `cms:` and that of the second, or both with `|` between them. The payload of
//! each is one line of JSON,
//!
//! ```json
//! {"sealoff":1,"tenant":"…","object_id":"…","user_principal_name":"…","password":"…"}
//! ```
//!
//! (where it is for the script of Active Directory also `sid` and `list`, the account there and the work list; where the password is
//! a temporary access pass, `sealoff` is 2, and `pass` says from when to when it is good, and whether once),
//! padded with blanks and ended by a line feed to 512 bytes or the next multiple: its length says nothing about the password,
//! and next to nothing about the name. `sealoff` is the version of the payload. It is raised when an older program could
//! misread a newer payload. The stock programs open it too:
//!
//! ```text
//! printf %s "$cell" | tr '|' '\n' | sed -n 's/^age://p' | base64 -d | age -d -i key.txt | jq -r .password
//! printf %s "$cell" | tr '|' '\n' | sed -n 's/^cms://p' | base64 -d > cell.p7m
//! openssl cms -decrypt -inform DER -in cell.p7m -inkey key.pem | jq -r .password
//! ```
//!
//! # How a change is noticed
//!
//! age authenticates what it encrypts. CMS EnvelopedData does not, so that of sealoff carries a code, which `unseal` demands and
//! other programs ignore: see the `cms` module. Both hold the account, so `unseal` also notices an envelope that was moved as a
//! whole. Neither says who sealed it: anyone who knows a recipient can make an envelope with a password of their choice. That
//! password is then not the one in the directory.
//!
//! # What is not wiped
//!
//! The `age` crate keeps the payload in a buffer of its own while it encrypts, and frees that buffer without wiping it. Its
//! reader of SSH private keys does the same with their text. A test searches the memory of a process that has set 200
//! passwords: it usually finds one in a hundred where they were sealed to age keys, and fails above one in four; where they
//! were sealed to certificates, it fails above one in twenty. The key derivation of PKCS#12 copies the password of the file
//! once. A temporary access pass comes in an answer of Graph, which passes through buffers of the TLS and HTTP libraries before it is in
//! one that is wiped. Every other copy made in this room is wiped. What `unseal` prints or writes into letters passes through buffers of the
//! standard library, of `csv` and of `maud`, which are not wiped before that short process ends.
//!
//! # Whole files
//!
//! A packet is a file of sealed credentials that is sealed once more as a whole ([`seal_file`], [`unseal_file`]).
//!
//! # Files of this room
//!
//! | file | what it holds |
//! | --- | --- |
//! | `randomness` | random bytes and numbers |
//! | `alphabet`, `style`, `password`, `phrase` | the characters of passwords, their kinds, and how they are made |
//! | `password_rules` | what Entra refuses of a password that a person chose |
//! | `recipients`, `extension` | the public keys that are sealed to, and the endings of sealed files |
//! | `identities` | the secret keys that open |
//! | `payload` | the content of an envelope |
//! | `cms` | envelopes for certificates |
//! | `envelope`, `credential` | sealing and opening one credential, and its text |
//! | `row_credential` | why there is no credential for a row |
//! | `sealed_file`, `sealed_rows` | sealing and opening whole files, and reading the credentials of a results file |

mod alphabet;
mod cms;
mod credential;
mod envelope;
mod extension;
mod identities;
mod password;
mod password_rules;
mod payload;
mod phrase;
mod randomness;
mod recipients;
mod row_credential;
mod sealed_file;
mod sealed_rows;
mod style;

use crate::{asn1, pem};

pub use credential::{NotSealed, SealedCredential};
pub use envelope::{SealError, UnsealError, seal, seal_for_script, seal_pass, unseal, unseal_pass};
pub use extension::Extension;
pub use identities::{AskPassphrase, Identities, Identity, IdentityError};
pub use password::{Password, PasswordError};
pub use password_rules::PasswordFault;
pub use payload::{Binding, ExpectedAccount, PassTimes, ScriptedPlace};
pub use randomness::{OperatingSystem, Randomness, RandomnessFailed};
pub use recipients::{
    CertificateNote, CertificateProblem, MissingKeyUsage, RecipientDamage, RecipientError, RecipientPlace, Recipients,
    SecretKeyKind, UnsealableKind, is_a_key, recipient_name,
};
pub use row_credential::RowCredentialError;
pub use sealed_file::{SealedFile, seal_file, sealed_file_kind, unseal_any_file, unseal_file};
pub use sealed_rows::{SealedRow, SealedRows, SealedRowsError};
pub use style::{Length, LengthError, PasswordStyle};
