//! `plan.html`: a plan as a manager approves it.
//!
//! Memory does not grow with the plan: the rows go from `plan.csv` onto the page one by one, and a page lists
//! [`MOST_ROWS`] of them at most. It says how many it does not list.

use std::io::{self, Write};
use std::path::PathBuf;

use super::listing::{Legend, Listing};
use super::shown::write_json;
use super::{page, sections};
use crate::plan::folder::{FolderError, PLAN_HTML, PlanFolder};
use crate::plan::row::Decision;
use crate::private_files;

pub use super::listing::{MOST_ROWS, means};

/// So many of the refused rows stand on the page as a plain table, for readers whose viewer runs no scripts.
pub const MOST_PLAIN_ROWS: u32 = 500;

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

/// Writes the page of a plan (0600) into the plan's folder, in place of one that is there, and says where it is.
///
/// The page holds no secret: recipients are public, and no credential exists yet. Nothing reads it back, and the
/// fingerprint does not cover it.
///
/// # Errors
///
/// The plan cannot be read as far as the page needs it, or the page cannot be written; an older page is then untouched.
pub fn write(plan: &PlanFolder) -> Result<PathBuf, PageError> {
    let path = plan.path().join(PLAN_HTML);
    private_files::replace(&path, |out| render(plan, out))?;
    Ok(path)
}

fn render(plan: &PlanFolder, out: &mut impl Write) -> Result<(), PageError> {
    let manifest = plan.manifest();
    let mut listing = Listing::of(&manifest.counts);
    let mut legend = Legend::of(&manifest.counts);
    let put = |out: &mut dyn Write, markup: maud::Markup| out.write_all(markup.0.as_bytes());

    put(out, page::opening(&sections::title(manifest)))?;
    put(out, sections::masthead(manifest))?;
    put(out, sections::figures(&manifest.counts))?;
    put(out, sections::next(plan))?;
    put(out, sections::work(manifest))?;
    put(out, sections::reasons(manifest))?;

    out.write_all(b"<script type=\"application/json\" id=\"people-data\">[")?;
    let (mut plain, mut plain_rows) = (String::new(), 0);
    let mut json = Vec::new();
    for row in plan.rows()? {
        let row = row?;
        if row.decision == Decision::Refuse && plain_rows < MOST_PLAIN_ROWS {
            plain_rows += 1;
            plain.push_str(&sections::plain_row(&row).0);
        }
        if !listing.is_open(row.decision) {
            // The plan was read to its end when it was opened; the page needs no more of it.
            if listing.is_full() && plain_rows == MOST_PLAIN_ROWS.min(manifest.counts.of(Decision::Refuse).rows) {
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
