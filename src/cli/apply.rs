//! `sealoff apply`: carries a plan out; run again, it goes on where it ended.

use std::io::{self, BufRead as _, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::connect::{Connected, ConnectionArgs, read_failure, transport_failure};
use super::exit::{Exit, Failure};
use super::handoff;
use super::interrupt;
use super::moments;
use super::pace_args::{self, EffectivePace, PaceArgs};
use super::precheck::{CheckArgs, check_permissions, note_clocks};
use super::preview::{note_unprinted, quoted};
use super::progress::Display;
use super::recheck;
use super::words::{counted, harmless};
use crate::clock::Clock;
use crate::graph::reading::{Organization, Reading};
use crate::graph::transport::Transport;
use crate::plan::drift::Drift;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::step::{Step, Steps};
use crate::run::engine::{Assignment, Ending, work};
use crate::run::event::{Event, Statistics};
use crate::run::mint::{Mint, Sealing};
use crate::run::opening::{Run, RunError, Standing, is_in_use, project_results, standing};
use crate::run::outcome::Outcome;
use crate::run::pace::Pace;
use crate::run::packets;
use crate::run::results::Tally;
use crate::seal::recipient_name;

/// Carry a plan out; run again, it goes on where it ended
///
/// Changes exactly the accounts that the plan in DIR says, as fast as the tenant's write quota allows, and writes
/// results.csv there, with every new password sealed. Ctrl-C stops it; the same command goes on, and no finished account
/// is touched again.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sealoff apply monday --confirm 312")]
pub struct ApplyArgs {
    /// The folder that `sealoff plan` made
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// How many accounts will be changed, as the preview says; without it the number is asked for at the terminal
    #[arg(long, value_name = "N")]
    confirm: Option<u32>,
    /// How old the plan may be when its run begins: 90s, 30m, 24h or 7d
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = moments::span)]
    max_age: Duration,
    /// Print what became of the run as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    checks: CheckArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// How the operator approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Approval {
    /// By `--confirm N`.
    Number(u32),
    /// By typing the number when asked.
    Asked,
    /// By being a drill: nothing real is changed.
    Drill,
}

/// Carries the plan out.
///
/// # Errors
///
/// The plan cannot be used, was not approved, or the run could not go on.
pub async fn run(args: ApplyArgs) -> Result<Exit, Failure> {
    let plan = open(&args.dir)?;
    let approval = args.confirm.map_or(Approval::Asked, Approval::Number);
    check_number(plan.manifest(), approval)?;
    refuse_if_in_use(&plan)?;
    let standing = standing(&plan).map_err(|error| run_failure(&error))?;
    if standing.has_nothing_to_do() {
        let (results, tally) = standing.project_results(&plan).map_err(|error| run_failure(&error))?;
        let exit = exit_of(&tally);
        Recap { plan: &plan, results, tally, statistics: None, pace: None, ending: "finished", exit }.show(args.json);
        return Ok(exit);
    }
    recheck::check_age(&plan, &standing, args.max_age)?;
    let connected = args.connection.connect()?;
    carry_out(&plan, &standing, connected, approval, args.pace, args.checks, args.json).await
}

pub(super) fn open(dir: &Path) -> Result<PlanFolder, Failure> {
    use crate::plan::folder::FolderError::{Changed, DoesNotAddUp, Manifest, Row, WritableByOthers};
    PlanFolder::open(dir).map_err(|error| match error {
        Changed { .. } | DoesNotAddUp { .. } | Manifest { .. } | Row { .. } | WritableByOthers { .. } => {
            Failure::refused(error)
        }
        _ => Failure::usage(error),
    })
}

/// Found out before anything is asked or sent; the lock that counts is taken when the run is opened.
pub(super) fn refuse_if_in_use(plan: &PlanFolder) -> Result<(), Failure> {
    if is_in_use(plan).map_err(|error| run_failure(&error))? {
        let what = format!("the run in {} is in use: another sealoff works on it", quoted(plan.path()));
        return Err(
            Failure::refused(what).with_next("Wait for it, or stop it with Ctrl-C; then run the same command again.")
        );
    }
    Ok(())
}

/// A wrong number is refused before anything else: it says that another plan was approved than this one.
pub(super) fn check_number(manifest: &Manifest, approval: Approval) -> Result<(), Failure> {
    match approval {
        Approval::Number(number) if number != manifest.accounts() => Err(Failure::refused(format_args!(
            "--confirm {number} does not fit: this plan changes {}",
            counted(manifest.accounts().into(), "account", "accounts")
        ))
        .with_next(
            "Read the plan again: what runs must be what was approved. Then give the number that its preview shows.",
        )),
        _ => Ok(()),
    }
}

/// Checks the tenant, gets the approval, looks everybody up once more, runs the engine, writes the results and shows the
/// recap.
pub(super) async fn carry_out(
    plan: &PlanFolder,
    standing: &Standing,
    connected: Connected,
    approval: Approval,
    pace: PaceArgs,
    checks: CheckArgs,
    json: bool,
) -> Result<Exit, Failure> {
    let pace = pace.effective(plan.manifest().playbook);
    let organization = check_tenant(plan.manifest(), &connected.transport, connected.clock).await?;
    note_clocks(&connected);
    let principal = check_permissions(&connected, planned_steps(plan.manifest()), checks).await?;
    approve(plan, &organization, approval)?;
    // Behind the approval: whoever is asked may take their time, and what was true before is not what runs.
    let drift = recheck::check_drift(plan, standing, &connected, principal, checks).await?;
    announce(plan.manifest());
    let Connected { transport, clock, .. } = connected;
    let (ending, statistics) = engage(plan, &organization, drift, transport, clock, pace).await?;
    let (results, tally) = project_results(plan).map_err(|error| run_failure(&error))?;
    let (name, failure) = match ending {
        Ending::Finished => ("finished", None),
        Ending::Interrupted => ("interrupted", None),
        fault => ("stopped", Some(fault_failure(fault, plan))),
    };
    let exit = match (&failure, name) {
        (Some(failure), _) => failure.exit,
        (None, "interrupted") => Exit::Interrupted,
        (None, _) => exit_of(&tally),
    };
    Recap { plan, results, tally, statistics: Some(statistics), pace: Some(pace), ending: name, exit }.show(json);
    failure.map_or(Ok(exit), Err)
}

/// The steps that are planned for anybody.
pub(super) fn planned_steps(manifest: &Manifest) -> Steps {
    let planned = &manifest.counts.steps;
    let each = [
        (Step::Block, planned.block),
        (Step::Unblock, planned.unblock),
        (Step::Reset, planned.reset),
        (Step::Revoke, planned.revoke),
    ];
    each.into_iter().filter(|(_, number)| *number > 0).fold(Steps::NONE, |steps, (step, _)| steps.with(step))
}

/// Done is done; a run with accounts that are not has a code of its own.
fn exit_of(tally: &Tally) -> Exit {
    if tally.not_done() == 0 { Exit::Done } else { Exit::Unfinished }
}

async fn check_tenant(manifest: &Manifest, transport: &impl Transport, clock: Clock) -> Result<Organization, Failure> {
    let organization = Reading::new(transport, clock).organization().await.map_err(|error| read_failure(&error))?;
    if organization.id == manifest.tenant.id {
        return Ok(organization);
    }
    let here = organization.display_name.unwrap_or_default();
    Err(Failure::refused(format_args!(
        "the plan is for tenant {} ({}), and these credentials are for {} ({})",
        harmless(&manifest.tenant.name),
        manifest.tenant.id,
        harmless(&here),
        organization.id
    ))
    .with_next("Use the credentials of the plan's tenant, or make a new plan in this one."))
}

/// Says once more, before the first write, what is about to run and who can open the passwords.
fn announce(manifest: &Manifest) {
    let sealed = match &manifest.handoff {
        _ if manifest.sealed() == 0 => String::new(),
        Some(handoff) => format!(", sealed to {}", handoff::who(handoff)),
        None => {
            let names: Vec<String> = manifest.recipients.iter().map(|text| recipient_name(text)).collect();
            format!(", sealed to {}", names.join(", "))
        }
    };
    let line = format!(
        "{} {} in {}{sealed} (plan {})",
        manifest.playbook,
        counted(manifest.accounts().into(), "account", "accounts"),
        harmless(&manifest.tenant.name),
        manifest.fingerprint().short()
    );
    let _ = writeln!(anstream::stderr(), "{line}");
}

fn approve(plan: &PlanFolder, organization: &Organization, approval: Approval) -> Result<(), Failure> {
    if approval != Approval::Asked {
        return Ok(());
    }
    let manifest = plan.manifest();
    let number = manifest.accounts();
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::refused("there is no terminal to ask for approval")
            .with_next(format_args!("Approve with: sealoff apply {} --confirm {number}", quoted(plan.path()))));
    }
    let mut err = anstream::stderr();
    let tenant = organization.display_name.as_deref().unwrap_or_default();
    let asked = writeln!(
        err,
        "{} {} in {} (fingerprint {}).",
        manifest.playbook,
        counted(number.into(), "account", "accounts"),
        harmless(tenant),
        manifest.fingerprint().short()
    )
    .and_then(|()| write!(err, "Type the number of accounts that will be changed, or anything else to leave: "))
    .and_then(|()| err.flush());
    let mut typed = String::new();
    asked.and_then(|()| io::stdin().lock().read_line(&mut typed)).map_err(Failure::refused)?;
    let typed: String = typed.trim().chars().filter(|c| *c != ',').collect();
    if typed.parse() == Ok(number) { Ok(()) } else { Err(Failure::refused("not confirmed; nothing was changed")) }
}

async fn engage(
    plan: &PlanFolder,
    organization: &Organization,
    drift: Drift,
    transport: impl Transport,
    clock: Clock,
    pace: EffectivePace,
) -> Result<(Ending, Statistics), Failure> {
    let manifest = plan.manifest();
    let sealing = Sealing::of(manifest).map_err(|error| {
        Failure::refused(format_args!("the plan's recipients cannot be sealed to: {error}"))
            .with_next("Nothing was changed. Make a new plan with other recipients.")
    })?;
    let mint = Mint {
        sealing,
        style: manifest.options.password,
        tenant: manifest.tenant.id,
        tenant_names: organization.names(),
        other_names: drift.other_names,
    };
    let run = Run::open(plan, &drift.drifted, clock).await.map_err(|error| run_failure(&error))?;
    let assignment = Assignment {
        transport: Arc::new(transport),
        clock,
        playbook: manifest.playbook,
        schedule: pace.schedule,
        halt_at: pace.halt_at,
        accounts: run.accounts,
        states: run.states,
        journal: run.journal,
        mint: Arc::new(mint),
        pace: Pace::of(pace.quota_writes, pace.max_in_flight, clock, run.writes_spent),
    };
    let stop = CancellationToken::new();
    // It listens to the end of the process: a second request must be able to end the writing of long results too.
    interrupt::listen(interrupt::Requests::take_over().map_err(Failure::usage)?, stop.clone());
    let mut display = Display::new(io::stderr().is_terminal(), clock);
    let ended = work(assignment, &stop, &mut |event: &Event| display.show(event)).await;
    display.finish();
    Ok(ended)
}

/// Source: "Update user", "user: revokeSignInSessions", permissions.
const ROLE_MISSING: &str = "Grant the app's service principal the directory role User Administrator (Privileged Authentication \
    Administrator for administrators), and the application permissions User-PasswordProfile.ReadWrite.All, \
    User.EnableDisableAccount.All and User.RevokeSessions.All with admin consent.";

fn fault_failure(fault: Ending, plan: &PlanFolder) -> Failure {
    let failure = match fault {
        Ending::Finished | Ending::Interrupted => Failure::new(Exit::Unfinished, "the run ended"),
        Ending::NoAccess(error) => transport_failure(&error),
        Ending::BatchRefused(error) => Failure::new(Exit::Access, format_args!("Graph refused a whole batch: {error}")),
        Ending::RoleMissing(error) => Failure::new(
            Exit::Access,
            format_args!("every one of the first answers was a refusal, so the run was stopped: {}", harmless(&error.to_string())),
        )
        .with_next(ROLE_MISSING),
        Ending::TooManyFailures { failed, accounts, halt_at } => Failure::new(
            Exit::Unfinished,
            format_args!("{failed} of the first {accounts} accounts failed, more than {halt_at}, so the run was stopped"),
        )
        .with_next(
            "The columns detail and error_code of results.csv say why. If that is as it must be, go on with a higher --halt-at.",
        ),
        Ending::Journal(error) => Failure::new(Exit::Unfinished, format_args!("{error}; nothing more was sent")),
        Ending::Mint(error) => Failure::new(Exit::Unfinished, error),
        Ending::Bug(error) => Failure::new(Exit::Unfinished, format_args!("this is a bug in sealoff: {error}")),
    };
    let (dir, accounts) = (quoted(plan.path()), plan.manifest().accounts());
    let again = format!(
        "What was not touched is pending. Mend the cause, then go on with: sealoff apply {dir} --confirm {accounts}"
    );
    let next = failure.next.as_deref().map_or(again.clone(), |next| format!("{next}\n      {again}"));
    failure.with_next(next)
}

pub(super) fn run_failure(error: &RunError) -> Failure {
    use crate::run::journal::JournalError::{Broken, InUse};
    match error {
        RunError::Journal(InUse { .. } | Broken { .. }) => Failure::refused(error),
        RunError::Packets(_) => Failure::new(Exit::Unfinished, error).with_next(
            "The results are written, and everything is in the journal: mend the cause, then: sealoff packets DIR",
        ),
        RunError::Results(_) => Failure::new(Exit::Unfinished, error)
            .with_next("Everything that happened is in the journal: free the space, then run the same command again."),
        _ => Failure::usage(error),
    }
}

/// What became of a run.
struct Recap<'a> {
    plan: &'a PlanFolder,
    results: PathBuf,
    tally: Tally,
    statistics: Option<Statistics>,
    pace: Option<EffectivePace>,
    ending: &'static str,
    exit: Exit,
}

/// The recap as `--json` prints it.
#[derive(Serialize)]
struct RecapOnWire<'a> {
    sealoff_run: u32,
    ending: &'a str,
    exit_code: u8,
    plan: crate::digest::Digest,
    outcomes: &'a Tally,
    drifted: u64,
    results: String,
    packets: &'a [packets::Packet],
    #[serde(skip_serializing_if = "Option::is_none")]
    pace: Option<EffectivePace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Statistics>,
}

impl Recap<'_> {
    fn show(&self, json: bool) {
        let mut out = anstream::stdout();
        let written = if json {
            let recap = RecapOnWire {
                sealoff_run: 1,
                ending: self.ending,
                exit_code: self.exit as u8,
                plan: self.plan.manifest().fingerprint(),
                outcomes: &self.tally,
                drifted: self.tally.drifted(),
                results: self.results.display().to_string(),
                packets: self.tally.packets(),
                pace: self.pace,
                statistics: self.statistics,
            };
            serde_json::to_string(&recap).map_err(io::Error::other).and_then(|line| writeln!(out, "{line}"))
        } else {
            self.write(&mut out)
        };
        note_unprinted(written.and_then(|()| out.flush()));
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let tally = &self.tally;
        writeln!(out)?;
        match self.ending {
            "finished" => {}
            "interrupted" => {
                writeln!(out, "Interrupted: what was under way was waited for, and the rest is pending.\n")?
            }
            _ => writeln!(out, "Stopped before the end; the rest is pending.\n")?,
        }
        for outcome in Outcome::ALL {
            let number = tally.of(outcome);
            if number > 0 {
                writeln!(out, "{:<10} {:>7}  {}", outcome.name(), super::words::count(number), meaning(outcome))?;
            }
        }
        if tally.drifted() > 0 {
            let drifted = counted(tally.drifted(), "of these is", "of these are");
            writeln!(out, "{:<18}  {drifted} no longer what the plan says: drifted", "")?;
        }
        if let Some(statistics) = self.statistics {
            writeln!(out)?;
            pace_args::write_recap(out, &statistics)?;
        }
        writeln!(out, "Results    {}", self.results.display())?;
        handoff::write_packets(out, self.plan, tally.packets())?;
        self.write_next(out)
    }

    /// What the operator should do next, in order.
    fn write_next(&self, out: &mut impl Write) -> io::Result<()> {
        let tally = &self.tally;
        let manifest = self.plan.manifest();
        let dir = quoted(self.plan.path());
        writeln!(out)?;
        if tally.of(Outcome::Pending) > 0 || self.ending != "finished" {
            writeln!(out, "To go on:  sealoff apply {dir} --confirm {}", manifest.accounts())?;
        }
        if tally.of(Outcome::Partial) + tally.of(Outcome::Failed) + tally.of(Outcome::Uncertain) > 0 {
            writeln!(
                out,
                "Look at the rows that are not done: the columns detail and error_code of results.csv say why."
            )?;
            writeln!(out, "To try refused ones again, mend the cause and make a new plan for them.")?;
        }
        if manifest.sealed() > 0 && tally.of(Outcome::Done) > 0 {
            writeln!(out, "To open the new passwords:  sealoff unseal {} -i KEY --show", quoted(&self.results))?;
            if let Some(packet) = tally.packets().first() {
                let packet = packets::folder(self.plan).join(&packet.file);
                writeln!(
                    out,
                    "Whoever hands them over:    sealoff unseal {} -i KEY --letters letters",
                    quoted(&packet)
                )?;
            }
        }
        Ok(())
    }
}

const fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "every planned step is done",
        Outcome::Already => "there was nothing to do",
        Outcome::Partial => "some steps are done, others were refused",
        Outcome::Failed => "no step is done",
        Outcome::Uncertain => "a step may have taken effect; treat as not done",
        Outcome::Skipped => "left alone, as planned",
        Outcome::Refused => "left alone; somebody has to look at them",
        Outcome::Pending => "not begun or not finished",
    }
}
