//! Why a list of people cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use super::column_holds::{self, ColumnFound};
use super::defect::CONCEALED_REMEDY;
use super::json::JsonFault;
use super::key_look::may_be_a_short_name;
use super::key_property::KeyProperty;
use super::left_alone::LeftAlone;
use super::list_format::{ListFormat, SheetChosen};
use super::names::{ACCEPTED_KEYS, fold_whole, is_never_a_key, meaning, of_property};
use super::no_list::NoList;
use super::only_finds_none::OnlyFindsNone;
use super::other_sheet::OtherSheet;
use super::source::Source;
use super::source_span::SourceSpan;
use super::workbook::{WorkbookFault, of_another_sheet};
use crate::nearest::nearest;
use crate::unseen::harmless_in_excerpt;
use crate::words::first_of;
use crate::words::quoted as quoted_for_shell;

/// Why a list of people cannot be read: what was found, and what is expected instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum RosterError {
    #[error("the roster {0} does not exist")]
    NotFound(Source),
    #[error("{0} is a folder and holds no plan: name the CSV file in it, or the folder of a run")]
    Folder(Source),
    #[error("the roster {from} cannot be opened: {error}")]
    Open { from: Source, error: io::Error },
    /// What was read before is not the whole list.
    #[error("reading the roster {from} failed at line {line}: {error}")]
    Read { from: Source, line: u64, error: io::Error },
    /// It is kept there while it is divided.
    #[error("the parts of the roster cannot be kept in {} meanwhile: {error}", .folder.display())]
    NotDivided { folder: PathBuf, error: io::Error },
    /// No bytes, or blank lines only.
    #[error("the roster {0} is empty; it needs a header and one line for each person")]
    Empty(Source),
    #[error("the roster {from} has a header ({}) and no rows below it", listed(.found))]
    NoRows { from: Source, found: Vec<String> },
    /// A file that is known, and is no list.
    #[error("the roster {from} is {what}, and no list of people")]
    NoList { from: Source, what: NoList },
    #[error("the roster {from} {fault}")]
    Workbook { from: Source, fault: WorkbookFault },
    #[error("the roster {from} {fault}")]
    Json { from: Source, fault: JsonFault },
    #[error("the roster {from} is no workbook, so it has no sheet {asked:?}; leave --sheet out")]
    NoSheets { from: Source, asked: String },
    /// The sheet was chosen because it is the first; the list may be on another.
    #[error("{error} (sheet {:?} of the workbook)", .sheet.sheet)]
    OnSheet { error: Box<Self>, sheet: SheetChosen },
    #[error("the roster {0} is no text; a CSV file is expected")]
    Binary(Source),
    #[error("the header of the roster {from} cannot be read: {what}")]
    Header { from: Source, what: &'static str, span: Box<SourceSpan> },
    #[error("the roster {from} has no key column{}: its first line {}{}", for_property(*.by), first_line(.found), accepted(*.by))]
    NoKeyColumn {
        from: Source,
        /// The names in the header; none where passwords may be among them.
        found: Vec<String>,
        by: Option<KeyProperty>,
        /// What stands in the columns, as far as anything is known of them.
        columns: Vec<ColumnFound>,
        span: Box<SourceSpan>,
    },
    #[error("the roster {from} has something in front of its header, which stands on line {}", .span.line)]
    HeaderBelow { from: Source, span: Box<SourceSpan> },
    /// More than one sheet may be the list, and one of them is read.
    #[error("the roster {from} has people on more than one sheet: {}", sheets(.sheet, *.accounts, .others))]
    MoreSheets { from: Source, sheet: String, accounts: u64, others: Vec<OtherSheet> },
    /// A first line that may be a header or a person.
    #[error(
        "the first line of the roster {from} may be a header or a person: {text:?} may be the name of a column or of a person"
    )]
    HeaderOrPerson { from: Source, text: String, span: Box<SourceSpan> },
    #[error(transparent)]
    UnknownColumn(Box<UnknownColumn>),
    #[error("the roster {from} has two columns with the same meaning, {first:?} and {second:?}; remove or rename one")]
    TwoColumns { from: Source, first: String, second: String, span: Box<SourceSpan> },
    /// More than one column of a list without a header holds keys.
    #[error("the roster {from} has no header, and more than one column names accounts: {}", listed(&numbered(.columns)))]
    ManyKeyColumns {
        from: Source,
        /// The numbers of the columns, counted from 1.
        columns: Vec<usize>,
        span: Box<SourceSpan>,
    },
    #[error(transparent)]
    ColumnsDiffer(Box<ColumnsDiffer>),
    /// Cells or lines with several people.
    #[error("the roster {from} names several people in one cell or on one line: {}", several(*.rows, *.people))]
    SeveralPeople { from: Source, rows: u64, people: u64, span: Box<SourceSpan> },
    /// The list says of its own people that they are not meant.
    #[error(transparent)]
    LeftAlone(Box<LeftAlone>),
    #[error(transparent)]
    OnlyFindsNone(Box<OnlyFindsNone>),
    /// Two lists were pasted together.
    #[error("the roster {from} has a second header on line {}, and it is not the first one again", .span.line)]
    SecondHeader { from: Source, span: Box<SourceSpan> },
    /// No row shows who is meant.
    #[error("the roster {from} hides who its people are: it has digests in place of names")]
    Concealed { from: Source, span: Box<SourceSpan> },
    #[error("the roster {0} has more rows than can be counted")]
    TooManyRows(Source),
}

/// The operator names a column that is not there.
#[derive(Debug, thiserror::Error)]
#[error("the roster {from} has no column {key:?}: {}{}", columns(.found, *.header), did_you_mean(.nearest.as_deref()))]
#[expect(missing_docs, reason = "the messages say what each is")]
pub struct UnknownColumn {
    pub from: Source,
    pub key: String,
    pub nearest: Option<String>,
    pub found: Vec<String>,
    /// Whether the list has a header.
    pub header: bool,
    pub span: SourceSpan,
}

/// Two columns name accounts, and not the same ones.
#[derive(Debug, thiserror::Error)]
#[error("the roster {from} has two columns that name different accounts: {key:?} and {other:?}, on {rows} of {of} {}", if *.of == 1 { "row" } else { "rows" })]
#[expect(missing_docs, reason = "the messages say what each is")]
pub struct ColumnsDiffer {
    pub from: Source,
    pub key: String,
    pub other: String,
    pub rows: u64,
    pub of: u64,
    /// How many accounts stand in the one alone, and in the other alone.
    pub only_in: Option<[usize; 2]>,
    pub span: SourceSpan,
}

impl ColumnsDiffer {
    /// What each of the columns would do.
    fn help(&self) -> String {
        let each = |name: &str, alone: Option<usize>| {
            let column = column_holds::quote(name).unwrap_or_else(|| "COLUMN".to_owned());
            let alone = alone.map(|alone| format!(" ({alone} that {name:?} alone names)")).unwrap_or_default();
            format!("--key {column} takes the accounts in {name:?}{alone}")
        };
        let (one, other) = (self.only_in.map(|[one, _]| one), self.only_in.map(|[_, other]| other));
        format!("Say which people are meant: {}; {}.", each(&self.key, one), each(&self.other, other))
    }
}

impl RosterError {
    /// The same error, with the sheet on which it is.
    pub(super) fn on_sheet(self, format: ListFormat) -> Self {
        match format {
            ListFormat::Workbook(_) if matches!(self, Self::MoreSheets { .. }) => self,
            ListFormat::Workbook(sheet) => Self::OnSheet { error: Box::new(self), sheet },
            ListFormat::Csv | ListFormat::Json | ListFormat::JsonLines => self,
        }
    }

    /// The place of the error in the file, where it has one.
    pub fn span(&self) -> Option<&SourceSpan> {
        match self {
            Self::Header { span, .. }
            | Self::NoKeyColumn { span, .. }
            | Self::HeaderBelow { span, .. }
            | Self::HeaderOrPerson { span, .. }
            | Self::TwoColumns { span, .. }
            | Self::SeveralPeople { span, .. }
            | Self::Concealed { span, .. }
            | Self::SecondHeader { span, .. }
            | Self::ManyKeyColumns { span, .. } => Some(span),
            Self::UnknownColumn(unknown) => Some(&unknown.span),
            Self::OnSheet { error, .. } => error.span(),
            Self::ColumnsDiffer(differ) => Some(&differ.span),
            Self::LeftAlone(left) => Some(&left.span),
            _ => None,
        }
    }

    /// The list, where the error has a place in it.
    pub fn list(&self) -> Option<&Source> {
        match self {
            Self::Header { from, .. }
            | Self::NoKeyColumn { from, .. }
            | Self::HeaderBelow { from, .. }
            | Self::HeaderOrPerson { from, .. }
            | Self::TwoColumns { from, .. }
            | Self::SeveralPeople { from, .. }
            | Self::Concealed { from, .. }
            | Self::SecondHeader { from, .. }
            | Self::ManyKeyColumns { from, .. } => Some(from),
            Self::UnknownColumn(unknown) => Some(&unknown.from),
            Self::ColumnsDiffer(differ) => Some(&differ.from),
            Self::LeftAlone(left) => Some(&left.from),
            Self::OnSheet { error, .. } => error.list(),
            _ => None,
        }
    }

    /// What to do, as whole sentences, where the message does not say it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoKeyColumn { found, by, columns, .. } => {
                let offered = if by.is_none() { column_holds::help(columns) } else { None };
                let misspelt = || {
                    let (found, meant) = misspelt(found, *by)?;
                    Some(format!("Did you mean {meant} by {found:?}? If so: --key {}", column_holds::quote(found)?))
                };
                let by_place = || {
                    let is_a_place = |name: &&String| fold_whole(name) == "distinguishedname";
                    found.iter().find(is_a_place).filter(|_| by.is_none()).map(|name| {
                        format!("Accounts are not found by {name:?}. Export SamAccountName as well, and find them by that: --by sam")
                    })
                };
                let short_names = || match found.as_slice() {
                    [first] if by.is_none() && may_be_a_short_name(first) => Some(format!(
                        "Write one sign-in name or object id a line. If {first:?} is a short name of Active Directory: --by sam --key \"#1\""
                    )),
                    _ => None,
                };
                let names_of_people = || {
                    let is_a_name = |name: &String| ["name", "displayname", "fullname"].contains(&meaning(name).as_str());
                    (by.is_none() && found.iter().any(is_a_name)).then(|| {
                        "Accounts are not found by what people are called: two may have the same name. Export the list with their sign-in names or object ids."
                            .to_owned()
                    })
                };
                let plain = || {
                    "Write one sign-in name or object id a line, below a first line that says: user. Or, if a column of the list holds them, name it: --key COLUMN".to_owned()
                };
                let found = offered.or_else(by_place).or_else(misspelt).or_else(short_names);
                Some(found.or_else(names_of_people).unwrap_or_else(plain))
            }
            Self::NoList { what, .. } => Some(what.help().to_owned()),
            Self::Workbook { fault, .. } => fault.help(),
            Self::Json { fault, .. } => Some(fault.help().to_owned()),
            Self::OnSheet { error, sheet } => {
                let help = error.help().map(|help| format!("{help}\n")).unwrap_or_default();
                sheet.others.first().map(|other| help.clone() + &of_another_sheet(other)).or_else(|| error.help())
            }
            Self::MoreSheets { sheet, .. } => Some(format!(
                "Name the sheet with those who are meant, such as --sheet {}. If they stand on several, copy them to one sheet.",
                quoted_for_shell(Path::new(sheet))
            )),
            Self::HeaderBelow { .. } => {
                Some("Delete the lines above the header. Move people who stand there below it.".to_owned())
            }
            Self::HeaderOrPerson { .. } => Some(
                "If it is the name of a column, write samAccountName in its place. If it is a person, add a line above with the header samAccountName."
                    .to_owned(),
            ),
            Self::UnknownColumn(unknown) if !unknown.header => Some(
                "The list has no header: name the column by its number, such as --key \"#1\" or --handoff-by \"#2\"."
                    .to_owned(),
            ),
            Self::ManyKeyColumns { columns, .. } => {
                let flags: Vec<String> = columns.iter().map(|number| format!("--key \"#{number}\"")).collect();
                Some(format!(
                    "If all of them are meant, write each person on a line of their own. If one column holds those who are meant, and the others somebody else, name it: {}",
                    flags.join(" or ")
                ))
            }
            Self::ColumnsDiffer(differ) => Some(differ.help()),
            Self::LeftAlone(left) => Some(left.help()),
            Self::OnlyFindsNone(only) => only.help(),
            Self::SecondHeader { .. } => {
                Some("Write the people below that line into a list of their own, or make both headers the same.".to_owned())
            }
            Self::SeveralPeople { .. } => Some(
                "Write each person on a row of their own. Until then no row is read, because the others in the cell would be left out."
                    .to_owned(),
            ),
            Self::Concealed { .. } => Some(CONCEALED_REMEDY.to_owned()),
            _ => None,
        }
    }
}

/// A message shows this many names at most.
const MAX_NAMES: usize = 30;
const MAX_NAME_CHARACTERS: usize = 60;

fn sheets(sheet: &str, accounts: u64, others: &[OtherSheet]) -> String {
    let each =
        std::iter::once((sheet, accounts)).chain(others.iter().map(|other| (other.name.as_str(), other.accounts)));
    let each: Vec<String> = each.map(|(name, accounts)| format!("{name:?} {accounts}")).collect();
    each.join(", ")
}

fn quoted(names: &[String]) -> String {
    some_of(names, |name| format!("{name:?}"))
}

fn listed(names: &[String]) -> String {
    some_of(names, |name| name)
}

fn numbered(columns: &[usize]) -> Vec<String> {
    columns.iter().map(|number| format!("#{number}")).collect()
}

fn some_of(names: &[String], shown: impl Fn(String) -> String) -> String {
    let cut = |name: &String| shown(name.chars().take(MAX_NAME_CHARACTERS).map(harmless_in_excerpt).collect());
    let some: Vec<String> = names.iter().take(MAX_NAMES).map(cut).collect();
    first_of(&some, names.len() as u64)
}

fn first_line(names: &[String]) -> String {
    match names {
        [] => "is not shown, because it may hold passwords".to_owned(),
        names => format!("has {}", quoted(names)),
    }
}

fn columns(names: &[String], header: bool) -> String {
    let number = names.len();
    if names.is_empty() {
        return "its columns are not shown, because they may hold passwords".to_owned();
    }
    match header {
        true if number == 1 => format!("its only column is {}", quoted(names)),
        true => format!("its {number} columns are {}", quoted(names)),
        false => format!("it has no header, and its columns are {}", listed(names)),
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

fn several(rows: u64, people: u64) -> String {
    format!("{people} people on {}", if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") })
}

/// The column whose name is nearly one that is accepted. Names of fewer than six letters are similar to too much.
fn misspelt(found: &[String], by: Option<KeyProperty>) -> Option<(&String, &'static str)> {
    let known: Vec<&'static str> = match by {
        None => ACCEPTED_KEYS.split(", ").filter(|name| name.len() >= 6).collect(),
        Some(by) => of_property(by).to_vec(),
    };
    found.iter().filter(|name| !is_never_a_key(name)).find_map(|name| {
        let folded = fold_whole(name);
        let meant = nearest(&folded, known.iter().copied())?;
        (folded.len() >= 6).then_some((name, meant))
    })
}

fn accepted(by: Option<KeyProperty>) -> String {
    match by {
        None => format!("; a key column is called one of {ACCEPTED_KEYS}"),
        Some(by) => format!("; a column of the {by} is called {}", of_property(by).join(" or ")),
    }
}

/// With `--by`, a column of that property is missing.
fn for_property(by: Option<KeyProperty>) -> String {
    by.map(|by| format!(" for the {by} (name it with --key)")).unwrap_or_default()
}
