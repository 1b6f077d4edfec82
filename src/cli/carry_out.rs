//! A plan is carried out: the same for `apply`, `run` and `drill`.
//!
//! In this order: who may sign in, the approval, the preflight, the engine, the results, the recap. Nothing is written to
//! the folder before the preflight has passed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::approval::Approval;
use super::approval_args::ApprovalArgs;
use super::apps::{self, Entering, Joined};
use super::exit::{Exit, Failure};
use super::failures::{self, of_plan_recipients};
use super::handoff;
use super::interrupt;
use super::later_look::LaterLook;
use super::messages;
use super::pace_args::{EffectivePace, PaceArgs};
use super::precheck::{CheckArgs, note_clocks};
use super::preflight::{self, NotBefore, Preflight, admitted, not_begun};
use super::progress::Display;
use super::question;
use super::rate_arg::RateInForce;
use super::recap::Recap;
use super::risk_stage;
use super::signatures::Signatures;
use super::words::{at_least, count, counted, harmless, quoted, span};
use crate::graph::caller::Caller;
use crate::graph::quota::LimitShare;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::waves::Wave;
use crate::report::refused;
use crate::run::asked_rate::AskedRate;
use crate::run::credential_generator::{CredentialGenerator, Sealing};
use crate::run::engagement::{Engagement, RecordedApproval};
use crate::run::engine::{Assignment, Ending, Handout, work};
use crate::run::event::{Event, Statistics};
use crate::run::events_log::EventsLog;
use crate::run::hand_passwords::HandPasswords;
use crate::run::opening::{Reconciliation, Run};
use crate::run::record::Record;
use crate::run::resume_point::ResumePoint;
use crate::run::risk_work::RiskEnd;
use crate::run::run_end::RunEnd;
use crate::run::state::{AccountState, StepState};
use crate::seal::recipient_name;
use crate::step::Step;
use crate::wording::pace::{QuotaOwner, own_pace, shortest};
use crate::wording::worded_step::WordedStep;

/// On what terms a plan is carried out.
pub(super) struct Terms<'a> {
    pub(super) approval: Approval,
    pub(super) said: ApprovalArgs,
    pub(super) signatures: Signatures<'a>,
    pub(super) pace: PaceArgs,
    pub(super) checks: CheckArgs,
    pub(super) json: bool,
    pub(super) not_before: Option<NotBefore<'a>>,
    /// The passwords that people chose, where they did.
    pub(super) by_hand: Option<HandPasswords>,
    /// The runs beside this one, where it is one of many.
    pub(super) beside: Option<RunsBeside>,
}

/// What a run shares with those beside it in the same process.
#[derive(Clone)]
pub(super) struct RunsBeside {
    /// What the app may write in all its tenants.
    pub(super) share: LimitShare,
    /// How to name how many accounts may be changed, where the plan is larger than a person means by accident.
    pub(super) allow: WordedStep,
    /// Hears how far the run is.
    pub(super) listener: Arc<dyn Fn(&Event) + Send + Sync>,
}

/// Checks the tenant, gets the approval, looks every account up once more, runs the engine, writes the results and shows
/// the recap.
///
/// # Errors
///
/// The run may not begin, or it stopped before the end. Then the recap is shown all the same.
pub(super) async fn carry_out(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    entering: Entering,
    terms: Terms<'_>,
) -> Result<Exit, Failure> {
    let Terms { approval, said, signatures, pace, checks, json, not_before, by_hand, beside } = terms;
    let manifest = plan.manifest();
    let mut events = open_events(&pace, manifest)?;
    let begins = not_before.as_ref().map_or_else(OffsetDateTime::now_utc, |it| it.start.when_it_begins());
    let sealing = sealing(manifest, resume_point, begins)?;
    let resume_flags = resume_flags(&pace, &entering);
    let held = pace.rate_in_force(resume_point.rate);
    let pace = pace.effective(manifest.playbook, resume_point.rate);
    let mut joined = apps::join(entering).await?;
    let (organization, principal) = admitted(&mut joined, manifest, checks).await?;
    signatures.check(plan, Some(&joined.reader.author().await?.caller))?;
    note_clocks(&joined.reader);
    // Taken over for good, so that no request to end is lost between the question, the wait and the run.
    let mut requests = interrupt::StopRequests::take_over().map_err(Failure::usage)?;
    question::approve(plan, resume_point, &organization, &approval, &mut requests).await?;
    let mut seen = tokio::select! {
        () = requests.next() => return Err(not_begun(plan, not_before.as_ref())),
        seen = preflight::check(plan, resume_point, &mut joined, (organization, principal), checks, not_before.as_ref()) => seen?,
    };
    let generator = CredentialGenerator {
        sealing,
        style: manifest.options.password,
        tenant: manifest.tenant.id,
        tenant_names: seen.organization.names(),
        other_names: std::mem::take(&mut seen.drift.other_names),
        by_hand,
        hands_over_pass_alone: manifest.options.pass.is_some_and(|terms| !terms.beside_password),
    };
    if let Some(fault) = generator.fault_of_typed(&seen.accounts) {
        return Err(Failure::refused(format_args!(
            "Entra would refuse the password that was typed: {fault}; nothing was changed"
        ))
        .with_next("Choose another one: the same command asks for it."));
    }
    announce(manifest, resume_point);
    let recorded = approval.recorded(said, signatures.into_recorded());
    let asked = held.map(|held| held.asked);
    let run = open_run(plan, resume_point, &mut seen, &joined, (&pace, asked), recorded).await?;
    let writes_left = run.states.iter().map(AccountState::writes_left).sum();
    announce_writes(manifest, resume_point, writes_left, &joined, &pace);
    announce_rate(&run, held);
    let by_person = matches!(joined.reader.caller().await?, Caller::SignedIn { .. });
    let (ending, statistics, risk) =
        engage(plan, (run, by_person), generator, (joined, pace), beside, (&mut events, requests)).await;
    let is_drill = approval == Approval::Drill;
    let wave = resume_point.wave.as_ref().map(|wave| wave.wave.clone());
    conclude(plan, ending, Engaged { risk, statistics, pace, events, resume_flags, wave, is_drill, json })
}

/// Shows the recap of a run in which nothing is left to do.
///
/// # Errors
///
/// The results cannot be written.
pub(super) fn show_finished(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    approval: Approval,
    json: bool,
) -> Result<Exit, Failure> {
    let output = match resume_point.settled() {
        Some(replay) => refused::write_output(plan, replay, |_, _| {})?,
        None => refused::write_all(plan)?,
    };
    let is_drill = approval == Approval::Drill;
    let exit = Exit::of(&output.outcomes);
    let (statistics, pace, again) = (None, None, "");
    Recap { plan, output, statistics, pace, ending: RunEnd::Finished, exit, wave: None, again, is_drill }.show(json);
    Ok(exit)
}

fn open_events(pace: &PaceArgs, manifest: &Manifest) -> Result<Option<EventsLog>, Failure> {
    let Some(path) = &pace.events else { return Ok(None) };
    EventsLog::open(path, manifest)
        .map(Some)
        .map_err(|error| Failure::usage(format_args!("the events cannot be written to {}: {error}", quoted(path))))
}

/// A certificate that has expired when the run begins cannot be used then; found out before anything is written, the
/// journal included, and before the wait.
fn sealing(manifest: &Manifest, resume_point: &ResumePoint, begins: OffsetDateTime) -> Result<Sealing, Failure> {
    Sealing::as_of(begins, manifest).map_err(|error| of_plan_recipients(&error, resume_point.begun))
}

/// The flags that a command that resumes this run should be given, too.
fn resume_flags(pace: &PaceArgs, entering: &Entering) -> String {
    let mut words: Vec<String> = pace.as_arguments().iter().map(|word| quoted(Path::new(word))).collect();
    for app in &entering.further {
        words.extend(["--app".to_owned(), quoted(Path::new(&app.name.named_in))]);
    }
    words.iter().map(|word| format!(" {word}")).collect()
}

/// Says once more, before the first write, what is about to run and who can open the passwords.
fn announce(manifest: &Manifest, resume_point: &ResumePoint) {
    let sealed = match &manifest.handoff {
        _ if !manifest.seals() => String::new(),
        Some(handoff) => format!(", sealed to {}", handoff::who(handoff)),
        None => {
            let names: Vec<String> = manifest.recipients.iter().map(|text| recipient_name(text)).collect();
            format!(", sealed to {}", names.join(", "))
        }
    };
    let accounts = resume_point.accounts(manifest);
    let wave = resume_point.wave.as_ref();
    let wave = wave.map_or_else(String::new, |wave| format!(" of the wave {:?}", harmless(&wave.wave.name)));
    let again = if resume_point.failed().is_some() { "again, of those that failed: " } else { "" };
    messages::info(format_args!(
        "{} {again}{}{wave} in {}{sealed} (fingerprint {})",
        manifest.playbook,
        counted(accounts, "account", "accounts"),
        harmless(&manifest.tenant.name),
        manifest.fingerprint().short()
    ));
}

/// Says what is done already where a run is gone on with, and through how many apps what is left of it goes.
fn announce_writes(
    manifest: &Manifest,
    resume_point: &ResumePoint,
    writes_left: u64,
    joined: &Joined,
    pace: &EffectivePace,
) {
    let planned = manifest.counts.writes;
    let done = planned.saturating_sub(writes_left);
    let goes_on = resume_point.begun && resume_point.failed().is_none() && resume_point.wave.is_none();
    if goes_on && done > 0 {
        let of = counted(planned, "write is", "writes are");
        messages::info(format_args!("going on: {} of {of} done", count(done)));
    }
    if joined.count() > 1 {
        if let Some(own) = own_pace(&manifest.targets()) {
            let writes = counted(writes_left, "write", "writes");
            messages::info(format_args!("through {} apps: {writes}, {own}", joined.count()));
            return;
        }
        let time = shortest(joined.floor(pace.quota_writes, writes_left), QuotaOwner::SeveralApps);
        let writes = counted(writes_left, "write", "writes");
        let left = if goes_on { " left" } else { "" };
        messages::info(format_args!("through {} apps: {writes}{left}, {time}", joined.count()));
    }
}

/// Says how long new passwords take that are held to a rate: a run that stands still for minutes is not stuck. Says also that the
/// last process was held to none: a setting that says otherwise is passed over.
fn announce_rate(run: &Run, held: Option<RateInForce>) {
    let waits = |state: &&AccountState| state.of(Step::Reset) == StepState::Open { in_doubt: false };
    let people = run.states.iter().filter(waits).count() as u64;
    let Some(held) = held else { return };
    let Some(rate) = held.rate() else {
        let is_open = |state: &AccountState| matches!(state.of(Step::Reset), StepState::Open { .. });
        if held.is_kept && run.states.iter().any(is_open) {
            messages::info("new passwords are held to no rate, as by the last process; --rate N/h for one");
        }
        return;
    };
    if people == 0 {
        return;
    }
    let otherwise = if held.is_kept { "; --rate N/h for another one, --rate off for none" } else { "" };
    let for_first = run.since_last_reset.map_or(Duration::ZERO, |since| rate.interval().saturating_sub(since));
    messages::info(format_args!(
        "a new password every {} ({held}{otherwise}): {} for {}",
        span(rate.interval()),
        at_least(rate.time_for(people, for_first)),
        counted(people, "person", "people")
    ));
}

/// Opens the journal, and records the caller, the quota, the rate that was asked for and the speed of time there.
async fn open_run(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    seen: &mut Preflight,
    joined: &Joined,
    (pace, asked): (&EffectivePace, Option<AskedRate>),
    approval: RecordedApproval,
) -> Result<Run, Failure> {
    let clock = joined.reader.clock;
    let engaged = Record::Engaged {
        by: joined.reader.caller().await?.to_string(),
        quota_writes: pace.quota_writes.to_string(),
        clock_speed: clock.speed(),
        rate: asked,
        who: Some(Box::new(Engagement {
            applied_by: joined.reader.author().await?,
            apps: joined.callers().await?,
            approval,
        })),
    };
    let drift = &seen.drift;
    let reconciliation = Reconciliation { drifted: &drift.drifted, seen: &drift.seen, seen_at: seen.seen_at };
    let accounts = std::mem::take(&mut seen.accounts);
    let run = Run::open(plan, accounts, resume_point, reconciliation, clock).await?;
    run.journal.append(vec![engaged]);
    if let Some(torn) = run.journal.torn_tail() {
        messages::note(format_args!(
            "the journal ended with {} that were not whole, from line {} on; they were incomplete and have been removed; no \
             account is affected",
            counted(torn.bytes, "byte", "bytes"),
            torn.line
        ));
    }
    Ok(run)
}

/// Runs the engine, shows its events, and gives them to the log; then marks the risk of people, where the engine came to its end.
async fn engage(
    plan: &PlanFolder,
    (run, by_person): (Run, bool),
    generator: CredentialGenerator,
    (joined, pace): (Joined, EffectivePace),
    beside: Option<RunsBeside>,
    (events, requests): (&mut Option<EventsLog>, interrupt::StopRequests),
) -> (Ending, Statistics, Result<RiskEnd, Failure>) {
    let clock = joined.reader.clock;
    let (apps, left_out) = joined.at_work(&pace, &run.writes_spent, beside.as_ref().map(|beside| beside.share.clone()));
    let transports: Vec<_> = apps.indices().map(|app| Arc::clone(apps.transport(app))).collect();
    let first = transports.first().map(Arc::clone);
    let handout = pace.rate.zip(first).map(|(rate, transport)| Handout {
        rate,
        since_last: run.since_last_reset,
        look: Arc::new(LaterLook::of(plan, transport, clock)),
    });
    let assignment = Assignment {
        apps,
        clock,
        playbook: plan.manifest().playbook,
        schedule: pace.schedule,
        halt_at: pace.halt_at,
        accounts: run.accounts,
        states: run.states,
        journal: run.journal,
        generator: Arc::new(generator),
        handout,
        pass: plan.manifest().options.pass,
        by_person,
    };
    let stop = CancellationToken::new();
    // It listens to the end of the process: a second request must be able to end the writing of long results too.
    interrupt::listen(requests, stop.clone());
    // Of many runs, one line is drawn for all.
    let mut display = beside.is_none().then(|| Display::new(messages::draws_progress(), clock, pace.rate));
    let (ending, mut statistics) = work(assignment, &stop, &mut |event: &Event| {
        display.iter_mut().for_each(|display| display.show(event));
        beside.iter().for_each(|beside| (beside.listener)(event));
        events.iter_mut().for_each(|events| events.take(event));
    })
    .await;
    display.into_iter().for_each(|display| display.finish());
    statistics.apps.extend(left_out);
    let risk = match ending {
        Ending::Finished => risk_stage::mark(plan, &transports, clock, &stop, beside.is_some()).await,
        _ => Ok(RiskEnd::Through),
    };
    (ending, statistics, risk)
}

/// What is known when the engine has ended, beside how it ended.
struct Engaged {
    /// How the marking of risk ended.
    risk: Result<RiskEnd, Failure>,
    statistics: Statistics,
    pace: EffectivePace,
    events: Option<EventsLog>,
    resume_flags: String,
    wave: Option<Wave>,
    is_drill: bool,
    json: bool,
}

/// Closes the log of events, writes the results, and shows the recap.
fn conclude(plan: &PlanFolder, ending: Ending, engaged: Engaged) -> Result<Exit, Failure> {
    let Engaged { risk, statistics, pace, events, resume_flags, wave, is_drill, json } = engaged;
    let end = match (ending.kept(), &risk) {
        (RunEnd::Finished, Ok(RiskEnd::Interrupted)) => RunEnd::Interrupted,
        (RunEnd::Finished, Err(_)) => RunEnd::Stopped,
        (end, _) => end,
    };
    let failure = failures::of_ending(ending, plan, wave.as_ref(), &resume_flags).or(risk.err());
    if let Some(Err(error)) = events.map(|events| events.end(end, &statistics)) {
        messages::warn(format_args!("not every event could be written: {error}"));
    }
    let (output, failure) = match (refused::write_all(plan), failure) {
        (Ok(output), failure) => (output, failure),
        (Err(error), None) => return Err(error.into()),
        (Err(error), Some(failure)) => return Err(failures::with_unwritten_results(failure, &error)),
    };
    let exit = match (&failure, end) {
        (Some(failure), _) => failure.exit,
        (None, RunEnd::Interrupted) => Exit::Interrupted,
        (None, _) => Exit::of(&output.outcomes),
    };
    let (statistics, pace, again) = (Some(statistics), Some(pace), resume_flags.as_str());
    Recap { plan, output, statistics, pace, ending: end, exit, wave, again, is_drill }.show(json);
    failure.map_or(Ok(exit), |failure| Err(Failure { is_in_document: true, ..failure }))
}
