//! Which rows a page lists, where a list has more than a page bears.

use crate::words::count;

/// What a page bears.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageLimits {
    /// So many rows at most.
    pub(super) max_rows: u32,
    /// So many rows of each share are listed before one share may take what others leave.
    pub(super) fair_share: u32,
}

/// So many bytes a listed row may take on average; an ordinary one takes about 130. Without this, names that are made to
/// be long would make a page that no phone opens.
const BYTES_A_ROW: usize = 480;
/// A share of few rows may spend this much on them, whatever they have to say.
const MIN_BYTES: usize = 1_000_000;

/// The rows that a page lists: of each share (those who are done, those who are refused) the first ones in the list's order.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    rooms: Vec<Room>,
    /// What somebody writes who asks how many rows a page lists at most.
    max_rows: u32,
}

/// What one share may take, and what it took.
#[derive(Debug, Clone, Default)]
struct Room {
    rows: u32,
    rows_left: u32,
    bytes_left: usize,
    listed: u32,
}

impl Listing {
    /// Room for all rows of these shares where they fit; otherwise a fair share for each, and the rest to `urgent`, the places
    /// of the shares in the order in which they get what is left.
    pub(super) fn of(rows: &[u32], urgent: &[usize], limits: PageLimits) -> Self {
        let of_share = |&rows: &u32| Room { rows, rows_left: rows.min(limits.fair_share), ..Room::default() };
        let mut rooms: Vec<Room> = rows.iter().map(of_share).collect();
        let mut left = limits.max_rows.saturating_sub(rooms.iter().map(|room| room.rows_left).sum());
        for &share in urgent {
            let Some(room) = rooms.get_mut(share) else { continue };
            let more = (room.rows - room.rows_left).min(left);
            room.rows_left += more;
            left -= more;
        }
        for room in &mut rooms {
            room.bytes_left = MIN_BYTES.max(room.rows_left as usize * BYTES_A_ROW);
        }
        Self { rooms, max_rows: limits.max_rows }
    }

    /// Is there room for a row of this share?
    pub(super) fn is_open(&self, share: usize) -> bool {
        self.rooms.get(share).is_some_and(|room| room.rows_left > 0)
    }

    /// Is there no room for any row?
    pub(super) fn is_full(&self) -> bool {
        self.rooms.iter().all(|room| room.rows_left == 0)
    }

    /// Counts a row of so many bytes as listed; `false` when it is one too many, and then no later one is listed either.
    pub(super) fn list(&mut self, share: usize, bytes: usize) -> bool {
        let Some(room) = self.rooms.get_mut(share).filter(|room| room.rows_left > 0) else { return false };
        if room.bytes_left < bytes {
            room.rows_left = 0;
            return false;
        }
        room.bytes_left -= bytes;
        room.rows_left -= 1;
        room.listed += 1;
        true
    }

    /// How many rows are listed.
    pub(super) fn listed(&self) -> u32 {
        self.rooms.iter().map(|room| room.listed).sum()
    }

    /// What the page does not list, as sentences; nothing where it lists all. `names` are those of the shares, and `file` the
    /// one that has all rows.
    pub(super) fn unlisted(&self, names: &[&str], file: &str) -> Option<String> {
        let rows: u32 = self.rooms.iter().map(|room| room.rows).sum();
        let left_out = self.rooms.iter().zip(names).map(|(room, name)| (room.rows - room.listed, name));
        let left_out: Vec<String> = left_out
            .filter(|(rows, _)| *rows > 0)
            .map(|(rows, name)| format!("{} {name}", count(rows.into())))
            .collect();
        (!left_out.is_empty()).then(|| {
            format!(
                "This page lists {} of {} rows; a page lists {} at most. Not listed: {}. {file} has them all.",
                count(self.listed().into()),
                count(rows.into()),
                count(self.max_rows.into()),
                left_out.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of each share are listed when every row takes so many bytes.
    fn listed(rows: &[u32], urgent: &[usize], limits: PageLimits, bytes: usize) -> Vec<u32> {
        let mut listing = Listing::of(rows, urgent, limits);
        for (share, rows) in rows.iter().enumerate() {
            for _ in 0..*rows {
                if !listing.is_open(share) || !listing.list(share, bytes) {
                    break;
                }
            }
            assert!(listing.rooms[share].listed < *rows || !listing.list(share, 0), "what is full stays full");
        }
        assert!(listing.listed() <= limits.max_rows);
        let all = listing.listed() == rows.iter().sum::<u32>();
        assert_eq!(listing.unlisted(&["a", "b", "c", "d"], "x.csv").is_none(), all);
        listing.rooms.iter().map(|room| room.listed).collect()
    }

    fn of_plan(rows: [u32; 4], bytes: usize) -> Vec<u32> {
        listed(&rows, &[3, 2, 0, 1], PageLimits { max_rows: 25_000, fair_share: 5_000 }, bytes)
    }

    #[test]
    fn everybody_is_listed_where_there_is_room() {
        assert_eq!(of_plan([0, 0, 0, 0], 130), [0, 0, 0, 0]);
        assert_eq!(of_plan([24_000, 1, 2, 997], 130), [24_000, 1, 2, 997]);
    }

    #[test]
    fn no_decision_crowds_out_another() {
        assert_eq!(of_plan([100_000, 0, 30, 7], 130), [24_963, 0, 30, 7]);
        assert_eq!(of_plan([100_000, 100_000, 100_000, 100_000], 130), [5_000, 5_000, 5_000, 10_000]);
        assert_eq!(of_plan([1_000_000, 4, 0, 90_000], 130), [5_000, 4, 0, 19_996]);
    }

    #[test]
    fn names_that_are_made_to_be_long_do_not_make_the_page_long() {
        assert_eq!(of_plan([20_000, 0, 9, 4_000], 4_800), [2_000, 0, 9, 400]);
        assert_eq!(of_plan([0, 0, 200, 0], 4_800), [0, 0, 200, 0], "a few may say much");
    }

    #[test]
    fn the_done_do_not_crowd_out_the_others_and_a_report_is_bounded() {
        let limits = PageLimits { max_rows: 100_000, fair_share: 50_000 };
        let of_run = |done, others| listed(&[done, others], &[1, 0], limits, 130);
        assert_eq!(of_run(50_000, 20), [50_000, 20]);
        assert_eq!(of_run(99_990, 10), [99_990, 10]);
        assert_eq!(of_run(150_000, 10), [99_990, 10]);
        assert_eq!(of_run(10, 150_000), [10, 99_990]);
        assert_eq!(of_run(150_000, 150_000), [50_000, 50_000]);
    }
}
