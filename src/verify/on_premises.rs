//! How far the people whose password is kept in Active Directory are dealt with there, beside what the directory shows.

use super::claims::RunClaims;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::kept_elsewhere::{is_written_back, password_is_replaced_on_premises};
use crate::plan::row::Decision;
use crate::run::script_result::ScriptResult;
use crate::run::writeback::WritebackStage;

/// How many of these people stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StandingThere {
    /// The old password still opens the account, as far as is known.
    pub old_password: u64,
    /// The same of those whose new password is written back.
    pub not_written_back: u64,
    /// The password is replaced, and something else is not done.
    pub partly: u64,
    /// Refused by the plan, which could do nothing for them in the cloud, and done there.
    pub done_though_refused: u64,
}

impl StandingThere {
    /// Counts them.
    ///
    /// # Errors
    ///
    /// The plan cannot be read any more.
    pub fn of(plan: &PlanFolder, claims: &RunClaims) -> Result<Self, FolderError> {
        let mut all = Self::default();
        let manifest = plan.manifest();
        let anything = manifest.on_premises.is_some() || manifest.written_back > 0;
        if !anything || !manifest.playbook.resets() {
            return Ok(all);
        }
        for row in plan.rows()? {
            let row = row?;
            if !password_is_replaced_on_premises(manifest.playbook, &row) {
                continue;
            }
            if is_written_back(manifest.options.writeback, manifest.playbook, &row) {
                let standing = claims.writeback_of(row.row);
                let is_replaced = standing.is_some_and(|it| it.stage != WritebackStage::Open);
                // Whether it is the new one is for the reading to show.
                all.not_written_back += u64::from(!is_replaced);
                all.partly += u64::from(standing.is_some_and(|it| it.is_replaced() && !it.sessions_ended));
                continue;
            }
            match claims.scripted(row.row).filter(|scripted| scripted.is_replaced()) {
                None => all.old_password += u64::from(row.decision != Decision::Refuse),
                Some(scripted) if scripted.result != ScriptResult::Done => all.partly += 1,
                Some(_) => all.done_though_refused += u64::from(row.decision == Decision::Refuse),
            }
        }
        Ok(all)
    }
}
