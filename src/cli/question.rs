//! The question for the number of accounts: how a plan is approved at a terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::approval::Approval;
use super::exit::{Exit, Failure};
use super::interrupt::StopRequests;
use super::words::{counted, harmless, quoted};
use crate::graph::reading::Organization;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::phrase::SpokenApproval;
use crate::run::resume_point::ResumePoint;
use crate::wording::plan_command::{naming_the_number, naming_the_wave};

/// Gets the approval, where it has to be asked for.
///
/// # Errors
///
/// There is no terminal, another number was typed, or none.
pub(super) async fn approve(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    organization: &Organization,
    approval: &Approval,
    requests: &mut StopRequests,
) -> Result<(), Failure> {
    let manifest = plan.manifest();
    let number = resume_point.accounts(manifest);
    if number == 0 && manifest.options.risk.is_none() {
        // No account is changed: they are only looked at again.
        return Ok(());
    }
    let wave = resume_point.wave.as_ref().map(|wave| &wave.wave);
    let part = wave.map(naming_the_wave).unwrap_or_default();
    let retry = if resume_point.failed().is_some() { " --retry-failed" } else { "" };
    let allowed = if retry.is_empty() { naming_the_number(manifest) } else { String::new() };
    let command = format!(
        "sealoff apply {}{part}{retry}{allowed} --confirm {}",
        quoted(plan.path()),
        manifest.phrase_for(number)
    );
    let which = match wave {
        Some(wave) => format!(" of the wave {:?}", harmless(&wave.name)),
        None if resume_point.failed().is_some() => " that failed".to_owned(),
        None => String::new(),
    };
    let what = format!("{} {}{which}", manifest.playbook, counted(number, "account", "accounts"));
    ask(approval, &AskedApproval { plan, number, what, command: &command }, organization, requests).await
}

/// What is to be approved.
pub(super) struct AskedApproval<'a> {
    pub(super) plan: &'a PlanFolder,
    /// The number that is to be typed.
    pub(super) number: u64,
    /// What would be done, as it reads before "in CONTOSO".
    pub(super) what: String,
    /// What approves it without a question.
    pub(super) command: &'a str,
}

/// The same for anything that is done by a plan.
///
/// # Errors
///
/// As [`approve`].
pub(super) async fn ask(
    approval: &Approval,
    question: &AskedApproval<'_>,
    organization: &Organization,
    requests: &mut StopRequests,
) -> Result<(), Failure> {
    if *approval != Approval::Asked {
        return Ok(());
    }
    let AskedApproval { plan, number, what, command } = question;
    let (number, manifest) = (*number, plan.manifest());
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::refused("there is no terminal to ask for approval").with_command("Approve with", command));
    }
    let mut err = anstream::stderr();
    let tenant = organization.display_name.as_deref().unwrap_or_default();
    writeln!(err, "{what} in {} (fingerprint {}).", harmless(tenant), manifest.fingerprint().short())
        .and_then(|()| write!(err, "Type the number of accounts that will be changed, or anything else to leave: "))
        .and_then(|()| err.flush())
        .map_err(Failure::refused)?;
    // The plan is as good as it was, also where `run` has made it a moment ago.
    let left = |exit, what: &str| {
        Failure::new(exit, format_args!("{what}; nothing was changed"))
            .with_command(format_args!("The plan stays in {}. To carry it out", quoted(plan.path())), command)
    };
    let typed = tokio::select! {
        typed = line() => Some(typed.map_err(Failure::refused)?),
        () = requests.next() => None,
    };
    match typed {
        Some(typed) if is_approval(&typed, number, manifest) => Ok(()),
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

/// The number, or the whole phrase: the fingerprint was shown with the question.
fn is_approval(typed: &str, number: u64, manifest: &Manifest) -> bool {
    typed.parse().is_ok_and(|said: SpokenApproval| {
        said.accounts == number && (said.digits.is_none() || said.names(manifest.fingerprint()))
    })
}
