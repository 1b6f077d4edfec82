//! Answers that are understood, on their way to the accounts: in the order of leaving for as long as it is open whether
//! the app may write at all.

use time::OffsetDateTime;

use super::answers::Blame;
use super::breaker::Breaker;
use super::{CallNumber, Ending, Engine, Slip};
use crate::graph::transport::Transport;
use crate::graph::verdict::Verdict;

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
    pub(super) fn take_or_hold(&mut self, number: CallNumber, judged: Judged) {
        if self.must_wait(number, &judged) {
            self.held.insert(number, judged);
        } else {
            self.take_judged(judged);
        }
    }

    fn must_wait(&self, number: CallNumber, judged: &Judged) -> bool {
        self.unanswered.first().is_some_and(|first| *first < number)
            && self.breaker.waits_for_earlier(judged.verdicts())
    }

    /// Takes in what was held, as far as nothing that left earlier is under way any more, or it is known by now that the
    /// app may write.
    pub(super) fn take_held(&mut self) {
        while let Some((number, judged)) = self.held.pop_first() {
            if self.must_wait(number, &judged) {
                self.held.insert(number, judged);
                return;
            }
            self.take_judged(judged);
        }
    }

    fn take_judged(&mut self, judged: Judged) {
        if let Some(error) = self.breaker.answered(judged.verdicts()) {
            self.end(Ending::RoleMissing(error));
        }
        let nobody_may = matches!(self.ending, Some(Ending::RoleMissing(_)));
        let Judged { slips, verdicts, blame, date } = judged;
        let mut records = Vec::with_capacity(slips.len());
        for (slip, (verdict, request_id)) in slips.into_iter().zip(verdicts) {
            let verdict = if nobody_may { Breaker::excused(verdict) } else { verdict };
            self.settle(slip, verdict, blame, (date, request_id), &mut records);
        }
        self.journal.append(records);
    }
}
