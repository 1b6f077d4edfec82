//! Percent-encoding for queries and forms.

use std::fmt::Write as _;

/// Encodes all but the unreserved characters of RFC 3986, so that an apostrophe, a `#` in a guest's name and a `+` in an
/// address all arrive as they are ("Use query parameters").
#[must_use]
pub fn encode_query(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_value_arrives_as_it_was() {
        assert_eq!(encode_query("o''neil+x#EXT#&y z@é"), "o%27%27neil%2Bx%23EXT%23%26y%20z%40%C3%A9");
    }
}
