//! `sealoff apply`: carries a plan out; run again, it goes on where it ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::apps::{self, AppArgs, Entering, Joined};
use super::connect::{ConnectionArgs, read_failure, transport_failure};
use super::disk_trouble;
use super::exit::{Exit, Failure};
use super::handoff;
use super::interrupt;
use super::messages;
use super::nearest_path::nearest_path;
use super::pace_args::{EffectivePace, PaceArgs};
use super::precheck::{CheckArgs, note_clocks};
use super::preflight::{LookedAgain, NotBefore, admitted, look_again, not_begun};
use super::preview::quoted;
use super::progress::Display;
use super::question;
use super::recap::Recap;
use super::recheck;
use super::scheduled_start::{self, ScheduledStart, TenantCalendar};
use super::time_args;
use super::words::{counted, harmless, span};
use crate::clock::Clock;
use crate::graph::reading::{Organization, Reading};
use crate::graph::transport::Transport;
use crate::plan::folder::{PLAN_JSON, PlanFolder};
use crate::plan::manifest::Manifest;
use crate::run::engine::{Assignment, Ending, work};
use crate::run::event::{Event, Statistics};
use crate::run::events_log::EventsLog;
use crate::run::lock::{FolderLock, LockError};
use crate::run::mint::{Mint, Sealing};
use crate::run::opening::{Reconciliation, ResumePoint, Run, RunError, WorkScope, project_results, resume_point};
use crate::run::packets::PacketsError;
use crate::run::record::Record;
use crate::run::results::{OutcomeCounts, ResultsError};
use crate::seal::recipient_name;
use crate::step::Steps;

/// Carry a plan out; run again, it goes on where it ended
///
/// Changes exactly the accounts that the plan in DIR says, as fast as the tenant's write quota allows, and writes
/// results.csv there, with every new password sealed. Ctrl-C stops it; the same command goes on, and no finished account
/// is touched again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff apply monday --confirm 38
  sealoff apply monday --confirm 38 \\
    --not-before 2026-12-01T17:00:00+01:00")]
pub struct ApplyArgs {
    /// The folder that `sealoff plan` made
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// How many accounts will be changed, as the preview says; without it the number is asked for at the terminal
    #[arg(long, value_name = "N")]
    confirm: Option<u32>,
    /// Try the accounts again for which something failed, and nobody else; --confirm is then their number
    #[arg(long)]
    retry_failed: bool,
    /// How old the plan may be when its run begins: 90s, 30m, 24h or 7d
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = time_args::span)]
    max_age: Duration,
    /// Wait until TIME (with its time zone: 2026-11-27T17:00:00+01:00), look at everything once more, and begin then; at most 7
    /// days ahead
    #[arg(long, value_name = "TIME", value_parser = scheduled_start::moment)]
    not_before: Option<OffsetDateTime>,
    /// Print what became of the run as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    checks: CheckArgs,
    #[command(flatten)]
    apps: AppArgs,
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
    if !args.retry_failed {
        check_number(plan.manifest(), approval)?;
    }
    let lock = lock(&plan, "apply")?;
    let scope = if args.retry_failed { WorkScope::Failed } else { WorkScope::Open };
    let resume_point = resume_point(&plan, scope).map_err(|error| run_failure(&error))?;
    if let (Some(failed), Approval::Number(number)) = (resume_point.failed(), approval) {
        check_failed(&plan, failed, number)?;
    }
    if resume_point.has_nothing_to_do() {
        return finished(&plan, &resume_point, approval, args.json);
    }
    let begins =
        |calendar| args.not_before.map(|moment| ScheduledStart::new(moment, resume_point.begun, calendar)).transpose();
    let begin = begins(TenantCalendar::new(Clock::real()))?.map(|start| start.when_it_begins());
    recheck::check_age(&plan, &resume_point, args.max_age, begin)?;
    let further = args.apps.of_tenant(plan.manifest().tenant.id)?;
    let connected = args.connection.connect()?;
    let not_before = begins(TenantCalendar::new(connected.clock))?;
    let not_before = not_before.map(|start| NotBefore { start, lock: &lock, max_age: args.max_age });
    let entering = Entering { first: connected, further };
    let terms = Terms { approval, pace: args.pace, checks: args.checks, json: args.json, not_before };
    carry_out(&plan, &resume_point, entering, terms).await
}

/// On what terms a plan is carried out.
pub(super) struct Terms<'a> {
    pub(super) approval: Approval,
    pub(super) pace: PaceArgs,
    pub(super) checks: CheckArgs,
    pub(super) json: bool,
    pub(super) not_before: Option<NotBefore<'a>>,
}

/// Shows once more what became of a run with which nothing is left to do.
pub(super) fn finished(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    approval: Approval,
    json: bool,
) -> Result<Exit, Failure> {
    let (results, tally) = resume_point.project_results(plan).map_err(|error| run_failure(&error))?;
    let exit = exit_of(&tally);
    let is_drill = approval == Approval::Drill;
    let (statistics, pace, again) = (None, None, "");
    Recap { plan, results, tally, statistics, pace, ending: "finished", exit, again, is_drill }.show(json);
    Ok(exit)
}

pub(super) fn open(dir: &Path) -> Result<PlanFolder, Failure> {
    use crate::plan::folder::FolderError::{Changed, DoesNotAddUp, Manifest, NotThere, Row, WritableByOthers};
    PlanFolder::open(dir).map_err(|error| match error {
        Changed { .. } | DoesNotAddUp { .. } | Manifest { .. } | Row { .. } | WritableByOthers { .. } => {
            Failure::refused(error)
        }
        NotThere { .. } => match nearest_path(dir, |entry| entry.path().join(PLAN_JSON).exists()) {
            Some(meant) => Failure::usage(error).with_next(format_args!("Did you mean {}?", quoted(&meant))),
            None => Failure::usage(error).with_next("A plan and its folder are made with: sealoff plan"),
        },
        _ => Failure::usage(error),
    })
}

/// Nobody else works in the folder of a plan as long as the answer lives.
pub(super) fn lock(plan: &PlanFolder, command: &str) -> Result<FolderLock, Failure> {
    FolderLock::take(plan.path(), command).map_err(|error| match &error {
        LockError::Held { .. } => Failure::refused(&error)
            .with_next("Wait for it, or stop it with Ctrl-C where it runs; then give the same command again."),
        LockError::Io { source, .. } => Failure::usage(&error).with_next(format_args!(
            "{} Then give the same command again. Nothing was changed.",
            disk_trouble::advice(source)
        )),
    })
}

/// The number that approves a second try is that of the accounts that are tried again.
fn check_failed(plan: &PlanFolder, failed: u64, number: u32) -> Result<(), Failure> {
    if u64::from(number) == failed {
        return Ok(());
    }
    if failed == 0 {
        return Err(Failure::refused(format_args!(
            "nobody failed in the run in {}, so there is nobody to try again",
            quoted(plan.path())
        ))
        .with_next(format_args!("Where it stands, and what is left: sealoff status {}", quoted(plan.path()))));
    }
    Err(Failure::refused(format_args!(
        "--confirm {number} does not fit: {} failed in this run and would be tried again",
        counted(failed, "account", "accounts")
    ))
    .with_next(format_args!(
        "Look at them in results.csv, then: sealoff apply {} --retry-failed --confirm {failed}",
        quoted(plan.path())
    )))
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
    resume_point: &ResumePoint,
    entering: Entering,
    terms: Terms<'_>,
) -> Result<Exit, Failure> {
    let Terms { approval, pace, checks, json, not_before } = terms;
    let mut events = match &pace.events {
        Some(path) => Some(EventsLog::open(path, plan.manifest()).map_err(|error| {
            Failure::usage(format_args!("the events cannot be written to {}: {error}", quoted(path)))
        })?),
        None => None,
    };
    let begins = not_before.as_ref().map_or_else(OffsetDateTime::now_utc, |it| it.start.when_it_begins());
    let sealing = sealing(plan, resume_point, begins)?;
    let again = again(&pace, &entering);
    let pace = pace.effective(plan.manifest().playbook);
    let mut joined = apps::join(entering).await?;
    let (organization, principal) = admitted(&mut joined, plan.manifest(), checks).await?;
    note_clocks(&joined.reader);
    // Taken over for good, so that no request to end is lost between the question, the wait and the run.
    let mut requests = interrupt::Requests::take_over().map_err(Failure::usage)?;
    question::approve(plan, resume_point, &organization, approval, &mut requests).await?;
    let seen = tokio::select! {
        () = requests.next() => return Err(not_begun(plan, not_before.as_ref())),
        seen = look_again(plan, resume_point, &mut joined, (organization, principal), checks, not_before.as_ref()) => seen?,
    };
    let LookedAgain { organization, drift, seen_at } = seen;
    announce(plan.manifest(), resume_point, &joined, &pace);
    let clock = joined.reader.clock;
    let engaged = Record::Engaged {
        by: joined.reader.caller().await?.to_string(),
        quota_writes: pace.quota_writes.to_string(),
        clock_speed: clock.speed(),
    };
    let reconciliation = Reconciliation { drifted: &drift.drifted, seen: &drift.seen, seen_at };
    let run = Run::open(plan, resume_point, reconciliation, clock).await.map_err(|error| run_failure(&error))?;
    run.journal.append(vec![engaged]);
    let mint = Mint {
        sealing,
        style: plan.manifest().options.password,
        tenant: plan.manifest().tenant.id,
        tenant_names: organization.names(),
        other_names: drift.other_names,
    };
    let telling = Telling { events: &mut events, requests };
    let (ending, statistics) = engage(plan, run, mint, joined, pace, telling).await?;
    let (name, failure) = match ending {
        Ending::Finished => ("finished", None),
        Ending::Interrupted => ("interrupted", None),
        fault => ("stopped", Some(fault_failure(fault, plan, &again))),
    };
    if let Some(Err(error)) = events.map(|events| events.end(name, &statistics)) {
        messages::warn(format_args!("not every event could be written: {error}"));
    }
    let (results, tally) = match (project_results(plan), failure.is_some()) {
        (Ok(projected), _) => projected,
        (Err(error), false) => return Err(run_failure(&error)),
        // Why the run stopped is the first thing to know, and mostly the reason for this one too.
        (Err(error), true) => {
            return Err(failure.map_or_else(
                || run_failure(&error),
                |failure| Failure { what: format!("{}\n       {error}", failure.what), ..failure },
            ));
        }
    };
    let exit = match (&failure, name) {
        (Some(failure), _) => failure.exit,
        (None, "interrupted") => Exit::Interrupted,
        (None, _) => exit_of(&tally),
    };
    let is_drill = approval == Approval::Drill;
    let (statistics, pace, again) = (Some(statistics), Some(pace), again.as_str());
    Recap { plan, results, tally, statistics, pace, ending: name, exit, again, is_drill }.show(json);
    failure.map_or(Ok(exit), Err)
}

/// The steps that are planned for anybody.
pub(super) fn planned_steps(manifest: &Manifest) -> Steps {
    manifest.counts.planned_steps()
}

/// Done is done; a run with accounts that are not has a code of its own.
pub(super) fn exit_of(tally: &OutcomeCounts) -> Exit {
    if tally.not_done() == 0 { Exit::Done } else { Exit::Unfinished }
}

/// The credentials must be of the plan's tenant.
pub(super) async fn check_tenant(manifest: &Manifest, transport: &impl Transport, clock: Clock) -> Result<(), Failure> {
    let organization = Reading::new(transport, clock).organization().await.map_err(|error| read_failure(&error))?;
    check_organization(manifest, &organization)
}

pub(super) fn check_organization(manifest: &Manifest, organization: &Organization) -> Result<(), Failure> {
    if organization.id == manifest.tenant.id {
        return Ok(());
    }
    let here = organization.display_name.as_deref().unwrap_or_default();
    Err(Failure::refused(format_args!(
        "the plan is for tenant {} ({}), and these credentials are for {} ({})",
        harmless(&manifest.tenant.name),
        manifest.tenant.id,
        harmless(here),
        organization.id
    ))
    .with_next("Use the credentials of the plan's tenant, or make a new plan in this one."))
}

/// Says once more, before the first write, what is about to run and who can open the passwords.
fn announce(manifest: &Manifest, resume_point: &ResumePoint, joined: &Joined, pace: &EffectivePace) {
    let sealed = match &manifest.handoff {
        _ if manifest.sealed() == 0 => String::new(),
        Some(handoff) => format!(", sealed to {}", handoff::who(handoff)),
        None => {
            let names: Vec<String> = manifest.recipients.iter().map(|text| recipient_name(text)).collect();
            format!(", sealed to {}", names.join(", "))
        }
    };
    let accounts = resume_point.failed().unwrap_or(manifest.accounts().into());
    let again = if resume_point.failed().is_some() { "again, of those that failed: " } else { "" };
    let line = format!(
        "{} {again}{} in {}{sealed} (fingerprint {})",
        manifest.playbook,
        counted(accounts, "account", "accounts"),
        harmless(&manifest.tenant.name),
        manifest.fingerprint().short()
    );
    messages::info(line);
    if joined.count() > 1 {
        let floor = joined.floor(pace.quota_writes, manifest.counts.writes);
        let time = match floor.is_zero() {
            true => "all within the burst that their quotas allow".to_owned(),
            false => format!("at least {} by their quotas and the tenant's", span(floor)),
        };
        let writes = counted(manifest.counts.writes, "write", "writes");
        messages::info(format_args!("through {} apps: {writes}, {time}", joined.count()));
    }
}

/// Whom the passwords are sealed to when the run begins.
///
/// # Errors
///
/// A key cannot be used then; found out before anything is written, the journal included, and before anybody waits.
fn sealing(plan: &PlanFolder, resume_point: &ResumePoint, begins: OffsetDateTime) -> Result<Sealing, Failure> {
    Sealing::as_of(begins, plan.manifest()).map_err(|error| {
        let next = if resume_point.begun {
            "Nothing more was changed. What is done stays done; for the others, make a new plan with other recipients from \
             a list of them (results.csv)."
        } else {
            "Nothing was changed. Make a new plan with other recipients."
        };
        Failure::refused(format_args!("the plan's recipients cannot be sealed to: {error}")).with_next(next)
    })
}

/// What a command that goes on with this run should be given, too.
fn again(pace: &PaceArgs, entering: &Entering) -> String {
    let mut words: Vec<String> = pace.as_arguments().iter().map(|word| quoted(Path::new(word))).collect();
    for app in &entering.further {
        words.extend(["--app".to_owned(), quoted(Path::new(&app.name.named_in))]);
    }
    words.iter().map(|word| format!(" {word}")).collect()
}

/// Who is told of a run, and who may end it.
struct Telling<'a> {
    events: &'a mut Option<EventsLog>,
    requests: interrupt::Requests,
}

async fn engage(
    plan: &PlanFolder,
    run: Run,
    mint: Mint,
    joined: Joined,
    pace: EffectivePace,
    Telling { events, requests }: Telling<'_>,
) -> Result<(Ending, Statistics), Failure> {
    let manifest = plan.manifest();
    if let Some(torn) = run.journal.torn_tail() {
        messages::note(format_args!(
            "the journal ended with {} that were not whole, from line {} on; nothing was done upon them, and they were cut \
             off",
            counted(torn.bytes, "byte", "bytes"),
            torn.line
        ));
    }
    let clock = joined.reader.clock;
    let (apps, left_out) = joined.at_work(&pace, &run.writes_spent);
    let assignment = Assignment {
        apps,
        clock,
        playbook: manifest.playbook,
        schedule: pace.schedule,
        halt_at: pace.halt_at,
        accounts: run.accounts,
        states: run.states,
        journal: run.journal,
        mint: Arc::new(mint),
    };
    let stop = CancellationToken::new();
    // It listens to the end of the process: a second request must be able to end the writing of long results too.
    interrupt::listen(requests, stop.clone());
    let mut display = Display::new(messages::draws_progress(), clock);
    let (ending, mut statistics) = work(assignment, &stop, &mut |event: &Event| {
        display.show(event);
        events.iter_mut().for_each(|events| events.take(event));
    })
    .await;
    display.finish();
    statistics.apps.extend(left_out);
    Ok((ending, statistics))
}

/// Source: "Update user", "user: revokeSignInSessions", permissions.
const ROLE_MISSING: &str = "Grant the app's service principal the directory role User Administrator (Privileged Authentication \
    Administrator for administrators), and the application permissions User-PasswordProfile.ReadWrite.All, \
    User.EnableDisableAccount.All and User.RevokeSessions.All with admin consent.";

fn fault_failure(fault: Ending, plan: &PlanFolder, with: &str) -> Failure {
    let failure = fault_alone(fault);
    let (dir, accounts) = (quoted(plan.path()), plan.manifest().accounts());
    let again = format!(
        "What was not touched is pending. Mend the cause, then go on with: sealoff apply {dir} --confirm {accounts}{with}"
    );
    let next = failure.next.as_deref().map_or(again.clone(), |next| format!("{next}\n      {again}"));
    failure.with_next(next)
}

fn fault_alone(fault: Ending) -> Failure {
    match fault {
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
        Ending::Journal(error) => disk_trouble::stopped(&error),
        Ending::Unnoted { first, journal } => {
            let (mut failure, disk) = (fault_alone(*first), disk_trouble::stopped(&journal));
            failure.what = format!("{}; and then {}", failure.what, disk.what);
            let next = [disk.next, failure.next.take()].into_iter().flatten().collect::<Vec<_>>();
            failure.with_next(next.join("\n      "))
        }
        Ending::Mint(error) => Failure::new(Exit::Unfinished, error),
        Ending::Bug(error) => Failure::new(Exit::Unfinished, format_args!("this is a bug in sealoff: {error}")),
    }
}

/// What can be done about a journal that was changed or damaged.
const BROKEN: &str = "Nothing was changed, in the folder or in the tenant. Put back a copy of the journal from a backup \
    if there is one. Otherwise keep the folder as it is, for the sealed passwords in it, and make a new plan from the \
    same roster in another folder: it sets new passwords.";

pub(super) fn run_failure(error: &RunError) -> Failure {
    use crate::run::journal::JournalError::{Broken, InUse, Io, Newer, Stopped};
    match error {
        RunError::Packets(PacketsError::Io { source, .. }) => {
            Failure::new(Exit::Unfinished, error).with_next(format_args!(
                "The results are written, and everything is in the journal. {} Then: sealoff packets DIR",
                disk_trouble::advice(source)
            ))
        }
        RunError::Packets(_) => Failure::new(Exit::Unfinished, error).with_next(
            "The results are written, and everything is in the journal: mend the cause, then: sealoff packets DIR",
        ),
        RunError::Journal(InUse { .. } | Newer { .. }) => Failure::refused(error),
        RunError::Journal(Broken { .. }) | RunError::Results(ResultsError::Journal(Broken { .. })) => {
            Failure::refused(error).with_next(BROKEN)
        }
        RunError::Journal(Stopped { source, .. } | Io { source, .. }) => Failure::new(Exit::Unfinished, error)
            .with_next(format_args!("{} Then give the same command again.", disk_trouble::advice(source))),
        RunError::Results(ResultsError::Io { source, .. }) => {
            Failure::new(Exit::Unfinished, error).with_next(format_args!(
                "Everything that happened is in the journal. {} Then: sealoff results DIR, or the same command again.",
                disk_trouble::advice(source)
            ))
        }
        _ => Failure::usage(error),
    }
}
