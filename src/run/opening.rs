//! A plan folder is opened for work: by the first process or by one that goes on where another one ended.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::accounts::PlannedAccounts;
use super::journal::Journal;
use super::record::{FORMAT, Record};
use super::resume_point::ResumePoint;
use super::run_error::RunError;
use super::settle::{self, Doubt};
use super::spent::WritesSpent;
use super::state::AccountState;
use super::states::States;
use crate::clock::Clock;
use crate::plan::drift::{DriftedAccount, WatchedAccount};
use crate::plan::folder::PlanFolder;
use crate::step::Steps;

/// A run that this process alone works on, for as long as the journal in it lives.
pub struct Run {
    /// The accounts, in the order of work.
    pub accounts: Arc<PlannedAccounts>,
    /// Where each of them stands, by turn.
    pub states: Vec<AccountState>,
    /// The journal, locked.
    pub journal: Journal,
    /// How many writes of each app's quota earlier processes have spent and time has not given back yet.
    pub writes_spent: WritesSpent,
    /// How long ago the last new password was about to leave, in tenant time.
    pub since_last_reset: Option<Duration>,
}

/// What a new process has found out about the accounts before it begins.
#[derive(Debug, Clone, Copy)]
pub struct Reconciliation<'a> {
    /// Those that are no longer what the plan says.
    pub drifted: &'a [DriftedAccount],
    /// What the directory says about those with steps in doubt.
    pub seen: &'a [WatchedAccount],
    /// Graph's clock before they were read.
    pub seen_at: Option<OffsetDateTime>,
}

impl Run {
    /// Opens the run of a plan, of which these are the accounts: locks its journal, replays it, and takes note that a new
    /// process takes over. What the process before had under way is in doubt from here on, unless a read has
    /// [proven](super::settle) it done; nothing more is done to the accounts that have drifted; and where the
    /// [`WorkScope`](super::resume_point::WorkScope) is what failed, that is open again and no other account is worked on.
    ///
    /// # Errors
    ///
    /// Plan or journal cannot be read, contradict each other, or are in use by another process.
    pub async fn open(
        plan: &PlanFolder,
        mut accounts: PlannedAccounts,
        resume_point: &ResumePoint,
        reconciliation: Reconciliation<'_>,
        clock: Clock,
    ) -> Result<Self, RunError> {
        let manifest = plan.manifest();
        let mut states = States::new(manifest.fingerprint(), &accounts);
        let journal = Journal::open(&plan.journal_path(), |line| states.apply(line).map(drop))?;
        if !states.has_begun() {
            journal.append(vec![Record::Opened {
                format: FORMAT,
                plan: manifest.fingerprint(),
                tenant: manifest.tenant.id,
                playbook: manifest.playbook,
            }]);
        }
        let mut records = vec![Record::TakenOver { version: env!("CARGO_PKG_VERSION").to_owned(), format: FORMAT }];
        states.take_over();
        for row in resume_point.chosen.iter().flatten() {
            if states.retry(*row) {
                records.push(Record::Retried { row: *row });
            }
        }
        for DriftedAccount { row, cause, .. } in reconciliation.drifted {
            if states.withdraw(*row) {
                records.push(Record::Drifted { row: *row, reason: cause.clone() });
            }
        }
        for seen in reconciliation.seen {
            let Some(doubt) = resume_point.doubts.get(&seen.row) else { continue };
            let proven = settle::proven(&Doubt { state: states.of(seen.row), ..*doubt }, seen, reconciliation.seen_at);
            let proves = if states.prove(seen.row, proven) { proven } else { Steps::NONE };
            records.push(Record::Read {
                row: seen.row,
                account_enabled: seen.account_enabled,
                last_password_change: seen.last_password_change,
                sessions_valid_from: seen.sessions_valid_from,
                proves,
            });
        }
        journal.commit(records).await?;
        let (now, speed) = (OffsetDateTime::now_utc(), clock.speed());
        let (writes_spent, since_last_reset) = (states.writes_spent(now, speed), states.since_last_reset(now, speed));
        if let Some(chosen) = &resume_point.chosen {
            accounts.retain(|row| chosen.contains(&row));
        }
        if let Some(wave) = &resume_point.wave {
            accounts.retain(|row| wave.has(row));
        }
        let states = states.in_order_of(accounts.turns().map(|turn| accounts.get(turn).row));
        Ok(Self { accounts: Arc::new(accounts), states, journal, writes_spent, since_last_reset })
    }
}
