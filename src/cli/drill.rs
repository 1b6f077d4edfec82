//! `sealoff drill`: the whole job against the embedded simulator.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::approval::Approval;
use super::approval_args::ApprovalArgs;
use super::apps::{AppArgs, Entering, FurtherApp};
use super::carry_out::{Terms, carry_out, show_finished};
use super::connect::{Connected, clock_speed};
use super::drill_intruder::IntruderOutcome;
use super::drill_keys::DrillKeys;
use super::drill_kill::{Killed, Victim};
use super::drill_output::print;
use super::drill_phases::{Phases, Rehearsed};
use super::drill_proof::prove;
use super::drill_script;
use super::drill_tenant::{connect, made_up_roster, people};
use super::exit::{Exit, Failure};
use super::number_args::whole;
use super::pace_args::PaceArgs;
use super::plan::of_roster;
use super::precheck::CheckArgs;
use super::preview::{self};
use super::reading_args::ReadingArgs;
use super::real_job::RealJob;
use super::report;
use super::rule_args::RuleArgs;
use super::scenario_args::ScenarioArgs;
use super::signatures::Signatures;
use super::simulated_apps;
use super::verify;
use super::ways_in_args::WaysInArgs;
use super::words::{count, counted, harmless};
use crate::graph::app_file::AppFile;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::playbook::Playbook;
use crate::plan::rules::Rules;
use crate::private_files;
use crate::roster::{Roster, Source};
use crate::run::lock::FolderLock;
use crate::run::plan_place::PlanPlace;
use crate::run::resume_point::{WorkScope, resume_point};
use crate::run::status::run_status;
use crate::simulator::{Quota, Scenario, Settings, Simulator};
use crate::wording::plan_command::naming_the_number;
use crate::wording::too_large;

const MADE_UP: &str = "a made-up roster";
const SAMPLE_NAME: &str = "samples/first-try.csv";
const SAMPLE: &[u8] = include_bytes!("../../samples/first-try.csv");

/// Rehearse the whole job against an embedded Microsoft Graph, offline
///
/// Plans, approves, applies, verifies, reports and unseals one credential as proof, all on this machine: nothing real is
/// changed, no account is needed. It ends with how long each phase took, and what a real tenant would have taken by its
/// quota. With --scenario things go wrong on the way; with --interrupt the run is killed in the middle. Without ROSTER it uses a
/// sample; with a ROSTER of your own, everyone on it exists in the simulated tenant; with --accounts, that many made-up
/// people are on the list.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff drill
  sealoff drill leavers.csv --playbook offboard
  sealoff drill --accounts 10000 --clock-speed 60
  sealoff drill --accounts 10000 --apps 3
  sealoff drill list.csv --playbook breach \\
    --scenario bad-day.toml --interrupt")]
pub struct DrillArgs {
    /// A list of your own
    #[arg(value_name = "ROSTER", conflicts_with = "accounts")]
    roster: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// What is done to each account
    #[arg(long, value_name = "PLAYBOOK", default_value = "breach", value_parser = super::plan::playbook())]
    playbook: Playbook,
    /// Make up a list of this many people
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=1_000_000))]
    accounts: Option<u32>,
    /// How many times as fast time runs: quota and waits stay in proportion, and hours pass in minutes [default: 60]
    #[arg(long, value_name = "FACTOR", value_parser = clock_speed)]
    clock_speed: Option<f64>,
    /// How many app registrations the run goes through, each with a quota of its own: three reach the tenant's. The files that
    /// name them, as --app takes them, are in the drill's folder [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u16>(simulated_apps::APPS))]
    apps: Option<u16>,
    /// The folder for the plan and everything that follows; a new temporary one if not given
    #[arg(long, short = 'o', value_name = "DIR")]
    out: Option<PathBuf>,
    /// Kill the run in the middle, without a warning, and give the same command again
    #[arg(long)]
    interrupt: bool,
    /// Print as JSON: a line for the plan, the run, the verification, and at last the drill itself
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    scenario: ScenarioArgs,
    #[command(flatten)]
    pace: PaceArgs,
    /// Rehearse with the file of a further app registration of your own; its secret is not read. May be repeated
    #[arg(long = "app", value_name = "FILE", conflicts_with = "apps", help_heading = "Pace")]
    app: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleArgs,
}

/// Runs the drill.
///
/// # Errors
///
/// As the same job would fail against a real tenant.
pub async fn run(args: DrillArgs) -> Result<Exit, Failure> {
    if args.playbook.removes_methods() {
        // It is for people who were shut out by a run before, and a drill is one run.
        let what = format!("a drill is one run, and {} follows another one", args.playbook);
        return Err(Failure::usage(what).with_next(
            "Rehearse both in `sealoff simulate --scenario intruder.toml`, step by step as in sealoff help intruder.",
        ));
    }
    let scenario = args.scenario.read()?;
    let files = AppArgs::named(args.app.clone()).read()?;
    let settings = settings(&args, scenario.as_ref(), &files)?;
    let (clock_speed, further) = (settings.clock_speed, settings.further_apps.clone());
    let folder = match &args.out {
        Some(folder) => folder.clone(),
        None => private_files::temporary_folder("sealoff-drill-")
            .map(tempfile::TempDir::keep)
            .map_err(|error| Failure::usage(format_args!("no temporary folder can be made: {error}")))?,
    };
    let simulator = Simulator::start(settings).await.map_err(Failure::usage)?;
    let source = source(&args, &simulator);
    introduce(args.json, scenario.as_ref(), clock_speed);
    let own = DrillKeys::for_names_on(args.reading.open(source.clone())?).map_err(Failure::usage)?;
    let mut rules = args.rules.rules(args.playbook, Some(own.keys()), WaysInArgs::default())?;
    // It is as large as the list needs, so the list's share of it says nothing about the real one.
    rules.tenant_is_made_up = true;
    let own = (rules.handoff.is_some() && args.rules.recipients.is_none()).then_some(own);
    let roster = args.reading.open(source)?;
    let rules = args.reading.by_manager(&roster, rules);
    let apps = 1 + u32::try_from(further.len()).unwrap_or(u32::MAX);
    let phases = Phases::begin(clock_speed, apps, &simulator);
    let mut drill = Drill { args: &args, clock_speed, folder, simulator, phases };
    let plan = match drill.plan(roster, rules).await? {
        Ok(plan) => plan,
        Err(exit) => return Ok(exit),
    };
    let keys = own.map(|own| own.write(&drill.folder)).transpose()?;
    print(args.json, |out| {
        out.text("Approved, because this is a drill.");
        if let Some(sentence) = too_large::sentence(plan.manifest()) {
            let flag = naming_the_number(plan.manifest());
            out.text(format_args!("A real run would be refused without{flag}: {sentence}."));
        }
        out.blank();
    });
    let (exit, killed) = drill.apply(&plan, further, &files).await?;
    let exit = match exit {
        Exit::Interrupted => exit,
        exit => drill_script::play(&drill.simulator, &plan, args.json).await?.unwrap_or(exit),
    };
    let exit = if args.roster.is_none() { exit_of_own_list(exit, &plan)? } else { exit };
    if exit == Exit::Interrupted {
        print(args.json, |out| out.text("The simulated tenant ends with the drill, so this run cannot be resumed."));
        return Ok(exit);
    }
    let verified = drill.verify(&plan).await?;
    let report = report::write(&plan)?;
    drill.phases.ended("Report", &drill.simulator);
    let credential_proved = keys.map(|keys| prove(&drill.simulator, &plan, keys, args.json)).transpose()?.flatten();
    let holds = verified && credential_proved != Some(false);
    let exit = if holds { exit } else { exit.or_unfinished() };
    let (scenario, faults) = (scenario.as_ref().map(Scenario::title), drill.simulator.struck());
    let folder = drill.folder.as_path();
    let intruder = IntruderOutcome::of(&drill.simulator);
    let rehearsed =
        Rehearsed { scenario, faults, intruder, killed, credential_proved, verified, folder, report: &report };
    drill.conclude(&plan, &rehearsed, exit, apps)?;
    drill.simulator.stop().await;
    Ok(exit)
}

/// No real person is on a list of the drill's own, and the rows that it refuses are there to be seen: it went well where
/// everything that was planned is done.
fn exit_of_own_list(exit: Exit, plan: &PlanFolder) -> Result<Exit, Failure> {
    let is_all_done = exit == Exit::Unfinished && run_status(plan)?.outcomes.not_done() == 0;
    Ok(if is_all_done { Exit::Done } else { exit })
}

/// The list of people: one's own, a made-up one, or the sample.
fn source(args: &DrillArgs, simulator: &Simulator) -> Source {
    match (&args.roster, args.accounts) {
        (Some(path), _) => Source::from_argument(path.as_os_str()),
        (None, Some(accounts)) => Source::bytes(MADE_UP, made_up_roster(simulator, accounts)),
        (None, None) => Source::bytes(SAMPLE_NAME, SAMPLE),
    }
}

fn introduce(json: bool, scenario: Option<&Scenario>, clock_speed: f64) {
    print(json, |out| {
        out.text("This is a drill: the tenant is simulated on this machine, and nothing real is changed.");
        if let Some(title) = scenario.map(Scenario::title).filter(|title| !title.is_empty()) {
            out.text(format_args!("{}.", harmless(title)));
        }
        if (clock_speed - 1.0).abs() > f64::EPSILON {
            out.text(format_args!(
                "Time runs {clock_speed} times as fast; spans below are what a real tenant would take."
            ));
        }
        out.blank()
    });
}

/// A drill under way.
struct Drill<'a> {
    args: &'a DrillArgs,
    clock_speed: f64,
    folder: PathBuf,
    simulator: Simulator,
    phases: Phases,
}

impl Drill<'_> {
    fn connect(&self) -> Result<Connected, Failure> {
        connect(self.simulator.connection(), self.clock_speed)
    }

    /// Makes the plan and shows it; the code to end with where it changes no account.
    async fn plan(&mut self, roster: Roster, rules: Rules) -> Result<Result<PlanFolder, Exit>, Failure> {
        let connected = self.connect()?;
        let (summary, plan) =
            of_roster(roster, rules, PlanPlace::free(&self.folder)?, &connected, CheckArgs::default()).await?;
        self.phases.ended("Plan", &self.simulator);
        preview::show(&summary, self.args.json);
        if summary.plan.accounts() == 0 {
            return Ok(Err(Exit::of_empty(&summary.plan)));
        }
        Ok(Ok(plan.map_or_else(|| PlanFolder::open(&self.folder), Ok)?))
    }

    /// Carries the plan out, and with `--interrupt` is killed on the way. Says how it ended, and whether it was killed.
    async fn apply(
        &mut self,
        plan: &PlanFolder,
        further: Vec<crate::simulator::FurtherApp>,
        files: &[AppFile],
    ) -> Result<(Exit, bool), Failure> {
        let apps_folder = self.folder.join("apps");
        let named = if further.is_empty() { Vec::new() } else { simulated_apps::write(&apps_folder, further)? };
        let named: Vec<PathBuf> = named.into_iter().map(|named| named.path).collect();
        let mut killed = false;
        if self.args.interrupt {
            killed = self.kill_half_way(plan.manifest(), &named).await?;
            self.phases.ended(if killed { "Apply, until it was killed" } else { "Apply" }, &self.simulator);
        }
        let further = further_apps(plan.manifest(), named, files)?;
        let entering = Entering { first: self.connect()?, further };
        let exit = begin_or_resume(plan, entering, self.args.pace.clone(), self.args.json).await?;
        self.phases.ended(if self.args.interrupt { "The same command again" } else { "Apply" }, &self.simulator);
        Ok((exit, killed))
    }

    /// Begins the run in a process of its own and kills it half way. Says whether it could be killed.
    async fn kill_half_way(&self, manifest: &Manifest, apps: &[PathBuf]) -> Result<bool, Failure> {
        let (pace, json, clock_speed) = (&self.args.pace, self.args.json, self.clock_speed);
        let victim = Victim { folder: &self.folder, manifest, pace, apps, clock_speed, json };
        let half = count(manifest.counts.writes / 2);
        print(json, |out| {
            out.text(format_args!("The run will be killed after {half} writes, without a warning."));
            out.blank();
        });
        let killed = victim.run_and_kill(&self.simulator).await?;
        print(json, |out| match killed {
            Killed::After(written) => {
                let of = counted(manifest.counts.writes, "write", "writes");
                out.blank();
                out.text(format_args!(
                    "Killed when {} of {of} were done, with answers still on their way: nothing was tidied up.",
                    count(written)
                ));
                out.text("Now the same command again, as an operator would give it:");
                out.blank()
            }
            Killed::TooLate => {
                out.blank();
                out.text("The run ended by itself before it could be killed. The same command again:");
                out.blank()
            }
            Killed::Failed(_) => {}
        });
        match killed {
            Killed::After(_) => Ok(true),
            Killed::TooLate => Ok(false),
            Killed::Failed(code) => {
                let code = code.map_or_else(|| "without a code".to_owned(), |code| format!("with code {code}"));
                Err(Failure::new(
                    Exit::Unfinished,
                    format_args!("the run that was to be killed failed before that, {code}"),
                )
                .with_next("It has said why above. Without --interrupt the drill runs in this process alone."))
            }
        }
    }

    /// Reads every account again, and says whether each step is proved.
    async fn verify(&mut self, plan: &PlanFolder) -> Result<bool, Failure> {
        print(self.args.json, |out| {
            out.text("Reading every account again, to prove each step:");
            out.blank();
        });
        let is_proved = verify::once(plan, &self.connect()?, self.args.json).await?;
        self.phases.ended("Verify", &self.simulator);
        Ok(is_proved)
    }

    fn conclude(&self, plan: &PlanFolder, rehearsed: &Rehearsed<'_>, exit: Exit, apps: u32) -> Result<(), Failure> {
        if self.args.json {
            let line = self.phases.to_json(exit, rehearsed).map_err(Failure::usage)?;
            print(false, |out| out.whole(line));
            return Ok(());
        }
        print(false, |out| {
            out.labelled("Report", rehearsed.report.display().to_string());
            out.blank();
            rehearsed.write(out);
            self.phases.write(out)
        });
        let made_up_apps = if self.args.app.is_empty() { apps } else { 0 };
        let drill = DrillArgs::augment_args(clap::Command::new("drill"));
        let (plan, roster, folder) = (plan.manifest(), self.args.roster.as_deref(), self.folder.as_path());
        print(false, |out| RealJob { plan, roster, drill, folder, made_up_apps }.write(out));
        Ok(())
    }
}

/// Carries the plan out, or what an earlier process has left of it.
async fn begin_or_resume(plan: &PlanFolder, entering: Entering, pace: PaceArgs, json: bool) -> Result<Exit, Failure> {
    let _lock = FolderLock::take(plan.path(), "drill")?;
    let resume_point = resume_point(plan, WorkScope::Open)?;
    if resume_point.has_nothing_to_do() {
        return show_finished(plan, &resume_point, Approval::Drill, json);
    }
    let terms = Terms {
        approval: Approval::Drill,
        said: ApprovalArgs::default(),
        signatures: Signatures::none(),
        pace,
        checks: CheckArgs::default(),
        json,
        not_before: None,
        by_hand: None,
        beside: None,
    };
    carry_out(plan, &resume_point, entering, terms).await
}

/// What is set in Active Directory is here at once, unless a scenario says otherwise: a drill waits for nothing in vain.
const NO_WAIT: Duration = Duration::ZERO;

/// How many times as fast time runs by default.
const CLOCK_SPEED: f64 = 60.0;

fn settings(args: &DrillArgs, scenario: Option<&Scenario>, files: &[AppFile]) -> Result<Settings, Failure> {
    let users = scenario.and_then(Scenario::users).unwrap_or(Settings::default().users);
    // Some in a directory are guests, service accounts and the like; the list is made of those that are not.
    let needed = args.accounts.map_or(0, |accounts| accounts as usize + accounts as usize / 2 + 200);
    let users = users.max(needed);
    let beginning = Settings {
        users,
        quota: Quota::documented(users),
        clock_speed: CLOCK_SPEED,
        hash_sync: NO_WAIT,
        ..Settings::default()
    };
    let mut settings = args.scenario.settings(scenario, beginning);
    settings.users = users;
    settings.clock_speed = args.clock_speed.unwrap_or(settings.clock_speed);
    let further = match args.apps {
        _ if !files.is_empty() => simulated_apps::stand_ins(files),
        Some(apps) => simulated_apps::made_up(apps),
        None => std::mem::take(&mut settings.further_apps),
    };
    let app_role = settings.app_role;
    settings.further_apps = further.into_iter().map(|app| crate::simulator::FurtherApp { app_role, ..app }).collect();
    if let Some(path) = &args.roster {
        if path.as_os_str() == "-" {
            return Err(Failure::usage("a drill reads its roster twice, so it must be a file"));
        }
        settings.extra_people = people(path, &args.reading)?;
    }
    Ok(settings)
}

/// The apps beside the first one. Those that are made up are named by files, as real ones are.
fn further_apps(manifest: &Manifest, named: Vec<PathBuf>, files: &[AppFile]) -> Result<Vec<FurtherApp>, Failure> {
    if files.is_empty() {
        return AppArgs::named(named).of_tenant(manifest.tenant.id);
    }
    Ok(simulated_apps::entering(&manifest.tenant.id.to_string(), files))
}
