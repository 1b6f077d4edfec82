//! Who works on a run in one process, by whose approval.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::graph::named_caller::NamedCaller;
use crate::plan::approvers::RecordedSignature;
use crate::plan::author::Author;

/// Who works on a run in one process, by whose approval, and through which apps.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Engagement {
    /// Who applies the plan.
    pub applied_by: Author,
    /// Every app that may write, the first of which reads for all.
    pub apps: Vec<NamedCaller>,
    /// How the plan was approved, and by whom.
    pub approval: RecordedApproval,
}

/// How a plan was approved, and by whom, as the operator said it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct RecordedApproval {
    /// How it was shown that this plan is meant.
    pub way: ApprovalWay,
    /// Who approved, as `--approved-by` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Why, or by which ticket, as `--reason` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The signatures of the plan that held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<RecordedSignature>,
}

/// How the operator showed that this plan is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalWay {
    /// By number and fingerprint of the plan.
    Fingerprint,
    /// By the number of accounts, of a plan that the same command had made and shown.
    Number,
    /// By typing the number at the terminal.
    Typed,
    /// It is a drill: nothing real is changed.
    Drill,
}

impl fmt::Display for RecordedApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.way {
            ApprovalWay::Fingerprint => "approved by number and fingerprint",
            ApprovalWay::Number => "approved by the number of accounts",
            ApprovalWay::Typed => "approved at the terminal",
            ApprovalWay::Drill => "a drill, which needs no approval",
        })?;
        if let Some(name) = &self.approved_by {
            write!(f, ", by {name}")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ", because of: {reason}")?;
        }
        for (place, RecordedSignature { key, name }) in self.signatures.iter().enumerate() {
            f.write_str(if place == 0 { ", signed by " } else { " and " })?;
            match name {
                Some(name) => write!(f, "{name} ({key})")?,
                None => write!(f, "the key {key}")?,
            }
        }
        Ok(())
    }
}
