//! `sealoff onprem --writeback`: new passwords of synced people, written back to Active Directory by a person who has signed in.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::approval::Approval;
use super::approval_args::ApprovalArgs;
use super::connect::{Connected, ConnectionArgs};
use super::exit::{Exit, Failure};
use super::failures::{WITHOUT_CHECKS, of_plan_recipients};
use super::interrupt;
use super::json_line;
use super::lines;
use super::messages;
use super::precheck::CheckArgs;
use super::preview::note_unprinted;
use super::question::{self, AskedApproval};
use super::recheck;
use super::signatures::Signatures;
use super::spinner::Spinner;
use super::tenant_check::check_organization;
use super::words::{count, counted, harmless, quoted};
use crate::digest::Digest;
use crate::directory::{Lookup, TenantFacts};
use crate::doctor::grants;
use crate::graph::caller::Caller;
use crate::graph::found_pace::FOR_AUTHENTICATION;
use crate::graph::paced::Paced;
use crate::graph::reading::Organization;
use crate::json::DocumentVersion;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::drift::{self, Drift};
use crate::plan::folder::PlanFolder;
use crate::plan::phrase::SpokenApproval;
use crate::report::refused;
use crate::run::credential_generator::{CredentialGenerator, Sealing};
use crate::run::engagement::Engagement;
use crate::run::fold::Fold;
use crate::run::journal::Journal;
use crate::run::lock::FolderLock;
use crate::run::next_steps::next_steps;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::output::RunOutput;
use crate::run::record::Record;
use crate::run::resume_point::{WorkScope, resume_point};
use crate::run::states::States;
use crate::run::writeback_work::{WritebackError, WritebackJob, WritebackTally, first_records, write_back};
use crate::wording;
use crate::wording::plan_command;
use crate::wording::standing::headline;
use crate::words::span;

/// How old a plan may be of which nothing was done in the cloud.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// What is said to have passwords written back.
#[derive(Debug, Args)]
pub(super) struct WritebackArgs {
    /// The plan that is approved, as its preview says: how many people, and 8 or more digits of its fingerprint, as in
    /// 302@2570c50c; without it the number is asked for at the terminal
    #[arg(long, value_name = "N@FINGERPRINT", requires = "writeback")]
    confirm: Option<SpokenApproval>,
    #[command(flatten)]
    said: ApprovalArgs,
    #[command(flatten)]
    checks: CheckArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What became of it, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct WritebackDocument<'a> {
    sealoff_writeback: DocumentVersion,
    /// The fingerprint of the plan.
    plan: Digest,
    /// How many people's new password was accepted this time, with their sessions ended after it.
    accepted: u32,
    /// The same, where sessions were not ended.
    sessions_left: u32,
    /// How many were refused, or failed.
    refused: u32,
    /// Of how many it is not known.
    unknown: u32,
    /// How many had no turn.
    left: u32,
    /// How many people the old password, kept in Active Directory, still lets in.
    old_password: u64,
    /// How many rows have each outcome; an outcome that no row has is left out.
    outcomes: &'a OutcomeCounts,
}

/// Has the new passwords of a plan written back.
///
/// # Errors
///
/// The plan has none, something forbids it, or it could not go on.
pub(super) async fn run(
    dir: &Path,
    args: WritebackArgs,
    json: bool,
    policies: &[ApprovalPolicy],
) -> Result<Exit, Failure> {
    let plan = PlanFolder::open(dir)?;
    let _lock = FolderLock::take(plan.path(), "onprem")?;
    let states = check_plan(&plan)?;
    let job = WritebackJob::of(&plan, &states, |_| false)?;
    let nothing_was_begun = !states.has_on_premises();
    if job.drifted() > 0 {
        messages::always(format_args!(
            "{} left out, whose accounts are no longer what the plan says: refused.csv has them",
            counted(job.drifted(), "person is", "people are")
        ));
    }
    if job.is_empty() {
        let ended = WritebackEnd { tally: WritebackTally::default(), failure: None, interrupted: false };
        return conclude(&plan, ended, json);
    }
    let number = job.len() as u64;
    let approval = args.confirm.map_or(Approval::Asked, Approval::Plan);
    let command = format!("sealoff onprem {} --writeback", quoted(plan.path()));
    approval.check_number(&plan, number, &command)?;
    let signatures = Signatures::read(&plan, policies)?;
    let resume_point = resume_point(&plan, WorkScope::Open)?;
    if nothing_was_begun {
        recheck::check_age(&plan, &resume_point, MAX_AGE, None)?;
    }
    let connected = args.connection.connect()?;
    let caller = who_may(&connected, args.checks).await?;
    refuse_own_password(&job, &caller)?;
    let paced = Paced::new(&connected.transport, connected.clock);
    let organization = paced.organization().await?;
    check_organization(plan.manifest(), &organization)?;
    signatures.check(&plan, Some(&connected.author().await?.caller))?;
    warn_of_writeback(&paced).await;
    announce(&plan, number, &organization);
    let mut requests = interrupt::StopRequests::take_over().map_err(Failure::usage)?;
    let asked = AskedApproval {
        plan: &plan,
        number,
        what: format!("write back {}", counted(number, "new password", "new passwords")),
        command: &format!("{command} --confirm {}", plan.manifest().phrase_for(number)),
    };
    question::ask(&approval, &asked, &organization, &mut requests).await?;
    let drift = drifted(&plan, &job, &paced, &caller).await?;
    recheck::show(&plan, &drift);
    let is_left_alone = |row| drift.drifted.iter().any(|other| other.row == row);
    let job = WritebackJob::of(&plan, &states, is_left_alone)?;
    drop(states);
    let who = Engagement {
        applied_by: connected.author().await?,
        apps: vec![connected.transport.named_caller().await?],
        approval: approval.recorded(args.said, signatures.into_recorded()),
    };
    let ended = engage(&plan, job, connected, &organization, drift, who, requests).await?;
    conclude(&plan, ended, json)
}

fn refuse_own_password(job: &WritebackJob, caller: &Caller) -> Result<(), Failure> {
    match caller {
        Caller::SignedIn { object_id, .. } if job.holds(*object_id) => {
            Err(Failure::refused(format_args!("{caller} is on the list: Graph lets no one reset the own password"))
                .with_next("Have another person sign in, whose account is not on the list."))
        }
        _ => Ok(()),
    }
}

/// Makes sure that the plan has passwords to be written back, and that what is done in the cloud was begun.
fn check_plan(plan: &PlanFolder) -> Result<States, Failure> {
    let (manifest, dir) = (plan.manifest(), quoted(plan.path()));
    if !manifest.options.writeback {
        return Err(Failure::refused(format_args!(
            "the plan in {dir} was made without --writeback: passwords in Active Directory are for its onprem.ps1, and one would \
             overwrite the other"
        ))
        .with_next("Run onprem.ps1, or make a new plan with --writeback in another folder."));
    }
    let states = Fold::read(plan, ()).map_err(crate::run::run_error::RunError::from)?.states;
    if manifest.accounts() > 0 && !states.has_written() {
        return Err(Failure::refused(format_args!(
            "the run in {dir} has not begun: what is done in the cloud ends the sessions of these people, and comes first"
        ))
        .with_command("Begin it with", plan_command::apply(plan.path(), manifest)));
    }
    Ok(states)
}

/// A person, with the permissions that it takes.
async fn who_may(connected: &Connected, checks: CheckArgs) -> Result<Caller, Failure> {
    let caller = connected.caller().await?;
    if let Caller::App { .. } = caller {
        return Err(Failure::new(
            Exit::Access,
            format_args!("{caller} is signed in, and Graph takes a reset that is written back from a person alone"),
        )
        .with_next(
            "Sign in as a person who may reset these passwords (Authentication Administrator, Password Administrator or higher): \
             --auth device-code, or --auth azure-cli.",
        )
        .and_next("Where no person can sign in: make the plan with --ad-key instead, and run its onprem.ps1."));
    }
    let Some(claims) = connected.transport.claims().await? else { return Ok(caller) };
    let lacking: Vec<&str> = grants::WRITEBACK.iter().flat_map(|need| need.lacking(&claims)).collect();
    if lacking.is_empty() {
        return Ok(caller);
    }
    let what = format!("the token does not carry {}: Graph would refuse every reset", lacking.join(" and "));
    if checks.without_checks {
        messages::note(what);
        return Ok(caller);
    }
    Err(Failure::new(Exit::Access, what).with_next(grants::how_to_grant(&lacking, false)).and_next(WITHOUT_CHECKS))
}

/// The flag has been called unreliable, so that it stops nothing.
async fn warn_of_writeback(paced: &Paced<'_, crate::graph::transport::HttpTransport>) {
    match crate::directory::SyncFeatures::read(paced).await {
        Ok(Some(features)) if features.writeback == Some(false) => messages::warn(
            "the tenant says that password writeback is off: resets of synced people will probably fail. It is switched on in \
             Entra admin center > Protection > Password reset > On-premises integration",
        ),
        _ => {}
    }
}

fn announce(plan: &PlanFolder, number: u64, organization: &Organization) {
    let (fast, slow) = FOR_AUTHENTICATION.both_ends(u32::try_from(number).unwrap_or(u32::MAX));
    let time = if fast == slow { span(slow) } else { format!("{} to {}", span(fast), span(slow)) };
    messages::info(format_args!(
        "writeback of {} in {} (fingerprint {}): {time}, as far as Graph and the agent in Active Directory let through",
        counted(number, "new password", "new passwords"),
        harmless(organization.display_name.as_deref().unwrap_or_default()),
        plan.manifest().fingerprint().short()
    ));
}

/// What is reset must be what was previewed: every account is read once more.
async fn drifted(
    plan: &PlanFolder,
    job: &WritebackJob,
    paced: &Paced<'_, crate::graph::transport::HttpTransport>,
    caller: &Caller,
) -> Result<Drift, Failure> {
    let rows: std::collections::BTreeSet<_> = job.rows().collect();
    let facts = TenantFacts::read(paced, caller, plan.manifest().options.scope()).await?;
    let lookup = Lookup::paced(paced.clone());
    Ok(drift::check(plan, |row| rows.contains(&row), |_| false, &facts, &lookup, |_| {}).await?)
}

/// How it ended.
struct WritebackEnd {
    tally: WritebackTally,
    failure: Option<WritebackError>,
    interrupted: bool,
}

async fn engage(
    plan: &PlanFolder,
    job: WritebackJob,
    connected: Connected,
    organization: &Organization,
    drift: Drift,
    who: Engagement,
    requests: interrupt::StopRequests,
) -> Result<WritebackEnd, Failure> {
    let manifest = plan.manifest();
    let sealing = Sealing::as_of(OffsetDateTime::now_utc(), manifest);
    let sealing = sealing.map_err(|error| of_plan_recipients(&error, true))?;
    let generator = CredentialGenerator {
        sealing,
        style: manifest.options.password,
        tenant: manifest.tenant.id,
        tenant_names: organization.names(),
        other_names: drift.other_names,
        by_hand: None,
        hands_over_pass_alone: false,
    };
    let mut states = States::new(manifest.fingerprint(), plan);
    let journal = Journal::open(&plan.journal_path(), |line| states.apply(line).map(drop))?;
    journal.commit(first_records(plan, &states, who)).await?;
    drop(states);
    let journal = Arc::new(journal);
    let stop = CancellationToken::new();
    let by_request = stop.child_token();
    interrupt::listen(requests, by_request.clone());
    let total = job.len();
    let spinner = Spinner::start("waiting for Active Directory");
    let Connected { transport, clock } = connected;
    let (tally, result) =
        write_back(job, Arc::new(transport), clock, Arc::clone(&journal), generator, by_request.clone(), |tally| {
            let ended = tally.ended();
            spinner.show(format!("{} of {} written back", count(ended.into()), count(total as u64)));
            if ended > 0 && ended % 25 == 0 {
                messages::info(format_args!("{} of {}", count(ended.into()), count(total as u64)));
            }
        })
        .await;
    drop(spinner);
    journal.close(vec![Record::Closed {}]).await?;
    let failure = result.err();
    let interrupted = failure.is_none() && by_request.is_cancelled();
    Ok(WritebackEnd { tally, failure, interrupted })
}

fn conclude(plan: &PlanFolder, ended: WritebackEnd, json: bool) -> Result<Exit, Failure> {
    let WritebackEnd { tally, failure, interrupted } = ended;
    let RunOutput { outcomes, packets, .. } = refused::write_all(plan)?;
    let mut out = anstream::stdout();
    let written = if json {
        let line = WritebackDocument {
            sealoff_writeback: DocumentVersion,
            plan: plan.manifest().fingerprint(),
            accepted: tally.accepted,
            sessions_left: tally.sessions_left,
            refused: tally.refused,
            unknown: tally.unknown,
            left: tally.left,
            old_password: outcomes.old_password().count,
            outcomes: &outcomes,
        };
        json_line::write(&mut out, &line)
    } else {
        let first = packets.first().map(|packet| packet.file.clone());
        let next = next_steps(plan, &outcomes, first, None);
        let next = wording::next_steps::worded(&next, plan, "");
        lines::write(&mut out, |out| {
            said(tally).into_iter().for_each(|sentence| out.text(sentence));
            out.text(format!("{}.", headline(&outcomes, plan.manifest().playbook)));
            out.blank();
            next.into_iter().for_each(|step| out.text(step));
        })
    };
    note_unprinted(written.and_then(|()| out.flush()));
    match failure {
        Some(error) => Err(error.into()),
        None if interrupted => Ok(Exit::Interrupted),
        None => Ok(Exit::of(&outcomes)),
    }
}

fn said(tally: WritebackTally) -> Vec<String> {
    let WritebackTally { accepted, sessions_left, refused, unknown, left } = tally;
    if tally == WritebackTally::default() {
        return vec!["No new password is left to be written back.".to_owned()];
    }
    let people = |number: u32| counted(number.into(), "new password", "new passwords");
    let mut all = vec![format!(
        "{} accepted by Active Directory, as Graph says; sealoff verify shows whether it is so.",
        counted((accepted + sessions_left).into(), "new password was", "new passwords were")
    )];
    if sessions_left > 0 {
        let whose = counted(sessions_left.into(), "person", "people");
        all.push(format!("The sessions of {whose} of them were not ended: the same command ends them."));
    }
    if refused > 0 {
        all.push(format!("{} refused: results.csv says why, by person.", counted(refused.into(), "was", "were")));
    }
    if unknown > 0 {
        let which = people(unknown);
        all.push(format!(
            "Of {which} it is not known: the same command asks again, and sets another one where no answer can come any more."
        ));
    }
    if left > 0 {
        all.push(format!("{} not tried: the same command goes on.", people(left)));
    }
    all
}
