//! How each column of a list was read, and why.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::column_holds::{ColumnFound, ColumnHolds};
use super::columns::Columns;
use super::error::RosterError;
use super::key_property::KeyProperty;
use super::names;
use super::read_options::ReadOptions;

/// One column of a list, and what it is read for.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ColumnReading {
    /// Its number, counted from 1.
    pub number: usize,
    /// Its name as the header spells it; `#3` without a header.
    #[schemars(with = "String")]
    pub name: ColumnName,
    /// What it is read for.
    #[serde(flatten)]
    pub used: ColumnUse,
}

/// What a column is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnName {
    /// As the header spells it.
    Header(String),
    /// It has no name but its number, counted from 1.
    Number(usize),
}

impl ColumnName {
    fn of(name: &str, index: usize, has_header: bool) -> Self {
        if name.is_empty() || !has_header { Self::Number(index + 1) } else { Self::Header(name.to_owned()) }
    }
}

/// `User`, or `#3`.
impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => f.write_str(name),
            Self::Number(number) => write!(f, "#{number}"),
        }
    }
}

impl Serialize for ColumnName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a column is read for, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(tag = "use", content = "why", rename_all = "kebab-case")]
pub enum ColumnUse {
    /// It says who is meant.
    Key(KeyGround),
    /// It says who is meant where the key cell is empty.
    KeyWhereEmpty,
    /// It must name the same account as the key.
    MustAgree,
    /// The Active Directory domain of a short name.
    Domain,
    /// Who hands the new password over.
    Handoff,
    /// The wave that the person belongs to.
    Wave,
    /// From when on the person's pass is good.
    PassFrom,
    /// The order of work.
    Priority,
    /// A remark.
    Note,
    /// What the export says about the account. It decides nothing.
    AboutTheAccount,
    /// Nothing of it is used.
    NotUsed(LeftOut),
}

/// Why a column is the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyGround {
    /// The operator named it.
    Named,
    /// The list has no header, and this column alone holds keys.
    Alone,
    /// It is called as columns of this property are.
    NameOfProperty(KeyProperty),
    /// It is called as columns of object ids are.
    NameOfObjectIds,
    /// It is called as columns of sign-in names are.
    NameOfSignInNames,
    /// It is called as columns of people or addresses are, and nothing surer is there.
    NameOfPeople,
}

/// Why nothing of a column is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// It holds passwords.
    Passwords,
    /// It holds somebody other than the person of the row, or an address outside work.
    SomebodyElse,
    /// It may hold people, and another column is surer.
    LessSure,
    /// It may hold a property that people are looked up by: `--by`.
    Property(KeyProperty),
    /// Accounts stand in it, and its name says nothing of whom: `--key`.
    Accounts,
    /// Its name says nothing that matters here.
    Unknown,
}

/// How each column of a list with these names was read.
pub(super) fn of_columns(
    columns: &Columns,
    names: &[String],
    has_header: bool,
    options: &ReadOptions,
) -> Vec<ColumnReading> {
    let reading = |(index, name): (usize, &String)| ColumnReading {
        number: index + 1,
        name: ColumnName::of(name, index, has_header),
        used: used(columns, index, name, has_header, options),
    };
    names.iter().enumerate().map(reading).collect()
}

impl RosterError {
    /// How each column stands, where the header could be read and no column of it is the key.
    pub fn columns(&self) -> Vec<ColumnReading> {
        match self {
            Self::NoKeyColumn { found, columns, .. } => of_no_key(found, columns, true),
            Self::UnknownColumn(unknown) => of_no_key(&unknown.found, &[], unknown.header),
            Self::ManyKeyColumns { columns, .. } => {
                let used = ColumnUse::NotUsed(LeftOut::Accounts);
                columns
                    .iter()
                    .map(|number| ColumnReading { number: *number, name: ColumnName::Number(*number), used })
                    .collect()
            }
            Self::OnSheet { error, .. } => error.columns(),
            _ => Vec::new(),
        }
    }
}

/// How the columns of a list stand that has no key, as far as the first people show what is in them.
fn of_no_key(names: &[String], found: &[ColumnFound], has_header: bool) -> Vec<ColumnReading> {
    let holds = |name: &str| found.iter().find(|column| column.name == name).map(|column| column.holds);
    let reading = |(index, name): (usize, &String)| {
        let why = match holds(name) {
            Some(ColumnHolds::Accounts | ColumnHolds::AccountsAndMore | ColumnHolds::Several) => LeftOut::Accounts,
            Some(ColumnHolds::OfRespondents) => LeftOut::SomebodyElse,
            _ => left_out(name),
        };
        let name = ColumnName::of(name, index, has_header);
        ColumnReading { number: index + 1, name, used: ColumnUse::NotUsed(why) }
    };
    names.iter().enumerate().map(reading).collect()
}

fn used(columns: &Columns, index: usize, name: &str, has_header: bool, options: &ReadOptions) -> ColumnUse {
    let is = |column: &Option<super::column::NamedColumn>| column.as_ref().is_some_and(|column| column.index == index);
    if columns.key.index == index {
        return ColumnUse::Key(ground(name, has_header, options, columns.by));
    }
    if is(&columns.fallback) {
        return ColumnUse::KeyWhereEmpty;
    }
    let about = [
        &columns.user_type, &columns.synced, &columns.enabled, &columns.blocked, &columns.display_name,
        &columns.department, &columns.names.whole, &columns.names.first, &columns.names.last,
    ];
    let uses = [
        (is(&columns.upn_beside) || is(&columns.id_beside), ColumnUse::MustAgree),
        (is(&columns.domain), ColumnUse::Domain),
        (is(&columns.handoff), ColumnUse::Handoff),
        (is(&columns.wave), ColumnUse::Wave),
        (is(&columns.pass_from), ColumnUse::PassFrom),
        (is(&columns.priority), ColumnUse::Priority),
        (is(&columns.note), ColumnUse::Note),
        (about.into_iter().any(is), ColumnUse::AboutTheAccount),
    ];
    uses.into_iter().find_map(|(is, used)| is.then_some(used)).unwrap_or(ColumnUse::NotUsed(left_out(name)))
}

fn ground(name: &str, has_header: bool, options: &ReadOptions, by: Option<KeyProperty>) -> KeyGround {
    let meaning = names::meaning(name);
    match by {
        _ if options.key.is_some() => KeyGround::Named,
        _ if !has_header => KeyGround::Alone,
        Some(by) => KeyGround::NameOfProperty(by),
        None if names::OBJECT_ID.contains(&meaning.as_str()) => KeyGround::NameOfObjectIds,
        None if names::UPN.contains(&meaning.as_str()) => KeyGround::NameOfSignInNames,
        None => KeyGround::NameOfPeople,
    }
}

fn left_out(name: &str) -> LeftOut {
    let meaning = names::meaning(name);
    let property = [
        KeyProperty::EmployeeId,
        KeyProperty::SamAccountName,
        KeyProperty::Sid,
        KeyProperty::ProxyAddress,
        KeyProperty::ImmutableId,
    ];
    if names::is_secret(name) {
        LeftOut::Passwords
    } else if names::is_never_a_key(name) {
        LeftOut::SomebodyElse
    } else if names::is_a_key(&meaning, None) {
        LeftOut::LessSure
    } else if let Some(by) = property.into_iter().find(|by| names::is_a_key(&meaning, Some(*by))) {
        LeftOut::Property(by)
    } else {
        LeftOut::Unknown
    }
}
