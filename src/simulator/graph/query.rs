//! URLs of requests: their path, their options, and the percent-encoding of both.

use std::borrow::Cow;

use super::errors::ServedError;

/// A request's URL below the version root, split and not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    /// The path without a slash at its beginning or its end.
    pub(crate) path: &'a str,
    /// What follows the question mark.
    pub(crate) query: &'a str,
    /// The length of the whole, without a slash at its beginning.
    pub(crate) length: usize,
}

impl<'a> Url<'a> {
    /// Splits a relative URL. "Combine multiple HTTP requests using JSON batching" shows it with and without a leading
    /// slash; a fragment never reaches a server, so it is cut off here too.
    pub(crate) fn parse(url: &'a str) -> Result<Self, ServedError> {
        if url.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(ServedError::malformed("Invalid URI: characters outside of ASCII and blanks must be encoded."));
        }
        let url = url.split_once('#').map_or(url, |(before, _)| before);
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        let length = url.strip_prefix('/').unwrap_or(url).len();
        // A slash at the end means nothing.
        Ok(Self { path: path.strip_suffix('/').unwrap_or(path), query, length })
    }

    /// The query options, decoded, in order.
    pub(crate) fn options(&self) -> impl Iterator<Item = Result<(Cow<'a, str>, Cow<'a, str>), ServedError>> {
        self.query.split('&').filter(|option| !option.is_empty()).map(|option| {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            Ok((decode(name, Plus::IsBlank)?, decode(value, Plus::IsBlank)?))
        })
    }
}

/// What a plus sign stands for: a blank in a query string ("Use query parameters"), itself in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    IsBlank,
    IsPlus,
}

/// Undoes percent-encoding.
pub(crate) fn decode(text: &str, plus: Plus) -> Result<Cow<'_, str>, ServedError> {
    let special = |byte: u8| byte == b'%' || (byte == b'+' && plus == Plus::IsBlank);
    if !text.bytes().any(special) {
        return Ok(Cow::Borrowed(text));
    }
    let wrong = || ServedError::malformed("Invalid URI: the percent-encoding is not valid.");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16)).ok_or_else(wrong);
                let (high, low) = (digit()?, digit()?);
                // Two hexadecimal digits always fit.
                (high * 16 + low) as u8
            }
            b'+' if plus == Plus::IsBlank => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_is_a_blank_in_queries_and_itself_in_paths() {
        assert_eq!(decode("a+b%2Bc%27", Plus::IsBlank).unwrap(), "a b+c'");
        assert_eq!(decode("a+b%2Bc", Plus::IsPlus).unwrap(), "a+b+c");
        assert_eq!(decode("%C3%A9", Plus::IsPlus).unwrap(), "é");
        for broken in ["%", "%4", "%zz", "%FF"] {
            assert!(decode(broken, Plus::IsBlank).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_raw_hash_cuts_the_url_short() {
        let url = Url::parse("/users/ada_adatum.com#EXT#@contoso.onmicrosoft.com").unwrap();
        assert_eq!(url.path, "users/ada_adatum.com");
        assert!(Url::parse("/users?$filter=id in ('x')").is_err());
        for same in ["users?$top=1", "/users", "/users/", "users/?$top=1"] {
            assert_eq!(Url::parse(same).unwrap().path, "users", "{same}");
        }
    }
}
