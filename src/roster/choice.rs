//! Chooses the key columns, by their names and by what stands in them.

use super::answer_sheet;
use super::column::NamedColumn;
use super::column_holds::{self, ColumnFound};
use super::entry::Key;
use super::error::RosterError;
use super::header::Header;
use super::key::{self, NotAKey};
use super::names;
use super::people_in;

/// The columns that name people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) key: NamedColumn,
    /// Is read where the key cell is empty.
    pub(super) fallback: Option<NamedColumn>,
    /// Holds user principal names that must agree with the object id.
    pub(super) upn_beside: Option<NamedColumn>,
    /// Holds object ids that must agree with the user principal name.
    pub(super) id_beside: Option<NamedColumn>,
}

/// What the first people of a list show about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// There is a key in it.
    Keys,
    /// There is nothing in it.
    Nothing,
    /// There is something in it, and no key: the numbers of a personnel system, display names.
    Other,
}

impl Keys {
    /// One column, and nothing beside it.
    pub(super) const fn only(key: NamedColumn) -> Self {
        Self { key, fallback: None, upn_beside: None, id_beside: None }
    }

    /// The column that the operator names, and the column that must agree with it. Two columns about one person must agree, also
    /// if the operator names only one of them.
    pub(super) fn named(header: &Header<'_>, key: NamedColumn) -> Self {
        let name = header.folded(&key).to_owned();
        let is_other = |column: &NamedColumn| *column != key;
        let upn = |column: &NamedColumn| is_other(column) && names::are_of_one_person(&name, header.folded(column));
        let id = |column: &NamedColumn| is_other(column) && names::are_of_one_person(header.folded(column), &name);
        let only = |mut columns: Vec<NamedColumn>| if columns.len() == 1 { columns.pop() } else { None };
        let ids = if is_of_events(header, &name) { Vec::new() } else { header.all_of(names::UPN) };
        let upn_beside = only(ids.into_iter().filter(upn).collect());
        let id_beside = only(ids_of_accounts(header).into_iter().filter(id).collect());
        Self { key, fallback: None, upn_beside, id_beside }
    }

    /// The surest column that may hold keys, judged by the first people of the list; the column that is read where that one is
    /// empty; and the columns that have to agree with it. Whether other columns name other accounts, only the whole list shows.
    pub(super) fn chosen(header: &Header<'_>, people: &[Vec<String>]) -> Result<Self, RosterError> {
        let (ids, upns) = (ids_of_accounts(header), header.all_of(names::UPN));
        let respondent = answer_sheet::respondent(header.names);
        let mut likely = header.all_of(names::LIKELY);
        likely.retain(|column| Some(column.index) != respondent);
        let of = |column: &NamedColumn| evidence(people, column);
        let may_be = |column: &&NamedColumn| of(column) != Evidence::Other;
        let first_of = |columns: &[NamedColumn]| columns.iter().find(may_be).cloned();
        let sure = |columns: &[NamedColumn]| columns.iter().find(|column| of(column) == Evidence::Keys).cloned();
        // A column with the name of the property has to agree, also if it holds something else.
        let upn = first_of(&upns)
            .or_else(|| upns.iter().find(|column| names::is_a_upn_indeed(header.folded(column))).cloned());
        if let Some(key) = first_of(&ids) {
            let key = header.alone(key)?;
            // An id column in which names stand, as logs have them, has to agree with an id as well.
            let names_in_ids = ids.iter().find(|column| **column != key && holds_names(people, column)).cloned();
            let upn = header.alone_if_any(upn)?.or(names_in_ids);
            let fallback = upn.clone().or_else(|| sure(&likely)).or_else(|| first_of(&likely));
            return Ok(Self { key, fallback, upn_beside: upn, id_beside: None });
        }
        if let Some(key) = first_of(&upns) {
            let fallback = if of(&key) == Evidence::Nothing { sure(&likely) } else { None };
            return Ok(Self { fallback, ..Self::only(header.alone(key)?) });
        }
        if let Some(key) = sure(&likely).or_else(|| first_of(&likely)) {
            return Ok(Self::only(header.alone(key)?));
        }
        // Where accounts stand in another column, that one is meant, or the person has to be asked.
        let used: Vec<&str> = ids.iter().chain(&upns).chain(&likely).map(|column| column.name.as_str()).collect();
        let elsewhere = column_holds::of(header.names, people);
        let is_elsewhere =
            |column: &ColumnFound| column.holds.is_of_accounts() && !used.contains(&column.name.as_str());
        if respondent.is_some() || elsewhere.iter().any(is_elsewhere) {
            return Err(header.no_key(None));
        }
        // No column holds keys. The surest is taken, so that every row says why its cell is none.
        match ids.into_iter().chain(upns).chain(likely).next() {
            Some(key) => Ok(Self::only(header.alone(key)?)),
            None => Err(header.no_key(None)),
        }
    }
}

/// The columns with the object ids of the people on the list.
fn ids_of_accounts(header: &Header<'_>) -> Vec<NamedColumn> {
    let mut ids = header.all_of(names::OBJECT_ID);
    ids.retain(|column| !is_of_events(header, header.folded(column)));
    ids
}

/// Whether the list is a log and this column holds an event or the object of an action, not the person who acted.
fn is_of_events(header: &Header<'_>, folded: &str) -> bool {
    [names::ID, names::OBJECT].contains(&folded) && header.is_of_a_log()
}

fn evidence(people: &[Vec<String>], column: &NamedColumn) -> Evidence {
    let mut found = Evidence::Nothing;
    for cell in cells(people, column) {
        match key::read_in(&column.name, cell, None) {
            // A column of a log in which something stands that is no user holds users as well.
            Ok(_) | Err(NotAKey::User(_) | NotAKey::Entities(_)) => return Evidence::Keys,
            Err(_) if people_in::people(cell, None).is_some() => return Evidence::Keys,
            Err(NotAKey::Name(_) | NotAKey::Value(..) | NotAKey::Words(_)) => found = Evidence::Other,
        }
    }
    found
}

/// Whether a column holds user principal names only.
fn holds_names(people: &[Vec<String>], column: &NamedColumn) -> bool {
    let mut cells = cells(people, column).peekable();
    let is_a_name = |cell| matches!(key::parse(cell, None), Ok(Key::UserPrincipalName(_)));
    cells.peek().is_some() && cells.all(is_a_name)
}

fn cells<'a>(people: &'a [Vec<String>], column: &NamedColumn) -> impl Iterator<Item = &'a str> {
    let index = column.index;
    people.iter().filter_map(move |row| row.get(index)).map(String::as_str).filter(|cell| !cell.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::source::Source;

    const ADA: &str = "55b03d57-1a70-479b-9b21-fd7683c5d3c0";
    const EVE: &str = "78020313-a336-4408-b1ce-602c649fe7dd";

    fn chosen(list: &str) -> Result<(String, Option<String>), RosterError> {
        let list = list.replace("ADA", ADA).replace("EVE", EVE);
        let mut rows: Vec<Vec<String>> = list.lines().map(|row| row.split(',').map(str::to_owned).collect()).collect();
        let names = rows.remove(0);
        let from = Source::bytes("a test", Vec::new());
        let keys = Keys::chosen(&Header::for_tests(&names, "the header", &from), &rows)?;
        Ok((keys.key.name, keys.fallback.map(|column| column.name)))
    }

    fn key(list: &str) -> String {
        chosen(list).unwrap().0
    }

    #[test]
    fn the_object_of_an_action_in_a_log_is_never_the_person_who_acted() {
        assert_eq!(
            key("Timestamp,ActionType,AccountObjectId,ObjectType,ObjectId\nx,y,ADA,User,EVE"),
            "AccountObjectId"
        );
        assert_eq!(key("Id,Workload,ObjectId,UserId\nEVE,x,eve@b.c,ada@b.c"), "UserId");
        assert!(matches!(chosen("Operation,ObjectId\nx,ADA"), Err(RosterError::NoKeyColumn { .. })));
        assert_eq!(key("Id,ActivityDateTime,User\nEVE,x,ada@b.c"), "User");
        assert!(matches!(chosen("id,alertId,assignedTo\nEVE,x,ada@b.c"), Err(RosterError::NoKeyColumn { .. })));
        assert_eq!(key("id,createdDateTime,userPrincipalName\nEVE,x,ada@b.c"), "userPrincipalName");
        assert_eq!(key("id,createdDateTime,displayName,userPrincipalName\nADA,x,Ada,ada@b.c"), "id");
    }

    #[test]
    fn an_id_beside_names_in_another_column_of_ids_has_to_agree() {
        assert_eq!(chosen("Object Id,User Id\nADA,eve@b.c").unwrap(), ("Object Id".into(), Some("User Id".into())));
    }

    #[test]
    fn a_column_without_any_key_is_passed_over() {
        for (list, column) in [
            ("ID,Name,UPN\n1001,Ada,ada@b.c", "UPN"),
            ("User,Email\nAda Lovelace,ada@b.c", "Email"),
            (
                "UserPrincipalName,Id,Identity,ExternalDirectoryObjectId\nada@b.c,Ada,Ada,ADA",
                "ExternalDirectoryObjectId",
            ),
            ("User ID,Email\nalovelace,ada@b.c", "Email"),
            ("Username,Email\nada,ada@b.c", "Email"),
            ("User ID,Email\nalovelace,Ada", "User ID"),
            ("User,Email\n,ada@b.c", "Email"),
        ] {
            assert_eq!(key(list), column, "{list}");
        }
        let by_id = chosen("Object Id,Username,Email\nADA,ada,ada@b.c").unwrap();
        assert_eq!(by_id, ("Object Id".into(), Some("Email".into())));
        let not_yet = chosen("Object Id,UPN\n,ada@b.c").unwrap();
        assert_eq!(not_yet, ("Object Id".into(), Some("UPN".into())), "further down it may be filled");
        assert_eq!(chosen("UPN,Mail\n,ada@b.c").unwrap(), ("UPN".into(), Some("Mail".into())));
    }

    #[test]
    fn what_the_operator_names_must_still_agree() {
        let named = |header: &str| {
            let names: Vec<String> = header.split(',').map(str::to_owned).collect();
            let from = Source::bytes("a test", Vec::new());
            let key = NamedColumn { index: 0, name: names[0].clone() };
            let keys = Keys::named(&Header::for_tests(&names, header, &from), key);
            assert_eq!(keys.fallback, None);
            (keys.upn_beside.map(|column| column.index), keys.id_beside.map(|column| column.index))
        };
        for (header, beside) in [
            ("objectId,userPrincipalName", (Some(1), None)),
            ("userPrincipalName,objectId", (None, Some(1))),
            ("AccountUpn,AccountObjectId", (None, Some(1))),
            ("Manager UPN,objectId", (None, None)),
            ("objectId,Manager UPN", (None, None)),
            ("userName,objectId", (None, None)),
            ("userPrincipalName,Id,Operation", (None, None)),
            ("Id,userPrincipalName,Operation", (None, None)),
        ] {
            assert_eq!(named(header), beside, "{header}");
        }
    }
}
