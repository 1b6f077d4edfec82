//! Why nothing more goes through an app.

use std::fmt;

use crate::graph::error::GraphError;
use crate::graph::transport::TransportError;
use crate::step::facts::StepPermission;

/// Why nothing more goes through an app.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ShutOut {
    /// There is no way in any more.
    #[error(transparent)]
    NoAccess(TransportError),
    /// Graph takes the calls, and turns the token down again and again for what is inside them.
    #[error("Graph does not accept the token: it is rejected again and again inside batches")]
    TokenRejected,
    /// Its token does not carry what it takes.
    #[error(transparent)]
    NotGranted(NotGranted),
    /// Every one of the first answers was 403: it lacks a role or a permission, and would reach no account. The accounts
    /// that were refused are still open.
    #[error("every one of the first answers was a refusal: {0}")]
    RoleMissing(GraphError),
    /// Graph refused a whole batch.
    #[error("Graph refused a whole batch: {0}")]
    BatchRefused(GraphError),
}

/// Permissions that a token visibly does not carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct NotGranted {
    /// For each thing that they permit: the least that permits it, and what is lacking of that.
    pub lacking: Vec<(StepPermission, Vec<&'static str>)>,
    /// Is it an app's, and not a person's?
    pub is_app: bool,
}

impl NotGranted {
    /// Their names, once each.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.lacking.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        names.dedup();
        names
    }
}

impl fmt::Display for NotGranted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_app { "this app was not granted " } else { "the token does not carry " })?;
        for (number, (permission, names)) in self.lacking.iter().enumerate() {
            let joint = if number == 0 { "" } else { ", nor " };
            write!(f, "{joint}{} (to {})", names.join(" and "), permission.purpose)?;
        }
        Ok(())
    }
}
