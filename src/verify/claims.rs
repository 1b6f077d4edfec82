//! What the journal says was done to each account, and when by Graph's clock.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom};

use time::OffsetDateTime;

use super::finding::Finding;
use super::playbook_steps::PlaybookSteps;
use super::step_claim::StepClaim;
use crate::graph::write_outcome::WriteOutcome;
use crate::ids::RowNumber;
use crate::plan::again::ChangedBack;
use crate::plan::folder::PlanFolder;
use crate::run::fold::{Fold, Projection};
use crate::run::journal::{JournalError, JournalLine};
use crate::run::on_premises::ScriptedRow;
use crate::run::outcome::StepOutcome;
use crate::run::proof::Proof;
use crate::run::record::Record;
use crate::run::risk_rows::RiskStanding;
use crate::run::run_error::RunError;
use crate::run::script_result::ScriptPassword;
use crate::run::seen_step::{ReplacedBy, SeenStep};
use crate::run::state::StepState;
use crate::run::states::{Moved, States};
use crate::run::writeback::{WritebackStage, WritebackStanding};
use crate::second::Second;
use crate::step::{Step, Steps};

/// What was found of a step when the account was last read, as far as the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The verdict.
    pub verdict: Proof,
    /// What was found first, of a step that was changed back.
    pub contradiction: Option<SeenStep>,
    /// When a verification last ended that left it so.
    pub last_seen: OffsetDateTime,
}

#[derive(Debug, Clone, Copy)]
struct AcceptedAt {
    date: Option<Second>,
    noted: Second,
}

/// What was last noted of a step.
#[derive(Debug, Clone, Copy)]
struct Noted {
    verdict: Proof,
    found: FoundDigest,
    at: Second,
}

/// Of what was found: enough to see whether it is the same again, and no more, for there may be four for each of a million
/// rows. Of sixteen million changes that leave the verdict as it is, one is taken for none.
type FoundDigest = [u8; 3];

/// All claims of a run.
pub struct RunClaims {
    states: States,
    kept: ClaimRecords,
    /// How long the journal was, in bytes.
    journal: u64,
}

/// What the journal says of each step beyond where it stands.
struct ClaimRecords {
    accepted: PlaybookSteps<AcceptedAt>,
    /// Empty until a verification is met.
    noted: PlaybookSteps<Noted>,
    contradictions: HashMap<(RowNumber, Step), SeenStep>,
    /// Rows whose account was found blocked while it was in doubt who had blocked it.
    found_blocked: HashSet<RowNumber>,
    /// When the password of each row was replaced elsewhere; empty before the first result.
    replaced: Vec<Option<Second>>,
    last_verification: Option<Second>,
}

impl RunClaims {
    /// Reads the journal of a run.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or contradicts the plan.
    pub fn read(plan: &PlanFolder) -> Result<Self, RunError> {
        let manifest = plan.manifest();
        let steps = manifest.steps().iter().fold(manifest.options.steps_of(manifest.playbook), Steps::with);
        let rows = plan.steps().len();
        let mut accepted = PlaybookSteps::empty(steps, rows);
        accepted.make_room();
        let kept = ClaimRecords {
            accepted,
            noted: PlaybookSteps::empty(steps, rows),
            contradictions: HashMap::new(),
            found_blocked: HashSet::new(),
            replaced: Vec::new(),
            last_verification: None,
        };
        let journal = length(plan)?;
        let Fold { states, projection: kept } = Fold::read(plan, kept)?;
        Ok(Self { states, kept, journal })
    }

    /// May what was read by them no longer be noted? The run has gone on since, or another verification has found something
    /// changed back: an older reading must not say the opposite.
    ///
    /// # Errors
    ///
    /// The journal cannot be looked at.
    pub fn are_outdated(&self, plan: &PlanFolder) -> Result<bool, RunError> {
        let path = plan.journal_path();
        let any_outdates = || {
            let mut file = File::open(&path)?;
            file.seek(SeekFrom::Start(self.journal))?;
            for line in BufReader::new(file).lines() {
                if outdates(&line?) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        Ok(any_outdates().map_err(|source| JournalError::Io { path: path.clone(), source })?)
    }

    /// Has the run anything left to do, or is it open whether it was done?
    pub fn are_open(&self) -> bool {
        self.states.iter().any(|state| !state.is_settled())
    }

    /// Accounts that are settled, and of which something was refused or given up, so that it may be tried once more.
    pub fn to_retry(&self) -> u64 {
        self.states.iter().filter(|state| state.may_be_retried()).count() as u64
    }

    /// Has anything been written?
    pub fn has_written(&self) -> bool {
        self.states.has_written() || self.states.has_on_premises()
    }

    /// Is there anything to prove: what was written, or that those are as they were whom a run found so?
    pub fn can_be_proved(&self, plan: &PlanFolder) -> bool {
        let only_looks = plan.manifest().accounts() == 0;
        self.has_written() || only_looks && self.states.has_begun()
    }

    /// Did the run find the account of this row to be no longer what the plan says?
    pub fn has_drifted(&self, row: RowNumber) -> bool {
        self.states.of(row).has_drifted()
    }

    /// Accounts that were left as they were, for they were as the plan wants them, and that the run then found to be otherwise.
    pub fn drifted_though_left(&self, plan: &PlanFolder) -> u64 {
        let all = self.states.iter().zip(plan.steps());
        all.filter(|(state, planned)| planned.is_empty() && state.has_drifted()).count() as u64
    }

    /// Whom the last verification found changed back; nothing where there was none.
    pub fn changed_back(&self) -> Option<ChangedBack> {
        let found_at = self.kept.last_verification?.moment();
        let all = (1..=self.states.rows() as u32).map(RowNumber::new);
        Some(ChangedBack { rows: all.filter(|row| self.states.is_contradicted(*row)).collect(), found_at })
    }

    /// What is said of a step that is planned for this row.
    pub fn of(&self, row: RowNumber, step: Step) -> StepClaim {
        let (state, stamp) = (self.states.of(row).of(step), self.kept.accepted.get(row, step));
        match (state, stamp) {
            (StepState::Unplanned, _) => StepClaim::AsBefore,
            (StepState::Done, Some(AcceptedAt { date, noted })) => {
                StepClaim::Done { date: date.map(Second::moment), noted: noted.moment() }
            }
            _ => match StepOutcome::of(state) {
                Some(outcome @ (StepOutcome::Failed | StepOutcome::Pending)) => StepClaim::NotDone { outcome },
                _ => StepClaim::InDoubt,
            },
        }
    }

    /// Is the password of this row certainly another one than before the run, by this run's own doing? Where the last
    /// verification found anything of the row changed back, that is not certain.
    pub fn has_new_password(&self, row: RowNumber) -> bool {
        let in_cloud = matches!(self.of(row, Step::Reset), StepClaim::Done { .. });
        let is_replaced =
            in_cloud || self.states.on_premises(row).is_some_and(|scripted| scripted.password != ScriptPassword::Old);
        is_replaced && !self.states.is_contradicted(row)
    }

    /// What the script for Active Directory said of the password of this row; `is_sealed` says whether it had one to set.
    pub fn on_premises(&self, row: RowNumber, is_sealed: bool) -> StepClaim {
        let password = self.states.on_premises(row).map_or(ScriptPassword::Old, |scripted| scripted.password);
        let replaced = self.kept.replaced.get(row.index()).copied().flatten().map(Second::moment);
        StepClaim::OnPremises {
            replaced: replaced.filter(|_| password != ScriptPassword::Old),
            is_right_one: !is_sealed || password == ScriptPassword::Sealed,
            by: if password == ScriptPassword::ByHand { ReplacedBy::Person } else { ReplacedBy::Script },
        }
    }

    /// What is said of a password of this row that is kept at an identity provider.
    pub fn at_provider(&self, row: RowNumber) -> StepClaim {
        let is_replaced = self.states.on_premises(row).is_some_and(ScriptedRow::is_replaced);
        let replaced = self.kept.replaced.get(row.index()).copied().flatten().map(Second::moment);
        StepClaim::AtProvider { replaced: replaced.filter(|_| is_replaced) }
    }

    /// What is said of a password of this row that is written back.
    pub fn written_back(&self, row: RowNumber) -> StepClaim {
        let standing = self.states.written_back(row);
        match standing.map(|standing| standing.stage) {
            Some(WritebackStage::Unknown) => StepClaim::InDoubt,
            _ => StepClaim::OnPremises {
                replaced: standing.filter(|it| it.is_replaced()).and_then(|it| it.replaced),
                is_right_one: true,
                by: ReplacedBy::Writeback,
            },
        }
    }

    /// Is the new password of this row in Active Directory, as far as is known, and were the sessions ended after it?
    pub fn writeback_of(&self, row: RowNumber) -> Option<WritebackStanding> {
        self.states.written_back(row)
    }

    /// How far the risk of a row is marked, by the run.
    pub fn risk(&self, row: RowNumber) -> RiskStanding {
        self.states.risk().of(row)
    }

    /// What the script for Active Directory said of this row.
    pub fn scripted(&self, row: RowNumber) -> Option<ScriptedRow> {
        self.states.on_premises(row)
    }

    /// Was the account found blocked while it was in doubt whether a write of this run had done it? Then something else may
    /// have, even if a write was accepted afterwards.
    pub fn was_found_blocked(&self, row: RowNumber) -> bool {
        self.kept.found_blocked.contains(&row)
    }

    /// What was found of a step when the account was last read.
    pub fn earlier(&self, row: RowNumber, step: Step) -> Option<Earlier> {
        let noted = self.noted_of(row, step)?;
        // Every change is noted, so what was not noted again was still so when the last verification ended.
        let last_seen = self.kept.last_verification.map_or(noted.at, |at| at.max(noted.at)).moment();
        let contradiction = self.kept.contradictions.get(&(row, step)).cloned();
        Some(Earlier { verdict: noted.verdict, contradiction, last_seen })
    }

    /// Is this anything else than what was last noted of the step?
    pub fn is_news(&self, row: RowNumber, finding: &Finding) -> bool {
        let noted = self.noted_of(row, finding.step);
        noted.is_none_or(|noted| noted.verdict != finding.verdict || noted.found != digest(&finding.found))
    }

    fn noted_of(&self, row: RowNumber, step: Step) -> Option<Noted> {
        self.kept.noted.get(row, step)
    }
}

impl Projection for ClaimRecords {
    fn take(&mut self, line: &JournalLine, _: Option<Moved>) {
        match &line.record {
            Record::Answered { row, steps, answer: WriteOutcome::Accepted, date, .. } => {
                let stamp = AcceptedAt { date: date.map(Second::of), noted: Second::of(line.at) };
                for step in steps.iter() {
                    self.accepted.set(*row, step, stamp);
                }
            }
            Record::Verified { row, step, verdict, found } => {
                self.noted.make_room();
                let noted = Noted { verdict: *verdict, found: digest(found), at: Second::of(line.at) };
                self.noted.set(*row, *step, noted);
                if *verdict == Proof::Contradicted {
                    self.contradictions.insert((*row, *step), found.clone());
                } else {
                    self.contradictions.remove(&(*row, *step));
                }
            }
            Record::Read { row, account_enabled: Some(false), .. } => {
                self.found_blocked.insert(*row);
            }
            Record::OnPremises { row, password, done_at, .. } if *password != ScriptPassword::Old => {
                self.replaced.resize(self.accepted.rows(), None);
                if let Some(slot) = self.replaced.get_mut(row.index()) {
                    *slot = Some(Second::of(*done_at));
                }
            }
            Record::VerificationEnded { .. } => self.last_verification = Some(Second::of(line.at)),
            _ => {}
        }
    }
}

fn outdates(line: &str) -> bool {
    match serde_json::from_str(line) {
        Ok(Record::Verified { verdict, .. }) => verdict == Proof::Contradicted,
        Ok(Record::RiskVerified { .. } | Record::VerificationEnded { .. } | Record::Closed {}) => false,
        _ => true,
    }
}

fn length(plan: &PlanFolder) -> Result<u64, JournalError> {
    let path = plan.journal_path();
    match fs::metadata(&path) {
        Ok(file) => Ok(file.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(source) => Err(JournalError::Io { path, source }),
    }
}

fn digest(found: &SeenStep) -> FoundDigest {
    let mut hasher = DefaultHasher::new();
    found.lasting().hash(&mut hasher);
    let [first, second, third, ..] = hasher.finish().to_le_bytes();
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_each_row_is_small() {
        assert_eq!((size_of::<Option<AcceptedAt>>(), size_of::<Option<Noted>>()), (8, 8));
    }
}
