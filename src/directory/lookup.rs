//! Names in, accounts out in the same order.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::OnceCell;

use super::account::{Account, Found};
use super::deleted::{Deleted, DeletedUsers};
use super::error::LookupError;
use super::findings::Findings;
use super::note::Note;
use super::question::{Asking, ByIds, ByIdsAnswer, Question, Sighting};
use crate::clock::Clock;
use crate::graph::batch::{MAX_ITEMS, Read};
use crate::graph::error::GraphError;
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;
use crate::roster::{Key, KeyProperty};

/// What one `getByIds` with `$select` costs, in resource units ("Microsoft Graph service-specific throttling limits").
const BY_IDS_COST: u32 = 2;

/// What one list of users with `$select` costs (same page).
const FILTER_COST: u32 = 1;

/// Below this, comparing names with addresses is over in a second or two.
const MIN_CALLS_TO_SPEAK_OF: usize = 20;

/// No mail address belongs to thousands of accounts; more pages than this are a circle.
const MAX_PAGES: usize = 50;

/// Asks one tenant who the people on a roster are.
///
/// Calls are packed full (300 names or 1,000 object ids each), several are in flight, and resource units are spent at
/// the documented rate and no faster.
pub struct Lookup<'a, T> {
    paced: Paced<'a, T>,
    /// `getByIds` was refused or showed no names: from then on ids are asked for by filters.
    by_ids_is_useless: AtomicBool,
    /// Read when the first person is missing; a refusal is remembered.
    deleted: OnceCell<Result<DeletedUsers, GraphError>>,
    /// How many sign-in names were compared with the addresses of all accounts, and with how many calls.
    compared: AtomicUsize,
    comparing_calls: AtomicUsize,
}

/// Which names are looked for among mail addresses and old names, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AmongAddresses {
    /// Those that are no sign-in name.
    TheRest,
    /// All of them.
    All,
}

/// One HTTP call.
enum Job {
    Questions(Vec<Question>),
    ByIds(Vec<ObjectId>),
}

/// What is asked for, each thing once, folded.
#[derive(Default)]
struct Wanted {
    ids: Vec<ObjectId>,
    names: Vec<String>,
    properties: Vec<(KeyProperty, Vec<String>)>,
}

impl Wanted {
    fn of(keys: &[&Key]) -> Self {
        let mut wanted = Self::default();
        let (mut ids, mut names) = (HashSet::new(), HashSet::new());
        let mut properties: HashMap<KeyProperty, BTreeSet<String>> = HashMap::new();
        for key in keys {
            match key {
                Key::ObjectId(id) => {
                    if ids.insert(*id) {
                        wanted.ids.push(*id);
                    }
                }
                Key::UserPrincipalName(name) => {
                    let folded = name.folded();
                    if names.insert(folded.clone()) {
                        wanted.names.push(folded);
                    }
                }
                Key::Property(by, value) => {
                    properties.entry(*by).or_default().insert(Asking::Property(*by).fold(value));
                }
            }
        }
        wanted.properties = properties.into_iter().map(|(by, values)| (by, values.into_iter().collect())).collect();
        wanted
    }
}

impl<'a, T: Transport> Lookup<'a, T> {
    /// This many names make whole calls of every kind; handing over that many at a time keeps both the calls and the
    /// memory that they need small.
    pub const CHUNK: usize = 6_000;

    /// Asks through `transport`; waits are counted by `clock`.
    pub fn new(transport: &'a T, clock: Clock) -> Self {
        Self::paced(Paced::new(transport, clock))
    }

    /// Shares the resource units of other reads.
    pub fn paced(paced: Paced<'a, T>) -> Self {
        Self {
            paced,
            by_ids_is_useless: AtomicBool::new(false),
            deleted: OnceCell::new(),
            compared: AtomicUsize::new(0),
            comparing_calls: AtomicUsize::new(0),
        }
    }

    /// Says what the directory knows under each of these keys: as many answers as keys, in the same order.
    ///
    /// A name that is no sign-in name is looked for among all addresses. Values are compared without regard
    /// to case. A name of more than 120 characters is looked for as a sign-in name only, because no filter takes it.
    /// Ids and names without an account are looked for among the deleted users, who are read once, when the first is missing.
    ///
    /// # Errors
    ///
    /// One of the keys could not be answered for; then none is.
    pub async fn find(&self, keys: &[&Key]) -> Result<Vec<Found>, LookupError> {
        self.find_among(keys, AmongAddresses::TheRest).await
    }

    /// The same for keys that people wrote: a name that is one account's sign-in name and another's mail address or old name is
    /// found at both, whatever its column is called. It costs four times as much as [`Self::find`] does.
    ///
    /// # Errors
    ///
    /// As [`Self::find`].
    pub async fn find_everywhere(&self, keys: &[&Key]) -> Result<Vec<Found>, LookupError> {
        self.find_among(keys, AmongAddresses::All).await
    }

    async fn find_among(&self, keys: &[&Key], among: AmongAddresses) -> Result<Vec<Found>, LookupError> {
        let wanted = Wanted::of(keys);
        let findings = self.search(&wanted, among).await?;
        let is_missing = wanted.ids.iter().any(|id| !findings.knows_id(*id))
            || wanted.names.iter().any(|name| !findings.knows_name(name));
        let deleted = if is_missing { self.deleted().await? } else { None };
        Ok(keys.iter().map(|key| findings.of(key, deleted)).collect())
    }

    /// The accounts with these ids; an id that is missing is no user of the tenant at this moment.
    pub(super) async fn accounts(&self, ids: &[ObjectId]) -> Result<HashMap<ObjectId, Box<Account>>, LookupError> {
        let wanted = Wanted { ids: ids.to_vec(), ..Wanted::default() };
        Ok(self.search(&wanted, AmongAddresses::TheRest).await?.into_accounts())
    }

    /// All who were deleted lately and had this folded name or address; who was deleted last stands last. None where that may not
    /// be read.
    ///
    /// # Errors
    ///
    /// No answer comes.
    pub async fn deleted_named(&self, folded: &str) -> Result<Vec<Deleted>, LookupError> {
        let named = |deleted: &DeletedUsers| deleted.all_by_name(folded).cloned().collect();
        Ok(self.deleted().await?.map(named).unwrap_or_default())
    }

    /// What could not be read so far and does not stop a plan.
    pub fn notes(&self) -> Vec<Note> {
        let deleted = match self.deleted.get() {
            Some(Err(error)) => Some(Note::DeletedNotRead { because: error.clone() }),
            _ => None,
        };
        let calls = self.comparing_calls.load(Ordering::Relaxed);
        let names = self.compared.load(Ordering::Relaxed);
        let compared = (calls >= MIN_CALLS_TO_SPEAK_OF).then_some(Note::NamesCompared { names, calls });
        deleted.into_iter().chain(compared).collect()
    }

    async fn search(&self, wanted: &Wanted, among: AmongAddresses) -> Result<Findings, LookupError> {
        let mut findings = Findings::default();
        let fits = |name: &&String| Asking::UserPrincipalName.fits_a_filter(name);
        let (short, long): (Vec<&String>, Vec<&String>) = wanted.names.iter().partition(fits);
        let short: Vec<String> = short.into_iter().cloned().collect();
        let mut questions = Question::about(Asking::UserPrincipalName, &short);
        questions.extend(long.into_iter().cloned().map(Question::single));
        for (by, values) in &wanted.properties {
            questions.extend(Question::about(Asking::Property(*by), values));
        }
        let mut jobs = batches(questions);
        if !self.by_ids_is_useless.load(Ordering::Relaxed) {
            jobs.extend(wanted.ids.chunks(ByIds::MAX_IDS).map(|ids| Job::ByIds(ids.to_vec())));
        }
        self.work_off(&jobs, &mut findings).await?;

        // Once more for the keys that are still missing: a name may be a mail address or an old name, and what `getByIds` leaves
        // out without a word it does not vouch for.
        let is_open = |name: &String| among == AmongAddresses::All || !findings.knows_name(name);
        let open_names: Vec<_> = short.into_iter().filter(is_open).collect();
        let missing_ids = wanted.ids.iter().filter(|id| !findings.knows_id(**id)).map(ToString::to_string);
        let mut questions = Question::about(Asking::NameAsMail, &open_names);
        questions.extend(Question::about(Asking::NameAsAlias, &open_names));
        if among == AmongAddresses::All {
            self.compared.fetch_add(open_names.len(), Ordering::Relaxed);
            self.comparing_calls.fetch_add(questions.len().div_ceil(MAX_ITEMS), Ordering::Relaxed);
        }
        questions.extend(Question::about(Asking::ObjectId, &missing_ids.collect::<Vec<_>>()));
        self.work_off(&batches(questions), &mut findings).await?;
        Ok(findings)
    }

    /// The deleted users; `None` where the app may not see them, so that no account is called deleted. A user who is not there
    /// is not touched either way, so what Graph itself says to the question stops nothing; an answer that does not come does.
    async fn deleted(&self) -> Result<Option<&DeletedUsers>, LookupError> {
        let read = || DeletedUsers::read(&self.paced);
        Ok(self.deleted.get_or_try_init(read).await?.as_ref().ok())
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
        for _ in 1..MAX_PAGES {
            if rest.is_empty() {
                return Ok(());
            }
            rest = self.ask_once(&rest, seen).await?;
        }
        rest.first().map_or(Ok(()), |question| Err(question.unreliable("its pages do not end")))
    }

    async fn ask_once(&self, questions: &[Question], seen: &mut Vec<Sighting>) -> Result<Vec<Question>, LookupError> {
        let reads: Vec<Read> = questions.iter().map(|question| question.read.clone()).collect();
        let answers = self.paced.batch(&reads, FILTER_COST).await?;
        let mut rest = Vec::new();
        for (question, answer) in questions.iter().zip(answers) {
            let answered = question.read(answer, |what, link| self.paced.next_page(what, link))?;
            seen.extend(answered.seen);
            rest.extend(answered.rest);
        }
        Ok(rest)
    }

    /// Asks for up to a thousand ids in one call. Where the call is refused, fails each time, or shows no names, no account is found and no
    /// such call is made again: the documented permission for it is a wide one, and the filters need less.
    async fn ask_by_ids(&self, ids: &[ObjectId], seen: &mut Vec<Sighting>) -> Result<(), LookupError> {
        if self.by_ids_is_useless.load(Ordering::Relaxed) {
            return Ok(());
        }
        let answer: ByIdsAnswer = match self.paced.post(&ByIds::path(), &ByIds::users(ids), BY_IDS_COST).await {
            Ok(answer) => answer,
            Err(error) => {
                error.into_graphs_answer()?;
                self.by_ids_is_useless.store(true, Ordering::Relaxed);
                return Ok(());
            }
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
            // A `$select` that was not heeded leaves out what the rules go by; filters heed it.
            match Account::of(user).filter(|account| account.enabled.is_some()) {
                Some(account) => {
                    let values = vec![id.to_string()];
                    seen.push(Sighting { asking: Asking::ObjectId, values, account: Box::new(account) });
                }
                None => self.by_ids_is_useless.store(true, Ordering::Relaxed),
            }
        }
        Ok(())
    }
}

fn batches(questions: Vec<Question>) -> Vec<Job> {
    let mut jobs = Vec::with_capacity(questions.len().div_ceil(MAX_ITEMS));
    let mut questions = questions.into_iter().peekable();
    while questions.peek().is_some() {
        jobs.push(Job::Questions(questions.by_ref().take(MAX_ITEMS).collect()));
    }
    jobs
}
