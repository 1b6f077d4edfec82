//! Counts people in one text: a pasted To: line, a list of a programming language, names with semicolons between them.

use std::collections::BTreeSet;

/// What separates addresses in a text. The apostrophe is a part of names, so it is taken off the ends alone.
const SEPARATORS: &[char] = &[
    ',', ';', '<', '>', '(', ')', '[', ']', '{', '}', '"', '|', '\u{ff1b}', '\u{ff0c}', '\u{3001}', '\u{201c}',
    '\u{201d}',
];

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
    let people = if has_kinds(cell) { 0 } else { addresses(cell) };
    (people > 1).then_some(people)
}

/// Whether the kinds of addresses stand in front of them, as in the list of all addresses of one mailbox.
pub(super) fn has_kinds(text: &str) -> bool {
    KINDS.iter().any(|kind| text.contains(kind))
}

/// Whether a text may be the names of several people.
pub(super) fn may_be_several_names(name: &str) -> bool {
    name.contains([';', '\n', '\r', '/', '&', '|', '\u{ff1b}', '\u{3001}'])
        || name.matches(',').count() > 1
        || name.contains(" and ")
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
        assert_eq!(names_several("smtp:a@b.com+SMTP:c@b.com"), None);
        assert_eq!(names_several("a@b.com c@b.com"), Some(2));
    }
}
