//! Why accounts are not done, put together by cause, with the mend for each.

use std::collections::BTreeMap;

use super::outcomes::ResultRow;
use crate::run::outcome::Outcome;

/// A cause of failures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    NotFinished,
    NotAllowed,
    Gone,
    WeakPassword,
    OnPremises,
    Drifted,
    GivenUp,
    Unanswered,
    /// Whatever else Graph says, by its code.
    Other(String),
}

impl Cause {
    /// The cause that the results give for a row that is not done; nothing for the others.
    pub(super) fn of(row: &ResultRow) -> Option<Self> {
        let drifted = row.error_code == "drifted";
        let open = [Outcome::Partial, Outcome::Failed, Outcome::Uncertain, Outcome::Pending];
        if !drifted && !open.iter().any(|outcome| outcome.name() == row.outcome) {
            return None;
        }
        let detail = row.detail.to_lowercase();
        Some(match row.error_code.as_str() {
            "drifted" => Self::Drifted,
            "Authorization_RequestDenied" | "403" => Self::NotAllowed,
            "Request_ResourceNotFound" | "404" => Self::Gone,
            _ if detail.contains("password does not comply") => Self::WeakPassword,
            _ if detail.contains("on-premises") || detail.contains("federated") => Self::OnPremises,
            _ if row.outcome == Outcome::Pending.name() => Self::NotFinished,
            _ if detail.starts_with("gave up") => Self::GivenUp,
            _ if row.outcome == Outcome::Uncertain.name() => Self::Unanswered,
            "" => Self::Other("no code".to_owned()),
            code => Self::Other(code.to_owned()),
        })
    }

    /// What went wrong.
    pub(super) fn title(&self) -> String {
        match self {
            Self::NotFinished => "Not begun, or not finished".to_owned(),
            Self::NotAllowed => "Graph does not allow it to the app (403)".to_owned(),
            Self::Gone => "The account is no longer there (404)".to_owned(),
            Self::WeakPassword => "The tenant turned the new password down, twice".to_owned(),
            Self::OnPremises => "The password is kept elsewhere".to_owned(),
            Self::Drifted => "No longer the account that was approved (drifted)".to_owned(),
            Self::GivenUp => "Tried often enough without an answer that decides".to_owned(),
            Self::Unanswered => "Sent, and never answered".to_owned(),
            Self::Other(code) => format!("Refused by Graph: {code}"),
        }
    }

    /// What mends it.
    pub(super) const fn mend(&self) -> &'static str {
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
            Self::OnPremises => {
                "Replace it in Active Directory, or at the identity provider of the domain: onprem.csv says where."
            }
            Self::Drifted => "Look at what has become of them, and make a new plan.",
            Self::GivenUp => {
                "Graph was in trouble with just these. Run the same sealoff apply again: it tries them once more."
            }
            Self::Unanswered => {
                "Treat them as not done. Run the same sealoff apply again, or sealoff verify, which shows what the directory has."
            }
            Self::Other(_) => {
                "Read Graph's words in results.csv; with the request id beside them, Microsoft's support finds the request."
            }
        }
    }
}

/// The accounts of one cause.
#[derive(Debug, Default)]
pub(super) struct CauseGroup {
    pub(super) accounts: u64,
    /// Graph's words, the first that were seen.
    pub(super) words: String,
    /// The first of them.
    pub(super) first: Vec<String>,
}

/// So many accounts of each cause are named.
pub(super) const MOST_NAMED: usize = 10;

/// All causes, with who is meant.
#[derive(Debug, Default)]
pub(super) struct Causes(pub(super) BTreeMap<Cause, CauseGroup>);

impl Causes {
    /// Takes in one row of the results.
    pub(super) fn add(&mut self, row: &ResultRow) {
        let Some(cause) = Cause::of(row) else { return };
        let group = self.0.entry(cause).or_default();
        group.accounts += 1;
        if group.words.is_empty() {
            group.words.clone_from(&row.detail);
        }
        if group.first.len() < MOST_NAMED {
            group.first.push(format!("row {} {}", row.row, row.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_apart_and_what_is_done_has_none() {
        let of = |outcome: &str, error_code: &str, detail: &str| {
            Cause::of(&ResultRow {
                outcome: outcome.to_owned(),
                error_code: error_code.to_owned(),
                detail: detail.to_owned(),
                ..ResultRow::default()
            })
        };
        for outcome in ["done", "already", "skipped", "refused"] {
            assert_eq!(of(outcome, "", "synced"), None);
        }
        assert_eq!(of("refused", "drifted", "drifted: renamed"), Some(Cause::Drifted));
        assert_eq!(of("failed", "Authorization_RequestDenied", "no"), Some(Cause::NotAllowed));
        assert_eq!(of("partial", "Request_BadRequest", "gone on-premises"), Some(Cause::OnPremises));
        assert_eq!(of("uncertain", "", "the answer was lost"), Some(Cause::Unanswered));
        assert_eq!(of("partial", "", "gave up on revoke: throttled"), Some(Cause::GivenUp));
        assert_eq!(of("pending", "", ""), Some(Cause::NotFinished));
        assert_eq!(of("failed", "Odd_Code", "?"), Some(Cause::Other("Odd_Code".to_owned())));
    }
}
