//! What can be set about a simulated tenant before it starts.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use uuid::Uuid;

use super::apps::FurtherApp;
use super::directory::{CAST_SIZE, Directory, ExtraPerson, SimulatedPassPolicy};
use super::fault::FaultShares;
use super::permission::Permission;
use super::quota::Quota;
use super::script::Script;
use super::sign_in::SignInSettings;
use super::who_may::SimulatedRole;

/// Everything that shapes one simulator. The default is a tenant of 1,000 users with the documented quota, at the speed
/// of the wall clock, that never fails.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which of the tenants of a simulator: the first is Contoso, and the second Contoso 2, with ids and domains of its own.
    pub number: u16,
    /// Where to listen; loopback only, port 0 takes a free one.
    pub listen: SocketAddr,
    /// Names that the certificate is good for, besides `localhost` and the loopback addresses.
    pub hosts: Vec<String>,
    /// Serve clear text too, on a port of its own on the same address: for clients that cannot be given an authority.
    pub clear_text: bool,
    /// The directory to begin with; one is made from `users` and `seed` where there is none.
    pub directory: Option<Directory>,
    /// How many users the directory holds. The fixed cast is always there, so fewer than it counts are not possible.
    pub users: usize,
    /// Decides names, kinds, faults and the order of answers: the same seed gives the same run.
    pub seed: u64,
    /// Tenant seconds in one second of the wall clock.
    pub clock_speed: f64,
    /// How far the tenant's clock is ahead of this machine's when it starts; negative is behind.
    pub clock_ahead: time::Duration,
    /// What the tenant lets one app do.
    pub quota: Quota,
    /// Answers say how far a limit is used up from four fifths on (`x-ms-throttle-limit-percentage`). The header is documented,
    /// and a careful tester never saw it.
    pub reports_percentage: bool,
    /// How often what goes wrong.
    pub faults: FaultShares,
    /// How long each HTTP call takes, on the wall clock.
    pub latency: Latency,
    /// How long a token lives, on the wall clock: the token libraries of clients know no other.
    pub token_lifetime: Duration,
    /// Tokens are texts without any claims in them: Microsoft promises clients no more than that.
    pub opaque_tokens: bool,
    /// What the token service takes beside the app's secret.
    pub sign_in: SignInSettings,
    /// How many users a list returns when the caller does not say `$top` (Graph: 100).
    pub default_page: usize,
    /// The largest `$top` (Graph: 999).
    pub max_page: usize,
    /// People who must be in the directory besides the seeded ones; those already there are not added again.
    pub extra_people: Vec<ExtraPerson>,
    /// What the app was granted.
    pub permissions: BTreeSet<Permission>,
    /// The directory role of the app's service principal; `None` is none.
    pub app_role: Option<SimulatedRole>,
    /// App registrations besides the first one, each with its own quota.
    pub further_apps: Vec<FurtherApp>,
    /// The app's role holds in restricted management administrative units too. Otherwise no user in one can be written to:
    /// a role in the whole tenant is not enough ("user resource type", `isManagementRestricted`).
    pub app_reaches_restricted: bool,
    /// Whether the tenant has Privileged Identity Management (Entra ID P2 or Governance).
    pub pim_licensed: bool,
    /// Whether the tenant has sign-in reports (Entra ID P1).
    pub reports_licensed: bool,
    /// What the tenant allows of temporary access passes.
    pub passes: SimulatedPassPolicy,
    /// Which cloud it is, as far as the calls differ.
    pub cloud: SimulatedCloud,
    /// How often, in tenant time, the sync from Active Directory comes, where the computer accounts of hybrid devices stay enabled;
    /// `None` is never.
    pub device_sync: Option<Duration>,
    /// How long, in tenant time, reads of users go on showing what was so before a write: as a replica does that lags
    /// behind ("List users" warns of delays of replication).
    pub read_lag: Duration,
    /// How long, in tenant time, a password that was set in Active Directory takes until it is here ("Implement password hash
    /// synchronization": every two minutes).
    pub hash_sync: Duration,
    /// How resets are written back to Active Directory.
    pub writeback: SimulatedWriteback,
    /// After this many applied writes nothing is executed or answered any more, until [`super::Simulator::release`].
    pub hold_after_writes: Option<u64>,
    /// What happens meanwhile; a scenario's part of it.
    pub script: Script,
}

impl Settings {
    /// How many users a directory can be made with: the fixed cast is always there, and a million fit into a gigabyte.
    pub const POSSIBLE_USERS: RangeInclusive<usize> = CAST_SIZE..=1_000_000;
}

impl Default for Settings {
    fn default() -> Self {
        let users = 1_000;
        Self {
            number: 1,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            hosts: Vec::new(),
            clear_text: false,
            directory: None,
            users,
            seed: 1,
            clock_speed: 1.0,
            clock_ahead: time::Duration::ZERO,
            quota: Quota::documented(users),
            reports_percentage: true,
            faults: FaultShares::default(),
            latency: Latency::default(),
            token_lifetime: Duration::from_secs(3_600),
            opaque_tokens: false,
            sign_in: SignInSettings::default(),
            default_page: 100,
            max_page: 999,
            extra_people: Vec::new(),
            permissions: Permission::usual(),
            app_role: Some(SimulatedRole::PrivilegedAuthenticationAdministrator),
            further_apps: Vec::new(),
            app_reaches_restricted: false,
            pim_licensed: true,
            reports_licensed: true,
            passes: SimulatedPassPolicy::default(),
            cloud: SimulatedCloud::Global,
            // "Microsoft Entra Connect Sync: Scheduler".
            device_sync: Some(Duration::from_secs(30 * 60)),
            read_lag: Duration::ZERO,
            hash_sync: Duration::from_secs(120),
            writeback: SimulatedWriteback::default(),
            hold_after_writes: None,
            script: Script::default(),
        }
    }
}

/// How resets are written back to Active Directory ("How does self-service password reset writeback work in Microsoft Entra
/// ID?").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedWriteback {
    /// Whether it is on.
    pub enabled: bool,
    /// How long the agent takes for one reset. It does one after the other.
    pub takes: Duration,
    /// The agent does not fetch what waits for it; what waits dies after some minutes.
    pub agent_is_away: bool,
    /// The policy of Active Directory refuses the new passwords of these users.
    pub refused: BTreeSet<Uuid>,
    /// Operations are forgotten as soon as they are begun: asked for, there are none.
    pub forgets_operations: bool,
}

impl Default for SimulatedWriteback {
    fn default() -> Self {
        Self {
            enabled: true,
            takes: Duration::from_secs(2),
            agent_is_away: false,
            refused: BTreeSet::new(),
            forgets_operations: false,
        }
    }
}

/// The clouds, by what the schemas of their v1.0 have below a user's `authentication`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum SimulatedCloud {
    /// All of it.
    #[default]
    Global,
    /// All but the external methods.
    UsGovernment,
    /// Authenticator, phones and Macs; no list of all, no passes.
    China,
    /// The newer sovereign ones: nothing.
    Sovereign,
}

/// How long an HTTP call takes on the wall clock: `base`, and up to `jitter` more.
///
/// Half of it passes before the call is executed and half after, as on a real wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    /// The least.
    pub base: Duration,
    /// The most that is added, drawn evenly from the seed.
    pub jitter: Duration,
}
