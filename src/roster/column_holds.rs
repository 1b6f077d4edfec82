//! What stands in the columns of a list in which no column is the key by its name: what a message may offer.

use strum::VariantArray as _;

use super::answer_sheet;
use super::entry::Key;
use super::instruction::{self, Instruction};
use super::key;
use super::key_property::KeyProperty;
use super::leave_words;
use super::names;
use super::people_in;
use super::several;

/// A column that may be named with `--key` or `--by`, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFound {
    /// Its name, as the header spells it.
    pub name: String,
    /// What stands in it.
    pub holds: ColumnHolds,
}

/// What stands in a column, by its name and by the first people of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnHolds {
    /// Names of accounts.
    Accounts,
    /// Names of accounts, and on some rows something else.
    AccountsAndMore,
    /// Names of accounts of somebody else, by the name of the column: managers, senders.
    OfSomebodyElse,
    /// Names of accounts of those who answered a form or made a request.
    OfRespondents,
    /// Names of accounts that are to be left alone, by the name of the column.
    ToBeLeft,
    /// Several accounts in one cell.
    Several,
    /// A property that accounts can be found by.
    Property(KeyProperty),
}

impl ColumnHolds {
    /// Whether those in it may be the people who are meant.
    pub(super) const fn is_of_accounts(self) -> bool {
        matches!(self, Self::Accounts | Self::AccountsAndMore)
    }

    /// What a column of this name holds that has accounts in it.
    fn of_accounts(name: &str) -> Option<Self> {
        let heading = name.trim_matches(|c: char| matches!(c, ':' | '[' | ']') || c.is_whitespace());
        if names::is_never_a_key(name) {
            Some(Self::OfSomebodyElse)
        } else if instruction::instruction(heading) == Some(Instruction::YesLeaves)
            || leave_words::leaving_word(heading).is_some()
        {
            Some(Self::ToBeLeft)
        } else {
            None
        }
    }
}

/// The columns of which something is known.
pub(super) fn of(header: &[String], people: &[Vec<String>]) -> Vec<ColumnFound> {
    let found = header.iter().enumerate().filter(|(_, name)| !name.is_empty());
    let respondent = answer_sheet::respondent(header);
    let found = found.filter_map(|(index, name)| {
        // In a row with a cell too many, the cells stand in wrong columns.
        let whole = people.iter().filter(|row| row.len() <= header.len());
        let cells = whole.filter_map(|row| row.get(index)).map(String::as_str).filter(|cell| !cell.is_empty());
        let holds = match holds(name, &cells.collect::<Vec<_>>())? {
            of_people if of_people.is_of_accounts() && respondent == Some(index) => ColumnHolds::OfRespondents,
            other => other,
        };
        Some(ColumnFound { name: name.clone(), holds })
    });
    found.collect()
}

fn holds(name: &str, cells: &[&str]) -> Option<ColumnHolds> {
    let is_several = |cell: &str| several::addresses(cell) > 1 && people_in::people(cell, None).is_some();
    let names_one = |cell: &str| matches!(key::parse(cell, None), Ok(Key::UserPrincipalName(_)));
    let accounts = cells.iter().filter(|cell| names_one(cell) || is_several(cell)).count();
    if cells.iter().any(|cell| several::names_several(cell).is_some() && !is_several(cell)) {
        return Some(ColumnHolds::of_accounts(name).unwrap_or(ColumnHolds::Several));
    }
    if accounts > 0 && 2 * accounts >= cells.len() {
        // Of a list, one row may be broken; a text with people in it has more lines than that.
        let all = if cells.len() - accounts < 2 { ColumnHolds::Accounts } else { ColumnHolds::AccountsAndMore };
        return Some(ColumnHolds::of_accounts(name).unwrap_or(all));
    }
    let meaning = names::meaning(name);
    let by_form = [
        KeyProperty::SamAccountName,
        KeyProperty::EmployeeId,
        KeyProperty::Sid,
        KeyProperty::ProxyAddress,
        KeyProperty::ImmutableId,
    ];
    let property = KeyProperty::VARIANTS.iter().filter(|by| by_form.contains(by));
    property.copied().find(|by| names::of_property(*by).contains(&meaning.as_str())).map(ColumnHolds::Property)
}

/// What to do about a list without a key column, as sentences; `None` where nothing in it can be the key.
pub(super) fn help(found: &[ColumnFound]) -> Option<String> {
    if found.iter().any(|column| is_garbled(&column.name)) {
        return Some(
            "The names of the columns cannot be read: the list is in an encoding that is not known for certain. Save it as \"CSV UTF-8\", and plan it again."
                .to_owned(),
        );
    }
    let of = |holds: ColumnHolds| found.iter().filter(move |column| column.holds == holds).map(|column| &column.name);
    let found_accounts = found.iter().filter(|column| column.holds.is_of_accounts());
    let accounts: Vec<&String> = found_accounts.map(|column| &column.name).collect();
    let others: Vec<&String> = of(ColumnHolds::OfSomebodyElse).collect();
    let property = found.iter().find_map(|column| match column.holds {
        ColumnHolds::Property(by) => Some((&column.name, by)),
        _ => None,
    });
    if let Some(respondent) = of(ColumnHolds::OfRespondents).next() {
        let meant = match accounts.as_slice() {
            [] => "Export the list with the accounts of those who are meant.".to_owned(),
            columns => {
                format!("Name the column of those who are meant (accounts stand in {}): --key COLUMN", listed(columns))
            }
        };
        let respondents = quote(respondent).unwrap_or_else(|| "COLUMN".to_owned());
        return Some(format!(
            "The rows are requests or the answers to a form, and {respondent:?} is who made them. {meant}\nIf those who made them are meant: --key {respondents}"
        ));
    }
    if let Some(left) = of(ColumnHolds::ToBeLeft).next().filter(|_| accounts.is_empty()) {
        return Some(format!(
            "The accounts stand below {left:?}, and by its name they are to be left alone. Write a list of those who are meant."
        ));
    }
    if let [only] = accounts.as_slice()
        && let Some(help) = help_for_text(only, of(ColumnHolds::AccountsAndMore).next().is_some())
    {
        return Some(help);
    }
    if let [only] = accounts.as_slice()
        && others.is_empty()
        && !is_a_person(only)
    {
        return Some(match quote(only) {
            Some(column) => format!("Accounts stand in the column {only:?}. If those people are meant: --key {column}"),
            None => format!(
                "Accounts stand in the column {only:?}. If those people are meant, name it as your shell quotes it: --key COLUMN"
            ),
        });
    }
    if accounts.iter().any(|name| is_a_person(name)) {
        return Some("If the first line is a person, put a line above it that says: user".to_owned());
    }
    if let Some(column) = of(ColumnHolds::Several).next() {
        return Some(format!(
            "The cells of the column {column:?} name several people each. Write a row for each person."
        ));
    }
    if !accounts.is_empty() {
        let listed = listed(&accounts);
        let of_others = match others.as_slice() {
            [] => String::new(),
            others => format!(" ({}: somebody else, by the name of the column)", self::listed(others)),
        };
        return Some(format!(
            "Accounts stand in the columns {}{of_others}. Name the column of those who are meant: --key COLUMN",
            if others.is_empty() { listed } else { format!("{listed}, {}", self::listed(&others)) }
        ));
    }
    if let Some((name, by)) = property {
        let flag: &str = by.into();
        return Some(format!("The column {name:?} holds the {by}. To find people by it: --by {flag}"));
    }
    let other = others.first()?;
    Some(format!(
        "The only accounts stand in {other:?}, and by its name that is somebody else. Export the list with the accounts of those who are meant."
    ))
}

/// What to do where the first line is a heading above people, or the beginning of a text.
fn help_for_text(first_line: &str, has_more: bool) -> Option<String> {
    if has_more {
        return Some(format!(
            "Accounts stand below {first_line:?}, and other text does, too. Copy those who are meant into a file of their own, one a line, below a first line that says: user"
        ));
    }
    let is_a_heading =
        first_line.ends_with([':', '\u{ff1a}']) || (first_line.starts_with('[') && first_line.ends_with(']'));
    is_a_heading
        .then(|| format!("{first_line:?} may be a heading. If all people below it are meant, write in its place: user"))
}

/// Whether letters could not be decoded, or were decoded as what no language writes: signs and accents, one behind the other.
fn is_garbled(name: &str) -> bool {
    let strange = |c: &char| matches!(c, '\u{80}'..='\u{bf}' | '\u{d7}' | '\u{f7}');
    name.contains('\u{fffd}') || name.chars().filter(strange).count() > 1
}

/// A first line with such a cell may be a person and no header.
fn is_a_person(name: &str) -> bool {
    name.contains(['@', '#', '\\']) && !name.contains('[')
}

fn listed(names: &[&String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// A name of a column as every shell takes it (sh, PowerShell, cmd); `None` where they do not agree.
pub(super) fn quote(name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    // Inside double quotes these have a meaning in one shell or another; PowerShell takes typographic quotes for quotes.
    let means_something = |c: char| {
        matches!(c, '"' | '$' | '`' | '\\' | '%' | '!' | '\u{201c}' | '\u{201d}' | '\u{201e}') || c.is_control()
    };
    if name.is_empty() || name.contains(means_something) {
        return None;
    }
    Some(if name.chars().all(plain) { name.to_owned() } else { format!("\"{name}\"") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help_for(list: &str) -> Option<String> {
        let mut rows = list.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        let header = rows.next().unwrap();
        help(&of(&header, &rows.collect::<Vec<_>>()))
    }

    #[test]
    fn the_column_that_can_be_the_key_is_offered_as_a_shell_takes_it() {
        for (list, flag) in [
            ("Emp,Contact at work\nAda,ada@b.com", "--key \"Contact at work\""),
            ("Nom,Contact d\u{2019}ici\nAda,ada@b.com", "--key \"Contact d\u{2019}ici\""),
            ("SamAccountName,Name\njdoe,Jane", "--by sam"),
            ("Emp ID,Name\n00042,Ada", "--by employee-id"),
        ] {
            let help = help_for(list).unwrap();
            assert!(help.ends_with(flag), "{list}: {help}");
        }
    }

    #[test]
    fn no_other_column_is_offered_and_two_columns_are_a_question() {
        let help = help_for("Manager email,Leaver contact\nboss@b.com,ada@b.com").unwrap();
        assert!(help.contains("\"Manager email\"") && help.contains("\"Leaver contact\""), "{help}");
        assert!(help.ends_with("--key COLUMN"), "{help}");
        let help = help_for("When,sender_address\nx,boss@b.com").unwrap();
        assert!(!help.contains("--key"), "{help}");
        let help = help_for("who\nada@b.com;eve@b.com").unwrap();
        assert!(help.ends_with("--key who"), "{help}");
        let help = help_for("who\nada@b.com and eve@b.com").unwrap();
        assert!(!help.contains("--key"), "{help}");
        assert_eq!(help_for("name,city\nAda,London"), None);
    }

    #[test]
    fn what_leads_to_wrong_people_is_not_offered() {
        for list in [
            "Hi team\nplease lock\nada@b.com\neve@b.com\nThanks\nboss@b.com",
            "Leavers:\nada@b.com\neve@b.com",
            "[disable]\nada@b.com\neve@b.com",
            "Do NOT disable:\nada@b.com",
            "Keep\nada@b.com\neve@b.com",
            "Name,Weiterleitung an\nAda,boss@b.com",
            "Nom,Mail N+1\nAda,boss@b.com",
            "Name,Ansprechperson HR\nAda,boss@b.com",
        ] {
            let help = help_for(list).unwrap();
            assert!(!help.contains("--key"), "{list}: {help}");
        }
        let help = help_for("ID,Start time,Completion time,Email,Leaver\n1,x,x,boss@b.com,Ada").unwrap();
        assert!(help.contains("answers to a form") && help.ends_with("--key Email"), "{help}");
        let help = help_for("ID,Start time,Completion time,Email,Leaver\n1,x,x,boss@b.com,ada@b.com").unwrap();
        assert!(help.contains("(accounts stand in \"Leaver\"): --key COLUMN"), "{help}");
    }

    #[test]
    fn a_header_in_an_unknown_encoding_is_no_name_to_type() {
        for header in ["\u{a9}m\u{a6}W,\u{a4}\u{bd}\u{a5}q", "y,x\u{fffd}"] {
            let help = help_for(&format!("{header}\nada,ada@b.com")).unwrap();
            assert!(help.contains("CSV UTF-8") && !help.contains("--key"), "{help}");
        }
        assert!(help_for("Nº,Contact à côté\n1,ada@b.com").unwrap().contains("--key"));
    }

    #[test]
    fn a_name_that_no_quote_holds_in_every_shell_is_not_offered() {
        for name in ["a\"b", "$HOME", "a`b", "100%", "wow!", "\u{201c}x\u{201d}", ""] {
            assert_eq!(quote(name), None, "{name}");
        }
        assert_eq!(quote("Nome UPN").unwrap(), "\"Nome UPN\"");
    }
}
