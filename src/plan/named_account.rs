//! The one account that a row names, or why it names none for certain.

use super::beside::Beside;
use super::reason::Reason;
use super::ruling::Ruling;
use crate::directory::{Account, Deleted, Found, OnPremises};
use crate::ids::ObjectId;
use crate::roster::{Key, Person};
use crate::words::utc_second;

/// The account that is meant.
///
/// # Errors
///
/// What is decided about the row instead: its key finds none or several, or the rest of the row says another one.
pub(super) fn account_of<'f>(person: &Person, found: &'f Found, beside: &Beside) -> Result<&'f Account, Ruling> {
    let account = account_found(person, found, beside)?;
    refuse_another(person, account, beside)?;
    refuse_another_domain(person, account)?;
    refuse_another_name(person, account, beside)?;
    Ok(account)
}

/// The account that the key finds.
fn account_found<'f>(person: &Person, found: &'f Found, beside: &Beside) -> Result<&'f Account, Ruling> {
    if let Some(other) = &beside.as_object_id {
        let found = match found {
            Found::Account(account) => format!("as an ObjectGUID of Active Directory it is {account}'s"),
            _ => "no account has it as its ObjectGUID of Active Directory".to_owned(),
        };
        return Err(Ruling::refuse(Reason::Ambiguous, format!("it is the object id of {other}; {found}")));
    }
    Err(match found {
        Found::Account(account) => return Ok(account),
        Found::Missing if !beside.padded.is_empty() => Ruling::refuse(Reason::ZerosLost, with_zeros(beside)),
        Found::Missing => Ruling::refuse(Reason::NotFound, missing(person, beside)),
        Found::Deleted(deleted) => Ruling::skip(Reason::Deleted, describe_with(deleted, beside)),
        Found::Several(several) => {
            let names: Vec<_> = several.iter().map(ToString::to_string).collect();
            Ruling::refuse(Reason::Ambiguous, names.join(" and "))
        }
    })
}

/// Another column of the row may name another account.
fn refuse_another(person: &Person, account: &Account, beside: &Beside) -> Result<(), Ruling> {
    let mismatch = |detail| Err(Ruling::refuse(Reason::Mismatch, detail));
    let own = account.user_principal_name.to_lowercase();
    if let Some(other) = person.also.as_ref().filter(|name| name.folded() != own) {
        return mismatch(format!("the roster says {other}, the directory {account}"));
    }
    // The number itself is somebody's, and with its zeros it is somebody else's: a spreadsheet decided which.
    if !beside.padded.is_empty() {
        let detail = format!("{account} has it as it is; {}", with_zeros(beside));
        return Err(Ruling::refuse(Reason::ZerosLost, detail));
    }
    if let (Some(address), Some(found)) = (&person.also_address, &beside.address)
        && let Some(other) = other_than(account.object_id, found)
    {
        return mismatch(format!("{account} has the key; {address} belongs to {other}"));
    }
    match person.also_id.filter(|id| *id != account.object_id) {
        Some(other) => mismatch(format!("the roster says {other}, the directory {account}")),
        None => Ok(()),
    }
}

/// A short name is unique in its domain alone: there is a hans on every other machine.
fn refuse_another_domain(person: &Person, account: &Account) -> Result<(), Ruling> {
    let there = account.on_premises.as_deref();
    let Some(domain) = person.domain.as_deref().filter(|domain| !is_of(there, domain)) else { return Ok(()) };
    let (known, name) = there.map_or(("", ""), |there| (&there.domain_name, &there.sam_account_name));
    let known = if known.is_empty() { "no domain" } else { known };
    let detail = format!(
        "the roster says domain {domain}, the directory {known} for {account}: a short domain name need not be like its DNS name, \
         so the two cannot be compared; if they are one domain, write {name} without a domain"
    );
    Err(Ruling::refuse(Reason::Mismatch, detail))
}

/// A mail address can be passed on to another person. The account must be named by what is its own.
fn refuse_another_name(person: &Person, account: &Account, beside: &Beside) -> Result<(), Ruling> {
    let Key::UserPrincipalName(name) = &person.key else { return Ok(()) };
    if name.folded() == account.user_principal_name.to_lowercase() {
        return Ok(());
    }
    let is_mail = account.mail.as_deref().is_some_and(|mail| mail.to_lowercase() == name.folded());
    let reason = if is_mail { Reason::MailAddress } else { Reason::Alias };
    let deleted = beside
        .had_name
        .last()
        .map(|deleted| format!("; an account that had it is deleted: {}{}", describe(deleted), how_many_more(beside)));
    Err(Ruling::refuse(reason, format!("belongs to {account}{}", deleted.unwrap_or_default())))
}

/// What is known of a person whom the key does not find.
fn missing(person: &Person, beside: &Beside) -> String {
    match (&person.also_address, &beside.address) {
        (Some(name), Some(Found::Account(account))) => {
            format!("{name} on the same row is {account}: to find people by that column, name it with --key")
        }
        _ => person.respelt.to_string(),
    }
}

/// Who has the number with zeros in front.
fn with_zeros(beside: &Beside) -> String {
    let each = beside.padded.iter().map(|(number, account)| format!("{number} is {account}"));
    each.collect::<Vec<_>>().join(" and ")
}

/// The account that was found, where it is another one.
fn other_than(object_id: ObjectId, found: &Found) -> Option<String> {
    let is_other = |account: &Account| account.object_id != object_id;
    match found {
        Found::Account(account) => Some(account.as_ref()).filter(|account| is_other(account)).map(ToString::to_string),
        // One of them may be the account itself, by another address.
        Found::Several(several) => several.iter().all(is_other).then(|| several.first().map(ToString::to_string))?,
        Found::Missing | Found::Deleted(_) => None,
    }
}

/// Whether the account is in this domain of Active Directory, by the DNS name of the domain or by the first label of it,
/// which is what is written in front of short names (`CORP\ada` in `corp.contoso.com`).
fn is_of(there: Option<&OnPremises>, domain: &str) -> bool {
    let Some(known) = there.map(|there| there.domain_name.as_str()).filter(|name| !name.is_empty()) else {
        return false;
    };
    let first_label = known.split('.').next().unwrap_or(known);
    [known, first_label].iter().any(|name| name.eq_ignore_ascii_case(domain))
}

/// The same, with what else is known of its name.
fn describe_with(deleted: &Deleted, beside: &Beside) -> String {
    let now = beside.has_name_now.as_ref().map(|account| format!("; the name is now that of {account}"));
    format!("{}{}{}", describe(deleted), how_many_more(beside), now.unwrap_or_default())
}

/// How many deleted accounts had the name besides the one that was deleted last.
fn how_many_more(beside: &Beside) -> String {
    match beside.had_name.len() {
        0 | 1 => String::new(),
        several => format!(", the latest of {several} deleted accounts that had the name"),
    }
}

fn describe(deleted: &Deleted) -> String {
    let Deleted { object_id, user_principal_name, deleted_at } = deleted;
    let at = deleted_at.map(|at| format!(", deleted at {}", utc_second(at)));
    format!("{user_principal_name} ({object_id}){}", at.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_known_by_its_dns_name_or_by_the_first_label_of_it() {
        let there = OnPremises { domain_name: "corp.contoso.com".into(), ..OnPremises::default() };
        for (domain, is) in [
            ("CORP", true),
            ("Corp.Contoso.com", true),
            ("contoso", false),
            ("ws-0042", false),
            ("corp.contoso", false),
        ] {
            assert_eq!(is_of(Some(&there), domain), is, "{domain}");
        }
        assert!(!is_of(None, "CORP") && !is_of(Some(&OnPremises::default()), "CORP"), "what is not known is no match");
    }
}
