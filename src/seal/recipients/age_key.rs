//! A public key to which age encrypts.

use std::fmt;

use age::{ssh, tag, tagpq, x25519};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::digest::Digest;
use crate::words::harmless;

/// A recipient of one of age's kinds.
#[derive(Clone)]
pub(in super::super) enum AgeKey {
    X25519(x25519::Recipient),
    /// On a hardware key (P-256).
    Tag(Box<tag::Recipient>),
    /// On a hardware key, and safe from quantum computers (ML-KEM-768 and P-256).
    TagPq(Box<tagpq::Recipient>),
    Ssh {
        key: Box<ssh::Recipient>,
        /// Who it belongs to, as its file says.
        comment: String,
    },
}

impl AgeKey {
    /// Reads a public key of SSH: its type, the key, and a comment that may be missing.
    pub(super) fn of_ssh(text: &str) -> Result<Self, ssh::ParseRecipientKeyError> {
        let mut words = text.split_ascii_whitespace();
        let key = format!("{} {}", words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let key = key.parse()?;
        Ok(Self::Ssh { key: Box::new(key), comment: words.collect::<Vec<_>>().join(" ") })
    }

    pub(in super::super) fn as_recipient(&self) -> &dyn age::Recipient {
        match self {
            Self::X25519(key) => key,
            Self::Tag(key) => &**key,
            Self::TagPq(key) => &**key,
            Self::Ssh { key, .. } => &**key,
        }
    }

    /// Whether it may only share an envelope with its like: age does not let one key weaken another.
    pub(super) fn is_post_quantum(&self) -> bool {
        matches!(self, Self::TagPq(_))
    }

    /// The key without its comment. Two recipients are equal if it is.
    fn public_key(&self) -> String {
        match self {
            Self::X25519(key) => key.to_string(),
            Self::Tag(key) => key.to_string(),
            Self::TagPq(key) => key.to_string(),
            Self::Ssh { key, .. } => key.to_string(),
        }
    }

    /// The text that [`super::Recipients::parse`] reads.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Ssh { comment, .. } if !comment.is_empty() => format!("{} {comment}", self.public_key()),
            _ => self.public_key(),
        }
    }
}

impl PartialEq for AgeKey {
    fn eq(&self, other: &Self) -> bool {
        self.public_key() == other.public_key()
    }
}

impl Eq for AgeKey {}

/// For a person: SSH keys by their fingerprint, as `ssh-keygen -l` shows it; others as they are.
impl fmt::Display for AgeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Ssh { key, comment } = self else { return f.write_str(&self.public_key()) };
        let (kind, blob) = match &**key {
            ssh::Recipient::SshRsa(blob, _) => ("ssh-rsa", blob),
            ssh::Recipient::SshEd25519(blob, _) => ("ssh-ed25519", blob),
        };
        write!(f, "{kind} SHA256:{}", STANDARD_NO_PAD.encode(Digest::of(blob).bytes()))?;
        if comment.is_empty() { Ok(()) } else { write!(f, " ({})", harmless(comment)) }
    }
}
