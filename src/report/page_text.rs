//! Text from a stranger's file or directory, harmless in HTML and in the JSON inside it.

use std::borrow::Cow;
use std::io::{self, Write};

use maud::{Escaper, Render};
use serde::Serialize;

use crate::words::{clipped, harmless};

/// No cell of a page is longer than this many characters: a page must not grow with what somebody wrote into a field.
pub const MAX_TEXT: usize = 300;

/// A stranger's text, ready for a page: what reverses or hides text is spelled out, and what is too long is cut.
pub fn page_text(text: &str) -> Cow<'_, str> {
    match harmless(text) {
        Cow::Borrowed(text) => clipped(text, MAX_TEXT),
        Cow::Owned(text) => Cow::Owned(clipped(&text, MAX_TEXT).into_owned()),
    }
}

/// A stranger's text in HTML. Its direction is its own and turns nothing around it.
#[derive(Debug, Clone, Copy)]
pub struct PageText<'a>(pub &'a str);

impl Render for PageText<'_> {
    fn render_to(&self, html: &mut String) {
        html.push_str("<bdi>");
        let _ = std::fmt::Write::write_str(&mut Escaper::new(html), &page_text(self.0));
        html.push_str("</bdi>");
    }
}

/// Writes a value as JSON that can stand inside a `script` element: no character in it can end the element, begin a
/// comment, or end a line of a script.
///
/// # Errors
///
/// Whatever serialising or writing fails with.
pub fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(value)?;
    // All of these stand in JSON only inside of strings.
    let special = |c: char| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    let mut rest = json.as_str();
    while let Some(at) = rest.find(special) {
        let (before, from) = rest.split_at(at);
        out.write_all(before.as_bytes())?;
        let c = from.chars().next().unwrap_or_default();
        write!(out, "\\u{:04x}", u32::from(c))?;
        rest = &from[c.len_utf8()..];
    }
    out.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_text_whatever_is_in_it() {
        let name = "<img src=x onerror=alert(1)> \"O'Neil\" & \u{202e}oc";
        let html = html! { td title="x" { (PageText(name)) } }.into_string();
        assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
        assert!(html.contains("&amp; \\u{202e}oc</bdi>"), "{html}");
        assert_eq!(html.matches('<').count(), 4, "{html}");
        assert_eq!(page_text("Ada\u{e0041}\u{ad}\u{fff9}"), "Ada\\u{e0041}\\u{ad}\\u{fff9}");
    }

    #[test]
    fn a_text_that_is_too_long_is_cut() {
        assert_eq!(page_text(&"ж".repeat(1000)).chars().count(), MAX_TEXT);
        assert_eq!(page_text(&"\u{202e}".repeat(1000)).chars().count(), MAX_TEXT);
    }

    proptest! {
        #[test]
        fn json_in_a_script_says_the_same_and_cannot_leave_it(text in "(<|>|&|/|!|-|script|\u{2028}|\u{2029}|\\PC){0,20}") {
            let mut bytes = Vec::new();
            write_json(&mut bytes, &[&text]).unwrap();
            let json = String::from_utf8(bytes).unwrap();
            prop_assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{}", json);
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
        }
    }
}
