//! Reads everybody, again and again for those whom a replica does not show yet.

use std::time::Duration;

use time::OffsetDateTime;

use super::claims::{Claim, Claims};
use super::judge::{Expected, Finding, SignIn};
use crate::clock::Clock;
use crate::directory::{Lookup, LookupError};
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::manifest::Manifest;
use crate::plan::row::{Decision, PlanRow};
use crate::plan::step::Step;
use crate::roster::Key;
use crate::run::verdict::Verdicts;

/// How long to wait before those are read again whom a replica does not show yet; tenant time.
const BETWEEN_READINGS: Duration = Duration::from_secs(15);

/// Why nobody can tell whether the steps hold.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The directory cannot be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

/// One account of a run, and what was found of it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The row that names it.
    pub row: RowNumber,
    /// The account.
    pub object_id: ObjectId,
    /// Its sign-in name when the plan was made.
    pub user_principal_name: String,
    /// What is expected of it.
    expected: Expected,
    /// What was found, step by step.
    pub findings: Vec<Finding>,
    /// When it was read, by this machine's clock.
    pub checked_at: OffsetDateTime,
}

impl Checked {
    fn may_catch_up(&self) -> bool {
        self.findings.iter().any(|finding| finding.may_catch_up)
    }
}

/// Everybody of a run, read.
#[derive(Debug, Clone, Default)]
pub struct Pass {
    /// The accounts, in the roster's order.
    pub accounts: Vec<Checked>,
}

/// What a pass tells while it is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// So many accounts of all have been read.
    Read {
        /// How many.
        accounts: usize,
        /// Of how many.
        of: usize,
    },
    /// So many accounts are not shown yet as they must be; they are read again, for so long.
    Waiting {
        /// How many.
        accounts: usize,
        /// Tenant time that is left.
        left: Duration,
    },
}

impl Pass {
    /// Reads every account that the plan acts on or takes for done, and waits as long as `wait` (tenant time) for those
    /// that a replica does not show yet.
    ///
    /// # Errors
    ///
    /// Plan or directory cannot be read; then nothing is known.
    pub async fn make<T: Transport>(
        plan: &PlanFolder,
        claims: &Claims,
        transport: &T,
        clock: Clock,
        wait: Duration,
        mut tell: impl FnMut(Told),
    ) -> Result<Self, PassError> {
        let mut accounts = Vec::new();
        for row in plan.rows()? {
            accounts.extend(account(row?, plan.manifest(), claims));
        }
        let mut pass = Self { accounts };
        let lookup = Lookup::paced(Paced::new(transport, clock));
        let deadline = clock.now() + wait;
        let mut open: Vec<usize> = (0..pass.accounts.len()).collect();
        let of = open.len();
        loop {
            let mut read = of - open.len();
            for places in open.chunks(Lookup::<T>::CHUNK) {
                let keys: Vec<Key> =
                    places.iter().map(|place| Key::ObjectId(pass.accounts[*place].object_id)).collect();
                let found = lookup.find(&keys.iter().collect::<Vec<_>>()).await?;
                let now = OffsetDateTime::now_utc();
                for (place, found) in places.iter().zip(&found) {
                    let account = &mut pass.accounts[*place];
                    account.findings = account.expected.judge(found, now);
                    account.checked_at = now;
                }
                read += places.len();
                tell(Told::Read { accounts: read, of });
            }
            open.retain(|place| pass.accounts[*place].may_catch_up());
            let left = deadline.saturating_sub(clock.now());
            if open.is_empty() || left.is_zero() {
                return Ok(pass);
            }
            tell(Told::Waiting { accounts: open.len(), left });
            clock.sleep(BETWEEN_READINGS.min(left)).await;
        }
    }

    /// How many steps have which verdict.
    #[must_use]
    pub fn verdicts(&self) -> Verdicts {
        let mut verdicts = Verdicts::default();
        self.accounts.iter().flat_map(|account| &account.findings).for_each(|finding| verdicts.add(finding.verdict));
        verdicts
    }
}

/// What is expected of the account of a row; nothing of those that the plan leaves alone.
fn account(row: PlanRow, manifest: &Manifest, claims: &Claims) -> Option<Checked> {
    let acts = match row.decision {
        Decision::Act => true,
        Decision::Already => false,
        Decision::Skip | Decision::Refuse => return None,
    };
    let object_id = row.object_id?;
    let planned = |step: Step| (acts && row.steps.contains(step)).then(|| claims.of(row.row, step));
    let of_playbook = [Step::Block, Step::Unblock].into_iter().find(|step| manifest.playbook.steps().contains(*step));
    let sign_in = of_playbook.and_then(|step| {
        // Whoever was blocked already when the plan was made must be so still.
        let kept = row.account_enabled == Some(step == Step::Unblock);
        let claim = planned(step).or(kept.then_some(Claim::AsBefore))?;
        Some(SignIn { step, claim, earlier: claims.earlier(row.row, step) })
    });
    let expected = Expected {
        sign_in,
        reset: planned(Step::Reset),
        revoke: planned(Step::Revoke),
        changes_password: manifest.playbook.change_at_next_sign_in(),
        last_password_change: row.last_password_change,
        sessions_valid_from: row.sessions_valid_from,
    };
    (expected.sign_in.is_some() || expected.reset.is_some() || expected.revoke.is_some()).then(|| Checked {
        row: row.row,
        object_id,
        user_principal_name: row.user_principal_name,
        expected,
        findings: Vec::new(),
        checked_at: OffsetDateTime::UNIX_EPOCH,
    })
}
