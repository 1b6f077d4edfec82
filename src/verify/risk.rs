//! Is the risk of people marked as the run says? It is read beside the steps, for it is none: whose risk was closed again is not let in
//! by that.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::claims::RunClaims;
use super::pass::PassError;
use crate::clock::Clock;
use crate::graph::reading::{ReadError, Reading};
use crate::graph::risk_mark::RiskMark;
use crate::graph::shown_risk::{self, ShownRisk};
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::json;
use crate::plan::folder::PlanFolder;
use crate::plan::risk_plan::RiskOfRow;
use crate::run::proof::Proof;
use crate::run::risk_found::RiskFound;
use crate::run::risk_rows::RiskStanding;

/// What was found of the risk of one person.
#[derive(Debug, Clone)]
pub struct RiskFinding {
    /// The row of the plan.
    pub row: RowNumber,
    /// The account.
    pub object_id: ObjectId,
    /// Its sign-in name.
    pub user_principal_name: String,
    /// Did the run mark it?
    pub is_marked: bool,
    /// Does it prove what the plan wants?
    pub verdict: Proof,
    /// What was found.
    pub found: SeenRisk,
    /// The same for the journal, where it settles anything.
    pub noted: Option<RiskFound>,
}

/// What is known of the risk of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeenRisk {
    /// The run has not marked it, and it was not read.
    NotMarked,
    /// It could not be read.
    NotRead,
    /// This is shown.
    Shown(ShownRisk),
}

/// What was found of the risk of all people whose risk the plan marks.
#[derive(Debug, JsonSchema, Serialize)]
pub struct RiskProofs {
    /// What was said of it.
    pub mark: RiskMark,
    /// How many it was proved for.
    pub proved: u64,
    /// How many people's risk is another one than the plan wants, or was not marked by the run.
    pub not_proved: u64,
    /// How many of these the run has not marked: nothing is read of them.
    #[serde(skip)]
    pub not_marked: u64,
    /// Why it could not be read, where that was so.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "json::some_words")]
    #[schemars(with = "Option<String>")]
    pub unread: Option<ReadError>,
    /// All of them, in the order of the list.
    #[serde(skip)]
    pub findings: Vec<RiskFinding>,
}

impl RiskProofs {
    /// Was this found of anyone whom the run marked?
    pub fn have(&self, verdict: Proof) -> bool {
        self.findings.iter().any(|finding| finding.is_marked && finding.verdict == verdict)
    }

    /// Is anything not proved of whom the run marked?
    pub fn is_another_than_marked(&self) -> bool {
        self.findings.iter().any(|finding| finding.is_marked && finding.verdict != Proof::Proved)
    }

    /// Of how many people a reset by an administrator closed the risk again.
    pub fn closed_by_reset(&self) -> u64 {
        self.findings.iter().filter(|finding| finding.noted == Some(RiskFound::ClosedByReset)).count() as u64
    }

    /// The rows of which the journal says something else than what was found, by what was found.
    pub fn news(&self, claims: &RunClaims) -> BTreeMap<RiskFound, Vec<RowNumber>> {
        let mut news: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in &self.findings {
            let is_said = |found| match found {
                RiskFound::AsMarked => RiskStanding::Marked,
                RiskFound::ClosedByReset => RiskStanding::ClosedByReset,
                RiskFound::Closed => RiskStanding::Closed,
            };
            if let Some(found) = finding.noted.filter(|found| is_said(*found) != claims.risk(finding.row)) {
                news.entry(found).or_default().push(finding.row);
            }
        }
        news
    }

    /// Is everything proved that the plan says of risk?
    pub const fn are_all(&self) -> bool {
        self.not_proved == 0 && self.unread.is_none()
    }
}

/// Reads the risk of all whom the run says it marked, and names those whom it was to mark and did not; nothing where the plan marks
/// no one. What Graph refuses to say is no error.
///
/// # Errors
///
/// The plan cannot be read, or there is no way to Graph.
pub async fn read<T: Transport>(
    plan: &PlanFolder,
    claims: &RunClaims,
    transport: &T,
    clock: Clock,
) -> Result<Option<RiskProofs>, PassError> {
    let Some(mark) = plan.manifest().options.risk else { return Ok(None) };
    let mut findings = Vec::new();
    for row in plan.rows()? {
        let row = row?;
        let is_meant = RiskOfRow::of(&row) == Some(RiskOfRow::Marked);
        let is_marked = claims.risk(row.row).was_accepted();
        let (verdict, found) = match is_marked {
            true => (Proof::CannotBeProved, SeenRisk::NotRead),
            false => (Proof::NotYet, SeenRisk::NotMarked),
        };
        findings.extend(row.object_id.filter(|_| is_meant).map(|object_id| RiskFinding {
            row: row.row,
            object_id,
            user_principal_name: row.user_principal_name,
            is_marked,
            verdict,
            found,
            noted: None,
        }));
    }
    if findings.is_empty() {
        return Ok(None);
    }
    let people: Vec<ObjectId> = findings.iter().filter(|it| it.is_marked).map(|finding| finding.object_id).collect();
    let not_marked = (findings.len() - people.len()) as u64;
    let mut proofs = RiskProofs { mark, proved: 0, not_proved: not_marked, not_marked, unread: None, findings };
    if people.is_empty() {
        return Ok(Some(proofs));
    }
    match shown_risk::states(&Reading::new(transport, clock), clock, &people).await {
        Ok(states) => {
            for finding in proofs.findings.iter_mut().filter(|it| it.is_marked) {
                let risk = states.get(&finding.object_id).copied().unwrap_or(ShownRisk::NoRisk);
                finding.verdict = judge(mark, risk);
                finding.found = SeenRisk::Shown(risk);
                finding.noted = noted(finding.verdict, risk);
                *if finding.verdict == Proof::Proved { &mut proofs.proved } else { &mut proofs.not_proved } += 1;
            }
        }
        Err(ReadError::Transport(error)) => return Err(ReadError::Transport(error).into()),
        Err(error) => proofs.unread = Some(error),
    }
    Ok(Some(proofs))
}

/// What the journal keeps of a reading. What may only show later is not noted.
fn noted(verdict: Proof, risk: ShownRisk) -> Option<RiskFound> {
    match verdict {
        Proof::Proved => Some(RiskFound::AsMarked),
        Proof::Contradicted if risk == (ShownRisk::Remediated { by_reset: true }) => Some(RiskFound::ClosedByReset),
        Proof::Contradicted => Some(RiskFound::Closed),
        Proof::NotYet | Proof::CannotBeProved => None,
    }
}

/// What a reading shows of the mark.
const fn judge(mark: RiskMark, risk: ShownRisk) -> Proof {
    match (mark, risk) {
        (_, ShownRisk::NotKnown) => Proof::CannotBeProved,
        (RiskMark::ConfirmCompromised, ShownRisk::ConfirmedCompromised) => Proof::Proved,
        // It was accepted, so that it was so, and somebody or something has closed it since.
        (
            RiskMark::ConfirmCompromised,
            ShownRisk::Remediated { .. } | ShownRisk::Dismissed | ShownRisk::ConfirmedSafe,
        ) => Proof::Contradicted,
        (RiskMark::ConfirmCompromised, _) => Proof::NotYet,
        (RiskMark::Dismiss, ShownRisk::ConfirmedCompromised | ShownRisk::AtRisk) => Proof::NotYet,
        (RiskMark::Dismiss, _) => Proof::Proved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_proved_by_what_it_makes_and_a_reset_closes_it_again() {
        let confirm = |risk| judge(RiskMark::ConfirmCompromised, risk);
        let dismiss = |risk| judge(RiskMark::Dismiss, risk);
        let by_reset = ShownRisk::Remediated { by_reset: true };
        assert_eq!(confirm(ShownRisk::ConfirmedCompromised), Proof::Proved);
        assert_eq!(confirm(by_reset), Proof::Contradicted);
        assert_eq!(confirm(ShownRisk::Dismissed), Proof::Contradicted);
        assert_eq!((confirm(ShownRisk::AtRisk), confirm(ShownRisk::NoRisk)), (Proof::NotYet, Proof::NotYet));
        assert_eq!(confirm(ShownRisk::ConfirmedSafe), Proof::Contradicted);
        let not_known = ShownRisk::NotKnown;
        assert_eq!((confirm(not_known), dismiss(not_known)), (Proof::CannotBeProved, Proof::CannotBeProved));
        for closed in [by_reset, ShownRisk::Dismissed, ShownRisk::ConfirmedSafe, ShownRisk::NoRisk] {
            assert_eq!(dismiss(closed), Proof::Proved, "{closed:?}");
        }
        for open in [ShownRisk::AtRisk, ShownRisk::ConfirmedCompromised] {
            assert_eq!(dismiss(open), Proof::NotYet, "{open:?}");
        }
    }
}
