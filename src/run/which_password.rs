//! Which of several sealed passwords to try first, where it is not known which of them is live.

use std::fmt;

use time::{Duration, OffsetDateTime};

use crate::words::utc_second;

/// What the directory said about the password of an account that was in doubt.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenPasswordChange {
    /// When it was last changed, by Graph's clock, by this run or another.
    pub(super) changed: OffsetDateTime,
    /// When that was read, by this machine's clock.
    pub(super) read: OffsetDateTime,
}

/// Two clocks that are kept right are no further apart.
const CLOCKS_APART: Duration = Duration::minutes(5);

/// Which of the sealed passwords of an account to try first.
///
/// A hint: who changed the password, and when exactly, cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichPassword {
    /// One was sent, and nothing is known.
    OneOrTheOld,
    /// Several were sent, and nothing is known.
    LastFirst,
    /// The password was last changed before the first of them was sent.
    ProbablyTheOld {
        /// When, by Graph's clock.
        changed: OffsetDateTime,
        /// Were several sent?
        several: bool,
    },
    /// One was sent, and the password was changed since.
    ProbablyTheOne {
        /// When, by Graph's clock.
        changed: OffsetDateTime,
    },
    /// The last that was sent before the password was changed.
    Candidate {
        /// When, by Graph's clock.
        changed: OffsetDateTime,
        /// Its place among them, from 1.
        place: usize,
        /// How many there are.
        of: usize,
    },
}

impl WhichPassword {
    /// What to try; nothing where no password may be live. `tried` has the moments at which each was about to be sent, in
    /// the order of the credentials.
    pub(super) fn of(tried: &[OffsetDateTime], seen: Option<SeenPasswordChange>) -> Option<Self> {
        let (first, last, several) = (tried.first()?, tried.last()?, tried.len() > 1);
        // What was sent after the read, the read says nothing about.
        Some(match seen.filter(|seen| *last <= seen.read) {
            None if several => Self::LastFirst,
            None => Self::OneOrTheOld,
            Some(SeenPasswordChange { changed, .. }) if changed + CLOCKS_APART < *first => {
                Self::ProbablyTheOld { changed, several }
            }
            Some(SeenPasswordChange { changed, .. }) if !several => Self::ProbablyTheOne { changed },
            Some(SeenPasswordChange { changed, .. }) => {
                let place = tried.iter().rposition(|at| *at <= changed).unwrap_or_default() + 1;
                Self::Candidate { changed, place, of: tried.len() }
            }
        })
    }
}

/// As a sentence without an end.
impl fmt::Display for WhichPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOrTheOld => f.write_str("the password in the credential may be live, or the old one still is"),
            Self::LastFirst => {
                f.write_str("more than one password may be live: try each credential, the last one first")
            }
            Self::ProbablyTheOld { changed, several } => write!(
                f,
                "the password was last changed at {}, before {} was sent: the old one is probably live",
                utc_second(*changed),
                if *several { "any of these" } else { "this one" }
            ),
            Self::ProbablyTheOne { changed } => {
                write!(f, "the password was changed at {}: the one in the credential may be live", utc_second(*changed))
            }
            Self::Candidate { changed, place, of } => write!(
                f,
                "more than one password may be live, and it was last changed at {}: try candidate {place} of {of} first, \
                 then the others, the last one first",
                utc_second(*changed)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: OffsetDateTime = time::macros::datetime!(2026-11-23 08:00 UTC);

    fn minutes(minutes: i64) -> OffsetDateTime {
        AT + Duration::minutes(minutes)
    }

    fn read_at(minute: i64, changed: i64) -> Option<SeenPasswordChange> {
        Some(SeenPasswordChange { changed: minutes(changed), read: minutes(minute) })
    }

    #[test]
    fn the_last_one_that_was_sent_before_the_change_is_tried_first() {
        let tried = [minutes(0), minutes(10), minutes(20)];
        for (changed, first) in [(1, 1), (11, 2), (25, 3), (-1, 1)] {
            let which = WhichPassword::of(&tried, read_at(30, changed));
            assert_eq!(which, Some(WhichPassword::Candidate { changed: minutes(changed), place: first, of: 3 }));
        }
    }

    #[test]
    fn a_read_says_nothing_about_what_was_sent_after_it() {
        let tried = [minutes(0), minutes(10)];
        assert_eq!(WhichPassword::of(&tried, read_at(5, 1)), Some(WhichPassword::LastFirst));
        assert_eq!(WhichPassword::of(&tried, None), Some(WhichPassword::LastFirst));
    }

    #[test]
    fn one_password_or_none() {
        assert_eq!(WhichPassword::of(&[], read_at(0, 0)), None);
        let old = WhichPassword::of(&[AT], read_at(1, -60));
        assert_eq!(old, Some(WhichPassword::ProbablyTheOld { changed: minutes(-60), several: false }));
        assert!(old.unwrap().to_string().contains("2026-11-23T07:00:00Z, before this one was sent"));
        assert_eq!(WhichPassword::of(&[AT], None), Some(WhichPassword::OneOrTheOld));
        assert_eq!(WhichPassword::of(&[AT], read_at(1, 0)), Some(WhichPassword::ProbablyTheOne { changed: AT }));
    }
}
