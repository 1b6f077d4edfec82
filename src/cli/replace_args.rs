//! `--replace`: a new plan in place of one that was never begun.

use std::path::Path;

use clap::Args;

use super::exit::Failure;
use super::words::quoted;
use crate::plan::folder::{PLAN_JSON, PlanFolder, REFUSED};
use crate::report::refused;
use crate::report::run_page::REPORT_HTML;
use crate::run::plan_place::PlanPlace;

/// Whether the folder may hold a plan.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct ReplaceArgs {
    /// Put the new plan in place of the one in the folder, where that was never begun; the old one stays until the new one
    /// is whole
    #[arg(long)]
    replace: bool,
}

impl ReplaceArgs {
    pub(super) const fn is_given(self) -> bool {
        self.replace
    }

    /// The place for a plan that will be in `out`. `list` is the file that it is made from.
    pub(super) fn place(self, out: &Path, list: Option<&Path>) -> Result<PlanPlace, Failure> {
        if !self.replace {
            return Ok(PlanPlace::free(out)?);
        }
        check_list(out, list)?;
        let place = PlanPlace::replacing(out, &[REPORT_HTML])?;
        if matches!(place, PlanPlace::Taken(_)) {
            // A plan that was changed was changed by a person, who may want to know how.
            let plan = PlanFolder::open(out)?;
            if refused::was_edited(&plan)? {
                let what = format!("{} was edited, and would be lost", quoted(&out.join(REFUSED)));
                return Err(Failure::refused(what)
                    .with_next("Nothing was replaced. Move the file out of the folder and plan it from there."));
            }
        }
        Ok(place)
    }
}

/// A list that stands in the folder would go with the old plan.
fn check_list(out: &Path, list: Option<&Path>) -> Result<(), Failure> {
    let parent = list.filter(|list| list.exists()).map(crate::private_files::folder_of);
    let is_inside = match (parent.map(Path::canonicalize), out.canonicalize()) {
        (Some(Ok(parent)), Ok(out)) => parent == out && out.join(PLAN_JSON).exists(),
        _ => false,
    };
    match list {
        Some(list) if is_inside => {
            Err(Failure::refused(format_args!("{} stands in the folder that --replace would replace", quoted(list)))
                .with_next("Move the list out of the folder, or choose another folder for the new plan."))
        }
        _ => Ok(()),
    }
}
