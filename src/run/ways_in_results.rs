//! `ways-in-results.csv`: what became of each method that the plan removes, one line each.

use std::io::{self, Write};

use super::method_result::MethodResult;
use super::result_row::{ResultDetails, ResultRow};
use crate::plan::folder::{PlanFolder, WAYS_IN_RESULTS};
use crate::private_files;
use crate::spreadsheet::{BYTE_ORDER_MARK, guard};
use crate::step::target::WriteTarget;

const HEADER: [&str; 7] = ["row", "user_principal_name", "object_id", "method", "id", "outcome", "detail"];

/// The list while it is being made.
pub(super) struct WaysInResults {
    /// Nothing where the plan removes nothing.
    csv: Option<csv::Writer<Vec<u8>>>,
}

impl WaysInResults {
    pub(super) fn of(plan: &PlanFolder) -> Self {
        let removes = plan.manifest().methods.as_ref().is_some_and(|methods| methods.removal.is_some());
        let csv = removes.then(|| {
            let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
            // Nothing fails in memory.
            let _ = csv.write_record(HEADER);
            csv
        });
        Self { csv }
    }

    /// What became of the methods of one row.
    pub(super) fn add(&mut self, row: &ResultRow, details: &ResultDetails) {
        let Some(csv) = &mut self.csv else { return };
        let object_id = row.planned.object_id.map(|id| id.to_string()).unwrap_or_default();
        for MethodResult { target: WriteTarget::Method { kind, id }, outcome, said } in &details.methods {
            let outcome: &str = outcome.into();
            let _ = csv.write_record([
                row.planned.row.to_string().as_str(),
                &guard(&row.planned.user_principal_name),
                &object_id,
                kind.name(),
                &guard(id),
                outcome,
                &guard(said),
            ]);
        }
    }

    /// Puts it into the plan's folder, in place of an older one.
    pub(super) fn write(self, plan: &PlanFolder) -> io::Result<()> {
        let Some(csv) = self.csv else { return Ok(()) };
        let lines = csv.into_inner().map_err(|error| error.into_error())?;
        private_files::replace(&plan.path().join(WAYS_IN_RESULTS), |file| {
            file.write_all(BYTE_ORDER_MARK)?;
            file.write_all(&lines)
        })
    }
}
