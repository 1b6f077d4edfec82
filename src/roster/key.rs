//! Turns the key cell into a key.

use super::entity::{self, EntityAccounts};
use super::entry::Key;
use super::guid_text::without_brackets;
use super::key_property::KeyProperty;
use super::names;
use super::not_a_user::{self, NotAUser};
use super::property::{self, NotAValue, has_several_kinds};
use super::respelling::{Respelling, Respellings, before_words, respelt};
use super::upn::{NotAUpn, Upn};
use crate::ids::ObjectId;
use crate::spreadsheet::unguard;

/// Audit logs write this behind the name of a deleted account.
const DELETED: &str = " (deleted)";

/// Why a cell is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotAKey {
    User(NotAUser),
    Name(NotAUpn),
    Value(KeyProperty, NotAValue),
    /// The entities of an incident with this many accounts, or one without a name.
    Entities(usize),
    /// Words stand behind this name and a colon.
    Words(Upn),
}

/// The text of a cell without the guard that sealoff writes in front of a formula, and without the formula (`="0042"`) that
/// makes a spreadsheet keep the zeros of a number.
pub(super) fn meant(cell: &str) -> &str {
    let text = unguard(cell);
    let text = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    // What SharePoint on a server of one's own writes in front of a short name with its domain.
    text.strip_prefix("i:0#.w|").filter(|name| name.contains('\\')).unwrap_or(text)
}

/// Reads a cell without blanks around it. `by` says which property it holds; without it, the cell is an object id or a user
/// principal name.
///
/// A name that a log marks as deleted is no user: an account that has this name today belongs to another person.
pub(super) fn parse(cell: &str, by: Option<KeyProperty>) -> Result<Key, NotAKey> {
    read(cell, by).map(|(key, _)| key)
}

/// The same, with what was changed in the cell to read it.
pub(super) fn read(cell: &str, by: Option<KeyProperty>) -> Result<(Key, Respellings), NotAKey> {
    let text = meant(cell);
    if text
        .len()
        .checked_sub(DELETED.len())
        .and_then(|end| text.get(end..))
        .is_some_and(|end| end.eq_ignore_ascii_case(DELETED))
    {
        return Err(NotAKey::User(NotAUser::Deleted));
    }
    match by {
        None => account(text),
        Some(by) => match not_a_user::recognised(text) {
            Some(what) => Err(NotAKey::User(what)),
            None => property(by, text),
        },
    }
}

/// The same in a column of this name: in one of all addresses of a mailbox, the primary one (`SMTP:`) is read. In any other column,
/// several addresses may be several people's.
pub(super) fn read_in(column: &str, cell: &str, by: Option<KeyProperty>) -> Result<(Key, Respellings), NotAKey> {
    let text = meant(cell);
    if by.is_none() && has_several_kinds(text) && names::is_of_all_addresses(column) {
        return primary_of(text);
    }
    read(cell, by)
}

fn property(by: KeyProperty, text: &str) -> Result<(Key, Respellings), NotAKey> {
    let why = match property::parse(by, text) {
        Ok(value) => return Ok((Key::Property(by, value), Respellings::default())),
        Err(why) => why,
    };
    if let Some(name) = before_words(text).filter(|_| by == KeyProperty::Mail) {
        return Err(NotAKey::Words(name));
    }
    match (by, respelt(text)) {
        (KeyProperty::Mail | KeyProperty::ProxyAddress, Some((address, done))) => {
            Ok((Key::Property(by, address.as_str().into()), done))
        }
        _ => Err(NotAKey::Value(by, why)),
    }
}

/// Whether a name holds what no name holds, so that it has to be looked at again.
fn is_odd(text: &str) -> bool {
    !text.is_ascii() || text.starts_with('\'') || text.ends_with('.') || text.contains(['%', '`', '\u{b4}'])
}

fn account(text: &str) -> Result<(Key, Respellings), NotAKey> {
    if text.contains('@') && (text.ends_with("..") || text.ends_with('\u{2026}')) {
        return Err(NotAKey::Name(NotAUpn::CutOff));
    }
    let as_it_is = |key| Ok((key, Respellings::default()));
    if let Ok(id) = without_brackets(text).parse::<ObjectId>() {
        return if id.guid().is_nil() { Err(NotAKey::User(NotAUser::ZeroId)) } else { as_it_is(Key::ObjectId(id)) };
    }
    let why = match text.parse() {
        Ok(_) if text.contains("''") => return Err(NotAKey::Name(NotAUpn::DoubledApostrophe)),
        Ok(name) => {
            let respelt = if is_odd(text) { respelt(text) } else { None };
            let (name, done) = respelt.unwrap_or((name, Respellings::default()));
            if let Some(lookalike) = name.lookalike() {
                return Err(NotAKey::Name(NotAUpn::Lookalike(lookalike)));
            }
            return Ok((Key::UserPrincipalName(name), done));
        }
        Err(why) => why,
    };
    if let Some(name) = before_words(text) {
        return Err(NotAKey::Words(name));
    }
    if let Some((name, done)) = respelt(text) {
        return Ok((Key::UserPrincipalName(name), done));
    }
    if let Some(what) = not_a_user::recognised(text) {
        return Err(NotAKey::User(what));
    }
    match entity::accounts(text) {
        // The key inside must not be JSON again.
        Some(EntityAccounts::One(key)) if !key.starts_with(['{', '[']) => account(&key),
        Some(EntityAccounts::None) => Err(NotAKey::User(NotAUser::NoAccount)),
        Some(EntityAccounts::Unclear(number)) => Err(NotAKey::Entities(number)),
        Some(EntityAccounts::One(_)) | None => Err(NotAKey::Name(why)),
    }
}

/// The primary address in a list of all addresses of one mailbox, as Exchange writes it.
fn primary_of(text: &str) -> Result<(Key, Respellings), NotAKey> {
    let no_value = |why| NotAKey::Value(KeyProperty::ProxyAddress, why);
    let name = property::primary(text).map_err(no_value)?;
    let name = name.parse().map_err(|why| no_value(NotAValue::Address(why)))?;
    Ok((Key::UserPrincipalName(name), Respellings::default().with(Respelling::Primary)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cell_decides_what_kind_of_key_it_is() {
        let id = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";
        for text in [id.to_owned(), format!("{{{id}}}"), format!("({id})"), format!("{{ {id} }}")] {
            assert_eq!(parse(&text, None), Ok(Key::ObjectId(id.parse().unwrap())), "{text}");
        }
        for text in ["admin@contoso.com (deleted)", "Admin@contoso.com (Deleted)"] {
            assert_eq!(parse(text, None), Err(NotAKey::User(NotAUser::Deleted)), "{text}");
        }
        let name = Key::UserPrincipalName("admin@contoso.com".parse().unwrap());
        for text in [
            "admin@contoso.com",
            "=\"Admin@contoso.com\"",
            r#"{"Type":"account","Name":"admin","UPNSuffix":"contoso.com"}"#,
        ] {
            assert_eq!(parse(text, None), Ok(name.clone()), "{text}");
        }
        assert_eq!(parse("Sync_AADC01_5ea1@contoso.onmicrosoft.com", None).map(|_| ()), Ok(()));
        assert_eq!(parse("00000000-0000-0000-0000-000000000000", None), Err(NotAKey::User(NotAUser::ZeroId)));
        assert_eq!(parse("Microsoft Teams Services", None), Err(NotAKey::Name(NotAUpn::NoAt)));
        assert_eq!(parse("(deleted)", None), Err(NotAKey::Name(NotAUpn::NoAt)));
        assert_eq!(parse(r#"[{"Type":"account"}]"#, None), Err(NotAKey::Entities(1)));
    }

    #[test]
    fn what_looks_like_another_name_says_which_sign_it_is() {
        for (text, why) in [
            ("\u{430}da@contoso.com", NotAUpn::Lookalike('\u{430}')),
            ("ada@c\u{43e}ntoso.com", NotAUpn::Lookalike('\u{43e}')),
            ("jean\u{2011}luc@contoso.com", NotAUpn::Lookalike('\u{2011}')),
            ("ada@contoso.c...", NotAUpn::CutOff),
            ("ada@conto\u{2026}", NotAUpn::CutOff),
        ] {
            assert_eq!(parse(text, None), Err(NotAKey::Name(why)), "{text}");
        }
        for text in ["j\u{fc}rgen@contoso.com", "\u{438}\u{432}\u{430}\u{43d}@contoso.com", "ada@contoso.com."] {
            assert!(parse(text, None).is_ok(), "{text}");
        }
    }

    #[test]
    fn of_all_addresses_of_a_mailbox_the_primary_one_names_it() {
        let ada = Key::UserPrincipalName("ada@contoso.com".parse().unwrap());
        for text in [
            "SMTP:ada@contoso.com;smtp:al@contoso.com",
            "smtp:al@contoso.com; SIP:ada@contoso.com; SMTP:ada@contoso.com",
            "smtp:al@contoso.com+SMTP:ada@contoso.com+X500:/o=x",
            "smtp:al@contoso.com,SMTP:ada@contoso.com",
            "SMTP:ada@contoso.com smtp:al@contoso.com",
            "SMTP:ada@contoso.com\nsmtp:al@contoso.com",
            "{SMTP:ada@contoso.com, smtp:al@contoso.com}",
        ] {
            let read = read_in("EmailAddresses", text, None).map(|(key, _)| key);
            assert_eq!(read, Ok(ada.clone()), "{text}");
            assert!(read_in("Email", text, None).is_err(), "{text}: they may be two people");
            let by_proxy = Key::Property(KeyProperty::ProxyAddress, "ada@contoso.com".into());
            assert_eq!(parse(text, Some(KeyProperty::ProxyAddress)), Ok(by_proxy), "{text}");
        }
        for (text, why) in [
            ("SMTP:ada@contoso.com;SMTP:eve@contoso.com", NotAValue::Primaries(2)),
            ("smtp:ada@contoso.com;smtp:eve@contoso.com", NotAValue::Primaries(0)),
            ("eve@contoso.com;SMTP:ada@contoso.com;smtp:al@contoso.com", NotAValue::NoKind),
        ] {
            let read = read_in("Proxy addresses", text, None);
            assert_eq!(read.map(|_| ()), Err(NotAKey::Value(KeyProperty::ProxyAddress, why)), "{text}");
        }
    }

    #[test]
    fn a_property_is_only_itself() {
        assert_eq!(
            parse("0042", Some(KeyProperty::EmployeeId)),
            Ok(Key::Property(KeyProperty::EmployeeId, "0042".into()))
        );
        assert_eq!(
            parse("i:0#.w|corp\\jdoe", Some(KeyProperty::SamAccountName)),
            Ok(Key::Property(KeyProperty::SamAccountName, "jdoe".into()))
        );
        assert_eq!(parse("S-1-5-18", Some(KeyProperty::Sid)), Err(NotAKey::User(NotAUser::WellKnownSid)));
        assert_eq!(
            parse("NT AUTHORITY\\SYSTEM", Some(KeyProperty::SamAccountName)),
            Err(NotAKey::User(NotAUser::System))
        );
        assert_eq!(
            parse("0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11", Some(KeyProperty::Mail)),
            Err(NotAKey::Value(KeyProperty::Mail, NotAValue::Address(NotAUpn::NoAt)))
        );
    }
}
