//! The accounts of a run in the form in which the report's script gets them.

use std::collections::HashMap;

use serde::Serialize;

use super::outcomes::ResultRow;
use super::shown::shown;
use super::story::Story;
use crate::ids::RowNumber;
use crate::plan::row::PlanRow;
use crate::run::outcome::Outcome;
use crate::run::verdict::Verdict;
use crate::words::count;

/// A report lists at most this many rows: what a desk still searches while one types. Whoever is done gives way first.
pub(super) const MOST_ROWS: u64 = 100_000;

/// One row for the script: row, user where it is not the sign-in name, name, sign-in name, outcome, steps, detail,
/// handoff, what is not proved. Outcomes, and the texts that many rows share, are places in the lists of the [`Legend`].
pub(super) type ListedRow = (u32, String, String, String, usize, usize, usize, usize, usize);

/// What the numbers in the rows stand for.
#[derive(Debug, Serialize)]
pub(super) struct Legend {
    outcomes: Vec<OutcomeLine>,
    texts: Vec<String>,
    rows: u64,
    /// Rows that only results.csv has, as a sentence; empty where all are listed.
    unlisted: String,
    #[serde(skip)]
    places: HashMap<String, usize>,
    #[serde(skip)]
    room: u64,
    #[serde(skip)]
    left_out: u64,
}

#[derive(Debug, Serialize)]
struct OutcomeLine {
    name: &'static str,
    means: &'static str,
    rows: u64,
}

/// What an outcome means, for a person.
pub(super) const fn means(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "every planned step is done",
        Outcome::Already => "there was nothing to do",
        Outcome::Partial => "some steps are done, others were refused",
        Outcome::Failed => "no step is done",
        Outcome::Uncertain => "a step may have taken effect; treat as not done",
        Outcome::Skipped => "left alone, as planned",
        Outcome::Refused => "left alone; somebody has to look at them",
        Outcome::Pending => "not begun or not finished",
    }
}

impl Legend {
    pub(super) fn of(counts: &[(Outcome, u64)]) -> Self {
        let rows = counts.iter().map(|(_, rows)| rows).sum();
        let others: u64 = counts.iter().filter(|(outcome, _)| *outcome != Outcome::Done).map(|(_, rows)| rows).sum();
        let line = |(outcome, rows): &(Outcome, u64)| OutcomeLine {
            name: outcome.name(),
            means: means(*outcome),
            rows: *rows,
        };
        Self {
            outcomes: counts.iter().map(line).collect(),
            texts: vec![String::new()],
            rows,
            unlisted: String::new(),
            places: HashMap::from([(String::new(), 0)]),
            room: MOST_ROWS.saturating_sub(others.min(MOST_ROWS / 2)),
            left_out: 0,
        }
    }

    /// The row in the form that the script takes; nothing where there is no room for it.
    pub(super) fn list(&mut self, row: &PlanRow, result: &ResultRow, story: &Story) -> Option<ListedRow> {
        let outcome = self.outcomes.iter().position(|line| line.name == result.outcome).unwrap_or_default();
        let is_done = result.outcome == Outcome::Done.name();
        let listed = self.rows - self.left_out;
        if is_done && listed > MOST_ROWS {
            if self.room == 0 {
                self.left_out += 1;
                return None;
            }
            self.room -= 1;
        }
        let user = if row.user.eq_ignore_ascii_case(&row.user_principal_name) { "" } else { &row.user };
        Some((
            row.row.get(),
            shown(user).into_owned(),
            shown(&row.display_name).into_owned(),
            shown(&row.user_principal_name).into_owned(),
            outcome,
            self.place(&result.steps()),
            self.place(&shown(&result.detail)),
            self.place(&shown(&row.handoff)),
            self.place(&shown(&not_proved(row.row, story))),
        ))
    }

    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), self.texts.len() - 1);
        self.texts.len() - 1
    }

    /// All rows have been offered.
    pub(super) fn close(&mut self) {
        if self.left_out > 0 {
            self.unlisted = format!(
                "This page lists {} of {} rows; the others are done. results.csv has them all.",
                count(self.rows - self.left_out),
                count(self.rows)
            );
        }
    }
}

/// What the last reading of the directory did not prove of a row.
pub(super) fn not_proved(row: RowNumber, story: &Story) -> String {
    use crate::plan::step::Step;
    let all = story.not_proved.range((row, Step::Block)..=(row, Step::Revoke));
    let told: Vec<String> = all
        .map(|((_, step), (verdict, found))| {
            let verdict: &Verdict = verdict;
            format!("{} {verdict}: {found}", step.name())
        })
        .collect();
    told.join("; ")
}
