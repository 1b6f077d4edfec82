//! How a request names a user.

use uuid::Uuid;

/// How a request names a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UserKey {
    /// By object id.
    Id(Uuid),
    /// By UPN, in lower case.
    Name(String),
}

impl UserKey {
    /// Reads the key of a URL, percent-decoded already.
    pub(crate) fn parse(text: &str) -> Self {
        // `uuid` takes more forms than Graph does; only the hyphenated one is an id.
        match Uuid::try_parse(text) {
            Ok(id) if text.len() == 36 => Self::Id(id),
            _ => Self::Name(text.to_lowercase()),
        }
    }
}
