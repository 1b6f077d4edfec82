//! `verification.csv`: one row for each account and step, then the risk of people.

use std::io::{self, Write as _};
use std::path::PathBuf;

use time::OffsetDateTime;

use crate::plan::folder::PlanFolder;
use crate::private_files;
use crate::spreadsheet::{BYTE_ORDER_MARK, guard};
use crate::verify::claims::RunClaims;
use crate::verify::news::VerificationNotKept;
use crate::verify::pass::{Checked, Pass};
use crate::verify::risk::RiskProofs;
use crate::wording::{proof, risk as risk_words};
use crate::words::utc_second;

/// The file's name.
pub const VERIFICATION_CSV: &str = "verification.csv";

/// The header of `verification.csv`.
pub const HEADER: [&str; 8] =
    ["row", "object_id", "user_principal_name", "verdict", "step", "expected", "found", "checked_at"];

/// What stands in the column of the step for the risk of a person, which is none.
const RISK: &str = "risk";

/// Writes `verification.csv` (0600) into the plan's folder, in place of one that is there: first the steps, then the risk of people.
///
/// # Errors
///
/// The plan cannot be read, or the file not written; an older one is then untouched.
pub fn write(
    plan: &PlanFolder,
    claims: &RunClaims,
    pass: &Pass,
    risk: Option<&RiskProofs>,
) -> Result<PathBuf, VerificationNotKept> {
    let path = plan.path().join(VERIFICATION_CSV);
    private_files::replace(&path, |file| {
        file.write_all(BYTE_ORDER_MARK)?;
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(HEADER).map_err(io::Error::from)?;
        for account in pass.checked(plan, claims)? {
            let Checked { subject, findings, at } = account?;
            let checked_at = utc_second(at);
            for finding in &findings {
                let written = csv.write_record([
                    subject.row.to_string().as_str(),
                    &subject.object_id.to_string(),
                    &guard(&subject.user_principal_name),
                    finding.verdict.name(),
                    finding.step.name(),
                    &guard(&proof::expected(finding.step, finding.claim)),
                    &guard(&proof::found(finding.step, &finding.found)),
                    &checked_at,
                ]);
                written.map_err(io::Error::from)?;
            }
        }
        let checked_at = utc_second(OffsetDateTime::now_utc());
        for (mark, finding) in risk.iter().flat_map(|risk| risk.findings.iter().map(|finding| (risk.mark, finding))) {
            let written = csv.write_record([
                finding.row.to_string().as_str(),
                &finding.object_id.to_string(),
                &guard(&finding.user_principal_name),
                finding.verdict.name(),
                RISK,
                risk_words::expected(mark),
                risk_words::found(finding.found),
                &checked_at,
            ]);
            written.map_err(io::Error::from)?;
        }
        csv.flush().map_err(VerificationNotKept::Io)
    })?;
    Ok(path)
}
