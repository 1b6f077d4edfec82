//! One row of the roster and what the directory says about it become one decision.

use std::collections::HashMap;

use super::account_rules::AccountRules;
use super::beside::Beside;
use super::contradiction;
use super::non_persons::NonPersons;
use super::reason::Reason;
use super::row::{Decision, ListPlace};
use super::ruling::Ruling;
use super::sheet_rows::SheetRows;
use crate::directory::{Account, Deleted, Found, OnPremises};
use crate::ids::{ObjectId, RowNumber};
use crate::roster::{Defect, Key, Person};
use crate::words::to_the_second;

/// What is known about one row when it is judged.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// The row could not be read.
    Defect(&'a Defect),
    /// The person on the row, and what the directory says.
    Person(&'a Person, &'a Found, &'a Beside),
}

/// Judges row after row. It remembers which accounts it has seen, at some forty bytes each.
pub struct Judge<'a> {
    rules: AccountRules<'a>,
    first_rows: HashMap<ObjectId, RowNumber>,
    sheet_rows: SheetRows,
}

impl<'a> Judge<'a> {
    /// Judges by these rules.
    #[must_use]
    pub fn new(rules: AccountRules<'a>) -> Self {
        Self { rules, first_rows: HashMap::new(), sheet_rows: SheetRows::default() }
    }

    /// How many accounts were named so far.
    pub(super) fn accounts(&self) -> usize {
        self.first_rows.len()
    }

    /// Was this account named so far?
    pub(super) fn knows(&self, account: ObjectId) -> bool {
        self.first_rows.contains_key(&account)
    }

    /// Judges the next row. Rows have to come in the roster's order: of two rows for one account the first counts.
    pub fn judge(&mut self, place: ListPlace, known: Known<'_>) -> Ruling {
        let row = place.row;
        self.sheet_rows.note(row, place.sheet_row);
        let (person, found, beside) = match known {
            Known::Defect(defect) if defect.is_left_out() => {
                return Ruling::skip(Reason::LeftOut, defect.reason.to_string());
            }
            Known::Defect(defect) if defect.is_not_a_user() => {
                return Ruling::skip(Reason::NotAUser, defect.to_string());
            }
            Known::Defect(defect) => return Ruling::refuse(Reason::Unreadable, defect.to_string()),
            Known::Person(person, found, beside) => (person, found, beside),
        };
        if let Some(other) = &beside.as_object_id {
            let found = match found {
                Found::Account(account) => format!("as an ObjectGUID of Active Directory it is {account}'s"),
                _ => "no account has it as its ObjectGUID of Active Directory".to_owned(),
            };
            return Ruling::refuse(Reason::Ambiguous, format!("it is the object id of {other}; {found}"));
        }
        let account = match found {
            Found::Account(account) => account,
            Found::Missing if !beside.padded.is_empty() => {
                return Ruling::refuse(Reason::ZerosLost, with_zeros(beside));
            }
            Found::Missing => return Ruling::refuse(Reason::NotFound, missing(person, beside)),
            Found::Deleted(deleted) => return Ruling::skip(Reason::Deleted, describe_with(deleted, beside)),
            Found::Several(several) => {
                let names: Vec<_> = several.iter().map(ToString::to_string).collect();
                return Ruling::refuse(Reason::Ambiguous, names.join(" and "));
            }
        };
        if let Some(other) =
            person.also.as_ref().filter(|name| name.folded() != account.user_principal_name.to_lowercase())
        {
            let detail = format!("the roster says {other}, the directory {account}");
            return Ruling::refuse(Reason::Mismatch, detail);
        }
        // The number itself is somebody's, and with its zeros it is somebody else's: a spreadsheet decided which.
        if !beside.padded.is_empty() {
            return Ruling::refuse(Reason::ZerosLost, format!("{account} has it as it is; {}", with_zeros(beside)));
        }
        if let (Some(address), Some(found)) = (&person.also_address, &beside.address)
            && let Some(other) = other_than(account.object_id, found)
        {
            return Ruling::refuse(Reason::Mismatch, format!("{account} has the key; {address} belongs to {other}"));
        }
        if let Some(other) = person.also_id.filter(|id| *id != account.object_id) {
            return Ruling::refuse(Reason::Mismatch, format!("the roster says {other}, the directory {account}"));
        }
        // A short name is unique in its domain alone: there is a hans on every other machine.
        if let Some(domain) = person.domain.as_deref().filter(|domain| !is_of(account.on_premises.as_deref(), domain)) {
            let known = account.on_premises.as_ref().map_or("", |there| &there.domain_name);
            let known = if known.is_empty() { "no domain" } else { known };
            let name = account.on_premises.as_ref().map_or("", |there| &there.sam_account_name);
            let detail = format!(
                "the roster says domain {domain}, the directory {known} for {account}: a short domain name need not be like its DNS name, so the two cannot be compared; if they are one domain, write {name} without a domain"
            );
            return Ruling::refuse(Reason::Mismatch, detail);
        }
        // A mail address can be passed on to another person. The account must be named by what is its own.
        if let Key::UserPrincipalName(name) = &person.key
            && name.folded() != account.user_principal_name.to_lowercase()
        {
            let is_mail = account.mail.as_deref().is_some_and(|mail| mail.to_lowercase() == name.folded());
            let reason = if is_mail { Reason::MailAddress } else { Reason::Alias };
            let deleted = beside.had_name.last().map(|deleted| {
                format!("; an account that had it is deleted: {}{}", describe(deleted), how_many_more(beside))
            });
            return Ruling::refuse(reason, format!("belongs to {account}{}", deleted.unwrap_or_default()));
        }
        let contradiction = contradiction::of(&person.hints, account);
        if let Some(detail) = contradiction.clone().filter(|_| self.rules.is_strict()) {
            return Ruling::refuse(Reason::Contradicted, detail);
        }
        // From here on a later row for the same account adds nothing, whatever is decided. A row that names the account
        // wrongly has not claimed it: a later row may name it rightly.
        let first = *self.first_rows.entry(account.object_id).or_insert(row);
        if first != row {
            return Ruling::skip(Reason::Duplicate, self.sheet_rows.place(first).to_string());
        }
        let mut ruling = self.rules.rule(account);
        NonPersons::mark(&mut ruling, account);
        if ruling.decision == Decision::Act {
            let respelt = Some(person.respelt).filter(|respelt| !respelt.is_empty()).map(|respelt| respelt.to_string());
            for (reason, detail) in [(Reason::Contradicted, contradiction), (Reason::Respelt, respelt)] {
                let Some(detail) = detail else { continue };
                ruling.reasons.push(reason);
                ruling.detail = if ruling.detail.is_empty() { detail } else { format!("{}; {detail}", ruling.detail) };
            }
        }
        ruling
    }
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
    let at = deleted_at.map(|at| format!(", deleted at {}", to_the_second(at)));
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
