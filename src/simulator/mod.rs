//! The embedded stand-in for Microsoft Graph and the Entra token service, on loopback.
//!
//! Drills and tests run against it, and judge a client by its [`Ledger`]. It is written from Microsoft's pages alone and
//! knows nothing of this crate's client, so that two independent readings of those pages meet on the wire.
//!
//! # What happens to a call
//!
//! ```text
//! server ─ routes ─► login, people, machines                a token
//!             └────► exchange ─► graph ─► world ─► ledger   one request, or up to twenty in a $batch
//! ```
//!
//! `server` speaks TLS and HTTP; `exchange` checks the token, `call_fault` deals the faults that strike whole calls; `graph`
//! understands requests without looking at the directory; `world` is all that changes, behind one lock: it charges the
//! quota, deals the faults that strike single requests, asks `permission` and `who_may` what the caller may do, reads and
//! writes the [`Directory`], and keeps the ledger. `out_of_band` holds changes that no call of the client makes.
//! What is not simulated is answered 501 and named, never by a friendly lie.
//!
//! `scenario` reads files that say how a tenant is and what goes wrong in it; `script` is what of it happens while the
//! simulator runs.
//!
//! # Time
//!
//! Quotas, `Retry-After`, `Date` and the timestamps of users run in tenant time, [`Settings::clock_speed`] times as fast
//! as the wall clock. Latency and the life of tokens are on the wall clock, because HTTP and token libraries are.

mod apps;
mod assertion;
mod audience;
mod call_fault;
mod connection;
mod device_codes;
mod directory;
mod draws;
mod error;
mod exchange;
mod fault;
mod foothold;
mod front;
mod graph;
mod identities;
#[cfg(test)]
pub(crate) mod in_process;
mod ledger;
mod login;
mod machines;
mod moment;
mod out_of_band;
mod people;
mod permission;
mod quota;
mod random;
mod request_root;
mod response;
mod retry_after;
mod roots;
mod routes;
mod scenario;
mod script;
mod scripted_answer;
mod server;
mod settings;
mod sign_in;
mod sign_ins;
mod tenant;
mod tls;
mod token_issue;
mod token_refusal;
mod tokens;
mod who_may;
mod world;

use std::borrow::Cow;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

pub use apps::FurtherApp;
pub use connection::Connection;
#[cfg(test)]
pub(crate) use directory::tenant::SERVICE_PRINCIPAL_ID;
pub use directory::tenant::{CLIENT_ID, CLIENT_SECRET, TENANT_ID};
pub use directory::{
    ALTERNATE_MOBILE_ID, CLIENTS, Details, DeviceSystem, DeviceTrust, Directory, DirectoryText, EMAIL_ID,
    ExternalUserState, ExtraPerson, MOBILE_ID, Members, OFFICE_ID, PASSWORD_ID, SimulatedAppRole, SimulatedClient,
    SimulatedConsent, SimulatedDevice, SimulatedGroup, SimulatedMethod, SimulatedMethodKind, SimulatedMethods,
    SimulatedOnPremises, SimulatedPass, SimulatedPassPolicy, SimulatedUser, SnapshotError, UserType,
};
pub use error::SimulatorError;
pub use fault::{Fault, FaultShares, UnknownFault};
pub use foothold::{Comeback, Intruder, IntruderStanding, WayIn};
pub use ledger::{Counters, Ledger, Operation, Violations, WriteRecord};
pub use permission::{Permission, UnknownPermission};
pub use quota::{Limit, LimitShape, Quota};
pub use retry_after::{RetryAfterDelay, RetryAfterForm};
pub use scenario::{Scenario, ScenarioError};
pub use script::{FaultRule, LatencyCurve, Moment, OtherApp, Script, ScriptedChange, Struck};
pub use scripted_answer::ScriptedAnswer;
pub use settings::{Latency, Settings, SimulatedCloud, SimulatedWriteback};
pub use sign_in::{Device, Federated, SignInSettings};
pub use who_may::{SimulatedRole, UnknownRole};

use apps::AppNumber;
use directory::UserKey;
use roots::Roots;
use server::Wire;
use tenant::SimulatedTenant;
use tokens::TokenHolder;

/// A running simulator. It ends when this is dropped.
pub struct Simulator {
    tenant: Arc<SimulatedTenant>,
    /// The tenants beside it.
    beside: Vec<Arc<SimulatedTenant>>,
    servers: Vec<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// An address that is not loopback or can't be listened on; certificates that can't be made.
    pub async fn start(settings: Settings) -> Result<Self, SimulatorError> {
        Self::start_several(settings, Vec::new()).await
    }

    /// Starts a simulator that serves several tenants at one address, each with its own directory, quota and ledger. What two
    /// of them have of an app is one app, with one limit in all of them. The address and all that is the wire's are the first
    /// one's.
    ///
    /// # Errors
    ///
    /// As [`Simulator::start`].
    pub async fn start_several(settings: Settings, beside: Vec<Settings>) -> Result<Self, SimulatorError> {
        let address = settings.listen;
        if !address.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(address));
        }
        if let Some(host) = settings.hosts.iter().find(|host| !roots::is_host(host)) {
            return Err(SimulatorError::NoHost(host.clone()));
        }
        let listen = |source| SimulatorError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let bound = listener.local_addr().map_err(listen)?;
        let mut clear = None;
        if settings.clear_text {
            let listener = TcpListener::bind((address.ip(), 0)).await.map_err(listen)?;
            let bound = listener.local_addr().map_err(listen)?;
            clear = Some((listener, bound));
        }
        let clear_bound = clear.as_ref().map(|(_, bound)| *bound);
        let roots = Roots::of(bound, clear_bound, &settings.hosts);
        let root = format!("https://{bound}");
        let identity = tls::make_identity(&settings.hosts)?;
        let connection = Connection {
            graph_endpoint: root.clone(),
            authority: root,
            tenant_id: TENANT_ID.to_string(),
            client_id: CLIENT_ID.to_string(),
            client_secret: CLIENT_SECRET.to_owned(),
            ca_pem: identity.ca_pem,
            clear_text: clear_bound.map(|bound| format!("http://{bound}")),
        };
        let mut tenants: Vec<Arc<SimulatedTenant>> = Vec::with_capacity(1 + beside.len());
        for settings in std::iter::once(settings).chain(beside) {
            let first = tenants.first().map(Arc::as_ref);
            let tenant = SimulatedTenant::new(settings, connection.clone(), roots.clone(), first)?;
            if let Some(user) = &tenant.settings.sign_in.device.approved_by
                && people::find(&tenant, user).is_none()
            {
                return Err(SimulatorError::UnknownApprover(user.clone()));
            }
            tenants.push(Arc::new(tenant));
        }
        let router = front::router(&tenants);
        let tenant = tenants.remove(0);
        let tls = Wire::Tls(TlsAcceptor::from(identity.server));
        let dark = || tenant.dark.subscribe();
        let mut servers = vec![tokio::spawn(server::serve(listener, tls, router.clone(), dark()))];
        if let Some((listener, _)) = clear {
            servers.push(tokio::spawn(server::serve(listener, Wire::Clear, router, dark())));
        }
        Ok(Self { tenant, beside: tenants, servers })
    }

    /// The tenants beside the first one, each as if it were alone. The wire is the first one's: what ends or darkens it is done
    /// there.
    pub fn beside(&self) -> impl Iterator<Item = Self> {
        self.beside.iter().map(Self::alone)
    }

    /// The first tenant, as if it were alone.
    pub fn first(&self) -> Self {
        Self::alone(&self.tenant)
    }

    fn alone(tenant: &Arc<SimulatedTenant>) -> Self {
        Self { tenant: Arc::clone(tenant), beside: Vec::new(), servers: Vec::new() }
    }

    /// What the tenant is called.
    pub fn name(&self) -> String {
        self.tenant.world().directory.names().display_name.clone()
    }

    /// The tenant's domain.
    pub fn domain(&self) -> String {
        let world = self.tenant.world();
        let domain = world.directory.domains().iter().find(|domain| domain.is_default());
        domain.map(|domain| domain.name.to_string()).unwrap_or_default()
    }

    /// What a client needs to know.
    pub fn connection(&self) -> &Connection {
        &self.tenant.connection
    }

    /// A token as the token service gives it, for callers that bring their own.
    pub fn issue_token(&self) -> String {
        token_issue::issue(&self.tenant, TokenHolder::App(AppNumber::FIRST))
    }

    /// The same for another app of the tenant; `None` when there is no such app.
    pub fn issue_token_of(&self, client_id: Uuid) -> Option<String> {
        self.app(client_id).map(|app| token_issue::issue(&self.tenant, TokenHolder::App(app)))
    }

    fn app(&self, client_id: Uuid) -> Option<AppNumber> {
        self.tenant.world().apps.iter().position(|app| app.client_id() == client_id).map(AppNumber)
    }

    /// Ends every token given out so far: the next call with one is answered 401.
    pub fn expire_tokens(&self) {
        self.tenant.tokens.expire_all();
    }

    /// Deletes the secrets, certificates and federated credentials of an app and ends its tokens: from now on it does not get in any more. Says whether there is
    /// such an app.
    pub fn lock_out_app(&self, client_id: Uuid) -> bool {
        let Some(app) = self.app(client_id) else { return false };
        self.tenant.world().apps[app.0].lock_out();
        self.tenant.tokens.expire(|caller| caller == TokenHolder::App(app));
        true
    }

    /// What happened so far. A copy, as long as the run was; for a glance there is [`Simulator::counters`].
    pub fn ledger(&self) -> Ledger {
        self.tenant.ledger()
    }

    /// The last writes of the ledger, at most so many, oldest first.
    pub fn last_writes(&self, most: usize) -> Vec<WriteRecord> {
        let world = self.tenant.world();
        world.writes[world.writes.len().saturating_sub(most)..].to_vec()
    }

    /// How much of what happened so far.
    pub fn counters(&self) -> Counters {
        self.tenant.world().counters
    }

    /// What came of the rules of the scenario so far, in its order.
    pub fn struck(&self) -> Vec<Struck> {
        self.tenant.world().playing.struck()
    }

    /// One user as it stands now, by object id or UPN.
    pub fn user(&self, id_or_upn: &str) -> Option<SimulatedUser> {
        let world = self.tenant.world();
        world.directory.find(&UserKey::parse(id_or_upn)).map(|place| world.directory.get(place).clone())
    }

    /// What a user proves who they are with as it stands now, by object id; `None` when there is no such user.
    pub fn methods(&self, object_id: Uuid) -> Option<SimulatedMethods> {
        let world = self.tenant.world();
        let place = world.directory.find(&UserKey::Id(object_id))?;
        Some(world.directory.methods_of(place).into_owned())
    }

    /// The devices that a user owns as they stand now, by object id; none when there is no such user.
    pub fn devices_of(&self, object_id: Uuid) -> Vec<SimulatedDevice> {
        let now = self.tenant.clock.now();
        let mut world = self.tenant.world();
        world.catch_up(now, self.tenant.clock.date(now));
        let place = world.directory.find(&UserKey::Id(object_id));
        place
            .map(|place| world.directory.owned_devices(place).into_iter().map(Cow::into_owned).collect())
            .unwrap_or_default()
    }

    /// The roles that a user holds in apps, by object id; none when there is no such user.
    pub fn app_roles_of(&self, object_id: Uuid) -> Vec<SimulatedAppRole> {
        let world = self.tenant.world();
        let place = world.directory.find(&UserKey::Id(object_id));
        place.map(|place| world.directory.app_roles_of(place)).unwrap_or_default()
    }

    /// What a user consented to as it stands now, by object id; none when there is no such user.
    pub fn consents_of(&self, object_id: Uuid) -> Vec<SimulatedConsent> {
        let world = self.tenant.world();
        let place = world.directory.find(&UserKey::Id(object_id));
        place.map(|place| world.directory.consents_of(place).into_owned()).unwrap_or_default()
    }

    /// How an intruder stands with each account that they were in when the simulator began; empty without one.
    pub fn intruder(&self) -> Vec<IntruderStanding> {
        self.tenant.intruder()
    }

    /// All users as they stand now, in the order of lists. A copy.
    pub fn users(&self) -> Vec<SimulatedUser> {
        self.tenant.world().directory.users().cloned().collect()
    }

    /// How many users there are now.
    pub fn user_count(&self) -> usize {
        self.tenant.world().directory.len()
    }

    /// Writes the directory as it stands now. Everything waits for it meanwhile.
    ///
    /// # Errors
    ///
    /// Whatever writing fails with.
    pub fn write_snapshot(&self, to: impl std::io::Write) -> std::io::Result<()> {
        self.tenant.world().directory.write_snapshot(to)
    }

    /// Sets another quota from now on; what is used stays used, as a share.
    pub fn change_quota(&self, quota: &Quota) {
        let now = self.tenant.clock.now();
        self.tenant.world().change_quota(quota, now);
    }

    /// Sets other faults from now on.
    pub fn change_faults(&self, faults: FaultShares) {
        self.tenant.world().faults = faults;
    }

    /// Takes the network away: connections are reset, and new ones refused, until [`Simulator::come_back`].
    pub fn go_dark(&self) {
        self.tenant.dark.send_replace(true);
    }

    /// Gives the network back.
    pub fn come_back(&self) {
        self.tenant.dark.send_replace(false);
    }

    /// Waits until at least this many writes were applied.
    pub async fn wait_for_writes(&self, writes: u64) {
        let mut applied = self.tenant.applied.subscribe();
        // The sender lives as long as `self`.
        let _ = applied.wait_for(|applied| *applied >= writes).await;
    }

    /// Stops executing and answering as soon as this many writes were applied since the start. Calls hang until
    /// [`Simulator::release`].
    pub fn hold_after_writes(&self, writes: u64) {
        self.tenant.hold_after.send_replace(Some(writes));
    }

    /// Lets everything go on: what hangs is executed and answered.
    pub fn release(&self) {
        self.tenant.hold_after.send_replace(None);
    }

    /// Stops serving and waits until the port is free.
    pub async fn stop(mut self) {
        for server in &mut self.servers {
            server.abort();
            // Cancelled is how it ends.
            let _ = server.await;
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}
