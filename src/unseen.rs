//! Characters that a reader cannot see: with them two different texts look the same, or a text looks like another one.
//!
//! One table for the terminal, the pages and the rosters. The source is Unicode's property `Default_Ignorable_Code_Point`, with
//! the blanks other than the plain one and the marks of interlinear annotation.

/// A character that shows nothing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// It looks like a blank and is not the plain one. A name with it is not found, but it reads as it is.
    Blank,
    /// It chooses how the character before it is drawn, as in emoji.
    VariationSelector,
    /// It shows nothing, or changes how the text around it is shown.
    Hidden,
}

impl Unseen {
    /// What a character is, where a reader cannot see it. Control characters are no part of this.
    pub(crate) const fn of(c: char) -> Option<Self> {
        Some(match c {
            '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Self::Blank,
            '\u{fe00}'..='\u{fe0f}' => Self::VariationSelector,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' => Self::Hidden,
            _ => return None,
        })
    }
}

/// Whether a character deceives a reader of a terminal or a page: a control character, or one that hides. Blanks and variation
/// selectors stand in honest names.
pub(crate) fn deceives(c: char) -> bool {
    c.is_control() || Unseen::of(c) == Some(Unseen::Hidden)
}

/// Whether a key of a roster may not hold the character: pasted from mail programs and web pages, these are why a name that looks
/// right is not found.
pub(crate) const fn is_invisible(c: char) -> bool {
    Unseen::of(c).is_some()
}

/// The code point, and what it is where it has a name in use.
pub(crate) fn named(c: char) -> String {
    let name = match c {
        '\u{a0}' | '\u{202f}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "a control of writing direction",
        '\u{2060}' => "word joiner",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "byte order mark",
        _ => return format!("U+{:04X}", u32::from(c)),
    };
    format!("U+{:04X} ({name})", u32::from(c))
}

/// The character as an excerpt shows it: one for one, so that a mark under it stays in its place.
pub(crate) fn harmless_in_excerpt(c: char) -> char {
    match c {
        // A blank of its own width, not of the terminal's.
        '\t' => ' ',
        c if c.is_control() || is_invisible(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_known_from_what_is_read() {
        for c in ['\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{a0}', '\u{ad}', '\u{e0041}'] {
            assert!(is_invisible(c), "{}", named(c));
            assert_eq!(harmless_in_excerpt(c), char::REPLACEMENT_CHARACTER);
        }
        for c in ['a', 'ü', '山', ' ', '\'', '#', 'م', '…'] {
            assert!(!is_invisible(c), "{c}");
            assert_eq!(harmless_in_excerpt(c), c);
        }
        for c in ['\u{e0041}', '\u{ad}', '\u{fff9}', '\u{202e}', '\u{1b}'] {
            assert!(deceives(c), "{}", named(c));
        }
        for c in ['\u{a0}', '\u{3000}', '\u{fe0f}', '\u{1f3fd}', 'é', ' '] {
            assert!(!deceives(c), "{}", named(c));
        }
        assert_eq!(named('\u{200b}'), "U+200B (zero width space)");
        assert_eq!(named('\u{1160}'), "U+1160");
    }
}
