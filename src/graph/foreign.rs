//! Answers that are not Graph's: a proxy's page, a captive portal, a gateway's text. Graph answers in JSON, and its counts
//! in plain text; anything else was written by something between here and there.

use super::echo::SentSecrets;
use super::error_body::without_mark;
use super::outside::OutsideText;
use crate::words::counted;

/// How much of a page is looked at: its first words show whose it is.
const LOOKED_AT: usize = 4 * 1024;
/// The types that are named also where nothing may be quoted.
const KNOWN_TYPES: [&str; 5] = ["text/html", "text/plain", "text/xml", "application/xml", "application/octet-stream"];
/// How many characters of it are shown.
const SHOWN: usize = 100;

/// Says whether a body cannot be Graph's, by the content type that came with it and by how it begins.
pub fn is_foreign(status: u16, content_type: Option<&str>, body: &[u8]) -> bool {
    let body = without_mark(body);
    let kind = content_type.map(media_type);
    let is_json = kind.as_deref().is_none_or(|kind| kind == "application/json" || kind.ends_with("+json"));
    let is_count = (200..300).contains(&status) && kind.as_deref() == Some("text/plain");
    // Graph redirects no call; a captive portal redirects every one.
    let is_redirection = (300..400).contains(&status);
    is_redirection || !body.is_empty() && (!(is_json || is_count) || body.trim_ascii_start().starts_with(b"<"))
}

/// A body that is no error of Graph's, in words.
pub struct Described {
    /// One line.
    pub message: OutsideText,
    /// It came from something between here and Graph.
    pub is_foreign: bool,
}

/// Describes a body that is no error of Graph's, and that came for what carried `sent`: its content type, and its first words
/// where nothing was sent that they may repeat.
pub(crate) fn describe(status: u16, content_type: Option<&str>, body: &[u8], sent: &SentSecrets<'_>) -> Described {
    let body = without_mark(body);
    let Words { message, is_foreign } = words_for(status, content_type, body, sent);
    Described { message: OutsideText::guarded(&message, sent), is_foreign }
}

struct Words {
    message: String,
    is_foreign: bool,
}

fn words_for(status: u16, content_type: Option<&str>, body: &[u8], sent: &SentSecrets<'_>) -> Words {
    let start = &body[..body.len().min(LOOKED_AT)];
    let kept_quiet = !sent.is_none() || sent.are_in(start);
    if (300..400).contains(&status) {
        let message =
            "not Graph but something between here and Graph answered, with a redirection, which is not followed";
        return Words { message: message.to_owned(), is_foreign: true };
    }
    if body.is_empty() || body == b"null" {
        return Words { message: "an answer without a body".to_owned(), is_foreign: false };
    }
    let kind = content_type.map(media_type);
    let is_json =
        kind.as_deref().map_or_else(|| body.trim_ascii_start().starts_with(b"{"), |kind| kind.ends_with("json"));
    if is_json && !body.trim_ascii_start().starts_with(b"<") {
        let message = format!("an answer that cannot be read: {}, and no error of Graph's", bytes(body.len()));
        return Words { message, is_foreign: false };
    }
    let kind = match kind.as_deref() {
        // A type is a text from outside as well.
        Some(kind) if kept_quiet && !KNOWN_TYPES.contains(&kind) => "bytes of another type".to_owned(),
        Some(kind) => plain(kind),
        None => "bytes of no known type".to_owned(),
    };
    let words = if kept_quiet { String::new() } else { first_words(body) };
    let shown = if words.is_empty() { bytes(body.len()) } else { format!("\"{words}\"") };
    let message = format!("not Graph but something between here and Graph answered, with {kind}: {shown}");
    Words { message, is_foreign: true }
}

fn bytes(length: usize) -> String {
    counted(length as u64, "byte", "bytes")
}

/// The type without its parameters, in lower case.
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The first words of a page on one line, without its markup and without anything that could lead a terminal astray.
fn first_words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
    if text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() > 4 {
        // No text at all.
        return String::new();
    }
    let mut shown = String::new();
    let mut rest = &*text;
    while let Some(start) = rest.find('<') {
        shown += &rest[..start];
        shown.push(' ');
        let tag = &rest[start + 1..];
        let lower = tag.get(..6).unwrap_or(tag).to_ascii_lowercase();
        // What stands in these is not for reading.
        let end = if lower.starts_with("style") {
            "</style>"
        } else if lower.starts_with("script") {
            "</script>"
        } else if lower.starts_with("!--") {
            "-->"
        } else {
            ">"
        };
        let found = tag.to_ascii_lowercase().find(end);
        rest = found.map_or("", |found| &tag[found + end.len()..]);
    }
    shown += rest;
    plain(&shown)
}

/// One line of letters, digits and ordinary punctuation.
fn plain(text: &str) -> String {
    let kept: String =
        text.chars().map(|c| if c.is_alphanumeric() || c.is_ascii_graphic() && c != '"' { c } else { ' ' }).collect();
    let mut line = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(SHOWN) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &[u8] = b"<!DOCTYPE html>\n<html><head><title>Web Gateway</title><style>p { color: red }</style>\
        <!-- <b>v7</b> --></head><body><script>alert(1)</script><p>Access \x1b[31m denied \xe2\x80\xae by policy</p>";

    #[test]
    fn graphs_answers_are_graphs() {
        for (status, kind, body) in [
            (200, Some("application/json;odata.metadata=minimal"), &b"{}"[..]),
            (403, Some("Application/JSON; charset=utf-8"), b"{\"error\":{}}"),
            (200, Some("text/plain;charset=utf-8"), b"\xef\xbb\xbf42"),
            (200, None, b"{\"responses\":[]}"),
            (503, Some("text/html"), b""),
            (200, Some("application/problem+json"), b"{}"),
        ] {
            assert!(!is_foreign(status, kind, body), "{kind:?}");
        }
        for (status, kind, body) in [
            (200, Some("text/html"), PAGE),
            (200, None, PAGE),
            (200, Some("application/json"), b"  <html>"),
            (403, Some("text/plain"), b"blocked"),
            (302, None, b""),
            (200, Some("application/octet-stream"), b"{\"responses\":[]}"),
        ] {
            assert!(is_foreign(status, kind, body), "{kind:?}");
        }
    }

    #[test]
    fn a_page_is_known_by_its_type_and_its_first_words() {
        assert_eq!(
            describe(502, Some("text/html; charset=utf-8"), PAGE, &SentSecrets::none()).message.as_str(),
            "not Graph but something between here and Graph answered, with text/html: \"Web Gateway Access [31m denied by \
             policy\""
        );
        assert_eq!(
            describe(502, None, PAGE, &SentSecrets::unknown()).message.to_string(),
            format!(
                "not Graph but something between here and Graph answered, with bytes of no known type: {} bytes",
                PAGE.len()
            )
        );
        assert!(
            describe(502, Some("image/png"), &[0xff; 900], &SentSecrets::none())
                .message
                .as_str()
                .ends_with("with image/png: 900 bytes")
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_is_one_short_line(body in prop::collection::vec(any::<u8>(), 1..600), kind in ".{0,40}") {
            let said = describe(502, Some(&kind), &body, &SentSecrets::none()).message.to_string();
            prop_assert!(said.chars().count() < 320 && !said.chars().any(crate::unseen::deceives), "{said:?}");
        }
    }
}
