//! The shell of a page with tables: head, style and script.

use maud::{Markup, PreEscaped, html};

use super::head::{END, PageHead, head};

/// What a page looks like.
pub(super) const STYLE: &str = include_str!("assets/page.css");
/// What it can do.
pub(super) const SCRIPT: &str = include_str!("assets/table.js");

/// Everything up to the page's own content.
pub(super) fn opening(title: &str) -> Markup {
    let head_of_page =
        PageHead { title, style: STYLE, script: Some(SCRIPT), color_scheme: "light dark", robots: "noindex" };
    html! {
        (head(head_of_page))
        (PreEscaped("<main>"))
    }
}

/// Everything behind it.
pub(super) fn closing() -> Markup {
    html! {
        (PreEscaped("</main>"))
        script { (PreEscaped(SCRIPT)) }
        (PreEscaped(END))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_style_or_script_ends_its_element_or_reaches_out() {
        for text in [STYLE, SCRIPT] {
            for forbidden in ["</", "<!--", "http:", "https:", "//cdn", "url(", "@import", "innerHTML", "eval("] {
                assert!(!text.contains(forbidden), "{forbidden}");
            }
            assert!(!text.contains('\r'), "a browser reads CR LF as LF, and the hash would be another one");
        }
    }

    /// WCAG 2.2, "relative luminance" and "contrast ratio".
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |hex: &str| {
            let part = |at: usize| {
                let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn every_colour_of_text_can_be_read_on_every_ground() {
        let themes: Vec<&str> = STYLE.split("/* theme */").skip(1).collect();
        assert_eq!(themes.len(), 3, "light, dark, print");
        for theme in themes {
            let theme = theme.split('}').next().unwrap();
            let colour = |name: &str| {
                let (_, rest) = theme.split_once(&format!("--{name}:")).unwrap_or_else(|| panic!("no --{name}"));
                rest.trim_start()[..7].to_owned()
            };
            for ground in ["ground", "card", "sunk"] {
                for ink in ["ink", "muted", "link", "act", "already", "skip", "refuse"] {
                    let ratio = contrast(&colour(ink), &colour(ground));
                    assert!(ratio >= 4.5, "{ink} on {ground}: {ratio:.2}");
                }
            }
        }
    }
}
