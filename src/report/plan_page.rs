//! `plan.html`: a plan as a manager approves it.
//!
//! Memory does not grow with the plan: the rows go from `plan.csv` onto the page one by one, and a page lists
//! [`MAX_ROWS`] of them at most. It says how many it does not list.

use std::io::{self, Write};
use std::path::Path;

use strum::IntoEnumIterator as _;

use super::frame::{Frame, PeopleSlot};
use super::legend::{Legend, RowWords};
use super::limits::MAX_PLAIN_ROWS;
use super::listing::{Listing, PageLimits};
use super::plan_sections;
use crate::plan::approvers::RecordedSignature;
use crate::plan::folder::{FolderError, OpeningPlan, PLAN_CSV, PLAN_HTML, PlanFolder};
use crate::plan::manifest::Manifest;
use crate::plan::row::{Decision, PlanRow};
use crate::private_files;

/// A page lists at most this many rows: what a phone still searches while one types.
pub const MAX_ROWS: u32 = 25_000;
const LIMITS: PageLimits = PageLimits { max_rows: MAX_ROWS, fair_share: 5_000 };
/// Who has what is left: those whom somebody has to look at, then those who differ from the playbook, then the many.
const URGENT: [Decision; 4] = [Decision::Refuse, Decision::Skip, Decision::Act, Decision::Already];

/// Why there is no page. The plan itself is not touched by that.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The page cannot be written.
    #[error("{PLAN_HTML} cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// Opens a plan and writes its page (0600) into its folder in the same pass, in place of one that is there.
///
/// `signatures` are those of the plan that hold. The page holds no secret: recipients are public, and no credential exists yet. Nothing reads it back, and the
/// fingerprint does not cover it.
///
/// # Errors
///
/// The plan does not open, or the page cannot be written; an older page is then untouched.
pub fn write(mut opening: OpeningPlan, signatures: &[RecordedSignature]) -> Result<PlanFolder, PageError> {
    let (folder, manifest) = (opening.path().to_owned(), opening.manifest().clone());
    private_files::replace(&folder.join(PLAN_HTML), |out| {
        render(&folder, &manifest, signatures, opening.by_ref(), out)?;
        Ok(opening.finish()?)
    })
}

fn render(
    folder: &Path,
    manifest: &Manifest,
    signatures: &[RecordedSignature],
    rows: impl Iterator<Item = PlanRow>,
    out: &mut impl Write,
) -> io::Result<()> {
    let counts = &manifest.counts;
    let shares: Vec<&str> = Decision::iter().map(Decision::name).collect();
    let rows_of: Vec<u32> = Decision::iter().map(|decision| counts.of(decision).rows).collect();
    let listing = Listing::of(&rows_of, &URGENT.map(share), LIMITS);
    let frame = Frame {
        title: plan_sections::title(manifest),
        masthead: plan_sections::masthead(manifest),
        figures: "The",
        sections: plan_sections::all(folder, manifest, signatures),
        people: PeopleSlot {
            title: "The people",
            search: "Search by name, sign-in name or handoff",
            what: "What and why",
        },
        about: plan_sections::about(manifest),
    };
    let all_plain = MAX_PLAIN_ROWS.min(counts.of(Decision::Refuse).rows);
    frame.write(out, Legend::of_plan(counts, PLAN_CSV), (listing, &shares), |listed| {
        let (mut plain, mut plain_rows) = (String::new(), 0);
        for row in rows {
            if row.decision == Decision::Refuse && plain_rows < all_plain {
                plain_rows += 1;
                plain.push_str(&plan_sections::plain_row(&row).0);
            }
            let tasks = row.steps.iter().map(|step| step.facts().task).collect::<Vec<_>>().join(", ");
            let words = RowWords { what: &tasks, detail: &row.explanation(), not_proved: "" };
            listed.list(share(row.decision), &row, row.decision.name(), &words)?;
            if listed.is_full() && plain_rows == all_plain {
                // The page needs no more of the plan.
                break;
            }
        }
        Ok(plan_sections::plain(counts, &plain))
    })
}

fn share(decision: Decision) -> usize {
    Decision::iter().position(|one| one == decision).unwrap_or_default()
}
