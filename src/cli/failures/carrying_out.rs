//! Runs that could not begin, could not go on, or could not write what came of them.

use std::path::Path;

use super::super::exit::{Exit, Failure};
use super::super::words::{harmless, quoted};
use super::{disk, reworded};
use crate::plan::folder::PlanFolder;
use crate::plan::waves::Wave;
use crate::private_files;
use crate::run::engine::Ending;
use crate::run::journal::JournalError;
use crate::run::lock::LockError;
use crate::run::next_steps::for_broken_journal;
use crate::run::packets::PacketsError;
use crate::run::results_error::ResultsError;
use crate::run::risk_work::RiskError;
use crate::run::run_error::RunError;
use crate::run::script_results::{LineFault, ScriptResultsError};
use crate::run::shut_out::ShutOut;
use crate::run::writeback_work::WritebackError;
use crate::wording::next_steps::worded;
use crate::wording::worded_step::WordedStep;
use crate::wording::{plan_command, recipients};

/// What can be done about a folder in which another process works.
const IN_USE: &str = "Wait for it, or stop it with Ctrl-C where it runs; then give the same command again.";

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        match &error {
            LockError::Held { .. } => Self::refused(error).with_next(IN_USE),
            LockError::Io { source, .. } => {
                let advice = disk::advice(source);
                Self::usage(error)
                    .with_next(format_args!("{advice} Then give the same command again. Nothing was changed."))
            }
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        use JournalError::{Broken, InUse, Io, Stopped};
        match &error {
            InUse { .. } => Self::refused(error).with_next(IN_USE),
            Broken { path, why } => {
                // A plan that cannot be read is a fault of its own, and the first one to be said.
                let plan = PlanFolder::open(private_files::folder_of(path));
                let next = plan.map_or_else(|_| Vec::new(), |plan| worded(&for_broken_journal(why), &plan, ""));
                Self { next, ..Self::refused(error) }
            }
            Stopped { source, .. } | Io { source, .. } => {
                let advice = disk::advice(source);
                Self::new(Exit::Unfinished, error).with_next(format_args!("{advice} Then give the same command again."))
            }
        }
    }
}

impl From<ResultsError> for Failure {
    fn from(error: ResultsError) -> Self {
        match error {
            ResultsError::Journal(error) => error.into(),
            ResultsError::Io { ref source, ref path } => {
                let advice = disk::advice(source);
                let dir = folder_of(path);
                Self::new(Exit::Unfinished, error).with_command(
                    format_args!(
                        "Everything that happened is in the journal. {advice} Then give the same command again, or"
                    ),
                    format_args!("sealoff results {dir}"),
                )
            }
            _ => Self::usage(error),
        }
    }
}

/// The folder of a run, by the name of one of its files, as it is typed.
fn folder_of(file: &Path) -> String {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(|| "DIR".to_owned(), quoted)
}

impl From<PacketsError> for Failure {
    fn from(error: PacketsError) -> Self {
        let remedy = match &error {
            PacketsError::Io { source, .. } => disk::advice(source).to_owned(),
            PacketsError::Recipients { source, .. } => recipients::remedy(source).to_string(),
            _ => "Fix the cause.".to_owned(),
        };
        Self::new(Exit::Unfinished, error).with_command(
            format_args!("The results are written, and everything is in the journal. {remedy} Then"),
            "sealoff packets DIR",
        )
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Plan(error) => error.into(),
            RunError::Journal(error) => error.into(),
            RunError::Results(error) => error.into(),
            RunError::Packets(error) => error.into(),
            RunError::TooMany(_) => Self::usage(error),
        }
    }
}

impl From<RiskError> for Failure {
    fn from(error: RiskError) -> Self {
        match error {
            RiskError::Transport(error) => error.into(),
            RiskError::Journal(error) => error.into(),
        }
    }
}

impl From<WritebackError> for Failure {
    fn from(error: WritebackError) -> Self {
        const GO_ON: &str = "What was done is noted: the same command goes on where it stopped.";
        match error {
            WritebackError::Transport(error) => Self::from(error).and_next(GO_ON),
            WritebackError::Journal(error) => error.into(),
            WritebackError::NeverWell { .. } => Self::new(Exit::Unfinished, error)
                .with_next(
                    "No one else was tried. Look whether password writeback is on, whether its agent runs, and whether the person \
                     who signed in may reset these people.",
                )
                .and_next(GO_ON),
            WritebackError::Credential(_) => Self::new(Exit::Unfinished, error).with_next(GO_ON),
        }
    }
}

impl From<ScriptResultsError> for Failure {
    fn from(error: ScriptResultsError) -> Self {
        match error {
            ScriptResultsError::Plan(error) => error.into(),
            ScriptResultsError::Journal(error) => error.into(),
            ScriptResultsError::Line { why: LineFault::AnotherList { .. }, .. } => {
                Self::refused(error).with_next("Name the folder of the plan that it belongs to.")
            }
            ScriptResultsError::Line {
                why: LineFault::NeitherDoneNorOpen { .. } | LineFault::TwiceByHand { .. } | LineFault::NotByHand { .. },
                ..
            } => Self::refused(error).with_next(
                "In by-hand.csv write yes into the column done, or the moment (2026-11-29T14:05:00Z), or nothing; leave the other \
                 columns as they are, but for the note.",
            ),
            ScriptResultsError::Line { .. } => Self::refused(error).with_next(
                "Take the file as onprem.ps1 wrote it. What was done in Active Directory stays done, and the script can run again.",
            ),
            ScriptResultsError::NotResults { .. } => {
                Self::usage(error).with_next("The script writes onprem-results.csv beside itself: name that file.")
            }
            ScriptResultsError::NotByHand { .. } => {
                Self::usage(error).with_next("The plan makes by-hand.csv in its folder: fill it in, and name it.")
            }
            _ => Self::usage(error),
        }
    }
}

/// Why the engine stopped before the end; `None` where it did not. `with` stands for the flags that a command that goes
/// on should be given, too.
pub(crate) fn of_ending(ending: Ending, plan: &PlanFolder, wave: Option<&Wave>, with: &str) -> Option<Failure> {
    let failure = of_fault(ending)?;
    let resume = format!("{}{with}", plan_command::go_on(plan.path(), plan.manifest(), wave));
    let what = "Accounts not reached are pending. Fix the cause, then resume with";
    Some(failure.and_next(WordedStep::typed(what, resume)))
}

fn of_fault(ending: Ending) -> Option<Failure> {
    let failure = match ending {
        Ending::Finished | Ending::Interrupted => return None,
        Ending::ShutOut(why @ ShutOut::RoleMissing(_)) => Failure::from(why)
            .and_next("If these refusals are expected, and others are not, resume with --halt-at 100."),
        Ending::ShutOut(why) => why.into(),
        Ending::AnswerUnusable(unreachable) => {
            let failure = Failure::new(
                Exit::Unfinished,
                format_args!("the answers to writes cannot be taken in, so the run was stopped: {unreachable}"),
            );
            let remedy = unreachable.cause.map(crate::wording::unreachable::remedy).unwrap_or_default();
            failure.with_next(format_args!("{remedy} What these writes did is read when the run is resumed."))
        }
        Ending::TooManyFailures { failed, accounts, halt_at } => Failure::new(
            Exit::Unfinished,
            format_args!(
                "{failed} of the first {accounts} accounts failed, more than {halt_at}, so the run was stopped"
            ),
        )
        .with_next(
            "The columns detail and error_code of results.csv say why. If these failures are expected, resume with a \
             higher --halt-at.",
        ),
        Ending::Journal(error) => disk::of_stopped_journal(error),
        Ending::Unnoted { first, journal } => {
            let disk = disk::of_stopped_journal(journal);
            match of_fault(*first) {
                None => disk,
                Some(first) => {
                    let what = format!("{}; and then {}", first.what, disk.what);
                    let next = disk.next.into_iter().chain(first.next).collect();
                    Failure { what, next, ..first }
                }
            }
        }
        Ending::NotReadable(error) => {
            let failure = Failure::from(error);
            let why = harmless(&failure.what);
            let what =
                format!("the accounts whose turn had come could not be read again, so the run was stopped: {why}");
            reworded(what, failure)
        }
        Ending::Credential(error) => Failure::new(Exit::Unfinished, error),
        Ending::Bug(error) => Failure::new(Exit::Unfinished, format_args!("this is a bug in sealoff: {error}")),
    };
    Some(failure)
}

/// The same failure, after which the results could not be written either. Why the run stopped comes first: it is what
/// the operator has to know, and mostly the reason for both.
pub(crate) fn with_unwritten_results(failure: Failure, error: &RunError) -> Failure {
    Failure { also: Some(error.to_string()), ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::LookupError;
    use crate::graph::error::GraphError;
    use crate::graph::reading::ReadError;
    use crate::plan::drift::DriftError;

    #[test]
    fn a_look_that_fails_in_a_run_ends_it_as_one_before_it_would() {
        let of = |error: DriftError| of_fault(Ending::NotReadable(error)).unwrap();
        assert_eq!(of(DriftError::OtherPlan).exit, Exit::Refused);
        let refused = GraphError { status: 403, ..GraphError::default() };
        let refused = ReadError::Refused { error: refused, needs: Some("User.Read.All") };
        let failure = of(LookupError::Read(refused).into());
        assert_eq!(failure.exit, Exit::Access);
        assert!(failure.what.starts_with("the accounts whose turn had come could not be read again"), "{failure:?}");
        assert!(failure.remedy().unwrap().contains("User.Read.All"), "{failure:?}");
    }
}
