//! Understands the header of a list: which column holds what.
//!
//! Case, blanks, underscores and hyphens in a name do not matter: `User principal name` is `userPrincipalName`.

use std::fmt;

use super::dialect::Delimiter;
use super::error::RosterError;
use super::source::Source;

/// The names that messages offer; many more spellings are understood.
pub(super) const ACCEPTED_KEYS: &str =
    "user, userPrincipalName, UPN, username, objectId, id, userId, AccountUpn, AccountObjectId, mail, email";

/// Columns of object ids, the surest first. Some exports write user principal names into them too: the cell decides.
const OBJECT_ID: &[&str] =
    &["objectid", "userobjectid", "accountobjectid", "azureadobjectid", "userid", "userids", "id"];

/// Columns that hold user principal names by their very name, the surest first.
const UPN: &[&str] = &["userprincipalname", "upn", "accountupn", "userupn", "username", "signinname"];

/// Columns that often hold a user principal name, but may hold another address or even a display name. They are the
/// key only where no surer column is there.
const LIKELY: &[&str] = &["user", "account", "mail", "email", "emailaddress", "mailaddress", "recipientemailaddress"];

/// One column: its place and its name as the header spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) index: usize,
    pub(super) name: String,
}

/// The columns that are read; all others are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// How many cells a row must have.
    pub(super) expected: usize,
    /// The column of the key, and the one that stands in where that cell is empty.
    pub(super) key: Column,
    pub(super) fallback: Option<Column>,
    /// Whether the fallback is a user principal name by its header, so that it must agree with the object id.
    pub(super) fallback_is_upn: bool,
    pub(super) handoff: Option<Column>,
    pub(super) priority: Option<Column>,
    pub(super) note: Option<Column>,
    pub(super) user_type: Option<Column>,
    pub(super) synced: Option<Column>,
    pub(super) enabled: Option<Column>,
}

impl Columns {
    /// Understands the names of a header.
    pub(super) fn of(names: &[String], from: &Source) -> Result<Self, RosterError> {
        let header = Header { folded: names.iter().map(|name| fold(name)).collect(), names, from };
        let object_id = header.first_of(OBJECT_ID)?;
        let upn = header.first_of(UPN)?;
        let likely = header.first_of(LIKELY)?;
        let fallback_is_upn = object_id.is_some() && upn.is_some();
        let (key, fallback) = match (object_id, upn, likely) {
            (Some(id), upn, likely) => (id, upn.or(likely)),
            (None, Some(upn), _) => (upn, None),
            (None, None, Some(likely)) => (likely, None),
            (None, None, None) => {
                return Err(RosterError::NoKeyColumn { from: from.clone(), found: names.to_vec() });
            }
        };
        Ok(Self {
            expected: names.len(),
            key,
            fallback,
            fallback_is_upn,
            handoff: header.first_of(&["handoff"])?,
            priority: header.first_of(&["priority"])?,
            note: header.first_of(&["note"])?,
            user_type: header.first_of(&["usertype"])?,
            synced: header.first_of(&["onpremisessyncenabled", "dirsyncenabled"])?,
            enabled: header.first_of(&["accountenabled"])?,
        })
    }

    /// Whether any of these names is that of a key column.
    pub(super) fn name_a_key(names: &[String]) -> bool {
        names.iter().any(|name| {
            let folded = fold(name);
            [OBJECT_ID, UPN, LIKELY].iter().any(|known| known.contains(&folded.as_str()))
        })
    }

    /// The key columns as messages name them.
    pub(super) fn key_names(&self) -> String {
        match &self.fallback {
            Some(fallback) => format!("{}, {}", self.key.name, fallback.name),
            None => self.key.name.clone(),
        }
    }
}

struct Header<'a> {
    folded: Vec<String>,
    names: &'a [String],
    from: &'a Source,
}

impl Header<'_> {
    /// The column with the first of these names that is there at all; the same name twice is an error, because nobody
    /// can tell which of them is meant.
    fn first_of(&self, known: &[&str]) -> Result<Option<Column>, RosterError> {
        for name in known {
            let mut places =
                self.folded.iter().enumerate().filter(|(_, folded)| folded == name).map(|(index, _)| index);
            let Some(index) = places.next() else { continue };
            if let Some(second) = places.next() {
                return Err(RosterError::TwoColumns {
                    from: self.from.clone(),
                    first: self.names[index].clone(),
                    second: self.names[second].clone(),
                });
            }
            return Ok(Some(Column { index, name: self.names[index].clone() }));
        }
        Ok(None)
    }
}

fn fold(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// How a list was understood, for the preview: an operator sees at a glance when it was misread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// What stands between two cells.
    pub delimiter: Delimiter,
    /// Whether a byte order mark stands in front.
    pub byte_order_mark: bool,
    /// The header name of the column that holds the key.
    pub key: String,
    /// The header name of the column that is read where the key cell is empty.
    pub fallback: Option<String>,
    /// All names of the header, in order.
    pub columns: Vec<String>,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.byte_order_mark { " with byte order mark" } else { "" };
        write!(f, "UTF-8{mark}, {}, key column {:?}", self.delimiter, self.key)?;
        match &self.fallback {
            Some(fallback) => write!(f, ", or {fallback:?} where that is empty"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Result<Columns, RosterError> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        Columns::of(&names, &Source::bytes("a test", Vec::new()))
    }

    #[test]
    fn every_usual_spelling_of_a_key_is_found() {
        for name in [
            "user",
            "User",
            "userPrincipalName",
            "User principal name",
            "USER_PRINCIPAL_NAME",
            "UPN",
            "upn",
            "AccountUpn",
            "AccountUPN",
            "objectId",
            "Object Id",
            "object-id",
            "id",
            "Id",
            "ID",
            "User ID",
            "UserId",
            "UserIds",
            "Username",
            "mail",
            "Mail",
            "email",
            "E-mail",
            "Email Address",
            "AccountObjectId",
        ] {
            let columns = columns(&format!("displayName,{name},city")).unwrap();
            assert_eq!((columns.key.index, columns.fallback), (1, None), "{name}");
        }
    }

    #[test]
    fn an_object_id_is_surer_than_a_name_and_a_name_than_an_address() {
        let key = |header: &str| {
            let columns = columns(header).unwrap();
            (columns.key.name, columns.fallback.map(|column| column.name), columns.fallback_is_upn)
        };
        assert_eq!(key("UPN,Object Id"), ("Object Id".into(), Some("UPN".into()), true));
        assert_eq!(key("User ID,User,Username"), ("User ID".into(), Some("Username".into()), true));
        assert_eq!(key("mail,id"), ("id".into(), Some("mail".into()), false));
        assert_eq!(key("mail,user,UserPrincipalName"), ("UserPrincipalName".into(), None, false));
        assert_eq!(key("mail,user"), ("user".into(), None, false));
    }

    #[test]
    fn what_cannot_be_understood_is_shown() {
        let error = columns("name,city").unwrap_err().to_string();
        assert!(error.contains(r#""name", "city""#) && error.contains("userPrincipalName"), "{error}");
        let error = columns("Object Id,x,objectId").unwrap_err().to_string();
        assert!(error.contains("Object Id") && error.contains("objectId"), "{error}");
    }
}
