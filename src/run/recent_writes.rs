//! What earlier processes have spent of a limit that several runs share. Each run knows from its journal what it has spent of its
//! own quota; of this one only all of the journals together know.

use std::path::Path;
use std::time::Duration;

use time::OffsetDateTime;

use super::journal::{JournalError, JournalReader};
use super::record::Record;
use crate::graph::quota::Allowance;
use crate::ids::ClientId;

/// The writes of several journals: the moments of those that the limit may still feel, and how many there were before.
#[derive(Debug)]
pub struct RecentWrites {
    limit: Allowance,
    now: OffsetDateTime,
    /// Tenant seconds in one second of the journals' clock.
    speed: f64,
    moments: Vec<OffsetDateTime>,
    older: u64,
}

impl RecentWrites {
    /// None so far. Tenant time runs `speed` times as fast as the journals' clock.
    pub const fn none(limit: Allowance, now: OffsetDateTime, speed: f64) -> Self {
        Self { limit, now, speed, moments: Vec::new(), older: 0 }
    }

    /// From this moment on, the limit feels each write.
    fn begin(&self) -> OffsetDateTime {
        self.now - Duration::from_secs_f64(self.limit.span().as_secs_f64() / self.speed)
    }

    /// Takes in the writes of a journal that went through this app, and those of which it does not say. A journal that was
    /// last written longer ago than the limit remembers is not opened.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn take(&mut self, journal: &Path, app: Option<ClientId>) -> Result<(), JournalError> {
        let begin = self.begin();
        // A run that was not begun has no journal.
        let Ok(written) = std::fs::metadata(journal).and_then(|file| file.modified()) else { return Ok(()) };
        if OffsetDateTime::from(written) < begin {
            return Ok(());
        }
        for line in JournalReader::open(journal)? {
            let line = line?;
            let Record::Intended { app: through, .. } = line.record else { continue };
            if app.is_some() && through.is_some() && app != through {
                continue;
            }
            if line.at < begin { self.older += 1 } else { self.moments.push(line.at) }
        }
        Ok(())
    }

    /// How much of the limit is still missing now. What was written before was spent as fast as the limit allowed, as far as is
    /// known.
    pub fn missing(mut self) -> u32 {
        self.moments.sort_unstable();
        let burst = f64::from(self.limit.burst);
        let (mut spent, mut at) = ((self.older as f64).min(burst), self.begin());
        let flow = self.limit.per_second * self.speed;
        let given_back = |spent: f64, from: OffsetDateTime, to: OffsetDateTime| {
            (spent - (to - from).as_seconds_f64().max(0.0) * flow).max(0.0)
        };
        for moment in self.moments {
            spent = (given_back(spent, at, moment) + 1.0).min(burst);
            at = moment;
        }
        given_back(spent, at, self.now).ceil() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ObjectId, RowNumber};
    use crate::run::journal::Journal;
    use crate::step::{Step, Steps};

    const LIMIT: Allowance = Allowance { burst: 300, per_second: 1.0 };

    fn spent(older: u64, seconds_ago: &[i64], speed: f64) -> u32 {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(10_000);
        let moments = seconds_ago.iter().map(|ago| now - time::Duration::seconds(*ago)).collect();
        RecentWrites { moments, older, ..RecentWrites::none(LIMIT, now, speed) }.missing()
    }

    #[test]
    fn what_was_spent_comes_back_as_fast_as_the_limit_says() {
        assert_eq!(spent(0, &[], 1.0), 0);
        assert_eq!(spent(9_000, &[], 1.0), 0, "all of it is back");
        assert_eq!(spent(0, &[0; 200], 1.0), 200);
        assert_eq!(spent(0, &[50; 200], 1.0), 150);
        assert_eq!(spent(0, &[5; 200], 10.0), 150, "tenant time runs faster in a rehearsal");
        let steady: Vec<i64> = (0..300).collect();
        assert!(spent(9_000, &steady, 1.0) >= 299, "nothing was left, and nothing has come back");
        assert!(spent(0, &steady, 1.0) <= 1, "it was never in need");
        assert_eq!(spent(0, &[0; 900], 1.0), 300, "there is no more than all of it");
    }

    #[tokio::test]
    async fn the_writes_of_an_app_are_counted_in_all_journals_and_a_run_that_was_not_begun_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = [1, 2].map(|number| Some(ClientId::new(uuid::Uuid::from_u128(number))));
        let mut recent = RecentWrites::none(LIMIT, OffsetDateTime::now_utc(), 1.0);
        for (name, apps) in [("a", [one, one, None]), ("b", [one, other, other])] {
            let path = folder.path().join(name);
            let journal = Journal::open(&path, |_| Ok(())).unwrap();
            let intended = |app| Record::Intended {
                row: RowNumber::new(1),
                object_id: ObjectId::new(uuid::Uuid::nil()),
                steps: Steps::of(&[Step::Revoke]),
                target: None,
                app,
                sealed: None,
            };
            journal.commit(apps.into_iter().map(intended).collect()).await.unwrap();
            drop(journal);
            recent.take(&path, one).unwrap();
        }
        recent.take(&folder.path().join("not-begun"), one).unwrap();
        assert_eq!(recent.missing(), 4);
    }
}
