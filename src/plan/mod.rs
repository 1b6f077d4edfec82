//! Playbook and rules turn accounts into decisions, and the decisions into a plan that is bound by a fingerprint.

pub mod playbook;
pub mod row;
pub mod step;
