//! What reports write in place of names where they do not show who people are.

/// Whether a text stands for a name that is not shown: 32 hexadecimal digits, as the usage reports of Microsoft 365 write them
/// ("Microsoft 365 Reports in the admin center"), or a text that redacts personal data.
pub(super) fn is_concealed(text: &str) -> bool {
    let is_hexadecimal = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hexadecimal && !is_a_random_id(text)) || text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("<PII:"))
}

/// Whether 32 digits are an id without its hyphens: a random one has its version and its variant in their places (RFC 9562, 5.4).
fn is_a_random_id(digits: &str) -> bool {
    let digit = |place| digits.as_bytes().get(place).map(u8::to_ascii_lowercase);
    digit(12) == Some(b'4') && matches!(digit(16), Some(b'8' | b'9' | b'a' | b'b'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_no_name() {
        for text in ["9D8A2F4C11B7E6403C5F7A8890AB12CD", "<PII:H101(6Vf0J)>", "<pii:x"] {
            assert!(is_concealed(text), "{text}");
        }
        for text in [
            "ada@contoso.com", "9D8A2F4C-11B7-E640-3C5F-7A8890AB12CD", "0f6d1c1e6f0e4a558a306a3f0c7d9b11", "Ada", "",
            "ü<PII",
        ] {
            assert!(!is_concealed(text), "{text}");
        }
    }
}
