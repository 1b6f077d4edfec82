//! The files that are made of plan and journal, and can be made again at any time: results and packets.

use std::path::PathBuf;

use super::outcome_counts::OutcomeCounts;
use super::packets::{self, Packet, PacketList};
use super::replay::Replay;
use super::result_row::{ResultDetails, ResultRow, ResultRows};
use super::results;
use super::results_error::ResultsError;
use super::run_error::RunError;
use super::target_results::TargetResults;
use crate::plan::folder::{PlanFolder, WAYS_IN_RESULTS};

/// What was written.
#[derive(Debug)]
pub struct RunOutput {
    /// Where `results.csv` is.
    pub results: PathBuf,
    /// How many rows have which outcome.
    pub outcomes: OutcomeCounts,
    /// The packets beside it.
    pub packets: Vec<Packet>,
}

/// Writes results and packets from a journal that has been read, in one pass over the plan; `also` is shown every row on its
/// way.
///
/// # Errors
///
/// Plan or journal cannot be read, or a file cannot be written.
pub fn write_replayed(
    plan: &PlanFolder,
    replay: &Replay,
    mut also: impl FnMut(&ResultRow, &ResultDetails),
) -> Result<RunOutput, RunError> {
    let path = plan.results_path();
    let mut listed = PacketList::of(plan, replay);
    let mut ways_in = TargetResults::of(plan);
    let mut rows = ResultRows::of_plan(plan, replay)?;
    let outcomes = results::write(&path, &mut rows, |row, details, rows| {
        listed.add(&row.planned, rows.offset());
        ways_in.add(row, details);
        also(row, details);
    })?;
    let list = plan.path().join(WAYS_IN_RESULTS);
    ways_in.write(plan).map_err(|source| ResultsError::Io { path: list, source })?;
    let packets = packets::write(plan, replay, listed)?;
    Ok(RunOutput { results: path, outcomes, packets })
}

/// Writes the packets alone.
///
/// # Errors
///
/// Plan or journal cannot be read, or a packet cannot be written.
pub fn write_packets(plan: &PlanFolder) -> Result<Vec<Packet>, RunError> {
    let replay = Replay::of_plan(plan)?;
    let mut listed = PacketList::of(plan, &replay);
    let mut rows = plan.rows()?;
    while let Some(row) = rows.next() {
        listed.add(&row?, rows.offset());
    }
    Ok(packets::write(plan, &replay, listed)?)
}
