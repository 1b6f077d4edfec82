//! The methods of a plan's people are read, after it is known who they are.

use time::OffsetDateTime;

use super::error::PlanError;
use super::methods_so_far::{MethodsSoFar, PersonsMethods};
use super::planning_progress::PlanningProgress;
use super::row::{Decision, PlanRow};
use super::ways_in::WaysIn;
use super::writer::PlanWriter;
use crate::directory::MethodReader;
use crate::graph::error::GraphError;
use crate::graph::found_pace::FoundPace;
use crate::graph::reading::ReadError;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, TenantId};

/// Where Graph refuses to list so many people in the beginning and lists none, it will refuse all of them.
const MAX_REFUSED_FIRST: u32 = 20;
/// Rows that ask for nothing fill no call, and must not fill the memory either.
const MAX_WAITING_ROWS: usize = 1_000;

/// Is it somebody whose ways in concern the plan? Who is refused or skipped is not touched, and may be a stranger.
fn concerned(row: &PlanRow) -> Option<ObjectId> {
    row.object_id.filter(|_| matches!(row.decision, Decision::Act | Decision::Already))
}

/// Reads the methods of everyone whom the plan changes or at whom nothing is left to do, and writes each row once more, with
/// how many there are. What an earlier planning in this folder read is not read again.
///
/// Some people at a time are kept in memory.
pub(super) async fn add<'a, T: Transport>(
    writer: PlanWriter<'a>,
    reader: MethodReader<'_, T>,
    tenant: TenantId,
    progress: &mut impl FnMut(PlanningProgress),
) -> Result<PlanWriter<'a>, PlanError> {
    let now = OffsetDateTime::now_utc();
    let so_far = MethodsSoFar::open(writer.folder(), tenant, now)?;
    let mut listing = MethodSweep { reader, so_far, refusal: None };
    let mut ways_in = WaysIn::begin(writer.folder(), now)?;
    let (mut rows, mut writer) = writer.once_more()?;
    let (mut people, mut left) = (0, 0);
    while let Some(row) = rows.next_row()? {
        if let Some(account) = concerned(&row) {
            people += 1;
            left += u32::from(!listing.so_far.knows(account));
        }
    }
    let (fast, slow) = FoundPace::both_ends(left);
    progress(PlanningProgress::MethodsBegin { people, left, fast, slow });
    rows.rewind()?;
    let (mut waiting, mut asked) = (Vec::new(), Vec::new());
    loop {
        let row = rows.next_row()?;
        let is_end = row.is_none();
        if let Some(row) = row {
            asked.extend(concerned(&row).filter(|account| !listing.so_far.knows(*account)));
            waiting.push(row);
        }
        if asked.len() < listing.reader.next_call() && waiting.len() < MAX_WAITING_ROWS && !is_end {
            continue;
        }
        let refused = listing.read(&asked).await?;
        asked.clear();
        for mut row in waiting.drain(..) {
            listing.add(&mut row, &refused, &mut ways_in)?;
            writer.add(row)?;
        }
        let done = ways_in.counts().people + ways_in.counts().not_read;
        progress(PlanningProgress::Methods { done, people });
        if is_end {
            break;
        }
    }
    listing.check(&ways_in)?;
    Ok(writer.with_ways_in(ways_in, listing.so_far))
}

/// People whose methods Graph would not list, with what it says.
type NotListed = Vec<(ObjectId, GraphError)>;

struct MethodSweep<'a, T> {
    reader: MethodReader<'a, T>,
    so_far: MethodsSoFar,
    /// The first person whose methods Graph would not list.
    refusal: Option<(ObjectId, GraphError)>,
}

impl<T: Transport> MethodSweep<'_, T> {
    /// Reads what these people have, and keeps it.
    async fn read(&mut self, asked: &[ObjectId]) -> Result<NotListed, PlanError> {
        let mut refused = Vec::new();
        if asked.is_empty() {
            return Ok(refused);
        }
        let answers = self.reader.read(asked).await.map_err(PlanError::Methods)?;
        let read_at = OffsetDateTime::now_utc();
        let mut known = Vec::new();
        for (&account, answer) in asked.iter().zip(answers) {
            match answer {
                Ok(methods) => known.push(PersonsMethods { account, read_at, methods }),
                Err(error) => refused.push((account, error)),
            }
        }
        self.so_far.keep(&known)?;
        Ok(refused)
    }

    /// Lists what the person of one row has, and notes in the row how many that are.
    fn add(&mut self, row: &mut PlanRow, refused: &NotListed, ways_in: &mut WaysIn) -> Result<(), PlanError> {
        let Some(account) = concerned(row) else { return Ok(()) };
        if let Some((_, error)) = refused.iter().find(|(of, _)| *of == account) {
            self.refusal.get_or_insert_with(|| (account, error.clone()));
            ways_in.add_not_read(row, error)?;
            return if ways_in.counts().not_read < MAX_REFUSED_FIRST { Ok(()) } else { self.check(ways_in) };
        }
        if let Some(known) = self.so_far.get(account)? {
            row.methods = Some(u32::try_from(known.methods.len()).unwrap_or(u32::MAX));
            ways_in.add(row, &known)?;
        }
        Ok(())
    }

    /// Of some people it may be a role that does not reach them. Where it is all of them it is the permission, or the cloud.
    fn check(&self, ways_in: &WaysIn) -> Result<(), PlanError> {
        match &self.refusal {
            Some((account, error)) if ways_in.counts().people == 0 => {
                let path = format!("/v1.0/users/{account}/authentication/methods");
                Err(PlanError::Methods(ReadError::refused(&path, error.clone())))
            }
            _ => Ok(()),
        }
    }
}
