//! What the journal says, line by line.
//!
//! How a line is written stands with the [journal](super::journal); here is what can stand in one. No line holds a secret:
//! passwords are in it only as sealed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::digest::Digest;
use crate::graph::risk_mark::{RiskBar, RiskMark};
use crate::graph::write_outcome::WriteOutcome;
use crate::ids::{ClientId, ObjectId, RowNumber, TenantId};
use crate::plan::drift_cause::DriftCause;
use crate::plan::playbook::Playbook;
use crate::run::asked_rate::AskedRate;
use crate::run::engagement::Engagement;
use crate::run::last_try::LastTry;
use crate::run::made_pass::MadePass;
use crate::run::proof::{Proof, ProofCounts};
use crate::run::risk_found::RiskFound;
use crate::run::run_end::RunEnd;
use crate::run::script_result::{ScriptPassword, ScriptResult};
use crate::run::seen_step::SeenStep;
use crate::run::state::Transition;
use crate::run::writeback_event::WritebackEvent;
use crate::seal::SealedCredential;
use crate::step::target::WriteTarget;
use crate::step::{Step, Steps};

/// The version of the journal's format. Raise it when a reader of the version before would misread a line; a journal of
/// a higher version is refused, never guessed at.
///
/// Format 2 added `synced`, [`Record::Closed`], [`Record::Read`], [`Record::Retried`], [`Record::Engaged`],
/// [`Record::Verified`] and [`Record::VerificationEnded`].
///
/// Format 3 added [`Record::OnPremises`], format 4 [`Record::WrittenBack`], the step `methods` and what a write of it is about, format 5 the
/// steps `devices` and `pass`, and the answer that holds a pass, format 6 [`Record::RiskIntended`] and [`Record::RiskAnswered`]. Since
/// format 7 what is found is a value, and no sentence.
pub const FORMAT: u32 = 7;

/// From this format on, lines say how much of the file was on disk before them.
pub const CLAIMS_SINCE: u32 = 2;

/// What a process wrote that did not say so.
const fn first_format() -> u32 {
    1
}

/// One thing that the journal remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    /// The first line: which plan this is the run of.
    Opened {
        /// [`FORMAT`].
        format: u32,
        /// The fingerprint of the plan.
        plan: Digest,
        /// The tenant.
        tenant: TenantId,
        /// The playbook.
        playbook: Playbook,
    },
    /// A process began to work on the run, the first one or a later one.
    TakenOver {
        /// Which version of sealoff it is.
        version: String,
        /// [`FORMAT`], as that version has it: a journal may be gone on with by a newer one.
        #[serde(default = "first_format")]
        format: u32,
    },
    /// In whose name the process works, and how fast it may.
    Engaged {
        /// The app or the person.
        by: String,
        /// The write quota that it begins with, as `3000/150`.
        quota_writes: String,
        /// How many times as fast as this machine's clock the tenant's runs: 1 but in rehearsals.
        clock_speed: f64,
        /// How many people get a new password in which time, or `off` for no rate, where either was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rate: Option<AskedRate>,
        /// Who applies the plan by whose approval; journals of earlier versions lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<Box<Engagement>>,
    },
    /// A write is about to leave. It is on disk before it does.
    Intended {
        /// The entry.
        row: RowNumber,
        /// The account.
        object_id: ObjectId,
        /// The steps of the write.
        steps: Steps,
        /// What the write is about, where the account has several of its kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<WriteTarget>,
        /// The app that it goes through, whose quota it costs; missing where that is not known, as in journals of versions
        /// that had one app only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        app: Option<ClientId>,
        /// The new password, sealed; missing where the write sets none, sets the one of the attempt before, or sets one
        /// that is thrown away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sealed: Option<SealedCredential>,
    },
    /// Graph's answer to a write, or what became of it instead.
    Answered {
        /// The entry.
        row: RowNumber,
        /// The steps of the write.
        steps: Steps,
        /// What the write is about, where the account has several of its kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<WriteTarget>,
        /// What the answer means.
        answer: WriteOutcome,
        /// Graph's clock when it answered.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
        date: Option<OffsetDateTime>,
        /// Graph's name for the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// The pass that the answer held, sealed before anything else was done with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pass: Option<Box<MadePass>>,
    },
    /// A write was tried often enough.
    GaveUp {
        /// The entry.
        row: RowNumber,
        /// Its steps.
        steps: Steps,
        /// What the write is about, where the account has several of its kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<WriteTarget>,
        /// What the last attempt ended with.
        #[serde(flatten)]
        last_try: LastTry,
    },
    /// The account is no longer the one that the plan was made for; nothing more is done to it.
    Drifted {
        /// The entry.
        row: RowNumber,
        /// What has become of it.
        reason: DriftCause,
    },
    /// An account with steps in doubt was read, before anything more was done to it.
    Read {
        /// The entry.
        row: RowNumber,
        /// May it sign in?
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account_enabled: Option<bool>,
        /// When its password was last changed, by this run or another.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
        last_password_change: Option<OffsetDateTime>,
        /// Since when its sessions are valid.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
        sessions_valid_from: Option<OffsetDateTime>,
        /// The steps that are done, as this shows.
        #[serde(default, skip_serializing_if = "is_nothing")]
        proves: Steps,
    },
    /// What Graph refused for this account is to be tried once more.
    Retried {
        /// The entry.
        row: RowNumber,
    },
    /// The account was read again, and what was found of one step is not what was found before.
    Verified {
        /// The entry.
        row: RowNumber,
        /// The step.
        step: Step,
        /// What the reading shows.
        verdict: Proof,
        /// What was found.
        found: SeenStep,
    },
    /// The script for Active Directory reported what became of a row of its list.
    OnPremises {
        /// The entry.
        row: RowNumber,
        /// The account.
        object_id: ObjectId,
        /// What became of it.
        result: ScriptResult,
        /// Which password the account has since.
        password: ScriptPassword,
        /// When, by the clock of the machine that the script ran on.
        #[serde(with = "time::serde::rfc3339")]
        done_at: OffsetDateTime,
        /// What the script said.
        said: String,
    },
    /// A person began to have new passwords written back to Active Directory.
    WritebackEngaged {
        /// Who, and by whose approval.
        who: Box<Engagement>,
    },
    /// A new password on its way to Active Directory, by password writeback.
    WrittenBack {
        /// The entry.
        row: RowNumber,
        /// The account.
        object_id: ObjectId,
        /// What happened to it.
        event: WritebackEvent,
    },
    /// The risk of people is about to be marked. It is on disk before the call leaves.
    RiskIntended {
        /// What is said of it.
        mark: RiskMark,
        /// The entries.
        rows: Vec<RowNumber>,
    },
    /// Graph's answer to that, or what became of it instead.
    RiskAnswered {
        /// The entries.
        rows: Vec<RowNumber>,
        /// What the answer means for all of them.
        answer: WriteOutcome,
        /// Why it is refused for everybody, where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bar: Option<RiskBar>,
        /// Graph's clock when it answered.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
        date: Option<OffsetDateTime>,
        /// Graph's name for the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    /// The risk of people was read again, and what was found is not what was noted before.
    RiskVerified {
        /// The entries.
        rows: Vec<RowNumber>,
        /// What was found of each.
        found: RiskFound,
    },
    /// Every account was read again, and what was found is noted.
    VerificationEnded {
        /// Steps of each verdict.
        steps: ProofCounts,
    },
    /// The process stopped working on the run.
    Paused {
        /// How.
        reason: RunEnd,
    },
    /// The journal was closed: all that stands before was on disk.
    Closed {},
}

fn is_nothing(steps: &Steps) -> bool {
    steps.is_empty()
}

impl Record {
    /// The account that the record is about, and what happened to it.
    pub fn transition(&self) -> Option<(RowNumber, Transition<'_>)> {
        match self {
            Self::Intended { row, steps, .. } => Some((*row, Transition::Sent(*steps))),
            Self::Answered { row, steps, answer, .. } => Some((*row, Transition::Answered(*steps, answer))),
            Self::GaveUp { row, steps, .. } => Some((*row, Transition::GaveUp(*steps))),
            Self::Drifted { row, .. } => Some((*row, Transition::Drifted)),
            Self::Read { proves, row, .. } if !proves.is_empty() => Some((*row, Transition::Proven(*proves))),
            Self::Retried { row } => Some((*row, Transition::Retried)),
            Self::Opened { .. }
            | Self::TakenOver { .. }
            | Self::Engaged { .. }
            | Self::Read { .. }
            | Self::Verified { .. }
            | Self::OnPremises { .. }
            | Self::WritebackEngaged { .. }
            | Self::WrittenBack { .. }
            | Self::RiskIntended { .. }
            | Self::RiskAnswered { .. }
            | Self::RiskVerified { .. }
            | Self::VerificationEnded { .. }
            | Self::Paused { .. }
            | Self::Closed {} => None,
        }
    }
}
