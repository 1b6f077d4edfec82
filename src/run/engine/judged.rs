//! Answers that are understood, on their way to the accounts: in the order of leaving for as long as it is open whether
//! the app may write at all.

use time::OffsetDateTime;

use super::answers::Blame;
use super::{CallNumber, Ending, Engine, Slip, first_answers};
use crate::graph::transport::Transport;
use crate::graph::write_outcome::WriteOutcome;
use crate::run::apps::AppIndex;
use crate::run::schedule::Turn;

/// A batch whose answer is understood, before it moves its accounts on.
pub(super) struct Judged {
    pub(super) slips: Vec<Slip>,
    /// With Graph's name for each request.
    pub(super) outcomes: Vec<(WriteOutcome, Option<String>)>,
    pub(super) blame: Blame,
    pub(super) date: Option<OffsetDateTime>,
}

impl Judged {
    fn outcomes(&self) -> impl Iterator<Item = &WriteOutcome> {
        self.outcomes.iter().map(|(outcome, _)| outcome)
    }
}

impl<T: Transport> Engine<'_, T> {
    /// Takes an answer in, or holds it while it may be that everybody is refused and an earlier answer can tell. An answer
    /// that rules this out is taken in whenever it comes.
    pub(super) fn take_or_hold(&mut self, app: AppIndex, number: CallNumber, judged: Judged) {
        if self.must_wait(app, number, &judged) {
            self.held.insert((app, number), judged);
        } else {
            self.take_judged(app, judged);
        }
    }

    fn must_wait(&self, app: AppIndex, number: CallNumber, judged: &Judged) -> bool {
        self.unanswered.range((app, 0)..(app, number)).next().is_some()
            && self.shown[app.get()].first_answers.wait_for_earlier(judged.outcomes())
    }

    /// Takes in what was held, as far as nothing that left earlier is under way any more, or it is known by now that the
    /// app may write.
    pub(super) fn take_held(&mut self) {
        for ((app, number), judged) in std::mem::take(&mut self.held) {
            self.take_or_hold(app, number, judged);
        }
    }

    fn take_judged(&mut self, app: AppIndex, judged: Judged) {
        if let Some(error) = self.shown[app.get()].first_answers.answered(judged.outcomes()) {
            self.leave_out(app, Ending::RoleMissing(error));
        }
        let accepted = judged.outcomes().filter(|outcome| **outcome == WriteOutcome::Accepted).count();
        self.apps.accepted(app, accepted as u64);
        let nobody_may = matches!(self.ending, Some(Ending::RoleMissing(_)));
        let Judged { slips, outcomes, blame, date } = judged;
        let mut records = Vec::with_capacity(slips.len());
        let alone = slips.len() == 1;
        for (slip, (outcome, request_id)) in slips.into_iter().zip(outcomes) {
            let mut blame = blame;
            if blame == Blame::Call && outcome.is_fault() {
                blame = self.blame(slip.turn, slip.kind(), alone);
                match blame {
                    Blame::Call if alone => self.fails_alone(outcome.retry_after()),
                    Blame::Item => self.way_is_open(),
                    _ => {}
                }
            }
            let is_final = !nobody_may && !self.another_may(slip.turn, app, &outcome);
            let outcome = if is_final { outcome } else { first_answers::excused(outcome) };
            self.settle(slip, outcome, blame, (date, request_id), &mut records);
        }
        self.journal.append(records);
    }

    /// Is there an app that may have what this one was refused by 403? Roles differ from app to app, so that such a refusal is
    /// the account's only once every app has met it.
    fn another_may(&mut self, turn: Turn, app: AppIndex, outcome: &WriteOutcome) -> bool {
        if !outcome.is_forbidden() {
            return false;
        }
        let refused = self.refused_by.entry(turn).or_default();
        refused.insert(app);
        !refused.covers(self.apps.in_use())
    }
}
