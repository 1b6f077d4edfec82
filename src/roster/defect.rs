//! Why a row cannot be read, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::encoding::Encoding;
use super::key_look::KeyLook;
use super::key_property::KeyProperty;
use super::not_a_user::NotAUser;
use super::property::NotAValue;
use super::source_span::SourceSpan;
use super::upn::NotAUpn;
use crate::moment_text::NotAMoment;
use crate::unseen::harmless_in_excerpt;

/// Why one row cannot be read, and the place in the file that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Defect {
    /// The place in the file.
    pub span: SourceSpan,
    /// What is wrong.
    pub reason: DefectReason,
}

impl Defect {
    /// Whether the row can be read and names no user, as in logs where no person acted.
    pub const fn is_not_a_user(&self) -> bool {
        matches!(self.reason, DefectReason::NotAUser { .. })
    }

    /// Whether the operator left the row out.
    pub const fn is_left_out(&self) -> bool {
        matches!(self.reason, DefectReason::LeftOut { .. })
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.span.line)?;
        if let Some(column) = self.span.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// The defects of a list: the first of them, and how many more there are. Rows that name no user are not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defects {
    /// The first of them, in the order of the list.
    pub shown: Vec<Defect>,
    /// How many more there are.
    pub more: u64,
}

impl Defects {
    /// The number of defects that are kept: enough to see what is wrong with a list.
    const KEPT: usize = 10;

    pub(super) fn note(&mut self, defect: &Defect) {
        if defect.is_not_a_user() || defect.is_left_out() {
            return;
        }
        if self.shown.len() < Self::KEPT { self.shown.push(defect.clone()) } else { self.more += 1 }
    }

    /// Whether every row could be read.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum DefectReason {
    #[error("the key cell ({columns}) is empty")]
    NoKey { columns: String },
    #[error("the key cell ({columns}) is empty, and an address stands in column {beside:?}")]
    NoKeyBesideAddress { columns: String, beside: String },
    #[error("{text:?} is neither an object id nor a user principal name: {why}")]
    NotAKey {
        /// The cell, cut.
        text: String,
        why: NotAUpn,
        looks: KeyLook,
    },
    /// What logs write where no person acted.
    #[error("{text:?} is no user: {why}")]
    NotAUser {
        /// The cell, cut.
        text: String,
        why: NotAUser,
    },
    /// A key that is no value of the property that the operator named.
    #[error("{text:?} is no {by}: {why}")]
    NotAValue {
        /// The cell, cut.
        text: String,
        by: KeyProperty,
        why: NotAValue,
    },
    /// Entities of an incident that do not name exactly one account.
    #[error(
        "the entities name {accounts} accounts, or one without id and full name, so they do not say which person is meant"
    )]
    Entities { accounts: usize },
    #[error("{text:?} in column {column:?} is no user principal name: {why}")]
    NotAUpn {
        column: String,
        /// The cell, cut.
        text: String,
        why: NotAUpn,
    },
    #[error("it has {} where {} are expected", cells(*.found), .expected)]
    TooFewCells {
        found: usize,
        /// Cells of the header, or of the first row where there is none.
        expected: usize,
    },
    /// There are more cells than names in the header, and they are not empty.
    #[error("it has {} where {} expected", cells(*.found), only(*.expected))]
    TooManyCells {
        found: usize,
        /// Cells of the header, or of the first row where there is none.
        expected: usize,
    },
    #[error("the cell in column {column:?} is not {encoding}")]
    Undecodable { column: String, encoding: Encoding },
    /// A NUL, an escape, or the like.
    #[error("the cell in column {column:?} holds the control character U+{code:04X}")]
    ControlCharacter { column: String, code: u32 },
    #[error("the key in column {column:?} goes over more than one line; is a closing quote missing?")]
    LineBreakInKey { column: String },
    #[error(
        "{text:?} is no priority; a priority is a whole number from 0 to 4294967295, and a lower one comes earlier"
    )]
    NotAPriority {
        /// The cell, cut.
        text: String,
    },
    /// A cell of the column of moments from which passes are good.
    #[error("{text:?} in column {column:?} is no moment from which a pass is good: {why}")]
    NotAMoment {
        column: Box<str>,
        /// The cell, cut.
        text: Box<str>,
        why: NotAMoment,
    },
    #[error("the cell in column {column:?} is longer than {max} characters")]
    CellTooLong { column: String, max: usize },
    #[error("it is longer than {max} bytes")]
    RowTooLong { max: usize },
    #[error("a quote opens here and never closes; reading goes on at the next line")]
    OpenQuote,
    /// A line inside a quoted cell.
    #[error("it stands inside a quote that opens further up, so it may be a row or a part of a remark")]
    InsideQuote,
    #[error("text follows a closing quote")]
    TextAfterQuote,
    /// A cell or a line with more than one address.
    #[error("it names {people} people")]
    SeveralPeople { people: usize },
    /// The whole line is one quoted cell.
    #[error("one pair of quotes stands around the whole row")]
    RowInQuotes,
    /// What stands in reports that do not show who people are.
    #[error("{text:?} is no name: the report hides who its people are")]
    Concealed {
        /// The cell, cut.
        text: String,
    },
    /// `Approved by` and its like in another cell.
    #[error("it says {label:?}, so the person beside it made or approved the list and is not on it")]
    MadeBy { label: String },
    /// `ada@contoso.com: do not disable`
    #[error("words stand behind {name:?} and a colon, and they may say that this person is not meant")]
    WordsBehindColon { name: String },
    /// A row that `--only` leaves out.
    #[error("column {column:?} {}", if .value == "*" { "is empty".to_owned() } else { format!("does not say {value:?}") })]
    LeftOut { column: String, value: String },
}

impl DefectReason {
    /// What to do, as a sentence, where the message does not say it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotAKey { looks, why, .. } => of_look(*looks).or_else(|| of_name(*why)),
            Self::NotAUpn { why, .. } => of_name(*why),
            Self::NotAValue { why: NotAValue::Address(why), .. } => of_name(*why),
            Self::Entities { .. } => Some("Write a row for each person who is meant."),
            Self::TooFewCells { .. } => Some("The line may have been cut off. Write every cell, the empty ones too."),
            Self::TooManyCells { expected: 1, .. } => Some(
                "Write each person on a line of their own. If the delimiter stands in an address (contoso,com), write the sign that is meant.",
            ),
            Self::TooManyCells { .. } => Some(
                "Put quotes around the cell that holds the delimiter (\"Lovelace, Ada\"); every cell behind it is in the wrong column.",
            ),
            Self::SeveralPeople { .. } => Some("Write a row for each person."),
            Self::RowInQuotes => Some("Take the quotes around the row off, and write each doubled quote once."),
            Self::Concealed { .. } => Some(CONCEALED_REMEDY),
            Self::Undecodable { .. } => Some("Save the list as \"CSV UTF-8\"."),
            Self::ControlCharacter { code: 0, .. } => {
                Some("UTF-16 was appended to the list, or a crash cut it off. Write that part again, as UTF-8.")
            }
            Self::ControlCharacter { .. } => Some("Delete the character. The mark shows where it stands."),
            Self::InsideQuote => Some("Close the quote where it opens, or take the name out of the remark."),
            Self::NotAValue {
                why: NotAValue::Rounded | NotAValue::Decimal | NotAValue::Date | NotAValue::Thousands,
                ..
            } => Some("Format the column as text in the spreadsheet, and fill it in again from its source."),
            Self::NotAValue { why: NotAValue::Primaries(_) | NotAValue::NoKind, .. } => {
                Some("Write the sign-in name of the account, or its primary address alone.")
            }
            Self::NoKeyBesideAddress { .. } => Some(
                "If that address is the person's sign-in name, write it into the key cell. An address may be passed on; it is not read in its place.",
            ),
            Self::MadeBy { .. } => {
                Some("Take the line out of the list. If the person is meant, write a row of their own.")
            }
            Self::WordsBehindColon { .. } => {
                Some("If the person is meant, write the name alone. If not, take the line out of the list.")
            }
            Self::OpenQuote => Some("Close the quote, or write a quote inside a quoted cell twice."),
            Self::TextAfterQuote => Some("Write a quote inside a quoted cell twice."),
            _ => None,
        }
    }
}

/// Where reports are made to show names ("Show user details in the reports").
pub(super) const CONCEALED_REMEDY: &str = "In the Microsoft 365 admin center: Settings, Org settings, Reports; clear \"Display concealed user, group, and site names in all reports\". Then export the list again.";

fn cells(number: usize) -> String {
    if number == 1 { "1 cell".to_owned() } else { format!("{number} cells") }
}

fn only(number: usize) -> String {
    if number == 1 { "1 is".to_owned() } else { format!("{number} are") }
}

const fn of_look(looks: KeyLook) -> Option<&'static str> {
    Some(match looks {
        KeyLook::Sid => "To find people by their SID: --by sid --key COLUMN, with the name of this column",
        KeyLook::BareGuid => "Write the object id with its hyphens, such as 0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11.",
        KeyLook::BehindDomain => {
            "To find people by their short name in Active Directory: --by sam --key COLUMN, with the name of this column"
        }
        KeyLook::Digits => {
            "Write the sign-in name, such as ada@contoso.com, or the object id. If it is a number of an employee: --by employee-id --key COLUMN, with the name of this column"
        }
        KeyLook::PlaceInDirectory => {
            "Accounts are not found by the place in Active Directory. Write the sign-in name, or the short name and --by sam."
        }
        KeyLook::ShortName => {
            "Write the sign-in name, such as ada@contoso.com, or the object id. If it is a short name of Active Directory: --by sam --key COLUMN, with the name of this column"
        }
        KeyLook::DoubledAt => "Write the sign-in name, with one @.",
        KeyLook::BlankBesideAt => "Take out the blank beside the @, if that is the address that is meant.",
        KeyLook::CutByBlank => {
            "A blank stands inside. If a sign stood in its place (+, a point, a line), write that sign; if it is a name in front of the address, write the address alone."
        }
        KeyLook::NameBeside => "Write the address alone, without the name beside it.",
        KeyLook::Other => return None,
    })
}

fn of_name(why: NotAUpn) -> Option<&'static str> {
    match why {
        NotAUpn::NoAt => Some("Write the sign-in name, such as ada@contoso.com, or the object id."),
        NotAUpn::Lookalike(_) => {
            Some("Type the name again. If an account has this sign in its name indeed, write its object id.")
        }
        NotAUpn::CutOff => Some("Export the list again with whole names, or write the name."),
        NotAUpn::Invisible(_) => Some("It was pasted with the name. Type the name again."),
        NotAUpn::ManyAt | NotAUpn::Impossible(';' | ',') => Some("Write a row for each person."),
        NotAUpn::DoubledApostrophe => Some("Write one apostrophe. If the name has two indeed, write the object id."),
        NotAUpn::Impossible('<' | '>') => Some("Write the address alone, without the name in front."),
        _ => None,
    }
}

/// A text for people: control characters and invisible characters are replaced, and a long text is cut.
pub(super) fn shown(bytes: &[u8]) -> String {
    const MAX_CHARACTERS: usize = 200;
    // A character has four bytes at most. Only what is shown is decoded: a cell may have a megabyte.
    let head = &bytes[..bytes.len().min(4 * (MAX_CHARACTERS + 1))];
    let text = String::from_utf8_lossy(head);
    let mut shown: String = text.chars().take(MAX_CHARACTERS).map(harmless_in_excerpt).collect();
    if bytes.len() > head.len() || text.chars().nth(MAX_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::Upn;

    #[test]
    fn what_finds_people_by_another_property_is_named() {
        let help = |text: &str| {
            let why = text.parse::<Upn>().expect_err("it is no name");
            let reason = DefectReason::NotAKey { text: String::new(), why, looks: KeyLook::of(text, why) };
            reason.help().unwrap_or_default()
        };
        for (text, part) in [
            ("jdoe", "--by sam --key COLUMN"),
            ("ada.lovelace", "--by sam --key COLUMN"),
            ("CORP\\jdoe", "--by sam --key COLUMN"),
            ("00042", "--by employee-id --key COLUMN"),
            ("S-1-5-21-1-2-3-1100", "--by sid --key COLUMN"),
            ("CN=Ada,DC=corp", "--by sam"),
            ("55b03d571a70479b9b21fd7683c5d3c0", "hyphens"),
            ("{55b03d571a70479b9b21fd7683c5d3c0}", "hyphens"),
            ("ada@@contoso.com", "one @"),
            ("ada@contoso.com/eve@contoso.com", "a row for each person"),
            ("ada@contoso.com;eve@contoso.com", "a row for each person"),
            ("tess field@contoso.com", "write that sign"),
            ("Ada ada@contoso.com", "the address alone"),
        ] {
            assert!(help(text).contains(part), "{text}: {}", help(text));
        }
        for text in ["Total", "Ada Lovelace", "N/A", "-"] {
            assert!(!help(text).contains("--by"), "{text}: {}", help(text));
        }
    }
}
