//! What a key cell looks like that is neither an object id nor a user principal name. It is found in the cell itself: what is shown
//! of a cell may be cut, or nothing.

use serde::{Deserialize, Serialize};

use super::guid_text::without_brackets;
use super::several;
use super::upn::{NotAUpn, Upn};

/// What a cell looks like that is no key. It chooses what people are advised to do, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyLook {
    /// `S-1-5-21-1-2-3-1100`
    Sid,
    /// An object id without its hyphens.
    BareGuid,
    /// `CORP\jdoe`
    BehindDomain,
    /// `00042`
    Digits,
    /// `CN=Ada,DC=corp`
    PlaceInDirectory,
    /// `jdoe`
    ShortName,
    /// `ada@@contoso.com`
    DoubledAt,
    /// `ada @contoso.com`
    BlankBesideAt,
    /// `tess field@contoso.com`: what pages make of a plus sign looks like a name in front of an address.
    CutByBlank,
    /// `Ada ada@contoso.com`
    NameBeside,
    /// Anything else.
    Other,
}

impl KeyLook {
    /// Of the whole cell, and why it is no user principal name.
    pub(super) fn of(text: &str, why: NotAUpn) -> Self {
        let has_no_at = why == NotAUpn::NoAt;
        match text {
            _ if text.starts_with("S-1-") => Self::Sid,
            _ if has_no_at && is_bare_guid(text) => Self::BareGuid,
            _ if has_no_at && text.contains('\\') => Self::BehindDomain,
            _ if has_no_at && text.bytes().all(|byte| byte.is_ascii_digit()) => Self::Digits,
            _ if has_no_at && text.starts_with("CN=") => Self::PlaceInDirectory,
            _ if has_no_at && may_be_a_short_name(text) => Self::ShortName,
            _ if why == NotAUpn::ManyAt && text.replace("@@", "@").matches('@').count() == 1 => Self::DoubledAt,
            _ if text.contains("@ ") || text.contains(" @") => Self::BlankBesideAt,
            _ if is_cut_by_a_blank(text) => Self::CutByBlank,
            _ if several::addresses(text) == 1 && text.contains(char::is_whitespace) => Self::NameBeside,
            _ => Self::Other,
        }
    }
}

/// `jdoe`: no word that people write above or below a list.
pub(super) fn may_be_a_short_name(text: &str) -> bool {
    let is_of_one = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    (2..=20).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_of_one)
}

fn is_cut_by_a_blank(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(before, address)| {
        let is_of_a_name = |c: char| c.is_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        !before.is_empty() && before.chars().all(is_of_a_name) && address.parse::<Upn>().is_ok()
    })
}

fn is_bare_guid(text: &str) -> bool {
    let text = without_brackets(text);
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
