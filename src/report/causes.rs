//! The accounts that are not done, put together by cause.

use std::collections::BTreeMap;

use crate::run::cause::Cause;
use crate::run::result_row::{ResultDetails, ResultRow};

/// The accounts of one cause.
#[derive(Debug, Default)]
pub(super) struct CauseGroup {
    pub(super) accounts: u64,
    /// What is said of the first of them, mostly by Graph.
    pub(super) words: String,
    /// The first of them.
    pub(super) first: Vec<String>,
}

/// How many accounts of each cause are named.
pub(super) const MAX_NAMED: usize = 10;

/// All causes, each with its accounts.
#[derive(Debug, Default)]
pub(super) struct Causes(pub(super) BTreeMap<Cause, CauseGroup>);

impl Causes {
    /// Takes in one row of the results.
    pub(super) fn add(&mut self, row: &ResultRow, details: &ResultDetails) {
        let Some(cause) = &details.cause else { return };
        let group = self.0.entry(cause.clone()).or_default();
        group.accounts += 1;
        if group.words.is_empty() {
            group.words = details.said();
        }
        if group.first.len() < MAX_NAMED {
            group.first.push(format!("{} {}", row.planned.place(), row.name()));
        }
    }
}
