//! Why a tenant of a set has no plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wording::worded_step::WordedStep;

/// Why a tenant of a set has no plan.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoPlan {
    /// No row of the list is its.
    NoRows,
    /// It could not be planned for.
    #[serde(untagged)]
    Failed(PlanFailure),
}

/// Why a tenant could not be planned for.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PlanFailure {
    /// What happened, and what to do next, in one line.
    failed: String,
    /// The code with which sealoff plan ends for this tenant alone. An earlier sealoff kept the line alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exit_code: Option<u8>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What to do next, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    next: Vec<KeptStep>,
}

/// One thing to do next.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
struct KeptStep {
    /// What.
    what: String,
    /// The command that does it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

impl PlanFailure {
    /// What happened, with the code of its ending, and what to do next.
    pub fn new(exit_code: u8, error: String, next: Vec<WordedStep>) -> Self {
        let mut failed = error.clone();
        for (number, step) in next.iter().enumerate() {
            failed += if number == 0 && !error.ends_with('.') { ". " } else { " " };
            failed += &step.to_string();
        }
        let next = next.into_iter().map(|WordedStep { what, command }| KeptStep { what, command }).collect();
        Self { failed, exit_code: Some(exit_code), error: Some(error), next }
    }

    /// All of it, in one line.
    pub fn line(&self) -> &str {
        &self.failed
    }

    /// The code with which a plan of this tenant alone ends, where it was kept.
    pub const fn exit_code(&self) -> Option<u8> {
        self.exit_code
    }

    /// What happened; with what to do next, where the two were not kept apart.
    pub fn what(&self) -> &str {
        self.error.as_ref().unwrap_or(&self.failed)
    }

    /// What to do next, in this order.
    pub fn next(&self) -> Vec<WordedStep> {
        let step = |KeptStep { what, command }: &KeptStep| WordedStep { what: what.clone(), command: command.clone() };
        self.next.iter().map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_survives_the_set_and_an_older_one_is_read_as_a_line() {
        let next = vec![WordedStep::typed("Sign in with", "az login"), "Then plan again.".into()];
        let failure = PlanFailure::new(5, "no token".to_owned(), next.clone());
        assert_eq!(failure.line(), "no token. Sign in with: az login Then plan again.");
        for no_plan in [NoPlan::NoRows, NoPlan::Failed(failure)] {
            let json = serde_json::to_string(&no_plan).unwrap();
            assert_eq!(serde_json::from_str::<NoPlan>(&json).unwrap(), no_plan, "{json}");
        }
        let old = serde_json::from_str::<NoPlan>(r#"{"failed":"no token. Sign in."}"#).unwrap();
        let NoPlan::Failed(old) = old else { panic!("{old:?}") };
        assert_eq!((old.what(), old.exit_code(), old.next()), ("no token. Sign in.", None, Vec::new()));
    }
}
