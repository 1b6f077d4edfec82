//! The methods of a plan's people are read, after it is known who they are.

use time::OffsetDateTime;

use super::error::PlanError;
use super::method_fate::MethodFate;
use super::methods_option::MethodsOption;
use super::methods_so_far::{MethodsSoFar, PersonsMethods};
use super::planning_progress::PlanningProgress;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::ways_in::WaysIn;
use super::writer::PlanWriter;
use crate::directory::MethodReader;
use crate::graph::error::GraphError;
use crate::graph::found_pace::FOR_AUTHENTICATION;
use crate::graph::reading::ReadError;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, TenantId};
use crate::step::target::MAX_TARGETS;
use crate::step::{Step, Steps};

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
    asked: MethodsOption,
    progress: &mut impl FnMut(PlanningProgress),
) -> Result<PlanWriter<'a>, PlanError> {
    let now = OffsetDateTime::now_utc();
    let so_far = MethodsSoFar::open(writer.folder(), tenant, now)?;
    let mut listing = MethodSweep { reader, so_far, option: asked, refusal: None };
    let mut ways_in = WaysIn::begin(writer.folder(), now)?;
    let (mut rows, mut writer) = writer.once_more()?;
    let (mut people, mut left) = (0, 0);
    while let Some(row) = rows.next_row()? {
        if let Some(account) = concerned(&row) {
            people += 1;
            left += u32::from(!listing.so_far.knows(account));
        }
    }
    let (fast, slow) = FOR_AUTHENTICATION.both_ends(left);
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
            let targets = listing.add(&mut row, &refused, &mut ways_in)?;
            writer.add_with_targets(row, targets)?;
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

/// Nothing is removed from the person of this row, and nothing else is done; a row that asks for no removal stays as it is.
fn refuse_removal(row: &mut PlanRow, why: &str) {
    if row.steps.contains(Step::Methods) {
        (row.decision, row.steps) = (Decision::Refuse, Steps::NONE);
        row.reasons.push(Reason::MethodsUnknown);
        row.detail = if row.detail.is_empty() { why.to_owned() } else { format!("{}; {why}", row.detail) };
    }
}

/// People whose methods Graph would not list, with what it says.
type NotListed = Vec<(ObjectId, GraphError)>;

struct MethodSweep<'a, T> {
    reader: MethodReader<'a, T>,
    so_far: MethodsSoFar,
    option: MethodsOption,
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

    /// Lists what the person of one row has, and notes in the row how many that are. Gives how many of them are removed. From
    /// whom it is not known what to remove nothing is.
    fn add(&mut self, row: &mut PlanRow, refused: &NotListed, ways_in: &mut WaysIn) -> Result<u32, PlanError> {
        let Some(account) = concerned(row) else { return Ok(0) };
        if let Some((_, error)) = refused.iter().find(|(of, _)| *of == account) {
            self.refusal.get_or_insert_with(|| (account, error.clone()));
            ways_in.add_not_read(row, error)?;
            refuse_removal(row, &error.to_string());
            return if ways_in.counts().not_read < MAX_REFUSED_FIRST { Ok(0) } else { self.check(ways_in).map(|()| 0) };
        }
        let Some(known) = self.so_far.get(account)? else { return Ok(0) };
        row.methods = Some(u32::try_from(known.methods.len()).unwrap_or(u32::MAX));
        let mut removed = 0;
        if row.steps.contains(Step::Methods) {
            removed = MethodFate::removed(&known.methods, self.option);
            if removed == 0 {
                row.steps = row.steps.without(Step::Methods);
            } else if removed > usize::from(MAX_TARGETS) {
                refuse_removal(row, &format!("{removed} methods are more than a person has"));
                removed = 0;
            }
        }
        ways_in.add(row, &known, self.option)?;
        Ok(u32::try_from(removed).unwrap_or(u32::MAX))
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
