//! One run of a drill: planned, approved, carried out, and read again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args as _;

use super::approval::Approval;
use super::approval_args::ApprovalArgs;
use super::apps::{AppArgs, Entering, FurtherApp};
use super::carry_out::{Terms, carry_out, show_finished};
use super::connect::Connected;
use super::drill_args::DrillArgs;
use super::drill_kill::{Killed, Victim};
use super::drill_output::print;
use super::drill_phases::{Phases, Rehearsed};
use super::drill_tenant::connect;
use super::exit::{Exit, Failure};
use super::pace_args::PaceArgs;
use super::plan::of_roster;
use super::precheck::CheckArgs;
use super::preview;
use super::real_job::RealJob;
use super::signatures::Signatures;
use super::simulated_apps;
use super::verify;
use super::words::{count, counted};
use crate::graph::app_file::AppFile;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::playbook::Playbook;
use crate::plan::rules::Rules;
use crate::roster::Roster;
use crate::run::lock::FolderLock;
use crate::run::plan_place::PlanPlace;
use crate::run::resume_point::{WorkScope, resume_point};
use crate::simulator::Simulator;
use crate::wording::plan_command::naming_the_number;
use crate::wording::too_large;
/// A drill under way.
pub(super) struct Drill<'a> {
    pub(super) args: &'a DrillArgs,
    pub(super) clock_speed: f64,
    pub(super) folder: PathBuf,
    pub(super) simulator: Simulator,
    pub(super) phases: Phases,
    /// The apps that are made up, beside the first.
    pub(super) further: Vec<crate::simulator::FurtherApp>,
    /// The files of the apps that were named.
    pub(super) files: &'a [AppFile],
}

impl Drill<'_> {
    pub(super) fn connect(&self) -> Result<Connected, Failure> {
        connect(self.simulator.connection(), self.clock_speed)
    }

    /// Makes the plan and shows it; the code to end with where it changes no account.
    pub(super) async fn plan(
        &mut self,
        roster: Roster,
        rules: Rules,
        folder: &Path,
    ) -> Result<Result<PlanFolder, Exit>, Failure> {
        let connected = self.connect()?;
        let (summary, plan) =
            of_roster(roster, rules, PlanPlace::free(folder)?, &connected, CheckArgs::default()).await?;
        self.phases.ended("Plan", &self.simulator);
        preview::show(&summary, self.args.json);
        let plan = plan.map_or_else(|| PlanFolder::open(folder), Ok)?;
        if summary.plan.accounts() == 0 {
            return Ok(Err(Exit::of_empty(&plan)?));
        }
        Ok(Ok(plan))
    }

    /// Carries the plan out, and where it is interrupted is killed on the way. Says how it ended, and whether it was killed.
    pub(super) async fn apply(&mut self, plan: &PlanFolder, interrupts: bool) -> Result<(Exit, bool), Failure> {
        let (apps_folder, further) = (plan.path().join("apps"), self.further.clone());
        let named = if further.is_empty() { Vec::new() } else { simulated_apps::write(&apps_folder, further)? };
        let named: Vec<PathBuf> = named.into_iter().map(|named| named.path).collect();
        let mut killed = false;
        if interrupts {
            killed = self.kill_half_way(plan, &named).await?;
            self.phases.ended(if killed { "Apply, until it was killed" } else { "Apply" }, &self.simulator);
        }
        let further = further_apps(plan.manifest(), named, self.files)?;
        let entering = Entering { first: self.connect()?, further };
        let exit = begin_or_resume(plan, entering, self.args.pace.clone(), self.args.json).await?;
        let evicts = plan.manifest().playbook == Playbook::Evict;
        let phase = match (interrupts, evicts) {
            (true, _) => "The same command again",
            (false, true) => "Evict: apply",
            (false, false) => "Apply",
        };
        let pace = Duration::from_secs(if evicts { plan.manifest().floor_seconds } else { 0 });
        self.phases.ended_at_pace(phase, &self.simulator, pace);
        Ok((exit, killed))
    }

    /// Begins the run in a process of its own and kills it half way. Says whether it could be killed.
    async fn kill_half_way(&self, plan: &PlanFolder, apps: &[PathBuf]) -> Result<bool, Failure> {
        let manifest = plan.manifest();
        let (pace, json, clock_speed) = (&self.args.pace, self.args.json, self.clock_speed);
        let victim = Victim { folder: plan.path(), manifest, pace, apps, clock_speed, json };
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
    pub(super) async fn verify(&mut self, plan: &PlanFolder) -> Result<bool, Failure> {
        print(self.args.json, |out| {
            out.text("Reading every account again, to prove each step:");
            out.blank();
        });
        let is_proved = verify::once(plan, &self.connect()?, self.args.json).await?;
        let evicts = plan.manifest().playbook == Playbook::Evict;
        self.phases.ended(if evicts { "Evict: verify" } else { "Verify" }, &self.simulator);
        Ok(is_proved)
    }

    pub(super) fn conclude(
        &self,
        plan: &Manifest,
        then: Option<&Manifest>,
        rehearsed: &Rehearsed<'_>,
        exit: Exit,
        apps: u32,
    ) -> Result<(), Failure> {
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
        let (roster, folder) = (self.args.roster.as_deref(), self.folder.as_path());
        print(false, |out| RealJob { plan, then, roster, drill, folder, made_up_apps }.write(out));
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

/// Says that a plan is approved, and what a real run would ask for.
pub(super) fn approved(plan: &Manifest, json: bool) {
    print(json, |out| {
        out.text("Approved, because this is a drill.");
        if let Some(sentence) = too_large::sentence(plan) {
            let flag = naming_the_number(plan);
            out.text(format_args!("A real run would be refused without{flag}: {sentence}."));
        }
        out.blank();
    });
}

/// The apps beside the first one. Those that are made up are named by files, as real ones are.
fn further_apps(manifest: &Manifest, named: Vec<PathBuf>, files: &[AppFile]) -> Result<Vec<FurtherApp>, Failure> {
    if files.is_empty() {
        return AppArgs::named(named).of_tenant(manifest.tenant.id);
    }
    Ok(simulated_apps::entering(&manifest.tenant.id.to_string(), files))
}
