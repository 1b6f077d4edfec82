//! What is read again in a run that takes hours, before the next accounts are changed.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Clock;
use crate::digest::Digest;
use crate::directory::{Lookup, LookupError, TenantFacts};
use crate::graph::paced::Paced;
use crate::graph::reading::ReadError;
use crate::graph::transport::{HttpTransport, TransportError};
use crate::ids::RowNumber;
use crate::plan::drift::{self, DriftError, DriftedAccount};
use crate::plan::drift_cause::DriftCause;
use crate::plan::folder::PlanFolder;
use crate::run::look_again::{LookAgain, LookAgainError, LookingAgain};
use crate::run::outage_reason::OutageReason;

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

    async fn look(&self, rows: HashSet<RowNumber>) -> Result<Vec<(RowNumber, DriftCause)>, LookAgainError> {
        // Opened anew, so that a plan of many rows does not stand in memory twice for hours.
        let plan = PlanFolder::open(&self.folder).map_err(|error| LookAgainError::Lasting(error.to_string()))?;
        if plan.manifest().fingerprint() != self.fingerprint {
            let what = "the plan in the folder is no longer the one that was approved";
            return Err(LookAgainError::Lasting(what.to_owned()));
        }
        let caller = self.transport.caller().await.map_err(of_transport)?;
        let paced = Paced::new(&*self.transport, self.clock);
        let facts = TenantFacts::read(&paced, &caller, plan.manifest().options.scope()).await;
        let facts = facts.map_err(of_lookup)?;
        let is_meant = |row: RowNumber| rows.contains(&row);
        let found = drift::check(&plan, is_meant, |_| false, &facts, &Lookup::paced(paced), |_| {}).await;
        match found {
            Ok(drift) => {
                let cause = |DriftedAccount { row, cause, .. }| (row, cause);
                Ok(drift.drifted.into_iter().map(cause).collect())
            }
            Err(DriftError::Lookup(error)) => Err(of_lookup(error)),
            Err(DriftError::Plan(error)) => Err(LookAgainError::Lasting(error.to_string())),
        }
    }
}

impl LookAgain for LaterLook {
    fn drifted(&self, rows: Vec<RowNumber>) -> LookingAgain<'_> {
        Box::pin(self.look(rows.into_iter().collect()))
    }
}

fn of_lookup(error: LookupError) -> LookAgainError {
    let words = error.to_string();
    match error {
        LookupError::Read(ReadError::Transport(transport)) => of_transport(transport),
        LookupError::Read(ReadError::GaveUp { ended, answer, .. }) => {
            LookAgainError::Passing(OutageReason::NotRead { ended, answer, words })
        }
        _ => LookAgainError::Lasting(words),
    }
}

fn of_transport(error: TransportError) -> LookAgainError {
    let is_passing = match &error {
        TransportError::NotSent(_) | TransportError::Lost(_) => true,
        TransportError::Token(token) => token.is_passing(),
        TransportError::Unauthorized(_) => false,
    };
    if is_passing {
        LookAgainError::Passing(OutageReason::NoAnswer(error))
    } else {
        LookAgainError::Lasting(error.to_string())
    }
}
