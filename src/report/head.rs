//! The head of a page, the same for all of them: title, style, and a policy that lets in nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use crate::digest::Digest;

/// What the heads of pages differ by.
pub(super) struct PageHead<'a, T: Render> {
    pub(super) title: T,
    pub(super) style: &'a str,
    /// The script that stands at the end of the page.
    pub(super) script: Option<&'a str>,
    /// `light`, or `light dark` where the style has both.
    pub(super) color_scheme: &'a str,
    /// What no search engine may do with it.
    pub(super) robots: &'a str,
}

/// Everything from the first byte up to the page's body, which it begins.
pub(super) fn head<T: Render>(head: PageHead<'_, T>) -> Markup {
    let PageHead { title, style, script, color_scheme, robots } = head;
    html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            // Before anything that it governs.
            meta http-equiv="Content-Security-Policy" content=(policy(style, script));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content=(color_scheme);
            meta name="referrer" content="no-referrer";
            meta name="robots" content=(robots);
            title { (title) }
            style { (PreEscaped(style)) }
        }
        (PreEscaped("<body>"))
    }
}

/// Everything behind the body's content, after a script where there is one.
pub const END: &str = "</body></html>\n";

/// The policy of a page with this style and this script: these two, and nothing else from anywhere.
///
/// Content Security Policy Level 3, section 2.3.1: a hash source is `sha256-` and the base64 of the digest of the
/// element's text.
pub(super) fn policy(style: &str, script: Option<&str>) -> String {
    let hash = |text: &str| STANDARD.encode(Digest::of(text.as_bytes()).bytes());
    let script = script.map(|script| format!("; script-src 'sha256-{}'", hash(script))).unwrap_or_default();
    format!("default-src 'none'; style-src 'sha256-{}'{script}; base-uri 'none'; form-action 'none'", hash(style))
}
