//! From when on the passes of a plan are good, where its list says that of each person.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::row::PlanRow;
use crate::json::Rfc3339Moment;
use crate::step::Step;

/// So many days ahead a pass may begin. No page names a latest moment ("Create temporaryAccessPassMethod"), and none is good for longer
/// than 30 days; what is further off is a year or a month that was mistyped, and would only be found out when it is needed.
pub const MAX_DAYS_AHEAD: i64 = 90;

/// Is a moment further off than a pass may begin?
pub fn is_too_far_ahead(from: OffsetDateTime, now: OffsetDateTime) -> bool {
    from - now > Duration::days(MAX_DAYS_AHEAD)
}

/// The moments from which the passes of a plan are good.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassMoments {
    /// The column of the list that names them.
    pub by: String,
    /// All of them, the earliest first. Passes of rows that name none are not among these.
    pub moments: Vec<PassMoment>,
}

/// One moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassMoment {
    /// The moment.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub from: OffsetDateTime,
    /// How many passes are good from then on.
    pub passes: u32,
}

/// Counts the moments of a plan while it is written.
#[derive(Debug)]
pub(super) struct PassMomentCount {
    by: String,
    moments: BTreeMap<OffsetDateTime, u32>,
}

impl PassMomentCount {
    pub(super) fn by(column: &str) -> Self {
        Self { by: column.to_owned(), moments: BTreeMap::new() }
    }

    /// Takes in the next row.
    pub(super) fn take(&mut self, row: &PlanRow) {
        if let Some(from) = row.pass_from.filter(|_| row.steps.contains(Step::Pass)) {
            *self.moments.entry(from).or_default() += 1;
        }
    }

    pub(super) fn finish(self) -> PassMoments {
        let moments = self.moments.into_iter().map(|(from, passes)| PassMoment { from, passes });
        PassMoments { by: self.by, moments: moments.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_pass_begins_within_ninety_days() {
        let now = datetime!(2026-11-30 08:00 UTC);
        let is_too_far = |from| is_too_far_ahead(from, now);
        assert!(!is_too_far(now) && !is_too_far(datetime!(2027-02-28 08:00 UTC)));
        assert!(is_too_far(datetime!(2027-02-28 08:00:01 UTC)) && is_too_far(datetime!(9999-12-31 23:59 UTC)));
    }
}
