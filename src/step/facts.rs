//! What has to be known of a step.

use super::target::TargetFacts;
use super::word::Step;
use super::write::WritePart;
use crate::directory::reach::Action;

/// What has to be known of a step. There is no default: a new step has to decide on each of these.
#[derive(Debug)]
pub struct StepFacts {
    /// What it puts into which write.
    pub part: WritePart,
    /// Whether it is sent once more alone when Graph refuses the write that it shared with other steps.
    pub is_retried_alone: bool,
    /// The accounts that it can be done to.
    pub works_on: WorksOn,
    /// The Graph permission that the app or the person needs.
    pub permission: StepPermission,
    /// What Microsoft's tables of roles call it.
    pub action: Action,
    /// What proves it.
    pub proved_by: ProvedBy,
    /// Whether one read can settle that it is done when the answer to its write was lost.
    pub is_settled_by_read: bool,
    /// The step with which `sealoff undo` takes it back.
    pub undone_by: Option<Step>,
    /// What has to be known of its targets, where it is one write for each of them.
    pub targets: Option<TargetFacts>,
    /// Its column in `results.csv`. A step without one stands in the column `detail`.
    pub column: Option<Column>,
    /// What is done, as it reads on a button: `block sign-in`.
    pub task: &'static str,
    /// What is so when it is done: `sign-in blocked`.
    pub effect: &'static str,
    /// The same in as few words as go before a number: `blocked`.
    pub short: &'static str,
    /// The style of its curve in the report. The last step has none: what it ends is the curve of finished accounts.
    pub curve: Option<&'static str>,
    /// How to get it proved where the first reading did not decide.
    pub prove_again: Option<&'static str>,
}

/// The accounts that a step can be done to. Every step works on an ordinary account.
#[derive(Debug, Clone, Copy)]
pub struct WorksOn {
    /// A guest's password and sessions are kept in the home tenant ("Revoke user access in Microsoft Entra ID").
    pub guests: bool,
    /// An account that is synced from Active Directory has its password there.
    pub synced: bool,
    /// The password of a federated account is kept by another identity provider.
    pub federated: bool,
    /// An agent user has no password ("agentUser resource type").
    pub agents: bool,
}

/// A Graph permission, application or delegated; both kinds have the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPermission {
    /// What for, as it reads behind "to".
    pub purpose: &'static str,
    /// The least that permits it: all of these together.
    pub least: &'static [&'static str],
    /// Each of these permits it alone, and more than it.
    pub also: &'static [&'static str],
}

/// Which property of a fresh read proves a step, and how it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProvedBy {
    /// `accountEnabled` is this.
    AccountEnabled(bool),
    /// `lastPasswordChangeDateTime` is at or after our write, and later than before the run.
    PasswordChange,
    /// `signInSessionsValidFromDateTime` is at or after our write, later than before the run, and not the reset's alone.
    SessionsValidFrom,
    /// Its targets are listed once more: all are dealt with, and there is none that the plan did not list.
    TargetsListed,
    /// A pass is listed that was made by our write.
    PassStands,
}

/// A column in `results.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub header: &'static str,
    /// Its place among the columns of all steps. Scripts count columns: a new one comes last.
    pub place: u8,
}
