//! Lists what many people have, at a pace that is found.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::not_listed::NotListed;
use super::person_list::PersonList;
use crate::clock::Clock;
use crate::graph::batch::Read;
use crate::graph::error::GraphError;
use crate::graph::found_pace::FoundPace;
use crate::graph::outside::OutsideText;
use crate::graph::paced::Paced;
use crate::graph::reading::{ReadError, Reading};
use crate::graph::transport::{Consistency, Transport};
use crate::ids::ObjectId;

/// Pages of one list: more lead nowhere.
const MAX_PAGES: usize = 20;

/// Fewer people than this say nothing about the service, where it has answered before.
const MIN_MAJORITY: usize = 5;

/// Lists what people have, several of them to a call.
pub struct PersonReader<'a, T, L> {
    reading: Reading<'a, T>,
    clock: Clock,
    pace: FoundPace,
    /// Was anyone's list read so far?
    has_read: bool,
    list: std::marker::PhantomData<L>,
}

#[derive(Deserialize)]
struct PersonPage<I> {
    value: Vec<I>,
    #[serde(rename = "@odata.nextLink", default)]
    next_link: Option<String>,
}

fn path(account: ObjectId, list: &str) -> String {
    format!("/users/{account}/{list}")
}

impl<'a, T: Transport, L: PersonList> PersonReader<'a, T, L> {
    /// Reads where `paced` does, and spends none of its units.
    pub fn new(paced: &Paced<'a, T>) -> Self {
        let (reading, clock) = paced.with_own_quota();
        let pace = FoundPace::new(L::PACE, clock.now());
        Self { reading, clock, pace, has_read: false, list: std::marker::PhantomData }
    }

    /// How many people the next call may ask for.
    pub fn next_call(&self) -> usize {
        (self.pace.next_call() / L::PATHS.len()).max(1)
    }

    /// What each of these people has (at most [`Self::next_call`]). A refusal of one is that one's own answer, and so is a list that cannot be
    /// understood.
    ///
    /// # Errors
    ///
    /// Graph cannot be reached, or gives no answer.
    pub async fn read(&mut self, accounts: &[ObjectId]) -> Result<Vec<Result<Vec<L::Held>, NotListed>>, ReadError> {
        let (pace, clock) = (&mut self.pace, self.clock);
        let paths = accounts.iter().flat_map(|account| L::PATHS.iter().map(|list| path(*account, list)));
        let reads: Vec<Read> = paths.map(Read::of_found).collect();
        let requests = u32::try_from(reads.len()).unwrap_or(u32::MAX);
        clock.sleep(pace.take(clock.now(), requests)).await;
        let answers = self.reading.batch_observed(&reads, |tried| {
            pace.heard(clock.now(), tried.throttled > 0);
            pace.take(clock.now(), tried.left)
        });
        let answers = match answers.await {
            Ok(answers) => answers,
            // What one person's list is answered again and again must not hold up those of all others.
            Err(error) if self.has_read && accounts.len() < MIN_MAJORITY => {
                let answer = error.into_graphs_answer()?;
                reads.iter().map(|_| Err(answer.clone())).collect()
            }
            Err(error) => return Err(error),
        };
        self.has_read = self.has_read || answers.iter().any(Result::is_ok);
        let (mut all, mut answers) = (Vec::with_capacity(accounts.len()), answers.into_iter());
        for account in accounts {
            let of_one: Result<Vec<_>, GraphError> = answers.by_ref().take(L::PATHS.len()).collect();
            all.push(match of_one {
                Err(error) => Err(NotListed::Refused(error)),
                Ok(first_pages) => match self.all_lists(*account, &first_pages).await {
                    Ok(lists) => Ok(L::held(lists)),
                    Err(ReadError::Garbled { reason, .. }) => Err(NotListed::Garbled(reason)),
                    Err(error) => return Err(error),
                },
            });
        }
        Ok(all)
    }

    /// The lists of one person whose first pages these are.
    async fn all_lists(
        &mut self,
        account: ObjectId,
        first_pages: &[Box<RawValue>],
    ) -> Result<Vec<Vec<L::OnWire>>, ReadError> {
        let mut lists = Vec::with_capacity(L::PATHS.len());
        for (list, first) in L::PATHS.iter().zip(first_pages) {
            lists.push(self.whole(&path(account, list), first).await?);
        }
        Ok(lists)
    }

    /// The list whose first page this is: part of a list is none.
    async fn whole(&mut self, path: &str, first: &RawValue) -> Result<Vec<L::OnWire>, ReadError> {
        let garbled =
            |reason: &str| ReadError::Garbled { what: path.to_owned(), reason: OutsideText::of_nothing_sent(reason) };
        let page: PersonPage<L::OnWire> =
            serde_json::from_str(first.get()).map_err(|error| garbled(&error.to_string()))?;
        let (mut items, mut next) = (page.value, page.next_link);
        let mut pages = 1;
        while let Some(link) = next {
            if pages == MAX_PAGES {
                return Err(garbled("its pages do not end"));
            }
            self.clock.sleep(self.pace.take(self.clock.now(), 1)).await;
            let at = self.reading.next_page(path, &link)?;
            let page: PersonPage<L::OnWire> = self.reading.get(&at, Consistency::Session).await?;
            items.extend(page.value);
            next = page.next_link;
            pages += 1;
        }
        Ok(items)
    }
}
