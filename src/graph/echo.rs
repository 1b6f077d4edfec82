//! Finds what was sent in confidence in what came back: whole or in part, as it is or encoded.

use std::borrow::Cow;
use std::cell::OnceCell;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::secret_parts::SecretParts;
use super::sought_token::SoughtToken;

/// So many characters in a row of a secret are a part of it. Fewer stand in any text by chance.
const MIN_PART: usize = 6;
/// How many encodings are looked through that lie one in another.
const MAX_LAYERS: u8 = 3;
/// Shorter runs hold no part of a secret in base64.
const MIN_BASE64: usize = 8;

/// What stands in the place of a secret that came back as it was sent.
const INSTEAD: &str = "[password]";
const INSTEAD_OF_TOKEN: &str = "[token]";
/// What stands in the place of words that repeat a part of a secret, or repeat it in another form.
const DROPPED: &str = "[the words repeat what was sent in confidence, and are not kept]";

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// What was sent in confidence, ready to be looked for.
pub(crate) struct SentSecrets<'s> {
    /// Something was.
    any: bool,
    whole: Vec<&'s str>,
    /// Made when they are first looked for: most answers hold no words.
    parts: OnceCell<SecretParts<MIN_PART>>,
    token: Option<&'s SoughtToken>,
}

impl<'s> SentSecrets<'s> {
    /// Nothing was.
    pub(crate) fn none() -> Self {
        Self { any: false, whole: Vec::new(), parts: OnceCell::new(), token: None }
    }

    /// Something was, and it is not known here what: nothing is found, and nothing may be quoted that is not Graph's.
    pub(crate) fn unknown() -> Self {
        Self { any: true, ..Self::none() }
    }

    pub(crate) fn of(secrets: impl Iterator<Item = &'s str>) -> Self {
        let whole: Vec<&str> = secrets.filter(|secret| !secret.is_empty()).collect();
        Self { any: !whole.is_empty(), whole, ..Self::none() }
    }

    /// And something that is not known here: nothing may be quoted that is not Graph's.
    pub(crate) const fn and_unknown(mut self) -> Self {
        self.any = true;
        self
    }

    /// And the token that every call carries. A proxy's page may still be quoted, where it does not repeat it.
    pub(crate) const fn and_token(mut self, token: Option<&'s SoughtToken>) -> Self {
        self.token = token;
        self
    }

    pub(crate) const fn is_none(&self) -> bool {
        !self.any
    }

    /// A text without the secrets that it repeats. Where one stands in it as it was sent, that alone is replaced; where a
    /// part or another form of it does, none of the words are kept.
    pub(crate) fn without(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for secret in &self.whole {
            if text.contains(secret) {
                text = text.replace(secret, INSTEAD).into();
            }
        }
        if let Some(token) = self.token.and_then(SoughtToken::whole).filter(|token| text.contains(token)) {
            text = text.replace(token, INSTEAD_OF_TOKEN).into();
        }
        if self.are_in(text.as_bytes()) { DROPPED.to_owned() } else { text.into_owned() }
    }

    /// Does a text hold a part of a secret, in any of the encodings that servers and proxies use: JSON, HTML, percent,
    /// base64, base64 for addresses, hexadecimal, UTF-16, one in another?
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        !(self.parts().is_empty() && self.token.is_none()) && self.are_below(text, MAX_LAYERS)
    }

    fn parts(&self) -> &SecretParts<MIN_PART> {
        self.parts.get_or_init(|| SecretParts::of(&self.whole))
    }

    fn are_below(&self, text: &[u8], layers: u8) -> bool {
        self.parts().are_in(text)
            || self.token.is_some_and(|token| token.has_part_in(text))
            || layers > 0 && decoded(text).iter().any(|inner| self.are_below(inner, layers - 1))
    }
}

/// Could it be text? What is decoded without being an encoding is not, as a rule.
fn is_legible(bytes: &[u8]) -> bool {
    let mut in_a_row = 0;
    bytes.iter().filter(|&&byte| byte != 0).any(|byte| {
        in_a_row = if byte.is_ascii_graphic() || *byte == b' ' { in_a_row + 1 } else { 0 };
        in_a_row == MIN_PART
    })
}

/// The texts that a text may stand for. What may hold a secret is wiped.
fn decoded(text: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = vec![unescaped(text)];
    // UTF-16 as bytes, and bytes that were taken for UTF-16.
    if text.contains(&0) {
        all.push(Zeroizing::new(text.iter().copied().filter(|&byte| byte != 0).collect()));
    }
    if let Ok(text) = std::str::from_utf8(text)
        && !text.is_ascii()
    {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            all.push(Zeroizing::new(text.encode_utf16().flat_map(to_bytes).filter(|&byte| byte != 0).collect()));
        }
    }
    // Lines of base64 are broken at 64 or 76 characters, also as escapes.
    let whole: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    for text in [text, &whole] {
        for run in text.split(|byte| !is_base64(*byte)).filter(|run| run.len() >= MIN_BASE64) {
            let plain: Vec<u8> = run.iter().map(|&byte| standard(byte)).collect();
            for start in 0..4 {
                let rest = plain.get(start..).unwrap_or_default();
                let quads = &rest[..rest.len() - usize::from(rest.len() % 4 == 1)];
                all.extend(BASE64.decode(quads).ok().map(Zeroizing::new));
            }
            let hex: Vec<u8> = run.to_ascii_lowercase();
            for digits in hex.split(|byte| !byte.is_ascii_hexdigit()).filter(|digits| digits.len() >= 2 * MIN_PART) {
                for start in 0..2 {
                    let bytes = digits[start..].chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1]));
                    all.push(Zeroizing::new(bytes.collect()));
                }
            }
        }
    }
    all.retain(|inner| is_legible(inner) && inner.as_slice() != text);
    all
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

const fn standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    }
}

fn digit(byte: u8) -> u8 {
    char::from(byte).to_digit(16).map_or(0, |digit| digit as u8)
}

/// Percent, JSON and HTML escapes as what they stand for.
fn unescaped(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let (written, used) = match first {
            b'%' => percent(after),
            b'\\' => json(after),
            b'&' => html(after),
            _ => None,
        }
        .unwrap_or((u32::from(first), 0));
        match char::from_u32(written).filter(|_| used > 0) {
            Some(c) if first != b'%' => out.extend(c.to_string().bytes()),
            _ => out.push(written.to_le_bytes()[0]),
        }
        rest = &after[used..];
    }
    out
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

fn percent(after: &[u8]) -> Option<(u32, usize)> {
    Some((number(after.get(..2)?, 16)?, 2))
}

fn json(after: &[u8]) -> Option<(u32, usize)> {
    match after.first()? {
        b'u' => Some((number(after.get(1..5)?, 16)?, 5)),
        b'x' => Some((number(after.get(1..3)?, 16)?, 3)),
        &byte @ (b'"' | b'\\' | b'/' | b'\'') => Some((byte.into(), 1)),
        _ => None,
    }
}

fn html(after: &[u8]) -> Option<(u32, usize)> {
    let end = after.iter().take(10).position(|byte| *byte == b';')?;
    let name = &after[..end];
    let c = match name {
        b"amp" => b'&'.into(),
        b"lt" => b'<'.into(),
        b"gt" => b'>'.into(),
        b"quot" => b'"'.into(),
        b"apos" => b'\''.into(),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((c, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    const SECRET: &str = "u7KxR-4h&Wd-z<9Qf-T#2mB";

    fn sent() -> SentSecrets<'static> {
        SentSecrets::of([SECRET, ""].into_iter())
    }

    fn is_found(text: impl AsRef<[u8]>) -> bool {
        sent().are_in(text.as_ref())
    }

    fn percent_encoded(text: &[u8]) -> String {
        text.iter().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16_other: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let taken_for_utf16 = String::from_utf16_lossy(
            &SECRET.as_bytes().chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect::<Vec<_>>(),
        );
        for form in [
            SECRET.to_owned(),
            SECRET.to_uppercase(),
            SECRET.replace('&', "&amp;").replace('<', "&lt;"),
            SECRET.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
            SECRET.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect(),
            SECRET.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
            percent_encoded(SECRET.as_bytes()),
            percent_encoded(percent_encoded(SECRET.as_bytes()).as_bytes()),
            SECRET.bytes().map(|byte| format!("{byte:02X}")).collect(),
            STANDARD.encode(&utf16),
            STANDARD.encode(&utf16_other),
            STANDARD.encode(STANDARD.encode(SECRET)),
            percent_encoded(STANDARD.encode(SECRET).as_bytes()),
            String::from_utf8(utf16).unwrap(),
            taken_for_utf16,
        ] {
            for text in [form.clone(), format!("{{\"newPassword\":\"{form}\"}}"), format!("refused: {form}, see there")]
            {
                assert!(is_found(&text), "{text:?}");
                assert!(!sent().without(&text).contains("KxR-4h"));
            }
        }
        assert!(!is_found("The specified password does not comply with password complexity requirements."));
        assert!(!is_found(
            "request-id 236352d0-70af-43ed-bd22-f410a9d4328b, \u{e9}\u{4e2d} %zz \\q &nope; AAAAAAAAAAAA"
        ));
    }

    #[test]
    fn what_came_back_as_it_was_is_replaced_and_the_words_around_it_stay() {
        assert_eq!(sent().without(&format!("what is {SECRET}?")), "what is [password]?");
        assert_eq!(sent().without(&format!("what is {}", &SECRET[..7])), DROPPED);
        assert_eq!(sent().without("no"), "no");
    }

    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJvaWQiOiIyMzYzNTJkMCJ9.c2lnbmF0dXJlLW9mLWl0";

    #[test]
    fn a_token_is_found_like_a_password_and_a_page_without_it_may_be_quoted() {
        let token = SoughtToken::new(TOKEN.into());
        let sent = SentSecrets::none().and_token(Some(&token));
        assert!(sent.is_none());
        assert_eq!(
            sent.without(&format!("Authorization: Bearer {TOKEN} is not known")),
            "Authorization: Bearer [token] is not known"
        );
        for form in
            [TOKEN[3..19].to_owned(), STANDARD.encode(TOKEN), percent_encoded(TOKEN.as_bytes()), TOKEN.to_lowercase()]
        {
            assert_eq!(sent.without(&format!("no: {form}")), DROPPED, "{form}");
        }
        assert_eq!(sent.without("Access denied by policy eyJhbGciOi"), "Access denied by policy eyJhbGciOi");
        let short = SoughtToken::new("token-1".into());
        let sent = SentSecrets::none().and_token(Some(&short));
        assert_eq!(sent.without("token-1"), "token-1", "nothing real is so short");
    }

    proptest! {
        #[test]
        fn base64_is_found_at_every_offset_and_when_it_is_cut(before in "[ -~]{0,7}", after in "[ -~]{0,5}", kept in 8..23_usize) {
            for text in [format!("{before}{SECRET}{after}"), format!("{before}{}", &SECRET[..kept])] {
                for form in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                    prop_assert!(is_found(&form), "{}", form);
                    prop_assert!(is_found(format!("abc{form}")), "{}", form);
                }
            }
        }

        #[test]
        fn no_text_brings_the_search_down(text in prop::collection::vec(any::<u8>(), 0..300)) {
            is_found(text);
        }
    }
}
