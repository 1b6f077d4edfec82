//! What an operator reads while Graph cannot be reached: what, since when, what happens next, and that nothing is lost.

use std::time::Duration;

use time::OffsetDateTime;

use super::words::{harmless, span, time_of_day};
use crate::run::outage_reason::OutageReason;
use crate::wording::unreachable::remedy;

/// A way that was shut for less than this is a hiccup: not worth a line that it is over.
const WORTH_A_LINE: Duration = Duration::from_secs(20);

/// An outage, as far as it has been reported.
#[derive(Debug, Default)]
pub(super) struct Outage {
    since: Option<OffsetDateTime>,
    /// As the last try found it.
    down_for: Duration,
    reason: Option<OutageReason>,
    explained: bool,
    /// Nothing is said again before it has lasted that long, unless the reason is another one.
    silent_until: Duration,
    /// A line is drawn that says how long it lasts: what was explained is not said again.
    is_drawn: bool,
}

impl Outage {
    /// None yet. `is_drawn`: whether [`Outage::standing`] is shown all the time.
    pub(super) fn new(is_drawn: bool) -> Self {
        Self { is_drawn, ..Self::default() }
    }

    /// The lines for one more try that failed.
    pub(super) fn goes_on(
        &mut self,
        reason: &OutageReason,
        pause: Duration,
        down_for: Duration,
        now: OffsetDateTime,
    ) -> Vec<String> {
        let since = *self.since.get_or_insert(now);
        self.down_for = down_for;
        let next = span(pause);
        let same = self.reason.replace(reason.clone()).is_some_and(|before| before.is_like(reason));
        let said = || harmless(&reason.to_string()).into_owned();
        if same && (down_for < self.silent_until || self.is_drawn && self.explained) {
            return Vec::new();
        }
        self.silent_until = WORTH_A_LINE.max(down_for * 2);
        if down_for < WORTH_A_LINE {
            return vec![format!("no answer from Graph ({}); trying again in {next}", said())];
        }
        let since = time_of_day(since);
        let mut line = format!("Graph has not answered for {} (since {since}); next try in {next}", span(down_for));
        if !same || !self.explained {
            line += &format!(": {}", said());
        }
        let mut lines = vec![line];
        if !std::mem::replace(&mut self.explained, true) {
            lines.push(
                "the run waits and resumes by itself; nothing is lost. Ctrl-C is safe too: sealoff apply resumes it later"
                    .to_owned(),
            );
            lines.extend(reason.cause().map(remedy).map(str::to_owned));
        }
        lines
    }

    /// What stands on the line that is drawn, in place of an estimate: nothing gets done meanwhile.
    pub(super) fn standing(&self) -> Option<String> {
        self.since?;
        let so_far = match self.down_for {
            short if short < Duration::from_secs(1) => String::new(),
            down_for => format!(" for {}", span(down_for)),
        };
        Some(format!("no answer from Graph{so_far}, waiting"))
    }

    /// The line that says that it is over, where that is worth one.
    pub(super) fn is_over(&mut self, down_for: Duration) -> Option<String> {
        *self = Self::new(self.is_drawn);
        (down_for >= WORTH_A_LINE).then(|| format!("Graph answers again, after {}", span(down_for)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::error::GraphError;
    use crate::graph::transport::TransportError;
    use crate::graph::unreachable::Unreachable;
    use time::macros::datetime;

    fn lost(words: &str) -> OutageReason {
        OutageReason::NoAnswer(TransportError::Lost(Unreachable::because("Graph", words)))
    }

    #[test]
    fn answers_that_differ_in_the_request_id_alone_are_not_said_again() {
        let mut outage = Outage::default();
        let now = datetime!(2026-03-01 03:12:05 UTC);
        let mut said = |id: &str, down_for| {
            let reason = OutageReason::Answered(GraphError::parse(503, b"{}", Some(id.to_owned())));
            outage.goes_on(&reason, Duration::from_secs(9), Duration::from_secs(down_for), now).len()
        };
        assert_eq!([said("1", 0), said("2", 9), said("3", 63), said("4", 70), said("5", 128)], [1, 0, 2, 0, 1]);
    }

    #[test]
    fn the_line_that_is_drawn_says_for_how_long() {
        let mut outage = Outage::new(true);
        assert_eq!(outage.standing(), None);
        let now = datetime!(2026-03-01 03:12:05 UTC);
        outage.goes_on(&lost("refused"), Duration::from_secs(45), Duration::ZERO, now);
        assert_eq!(outage.standing().unwrap(), "no answer from Graph, waiting");
        outage.goes_on(&lost("refused"), Duration::from_secs(45), Duration::from_secs(63), now);
        assert_eq!(outage.standing().unwrap(), "no answer from Graph for 1 min 3 s, waiting");
        let hour = Duration::from_secs(3_600);
        assert!(outage.goes_on(&lost("refused"), hour, hour, now).is_empty(), "the line says it");
        assert!(!outage.goes_on(&lost("no route"), hour, hour, now).is_empty(), "something is new");
        outage.is_over(hour);
        assert_eq!(outage.standing(), None);
    }

    #[test]
    fn an_hour_without_a_network_is_reported_and_explained_once() {
        let mut outage = Outage::default();
        let seconds = Duration::from_secs;
        let now = datetime!(2026-03-01 03:12:05 UTC);
        let mut goes_on =
            |reason: &str, down_for| outage.goes_on(&lost(reason), seconds(45), seconds(down_for), now).join("\n");
        assert_eq!(
            goes_on("refused", 0),
            "no answer from Graph (the answer was lost: Graph: refused); trying again in 45 s"
        );
        assert_eq!(goes_on("refused", 12), "", "the same is not said again");
        let said = goes_on("refused", 63);
        for part in ["since 03:12:05 UTC", "next try in 45 s", "Ctrl-C is safe", "resumes by itself"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(goes_on("refused", 108), "", "nothing is new");
        let later = goes_on("refused", 128);
        assert!(
            later.starts_with("Graph has not answered for 2 min") && !later.contains('\n'),
            "explained once: {later}"
        );
        assert!(goes_on("another", 150).ends_with("45 s: the answer was lost: Graph: another"));
        assert!(
            !goes_on("\u{1b}[2J", 195).contains('\u{1b}'),
            "a stranger's words do not reach the terminal as they are"
        );
        assert_eq!(outage.is_over(seconds(3_600)).unwrap(), "Graph answers again, after 1 h 0 min");
        assert_eq!(outage.is_over(seconds(3)), None);
    }
}
