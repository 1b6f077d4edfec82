//! The flags that say which wave of a plan is carried out.

use clap::Args;

use super::exit::Failure;
use super::words::quoted;
use crate::plan::folder::PlanFolder;
use crate::run::worked_wave::WorkedWave;
use crate::wording::{plan_command, waves};

/// Which wave of a plan.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct WaveArgs {
    /// Only this wave of a plan that was made with --wave-by; the others stay pending, and --confirm begins with its number of
    /// accounts
    #[arg(long, value_name = "NAME", conflicts_with = "retry_failed")]
    wave: Option<String>,
    /// All waves of the plan at once
    #[arg(long, conflicts_with_all = ["wave", "retry_failed"])]
    every_wave: bool,
}

impl WaveArgs {
    /// Was any of them given?
    pub(super) const fn is_given(&self) -> bool {
        self.wave.is_some() || self.every_wave
    }

    /// The wave that is meant, or none where it is the whole plan.
    ///
    /// # Errors
    ///
    /// The plan has no such wave, or has waves and none was named.
    pub(super) fn of_plan(&self, plan: &PlanFolder, is_retry: bool) -> Result<Option<WorkedWave>, Failure> {
        let (dir, manifest) = (quoted(plan.path()), plan.manifest());
        match (&manifest.waves, &self.wave) {
            (None, None) if !self.every_wave => Ok(None),
            (None, _) => Err(Failure::usage(format_args!("the plan in {dir} has no waves"))
                .with_next("Leave the flag out, or make a new plan with --wave-by COLUMN.")),
            (Some(_), None) if self.every_wave || is_retry => Ok(None),
            (Some(all), None) => Err(Failure::refused(format_args!(
                "the plan in {dir} is carried out in waves, and none is named; there are {}",
                waves::names(all)
            ))
            .with_command("The first of them", plan_command::apply(plan.path(), manifest))
            .and_next("All of them at once: --every-wave")),
            (Some(all), Some(name)) => match all.find(name) {
                Some(wave) => Ok(Some(WorkedWave::of(plan, wave)?)),
                None => Err(Failure::usage(format_args!(
                    "the plan in {dir} has no wave {name:?}; there are {}",
                    waves::names(all)
                ))),
            },
        }
    }
}
