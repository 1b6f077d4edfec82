//! Several people in one text: a pasted To: line, a list of a programming language, names with semicolons between them.

use std::collections::BTreeSet;

use super::entry::Key;
use super::key;
use super::key_property::KeyProperty;
use super::respelling::Respelling;

/// What separates addresses in a text. The apostrophe is a part of names, so it is taken off the ends alone.
const SEPARATORS: &[char] = &[
    ',', ';', '<', '>', '(', ')', '[', ']', '{', '}', '"', '|', '\u{ff1b}', '\u{ff0c}', '\u{3001}', '\u{201c}',
    '\u{201d}',
];

/// What separates people who are written without names.
const BETWEEN: &[char] = &[',', ';', '|', '\u{ff1b}', '\u{ff0c}', '\u{3001}'];

/// What stands in front of the addresses of one mailbox.
const KINDS: &[&str] = &["smtp:", "SMTP:", "X500:", "x500:"];

/// How many different addresses stand in a text.
pub(super) fn addresses(text: &str) -> usize {
    // Nearly every text has one or none; these cost a search and no more.
    if text.bytes().filter(|byte| *byte == b'@').nth(1).is_none() {
        return usize::from(text.contains('@'));
    }
    let parts = text.split(|c: char| c.is_whitespace() || SEPARATORS.contains(&c));
    let parts = parts.map(|part| without_scheme(part.trim_matches(['\'', '.', ':', '`'])));
    parts.filter(|part| is_address(part)).map(str::to_lowercase).collect::<BTreeSet<_>>().len()
}

/// Whether a cell names more than one person. The addresses of one mailbox, each with its kind in front, are one person's.
pub(super) fn names_several(cell: &str) -> Option<usize> {
    let has_kinds = KINDS.iter().any(|kind| cell.contains(kind));
    let people = if has_kinds { 0 } else { addresses(cell) };
    (people > 1).then_some(people)
}

/// The people in a text, each by the part of it that names one person and nobody else: an address, an object id, or
/// `Ada Lovelace <ada@contoso.com>`. `None` where any other part is left, so that no part is dropped.
pub(super) fn people(text: &str, by: Option<KeyProperty>) -> Option<Vec<&str>> {
    let may_be_several = matches!(by, None | Some(KeyProperty::Mail));
    let has_kinds = KINDS.iter().any(|kind| text.contains(kind));
    if !may_be_several || has_kinds {
        return None;
    }
    let mut rest = without_brackets(without_label(text));
    let commas_separate = rest.contains(">,");
    let mut people = Vec::new();
    while let Some(open) = rest.find('<') {
        let end = open + rest[open..].find('>')? + 1;
        let start = bare(&rest[..open], by, true, &mut people)?;
        let name = rest[start..open].trim();
        let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        // A semicolon in a name, and a comma where commas stand between people, may separate somebody without an address.
        let is_one_name = match quoted {
            Some(name) => !name.contains('"'),
            None => {
                !name.contains([';', '"', '\u{ff1b}', '\n', '\r', '|'])
                    && (!name.contains([',', '\u{ff0c}', '\u{3001}']) || !commas_separate)
            }
        };
        if !is_one_name {
            return None;
        }
        people.push(one(&rest[start..end], by)?);
        rest = &rest[end..];
    }
    bare(rest, by, false, &mut people)?;
    (!people.is_empty()).then_some(people)
}

/// Takes the addresses at the beginning of a text. Gives where something else begins, which is allowed in front of `<` alone.
fn bare<'a>(text: &'a str, by: Option<KeyProperty>, a_name_may_follow: bool, people: &mut Vec<&'a str>) -> Option<usize> {
    let is_between = |c: char| c.is_whitespace() || BETWEEN.contains(&c);
    let mut start = 0;
    loop {
        start += text[start..].len() - text[start..].trim_start_matches(is_between).len();
        let rest = &text[start..];
        if rest.is_empty() {
            return Some(start);
        }
        let end = rest.find(is_between).unwrap_or(rest.len());
        let behind = rest[end..].trim_start_matches(|c: char| c.is_whitespace() && !matches!(c, '\n' | '\r'));
        match one(&rest[..end], by) {
            // Nothing separates it from the address in brackets: it is written as that one's name.
            Some(_) if a_name_may_follow && behind.is_empty() => return Some(start),
            Some(person) => people.push(person),
            None => return a_name_may_follow.then_some(start),
        }
        start += end;
    }
}

/// The part, where it names one person by something that can be nothing else.
fn one(part: &str, by: Option<KeyProperty>) -> Option<&str> {
    let part = part.trim();
    let (key, respelt) = key::read(part, by).ok()?;
    let is_plain = match &key {
        Key::UserPrincipalName(name) => name.domain().contains('.'),
        Key::Property(_, address) => address.split_once('@').is_some_and(|(_, domain)| domain.contains('.')),
        Key::ObjectId(_) => true,
    };
    (is_plain && !respelt.has(Respelling::BehindColon)).then_some(part)
}

/// Without the `To:` of a message.
fn without_label(text: &str) -> &str {
    let text = text.trim();
    let behind = |label: &str| {
        let start = text.get(..label.len())?;
        start.eq_ignore_ascii_case(label).then(|| text[label.len()..].trim_start())
    };
    ["To:", "Cc:", "Bcc:"].into_iter().find_map(behind).unwrap_or(text)
}

/// Without the brackets of a list in a programming language.
fn without_brackets(text: &str) -> &str {
    let list = text.trim_end_matches([',', ';']).trim_end();
    let inside = |(open, close): (&str, char)| list.strip_prefix(open)?.strip_suffix(close);
    let inside = [("@(", ')'), ("[", ']'), ("(", ')'), ("{", '}')].into_iter().find_map(inside);
    // An object id may stand in braces, too.
    inside.filter(|inside| !inside.contains(['[', '(', '{'])).unwrap_or(text)
}

/// Whether a text may be the names of several people.
pub(super) fn may_be_several_names(name: &str) -> bool {
    name.contains([';', '\n', '\r', '/', '&', '|', '\u{ff1b}', '\u{3001}']) || name.matches(',').count() > 1 || name.contains(" and ")
}

fn without_scheme(part: &str) -> &str {
    match part.split_once(':') {
        Some((scheme, rest)) if !scheme.contains('@') => rest,
        _ => part,
    }
}

fn is_address(part: &str) -> bool {
    part.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.starts_with('.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_however_they_are_written() {
        for (text, people) in [
            ("ada@b.com", 1),
            ("ada@b.com;eve@b.com", 2),
            ("ada@b.com, eve@b.com , bob@b.com", 3),
            ("ada@b.com eve@b.com", 2),
            ("['ada@b.com', 'eve@b.com']", 2),
            ("[\"ada@b.com\",\"eve@b.com\"]", 2),
            ("Ada <ada@b.com>; \"Lovelace, Eve\" <eve@b.com>", 2),
            ("ada@b.com <Ada@b.com>", 1),
            ("mailto:ada@b.com;mailto:eve@b.com", 2),
            ("o'neil@b.com;d'angelo@b.com", 2),
            ("ada@b.com##Receive, Deliver;eve@b.com##Receive", 2),
            ("ada@b@c.com", 0),
            ("Ada Lovelace", 0),
        ] {
            assert_eq!(addresses(text), people, "{text}");
        }
        assert_eq!(people("smtp:a@b.com;smtp:c@b.com", None), None);
        assert_eq!(names_several("smtp:a@b.com+SMTP:c@b.com"), None);
        assert_eq!(names_several("a@b.com c@b.com"), Some(2));
    }

    #[test]
    fn a_text_is_read_as_people_only_where_nothing_else_is_in_it() {
        let id = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";
        for (text, pieces) in [
            ("ada@b.com; eve@b.com;", &["ada@b.com", "eve@b.com"][..]),
            ("ada@b.com,eve@b.com bob@b.com", &["ada@b.com", "eve@b.com", "bob@b.com"]),
            ("ada@b.com\neve@b.com\r\n", &["ada@b.com", "eve@b.com"]),
            ("['ada@b.com', \"o'neil@b.com\"]", &["'ada@b.com'", "\"o'neil@b.com\""]),
            ("@('ada@b.com','eve@b.com')", &["'ada@b.com'", "'eve@b.com'"]),
            ("To: Ada <ada@b.com>; eve@b.com", &["Ada <ada@b.com>", "eve@b.com"]),
            ("Lovelace, Ada <ada@b.com>; Byron, Eve <eve@b.com>", &["Lovelace, Ada <ada@b.com>", "Byron, Eve <eve@b.com>"]),
            ("\"Lovelace, Ada\" <ada@b.com>, Eve <eve@b.com>", &["\"Lovelace, Ada\" <ada@b.com>", "Eve <eve@b.com>"]),
            ("<ada@b.com>, <eve@b.com>", &["<ada@b.com>", "<eve@b.com>"]),
            ("mailto:ada@b.com;mailto:eve@b.com", &["mailto:ada@b.com", "mailto:eve@b.com"]),
            (&format!("{{{id}}}; eve@b.com"), &[&format!("{{{id}}}"), "eve@b.com"]),
        ] {
            assert_eq!(people(text, None).as_deref(), Some(pieces), "{text}");
        }
        for text in [
            "ada@b.com; eve",
            "Ada; eve@b.com",
            "Smith, Bob; Ada <ada@b.com>",
            "Ada <ada@b.com>, Bob, Eve <eve@b.com>",
            "ada@b.com and eve@b.com",
            "ada@b.com (eve@b.com)",
            "ada@b.com/eve@b.com",
            "ada@b.com:Summer24!; eve@b.com:Winter24!",
            "eve@b.com <ada@b.com>; bob@b.com",
            "{\"user\": \"ada@b.com\", \"boss\": \"eve@b.com\"}",
            "ada@localhost; eve@b.com",
            "From: boss@b.com; ada@b.com",
            "",
            ";",
        ] {
            assert_eq!(people(text, None), None, "{text}");
        }
        assert_eq!(people("0042; 0043", Some(KeyProperty::EmployeeId)), None);
    }
}
