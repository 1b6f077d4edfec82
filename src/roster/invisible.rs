//! Characters that nobody sees: in a name they make two different texts look the same.

/// Whether a character shows nothing, or changes how the text around it is shown, and is no plain blank or control
/// character. Pasted from mail programs and web pages, these are why a name that looks right is not found.
pub(super) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{a0}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{1680}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{3000}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The code point, and what it is where it has a name that people may have heard.
pub(super) fn named(c: char) -> String {
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
pub(super) fn harmless(c: char) -> char {
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
    fn what_hides_is_told_from_what_is_read() {
        for c in ['\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{a0}', '\u{ad}', '\u{e0041}'] {
            assert!(is_invisible(c), "{}", named(c));
            assert_eq!(harmless(c), char::REPLACEMENT_CHARACTER);
        }
        for c in ['a', 'ü', '山', ' ', '\'', '#', 'م', '…'] {
            assert!(!is_invisible(c), "{c}");
            assert_eq!(harmless(c), c);
        }
        assert_eq!(named('\u{200b}'), "U+200B (zero width space)");
        assert_eq!(named('\u{1160}'), "U+1160");
    }
}
