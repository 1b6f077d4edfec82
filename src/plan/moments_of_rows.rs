//! From when on the passes of rows are good, in two bytes a row: a plan may have a million rows, and has few moments.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::ids::RowNumber;
use crate::words::count;

/// A plan with more has moments that come from a formula, and not from appointments. All of them fit into two bytes.
pub const MAX_MOMENTS: usize = 10_000;

/// There are more moments than a list of people has appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the column for --pass-from-column names more than {} different moments; round them, or make two lists of the people",
    count(MAX_MOMENTS as u64)
)]
pub struct TooManyMoments;

/// The moments of rows, as far as these were noted.
#[derive(Debug, Default)]
pub struct MomentsOfRows {
    /// By row, 0 where nothing is noted, [`NO_MOMENT`], or the place of the moment behind these two.
    rows: Vec<u16>,
    moments: Vec<OffsetDateTime>,
    places: HashMap<OffsetDateTime, u16>,
}

const NO_MOMENT: u16 = 1;

impl MomentsOfRows {
    /// Notes what a row says.
    ///
    /// # Errors
    ///
    /// It is one moment too many.
    pub fn note(&mut self, row: RowNumber, moment: Option<OffsetDateTime>) -> Result<(), TooManyMoments> {
        let place = moment.map_or(Ok(NO_MOMENT), |moment| self.place(moment))?;
        if self.rows.len() <= row.index() {
            self.rows.resize(row.index() + 1, 0);
        }
        self.rows[row.index()] = place;
        Ok(())
    }

    fn place(&mut self, moment: OffsetDateTime) -> Result<u16, TooManyMoments> {
        if let Some(place) = self.places.get(&moment) {
            return Ok(*place);
        }
        if self.moments.len() == MAX_MOMENTS {
            return Err(TooManyMoments);
        }
        self.moments.push(moment);
        let place = u16::try_from(self.moments.len()).map_err(|_| TooManyMoments)? + NO_MOMENT;
        self.places.insert(moment, place);
        Ok(place)
    }

    /// What a row says; nothing where it was not noted.
    pub fn noted(&self, row: RowNumber) -> Option<Option<OffsetDateTime>> {
        match self.rows.get(row.index()).copied().unwrap_or_default() {
            0 => None,
            NO_MOMENT => Some(None),
            place => Some(self.moments.get(usize::from(place - NO_MOMENT) - 1).copied()),
        }
    }

    /// The moment of a row, where it has one.
    pub fn of(&self, row: RowNumber) -> Option<OffsetDateTime> {
        self.noted(row).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use time::macros::datetime;

    const FIRST: OffsetDateTime = datetime!(2026-11-30 08:00 UTC);

    #[test]
    fn each_row_has_its_own_moment_and_the_table_is_bounded() {
        let mut moments = MomentsOfRows::default();
        for number in 1..=20_000_u32 {
            let moment = (number % 3 > 0).then(|| FIRST + Duration::minutes(i64::from(number % 9_000)));
            moments.note(RowNumber::new(number), moment).unwrap();
        }
        assert_eq!(moments.of(RowNumber::new(10_000)), Some(FIRST + Duration::minutes(1_000)));
        assert_eq!((moments.noted(RowNumber::new(3)), moments.of(RowNumber::new(3))), (Some(None), None));
        assert_eq!(moments.noted(RowNumber::new(20_001)), None);
        let mut more = (1..).map(|second| moments.note(RowNumber::new(1), Some(FIRST + Duration::seconds(second))));
        assert!(more.by_ref().take(MAX_MOMENTS + 1).any(|noted| noted == Err(TooManyMoments)));
    }
}
