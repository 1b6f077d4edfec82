//! Percent-encoding for queries and forms.

use std::fmt;

/// A text that is displayed with all but the unreserved characters of RFC 3986 encoded, so that an apostrophe, a `#` in a
/// guest's name and a `+` in an address all arrive as they are ("Use query parameters").
pub(crate) struct PercentEncoded<'a>(pub(crate) &'a str);

impl fmt::Display for PercentEncoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.0.bytes().try_for_each(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => f.write_char(char::from(byte)),
            _ => write!(f, "%{byte:02X}"),
        })
    }
}

/// `PercentEncoded` as text.
pub fn encode_query(text: &str) -> String {
    PercentEncoded(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_value_arrives_as_it_was() {
        assert_eq!(encode_query("o''neil+x#EXT#&y z@é"), "o%27%27neil%2Bx%23EXT%23%26y%20z%40%C3%A9");
    }
}
