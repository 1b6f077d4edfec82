//! What was planned, for the preview.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator as _;

use super::examples::Examples;
use super::manifest::Manifest;
use super::reason::Reason;
use super::row::Decision;
use crate::digest::Digest;
use crate::roster::{Defects, RosterShape};

/// What was planned, for the preview.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub struct Summary {
    /// Where the plan is.
    pub folder: PathBuf,
    /// How the roster was understood.
    pub shape: RosterShape,
    /// The name of exactly this plan.
    pub fingerprint: Digest,
    /// How many new passwords will be sealed.
    pub sealed: u32,
    /// The reasons behind the decisions, by decision and then by reason. What they mean is said where they are shown.
    #[serde(skip)]
    pub reasons: Vec<ReasonLine>,
    /// The first rows that were refused, by reason.
    pub examples: Vec<Examples>,
    /// The first rows that could not be read, and where.
    #[serde(skip)]
    pub defects: Defects,
    /// What stands in `plan.json`.
    pub plan: Manifest,
}

/// The rows of one decision that have one reason.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ReasonLine {
    /// What happens to these rows.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// How many they are.
    pub rows: u32,
    /// The flag that lifts it, where one does and was not given.
    pub flag: Option<&'static str>,
}

impl Summary {
    pub(super) fn new(
        folder: &Path,
        shape: RosterShape,
        defects: Defects,
        examples: Vec<Examples>,
        plan: Manifest,
    ) -> Self {
        let mut reasons = Vec::new();
        for decision in Decision::iter() {
            for (&reason, &rows) in &plan.counts.of(decision).reasons {
                // They are included: the note names them.
                let is_included = decision == Decision::Act && reason == Reason::NotAPerson;
                let flag = plan.options.flag_left(reason, plan.playbook).filter(|_| !is_included);
                reasons.push(ReasonLine { decision, reason, rows, flag });
            }
        }
        let (fingerprint, sealed) = (plan.fingerprint(), plan.sealed());
        Self { folder: folder.to_owned(), shape, fingerprint, sealed, reasons, examples, defects, plan }
    }
}
