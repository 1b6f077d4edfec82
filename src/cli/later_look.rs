//! What is read again in a run that takes hours, before the next accounts are changed.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Clock;
use crate::digest::Digest;
use crate::directory::{Lookup, LookupError, TenantFacts};
use crate::graph::paced::Paced;
use crate::graph::reading::ReadError;
use crate::graph::transport::HttpTransport;
use crate::ids::RowNumber;
use crate::plan::drift::{self, DriftError, DriftedAccount};
use crate::plan::drift_cause::DriftCause;
use crate::plan::folder::PlanFolder;
use crate::run::look_again::{LookAgain, LookingAgain};

/// Reads the accounts of some rows, and judges them by the plan in its folder and the tenant's facts of now.
pub(super) struct LaterLook {
    folder: PathBuf,
    fingerprint: Digest,
    transport: Arc<HttpTransport>,
    clock: Clock,
}

impl LaterLook {
    pub(super) fn of(plan: &PlanFolder, transport: Arc<HttpTransport>, clock: Clock) -> Self {
        Self { folder: plan.path().to_owned(), fingerprint: plan.manifest().fingerprint(), transport, clock }
    }

    async fn look(&self, rows: HashSet<RowNumber>) -> Result<Vec<(RowNumber, DriftCause)>, DriftError> {
        // Opened anew, so that a plan of many rows does not stand in memory twice for hours.
        let plan = PlanFolder::open(&self.folder)?;
        if plan.manifest().fingerprint() != self.fingerprint {
            return Err(DriftError::OtherPlan);
        }
        let caller = self.transport.caller().await.map_err(|error| LookupError::from(ReadError::Transport(error)))?;
        let paced = Paced::new(&*self.transport, self.clock);
        let facts = TenantFacts::read(&paced, &caller, plan.manifest().options.scope()).await?;
        let is_meant = |row: RowNumber| rows.contains(&row);
        let found = drift::check(&plan, is_meant, |_| false, &facts, &Lookup::paced(paced), |_| {}).await?;
        let cause = |DriftedAccount { row, cause, .. }| (row, cause);
        Ok(found.drifted.into_iter().map(cause).collect())
    }
}

impl LookAgain for LaterLook {
    fn drifted(&self, rows: Vec<RowNumber>) -> LookingAgain<'_> {
        Box::pin(async { self.look(rows.into_iter().collect()).await.map_err(Into::into) })
    }
}
