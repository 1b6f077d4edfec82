//! Which rows a page lists, and in which form its script gets them.

use std::collections::BTreeMap;

use serde::Serialize;
use strum::IntoEnumIterator as _;

use crate::plan::counts::Counts;
use crate::plan::reason::Reason;
use crate::plan::row::{Decision, PlanRow};
use crate::step::Steps;
use crate::wording;

use super::shown::shown;

/// A page lists at most this many rows: what a phone still searches while one types.
pub const MAX_ROWS: u32 = 25_000;
/// So many rows of each decision are listed before one decision may take what others leave.
const FAIR_SHARE: u32 = 5_000;
/// Who has what is left: those whom somebody has to look at, then those who differ from the playbook, then the many.
const LEFTOVERS: [Decision; 4] = [Decision::Refuse, Decision::Skip, Decision::Act, Decision::Already];

/// So many bytes a listed row may take on average; an ordinary one takes about 130. Without this, names that are made to
/// be long would make a page that no phone opens.
const BYTES_A_ROW: usize = 480;
/// A decision of few rows may spend this much on them, whatever they have to say.
const MIN_BYTES: usize = 1_000_000;

/// The rows that a page lists: of each decision the first ones in the roster's order.
#[derive(Debug, Clone)]
pub(super) struct Listing(BTreeMap<Decision, Room>);

/// What one decision may take, and what it took.
#[derive(Debug, Clone, Default)]
struct Room {
    rows_left: u32,
    bytes_left: usize,
    listed: u32,
}

impl Listing {
    /// Room for all of them where they fit; otherwise a fair share for each decision, and the rest by urgency.
    pub(super) fn of(counts: &Counts) -> Self {
        let mut rooms: BTreeMap<Decision, Room> = BTreeMap::new();
        for decision in Decision::iter() {
            rooms.entry(decision).or_default().rows_left = counts.of(decision).rows.min(FAIR_SHARE);
        }
        let mut left = MAX_ROWS.saturating_sub(rooms.values().map(|room| room.rows_left).sum());
        for decision in LEFTOVERS {
            let room = rooms.entry(decision).or_default();
            let more = (counts.of(decision).rows - room.rows_left).min(left);
            room.rows_left += more;
            left -= more;
        }
        for room in rooms.values_mut() {
            room.bytes_left = MIN_BYTES.max(room.rows_left as usize * BYTES_A_ROW);
        }
        Self(rooms)
    }

    /// Is there room for a row of this decision?
    pub(super) fn is_open(&self, decision: Decision) -> bool {
        self.0.get(&decision).is_some_and(|room| room.rows_left > 0)
    }

    /// Is there no room for any row?
    pub(super) fn is_full(&self) -> bool {
        self.0.values().all(|room| room.rows_left == 0)
    }

    /// Counts a row of so many bytes as listed; `false` when it is one too many, and then no later one is listed either.
    pub(super) fn list(&mut self, decision: Decision, bytes: usize) -> bool {
        let Some(room) = self.0.get_mut(&decision).filter(|room| room.rows_left > 0) else { return false };
        if room.bytes_left < bytes {
            room.rows_left = 0;
            return false;
        }
        room.bytes_left -= bytes;
        room.rows_left -= 1;
        room.listed += 1;
        true
    }

    /// How many rows of this decision are listed.
    pub(super) fn of_decision(&self, decision: Decision) -> u32 {
        self.0.get(&decision).map_or(0, |room| room.listed)
    }

    /// How many rows are listed.
    pub(super) fn rows(&self) -> u32 {
        self.0.values().map(|room| room.listed).sum()
    }
}

/// One row for the script: row, user where it is not the sign-in name, name, sign-in name, decision, reasons, detail,
/// steps, handoff. Decisions, reasons and steps are places in the lists of the [`Legend`].
pub(super) type ListedRow<'a> = (
    u32,
    std::borrow::Cow<'a, str>,
    std::borrow::Cow<'a, str>,
    std::borrow::Cow<'a, str>,
    usize,
    Vec<usize>,
    std::borrow::Cow<'a, str>,
    usize,
    std::borrow::Cow<'a, str>,
);

/// What the numbers in the rows stand for, and how many rows there are in all.
#[derive(Debug, Serialize)]
pub(super) struct Legend {
    decisions: Vec<DecisionLine>,
    reasons: Vec<ReasonLegend>,
    steps: Vec<String>,
    #[serde(skip)]
    combinations: Vec<Steps>,
}

#[derive(Debug, Serialize)]
struct DecisionLine {
    name: &'static str,
    means: &'static str,
    rows: u32,
}

#[derive(Debug, Serialize)]
struct ReasonLegend {
    name: &'static str,
    sentence: &'static str,
    /// How many rows with this reason there are of each decision.
    rows: Vec<u32>,
    #[serde(skip)]
    reason: Reason,
}

impl Legend {
    pub(super) fn of(counts: &Counts) -> Self {
        let line = |decision: Decision| DecisionLine {
            name: decision.name(),
            means: wording::decision::meaning(decision),
            rows: counts.of(decision).rows,
        };
        let given = |reason: &Reason| Decision::iter().any(|d| counts.of(d).reasons.contains_key(reason));
        let reasons = Reason::iter().filter(given).map(|reason| ReasonLegend {
            name: reason.name(),
            sentence: wording::reason::sentence(reason),
            rows: Decision::iter()
                .map(|decision| counts.of(decision).reasons.get(&reason).copied().unwrap_or_default())
                .collect(),
            reason,
        });
        Self {
            decisions: Decision::iter().map(line).collect(),
            reasons: reasons.collect(),
            steps: Vec::new(),
            combinations: Vec::new(),
        }
    }

    /// The row in the form that the script takes.
    pub(super) fn list<'a>(&mut self, row: &'a PlanRow) -> ListedRow<'a> {
        let places =
            row.reasons.iter().filter_map(|reason| self.reasons.iter().position(|line| line.reason == *reason));
        let user = if row.user.eq_ignore_ascii_case(&row.user_principal_name) { "" } else { &row.user };
        (
            row.row.get(),
            shown(user),
            shown(&row.display_name),
            shown(&row.user_principal_name),
            Decision::iter().position(|decision| decision == row.decision).unwrap_or_default(),
            places.collect(),
            shown(&row.detail),
            self.combination(row.steps),
            shown(&row.handoff),
        )
    }

    fn combination(&mut self, steps: Steps) -> usize {
        self.combinations.iter().position(|known| *known == steps).unwrap_or_else(|| {
            self.combinations.push(steps);
            self.steps.push(steps.iter().map(|step| step.facts().task).collect::<Vec<_>>().join(", "));
            self.combinations.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(act: u32, already: u32, skip: u32, refuse: u32) -> Counts {
        let mut counts = Counts::default();
        (counts.act.rows, counts.already.rows) = (act, already);
        (counts.skip.rows, counts.refuse.rows) = (skip, refuse);
        counts
    }

    /// How many of each decision are listed when every row takes so many bytes.
    fn listed(counts: &Counts, bytes: usize) -> Vec<u32> {
        let mut listing = Listing::of(counts);
        for decision in Decision::iter() {
            for _ in 0..counts.of(decision).rows {
                if !listing.is_open(decision) || !listing.list(decision, bytes) {
                    break;
                }
            }
            assert!(!listing.list(decision, 0), "what is full stays full");
        }
        assert!(listing.rows() <= MAX_ROWS);
        Decision::iter().map(|decision| listing.of_decision(decision)).collect()
    }

    #[test]
    fn everybody_is_listed_where_there_is_room() {
        assert_eq!(listed(&counts(0, 0, 0, 0), 130), [0, 0, 0, 0]);
        assert_eq!(listed(&counts(24_000, 1, 2, 997), 130), [24_000, 1, 2, 997]);
    }

    #[test]
    fn no_decision_crowds_out_another() {
        assert_eq!(listed(&counts(100_000, 0, 30, 7), 130), [24_963, 0, 30, 7]);
        assert_eq!(listed(&counts(100_000, 100_000, 100_000, 100_000), 130), [5_000, 5_000, 5_000, 10_000]);
        assert_eq!(listed(&counts(1_000_000, 4, 0, 90_000), 130), [5_000, 4, 0, 19_996]);
    }

    #[test]
    fn names_that_are_made_to_be_long_do_not_make_the_page_long() {
        assert_eq!(listed(&counts(20_000, 0, 9, 4_000), 4_800), [2_000, 0, 9, 400]);
        assert_eq!(listed(&counts(0, 0, 200, 0), 4_800), [0, 0, 200, 0], "a few may say much");
    }
}
