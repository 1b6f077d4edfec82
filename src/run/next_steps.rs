//! What an operator should do next, in order: the end of every recap, status and report.

use super::outcome::Outcome;
use super::outcome_counts::OutcomeCounts;
use super::proof::ProofCounts;
use crate::plan::folder::PlanFolder;

/// One thing that is left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// Put back a copy of a journal that is broken.
    RestoreJournal,
    /// Without a copy, make a new plan in another folder.
    PlanInAnotherFolder,
    /// Watch the run that is going.
    Watch,
    /// Begin, once the plan is approved.
    Begin,
    /// Go on with the run.
    Resume,
    /// Make the results that are missing.
    MakeResults,
    /// Read in the report why accounts are not done.
    ReadCauses {
        /// How many.
        not_done: u64,
    },
    /// Treat the uncertain accounts as not done.
    TreatUncertainAsNotDone {
        /// Were passwords sealed, so that it can be said which one to try?
        sealed: bool,
    },
    /// Try again what was refused or given up.
    RetryFailed {
        /// For how many accounts.
        accounts: u64,
    },
    /// Make a new plan for those that have drifted.
    PlanDrifted {
        /// How many.
        accounts: u64,
    },
    /// Change accounts on-premises, too.
    ChangeOnPremises {
        /// How many.
        accounts: u64,
    },
    /// Prove what was done.
    Verify,
    /// Prove what an earlier verification did not.
    VerifyAgain,
    /// Open the new passwords.
    OpenPasswords,
    /// Hand the new passwords over, packet by packet.
    HandOver {
        /// The file of the first packet.
        packet: String,
    },
    /// Write the report.
    WriteReport,
    /// Pack the evidence.
    PackEvidence,
    /// Unblock what was blocked by mistake.
    Undo,
}

impl NextStep {
    /// Does it only lead to the report?
    #[must_use]
    pub const fn leads_to_report(&self) -> bool {
        matches!(self, Self::ReadCauses { .. } | Self::WriteReport)
    }
}

/// What is left to do after a run, in the order in which it should be done. `packet` is the file of the first packet, where
/// there is one; `verified` is what the last verification found, where there was one since the last write.
#[must_use]
pub fn next_steps(
    plan: &PlanFolder,
    outcomes: &OutcomeCounts,
    packet: Option<String>,
    verified: Option<ProofCounts>,
) -> Vec<NextStep> {
    let manifest = plan.manifest();
    let of = |outcome| outcomes.of(outcome);
    let is_sealed = manifest.sealed() > 0;
    let not_done = of(Outcome::Partial) + of(Outcome::Failed) + of(Outcome::Uncertain);
    let done = of(Outcome::Done) + of(Outcome::Partial);
    let is_whole = done > 0 && of(Outcome::Pending) == 0;
    let on_premises = manifest.on_premises.as_ref().map(|work| work.accounts.into());
    let verify = match verified {
        None => Some(NextStep::Verify),
        Some(proofs) if proofs.all_proved() => None,
        Some(_) => Some(NextStep::VerifyAgain),
    };
    let hand_over = || packet.map_or(NextStep::OpenPasswords, |packet| NextStep::HandOver { packet });
    let blocks = manifest.playbook.can_be_undone();
    let all = [
        (of(Outcome::Pending) > 0).then_some(NextStep::Resume),
        (not_done > 0).then_some(NextStep::ReadCauses { not_done }),
        (of(Outcome::Uncertain) > 0).then_some(NextStep::TreatUncertainAsNotDone { sealed: is_sealed }),
        (outcomes.to_retry() > 0).then(|| NextStep::RetryFailed { accounts: outcomes.to_retry() }),
        (outcomes.drifted() > 0).then(|| NextStep::PlanDrifted { accounts: outcomes.drifted() }),
        on_premises.map(|accounts| NextStep::ChangeOnPremises { accounts }),
        verify.filter(|_| is_whole),
        (is_sealed && done > 0).then(hand_over),
        is_whole.then_some(NextStep::WriteReport),
        is_whole.then_some(NextStep::PackEvidence),
        (is_whole && blocks).then_some(NextStep::Undo),
    ];
    all.into_iter().flatten().collect()
}
