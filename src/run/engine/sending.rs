//! Which writes leave, when, and together with which others.

use std::sync::Arc;
use std::time::Duration;

use super::call::{self, RunTerms};
use super::ending::Ending;
use super::in_flight::{Delivery, SentCall};
use super::link::Obstacle;
use super::run_loop::{Engine, LINGER};
use crate::graph::batch::MAX_ITEMS;
use crate::graph::quota::Wait;
use crate::graph::transport::{Transport, TransportError};
use crate::graph::unreachable::Unreachable;
use crate::run::apps::{AppIndex, Grant};
use crate::run::event::Event;
use crate::run::record::Record;
use crate::run::schedule::WriteKey;
use crate::run::state::Transition;

impl<T: Transport> Engine<'_, T> {
    /// Sends as many batches as may leave now.
    pub(super) fn fill_batches(&mut self) {
        let now = self.clock.now();
        self.accounts.wake(now);
        self.quota_wait = None;
        self.link.end_waiting(now, &mut self.statistics);
        if self.link.closed_until(now).is_some() {
            self.link.begin_waiting(Obstacle::Network, now);
            return;
        }
        while self.ending.is_none() && self.link.may_call(self.flight.is_empty()) && self.fill_batch(now) {}
    }

    /// Sends one batch, if one may leave now.
    fn fill_batch(&mut self, now: Duration) -> bool {
        self.leave_room(now);
        let mut wanted = self.ready(None, now);
        let alone = self.accounts.next_alone(now, wanted.iter().any(|writes| *writes > 0));
        if alone.is_some() {
            wanted = self.ready(alone, now);
        }
        let ready = wanted.iter().copied().max().unwrap_or_default();
        if ready == 0 {
            self.lingering_since = None;
            return false;
        }
        if alone.is_none() && ready < MAX_ITEMS && self.waits_for_more(now) {
            return false;
        }
        match self.apps.take(|app| u32::try_from(wanted[app.get()]).unwrap_or(u32::MAX)) {
            Ok(Grant { app, writes }) => {
                self.lingering_since = None;
                self.accounts.call_leaves(now, alone.is_some());
                let picked = match alone {
                    Some(write) => vec![write],
                    None => self.accounts.pick(app, self.apps.in_use(), writes as usize, now),
                };
                self.send(picked, app, now);
                true
            }
            Err(wait) => {
                self.quota_wait = Some(wait);
                if matches!(wait, Wait::Until(_)) {
                    self.link.begin_waiting(Obstacle::Quota, now);
                }
                false
            }
        }
    }

    /// Writes that have a pace of their own leave as fast as Graph was seen to take them.
    fn leave_room(&mut self, now: Duration) {
        for (kind, pace) in &self.paces {
            let Some(pace) = pace else { continue };
            self.accounts.leave_room(kind, if pace.free_at() <= now { pace.next_call() } else { 0 });
        }
    }

    /// How many writes could leave through each app in one call now.
    fn ready(&self, alone: Option<WriteKey>, now: Duration) -> Vec<usize> {
        let in_use = self.apps.in_use();
        let of_app = |app: AppIndex| {
            if self.flight.is_in_doubt(app) || !in_use.contains(app) {
                return 0;
            }
            match alone {
                Some(write) => usize::from(self.accounts.may_carry(write.turn, app, in_use)),
                None => self.accounts.ready_for(app, in_use, now),
            }
        };
        self.apps.indices().map(of_app).collect()
    }

    /// Does a batch that is not full wait for more writes?
    fn waits_for_more(&mut self, now: Duration) -> bool {
        // Credentials come from the processor, not from the network: they are worth any wait.
        if self.accounts.more_comes_at_once() && self.accounts.open() < self.max_open_accounts() {
            return true;
        }
        !self.flight.is_empty() && now < *self.lingering_since.get_or_insert(now) + LINGER
    }

    /// Brings a batch's intents to disk and then sends it; one call, held by the engine until it is answered.
    fn send(&mut self, picked: Vec<WriteKey>, app: AppIndex, now: Duration) {
        for key in &picked {
            if let Some(pace) = &mut self.paces[key.kind] {
                pace.take(now, 1);
            }
        }
        let client_id = self.apps.name(app).client_id;
        let mut records = Vec::with_capacity(picked.len());
        let mut writes = Vec::with_capacity(picked.len());
        for key in picked {
            let (write, sealed) = match self.accounts.prepare(key, now) {
                Ok(prepared) => prepared,
                Err(error) => return self.end(Ending::Bug(error.to_string())),
            };
            if !self.advance(key.turn, Transition::Sent(write.steps)) {
                return;
            }
            let account = self.accounts.accounts().get(key.turn);
            records.push(Record::Intended {
                row: account.row,
                object_id: account.object_id,
                steps: write.steps,
                target: self.accounts.target(key).cloned(),
                app: client_id,
                sealed,
            });
            writes.push(write);
        }
        self.statistics.calls += 1;
        self.statistics.writes_sent += writes.len() as u64;
        self.emit(&Event::Sent { app: client_id, writes: writes.len() });
        let sent = SentCall { number: self.flight.depart(app), app, at: now, writes };
        let on_disk = self.journal.commit(records);
        let transport = Arc::clone(self.apps.transport(app));
        let accounts = Arc::clone(self.accounts.accounts());
        // A password that is thrown away is changed by no one at a sign-in.
        let is_handed_over = self.pass.is_none_or(|terms| terms.beside_password);
        let change_at_next_sign_in = self.playbook.change_at_next_sign_in() && is_handed_over;
        let terms = RunTerms { change_at_next_sign_in, pass: self.pass };
        self.flight.spawn(async move {
            if let Err(error) = on_disk.await {
                return Delivery::NotWritten(sent, error);
            }
            let answer = match call::pack(&sent.writes, &accounts, terms) {
                Ok(call) => transport.send(call).await,
                Err(error) => Err(TransportError::NotSent(Unreachable::because("Graph", error))),
            };
            Delivery::Called(sent, answer)
        });
    }
}
