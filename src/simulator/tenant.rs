//! The running tenant: its state, its clock, its tokens, and the signals that tests wait for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use super::connection::Connection;
use super::directory::SnapshotError;
use super::foothold::IntruderStanding;
use super::identities::IssuedIdentities;
use super::ledger::Ledger;
use super::moment::TenantClock;
use super::roots::Roots;
use super::settings::Settings;
use super::tokens::Tokens;
use super::world::World;

/// What every connection shares.
pub(crate) struct SimulatedTenant {
    pub(crate) id: Uuid,
    pub(crate) settings: Settings,
    pub(crate) connection: Connection,
    pub(crate) roots: Roots,
    pub(crate) clock: TenantClock,
    pub(crate) tokens: Tokens,
    pub(crate) identities: IssuedIdentities,
    /// The gate: after how many applied writes everything stops.
    pub(crate) hold_after: watch::Sender<Option<u64>>,
    /// How many writes were applied.
    pub(crate) applied: watch::Sender<u64>,
    /// The network is gone.
    pub(crate) dark: watch::Sender<bool>,
    world: Mutex<World>,
}

impl SimulatedTenant {
    /// `beside` is another tenant of the same simulator: both have one clock, and what an app may do in all its tenants is one
    /// limit.
    pub(crate) fn new(
        mut settings: Settings,
        mut connection: Connection,
        roots: Roots,
        beside: Option<&Self>,
    ) -> Result<Self, SnapshotError> {
        let clock = beside.map(|beside| beside.clock);
        let clock = clock.unwrap_or_else(|| TenantClock::start(settings.clock_speed, settings.clock_ahead));
        let mut world = World::new(&mut settings, beside.map(Self::world).as_deref())?;
        let id = world.directory.names().id;
        connection.tenant_id = id.to_string();
        world.directory.delete_leavers_anew(clock.started());
        if let Some(intruder) = settings.script.intruder {
            world.let_in(intruder, clock.started());
        }
        Ok(Self {
            id,
            clock,
            tokens: Tokens::default(),
            identities: IssuedIdentities::default(),
            hold_after: watch::Sender::new(settings.hold_after_writes),
            applied: watch::Sender::new(0),
            dark: watch::Sender::new(false),
            world: Mutex::new(world),
            settings,
            connection,
            roots,
        })
    }

    /// The state. Never held across a wait.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A panic under the lock is a bug that fails its own test; the others may go on.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What happened so far.
    pub(crate) fn ledger(&self) -> Ledger {
        let now = self.clock.now();
        let mut world = self.world();
        world.catch_up(now, self.clock.date(now));
        Ledger {
            started: self.clock.started(),
            writes: world.writes.clone(),
            comebacks: world.comebacks.clone(),
            counters: world.counters,
        }
    }

    /// How an intruder stands with each account that they were in.
    pub(crate) fn intruder(&self) -> Vec<IntruderStanding> {
        let now = self.clock.now();
        let mut world = self.world();
        world.catch_up(now, self.clock.date(now));
        world.intruder_standings()
    }

    /// Waits as long as the gate is shut.
    pub(crate) async fn pass_gate(&self) {
        let mut hold_after = self.hold_after.subscribe();
        loop {
            let limit = *hold_after.borrow_and_update();
            if limit.is_none() || !self.world().is_held(limit) {
                return;
            }
            if hold_after.changed().await.is_err() {
                return;
            }
        }
    }

    /// Wakes everything that waits for writes.
    pub(crate) fn announce(&self, writes_applied: u64) {
        self.applied.send_if_modified(|known| {
            let more = writes_applied > *known;
            if more {
                *known = writes_applied;
            }
            more
        });
    }
}

/// Shares the tenant with every handler.
pub(crate) type SharedTenant = Arc<SimulatedTenant>;
