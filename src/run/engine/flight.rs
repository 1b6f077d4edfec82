//! The calls under way, the answers that are held back, and what the answers say about each app.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use tokio::task::{JoinError, JoinSet};

use super::app_health::AppHealth;
use super::batch_outcomes::BatchOutcomes;
use super::in_flight::{CallNumber, Delivery};
use crate::run::apps::AppIndex;

pub(super) struct Flight {
    calls: JoinSet<Delivery>,
    /// The calls that wait for an answer: each app's in the order of sending.
    unanswered: BTreeSet<(AppIndex, CallNumber)>,
    /// Refusals that came back before the answer to an earlier call did: what they mean depends on that answer.
    held: BTreeMap<(AppIndex, CallNumber), BatchOutcomes>,
    apps: Vec<AppHealth>,
    last_sent: CallNumber,
    /// Of the calls in whose answers something was decided, the one that was sent last.
    last_decided: CallNumber,
}

impl Flight {
    pub(super) fn new(apps: Vec<AppHealth>) -> Self {
        Self {
            calls: JoinSet::new(),
            unanswered: BTreeSet::new(),
            held: BTreeMap::new(),
            apps,
            last_sent: 0,
            last_decided: 0,
        }
    }

    /// How many calls are under way; a password that is being replaced counts as one.
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(super) fn last_sent(&self) -> CallNumber {
        self.last_sent
    }

    pub(super) fn last_decided(&self) -> CallNumber {
        self.last_decided
    }

    pub(super) fn app(&mut self, app: AppIndex) -> &mut AppHealth {
        &mut self.apps[app.get()]
    }

    /// The number of a call that an app sends now.
    pub(super) fn depart(&mut self, app: AppIndex) -> CallNumber {
        self.last_sent += 1;
        self.unanswered.insert((app, self.last_sent));
        self.last_sent
    }

    pub(super) fn spawn(&mut self, delivery: impl Future<Output = Delivery> + Send + 'static) {
        self.calls.spawn(delivery);
    }

    /// Waits for the next delivery; `None` where none is under way.
    pub(super) async fn next(&mut self) -> Option<Result<Delivery, JoinError>> {
        self.calls.join_next().await
    }

    /// A call is no longer under way, whatever became of it.
    pub(super) fn land(&mut self, app: AppIndex, number: CallNumber) {
        self.unanswered.remove(&(app, number));
    }

    /// The answer to a call decided something.
    pub(super) fn decided(&mut self, number: CallNumber) {
        self.last_decided = self.last_decided.max(number);
    }

    /// Must these outcomes wait for the answer to a call that was sent earlier?
    pub(super) fn must_wait(&self, app: AppIndex, number: CallNumber, outcomes: &BatchOutcomes) -> bool {
        self.unanswered.range((app, 0)..(app, number)).next().is_some()
            && self.apps[app.get()].first_answers.wait_for_earlier(outcomes.iter())
    }

    pub(super) fn hold(&mut self, app: AppIndex, number: CallNumber, outcomes: BatchOutcomes) {
        self.held.insert((app, number), outcomes);
    }

    pub(super) fn take_held(&mut self) -> BTreeMap<(AppIndex, CallNumber), BatchOutcomes> {
        std::mem::take(&mut self.held)
    }

    /// Are refusals held, so that it may be that the app reaches no account? That is known when its first call is answered,
    /// within one round trip.
    pub(super) fn is_in_doubt(&self, app: AppIndex) -> bool {
        self.held.range((app, 0)..=(app, CallNumber::MAX)).next().is_some()
    }
}
