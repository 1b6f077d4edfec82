//! The question for the number of accounts: how a plan is approved at a terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::approval::Approval;
use super::exit::{Exit, Failure};
use super::interrupt::StopRequests;
use crate::graph::reading::Organization;
use crate::plan::folder::PlanFolder;
use crate::run::resume_point::ResumePoint;
use crate::words::{counted, harmless, quoted};

/// Asks for the approval, where the command line does not give it.
///
/// # Errors
///
/// There is no terminal, another number was typed, or none.
pub(super) async fn approve(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    organization: &Organization,
    approval: Approval,
    requests: &mut StopRequests,
) -> Result<(), Failure> {
    if approval != Approval::Asked {
        return Ok(());
    }
    let manifest = plan.manifest();
    let number = resume_point.failed().unwrap_or(manifest.accounts().into());
    let retry = if resume_point.failed().is_some() { " --retry-failed" } else { "" };
    let command = format!("sealoff apply {}{retry} --confirm {number}", quoted(plan.path()));
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::refused("there is no terminal to ask for approval")
            .with_next(format_args!("Approve with: {command}")));
    }
    let mut err = anstream::stderr();
    let which = if resume_point.failed().is_some() { " that failed" } else { "" };
    let tenant = organization.display_name.as_deref().unwrap_or_default();
    writeln!(
        err,
        "{} {}{which} in {} (fingerprint {}).",
        manifest.playbook,
        counted(number, "account", "accounts"),
        harmless(tenant),
        manifest.fingerprint().short()
    )
    .and_then(|()| write!(err, "Type the number of accounts that will be changed, or anything else to leave: "))
    .and_then(|()| err.flush())
    .map_err(Failure::refused)?;
    // The plan can still be used, also where `run` has just made it.
    let left = |exit, what: &str| {
        Failure::new(exit, format_args!("{what}; nothing was changed"))
            .with_next(format_args!("The plan stays in {}. To carry it out: {command}", quoted(plan.path())))
    };
    let typed = tokio::select! {
        typed = line() => Some(typed.map_err(Failure::refused)?),
        () = requests.next() => None,
    };
    match typed {
        Some(typed) if is_number(&typed, number) => Ok(()),
        // The line is not ended, so what follows would stand in it.
        Some(typed) if typed.is_empty() => {
            let _ = writeln!(err);
            Err(left(Exit::Refused, "not confirmed"))
        }
        Some(_) => Err(left(Exit::Refused, "not confirmed")),
        None => {
            let _ = writeln!(err);
            Err(left(Exit::Interrupted, "interrupted at the question, so not confirmed"))
        }
    }
}

/// A line of standard input; empty where it ends before one. A caller that no longer waits for it leaves a thread behind that
/// ends with the process.
async fn line() -> io::Result<String> {
    let read = tokio::task::spawn_blocking(|| {
        let mut typed = String::new();
        io::stdin().lock().read_line(&mut typed).map(|_| typed)
    });
    read.await.map_err(io::Error::other)?
}

fn is_number(typed: &str, number: u64) -> bool {
    let typed: String = typed.trim().chars().filter(|c| *c != ',').collect();
    typed.parse() == Ok(number)
}
