//! `plan.html`: a plan as a manager approves it.
//!
//! Memory does not grow with the plan: the rows go from `plan.csv` onto the page one by one, and a page lists
//! [`MAX_ROWS`] of them at most. It says how many it does not list.

use std::io::{self, Write};
use std::path::Path;

use super::limits::MAX_PLAIN_ROWS;
use super::listing::{Legend, Listing};
use super::shown::write_json;
use super::{page, sections};
use crate::plan::folder::{FolderError, OpeningPlan, PLAN_HTML, PlanFolder};
use crate::plan::manifest::Manifest;
use crate::plan::row::{Decision, PlanRow};
use crate::private_files;

pub use super::listing::MAX_ROWS;

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
/// The page holds no secret: recipients are public, and no credential exists yet. Nothing reads it back, and the
/// fingerprint does not cover it.
///
/// # Errors
///
/// The plan does not open, or the page cannot be written; an older page is then untouched.
pub fn write(mut opening: OpeningPlan) -> Result<PlanFolder, PageError> {
    let (folder, manifest) = (opening.path().to_owned(), opening.manifest().clone());
    private_files::replace(&folder.join(PLAN_HTML), |out| {
        render(&folder, &manifest, opening.by_ref(), out)?;
        Ok(opening.finish()?)
    })
}

fn render(
    folder: &Path,
    manifest: &Manifest,
    rows: impl Iterator<Item = PlanRow>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut listing = Listing::of(&manifest.counts);
    let mut legend = Legend::of(&manifest.counts);
    let put = |out: &mut dyn Write, markup: maud::Markup| out.write_all(markup.0.as_bytes());

    put(out, page::opening(&sections::title(manifest)))?;
    put(out, sections::masthead(manifest))?;
    put(out, sections::figures(&manifest.counts))?;
    put(out, sections::next(folder, manifest))?;
    put(out, sections::work(manifest))?;
    put(out, sections::reasons(manifest))?;

    out.write_all(b"<script type=\"application/json\" id=\"people-data\">[")?;
    let (mut plain, mut plain_rows) = (String::new(), 0);
    let mut json = Vec::new();
    for row in rows {
        if row.decision == Decision::Refuse && plain_rows < MAX_PLAIN_ROWS {
            plain_rows += 1;
            plain.push_str(&sections::plain_row(&row).0);
        }
        if !listing.is_open(row.decision) {
            // The page needs no more of the plan.
            if listing.is_full() && plain_rows == MAX_PLAIN_ROWS.min(manifest.counts.of(Decision::Refuse).rows) {
                break;
            }
            continue;
        }
        json.clear();
        write_json(&mut json, &legend.list(&row))?;
        let first = listing.rows() == 0;
        if listing.list(row.decision, json.len()) {
            out.write_all(if first { b"\n" } else { b",\n" })?;
            out.write_all(&json)?;
        }
    }
    out.write_all(b"\n]</script>\n<script type=\"application/json\" id=\"plan-data\">")?;
    write_json(out, &legend)?;
    out.write_all(b"</script>\n")?;

    // Behind the rows, for only now it is known how many there was room for.
    put(out, sections::people(&manifest.counts, &listing))?;
    put(out, sections::plain(&manifest.counts, &plain))?;
    put(out, sections::about(manifest))?;
    put(out, page::closing())?;
    Ok(())
}
