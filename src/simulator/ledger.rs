//! What really happened: the record that tests and drills judge a client by.

use std::time::Duration;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use uuid::Uuid;

use super::directory::{SimulatedMethodKind, SimulatedPass};
use super::foothold::Comeback;
use crate::digest::Digest;

/// Every write attempt that reached the directory, in the order in which the directory saw them, and the counters.
///
/// Requests that were turned away before (throttled, a fault that does not execute, a failed dependency) are only
/// counted.
#[derive(Debug, Clone, Serialize)]
pub struct Ledger {
    /// The date at which the simulator was started.
    #[serde(with = "time::serde::rfc3339")]
    pub started: OffsetDateTime,
    /// The attempts.
    pub writes: Vec<WriteRecord>,
    /// Where an intruder came back, in order; empty without one.
    pub comebacks: Vec<Comeback>,
    /// How much of what there was.
    pub counters: Counters,
}

impl Ledger {
    /// The attempts that concern one user.
    pub fn writes_to(&self, object_id: Uuid) -> impl Iterator<Item = &WriteRecord> {
        self.writes.iter().filter(move |write| write.object_id == Some(object_id))
    }

    /// The attempts that changed the directory.
    pub fn applied(&self) -> impl Iterator<Item = &WriteRecord> {
        self.writes.iter().filter(|write| write.applied)
    }
}

/// One write attempt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WriteRecord {
    /// The place in the ledger, counted from 1.
    pub sequence: u64,
    /// Tenant time since the simulator was started.
    #[serde(serialize_with = "seconds")]
    pub at: Duration,
    /// The client id of the app that made it.
    pub app: Uuid,
    /// The number of the `$batch` that carried it, counted from 1; `None` for a request of its own.
    pub batch: Option<u64>,
    /// The user it named, or who owns the device or gave the consent that it named; `None` when there is no such user.
    pub object_id: Option<Uuid>,
    /// What it asked for.
    pub operation: Operation,
    /// The status that it got.
    pub status: u16,
    /// It changed the directory. A revoke for an external user is answered 200 and changes nothing.
    pub applied: bool,
    /// The answer left the simulator; `false` where it was lost, replaced by a 504, left out of the batch's answer, or
    /// is still on its way.
    pub answered: bool,
}

fn seconds<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(span.as_secs_f64())
}

/// What a write asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `PATCH /users/{id}`.
    Patch {
        /// The wanted `accountEnabled`.
        account_enabled: Option<bool>,
        /// The digest of the wanted password.
        password: Option<Digest>,
        /// The effective force flag of a new password: `true` also where it was left out.
        force_change: Option<bool>,
    },
    /// `POST /users/{id}/revokeSignInSessions`.
    Revoke,
    /// `DELETE /users/{id}/authentication/…`.
    DeleteMethod {
        /// Of which kind.
        kind: SimulatedMethodKind,
        /// The id in the path.
        id: Box<str>,
    },
    /// `POST /users/{id}/authentication/temporaryAccessPassMethods`.
    CreatePass {
        /// What was made; of its text the digest alone. `None` where it was refused.
        pass: Option<Box<SimulatedPass>>,
    },
    /// `POST /users/{id}/authentication/methods/{id}/resetPassword`: it is applied when Active Directory has taken it.
    ResetThere {
        /// The digest of the wanted password.
        password: Digest,
    },
    /// `POST /identityProtection/riskyUsers/confirmCompromised`: one for each user in it.
    ConfirmCompromised,
    /// `POST /identityProtection/riskyUsers/dismiss`: one for each user in it.
    DismissRisk,
    /// `DELETE /oauth2PermissionGrants/{id}`.
    DeleteConsent {
        /// The id in the path.
        id: Box<str>,
    },
    /// `POST /oauth2PermissionGrants`.
    CreateConsent {
        /// The id that it was given.
        id: Box<str>,
    },
    /// `PATCH /devices/{id}`.
    PatchDevice {
        /// The object id.
        device: Uuid,
        /// The wanted `accountEnabled`.
        account_enabled: bool,
    },
}

/// How much of what there was since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Counters {
    /// HTTP calls below `/v1.0`, `$batch` or not.
    pub http_calls: u64,
    /// `$batch` calls that were well-formed.
    pub batches: u64,
    /// Requests inside them.
    pub batch_items: u64,
    /// Reads that were answered with data.
    pub reads: u64,
    /// Writes that reached the directory, with any status.
    pub writes: u64,
    /// Writes that changed the directory.
    pub writes_applied: u64,
    /// Requests answered 429 for a quota.
    pub throttled_items: u64,
    /// Requests answered 429, 503, 409, 424 or 500 for an injected fault.
    pub faulted_items: u64,
    /// HTTP calls answered 429 as a whole.
    pub throttled_envelopes: u64,
    /// HTTP calls answered 503 as a whole, or 504 after they were executed.
    pub failed_envelopes: u64,
    /// HTTP calls executed and cut without an answer.
    pub lost_answers: u64,
    /// Requests executed whose id was left out of the batch's answer.
    pub missing_ids: u64,
    /// Requests executed whose answer in the batch cannot be trusted: answered twice, or by a text.
    pub spoilt_items: u64,
    /// HTTP calls cut off before they were executed, or answered by what is not Graph's answer.
    pub spoilt_calls: u64,
    /// HTTP calls that took longer on purpose.
    pub slow_calls: u64,
    /// How often the network was gone.
    pub outages: u64,
    /// How often every token was revoked by a fault.
    pub revocations: u64,
    /// How often an intruder signed in again to an account whose sessions had ended.
    pub comebacks: u64,
    /// Requests for a token, granted or not.
    pub token_requests: u64,
    /// Calls without a good token.
    pub unauthorized: u64,
    /// Resource units charged.
    pub resource_units: u64,
    /// HTTP calls in flight now.
    pub in_flight: u64,
    /// The most HTTP calls ever in flight at once.
    pub max_in_flight: u64,
    /// What a sound client never does.
    pub violations: Violations,
}

/// Things that Graph may let pass and a sound client never does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Violations {
    /// A write for a user while another for the same user was in flight. It is answered 409.
    pub overlapping_writes: u64,
    /// A write whose URL names the user by anything but the object id.
    pub writes_by_name: u64,
    /// A batch that was refused as a whole for its form.
    pub malformed_batches: u64,
    /// A call that this simulator does not know, answered 501.
    pub not_simulated: u64,
}
