//! `sealoff verify`: reads every account of a run again and proves what was done.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::connect::{Connected, ConnectionArgs};
use super::exit::{Exit, Failure};
use super::failures;
use super::fitted;
use super::interrupt;
use super::messages;
use super::preview::{note_unprinted, quoted};
use super::tenant_check::check_tenant;
use super::time_args;
use super::words::{count, counted, harmless, span};
use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::{FolderError, PlanFolder};
use crate::run::lock::FolderLock;
use crate::run::proof::{Proof, ProofCounts};
use crate::step::Step;
use crate::verify::claims::RunClaims;
use crate::verify::finding::Finding;
use crate::verify::pass::{Checked, Pass, PassProgress, Subject};
use crate::verify::table::{self, TableError};
use crate::wording;
use crate::wording::plan_command;

/// How long a replica is waited for unless something else is asked for; as `--wait` says.
const USUAL_WAIT: Duration = Duration::from_secs(300);

/// At most this many steps that are not proved are named on the terminal. verification.csv names them all.
const MAX_NAMED: usize = 50;

/// Read every account of a run again, and prove what was done
///
/// Reads all accounts of the run in DIR from the directory and holds them against the journal, by Graph's own clock. Each
/// step is proved, not yet shown, contradicted (somebody changed it back) or cannot be proved, and verification.csv says
/// which and why. It changes nothing. The exit code is 0 only when every step is proved.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff verify monday
  # Reports every account that comes back, until Ctrl-C:
  sealoff verify monday --watch 10m")]
pub struct VerifyArgs {
    /// The folder of the run
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// How long to wait for a replica that does not show a step yet: 0s, 90s, 5m
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = time_args::span)]
    wait: Duration,
    /// Read all accounts again and again, this far apart, until interrupted [default when given: 5m]
    #[arg(long, value_name = "INTERVAL", num_args = 0..=1, default_missing_value = "5m", value_parser = time_args::span)]
    watch: Option<Duration>,
    /// Print as JSON: a line for each reading of all accounts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Verifies a run, once or until interrupted.
///
/// # Errors
///
/// There is no run to verify, it is in use, or the directory cannot be read; then nothing is proved.
pub async fn run(args: VerifyArgs) -> Result<Exit, Failure> {
    let plan = PlanFolder::open(&args.dir)?;
    // Locked again only while something is written: a verification of hours must not block the run.
    drop(FolderLock::take(plan.path(), "verify")?);
    let claims = claims(&plan)?;
    if !claims.has_written() {
        let what = format!("the run in {} has not begun, so there is nothing to prove", quoted(plan.path()));
        return Err(Failure::new(Exit::Unfinished, what).with_next(format_args!(
            "Begin it with: sealoff apply {} --confirm {}",
            quoted(plan.path()),
            plan.manifest().phrase()
        )));
    }
    let connected = args.connection.connect()?;
    check_tenant(plan.manifest(), &connected).await?;
    let Some(interval) = args.watch else {
        return Verification { plan: &plan, claims, connected: &connected, wait: args.wait }.once(args.json).await;
    };
    let stop = CancellationToken::new();
    interrupt::listen(interrupt::StopRequests::take_over().map_err(Failure::usage)?, stop.clone());
    watch(&plan, claims, &connected, args.wait, interval, args.json, &stop).await
}

/// Verifies a run that has begun, once, against a tenant that is its own.
///
/// # Errors
///
/// As [`run`].
pub(super) async fn once(plan: &PlanFolder, connected: &Connected, json: bool) -> Result<Exit, Failure> {
    Verification { plan, claims: claims(plan)?, connected, wait: USUAL_WAIT }.once(json).await
}

fn claims(plan: &PlanFolder) -> Result<RunClaims, Failure> {
    Ok(RunClaims::read(plan)?)
}

/// All that one reading of the accounts needs.
struct Verification<'a> {
    plan: &'a PlanFolder,
    claims: RunClaims,
    connected: &'a Connected,
    wait: Duration,
}

impl Verification<'_> {
    async fn read(&self) -> Result<Pass, Failure> {
        let Connected { transport, clock, .. } = self.connected;
        Ok(Pass::make(self.plan, &self.claims, transport, *clock, self.wait, show_progress).await?)
    }

    /// Reads all accounts, keeps what was found, and shows it.
    async fn once(&self, json: bool) -> Result<Exit, Failure> {
        let pass = self.read().await?;
        let shown = self.keep(&pass).await?;
        shown.show(json, None);
        Ok(shown.exit())
    }

    async fn keep(&self, pass: &Pass) -> Result<VerificationResult, Failure> {
        let _lock = FolderLock::take(self.plan.path(), "verify")?;
        if self.claims.are_outdated(self.plan)? {
            let what = "the run went on while the accounts were read, so what was found is not noted";
            let again = format!("Look again: sealoff verify {}", quoted(self.plan.path()));
            return Err(Failure::new(Exit::Unfinished, what).with_next(again));
        }
        let not_kept = |error: TableError| failures::of_unkept_verification(error, self.plan);
        let path = table::write(self.plan, &self.claims, pass).map_err(not_kept)?;
        table::append(self.plan, &self.claims, pass).await.map_err(|error| {
            not_kept(error).with_next("verification.csv is written; only the journal does not know all of it.")
        })?;
        VerificationResult::of(pass, path, self.plan, &self.claims).map_err(|error| not_kept(error.into()))
    }
}

/// Reads all accounts again and again, and reports every step whose proof has changed.
async fn watch(
    plan: &PlanFolder,
    mut claims: RunClaims,
    connected: &Connected,
    mut wait: Duration,
    interval: Duration,
    json: bool,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Unfinished;
    let mut before: Option<Vec<Open>> = None;
    loop {
        let verification = Verification { plan, claims, connected, wait };
        let read = tokio::select! {
            read = verification.read() => read,
            () = stop.cancelled() => return Ok(exit),
        };
        let kept = match read {
            Ok(pass) => verification.keep(&pass).await,
            Err(failure) => Err(failure),
        };
        match kept {
            Ok(shown) => {
                exit = shown.exit();
                shown.show(json, before.as_deref());
                before = Some(shown.not_proved);
            }
            // A watch through the night must survive an hour without a network, and a run that goes on meanwhile.
            Err(failure) if before.is_some() => {
                messages::warn(format_args!("this reading failed: {}", failure.what));
                exit = Exit::Unfinished;
            }
            Err(failure) => return Err(failure),
        }
        tokio::select! {
            () = connected.clock.sleep(interval) => {}
            () = stop.cancelled() => return Ok(exit),
        }
        // What was waited for once is not waited for each time.
        wait = Duration::ZERO;
        claims = self::claims(plan)?;
    }
}

fn show_progress(progress: PassProgress) {
    let line = match progress {
        PassProgress::Read { accounts, of } if accounts < of => {
            format!("{} of {} read", count(accounts as u64), counted(of as u64, "account", "accounts"))
        }
        PassProgress::Read { of, .. } => format!("{} read", counted(of as u64, "account", "accounts")),
        PassProgress::Waiting { accounts, left } => format!(
            "{} not shown yet as planned; a replica may lag, so they are read again for {} more",
            counted(accounts as u64, "account is", "accounts are"),
            span(left)
        ),
    };
    messages::info(line);
}

/// What one reading of all accounts found.
#[derive(Serialize)]
struct VerificationResult {
    sealoff_verification: u32,
    exit_code: u8,
    accounts: u64,
    steps: ProofCounts,
    verification: PathBuf,
    not_proved: Vec<Open>,
    /// Steps that were so before the run; no write was sent for them.
    #[serde(skip)]
    as_before: u64,
    /// What goes on with the run, where it has not come to its end.
    #[serde(skip)]
    to_go_on: Option<String>,
    /// What plans those again who were changed back.
    #[serde(skip)]
    again: String,
    #[serde(skip)]
    dir: String,
}

/// A step that is not proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Open {
    row: RowNumber,
    object_id: ObjectId,
    user_principal_name: String,
    step: Step,
    verdict: Proof,
    expected: String,
    found: String,
}

impl Open {
    fn line(&self) -> String {
        let Self { row, user_principal_name, step, verdict, found, .. } = self;
        format!(
            "row {row} {}: {step} {verdict}: {}",
            harmless(user_principal_name),
            harmless(found),
            step = step.name()
        )
    }
}

fn open(account: Checked) -> impl Iterator<Item = Open> {
    let Checked { subject: Subject { row, object_id, user_principal_name, .. }, findings, .. } = account;
    let findings = findings.into_iter().filter(|finding| finding.verdict != Proof::Proved);
    findings.map(move |Finding { step, verdict, expected, found, .. }| {
        let user_principal_name = user_principal_name.clone();
        Open { row, object_id, user_principal_name, step, verdict, expected, found }
    })
}

fn by_step(all: &[Open]) -> HashMap<(RowNumber, Step), &Open> {
    all.iter().map(|open| ((open.row, open.step), open)).collect()
}

impl VerificationResult {
    fn of(pass: &Pass, verification: PathBuf, plan: &PlanFolder, claims: &RunClaims) -> Result<Self, FolderError> {
        let steps = pass.verdicts();
        let exit = if steps.all_proved() { Exit::Done } else { Exit::Unfinished };
        let mut not_proved = Vec::new();
        // Mostly there is nothing to look for.
        if !steps.all_proved() {
            for account in pass.checked(plan, claims)? {
                not_proved.extend(open(account?));
            }
        }
        let (accounts, dir) = (pass.accounts(), quoted(plan.path()));
        let planned = plan.manifest().counts.steps.total();
        let read: u64 = Proof::all().map(|verdict| steps.of(verdict)).sum();
        let to_go_on = claims.are_open().then(|| format!("sealoff apply {dir} --confirm {}", plan.manifest().phrase()));
        Ok(Self {
            sealoff_verification: 1,
            exit_code: exit as u8,
            accounts,
            steps,
            verification,
            not_proved,
            as_before: read.saturating_sub(planned),
            to_go_on,
            again: plan_command::changed_back(plan.path()),
            dir,
        })
    }

    fn exit(&self) -> Exit {
        if self.steps.all_proved() { Exit::Done } else { Exit::Unfinished }
    }

    /// Shows all of it, or what is found otherwise than `before`.
    fn show(&self, json: bool, before: Option<&[Open]>) {
        let mut out = anstream::stdout();
        let written = match (json, before) {
            (true, _) => serde_json::to_string(self).map_err(io::Error::other).and_then(|line| writeln!(out, "{line}")),
            (false, None) => fitted::write(&mut out, |out| self.write(out)),
            (false, Some(before)) => fitted::write(&mut out, |out| self.write_changes(out, before)),
        };
        note_unprinted(written.and_then(|()| out.flush()));
        if json && before.is_none() && !self.steps.all_proved() {
            messages::warn(format_args!(
                "{} not proved; {} says which, and why",
                counted(self.not_proved.len() as u64, "step is", "steps are"),
                self.verification.display()
            ));
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for verdict in Proof::all().filter(|verdict| self.steps.of(*verdict) > 0) {
            let number = count(self.steps.of(verdict));
            writeln!(out, "{:<16} {number:>8}  {}", verdict.name(), wording::proof::meaning(verdict))?;
        }
        if self.as_before > 0 {
            let were = counted(self.as_before, "of these was so", "of these were so");
            writeln!(out, "{:<25}  {were} before the run, which wrote nothing there", "")?;
        }
        writeln!(out)?;
        if self.steps.all_proved() {
            let of_whom = match self.accounts {
                1 => "the account".to_owned(),
                accounts => format!("all {} accounts", count(accounts)),
            };
            writeln!(out, "Every step of {of_whom} is proved.")?;
        } else {
            writeln!(out, "Not proved:")?;
            for open in self.not_proved.iter().take(MAX_NAMED) {
                writeln!(out, "  {}", open.line())?;
            }
            if self.not_proved.len() > MAX_NAMED {
                writeln!(out, "  and {} more in verification.csv", count((self.not_proved.len() - MAX_NAMED) as u64))?;
            }
        }
        writeln!(out, "Verification  {}", self.verification.display())?;
        self.write_next(out)
    }

    fn write_next(&self, out: &mut impl Write) -> io::Result<()> {
        if self.steps.all_proved() {
            return Ok(());
        }
        writeln!(out, "\nWhat is left to do, in order:")?;
        let mut lines = Vec::new();
        if let Some(command) = &self.to_go_on {
            lines.push(format!("The run has not come to its end. To go on:  {command}"));
        }
        if self.steps.contradicted > 0 {
            lines.push(
                "Find out who changed it back: Entra's audit log lists it as Enable account or Reset user password."
                    .to_owned(),
            );
            lines.push(format!("To plan exactly these accounts again:  {}", self.again));
        }
        for step in Step::all() {
            let is_open = |open: &Open| open.step == step && open.verdict == Proof::CannotBeProved;
            let advice = step.facts().prove_again.filter(|_| self.not_proved.iter().any(is_open));
            lines.extend(advice.map(str::to_owned));
        }
        lines.push(format!("To look again:  sealoff verify {}", self.dir));
        lines.push(format!("To report every account that comes back:  sealoff verify {} --watch", self.dir));
        for (number, line) in (1..).zip(lines) {
            writeln!(out, "  {number}. {line}")?;
        }
        Ok(())
    }

    fn write_changes(&self, out: &mut impl Write, before: &[Open]) -> io::Result<()> {
        let (old, new) = (by_step(before), by_step(&self.not_proved));
        let now = crate::words::moment(time::OffsetDateTime::now_utc());
        for open in self.not_proved.iter().filter(|open| old.get(&(open.row, open.step)) != Some(open)) {
            writeln!(out, "{now}  {}", open.line())?;
        }
        for gone in before.iter().filter(|gone| !new.contains_key(&(gone.row, gone.step))) {
            writeln!(
                out,
                "{now}  row {} {}: {} proved",
                gone.row,
                harmless(&gone.user_principal_name),
                gone.step.name()
            )?;
        }
        Ok(())
    }
}
