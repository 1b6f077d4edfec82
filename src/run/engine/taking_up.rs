//! Accounts are taken up, or left out because they are no longer what the plan says.

use super::ending::Ending;
use super::one_by_one::{NoneComes, Upcoming};
use super::run_loop::Engine;
use crate::graph::transport::Transport;
use crate::run::event::Event;
use crate::run::record::Record;
use crate::run::state::Transition;

impl<T: Transport> Engine<'_, T> {
    /// Takes in which accounts come next, and which of them do not.
    pub(super) fn take_up(&mut self, upcoming: Option<Result<Upcoming, NoneComes>>) {
        match upcoming {
            None => self.accounts.no_more_to_come(),
            Some(Ok(mut upcoming)) => {
                if let Some(down_for) = upcoming.read_again_after {
                    self.emit(&Event::Reachable { down_for });
                }
                self.leave_out_drifted(&mut upcoming);
                self.accounts.take_up(upcoming, self.clock.now());
            }
            Some(Err(NoneComes::Credential(error))) => self.end(Ending::Credential(error)),
            Some(Err(NoneComes::NotRead { reason, pause, down_for })) => {
                self.emit(&Event::Unreachable { reason, pause, down_for });
            }
            Some(Err(NoneComes::NotReadable(why))) => self.end(Ending::NotReadable(why)),
        }
    }

    /// Nothing is done to an account that is no longer what the plan says.
    fn leave_out_drifted(&mut self, upcoming: &mut Upcoming) {
        let mut records = Vec::new();
        for (turn, reason) in std::mem::take(&mut upcoming.drifted) {
            let steps = self.accounts.state(turn).due();
            if !self.advance(turn, Transition::Drifted) {
                return;
            }
            let account = self.accounts.accounts().get(turn);
            let (row, user) = (account.row, account.user_principal_name.to_owned());
            self.accounts.requeue(turn, self.clock.now());
            self.emit(&Event::StepsFailed { row, user, steps, reason: format!("drifted: {reason}") });
            records.push(Record::Drifted { row, reason });
        }
        if !records.is_empty() {
            self.journal.append(records);
            self.emit_progress(Event::Progress);
        }
    }
}
