//! `sealoff plan LIST --explain`: how a list is understood, before anything is looked up.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::json_line;
use super::preview::{note_unprinted, quoted};
use super::words::{counted, harmless, line_width, roster_name, wrapped};
use crate::json::DocumentVersion;
use crate::roster::{
    ColumnName, ColumnReading, ColumnUse, Entry, KeyGround, LeftOut, ReadOptions, Roster, RosterError, RosterShape,
    Source,
};

/// So many rows are shown as they will be taken.
const ROWS: usize = 3;

/// How a list is understood, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct ExplainDocument<'a> {
    sealoff_explain: DocumentVersion,
    /// The list.
    name: &'a str,
    /// How the list is read, in one line; `null` where it could not be read so far.
    read_as: Option<String>,
    /// How the list is read; `null` where it could not be read so far.
    shape: Option<&'a RosterShape>,
    /// How each column is read, and why.
    columns: &'a [ColumnReading],
    /// The first rows, as they will be taken.
    first: &'a [TakenRow],
    /// How many data rows there are.
    rows: u32,
    /// How many of them cannot be read.
    unreadable: u64,
    /// Why the list is refused; `null` where it can be planned.
    refused: Option<WhyRefused>,
}

/// Why a list is refused.
#[derive(JsonSchema, Serialize)]
struct WhyRefused {
    /// What is wrong.
    reason: String,
    /// What to do.
    help: Option<String>,
}

/// A row as it will be taken.
#[derive(JsonSchema, Serialize)]
struct TakenRow {
    /// The number of the data row, counted from 1.
    row: u32,
    /// The line of the file, or the row of the sheet.
    line: u64,
    /// Who is meant; `null` where the row cannot be read or names no user.
    key: Option<String>,
    /// The sign-in name or object id that must name the same account.
    also: Option<String>,
    /// Who hands the new password over.
    handoff: Option<String>,
    /// The order of work.
    priority: Option<u32>,
    /// Why the row cannot be read, or names no user.
    reason: Option<String>,
}

impl TakenRow {
    fn of(entry: Entry) -> Self {
        let (row, line) = (entry.row.get(), entry.line);
        match entry.content {
            Ok(person) => Self {
                row,
                line,
                key: Some(person.key.to_string()),
                also: person.also.map(|name| name.to_string()).or_else(|| person.also_id.map(|id| id.to_string())),
                handoff: person.handoff,
                priority: person.priority,
                reason: None,
            },
            Err(defect) => {
                let reason = Some(defect.reason.to_string());
                Self { row, line, key: None, also: None, handoff: None, priority: None, reason }
            }
        }
    }

    fn sentence(&self) -> String {
        let Some(key) = &self.key else { return self.reason.clone().unwrap_or_default() };
        let also = self.also.as_ref().map(|also| format!(", which must be {also}")).unwrap_or_default();
        let handoff = self.handoff.as_ref().map(|name| format!(", handed over by {name}")).unwrap_or_default();
        let priority = self.priority.map(|number| format!(", priority {number}")).unwrap_or_default();
        format!("{key}{also}{handoff}{priority}")
    }
}

/// Reads a list to its end and shows how it is understood; of one that is refused as far as it is, and why. Nothing is sent.
///
/// `failure` words why a list cannot be used.
///
/// # Errors
///
/// The list cannot be used; what is known of it was shown.
pub(super) fn show(
    source: Source,
    options: &ReadOptions,
    failure: impl Fn(&RosterError, &str) -> Failure,
    json: bool,
) -> Result<Exit, Failure> {
    let name = source.name();
    let mut seen = SeenList::default();
    let error = match seen.look_at(source, options) {
        Ok(()) => None,
        // There is nothing to show of a file that is not there.
        Err(error @ (RosterError::NotFound(_) | RosterError::Folder(_) | RosterError::Open { .. })) => {
            return Err(failure(&error, &name));
        }
        Err(error) => Some(error),
    };
    let refused = error.as_ref().map(|error| WhyRefused { reason: error.to_string(), help: error.help() });
    if let Some(error) = error.as_ref().filter(|_| seen.columns.is_empty()) {
        seen.columns = error.columns();
    }
    let document = ExplainDocument {
        sealoff_explain: DocumentVersion,
        name: &name,
        read_as: seen.shape.as_ref().map(ToString::to_string),
        shape: seen.shape.as_ref(),
        columns: &seen.columns,
        first: &seen.first,
        rows: seen.rows,
        unreadable: seen.unreadable,
        refused,
    };
    let mut out = anstream::stdout();
    let written = if json { json_line::write(&mut out, &document) } else { write(&mut out, &document, line_width()) };
    note_unprinted(written.and_then(|()| out.flush()));
    match error {
        None => Ok(Exit::Done),
        Some(error) => Err(Failure { is_in_document: true, ..failure(&error, &name) }),
    }
}

/// What was seen of a list, as far as it could be read.
#[derive(Default)]
struct SeenList {
    shape: Option<RosterShape>,
    columns: Vec<ColumnReading>,
    first: Vec<TakenRow>,
    rows: u32,
    unreadable: u64,
}

impl SeenList {
    fn look_at(&mut self, source: Source, options: &ReadOptions) -> Result<(), RosterError> {
        let mut roster = Roster::look_at(source, options)?;
        self.columns = roster.columns();
        self.shape = Some(roster.shape().clone());
        for entry in roster.by_ref() {
            let entry = entry?;
            self.rows += 1;
            self.unreadable +=
                u64::from(entry.content.as_ref().is_err_and(|defect| !defect.is_not_a_user() && !defect.is_left_out()));
            if self.first.len() < ROWS {
                self.first.push(TakenRow::of(entry));
            }
        }
        // The first letter outside ASCII decides about the encoding, wherever it stands.
        self.shape = Some(roster.shape().clone());
        roster.finish().map(drop)
    }
}

fn write(out: &mut impl Write, document: &ExplainDocument<'_>, width: usize) -> io::Result<()> {
    let rows = counted(document.rows.into(), "row", "rows");
    let broken = match document.unreadable {
        0 => String::new(),
        1 => ", 1 of which cannot be read".to_owned(),
        many => format!(", {many} of which cannot be read"),
    };
    match &document.read_as {
        Some(read_as) => line(out, "", &format!("{}: {rows}{broken} ({read_as})", roster_name(document.name)), width)?,
        None => {
            line(out, "", &format!("{}: it could not be read as a list of people", roster_name(document.name)), width)?
        }
    }
    if !document.columns.is_empty() {
        writeln!(out, "\nColumns")?;
    }
    for ColumnReading { number, name, used } in document.columns {
        let named = match name {
            ColumnName::Header(name) => format!(" {name:?}"),
            ColumnName::Number(_) => String::new(),
        };
        line(out, "  ", &format!("#{number}{named}: {}", sentence(*used)), width)?;
    }
    if !document.first.is_empty() {
        let taken = if document.refused.is_some() { "as they would be taken" } else { "as they will be taken" };
        writeln!(out, "\nThe first rows, {taken}")?;
    }
    for row in document.first {
        line(out, "  ", &format!("row {} on line {}: {}", row.row, row.line, row.sentence()), width)?;
    }
    if document.refused.is_some() {
        writeln!(out)?;
        return line(out, "", "The list is refused: no row of it would be planned.", width);
    }
    writeln!(out)?;
    line(
        out,
        "",
        "If another column says who is meant: --key COLUMN. If people are named by another property: --by.",
        width,
    )?;
    let list = quoted(std::path::Path::new(document.name));
    line(out, "", &format!("Next: sealoff plan {list} --playbook PLAYBOOK --out DIR"), width)
}

/// A line of its own, with what goes over the width under its beginning.
fn line(out: &mut impl Write, indent: &str, text: &str, width: usize) -> io::Result<()> {
    let text = harmless(text);
    for (index, part) in wrapped(&text, width.saturating_sub(indent.len() + 4)).into_iter().enumerate() {
        let more = if index == 0 { "" } else { "    " };
        writeln!(out, "{indent}{more}{part}")?;
    }
    Ok(())
}

/// What a column is read for, in words.
fn sentence(used: ColumnUse) -> String {
    match used {
        ColumnUse::Key(ground) => format!("who is meant; {}", of_ground(ground)),
        ColumnUse::KeyWhereEmpty => "who is meant, where the cell of the key is empty".to_owned(),
        ColumnUse::MustAgree => "must name the same account as the key".to_owned(),
        ColumnUse::Domain => "the domain of the short name, which must be the account's".to_owned(),
        ColumnUse::Handoff => "who hands the new password over".to_owned(),
        ColumnUse::Wave => "the wave that the person belongs to".to_owned(),
        ColumnUse::PassFrom => "from when on the person's pass is good".to_owned(),
        ColumnUse::Priority => "the order of work; lower goes first".to_owned(),
        ColumnUse::Note => "a remark".to_owned(),
        ColumnUse::AboutTheAccount => "what the list says about the account; it decides nothing".to_owned(),
        ColumnUse::NotUsed(why) => format!("not used; {}", of_left_out(why)),
    }
}

fn of_ground(ground: KeyGround) -> String {
    match ground {
        KeyGround::Named => "--key names it".to_owned(),
        KeyGround::Alone => "the list has no header, and no other column holds accounts".to_owned(),
        KeyGround::NameOfProperty(by) => format!("it is called as a column of the {by} is"),
        KeyGround::NameOfObjectIds => "it is called as a column of object ids is".to_owned(),
        KeyGround::NameOfSignInNames => "it is called as a column of sign-in names is".to_owned(),
        KeyGround::NameOfPeople => {
            "it is called as a column of people or addresses is, and no surer one holds accounts".to_owned()
        }
    }
}

fn of_left_out(why: LeftOut) -> String {
    match why {
        LeftOut::Passwords => "it holds passwords, and nothing of it is shown".to_owned(),
        LeftOut::SomebodyElse => {
            "by its name it holds somebody else (a manager, a sender) or a private address".to_owned()
        }
        LeftOut::LessSure => "it may hold people, and another column was taken".to_owned(),
        LeftOut::Property(by) => format!("to find people by it: --by {}", <&str>::from(by)),
        LeftOut::Accounts => "accounts stand in it; if those people are meant, name it with --key".to_owned(),
        LeftOut::Unknown => "its name means nothing here".to_owned(),
    }
}
