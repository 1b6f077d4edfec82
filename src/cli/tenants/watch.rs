//! `sealoff status --watch` of a set: how far all its runs are, for as long as a process works on any of them.

use std::path::PathBuf;

use time::OffsetDateTime;

use super::progress::SetProgress;
use crate::cli::exit::Failure;
use crate::cli::interrupt;
use crate::cli::status_watch::LOOKED_AT_EVERY;
use crate::cli::waiting::{LONG_WAIT, Standstill};
use crate::cli::watched_line::WatchedLine;
use crate::clock::Clock;
use crate::run::followed::FollowedRun;
use crate::run::lock::FolderLock;
use crate::tenants::TenantSet;

/// One run of the set.
struct WatchedMember {
    folder: PathBuf,
    /// Nothing where its plan or its journal cannot be read: the status says why.
    run: Option<FollowedRun>,
}

/// Shows how far the set is until no process works on any run of it, or the operator has seen enough.
///
/// # Errors
///
/// A lock cannot be looked at.
pub(super) async fn until_all_end(set: &TenantSet) -> Result<(), Failure> {
    let mut members: Vec<WatchedMember> =
        set.manifest.planned().map(|member| WatchedMember { folder: set.folder_of(member), run: None }).collect();
    if !is_any_in_use(&members)? {
        return Ok(());
    }
    let stop = interrupt::token(interrupt::StopRequests::take_over().map_err(Failure::usage)?);
    let mut line = WatchedLine::start();
    let progress = SetProgress::of(set.manifest.planned().map(|member| member.name.to_string()), Clock::real());
    for (watched, member) in members.iter_mut().zip(set.manifest.planned()) {
        watched.run = set.plan_of(member).ok().map(|plan| FollowedRun::of(&plan));
    }
    // One run ends before the next one begins: only where none is worked on twice in a row is it over.
    let mut was_in_use = true;
    loop {
        let is_in_use = look_at(&mut members, &progress)?;
        if !is_in_use && !was_in_use {
            return Ok(());
        }
        was_in_use = is_in_use;
        line.show(&[progress.line()]);
        tokio::select! {
            () = tokio::time::sleep(LOOKED_AT_EVERY) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}

fn is_any_in_use(members: &[WatchedMember]) -> Result<bool, Failure> {
    for member in members {
        if member.is_in_use()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads on in every journal. Is any of them worked on?
fn look_at(members: &mut [WatchedMember], progress: &SetProgress) -> Result<bool, Failure> {
    let mut any_in_use = false;
    for (place, member) in members.iter_mut().enumerate() {
        let is_in_use = member.is_in_use()?;
        any_in_use |= is_in_use;
        let Some(run) = &mut member.run else { continue };
        if run.read_on().is_err() {
            member.run = None;
            continue;
        }
        let (counts, now) = (run.counts(), OffsetDateTime::now_utc());
        let stands_still =
            counts.throttled_for(now).is_some_and(|span| span >= LONG_WAIT).then_some(Standstill::Throttled);
        progress.stands(place, run.has_begun(), is_in_use, (&counts, stands_still));
    }
    Ok(any_in_use)
}

impl WatchedMember {
    fn is_in_use(&self) -> Result<bool, Failure> {
        Ok(FolderLock::holder(&self.folder)?.is_some())
    }
}
