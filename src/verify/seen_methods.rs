//! What a list of a person's methods shows of those that a plan removes.

use time::OffsetDateTime;

use crate::directory::{HeldMethod, MethodKind};
use crate::graph::error::GraphError;
use crate::ids::RowNumber;
use crate::plan::method_targets::MethodTargets;
use crate::step::target::WriteTarget;
use crate::words::{counted, to_the_second};

/// What was seen of one person's methods.
#[derive(Debug, Clone, PartialEq)]
pub enum SeenMethods {
    /// They were listed.
    Listed {
        /// How many the plan removes.
        planned: usize,
        /// Those of them that are still there.
        left: Vec<SeenMethod>,
        /// Those that the plan did not list: they were registered after it was made.
        appeared: Vec<SeenMethod>,
    },
    /// Graph would not list them.
    NotListed(GraphError),
}

/// One method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenMethod {
    kind: MethodKind,
    registered: Option<OffsetDateTime>,
}

impl SeenMethods {
    /// Compares a list with what the plan says of the person of a row.
    #[must_use]
    pub fn of(listed: Result<Vec<HeldMethod>, GraphError>, targets: &MethodTargets, row: RowNumber) -> Self {
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return Self::NotListed(error),
        };
        let planned = targets.of(row);
        let is_planned = |method: &HeldMethod| {
            planned.iter().any(|WriteTarget::Method { kind, id }| *kind == method.kind && *id == method.id)
        };
        let (mut left, mut appeared) = (Vec::new(), Vec::new());
        for method in &listed {
            let seen = SeenMethod { kind: method.kind, registered: method.registered };
            if is_planned(method) {
                left.push(seen);
            } else if !targets.leaves(row, method) {
                appeared.push(seen);
            }
        }
        Self::Listed { planned: planned.len(), left, appeared }
    }
}

/// `passkey of 2026-11-23T02:30:00Z, mobile-phone of unknown age`.
#[must_use]
pub(super) fn named(methods: &[SeenMethod]) -> String {
    let age = |method: &SeenMethod| match method.registered {
        Some(moment) => format!("{} of {}", method.kind, to_the_second(moment)),
        None => format!("{} of unknown age", method.kind),
    };
    methods.iter().map(age).collect::<Vec<_>>().join(", ")
}

/// `2 of 3 methods are still there`.
#[must_use]
pub(super) fn still_there(left: usize, planned: usize) -> String {
    let of = counted(planned as u64, "method is", "methods are");
    format!("{left} of {of} still there")
}
