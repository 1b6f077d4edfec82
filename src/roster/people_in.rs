//! Reads the people in one text that names several.

use super::entry::Key;
use super::key;
use super::key_property::KeyProperty;
use super::respelling::Respelling;
use super::several::has_kinds;

/// What separates people who are written without names.
const BETWEEN: &[char] = &[',', ';', '|', '\u{ff1b}', '\u{ff0c}', '\u{3001}'];

/// The people in a text, each by the part of it that names one person and no one else: an address, an object id, or
/// `Ada Lovelace <ada@contoso.com>`. `None` where any other part is left, so that no part is dropped.
pub(super) fn people(text: &str, by: Option<KeyProperty>) -> Option<Vec<&str>> {
    let may_be_several = matches!(by, None | Some(KeyProperty::Mail));
    if !may_be_several || has_kinds(text) {
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
fn bare<'a>(
    text: &'a str,
    by: Option<KeyProperty>,
    a_name_may_follow: bool,
    people: &mut Vec<&'a str>,
) -> Option<usize> {
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
    behind_label(text, &["To:", "Cc:", "Bcc:"]).unwrap_or(text)
}

/// Whether a line begins with the `To:`, `Cc:` or `Bcc:` of a message.
pub(super) fn has_label(line: &str) -> bool {
    behind_label(line, &["To:", "Cc:", "Bcc:"]).is_some()
}

/// Whether a line begins with `Cc:` or `Bcc:`, as those who are only to know do.
pub(super) fn is_copied(line: &str) -> bool {
    behind_label(line, &["Cc:", "Bcc:"]).is_some()
}

fn behind_label<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    let text = text.trim();
    let behind = |label: &&str| {
        let start = text.get(..label.len())?;
        start.eq_ignore_ascii_case(label).then(|| text[label.len()..].trim_start())
    };
    labels.iter().find_map(behind)
}

/// What a variable is set to: `$users = @(...)`.
fn behind_an_assignment(text: &str) -> &str {
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && name.trim().chars().all(is_of_a_name) => value.trim(),
        _ => text,
    }
}

/// Without the brackets of a list in a programming language.
fn without_brackets(text: &str) -> &str {
    let list = behind_an_assignment(text).trim_end_matches([',', ';']).trim_end();
    let inside = |(open, close): (&str, char)| list.strip_prefix(open)?.strip_suffix(close);
    let inside = [("@(", ')'), ("[", ']'), ("(", ')'), ("{", '}')].into_iter().find_map(inside);
    // An object id may stand in braces, too.
    inside.filter(|inside| !inside.contains(['[', '(', '{'])).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_people_only_where_nothing_else_is_in_it() {
        let id = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";
        for (text, pieces) in [
            ("ada@b.com; eve@b.com;", &["ada@b.com", "eve@b.com"][..]),
            ("ada@b.com,eve@b.com bob@b.com", &["ada@b.com", "eve@b.com", "bob@b.com"]),
            ("ada@b.com\neve@b.com\r\n", &["ada@b.com", "eve@b.com"]),
            ("['ada@b.com', \"o'neil@b.com\"]", &["'ada@b.com'", "\"o'neil@b.com\""]),
            ("users = ['ada@b.com', 'eve@b.com']", &["'ada@b.com'", "'eve@b.com'"]),
            ("$users = @('ada@b.com','eve@b.com');", &["'ada@b.com'", "'eve@b.com'"]),
            ("@('ada@b.com','eve@b.com')", &["'ada@b.com'", "'eve@b.com'"]),
            ("To: Ada <ada@b.com>; eve@b.com", &["Ada <ada@b.com>", "eve@b.com"]),
            (
                "Lovelace, Ada <ada@b.com>; Byron, Eve <eve@b.com>",
                &["Lovelace, Ada <ada@b.com>", "Byron, Eve <eve@b.com>"],
            ),
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
        assert_eq!(people("smtp:a@b.com;smtp:c@b.com", None), None);
        assert_eq!(people("0042; 0043", Some(KeyProperty::EmployeeId)), None);
    }
}
