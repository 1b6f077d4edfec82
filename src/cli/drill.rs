//! `sealoff drill`: the whole job against the embedded simulator.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apps::AppArgs;
use super::drill_args::DrillArgs;
use super::drill_evict::{self, Evicted};
use super::drill_intruder::IntruderOutcome;
use super::drill_keys::DrillKeys;
use super::drill_output::print;
use super::drill_phases::{Phases, Rehearsed};
use super::drill_proof::prove;
use super::drill_run::{Drill, approved};
use super::drill_script;
use super::drill_tenant::{made_up_roster, people};
use super::exit::{Exit, Failure};
use super::pass_args::PassArgs;
use super::report;
use super::rule_args::RuleArgs;
use super::simulated_apps;
use super::ways_in_args::WaysInArgs;
use super::words::harmless;
use crate::graph::app_file::AppFile;
use crate::plan::folder::PlanFolder;
use crate::plan::handoff::HandoffKeys;
use crate::plan::playbook::Playbook;
use crate::plan::rules::Rules;
use crate::private_files;
use crate::roster::Source;
use crate::run::status::run_status;
use crate::seal::Identity;
use crate::simulator::{Permission, Quota, Scenario, Settings, Simulator};

const MADE_UP: &str = "a made-up roster";
const SAMPLE_NAME: &str = "samples/first-try.csv";
const SAMPLE: &[u8] = include_bytes!("../../samples/first-try.csv");

/// Runs the drill.
///
/// # Errors
///
/// As the same job would fail against a real tenant.
pub async fn run(args: DrillArgs) -> Result<Exit, Failure> {
    args.pace.check(args.playbook, None)?;
    let evicts = drill_evict::is_evicting(&args);
    let scenario = drill_evict::scenario(&args)?;
    let files = AppArgs::named(args.app.clone()).read()?;
    let settings = settings(&args, scenario.as_ref(), &files)?;
    let (clock_speed, further) = (settings.clock_speed, settings.further_apps.clone());
    let folder = folder(&args)?;
    let simulator = Simulator::start(settings).await.map_err(Failure::usage)?;
    let source = source(&args, &simulator);
    introduce(args.json, scenario.as_ref(), clock_speed);
    let own = DrillKeys::for_names_on(args.reading.open(source.clone())?).map_err(Failure::usage)?;
    let first = if evicts { drill_evict::FIRST } else { args.playbook };
    let for_second = (evicts && args.rules.pass.wish()?.is_some()).then(|| own.keys());
    let rules = rules_of_first(&args, first, &own)?;
    let own = (rules.handoff.is_some() && args.rules.recipients.is_none()).then_some(own);
    let roster = args.reading.open(source)?;
    let rules = args.reading.by_manager(&roster, args.reading.with_moments(rules));
    let apps = 1 + u32::try_from(further.len()).unwrap_or(u32::MAX);
    let phases = Phases::begin(clock_speed, apps, &simulator);
    // Each run has a folder of its own, where there are two.
    let first_folder = if evicts { folder_of(&folder, first) } else { folder.clone() };
    let mut drill = Drill { args: &args, clock_speed, folder, simulator, phases, further, files: &files };
    let plan = match drill.plan(roster, rules, &first_folder).await? {
        Ok(plan) => plan,
        Err(exit) => return Ok(exit),
    };
    let keys = own.map(|own| own.write(&drill.folder)).transpose()?;
    approved(plan.manifest(), args.json);
    let (exit, killed) = drill.first_run(&plan, evicts).await?;
    if exit == Exit::Interrupted {
        return Ok(cannot_be_resumed(args.json));
    }
    let mut went = Went { exit, killed, verified: drill.verify(&plan).await? };
    let mut second = None;
    if evicts {
        let (evicted, is_verified) = match drill.second_run(&plan, for_second).await? {
            Ok(evicted) => evicted,
            Err(exit) => return Ok(exit),
        };
        went = went.then(&evicted, is_verified);
        second = Some(evicted);
    }
    let exit = drill.sum_up(&plan, second.as_ref(), went, keys, scenario.as_ref(), apps)?;
    drill.simulator.stop().await;
    Ok(exit)
}

/// How the runs of a drill went.
struct Went {
    exit: Exit,
    killed: bool,
    verified: bool,
}

impl Went {
    /// The same, with the run that took out what the intruder had left.
    fn then(self, evicted: &Evicted, is_verified: bool) -> Self {
        let exit = if evicted.exit == Exit::Done { self.exit } else { evicted.exit };
        Self { exit, killed: evicted.killed, verified: self.verified && is_verified }
    }
}

impl Drill<'_> {
    /// Carries a plan out, and what the script of the drill has come next. Gives whether it was killed on the way, too.
    async fn first_run(&mut self, plan: &PlanFolder, evicts: bool) -> Result<(Exit, bool), Failure> {
        let (exit, killed) = self.apply(plan, self.args.interrupt && !evicts).await?;
        let exit = match exit {
            Exit::Interrupted => exit,
            exit => drill_script::play(&self.simulator, plan, self.args.json).await?.unwrap_or(exit),
        };
        Ok((self.exit_by_list(exit, plan)?, killed))
    }

    /// The run that takes out what the intruder has left, and whether all of it is proved; or how the drill ends without one.
    async fn second_run(
        &mut self,
        first: &PlanFolder,
        own: Option<HandoffKeys>,
    ) -> Result<Result<(Evicted, bool), Exit>, Failure> {
        let folder = folder_of(&self.folder, self.args.playbook);
        let mut evicted = match self.evict(first, &folder, own).await? {
            Ok(evicted) => evicted,
            Err(exit) => return Ok(Err(exit)),
        };
        if evicted.exit == Exit::Interrupted {
            return Ok(Err(cannot_be_resumed(self.args.json)));
        }
        evicted.exit = self.exit_by_list(evicted.exit, &evicted.plan)?;
        let is_verified = self.verify(&evicted.plan).await?;
        self.simulator.let_intruder_try();
        Ok(Ok((evicted, is_verified)))
    }

    /// Writes the report, opens a credential where `keys` are the drill's own, and says what all of it has shown.
    fn sum_up(
        &mut self,
        plan: &PlanFolder,
        second: Option<&Evicted>,
        Went { exit, killed, verified }: Went,
        keys: Option<[(PathBuf, Identity); 2]>,
        scenario: Option<&Scenario>,
        apps: u32,
    ) -> Result<Exit, Failure> {
        let second_plan = second.map(|second| &second.plan);
        let report = report::write(second_plan.unwrap_or(plan))?;
        self.phases.ended("Report", &self.simulator);
        let credential_proved =
            keys.map(|keys| prove(&self.simulator, plan, keys, self.args.json)).transpose()?.flatten();
        let intruder_after_breach = second.and_then(|second| second.before);
        let intruder = IntruderOutcome::of(&self.simulator);
        let intruder = intruder.map(|now| intruder_after_breach.map_or(now, |before| now.since(before)));
        let is_out = second.is_none() || intruder.is_none_or(IntruderOutcome::is_out);
        let holds = verified && credential_proved != Some(false) && is_out;
        let exit = if holds { exit } else { exit.or_unfinished() };
        let rehearsed = Rehearsed {
            scenario: scenario.map(Scenario::title),
            faults: self.simulator.struck(),
            intruder_after_breach,
            intruder,
            killed,
            credential_proved,
            verified,
            folder: self.folder.as_path(),
            report: &report,
        };
        self.conclude(plan.manifest(), second_plan.map(PlanFolder::manifest), &rehearsed, exit, apps)?;
        Ok(exit)
    }

    /// No real person is on a list of the drill's own, and the rows that it refuses are there to be seen: it went well where
    /// everything that was planned is done.
    fn exit_by_list(&self, exit: Exit, plan: &PlanFolder) -> Result<Exit, Failure> {
        let is_own = self.args.roster.is_none();
        let is_all_done = is_own && exit == Exit::Unfinished && run_status(plan)?.outcomes.not_done() == 0;
        Ok(if is_all_done { Exit::Done } else { exit })
    }
}

/// The folder of the drill.
fn folder(args: &DrillArgs) -> Result<PathBuf, Failure> {
    match &args.out {
        Some(folder) => Ok(folder.clone()),
        None => private_files::temporary_folder("sealoff-drill-")
            .map(tempfile::TempDir::keep)
            .map_err(|error| Failure::usage(format_args!("no temporary folder can be made: {error}"))),
    }
}

/// The rules of the run with this playbook, which is the only one or is followed by an eviction.
fn rules_of_first(args: &DrillArgs, first: Playbook, own: &DrillKeys) -> Result<Rules, Failure> {
    // What evict takes out would be a pass that breach had made: where there are two runs, the second one makes it.
    let pass = if first == args.playbook { args.rules.pass } else { PassArgs::default() };
    let of_first = RuleArgs { pass, ..args.rules.clone() };
    let mut rules = of_first.rules(first, Some(own.keys()), &WaysInArgs::default())?;
    // The tenant is as large as the list needs, so the list's share of it says nothing about the real one.
    rules.tenant_is_made_up = true;
    Ok(rules)
}

/// Where a run of this playbook has its folder in that of the drill.
fn folder_of(folder: &Path, playbook: Playbook) -> PathBuf {
    folder.join(playbook.name())
}

fn cannot_be_resumed(json: bool) -> Exit {
    print(json, |out| out.text("The simulated tenant ends with the drill, so this run cannot be resumed."));
    Exit::Interrupted
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

/// What is set in Active Directory is here at once, unless a scenario says otherwise: a drill waits for nothing in vain.
const NO_WAIT: Duration = Duration::ZERO;

/// How many times as fast time runs by default.
const CLOCK_SPEED: f64 = 60.0;

fn settings(args: &DrillArgs, scenario: Option<&Scenario>, files: &[AppFile]) -> Result<Settings, Failure> {
    let users = scenario.and_then(Scenario::users).unwrap_or(Settings::default().users);
    // Some in a directory are guests, service accounts and the like; the list is made of those that are not.
    let needed = args.accounts.map_or(0, |accounts| accounts as usize + accounts as usize / 2 + 200);
    let users = users.max(needed);
    let mut beginning = Settings {
        users,
        quota: Quota::documented(users),
        clock_speed: CLOCK_SPEED,
        hash_sync: NO_WAIT,
        // Its administrator has disabled the computers there.
        device_sync: None,
        ..Settings::default()
    };
    // Nothing stands in the way of what the flags ask for, unless a scenario withholds it.
    if args.rules.pass.wish()?.is_some() {
        let of_passes = [Permission::PolicyReadAuthenticationMethod, Permission::UserAuthMethodTapReadWriteAll];
        beginning.permissions.extend(of_passes);
    }
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
