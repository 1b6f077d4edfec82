//! Answers that are not Graph's: a proxy's page, a captive portal, a gateway's text. Graph answers in JSON, and its counts
//! in plain text; anything else was written by something between here and there.

/// How much of a page is looked at: its first words show whose it is.
const LOOKED_AT: usize = 4 * 1024;
/// How many characters of it are shown.
const SHOWN: usize = 100;

/// Says whether a body cannot be Graph's, by the content type that came with it and by how it begins.
#[must_use]
pub fn is_foreign(status: u16, content_type: Option<&str>, body: &[u8]) -> bool {
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
    pub message: String,
    /// It came from something between here and Graph.
    pub is_foreign: bool,
}

/// Describes a body that is no error of Graph's: its content type, and its first words unless they have to be
/// `kept_quiet`, because the sender may have repeated a secret that it was sent.
#[must_use]
pub fn describe(content_type: Option<&str>, body: &[u8], kept_quiet: bool) -> Described {
    if body.is_empty() {
        return Described { message: "an answer without a body".to_owned(), is_foreign: false };
    }
    let is_json = content_type.is_some_and(|kind| media_type(kind).ends_with("json"));
    if is_json && !body.trim_ascii_start().starts_with(b"<") {
        let message = format!("an answer that cannot be read: {} bytes that are not whole JSON", body.len());
        return Described { message, is_foreign: false };
    }
    let kind = content_type.map_or_else(|| "bytes of no known type".to_owned(), |kind| plain(&media_type(kind)));
    let words = if kept_quiet { String::new() } else { first_words(body) };
    let shown = if words.is_empty() { format!("{} bytes", body.len()) } else { format!("\"{words}\"") };
    let message = format!("not Graph but something between here and Graph answered, with {kind}: {shown}");
    Described { message, is_foreign: true }
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
            describe(Some("text/html; charset=utf-8"), PAGE, false).message,
            "not Graph but something between here and Graph answered, with text/html: \"Web Gateway Access [31m denied by \
             policy\""
        );
        assert_eq!(
            describe(None, PAGE, true).message,
            format!(
                "not Graph but something between here and Graph answered, with bytes of no known type: {} bytes",
                PAGE.len()
            )
        );
        assert!(describe(Some("image/png"), &[0xff; 900], false).message.ends_with("with image/png: 900 bytes"));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_one_short_line(body in prop::collection::vec(any::<u8>(), 1..600), kind in ".{0,40}") {
            let said = describe(Some(&kind), &body, false).message;
            prop_assert!(said.chars().count() < 320 && !said.chars().any(char::is_control), "{said:?}");
        }
    }
}
