//! Which writes leave, when, and in whose company.

use std::sync::Arc;
use std::time::Duration;

use super::{CallNumber, Delivery, Ending, Engine, Obstacle, Referred, Sent, Slip, SlipWrite, call};
use crate::graph::batch::MAX_ITEMS;
use crate::graph::quota::Wait;
use crate::graph::transport::{Transport, TransportError};
use crate::graph::unreachable::Unreachable;
use crate::run::apps::{AppIndex, Grant};
use crate::run::event::Event;
use crate::run::record::Record;
use crate::run::schedule::{Kind, Turn};
use crate::run::state::Transition;
use crate::step::Step;

/// How long a part-full batch waits for company.
pub(super) const LINGER: Duration = Duration::from_millis(200);

impl<T: Transport> Engine<'_, T> {
    /// Sends as many batches as may leave now.
    pub(super) fn fill_batches(&mut self) {
        let now = self.clock.now();
        self.queue.wake(now);
        self.quota_wait = None;
        self.waited(now);
        if self.network_down_until.is_some_and(|until| now < until) {
            self.waiting_since = Some((Obstacle::Network, now));
            return;
        }
        self.network_down_until = None;
        while self.ending.is_none() && self.may_call() {
            let ready = |engine: &Self, alone| -> Vec<usize> {
                engine.apps.indices().map(|app| engine.ready_for(app, alone, now)).collect()
            };
            let mut wanted = ready(self, None);
            let alone = self.suspects.next(now, wanted.iter().any(|writes| *writes > 0));
            if alone.is_some() {
                wanted = ready(self, alone);
            }
            let ready = wanted.iter().copied().max().unwrap_or_default();
            if ready == 0 {
                self.lingering_since = None;
                return;
            }
            if alone.is_none() && ready < MAX_ITEMS && self.intake.is_some() && self.updating.len() < self.most_open() {
                // Credentials are on their way from the processor, not from the network: that is worth any wait.
                return;
            }
            if alone.is_none() && ready < MAX_ITEMS && !self.calls.is_empty() {
                let since = *self.lingering_since.get_or_insert(now);
                if now < since + LINGER {
                    return;
                }
            }
            match self.apps.take(|app| u32::try_from(wanted[app.get()]).unwrap_or(u32::MAX)) {
                Ok(Grant { app, writes }) => {
                    self.lingering_since = None;
                    self.suspects.left(now, alone.is_some());
                    let picked = match alone {
                        Some(suspect) => vec![suspect],
                        None => self.pick(app, writes as usize, now),
                    };
                    self.send(picked, app, now);
                }
                Err(wait) => {
                    self.quota_wait = Some(wait);
                    if matches!(wait, Wait::Until(_)) {
                        self.waiting_since = Some((Obstacle::Quota, now));
                    }
                    return;
                }
            }
        }
    }

    /// Only one call alone, as long as it is not known that anything gets through. Each takes a batch of accounts with it
    /// into doubt, and a line for each of their intents into the journal.
    pub(super) fn may_call(&self) -> bool {
        self.network_faults == 0 || self.calls.is_empty()
    }

    /// How many writes could leave through an app in one call now.
    fn ready_for(&self, app: AppIndex, alone: Option<(Turn, Kind)>, now: Duration) -> usize {
        // Where refusals are held it may be that the app reaches nobody: that is known when its first call is answered,
        // within one round trip.
        let is_in_doubt = self.held.range((app, 0)..=(app, CallNumber::MAX)).next().is_some();
        if is_in_doubt || !self.apps.in_use().contains(app) {
            return 0;
        }
        if let Some((turn, _)) = alone {
            return usize::from(self.may_carry(turn, app));
        }
        let referred = self.referred.iter().filter(|referred| self.may_try(referred, app, now)).count();
        (referred + self.queue.len()).min(MAX_ITEMS)
    }

    fn may_try(&self, referred: &Referred, app: AppIndex, now: Duration) -> bool {
        referred.ready_at <= now && self.may_carry(referred.turn, app)
    }

    /// Takes writes that an app is to send: first those that others were refused.
    fn pick(&mut self, app: AppIndex, most: usize, now: Duration) -> Vec<(Turn, Kind)> {
        let (mut picked, mut kept) = (Vec::with_capacity(most), Vec::new());
        for referred in std::mem::take(&mut self.referred) {
            if picked.len() < most && self.may_try(&referred, app, now) {
                picked.push((referred.turn, referred.kind));
            } else {
                kept.push(referred);
            }
        }
        self.referred = kept;
        picked.extend(self.queue.take(most - picked.len()));
        picked
    }

    /// Adds up what writes waited for.
    fn waited(&mut self, now: Duration) {
        if let Some((obstacle, since)) = self.waiting_since.take() {
            let waited = match obstacle {
                Obstacle::Quota => &mut self.statistics.waited_for_quota,
                Obstacle::Network => &mut self.statistics.waited_for_network,
            };
            *waited += now.saturating_sub(since);
        }
    }

    /// Brings a batch's intents to disk and then sends it; one call, held by the engine until it is answered.
    fn send(&mut self, picked: Vec<(Turn, Kind)>, app: AppIndex, now: Duration) {
        let client_id = self.apps.name(app).client_id;
        let mut records = Vec::with_capacity(picked.len());
        let mut slips = Vec::with_capacity(picked.len());
        for (turn, kind) in picked {
            let steps = self.states[turn as usize].due();
            let mut sealed = None;
            let write = match kind {
                Kind::Revoke => SlipWrite::Revoke,
                Kind::Update => {
                    let updating = self.updating.entry(turn).or_default();
                    let reset = updating.credential.clone().filter(|_| steps.contains(Step::Reset));
                    if steps.contains(Step::Reset) && reset.is_none() {
                        return self.end(Ending::Bug("an account was about to be reset without a password".to_owned()));
                    }
                    if let Some(credential) = &reset
                        && !std::mem::replace(&mut updating.credential_journaled, true)
                    {
                        sealed.clone_from(&credential.sealed);
                    }
                    if !std::mem::replace(&mut updating.first_sent, true) {
                        self.queue.first_update_sent();
                    }
                    SlipWrite::Update { reset }
                }
            };
            if !self.advance(turn, Transition::Sent(steps)) {
                return;
            }
            let account = self.accounts.get(turn);
            records.push(Record::Intended {
                row: account.row,
                object_id: account.object_id,
                steps,
                app: client_id,
                sealed,
            });
            slips.push(Slip { turn, steps, write });
        }
        self.statistics.calls += 1;
        let sent = Sent { number: self.statistics.calls, app, at: now, slips };
        self.unanswered.insert((app, sent.number));
        self.statistics.writes_sent += sent.slips.len() as u64;
        self.tell(&Event::Sent { app: client_id, writes: sent.slips.len() });
        let on_disk = self.journal.commit(records);
        let transport = Arc::clone(self.apps.transport(app));
        let accounts = Arc::clone(&self.accounts);
        let change_at_next_sign_in = self.playbook.change_at_next_sign_in();
        self.calls.spawn(async move {
            if let Err(error) = on_disk.await {
                return Delivery::NotWritten(sent, error);
            }
            let answer = match call::pack(&sent.slips, &accounts, change_at_next_sign_in) {
                Ok(call) => transport.send(call).await,
                Err(error) => Err(TransportError::NotSent(Unreachable::because("Graph", error))),
            };
            Delivery::Called(sent, answer)
        });
    }
}
