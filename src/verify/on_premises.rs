//! How far the people whose password is kept elsewhere are dealt with there, beside what the directory shows.

use super::claims::RunClaims;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::kept_elsewhere::{PasswordPlace, is_written_back, password_is_kept_in};
use crate::plan::row::Decision;
use crate::run::script_result::ScriptResult;
use crate::run::writeback::{WritebackStage, is_to_be_written_back};

/// How many of these people stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StandingThere {
    /// The old password, kept in Active Directory, still opens the account, as far as is known.
    pub old_password: u64,
    /// The same of those whose password is kept at an identity provider.
    pub at_providers: u64,
    /// Those of whom a person says that it was changed there, which nothing shows.
    pub said_at_providers: u64,
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
            let Some(place) = password_is_kept_in(manifest.playbook, &row) else { continue };
            if place == PasswordPlace::IdentityProvider {
                let is_said = claims.scripted(row.row).is_some_and(|scripted| scripted.is_replaced());
                let counted = if is_said { &mut all.said_at_providers } else { &mut all.at_providers };
                // Of who is refused nothing is done here: they are counted as not touched.
                *counted += u64::from(row.decision != Decision::Refuse);
                continue;
            }
            if is_written_back(manifest.options.writeback, manifest.playbook, &row) {
                let standing = claims.writeback_of(row.row);
                let is_replaced = standing.is_some_and(|it| it.stage != WritebackStage::Open);
                // Whether it is the new one is for the reading to show.
                let is_to_be = is_to_be_written_back(standing, claims.has_drifted(row.row));
                all.not_written_back += u64::from(!is_replaced && is_to_be);
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
