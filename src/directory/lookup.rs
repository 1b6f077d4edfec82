//! Names in, accounts out in the same order.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Mutex;

use super::account::{Account, Found};
use super::error::LookupError;
use super::question::{By, ByIds, ByIdsAnswer, MOST_VALUES, Question, Sighting, fits_a_filter};
use crate::clock::Clock;
use crate::graph::batch::MOST_ITEMS;
use crate::graph::error::GraphError;
use crate::graph::quota::{Allowance, Bucket};
use crate::graph::reading::{ReadError, Reading};
use crate::graph::transport::Transport;
use crate::ids::ObjectId;
use crate::roster::Key;

/// What one `getByIds` with `$select` costs, in resource units ("Microsoft Graph service-specific throttling limits").
const BY_IDS_COST: u32 = 2;

/// Nobody has a mail address that hundreds of others have too; more pages than this are a circle.
const MOST_PAGES: usize = 50;

/// Asks one tenant who the people on a roster are.
///
/// Calls are packed full (300 names or 1,000 object ids each), several are in flight, and resource units are spent at
/// the documented rate and no faster.
pub struct Lookup<'a, T> {
    reading: Reading<'a, T>,
    clock: Clock,
    units: Mutex<Bucket>,
    /// `getByIds` was refused or showed no names: from then on ids are asked for by filters.
    by_ids_is_useless: AtomicBool,
}

/// One HTTP call.
enum Job {
    Questions(Vec<Question>),
    ByIds(Vec<ObjectId>),
}

/// Who was found, by folded name and by object id.
#[derive(Default)]
struct Findings {
    by_name: HashMap<String, Vec<Account>>,
    by_id: HashMap<ObjectId, Account>,
}

impl<'a, T: Transport> Lookup<'a, T> {
    /// So many names make whole calls of every kind; handing over that many at a time keeps both the calls and the
    /// memory that they need small.
    pub const CHUNK: usize = 6_000;

    /// Asks through `transport`; waits are counted by `clock`.
    #[must_use]
    pub fn new(transport: &'a T, clock: Clock) -> Self {
        Self {
            reading: Reading::new(transport, clock),
            clock,
            units: Mutex::new(Bucket::full(Allowance::RESOURCE_UNITS, clock)),
            by_ids_is_useless: AtomicBool::new(false),
        }
    }

    /// Says what the directory knows under each of these names: as many answers as names, in the same order.
    ///
    /// A name that is nobody's sign-in name is looked for among the mail addresses. Names are compared without regard
    /// to case. A name of more than 120 characters is looked for as a sign-in name only, because no filter takes it.
    ///
    /// # Errors
    ///
    /// Whatever keeps any one of the names from being answered for; then none is.
    pub async fn find(&self, keys: &[&Key]) -> Result<Vec<Found>, LookupError> {
        let (mut names, mut ids) = (Vec::new(), Vec::new());
        let (mut known_names, mut known_ids) = (HashSet::new(), HashSet::new());
        for key in keys {
            match key {
                Key::ObjectId(id) => {
                    if known_ids.insert(*id) {
                        ids.push(*id);
                    }
                }
                Key::UserPrincipalName(name) => {
                    let folded = name.folded();
                    if known_names.insert(folded.clone()) {
                        names.push(folded);
                    }
                }
                Key::Property(..) => {}
            }
        }
        drop((known_names, known_ids));

        let mut findings = Findings::default();
        let (short, long): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| fits_a_filter(name));
        let mut questions = filters(By::UserPrincipalName, &short);
        questions.extend(long.into_iter().map(Question::single));
        let mut jobs = batches(questions);
        if !self.by_ids_is_useless.load(Ordering::Relaxed) {
            jobs.extend(ids.chunks(ByIds::MOST).map(|ids| Job::ByIds(ids.to_vec())));
        }
        self.work_off(&jobs, &mut findings).await?;

        // Once more for whoever is still missing: a sign-in name may be a mail address, and what `getByIds` leaves out
        // without a word it does not vouch for.
        let missing_names: Vec<_> = short.into_iter().filter(|name| !findings.by_name.contains_key(name)).collect();
        let missing_ids = ids.iter().filter(|id| !findings.by_id.contains_key(id)).map(ToString::to_string);
        let mut questions = filters(By::Mail, &missing_names);
        questions.extend(filters(By::ObjectId, &missing_ids.collect::<Vec<_>>()));
        self.work_off(&batches(questions), &mut findings).await?;

        Ok(keys.iter().map(|key| findings.of(key)).collect())
    }

    /// Makes all the calls, four at a time.
    async fn work_off(&self, jobs: &[Job], findings: &mut Findings) -> Result<(), LookupError> {
        let next = AtomicUsize::new(0);
        let lane = || self.lane(jobs, &next);
        let (a, b, c, d) = tokio::try_join!(lane(), lane(), lane(), lane())?;
        [a, b, c, d].into_iter().flatten().for_each(|sighting| findings.add(sighting));
        Ok(())
    }

    async fn lane(&self, jobs: &[Job], next: &AtomicUsize) -> Result<Vec<Sighting>, LookupError> {
        let mut seen = Vec::new();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            match job {
                Job::Questions(questions) => self.ask(questions, &mut seen).await?,
                Job::ByIds(ids) => self.ask_by_ids(ids, &mut seen).await?,
            }
        }
        Ok(seen)
    }

    /// Asks up to twenty questions in one call, and follows the pages of those whose answer was only a part.
    async fn ask(&self, questions: &[Question], seen: &mut Vec<Sighting>) -> Result<(), LookupError> {
        let mut rest = self.ask_once(questions, seen).await?;
        for _ in 1..MOST_PAGES {
            if rest.is_empty() {
                return Ok(());
            }
            rest = self.ask_once(&rest, seen).await?;
        }
        rest.first().map_or(Ok(()), |question| Err(question.unreliable("its pages do not end")))
    }

    async fn ask_once(&self, questions: &[Question], seen: &mut Vec<Sighting>) -> Result<Vec<Question>, LookupError> {
        self.pay(u32::try_from(questions.len()).unwrap_or(u32::MAX)).await;
        let urls: Vec<String> = questions.iter().map(|question| question.url.clone()).collect();
        let answers = self.reading.batch(&urls).await?;
        let mut rest = Vec::new();
        for (question, answer) in questions.iter().zip(answers) {
            let answered = question.read(answer)?;
            seen.extend(answered.seen);
            rest.extend(answered.rest);
        }
        Ok(rest)
    }

    /// Asks for up to a thousand ids in one call. Where the call is refused, or shows no names, nobody is found and no
    /// such call is made again: the documented permission for it is a wide one, and the filters need less.
    async fn ask_by_ids(&self, ids: &[ObjectId], seen: &mut Vec<Sighting>) -> Result<(), LookupError> {
        if self.by_ids_is_useless.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.pay(BY_IDS_COST).await;
        let answer: ByIdsAnswer = match self.reading.post(&ByIds::path(), &ByIds::users(ids)).await {
            Ok(answer) => answer,
            Err(ReadError::Refused(GraphError { status: 403, .. })) => {
                self.by_ids_is_useless.store(true, Ordering::Relaxed);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let unreliable =
            |reason| LookupError::Unreliable { question: format!("getByIds for {} users", ids.len()), reason };
        if answer.next_link.is_some() {
            return Err(unreliable("it claims to have more pages".to_owned()));
        }
        let asked: HashSet<_> = ids.iter().copied().collect();
        for user in answer.value {
            let id = user.id;
            if !asked.contains(&id) {
                return Err(unreliable(format!("it holds {id}, who was not asked for")));
            }
            match Account::of(user) {
                Some(account) => seen.push(Sighting { name: None, account }),
                None => self.by_ids_is_useless.store(true, Ordering::Relaxed),
            }
        }
        Ok(())
    }

    /// Waits until so many resource units may be spent. Those who wait are served in their order.
    async fn pay(&self, units: u32) {
        let mut bucket = self.units.lock().await;
        while let Err(wait) = bucket.take(units) {
            self.clock.sleep(wait).await;
        }
    }
}

fn filters(by: By, values: &[String]) -> Vec<Question> {
    values.chunks(MOST_VALUES).map(|values| Question::filter(by, values.to_vec())).collect()
}

fn batches(questions: Vec<Question>) -> Vec<Job> {
    let mut jobs = Vec::with_capacity(questions.len().div_ceil(MOST_ITEMS));
    let mut questions = questions.into_iter().peekable();
    while questions.peek().is_some() {
        jobs.push(Job::Questions(questions.by_ref().take(MOST_ITEMS).collect()));
    }
    jobs
}

impl Findings {
    fn add(&mut self, Sighting { name, account }: Sighting) {
        let Some(name) = name else {
            self.by_id.insert(account.object_id, account);
            return;
        };
        let same = self.by_name.entry(name).or_default();
        if same.iter().all(|known| known.object_id != account.object_id) {
            same.push(account);
        }
    }

    fn of(&self, key: &Key) -> Found {
        match key {
            Key::ObjectId(id) => self.by_id.get(id).cloned().map_or(Found::Nobody, Found::Account),
            Key::Property(..) => Found::Nobody,
            Key::UserPrincipalName(name) => match self.by_name.get(&name.folded()).map(Vec::as_slice) {
                None | Some([]) => Found::Nobody,
                Some([only]) => Found::Account(only.clone()),
                Some(several) => Found::Several(several.to_vec()),
            },
        }
    }
}
