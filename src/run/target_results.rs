//! `ways-in-results.csv`: what became of each target of the steps of a plan, one line each.

use std::io::{self, Write};

use super::result_row::{ResultDetails, ResultRow};
use super::target_result::TargetResult;
use crate::plan::folder::{PlanFolder, WAYS_IN_RESULTS};
use crate::private_files;
use crate::spreadsheet::{BYTE_ORDER_MARK, guard};

const HEADER: [&str; 7] = ["row", "user_principal_name", "object_id", "way", "id", "outcome", "detail"];

/// The list while it is being made.
pub(super) struct TargetResults {
    /// Nothing where no step of the plan has targets.
    csv: Option<csv::Writer<Vec<u8>>>,
}

impl TargetResults {
    pub(super) fn of(plan: &PlanFolder) -> Self {
        let csv = plan.manifest().names_targets().then(|| {
            let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
            // Nothing fails in memory.
            let _ = csv.write_record(HEADER);
            csv
        });
        Self { csv }
    }

    /// What became of the targets of one row.
    pub(super) fn add(&mut self, row: &ResultRow, details: &ResultDetails) {
        let Some(csv) = &mut self.csv else { return };
        let object_id = row.planned.object_id.map(|id| id.to_string()).unwrap_or_default();
        for TargetResult { target, outcome, fault } in &details.targets {
            let _ = csv.write_record([
                row.planned.row.to_string().as_str(),
                &guard(&row.planned.user_principal_name),
                &object_id,
                target.kind().name(),
                &guard(&target.id()),
                outcome.word(target.kind().step()),
                &guard(&fault.as_ref().map(ToString::to_string).unwrap_or_default()),
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
