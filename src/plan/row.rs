//! One line of `plan.csv`: what was decided about one entry, and the state the account was in.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::reason::{self, Reason, UnknownReason};
use crate::directory::{Account, HeldRights};
use crate::ids::{ObjectId, RowNumber};
use crate::roster::{AmongSeveral, NotAmongSeveral};
use crate::seal::SealedCredential;
use crate::spreadsheet::Guarded;
use crate::step::Steps;
use crate::words::count;

/// The header of `plan.csv`.
pub const HEADER: [&str; 21] = [
    "row", "user", "object_id", "user_principal_name", "display_name", "decision", "reason", "steps",
    "account_enabled", "last_password_change", "sessions_valid_from", "handoff", "priority", "sheet_row", "place",
    "sealed_credential", "methods", "wave", "notes", "pass_from", "roles",
];

/// The headers of plans of earlier versions: they say nothing of sheet rows, of several people on a row, of credentials of their own,
/// of methods, of waves, of passes, or of roles, or they say notes in the column of reasons.
pub const EARLIER_HEADERS: [&[&str]; 8] = [
    HEADER.split_at(13).0,
    HEADER.split_at(14).0,
    HEADER.split_at(15).0,
    HEADER.split_at(16).0,
    HEADER.split_at(17).0,
    HEADER.split_at(18).0,
    HEADER.split_at(19).0,
    HEADER.split_at(20).0,
];

/// What happens to an entry.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Decision {
    /// The account will be changed.
    Act,
    /// Nothing is left to do.
    Already,
    /// Left alone, and nothing is amiss.
    Skip,
    /// Left alone, and an administrator has to look at it.
    Refuse,
}

impl Decision {
    /// The word for it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One line of `plan.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// The roster's data row, from 1.
    pub row: RowNumber,
    /// The key as the roster has it; empty where it may be a password.
    pub user: String,
    /// The account, where there is one.
    pub object_id: Option<ObjectId>,
    /// The account's sign-in name in the directory.
    pub user_principal_name: String,
    /// The account's name for people, or what the list calls the person where there is no account.
    pub display_name: String,
    /// What happens to it.
    pub decision: Decision,
    /// Why it is not, or not all of, what the playbook says.
    pub reasons: Vec<Reason>,
    /// What else is to be said about the reasons: `row 3` of a duplicate, the roles of an administrator. For people; nothing is
    /// decided by it.
    pub detail: String,
    /// What is said of the reasons that are no state of the account. For people; nothing is decided by it.
    pub notes: String,
    /// What is done to it; nothing unless the decision is `act`.
    pub steps: Steps,
    /// Whether sign-in was allowed when the plan was made.
    pub account_enabled: Option<bool>,
    /// When the password had last been changed.
    pub last_password_change: Option<OffsetDateTime>,
    /// Since when sessions had been valid.
    pub sessions_valid_from: Option<OffsetDateTime>,
    /// Who hands the credential over.
    pub handoff: String,
    /// Lower goes first; rows without one go after all that have one.
    pub priority: Option<u32>,
    /// The row as a spreadsheet counts, header included; plans of earlier versions lack it.
    pub sheet_row: Option<u32>,
    /// Which of the people on the list's row it is, where that names several.
    pub among: Option<AmongSeveral>,
    /// The password that the script for Active Directory sets, sealed to those who hand it over; nothing where it sets none,
    /// or one that stays unknown.
    pub sealed: Option<SealedCredential>,
    /// How many methods the person signs in with beside the password, where that was read.
    pub methods: Option<u32>,
    /// The wave that the person belongs to; empty where the plan has none.
    pub wave: String,
    /// From when on the person's pass is good, where the list says that of each person; otherwise it is as the plan has it for all.
    pub pass_from: Option<OffsetDateTime>,
    /// What the account may do, where it is an administrator's. Plans of earlier versions lack it.
    pub rights: HeldRights,
}

/// Where a row stands in the list, for people: by its number among the data rows, as the files of a plan count, and by that
/// which a spreadsheet shows beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPlace {
    /// The data row, from 1.
    pub row: RowNumber,
    /// The row in a spreadsheet, where it is known.
    pub sheet_row: Option<u32>,
    /// Which of the people on that row it is, where it names several.
    pub among: Option<AmongSeveral>,
}

/// `row 118 (sheet row 119)`, `row 118 (sheet row 60, 2 of 3)`.
impl fmt::Display for ListPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", count(self.row.get().into()))?;
        match (self.sheet_row.filter(|sheet| *sheet != self.row.get()), self.among) {
            (Some(sheet), Some(among)) => write!(f, " (sheet row {}, {among})", count(sheet.into())),
            (Some(sheet), None) => write!(f, " (sheet row {})", count(sheet.into())),
            (None, Some(among)) => write!(f, " ({among})"),
            (None, None) => Ok(()),
        }
    }
}

/// A place in the order of work. Lower keys are worked on earlier, and no two rows compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey {
    ordinary: bool,
    unranked: bool,
    priority: u32,
    row: RowNumber,
}

impl OrderKey {
    /// The row that is worked on there.
    pub const fn row(&self) -> RowNumber {
        self.row
    }
}

/// A row as `plan.csv` has it: cells in the order of [`HEADER`].
#[derive(Serialize, Deserialize)]
struct PlanLine<'a> {
    row: RowNumber,
    user: Guarded<'a>,
    object_id: Option<ObjectId>,
    user_principal_name: Guarded<'a>,
    display_name: Guarded<'a>,
    decision: Decision,
    reason: Guarded<'a>,
    steps: Steps,
    account_enabled: Option<bool>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_password_change: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    sessions_valid_from: Option<OffsetDateTime>,
    handoff: Guarded<'a>,
    priority: Option<u32>,
    // Plans of earlier versions end before these.
    #[serde(default)]
    sheet_row: Option<u32>,
    #[serde(default)]
    place: Cow<'a, str>,
    #[serde(default)]
    sealed_credential: Option<Cow<'a, SealedCredential>>,
    #[serde(default)]
    methods: Option<u32>,
    #[serde(default)]
    wave: Guarded<'a>,
    #[serde(default)]
    notes: Guarded<'a>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    pass_from: Option<OffsetDateTime>,
    #[serde(default)]
    roles: Cow<'a, HeldRights>,
}

/// Why a line of `plan.csv` is none that sealoff wrote.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// A cell is not what its column holds.
    #[error(transparent)]
    Cell(#[from] csv::Error),
    /// A reason that no plan gives.
    #[error(transparent)]
    Reason(#[from] UnknownReason),
    /// A place on a row that no plan gives.
    #[error(transparent)]
    Place(#[from] NotAmongSeveral),
}

impl PlanRow {
    /// Writes the line; what a spreadsheet would run as a formula is made harmless.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(&self, csv: &mut csv::Writer<impl std::io::Write>) -> csv::Result<()> {
        csv.serialize(PlanLine {
            row: self.row,
            user: self.user.as_str().into(),
            object_id: self.object_id,
            user_principal_name: self.user_principal_name.as_str().into(),
            display_name: self.display_name.as_str().into(),
            decision: self.decision,
            reason: reason::to_text(&self.reasons, &self.detail).into(),
            steps: self.steps,
            account_enabled: self.account_enabled,
            last_password_change: self.last_password_change,
            sessions_valid_from: self.sessions_valid_from,
            handoff: self.handoff.as_str().into(),
            priority: self.priority,
            sheet_row: self.sheet_row,
            place: self.place_on_row().into(),
            sealed_credential: self.sealed.as_ref().map(Cow::Borrowed),
            methods: self.methods,
            wave: self.wave.as_str().into(),
            notes: self.notes.as_str().into(),
            pass_from: self.pass_from,
            roles: Cow::Borrowed(&self.rights),
        })
    }

    /// The same row with the account as the directory has it now.
    pub(super) fn with_account(self, account: &Account) -> Self {
        Self {
            object_id: Some(account.object_id),
            user_principal_name: account.user_principal_name.clone(),
            display_name: account.display_name.clone(),
            account_enabled: account.enabled,
            last_password_change: account.last_password_change,
            sessions_valid_from: account.sessions_valid_from,
            ..self
        }
    }

    /// The name that people know the account by: its sign-in name, or the roster's key where there is no account, or what else
    /// the list says of the person where there is no key either.
    pub fn name(&self) -> &str {
        let names = [&self.user_principal_name, &self.user, &self.display_name];
        names.into_iter().find(|name| !name.trim().is_empty()).map_or("", String::as_str)
    }

    /// Where the row stands in the list.
    pub const fn place(&self) -> ListPlace {
        ListPlace { row: self.row, sheet_row: self.sheet_row, among: self.among }
    }

    /// Which of the people on the list's row it is, as the column `place` has it; empty where the row names one.
    pub fn place_on_row(&self) -> String {
        self.among.map(|among| among.to_string()).unwrap_or_default()
    }

    /// All that is said of the reasons, the notes last.
    pub fn explanation(&self) -> Cow<'_, str> {
        match (self.detail.as_str(), self.notes.as_str()) {
            (detail, "") => detail.into(),
            ("", notes) => notes.into(),
            (detail, notes) => format!("{detail}; {notes}").into(),
        }
    }

    /// The reasons, and all that is said of them, as one text.
    pub fn reason_text(&self) -> String {
        reason::to_text(&self.reasons, &self.explanation())
    }

    /// The place of the account in the order of work: administrators first, because theirs are the keys that an intruder
    /// uses first; then by priority, those without one last; then as in the roster.
    pub fn order_key(&self) -> OrderKey {
        OrderKey {
            ordinary: !self.reasons.contains(&Reason::Privileged),
            unranked: self.priority.is_none(),
            priority: self.priority.unwrap_or_default(),
            row: self.row,
        }
    }

    /// Reads a line back.
    ///
    /// # Errors
    ///
    /// The first cell that is none that sealoff writes.
    pub fn read(record: &csv::StringRecord) -> Result<Self, RowError> {
        let line: PlanLine<'_> = record.deserialize(None)?;
        let (reasons, detail) = reason::from_text(&line.reason.0)?;
        Ok(Self {
            row: line.row,
            user: line.user.into(),
            object_id: line.object_id,
            user_principal_name: line.user_principal_name.into(),
            display_name: line.display_name.into(),
            decision: line.decision,
            reasons,
            detail,
            steps: line.steps,
            account_enabled: line.account_enabled,
            last_password_change: line.last_password_change,
            sessions_valid_from: line.sessions_valid_from,
            handoff: line.handoff.into(),
            priority: line.priority,
            sheet_row: line.sheet_row,
            among: if line.place.is_empty() { None } else { Some(line.place.parse()?) },
            sealed: line.sealed_credential.map(Cow::into_owned),
            methods: line.methods,
            wave: line.wave.into(),
            notes: line.notes.into(),
            pass_from: line.pass_from,
            rights: line.roles.into_owned(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::step::Step;
    use proptest::prelude::*;
    use time::macros::datetime;

    /// The row of an ordinary person, of whom no more is known.
    pub(crate) fn plain(number: u32, object_id: ObjectId, steps: Steps) -> PlanRow {
        PlanRow {
            row: RowNumber::new(number),
            user: format!("user{number}"),
            object_id: Some(object_id),
            user_principal_name: format!("user{number}@contoso.com"),
            display_name: format!("User {number}"),
            decision: Decision::Act,
            reasons: Vec::new(),
            detail: String::new(),
            steps,
            account_enabled: Some(true),
            last_password_change: None,
            sessions_valid_from: None,
            handoff: String::new(),
            priority: None,
            sheet_row: None,
            among: None,
            sealed: None,
            methods: None,
            wave: String::new(),
            notes: String::new(),
            pass_from: None,
            rights: HeldRights::default(),
        }
    }

    pub(in crate::plan) fn sample(user: String, display_name: String) -> PlanRow {
        PlanRow {
            row: RowNumber::new(7),
            user,
            object_id: Some("0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap()),
            user_principal_name: "ada@contoso.com".to_owned(),
            display_name,
            decision: Decision::Act,
            reasons: vec![Reason::Synced, Reason::AlreadyBlocked],
            detail: "row 3: a".to_owned(),
            steps: Steps::of(&[Step::Block, Step::Revoke]),
            account_enabled: Some(true),
            last_password_change: Some(datetime!(2026-10-01 09:14:21 UTC)),
            sessions_valid_from: None,
            handoff: "=cmd()".to_owned(),
            priority: Some(1),
            sheet_row: Some(8),
            among: Some(AmongSeveral { number: 2, of: 3 }),
            sealed: None,
            methods: Some(3),
            wave: "site berlin".to_owned(),
            notes: "room-licence: a room".to_owned(),
            pass_from: Some(datetime!(2026-11-30 08:00 UTC)),
            rights: serde_json::from_str("\"62e90394-69f5-4237-9190-012177145e10/eligible\"").unwrap(),
        }
    }

    #[test]
    fn the_header_names_the_cells_in_their_order() {
        let mut writer = csv::Writer::from_writer(Vec::new());
        sample(String::new(), String::new()).write(&mut writer).unwrap();
        let bytes = writer.into_inner().unwrap();
        let header = csv::Reader::from_reader(&bytes[..]).headers().unwrap().clone();
        assert_eq!(header, HEADER[..]);
    }

    #[test]
    fn a_line_of_an_earlier_version_lacks_its_last_cells() {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        sample("a".to_owned(), "b".to_owned()).write(&mut writer).unwrap();
        let bytes = writer.into_inner().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        let record = reader.records().next().unwrap().unwrap();
        for header in EARLIER_HEADERS {
            let earlier: csv::StringRecord = record.iter().take(header.len()).collect();
            let row = PlanRow::read(&earlier).unwrap();
            let has = |column| header.contains(&column);
            assert_eq!(row.sheet_row.is_some(), has("sheet_row"));
            assert_eq!(row.methods.is_some(), has("methods"));
            assert_eq!((row.wave.is_empty(), row.notes.is_empty()), (!has("wave"), !has("notes")));
            assert_eq!(row.pass_from.is_some(), has("pass_from"));
            assert!(row.rights.is_empty(), "{header:?}");
        }
    }

    proptest! {
        #[test]
        fn a_line_survives_the_file(user in "\\PC*|[-=+@'].*", name in "\\PC*|[-=+@'\",;].*") {
            let row = sample(user, name);
            let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
            row.write(&mut writer).unwrap();
            let bytes = writer.into_inner().unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
            let record = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(PlanRow::read(&record).unwrap(), row);
        }
    }
}
