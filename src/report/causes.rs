//! Why accounts are not done, put together by cause, with the remedy for each.

use std::collections::BTreeMap;

use crate::run::cause::Cause;
use crate::run::result_row::{ResultDetails, ResultRow};
use crate::run::results::detail;

/// What is said of a cause.
pub(super) trait CauseWords {
    /// What went wrong.
    fn title(&self) -> String;
    /// What to do about it.
    fn remedy(&self) -> &'static str;
}

impl CauseWords for Cause {
    fn title(&self) -> String {
        match self {
            Self::NotFinished => "Not begun, or not finished".to_owned(),
            Self::NotAllowed => "Graph does not allow it to the app (403)".to_owned(),
            Self::Gone => "The account is no longer there (404)".to_owned(),
            Self::WeakPassword => "The tenant turned the new password down, twice".to_owned(),
            Self::MasteredElsewhere => "The password is kept elsewhere".to_owned(),
            Self::Drifted => "No longer the account that was approved (drifted)".to_owned(),
            Self::GivenUp => "Tried often enough without an answer that decides".to_owned(),
            Self::Unanswered => "Sent, and never answered".to_owned(),
            Self::Refused(code) => format!("Refused by Graph: {code}"),
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::NotFinished => "Run the same sealoff apply again; it goes on where it ended.",
            Self::NotAllowed => {
                "Give the app's service principal the role User Administrator (Privileged Authentication Administrator for administrators) and the application permissions for writing, with admin consent; then make a new plan for these."
            }
            Self::Gone => {
                "Nothing to do if it was deleted on purpose. A restored account comes back as it was: plan it again."
            }
            Self::WeakPassword => {
                "A banned-password list or policy of the tenant is stricter than usual. Make a new plan for these."
            }
            Self::MasteredElsewhere => {
                "Replace it in Active Directory, or at the identity provider of the domain: onprem.csv says where."
            }
            Self::Drifted => "Look at what has become of them, and make a new plan.",
            Self::GivenUp => {
                "Graph was in trouble with just these. Run the same sealoff apply again: it tries them once more."
            }
            Self::Unanswered => {
                "Treat them as not done. Run the same sealoff apply again, or sealoff verify, which shows what the directory has."
            }
            Self::Refused(_) => {
                "Read Graph's words in results.csv; with the request id beside them, Microsoft's support finds the request."
            }
        }
    }
}

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
            group.words = detail(row, details);
        }
        if group.first.len() < MAX_NAMED {
            group.first.push(format!("row {} {}", row.planned.row, row.name()));
        }
    }
}
