//! The accounts of a run in the form in which the report's script gets them.

use std::collections::HashMap;

use serde::Serialize;

use super::shown::shown;
use super::timeline::Timeline;
use crate::ids::RowNumber;
use crate::run::outcome::{Outcome, StepOutcome};
use crate::run::proof::Proof;
use crate::run::result_row::{ResultDetails, ResultRow};
use crate::run::results::detail;
use crate::wording;
use crate::words::count;

/// A report lists at most this many rows: what a desk still searches while one types. Half of them are for those who are
/// done and half for the others, and what one half leaves the other takes.
pub(super) const MAX_ROWS: u64 = 100_000;
/// And the rows take at most this much: names that are made to be long must not make a page that no browser opens.
const MAX_BYTES: usize = 40_000_000;

/// One row for the script: row, user where it is not the sign-in name, name, sign-in name, outcome, steps, detail,
/// handoff, what is not proved. Outcomes, and the texts that many rows share, are places in the lists of the [`RunLegend`].
pub(super) type ListedResult = (u32, String, String, String, usize, usize, usize, usize, usize);

/// What the numbers in the rows stand for.
#[derive(Debug, Serialize)]
pub(super) struct RunLegend {
    outcomes: Vec<OutcomeLine>,
    texts: Vec<String>,
    rows: u64,
    /// Rows that only results.csv has, as a sentence; empty where all are listed.
    unlisted: String,
    #[serde(skip)]
    places: HashMap<String, usize>,
    /// How many of those who are done may still be listed, and of the others.
    #[serde(skip)]
    room: (u64, u64),
    #[serde(skip)]
    bytes_left: usize,
    #[serde(skip)]
    listed: u64,
}

#[derive(Debug, Serialize)]
struct OutcomeLine {
    name: &'static str,
    means: &'static str,
    rows: u64,
}

impl RunLegend {
    pub(super) fn of(counts: &[(Outcome, u64)]) -> Self {
        let rows: u64 = counts.iter().map(|(_, rows)| rows).sum();
        let others: u64 = counts.iter().filter(|(outcome, _)| *outcome != Outcome::Done).map(|(_, rows)| rows).sum();
        let line = |(outcome, rows): &(Outcome, u64)| OutcomeLine {
            name: outcome.name(),
            means: wording::outcome::meaning(*outcome),
            rows: *rows,
        };
        Self {
            outcomes: counts.iter().map(line).collect(),
            texts: vec![String::new()],
            rows,
            unlisted: String::new(),
            places: HashMap::from([(String::new(), 0)]),
            room: (MAX_ROWS - others.min(MAX_ROWS / 2), MAX_ROWS - (rows - others).min(MAX_ROWS / 2)),
            bytes_left: MAX_BYTES,
            listed: 0,
        }
    }

    /// Is there room for any more rows?
    pub(super) fn has_room(&self) -> bool {
        self.room != (0, 0) && self.bytes_left > 0
    }

    /// Is there room for a row with this outcome?
    pub(super) fn has_room_for(&self, outcome: Outcome) -> bool {
        let room = if outcome == Outcome::Done { self.room.0 } else { self.room.1 };
        room > 0 && self.bytes_left > 0
    }

    /// The row in the form that the script takes. There must be room for it.
    pub(super) fn list(&mut self, row: &ResultRow, details: &ResultDetails, timeline: &Timeline) -> ListedResult {
        let room = if row.outcome == Outcome::Done { &mut self.room.0 } else { &mut self.room.1 };
        *room = room.saturating_sub(1);
        self.listed += 1;
        let planned = &row.planned;
        let user = if planned.user.eq_ignore_ascii_case(&planned.user_principal_name) { "" } else { &planned.user };
        (
            planned.row.get(),
            shown(user).into_owned(),
            shown(&planned.display_name).into_owned(),
            shown(&planned.user_principal_name).into_owned(),
            self.outcomes.iter().position(|line| line.name == row.outcome.name()).unwrap_or_default(),
            self.place(&steps(row)),
            self.place(&shown(&detail(row, details))),
            self.place(&shown(&planned.handoff)),
            self.place(&shown(&not_proved(planned.row, timeline))),
        )
    }

    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), self.texts.len() - 1);
        self.texts.len() - 1
    }

    /// Rows have taken this many bytes of the page.
    pub(super) const fn spend(&mut self, bytes: usize) {
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
    }

    /// All rows have been offered.
    pub(super) fn close(&mut self) {
        if self.listed < self.rows {
            let (listed, rows) = (count(self.listed), count(self.rows));
            self.unlisted = format!("This page lists {listed} of {rows} rows; results.csv has them all.");
        }
    }
}

/// The steps of the row and where each stands, in words.
fn steps(row: &ResultRow) -> String {
    let steps = row.planned.steps.iter().filter(|step| step.facts().column.is_some());
    let words =
        steps.filter_map(|step| Some(format!("{}: {}", step.facts().effect, StepOutcome::word(row.step(step)?))));
    words.collect::<Vec<_>>().join(", ")
}

/// What the last reading of the directory did not prove of a row.
pub(super) fn not_proved(row: RowNumber, timeline: &Timeline) -> String {
    use crate::step::Step;
    let all = timeline.not_proved.range((row, Step::FIRST)..=(row, Step::LAST));
    let words: Vec<String> = all
        .map(|((_, step), (verdict, found))| {
            let verdict: &Proof = verdict;
            format!("{} {verdict}: {found}", step.name())
        })
        .collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::row::{Decision, PlanRow};
    use crate::run::replay::RowHistory;
    use crate::step::Steps;

    /// How many of those who are done, and of the others, are listed.
    fn listed(done: u64, failed: u64) -> (u64, u64) {
        let mut legend = RunLegend::of(&[(Outcome::Done, done), (Outcome::Failed, failed)]);
        let row = PlanRow {
            row: RowNumber::FIRST,
            user: String::new(),
            object_id: None,
            user_principal_name: String::new(),
            display_name: String::new(),
            decision: Decision::Act,
            reasons: Vec::new(),
            detail: String::new(),
            steps: Steps::NONE,
            account_enabled: None,
            last_password_change: None,
            sessions_valid_from: None,
            handoff: String::new(),
            priority: None,
        };
        let mut of = |outcome: Outcome, rows: u64| {
            let result = ResultRow { planned: row.clone(), outcome, history: RowHistory::default() };
            let mut listed = 0;
            for _ in 0..rows {
                if legend.has_room() && legend.has_room_for(outcome) {
                    legend.list(&result, &ResultDetails::default(), &Timeline::default());
                    listed += 1;
                }
            }
            listed
        };
        let listed = (of(Outcome::Done, done), of(Outcome::Failed, failed));
        legend.close();
        assert_eq!(legend.unlisted.is_empty(), listed == (done, failed));
        listed
    }

    #[test]
    fn the_done_do_not_crowd_out_the_others_and_a_page_is_bounded() {
        assert_eq!(listed(50_000, 20), (50_000, 20));
        assert_eq!(listed(99_990, 10), (99_990, 10));
        assert_eq!(listed(150_000, 10), (99_990, 10));
        assert_eq!(listed(10, 150_000), (10, 99_990));
        assert_eq!(listed(150_000, 150_000), (50_000, 50_000));
    }
}
