//! What an operator should do next, in order: the end of every recap, status and report.

use strum::{EnumDiscriminants, VariantArray};

use super::first_named::FirstNamed;
use super::journal::JournalBreak;
use super::outcome::Outcome;
use super::outcome_counts::OutcomeCounts;
use super::proof::ProofCounts;
use crate::graph::risk_mark::{RiskBar, RiskMark};
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::waves::Wave;
use crate::step::Step;

/// One thing that is left to do.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(NextStepKind), derive(VariantArray), doc = "Which thing it is.")]
pub enum NextStep {
    /// Use the version of sealoff that wrote a journal.
    UseNewerVersion,
    /// Put a plan and the journal of another one into folders of their own again.
    PartPlanAndJournal,
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
    /// Go on with a wave of the run, or begin it.
    WorkOnWave {
        /// Which one.
        wave: Wave,
        /// How many of its accounts are left to do.
        left: u64,
    },
    /// Make the results that are missing.
    MakeResults,
    /// Find out who changed back what was done, and plan these accounts again.
    PlanChangedBack {
        /// Whose.
        people: FirstNamed,
    },
    /// Fix the rows of the list that were not touched, and plan them.
    PlanNotTouched {
        /// Who they are.
        people: FirstNamed,
    },
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
    /// Mark the risk of people whose steps are done.
    MarkRisk {
        /// What is said of it.
        mark: RiskMark,
        /// Of how many.
        people: u64,
        /// What stood in the way of everybody, where it was that.
        bar: Option<RiskBar>,
    },
    /// Have new passwords written back to Active Directory.
    WriteBack {
        /// For how many people.
        people: u64,
    },
    /// See what would be changed on-premises, too.
    LookOnPremises {
        /// For how many accounts.
        accounts: u64,
    },
    /// Change it.
    ChangeOnPremises {
        /// For how many accounts.
        accounts: u64,
    },
    /// Take in what the script for Active Directory did.
    TakeScriptResults,
    /// Do what the script for Active Directory leaves to people.
    ChangeByHand {
        /// For how many accounts.
        accounts: u64,
        /// Is there a `by-hand.csv` that says which, and that people fill in?
        is_listed: bool,
    },
    /// See which ways in the plan listed and left.
    LookAtWaysIn {
        /// How many methods.
        methods: u64,
        /// Of how many people it is not known what they have.
        not_known: u64,
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
    Undo {
        /// Can the accounts only be used again with a new password?
        with_new_passwords: bool,
    },
}

impl NextStep {
    /// Does it only lead to the report?
    pub const fn leads_to_report(&self) -> bool {
        matches!(self, Self::ReadCauses { .. } | Self::WriteReport)
    }
}

/// What can be done about a journal that cannot be used.
pub fn for_broken_journal(why: &JournalBreak) -> Vec<NextStep> {
    match why {
        JournalBreak::Newer { .. } => vec![NextStep::UseNewerVersion],
        JournalBreak::OtherPlan => vec![NextStep::PartPlanAndJournal, NextStep::PlanInAnotherFolder],
        JournalBreak::Line { .. } => vec![NextStep::RestoreJournal, NextStep::PlanInAnotherFolder],
    }
}

/// Goes on with what is pending: the whole run, or a wave that is not through.
pub fn go_on(manifest: &Manifest, outcomes: &OutcomeCounts) -> NextStep {
    let waves = manifest.waves.iter().flat_map(|waves| &waves.waves);
    let open = waves.map(|wave| (wave, outcomes.left_in_wave(&wave.name))).filter(|(_, left)| *left > 0);
    // One that was begun comes before those that were not.
    match open.min_by_key(|(wave, left)| *left == u64::from(wave.accounts)) {
        Some((wave, left)) => NextStep::WorkOnWave { wave: wave.clone(), left },
        None => NextStep::Resume,
    }
}

/// What is left to do after a run, in the order in which it should be done. `packet` is the file of the first packet, where
/// there is one; `verified` is what the last verification found, where there was one since the last write.
pub fn next_steps(
    plan: &PlanFolder,
    outcomes: &OutcomeCounts,
    packet: Option<String>,
    verified: Option<ProofCounts>,
) -> Vec<NextStep> {
    let manifest = plan.manifest();
    let of = |outcome| outcomes.of(outcome);
    let is_sealed = manifest.seals();
    // What Active Directory accepted waits for a reading, and for nothing else.
    let uncertain = of(Outcome::Uncertain) - outcomes.accepted_there();
    let not_done = of(Outcome::Partial) + of(Outcome::Failed) + uncertain;
    // Accepted by Active Directory is not done; there is something to be proved and handed over all the same.
    let done = of(Outcome::Done) + of(Outcome::Partial) + of(Outcome::OldPassword) + outcomes.accepted_there();
    let is_begun = done > 0 || of(Outcome::Already) > 0 || of(Outcome::Uncertain) > 0;
    let is_whole = done > 0 && of(Outcome::Pending) == 0;
    let work = manifest.on_premises.as_ref().filter(|_| done > 0 || of(Outcome::Already) > 0);
    let scripted = work.map_or(0, |work| u64::from(work.by_script()).saturating_sub(outcomes.scripted()));
    // The lists of earlier versions have no name that a result could be known by.
    let reports = work.is_some_and(|work| work.list.is_some());
    let by_hand = work.map_or(0, |work| u64::from(work.by_hand).saturating_sub(outcomes.by_hand()));
    let (contradicted, not_touched) = (outcomes.contradicted(), outcomes.not_touched());
    let verify = match verified {
        None => Some(NextStep::Verify),
        Some(proofs) if proofs.all_proved() => None,
        Some(_) => Some(NextStep::VerifyAgain),
    };
    let hand_over = || packet.map_or(NextStep::OpenPasswords, |packet| NextStep::HandOver { packet });
    let has_blocked = manifest.playbook.can_be_undone() && manifest.counts.steps[Step::Block] > 0;
    let with_new_passwords = manifest.playbook.resets() && manifest.options.discard_credentials;
    let ways_in = manifest
        .methods
        .as_ref()
        .filter(|methods| methods.removal.is_none() && (methods.methods() > 0 || methods.read.not_read > 0));
    let ways_in = ways_in.map(|methods| NextStep::LookAtWaysIn {
        methods: methods.methods().into(),
        not_known: methods.read.not_read.into(),
    });
    let all = [
        (of(Outcome::Pending) > 0).then(|| go_on(manifest, outcomes)),
        (contradicted.count > 0).then(|| NextStep::PlanChangedBack { people: contradicted.clone() }),
        (not_touched.count > 0).then(|| NextStep::PlanNotTouched { people: not_touched.clone() }),
        (not_done > 0).then_some(NextStep::ReadCauses { not_done }),
        (uncertain > 0).then_some(NextStep::TreatUncertainAsNotDone { sealed: is_sealed }),
        (outcomes.to_retry() > 0).then(|| NextStep::RetryFailed { accounts: outcomes.to_retry() }),
        (outcomes.drifted_half_way() > 0).then(|| NextStep::PlanDrifted { accounts: outcomes.drifted_half_way() }),
        // What goes on with the run marks it, too.
        outcomes.risk().filter(|risk| risk.to_mark() > 0 && of(Outcome::Pending) == 0).map(|risk| NextStep::MarkRisk {
            mark: risk.mark,
            people: risk.to_mark(),
            bar: risk.because.as_ref().and_then(|fault| fault.bar),
        }),
        (outcomes.to_write_back() > 0 && is_begun).then(|| NextStep::WriteBack { people: outcomes.to_write_back() }),
        (scripted > 0).then_some(NextStep::LookOnPremises { accounts: scripted }),
        (scripted > 0).then_some(NextStep::ChangeOnPremises { accounts: scripted }),
        (scripted > 0 && reports).then_some(NextStep::TakeScriptResults),
        (by_hand > 0).then_some(NextStep::ChangeByHand { accounts: by_hand, is_listed: plan.lists_by_hand() }),
        ways_in.filter(|_| is_whole),
        verify.filter(|_| is_whole),
        (is_sealed && done > 0).then(hand_over),
        is_whole.then_some(NextStep::WriteReport),
        is_whole.then_some(NextStep::PackEvidence),
        (is_whole && has_blocked).then_some(NextStep::Undo { with_new_passwords }),
    ];
    all.into_iter().flatten().collect()
}
