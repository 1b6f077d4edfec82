//! Passwords beside names, where no header says that there are any: `ada@contoso.com:Summer2024!`.

/// Whether a line holds an address with something behind a colon, or a short name with what looks like a password behind a sign. A
/// wrong `true` only hides an excerpt.
pub(super) fn is_in(line: &[u8]) -> bool {
    if !line.contains(&b'@') {
        return is_behind_a_short_name(line);
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
    is_behind_a_blank(line) || is_behind_any_sign(line)
}

/// `ada@contoso.com^Summer2024!`, `ada@contoso.com -> Summer2024!`: whichever sign a leaked list was written with. What is glued to an
/// address and is no second one is hidden unless it is letters alone, what follows a blank where it looks like a password.
fn is_behind_any_sign(line: &[u8]) -> bool {
    let is_of_a_domain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let is_end = |byte: &u8| matches!(byte, b',' | b';' | b'|' | b'\t' | b'\r' | b'\n');
    line.iter().enumerate().filter(|(_, byte)| **byte == b'@').any(|(at, _)| {
        let rest = &line[at + 1..];
        let rest = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
        let (domain, behind) = rest.split_at(rest.iter().position(|byte| !is_of_a_domain(byte)).unwrap_or(rest.len()));
        let behind = String::from_utf8_lossy(behind);
        let is_glued = !behind.starts_with(char::is_whitespace);
        domain.contains(&b'.')
            && behind.split_whitespace().enumerate().any(|(nth, word)| {
                let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
                let is_more = nth == 0 && is_glued && !bare.chars().all(char::is_alphabetic) && !is_an_address(bare);
                is_more || looks_like_one(word.trim_start_matches(|c: char| !c.is_alphanumeric()))
            })
    })
}

/// Whether a text that has an `@` is an address: `P@ssw0rd` is none.
fn is_an_address(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'))
}

/// `ada.lovelace:Summer2024!`
fn is_behind_a_short_name(line: &[u8]) -> bool {
    let is_sign = |byte: &u8| matches!(byte, b':' | b';' | b'|' | b'\t');
    let mut words = line.split(|byte| is_sign(byte) || matches!(byte, b'\r' | b'\n' | b'"'));
    let is_a_name =
        words.next().is_some_and(|name| !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic()));
    is_a_name && words.any(|word| std::str::from_utf8(word).is_ok_and(looks_like_one))
}

/// The same for a list of one column, in which a semicolon or a `|` divides no cells: whatever stands behind it and is no address
/// and no name may be a password.
pub(super) fn is_behind_a_sign(line: &[u8]) -> bool {
    words_behind_addresses(line, |byte| matches!(byte, b';' | b'|'))
        .any(|word| !word.iter().all(u8::is_ascii_alphabetic) && !is_an_address(&String::from_utf8_lossy(word)))
}

/// Whether a word that looks like a password follows an address and a blank, a semicolon or a `|`.
fn is_behind_a_blank(line: &[u8]) -> bool {
    let mut words = words_behind_addresses(line, |byte| matches!(byte, b' ' | b'\t' | b';' | b'|'));
    words.any(|word| std::str::from_utf8(word).is_ok_and(looks_like_one))
}

/// The words that follow an address and such a sign.
fn words_behind_addresses(line: &[u8], is_sign: impl Fn(&u8) -> bool) -> impl Iterator<Item = &[u8]> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'|' | b'"');
    line.iter().enumerate().filter(|(_, byte)| **byte == b'@').filter_map(move |(at, _)| {
        let rest = &line[at + 1..];
        let end = rest.iter().position(is_end)?;
        let behind = rest.get(end).filter(|byte| is_sign(byte)).map(|_| rest[end + 1..].trim_ascii_start())?;
        Some(&behind[..behind.iter().position(is_end).unwrap_or(behind.len())])
    })
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
    (6..=64).contains(&text.len()) && kinds >= 3 && !text.contains([' ', '\\']) && !is_an_address(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_name_is_found() {
        for line in [
            "ada@contoso.com Summer2024!", "ada@contoso.com\tSummer2024!", "ada@contoso.com:Summer2024!",
            "x,ada@contoso.com:Sum,mer", "ada.lovelace:Summer2024!", "CORP\\ada;Winter23!",
            "https://a.b:ada@contoso.com:pw", "ada@contoso.com;Summer24!", "ada@contoso.com|Summer24",
            "ada@contoso.com@Summer24!", "ada@contoso.com^winter23", "ada@contoso.com·P@ssw0rd",
            "ada@contoso.com_Summer24!", "ada@contoso.com -> Summer24!", "ada@contoso.com (Summer24!)",
            "ada@contoso.com pass: Summer24!", "ada@contoso.com P@ssw0rd1", "ada@contoso.com;P@ssw0rd1",
        ] {
            assert!(is_in(line.as_bytes()), "{line}");
        }
        for line in [
            "mailto:ada@contoso.com",
            "ada@contoso.com,12:30:00",
            "ada@contoso.com:",
            "12:30 ada@contoso.com",
            "2026-11-20T02:11:00Z,x",
            "Ada Lovelace;Operations;INC-12345",
            "ada@contoso.com Lovelace",
            "ada@contoso.com;E-1042",
            "Ada <ada@contoso.com>; \"Eve\" <eve@contoso.com>",
            "ada@contoso.com#EXT#@contoso.onmicrosoft.com",
            "ada@contoso.com/eve@contoso.com",
            "ada@contoso.com.",
            "https://x/y",
        ] {
            assert!(!is_in(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn in_a_list_of_one_column_less_is_shown() {
        for line in ["ada@contoso.com;summer24", "ada@contoso.com|Summer!", "ada@contoso.com; x1"] {
            assert!(is_behind_a_sign(line.as_bytes()), "{line}");
        }
        for line in
            ["ada@contoso.com;eve@contoso.com;", "ada@contoso.com; Operations", "ada@contoso.com", "ada@b.com x1"]
        {
            assert!(!is_behind_a_sign(line.as_bytes()), "{line}");
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
