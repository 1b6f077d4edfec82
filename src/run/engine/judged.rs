//! Answers that are understood, on their way to the accounts: in the order of leaving for as long as it is open whether
//! the app may write at all.

use time::OffsetDateTime;

use super::answers::{Blame, asked_to_wait, is_faulty};
use super::{CallNumber, Ending, Engine, Slip, first_answers};
use crate::graph::transport::Transport;
use crate::graph::verdict::Verdict;
use crate::run::apps::AppIndex;
use crate::run::schedule::Turn;

/// A batch whose answer is understood, before it moves its accounts on.
pub(super) struct Judged {
    pub(super) slips: Vec<Slip>,
    /// With Graph's name for each request.
    pub(super) verdicts: Vec<(Verdict, Option<String>)>,
    pub(super) blame: Blame,
    pub(super) date: Option<OffsetDateTime>,
}

impl Judged {
    fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().map(|(verdict, _)| verdict)
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
            && self.shown[app.get()].first_answers.wait_for_earlier(judged.verdicts())
    }

    /// Takes in what was held, as far as nothing that left earlier is under way any more, or it is known by now that the
    /// app may write.
    pub(super) fn take_held(&mut self) {
        for ((app, number), judged) in std::mem::take(&mut self.held) {
            self.take_or_hold(app, number, judged);
        }
    }

    fn take_judged(&mut self, app: AppIndex, judged: Judged) {
        if let Some(error) = self.shown[app.get()].first_answers.answered(judged.verdicts()) {
            self.leave_out(app, Ending::RoleMissing(error));
        }
        let accepted = judged.verdicts().filter(|verdict| **verdict == Verdict::Accepted).count();
        self.apps.accepted(app, accepted as u64);
        let nobody_may = matches!(self.ending, Some(Ending::RoleMissing(_)));
        let Judged { slips, verdicts, blame, date } = judged;
        let mut records = Vec::with_capacity(slips.len());
        let alone = slips.len() == 1;
        for (slip, (verdict, request_id)) in slips.into_iter().zip(verdicts) {
            let mut blame = blame;
            if blame == Blame::Call && is_faulty(&verdict) {
                blame = self.blame(slip.turn, slip.kind(), alone);
                match blame {
                    Blame::Call if alone => self.fails_alone(asked_to_wait(&verdict)),
                    Blame::Item => self.way_is_open(),
                    _ => {}
                }
            }
            let is_final = !nobody_may && !self.another_may(slip.turn, app, &verdict);
            let verdict = if is_final { verdict } else { first_answers::excused(verdict) };
            self.settle(slip, verdict, blame, (date, request_id), &mut records);
        }
        self.journal.append(records);
    }

    /// Is there an app that may have what this one was refused by 403? Roles differ from app to app, so that such a refusal is
    /// the account's only once every app has met it.
    fn another_may(&mut self, turn: Turn, app: AppIndex, verdict: &Verdict) -> bool {
        if !matches!(verdict, Verdict::Refused(error) if error.status == 403) {
            return false;
        }
        let refused = self.refused_by.entry(turn).or_default();
        refused.insert(app);
        !refused.covers(self.apps.in_use())
    }
}
