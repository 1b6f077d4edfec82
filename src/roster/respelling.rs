//! Sign-in names as people and programs write them: with a scheme in front, in quotes, with a typographic apostrophe.
//!
//! What is changed here can stand in no user principal name, so there is one account that can be meant. What may be a part of a
//! name is left as it is. Each change is kept by name and shown with the row, so that a person sees what was read.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::leave_words;
use super::upn::Upn;

/// What was changed in a cell to read the one name in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray)]
pub enum Respelling {
    /// `mailto:`, `smtp:` and the like in front of the address.
    Scheme,
    /// `i:0#.f|membership|`, which SharePoint writes in front of a sign-in name.
    Claims,
    /// `Ada Lovelace <ada@contoso.com>`
    DisplayName,
    /// Quotes around the name, of any kind.
    Quotes,
    /// A typographic apostrophe, an accent in its place, or `&#39;`.
    Apostrophe,
    /// `%23EXT%23`
    Percent,
    /// `＠` and other signs of double width.
    FullWidth,
    /// A full stop, a comma or a semicolon at the end.
    TrailingSign,
    /// The sign or the number of a list in front of the name: `- `, `2. `.
    Bullet,
    /// The primary address (`SMTP:`) among all of one mailbox.
    Primary,
    /// Something behind a colon, as in lists of leaked passwords. It is not kept.
    BehindColon,
}

/// The changes to one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Respellings(u16);

impl Respellings {
    /// Whether the cell was taken as it is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this change is among them.
    pub const fn has(self, change: Respelling) -> bool {
        self.0 & Self::bit(change) != 0
    }

    /// The same changes and one more.
    #[must_use]
    pub(super) const fn with(self, change: Respelling) -> Self {
        Self(self.0 | Self::bit(change))
    }

    const fn bit(change: Respelling) -> u16 {
        1 << change as u16
    }
}

impl fmt::Display for Respellings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use strum::VariantArray as _;
        let all = Respelling::VARIANTS.iter().filter(|change| self.has(**change));
        let all: Vec<&str> = all.map(|change| change.sentence()).collect();
        f.write_str(&all.join(", "))
    }
}

impl Respelling {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Scheme => "read without what stands in front of the address",
            Self::Claims => "read without i:0#.f|membership|",
            Self::DisplayName => "the address in < > was read",
            Self::Quotes => "read without the quotes around it",
            Self::Apostrophe => "the typographic or encoded apostrophe was read as '",
            Self::Percent => "the signs encoded with % were read as what they stand for",
            Self::FullWidth => "signs of double width were read as plain ones",
            Self::TrailingSign => "read without the sign at its end",
            Self::Bullet => "read without the sign or number of a list in front of it",
            Self::Primary => "of the addresses of one mailbox the primary one (SMTP:) was read",
            Self::BehindColon => "what stands behind the colon was not read and is not shown",
        }
    }
}

/// What SharePoint writes in front of sign-in names.
const CLAIMS: &[&str] =
    &["i:0#.f|membership|", "c:0o.c|federateddirectoryclaimprovider|", "0#.f|membership|", "membership|"];

/// What stands in front of an address.
const SCHEMES: &[&str] =
    &["mailto:", "smtp:", "sip:", "sips:", "im:", "xmpp:", "email:", "e-mail:", "mail:", "upn:", "to:", "cc:", "bcc:"];

/// Signs that are put around a text. A sign-in name ends in a domain, so none of them can stand at its end.
const QUOTES: &[(char, char)] = &[
    ('\'', '\''),
    ('"', '"'),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201d}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{201e}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{2019}', '\u{2019}'),
    ('\u{201a}', '\u{2018}'),
    ('«', '»'),
    ('»', '«'),
    ('‹', '›'),
    ('<', '>'),
    ('\u{300c}', '\u{300d}'),
    ('`', '\''),
];

/// Signs that are meant as an apostrophe. None of them is allowed in a user principal name.
const APOSTROPHES: &[char] =
    &['\u{2019}', '\u{2018}', '\u{201b}', '\u{2bc}', '\u{2b9}', '\u{2032}', '\u{b4}', '`', '\u{ff07}'];

/// Apostrophes as pages encode them, the doubly encoded first.
const ENCODED_APOSTROPHES: &[&str] =
    &["&amp;#39;", "&amp;#039;", "&amp;apos;", "&#39;", "&#039;", "&#x27;", "&#X27;", "&apos;", "&rsquo;", "&#8217;"];

/// Reads the one name that can be meant by a cell that is no name as it is, or that holds what no name holds.
pub(super) fn respelt(cell: &str) -> Option<(Upn, Respellings)> {
    let listed = behind_a_bullet(cell);
    let (text, mut done) = bare(listed.unwrap_or(cell));
    if listed.is_some() {
        done = done.with(Respelling::Bullet);
    }
    let mut text = text.to_owned();
    if let Some(address) = in_angle_brackets(&text) {
        let (address, more) = bare(address);
        done = Respellings(done.with(Respelling::DisplayName).0 | more.0);
        text = address.to_owned();
    }
    if let Some(plain) = half_width(&text) {
        done = done.with(Respelling::FullWidth);
        text = plain;
    }
    if let Some(plain) = percent_decoded(&text) {
        done = done.with(Respelling::Percent);
        text = plain;
    }
    if let Some(plain) = with_plain_apostrophes(&text) {
        done = done.with(Respelling::Apostrophe);
        text = plain;
    }
    let end = text.trim_end_matches(['.', ',', ';', ' ']).len();
    if end < text.len() {
        done = done.with(Respelling::TrailingSign);
        text.truncate(end);
        // What stood in front of that sign may be in quotes.
        let (inside, more) = bare(&text);
        done = Respellings(done.0 | more.0);
        text = inside.to_owned();
    }
    if before_words(&text).is_some() {
        return None;
    }
    if let Some(name) = before_a_colon(&text) {
        return Some((name, done.with(Respelling::BehindColon)));
    }
    if done.is_empty() {
        return None;
    }
    Some((text.parse().ok()?, done))
}

/// What stands behind the sign or the number of a list and a blank: `- ada@contoso.com`, `2. ada@contoso.com`.
fn behind_a_bullet(cell: &str) -> Option<&str> {
    // Of boxes that are ticked and such that are not, it is not known which are meant.
    let (bullet, name) = cell.trim().split_once([' ', '\t', '\u{a0}'])?;
    let number = bullet.strip_suffix(['.', ')']).unwrap_or_default();
    let number = number.strip_prefix('(').unwrap_or(number);
    let is_number = !number.is_empty() && number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_sign = matches!(
        bullet,
        "-" | "*" | ">" | "+" | "\u{2022}" | "\u{b7}" | "\u{2013}" | "\u{25cf}" | "\u{25aa}" | "\u{25e6}"
    );
    (is_number || is_sign).then_some(name.trim())
}

/// Without quotes and schemes around it, in any order.
fn bare(cell: &str) -> (&str, Respellings) {
    let (mut text, mut done) = (cell.trim(), Respellings::default());
    loop {
        let starts = |prefix: &&&str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let behind = |known: &[&str]| known.iter().find(starts).map(|prefix| text[prefix.len()..].trim());
        let quoted = |(open, close): &(char, char)| text.strip_prefix(*open)?.strip_suffix(*close);
        let (rest, change) = if let Some(rest) = behind(CLAIMS) {
            (rest, Respelling::Claims)
        } else if let Some(rest) = behind(SCHEMES) {
            (rest, Respelling::Scheme)
        } else if let Some(rest) = QUOTES.iter().find_map(quoted) {
            (rest.trim(), Respelling::Quotes)
        } else {
            return (text, done);
        };
        (text, done) = (rest, done.with(change));
    }
}

/// The address in `Ada Lovelace <ada@contoso.com>`, with whatever sign may follow; one pair of brackets alone.
fn in_angle_brackets(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('<')?;
    let (address, behind) = rest.split_once('>')?;
    let is_alone = !address.contains('<') && behind.trim_matches([';', ',', ' ', '.']).is_empty();
    // A name that is an address, too, may be another one; a semicolon stands between people; and in front of a colon stands what somebody
    // did (`From:`).
    if name.contains([';', '\u{ff1b}', '\n', '|', ':', '\u{ff1a}']) {
        return None;
    }
    let name = name.trim().trim_matches(['"', '\'']);
    (is_alone && (!name.contains('@') || name.eq_ignore_ascii_case(address.trim()))).then_some(address.trim())
}

/// The signs of double width as plain ones; `None` if there are none.
fn half_width(text: &str) -> Option<String> {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3002}' | '\u{ff61}' | '\u{fe52}' => '.',
        '\u{fe6b}' => '@',
        c => c,
    };
    text.contains(|c| plain(c) != c).then(|| text.chars().map(plain).collect())
}

/// The signs that names have and addresses of pages encode; `None` if none is encoded.
fn percent_decoded(text: &str) -> Option<String> {
    const ENCODED: &[(&str, &str)] = &[
        ("%23", "#"),
        ("%40", "@"),
        ("%27", "'"),
        ("%2e", "."),
        ("%2E", "."),
        ("%5f", "_"),
        ("%5F", "_"),
        ("%2b", "+"),
        ("%2B", "+"),
        ("%2d", "-"),
        ("%2D", "-"),
    ];
    let plain = ENCODED.iter().fold(text.to_owned(), |text, (code, sign)| text.replace(code, sign));
    (plain != text && !plain.contains('%')).then_some(plain)
}

/// The text with plain apostrophes in place of typographic and encoded ones; `None` if it has none of them.
pub(super) fn with_plain_apostrophes(text: &str) -> Option<String> {
    let plain = ENCODED_APOSTROPHES.iter().fold(text.to_owned(), |text, code| text.replace(code, "'"));
    let plain = plain.replace(APOSTROPHES, "'");
    (plain != text).then_some(plain)
}

/// The name in `name:password` or `https://page:name:password`, as lists of leaked passwords have it. What stands in front of any
/// other colon is a word about the name (`From: boss@contoso.com`), and may say that somebody else is meant.
pub(super) fn before_a_colon(text: &str) -> Option<Upn> {
    let address = |part: &str| part.trim().parse::<Upn>().ok().filter(|name| name.domain().contains('.'));
    let (first, _) = text.split_once(':')?;
    let is_of_a_page =
        text.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphanumeric()));
    if address(first).is_none() && (!is_of_a_page || text.contains(char::is_whitespace)) {
        return None;
    }
    // A password may look like an address, too; then it is not known which of them is the name.
    let mut names = text.split(|c: char| matches!(c, ':' | ',' | ';' | '|') || c.is_whitespace()).filter_map(address);
    let name = names.next()?;
    names.next().is_none().then_some(name)
}

/// The name in `name: do not disable`: words behind the colon are no password, and may say that the person is not meant.
pub(super) fn before_words(text: &str) -> Option<Upn> {
    let (name, behind) = text.split_once(':')?;
    let is_a_word = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '-'))
    };
    let says_something =
        behind.split_whitespace().filter(is_a_word).count() > 1 || leave_words::leaving_word(behind).is_some();
    // An address behind it may be another person.
    (says_something && !behind.contains('@')).then(|| before_a_colon(text)).flatten().filter(|_| name.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cell: &str) -> Option<(String, String)> {
        respelt(cell).map(|(name, done)| (name.to_string(), done.to_string()))
    }

    #[test]
    fn one_name_is_read_out_of_what_is_written_around_it() {
        for cell in [
            "mailto:ada@contoso.com", "SMTP:ada@contoso.com", "sip: ada@contoso.com",
            "i:0#.f|membership|ada@contoso.com", "<ada@contoso.com>", "Ada Lovelace <ada@contoso.com>",
            "\"Lovelace, Ada\" <ada@contoso.com>;", "ada@contoso.com <ada@contoso.com>", "'ada@contoso.com'",
            "\u{201c}ada@contoso.com\u{201d}", "«ada@contoso.com»", "ada@contoso.com.", "ada@contoso.com;",
            "ada%40contoso.com", "ada＠contoso．com", "ada@contoso。com", "'mailto:ada@contoso.com'",
            "'ada@contoso.com';", "- ada@contoso.com", "\u{2022}\tada@contoso.com", "12. Ada <ada@contoso.com>",
            "3) ada@contoso.com",
        ] {
            let (name, done) = read(cell).unwrap_or_else(|| panic!("{cell}"));
            assert_eq!(name, "ada@contoso.com", "{cell}");
            assert!(!done.is_empty());
        }
        for cell in
            ["o\u{2019}neil@contoso.com", "o`neil@contoso.com", "o&#39;neil@contoso.com", "o&amp;#39;neil@contoso.com"]
        {
            assert_eq!(read(cell).unwrap().0, "o'neil@contoso.com", "{cell}");
        }
        assert_eq!(read("ada_x.com%23EXT%23@contoso.com").unwrap().0, "ada_x.com#EXT#@contoso.com");
        assert_eq!(read("ada@contoso.com:Summer2024!").unwrap().0, "ada@contoso.com");
        assert_eq!(read("https://login.example.org:ada@contoso.com:Summer").unwrap().0, "ada@contoso.com");
    }

    #[test]
    fn what_may_be_two_people_or_a_part_of_a_name_is_left() {
        for cell in [
            "ada@contoso.com",
            "o'neil@contoso.com",
            "Ada (ada@contoso.com)",
            "eve@contoso.com <ada@contoso.com>",
            "Ada <ada@contoso.com>; Eve <eve@contoso.com>",
            "ada@contoso.com:pass@word.com",
            "From: boss@contoso.com",
            "Manager: boss@contoso.com",
            "ada@contoso.com and mailto:eve@contoso.com",
            "ada@contoso.com: with eve@contoso.com",
            "ada@contoso.com: do not disable",
            "ada@contoso.com: keep",
            "- ada@contoso.com: still employed until 31.12.",
            "Smith; Ada <ada@contoso.com>",
            "- eve@contoso.com ada@contoso.com",
            "100%ada@contoso.com",
            "Ada Lovelace",
            "CONTOSO\\ada",
            "",
            ":",
            "'",
            "<",
        ] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_stands_in_the_cell(cell in "[a-c@.'<>:; \u{2019}\u{201c}]{0,20}") {
            if let Some((name, _)) = respelt(&cell) {
                let plain = |text: &str| text.replace(['\u{2019}', '\''], "");
                prop_assert!(plain(&cell).contains(&plain(name.as_str())), "{}", name);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = respelt(&text);
        }
    }
}
