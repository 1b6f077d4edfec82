//! What one data row of a roster says.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::ids::{ObjectId, RowNumber};

use super::defect::Defect;
use super::key_property::KeyProperty;
use super::respelling::Respellings;
use super::upn::Upn;

/// One person on a data row: where it stands, and who it is, or why it cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The number of the entry, counted from 1 without the header and without blank lines: that of the data row, unless a row
    /// above names several people.
    pub row: RowNumber,
    /// The line of the file on which the row begins, counted from 1 as an editor counts.
    pub line: u64,
    /// Which of the people on the row it is, where the row names several. Each of them is an entry of its own.
    pub among: Option<AmongSeveral>,
    /// The row as a spreadsheet counts: header, lines above it and blank lines included, and a cell of several lines is one.
    /// Nothing where it is not known.
    pub sheet_row: Option<u32>,
    /// The tenant that the column `tenant` names, as the list writes it; nothing where the cell is empty or cells may have moved
    /// into other columns.
    pub tenant: Option<Box<str>>,
    /// What the list calls the person, for people: a name, or a number of the personnel office; empty where no column that is
    /// known says it, and where cells may have moved into other columns of a list with passwords.
    pub name: String,
    /// The key cell for display: control characters are replaced, and a long text is cut. If the row cannot be split into
    /// cells, it is the beginning of the line. Empty where it may hold a password.
    pub text: String,
    /// The person, or why the row cannot be read.
    pub content: Result<Person, Defect>,
}

/// One of several people on one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmongSeveral {
    /// Which of them, counted from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

/// `2 of 3`
impl fmt::Display for AmongSeveral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

/// Says that a text is not of the form `2 of 3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not of the form \"2 of 3\"")]
pub struct NotAmongSeveral;

impl FromStr for AmongSeveral {
    type Err = NotAmongSeveral;

    fn from_str(text: &str) -> Result<Self, NotAmongSeveral> {
        let (number, of) = text.split_once(" of ").ok_or(NotAmongSeveral)?;
        let number_in = |text: &str| text.parse().map_err(|_| NotAmongSeveral);
        Ok(Self { number: number_in(number)?, of: number_in(of)? })
    }
}

/// One person as a roster names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// How the account is found.
    pub key: Key,
    /// The user principal name beside an object id. Both must name the same account.
    pub also: Option<Upn>,
    /// The object id beside a user principal name, where the operator named the column of user principal names. Both must name
    /// the same account.
    pub also_id: Option<ObjectId>,
    /// The mail address beside a sign-in name or an object id. It may differ from the name, and has to be the same person's.
    pub also_address: Option<Upn>,
    /// What was changed in the cell to read the key in it.
    pub respelt: Respellings,
    /// The Active Directory domain of a short name, as the roster writes it: `CONTOSO` or `corp.contoso.com`. The same short
    /// name may belong to another person in another domain.
    pub domain: Option<String>,
    /// The person who hands the credential over.
    pub handoff: Option<String>,
    /// The wave that the person belongs to, where the operator named a column of waves.
    pub wave: Option<String>,
    /// From when on the pass of the person is good, where the operator named a column that says it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub pass_from: Option<OffsetDateTime>,
    /// The order of work: a lower number comes earlier, no number comes last.
    pub priority: Option<u32>,
    /// What else the row says about the account.
    pub hints: Hints,
}

impl Person {
    /// A person of whom the row says nothing but this.
    pub(crate) fn of(key: Key, respelt: Respellings) -> Self {
        Self {
            key,
            also: None,
            also_id: None,
            also_address: None,
            respelt,
            domain: None,
            handoff: None,
            wave: None,
            pass_from: None,
            priority: None,
            hints: Hints::default(),
        }
    }
}

/// By what an account is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Key {
    /// The id of the user object.
    ObjectId(ObjectId),
    /// The sign-in name, or a mail address in its place.
    UserPrincipalName(Upn),
    /// Another property, named by the operator: its value as it is compared, never empty.
    Property(KeyProperty, Box<str>),
}

/// What a list says about an account beside its key. It may be out of date, so it decides nothing by itself: a drill makes
/// accounts that look like these, and a plan says where the directory has a name, a number or a department of another person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hints {
    /// `userType`, as the roster writes it.
    pub user_type: Option<String>,
    /// `onPremisesSyncEnabled` or `DirSyncEnabled`.
    pub synced: Option<bool>,
    /// `accountEnabled`, or the opposite of `Block credential`.
    pub enabled: Option<bool>,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `department`.
    pub department: Option<String>,
    /// `employeeId`.
    pub employee_id: Option<String>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObjectId(id) => id.fmt(f),
            Self::UserPrincipalName(name) => name.fmt(f),
            Self::Property(by, value) => write!(f, "{by} {value}"),
        }
    }
}
