//! The values of properties that people are looked up by.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::key_property::KeyProperty;
use super::not_a_user::is_sid;
use super::several::has_kinds;
use super::upn::{NotAUpn, Upn};
use crate::ids::ObjectId;

/// "maximum length of 16 characters" (user resource type, `employeeId`).
const MAX_EMPLOYEE_ID_CHARACTERS: usize = 16;

/// "sAMAccountName ... must be 20 or fewer characters" for users ([MS-ADA3] 2.222 with the rules of SAM).
const MAX_SAM_CHARACTERS: usize = 20;

/// The schema has no limit of its own; a GUID has 24 characters, and the longest source anchor that Entra Connect writes 60.
const MAX_IMMUTABLE_ID_CHARACTERS: usize = 64;

/// Characters that no account name of SAM may hold.
const NOT_IN_SAM: &[char] = &['"', '/', '\\', '[', ']', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>'];

/// Why a text cannot be the value of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum NotAValue {
    #[error("{0}")]
    Address(NotAUpn),
    #[error("it has {0} primary (SMTP:) addresses; it needs exactly one to say which person is meant")]
    Primaries(usize),
    #[error("it is longer than {MAX_EMPLOYEE_ID_CHARACTERS} characters")]
    EmployeeIdTooLong,
    /// `1.23457E+11`
    #[error("a spreadsheet has rounded it")]
    Rounded,
    /// `1.0`
    #[error("a spreadsheet has taken it for a number with decimals")]
    Decimal,
    /// `1-Mar`
    #[error("a spreadsheet has taken it for a date")]
    Date,
    #[error("there is a quote around it")]
    Quoted,
    /// `1,234`
    #[error("a spreadsheet has put signs between its thousands")]
    Thousands,
    /// `a@contoso.com;SMTP:b@contoso.com`
    #[error("one of the addresses has no kind (SMTP:, smtp:) in front and may be another person's")]
    NoKind,
    /// `S-1-12-1-...`
    #[error(
        "it is the SID of a cloud account, and the directory only finds the SIDs of Active Directory; use the object id"
    )]
    CloudSid,
    #[error("it is not of the form S-1-5-21-...")]
    NotASid,
    #[error("the name is missing")]
    NoName,
    #[error("it is longer than {MAX_SAM_CHARACTERS} characters")]
    SamTooLong,
    #[error("it has {0:?} in it")]
    Impossible(char),
    #[error("it is neither an ObjectGUID of Active Directory nor base64")]
    NotAnImmutableId,
}

/// The value as it is looked up: as it is written, without the marks that exports put around it.
pub(super) fn parse(by: KeyProperty, text: &str) -> Result<Box<str>, NotAValue> {
    match by {
        KeyProperty::Mail => address(text),
        KeyProperty::ProxyAddress => address(primary(text)?),
        _ if text.starts_with(['\'', '"', '`', '\u{2018}', '\u{2019}', '\u{201c}']) || text.ends_with('"') => {
            Err(NotAValue::Quoted)
        }
        KeyProperty::EmployeeId => employee_id(text),
        KeyProperty::Sid
            if is_sid(text) && text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("S-1-12-1-")) =>
        {
            Err(NotAValue::CloudSid)
        }
        KeyProperty::Sid if is_sid(text) => Ok(text.to_ascii_uppercase().into()),
        KeyProperty::Sid => Err(NotAValue::NotASid),
        KeyProperty::SamAccountName => sam_account_name(text),
        KeyProperty::ImmutableId => immutable_id(text),
    }
}

fn address(text: &str) -> Result<Box<str>, NotAValue> {
    // A mail address has the form of a user principal name, plus sign and all.
    text.parse::<Upn>().map(|address| address.as_str().into()).map_err(NotAValue::Address)
}

/// The primary address among several of one mailbox, however they are joined: by `;` or `,`, by `+` as the Microsoft 365 admin
/// centre does, or in braces as PowerShell prints them; without its prefix.
pub(super) fn primary(text: &str) -> Result<&str, NotAValue> {
    let braced = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let addresses = addresses(braced.unwrap_or(text));
    match addresses.as_slice() {
        [one] => Ok(without_prefix(one)),
        several if several.iter().any(|address| prefix_length(address).is_none()) => Err(NotAValue::NoKind),
        several => {
            let primaries: Vec<_> = several.iter().filter_map(|address| address.strip_prefix("SMTP:")).collect();
            match primaries.as_slice() {
                [one] => Ok(one.trim()),
                none_or_many => Err(NotAValue::Primaries(none_or_many.len())),
            }
        }
    }
}

/// Whether a cell holds several addresses of one mailbox, each with its kind in front.
pub(super) fn has_several_kinds(text: &str) -> bool {
    // Nearly every text has no colon.
    let may_have = text.bytes().filter(|byte| *byte == b':').nth(1).is_some() && has_kinds(text);
    let has_a_kind = |address: &&&str| prefix_length(address.trim_start_matches('{')).is_some();
    may_have && addresses(text).iter().filter(has_a_kind).count() > 1
}

/// A plus sign is legal in an address. It separates two addresses only in front of another prefix (`smtp:`); so do a comma and a
/// blank.
fn addresses(text: &str) -> Vec<&str> {
    let is_separator = |offset: usize, sign: char| match sign {
        ';' => true,
        '+' | ',' => prefix_length(text[offset + 1..].trim_start()).is_some(),
        sign if sign.is_whitespace() => prefix_length(text[offset + sign.len_utf8()..].trim_start()).is_some(),
        _ => false,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    for (offset, sign) in text.char_indices() {
        if is_separator(offset, sign) {
            parts.push(&text[start..offset]);
            start = offset + sign.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn prefix_length(text: &str) -> Option<usize> {
    let colon = text.find(':')?;
    let kind = &text[..colon];
    (!kind.is_empty() && kind.len() <= 8 && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(colon + 1)
}

fn without_prefix(address: &str) -> &str {
    let is_mail = address.get(..5).is_some_and(|prefix| prefix.eq_ignore_ascii_case("smtp:"));
    if is_mail { address[5..].trim_start() } else { address }
}

fn employee_id(text: &str) -> Result<Box<str>, NotAValue> {
    if text.chars().count() > MAX_EMPLOYEE_ID_CHARACTERS {
        return Err(NotAValue::EmployeeIdTooLong);
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number =
        |text: &str| text.split_once(['.', ',']).map_or(digits(text), |(whole, part)| digits(whole) && digits(part));
    if text
        .split_once(['E', 'e'])
        .is_some_and(|(number_, power)| number(number_) && power.strip_prefix(['+', '-']).is_some_and(digits))
    {
        return Err(NotAValue::Rounded);
    }
    if text.split_once(['.', ',']).is_some_and(|(whole, part)| digits(whole) && part.bytes().all(|byte| byte == b'0')) {
        return Err(NotAValue::Decimal);
    }
    if is_a_date(text) {
        return Err(NotAValue::Date);
    }
    if has_thousands(text) {
        return Err(NotAValue::Thousands);
    }
    Ok(text.into())
}

/// `1,234`, `1 234 567`: groups of three digits behind a comma, an apostrophe or a blank. Some numbers have full stops of their own.
fn has_thousands(text: &str) -> bool {
    let mut groups = text.split([',', '\'', '\u{2019}', ' ', '\u{a0}', '\u{202f}']);
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let rest: Vec<&str> = groups.collect();
    first && !rest.is_empty() && rest.iter().all(|group| group.len() == 3 && digits(group))
}

/// What spreadsheets make of numbers with hyphens, stops or letters in them: `1-Mar`, `Mar-24`, `01.03.2026`, `3/1/26`.
fn is_a_date(text: &str) -> bool {
    const MONTHS: &[&str] = &[
        "jan", "feb", "mar", "mär", "apr", "may", "mai", "jun", "jul", "aug", "sep", "sept", "oct", "okt", "nov",
        "dec", "dez",
    ];
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let number = |part: &&str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let month = |part: &&str| MONTHS.contains(&part.to_lowercase().as_str());
    match parts.as_slice() {
        [one, other] => (number(one) && month(other)) || (month(one) && number(other)),
        [day, middle, year] => number(day) && (number(middle) || month(middle)) && number(year),
        _ => false,
    }
}

/// The id as the directory has it: the bytes of the `ObjectGUID` in base64, the first three groups with their last byte first.
fn immutable_id(text: &str) -> Result<Box<str>, NotAValue> {
    let braced = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    if let Ok(id) = braced.unwrap_or(text).parse::<ObjectId>() {
        return if id.guid().is_nil() {
            Err(NotAValue::NotAnImmutableId)
        } else {
            Ok(STANDARD.encode(id.guid().to_bytes_le()).into())
        };
    }
    // The directory takes any text of an own source anchor; that of a GUID is by far the most usual one.
    match STANDARD.decode(text) {
        Ok(bytes) if !bytes.is_empty() && text.len() <= MAX_IMMUTABLE_ID_CHARACTERS => Ok(text.into()),
        _ => Err(NotAValue::NotAnImmutableId),
    }
}

/// The `ObjectGUID` that an immutable id was made from, read as an object id: a list may have the one in place of the other.
pub(crate) fn as_object_id(immutable_id: &str) -> Option<ObjectId> {
    let bytes: [u8; 16] = STANDARD.decode(immutable_id).ok()?.try_into().ok()?;
    Some(ObjectId::new(uuid::Uuid::from_bytes_le(bytes)))
}

fn sam_account_name(text: &str) -> Result<Box<str>, NotAValue> {
    let name = text.split_once('\\').map_or(text, |(_domain, name)| name);
    if name.is_empty() {
        return Err(NotAValue::NoName);
    }
    if let Some(impossible) = name.chars().find(|c| NOT_IN_SAM.contains(c) || c.is_control()) {
        return Err(NotAValue::Impossible(impossible));
    }
    if name.chars().count() > MAX_SAM_CHARACTERS {
        return Err(NotAValue::SamTooLong);
    }
    Ok(name.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use strum::VariantArray as _;

    fn value(by: KeyProperty, text: &str) -> Result<String, NotAValue> {
        parse(by, text).map(String::from)
    }

    #[test]
    fn addresses_lose_their_prefix_and_keep_their_plus() {
        assert_eq!(value(KeyProperty::Mail, "ada+test@contoso.com").unwrap(), "ada+test@contoso.com");
        assert_eq!(value(KeyProperty::Mail, "Ada"), Err(NotAValue::Address(NotAUpn::NoAt)));
        for text in ["ada@contoso.com", "smtp:ada@contoso.com", "SMTP: ada@contoso.com", "ada@contoso.com;"] {
            assert_eq!(value(KeyProperty::ProxyAddress, text).unwrap(), "ada@contoso.com", "{text}");
        }
        let joined = "smtp:ada+old@contoso.com+SMTP:ada@contoso.com+X500:/o=x+sip:ada@contoso.com";
        assert_eq!(value(KeyProperty::ProxyAddress, joined).unwrap(), "ada@contoso.com");
        assert_eq!(
            value(KeyProperty::ProxyAddress, "SMTP:ada+x@contoso.com; smtp:b@contoso.com").unwrap(),
            "ada+x@contoso.com"
        );
        assert_eq!(value(KeyProperty::ProxyAddress, "smtp:a@b.c+smtp:b@b.c"), Err(NotAValue::Primaries(0)));
        assert_eq!(value(KeyProperty::ProxyAddress, "SMTP:a@b.c+SMTP:b@b.c"), Err(NotAValue::Primaries(2)));
        assert!(value(KeyProperty::ProxyAddress, "sip:ada@contoso.com").is_err());
    }

    #[test]
    fn numbers_sids_and_account_names_have_their_form() {
        assert_eq!(value(KeyProperty::EmployeeId, "0042").unwrap(), "0042");
        assert_eq!(value(KeyProperty::EmployeeId, &"9".repeat(17)), Err(NotAValue::EmployeeIdTooLong));
        assert_eq!(value(KeyProperty::EmployeeId, "1E5").unwrap(), "1E5", "without a sign it may be one");
        for text in ["1.23457E+11", "1,2E+5", "5E+11"] {
            assert_eq!(value(KeyProperty::EmployeeId, text), Err(NotAValue::Rounded), "{text}");
        }
        for text in ["1-Mar", "Mar-24", "1-Mar-26", "01.03.2026", "3/1/26", "2026-03-01"] {
            assert_eq!(value(KeyProperty::EmployeeId, text), Err(NotAValue::Date), "{text}");
        }
        for text in ["E-1", "A-12-B", "12-345", "MAR1", "1-2"] {
            assert_eq!(value(KeyProperty::EmployeeId, text).unwrap(), text);
        }
        for text in ["1,234", "12 345", "1'234'567", "1\u{202f}234"] {
            assert_eq!(value(KeyProperty::EmployeeId, text), Err(NotAValue::Thousands), "{text}");
        }
        for text in ["1234 567", "A 123", "00 001 x"] {
            assert_eq!(value(KeyProperty::EmployeeId, text).unwrap(), text);
        }
        assert_eq!(value(KeyProperty::EmployeeId, "\u{2018}00001"), Err(NotAValue::Quoted));
        assert_eq!(value(KeyProperty::EmployeeId, "1.0"), Err(NotAValue::Decimal));
        assert_eq!(value(KeyProperty::EmployeeId, "'00001"), Err(NotAValue::Quoted));
        for text in [
            "3c1f2a5e-7d11-4d0c-9a51-0b1c2d3e4f50", "{3C1F2A5E-7D11-4D0C-9A51-0B1C2D3E4F50}",
            "XiofPBF9DE2aUQscLT5PUA==",
        ] {
            assert_eq!(value(KeyProperty::ImmutableId, text).unwrap(), "XiofPBF9DE2aUQscLT5PUA==", "{text}");
        }
        for text in ["", "jdoe!", "00000000-0000-0000-0000-000000000000", "ada@contoso.com"] {
            assert_eq!(value(KeyProperty::ImmutableId, text), Err(NotAValue::NotAnImmutableId), "{text}");
        }
        assert_eq!(
            as_object_id("XiofPBF9DE2aUQscLT5PUA==").unwrap().to_string(),
            "3c1f2a5e-7d11-4d0c-9a51-0b1c2d3e4f50"
        );
        assert_eq!(value(KeyProperty::Sid, "S-1-12-1-1-2-3-4"), Err(NotAValue::CloudSid));
        assert_eq!(value(KeyProperty::Sid, "s-1-5-21-1-2-3-1100").unwrap(), "S-1-5-21-1-2-3-1100");
        assert_eq!(value(KeyProperty::Sid, "S-1-5-21-"), Err(NotAValue::NotASid));
        assert_eq!(value(KeyProperty::SamAccountName, "CONTOSO\\ada").unwrap(), "ada");
        assert_eq!(value(KeyProperty::SamAccountName, "ada lovelace").unwrap(), "ada lovelace");
        assert_eq!(value(KeyProperty::SamAccountName, "CONTOSO\\"), Err(NotAValue::NoName));
        assert_eq!(value(KeyProperty::SamAccountName, "ada@contoso\\x\\y"), Err(NotAValue::Impossible('\\')));
        assert_eq!(value(KeyProperty::SamAccountName, "a*"), Err(NotAValue::Impossible('*')));
        assert_eq!(value(KeyProperty::SamAccountName, &"a".repeat(21)), Err(NotAValue::SamTooLong));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(text in ".*") {
            for by in KeyProperty::VARIANTS.iter().copied() {
                if let Ok(value) = parse(by, &text) {
                    prop_assert!(!value.is_empty() || text.is_empty());
                }
            }
        }
    }
}
