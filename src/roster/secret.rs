//! Passwords beside names, where no header says that there are any: `ada@contoso.com:Summer2024!`.

/// Whether a line holds an address with something behind a colon. A wrong `true` only hides an excerpt.
pub(super) fn is_in(line: &[u8]) -> bool {
    // Hardly any line has both signs.
    if !line.contains(&b'@') {
        return false;
    }
    let mut rest = line;
    while let Some(colon) = rest.iter().position(|byte| *byte == b':') {
        let (before, behind) = (&rest[..colon], &rest[colon + 1..]);
        let is_separator =
            |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'|' | b'"' | b'<' | b'>' | b'/');
        let word = before.rsplit(is_separator).next().unwrap_or_default();
        let is_address =
            word.iter().position(|byte| *byte == b'@').is_some_and(|at| at > 0 && word[at..].contains(&b'.'));
        if is_address && behind.first().is_some_and(|byte| !matches!(byte, b'\r' | b'\n')) {
            return true;
        }
        rest = behind;
    }
    is_behind_a_blank(line)
}

/// Whether a word that looks like a password follows an address and a blank.
fn is_behind_a_blank(line: &[u8]) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut rest = line;
    while let Some(at) = rest.iter().position(|byte| *byte == b'@') {
        rest = &rest[at + 1..];
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'|' | b'"');
        let end = rest.iter().position(is_end).unwrap_or(rest.len());
        if rest.get(end).is_some_and(is_blank) {
            let word = rest[end..].trim_ascii_start();
            let word = &word[..word.iter().position(u8::is_ascii_whitespace).unwrap_or(word.len())];
            if std::str::from_utf8(word).is_ok_and(looks_like_one) {
                return true;
            }
        }
    }
    false
}

/// Whether a text looks like a password: one word of letters and digits or signs, neither a name nor a number nor a date.
pub(super) fn looks_like_one(text: &str) -> bool {
    let has = |is: fn(&char) -> bool| text.chars().any(|c| is(&c));
    let sign = |c: &char| c.is_ascii_punctuation() && !matches!(c, '.' | '-' | '_' | '@' | '/' | ':' | ',' | '\'');
    let kinds = [
        has(char::is_ascii_lowercase),
        has(char::is_ascii_uppercase),
        has(char::is_ascii_digit),
        text.chars().any(|c| sign(&c)),
    ];
    let kinds = kinds.into_iter().filter(|kind| *kind).count();
    (6..=64).contains(&text.len()) && kinds >= 3 && !text.contains([' ', '@', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_name_is_found() {
        for line in [
            "ada@contoso.com Summer2024!",
            "ada@contoso.com\tSummer2024!",
            "ada@contoso.com:Summer2024!",
            "x,ada@contoso.com:Sum,mer",
            "https://a.b:ada@contoso.com:pw",
        ] {
            assert!(is_in(line.as_bytes()), "{line}");
        }
        for line in [
            "mailto:ada@contoso.com",
            "ada@contoso.com,12:30:00",
            "ada@contoso.com:",
            "12:30 ada@contoso.com",
            "ada@contoso.com Lovelace",
            "https://x/y",
        ] {
            assert!(!is_in(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn a_word_of_many_kinds_is_a_password() {
        for text in ["Summer2024!", "P4ssword", "xK9#mQ"] {
            assert!(looks_like_one(text), "{text}");
        }
        for text in ["Operations", "2024-11-20", "Ada Lovelace", "a@B.c1", "INC-12345", "HR", "CORP\\Ada1"] {
            assert!(!looks_like_one(text), "{text}");
        }
    }
}
