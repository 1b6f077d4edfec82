//! The rows of a page in the form in which its script gets them, and what the numbers in them stand for.

use std::collections::HashMap;

use serde::Serialize;
use strum::IntoEnumIterator as _;

use super::page_text::{page_text, write_json};
use crate::plan::counts::Counts;
use crate::plan::reason::Reason;
use crate::plan::row::{Decision, PlanRow};
use crate::run::outcome::Outcome;
use crate::wording;

/// One row for the script: row, user where it is not the sign-in name, name, sign-in name, kind, reasons, and as places in
/// the texts of the [`Legend`]: what is done, why, handoff, what is not proved; and the row in a spreadsheet.
pub(super) type ListedRow = (u32, String, String, String, usize, Vec<usize>, usize, usize, usize, usize, Option<u32>);

/// What is shown of a row besides what the plan says of it.
pub(super) struct RowWords<'w> {
    /// What is done, or was.
    pub(super) what: &'w str,
    /// What else is to be said.
    pub(super) detail: &'w str,
    /// What the last reading of the directory did not prove.
    pub(super) not_proved: &'w str,
}

/// What the numbers in the rows stand for.
#[derive(Debug, Serialize)]
pub(super) struct Legend {
    /// What a kind is called in the page's address: `decision`, `outcome`.
    pub(super) filter: &'static str,
    /// The file that has all rows.
    pub(super) file: &'static str,
    pub(super) kinds: Vec<KindLegend>,
    reasons: Vec<ReasonLegend>,
    texts: Vec<String>,
    #[serde(skip)]
    places: HashMap<String, usize>,
    /// The bytes of texts that no row was charged for yet.
    #[serde(skip)]
    new_bytes: usize,
}

/// A decision of a plan, or an outcome of a run.
#[derive(Debug, Serialize)]
pub(super) struct KindLegend {
    /// The word in the page's address, and in the files.
    pub(super) name: &'static str,
    /// The word for people.
    pub(super) label: &'static str,
    pub(super) means: &'static str,
    pub(super) rows: u64,
    /// What needs a person's eyes has the lowest rank.
    rank: usize,
}

#[derive(Debug, Serialize)]
struct ReasonLegend {
    name: &'static str,
    sentence: &'static str,
    /// How many rows with this reason there are of each kind.
    rows: Vec<u32>,
    #[serde(skip)]
    reason: Reason,
}

/// What needs a person's eyes stands first.
const DECISIONS: [Decision; 4] = [Decision::Refuse, Decision::Act, Decision::Skip, Decision::Already];
/// The same of a run.
const OUTCOMES: [Outcome; 9] = [
    Outcome::Failed,
    Outcome::Uncertain,
    Outcome::OldPassword,
    Outcome::Partial,
    Outcome::Pending,
    Outcome::Refused,
    Outcome::Done,
    Outcome::Already,
    Outcome::Skipped,
];

impl Legend {
    /// The legend of a plan: its kinds are the decisions.
    pub(super) fn of_plan(counts: &Counts, file: &'static str) -> Self {
        let kinds = Decision::iter().map(|decision| KindLegend {
            name: decision.name(),
            label: wording::decision::label(decision),
            means: wording::decision::meaning(decision),
            rows: counts.of(decision).rows.into(),
            rank: rank(&DECISIONS, decision),
        });
        let given = |reason: &Reason| Decision::iter().any(|d| counts.of(d).reasons.contains_key(reason));
        let reasons = Reason::iter().filter(given).map(|reason| ReasonLegend {
            name: reason.name(),
            sentence: wording::reason::sentence(reason),
            rows: Decision::iter()
                .map(|decision| counts.of(decision).reasons.get(&reason).copied().unwrap_or_default())
                .collect(),
            reason,
        });
        Self::new("decision", file, kinds.collect(), reasons.collect())
    }

    /// The legend of a run: its kinds are the outcomes that there are.
    pub(super) fn of_run(counts: &[(Outcome, u64)], file: &'static str) -> Self {
        let kinds = counts.iter().map(|(outcome, rows)| KindLegend {
            name: outcome.name(),
            label: outcome.name(),
            means: wording::outcome::meaning(*outcome),
            rows: *rows,
            rank: rank(&OUTCOMES, *outcome),
        });
        Self::new("outcome", file, kinds.collect(), Vec::new())
    }

    fn new(filter: &'static str, file: &'static str, kinds: Vec<KindLegend>, reasons: Vec<ReasonLegend>) -> Self {
        let (texts, places) = (vec![String::new()], HashMap::from([(String::new(), 0)]));
        Self { filter, file, kinds, reasons, texts, places, new_bytes: 0 }
    }

    /// All rows, listed or not.
    pub(super) fn rows(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.rows).sum()
    }

    /// The row in the form that the script takes.
    pub(super) fn list(&mut self, row: &PlanRow, kind: &'static str, words: &RowWords<'_>) -> ListedRow {
        let reason_places =
            row.reasons.iter().filter_map(|reason| self.reasons.iter().position(|line| line.reason == *reason));
        let user = if row.user.eq_ignore_ascii_case(&row.user_principal_name) { "" } else { &row.user };
        (
            row.row.get(),
            page_text(user).into_owned(),
            page_text(&row.display_name).into_owned(),
            page_text(&row.user_principal_name).into_owned(),
            self.kinds.iter().position(|line| line.name == kind).unwrap_or_default(),
            reason_places.collect(),
            self.place(words.what),
            self.place(words.detail),
            self.place(&row.handoff),
            self.place(words.not_proved),
            row.sheet_row.filter(|sheet| *sheet != row.row.get()),
        )
    }

    /// The bytes that texts have taken since this was last asked.
    pub(super) fn take_new_bytes(&mut self) -> usize {
        std::mem::take(&mut self.new_bytes)
    }

    fn place(&mut self, text: &str) -> usize {
        let text = page_text(text);
        if let Some(place) = self.places.get(&*text) {
            return *place;
        }
        // As the page has it: what a script must not read as markup takes six bytes there.
        let mut json = Vec::new();
        if write_json(&mut json, &text).is_ok() {
            self.new_bytes += json.len();
        }
        self.texts.push(text.clone().into_owned());
        self.places.insert(text.into_owned(), self.texts.len() - 1);
        self.texts.len() - 1
    }
}

fn rank<K: PartialEq>(order: &[K], kind: K) -> usize {
    order.iter().position(|one| *one == kind).unwrap_or(order.len())
}
