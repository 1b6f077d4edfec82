//! Lists the methods of many people, at a pace that is found.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::held_method::{HeldMethod, MethodOnWire};
use crate::clock::Clock;
use crate::graph::batch::Read;
use crate::graph::error::GraphError;
use crate::graph::found_pace::{FOR_AUTHENTICATION, FoundPace};
use crate::graph::outside::OutsideText;
use crate::graph::paced::Paced;
use crate::graph::reading::{ReadError, Reading};
use crate::graph::transport::{Consistency, Transport};
use crate::ids::ObjectId;

/// Pages of one person: more lead nowhere.
const MAX_PAGES: usize = 20;

/// Fewer people than this say nothing about the service, where it has answered before.
const MIN_MAJORITY: usize = 5;

/// Lists the methods of people, several to a call. Its calls have a quota of their own, which no page names.
pub struct MethodReader<'a, T> {
    reading: Reading<'a, T>,
    clock: Clock,
    pace: FoundPace,
    /// Was anyone's list read so far?
    has_read: bool,
}

#[derive(Deserialize)]
struct MethodPage {
    value: Vec<MethodOnWire>,
    #[serde(rename = "@odata.nextLink", default)]
    next_link: Option<String>,
}

fn path(account: ObjectId) -> String {
    format!("/users/{account}/authentication/methods")
}

impl<'a, T: Transport> MethodReader<'a, T> {
    /// Reads where `paced` does, and spends none of its units.
    #[must_use]
    pub fn new(paced: &Paced<'a, T>) -> Self {
        let (reading, clock) = paced.with_own_quota();
        Self { reading, clock, pace: FoundPace::new(FOR_AUTHENTICATION, clock.now()), has_read: false }
    }

    /// How many people the next call may ask for.
    #[must_use]
    pub fn next_call(&self) -> usize {
        self.pace.next_call()
    }

    /// The methods of each of these people (at most [`Self::next_call`]), without their password. A refusal of one is that
    /// one's own answer.
    ///
    /// # Errors
    ///
    /// Graph cannot be reached, or gives no answer, or none that can be understood.
    pub async fn read(&mut self, accounts: &[ObjectId]) -> Result<Vec<Result<Vec<HeldMethod>, GraphError>>, ReadError> {
        let (pace, clock) = (&mut self.pace, self.clock);
        let requests = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        clock.sleep(pace.take(clock.now(), requests)).await;
        let reads: Vec<Read> = accounts.iter().map(|account| Read::of_found(path(*account))).collect();
        let answers = self.reading.batch_observed(&reads, |tried| {
            pace.heard(clock.now(), tried.throttled > 0);
            pace.take(clock.now(), tried.left)
        });
        let answers = match answers.await {
            Ok(answers) => answers,
            // What one person's methods are answered again and again must not hold up those of all others.
            Err(error) if self.has_read && accounts.len() < MIN_MAJORITY => {
                let answer = error.into_graphs_answer()?;
                accounts.iter().map(|_| Err(answer.clone())).collect()
            }
            Err(error) => return Err(error),
        };
        self.has_read = self.has_read || answers.iter().any(Result::is_ok);
        let mut all = Vec::with_capacity(accounts.len());
        for (account, answer) in accounts.iter().zip(answers) {
            all.push(match answer {
                Err(error) => Err(error),
                Ok(body) => Ok(self.whole(*account, &body).await?),
            });
        }
        Ok(all)
    }

    /// The list whose first page this is: part of a list is none.
    async fn whole(&mut self, account: ObjectId, first: &RawValue) -> Result<Vec<HeldMethod>, ReadError> {
        let garbled =
            |reason: &str| ReadError::Garbled { what: path(account), reason: OutsideText::of_nothing_sent(reason) };
        let page: MethodPage = serde_json::from_str(first.get()).map_err(|error| garbled(&error.to_string()))?;
        let (mut methods, mut next) = (page.value, page.next_link);
        let mut pages = 1;
        while let Some(link) = next {
            if pages == MAX_PAGES {
                return Err(garbled("its pages do not end"));
            }
            self.clock.sleep(self.pace.take(self.clock.now(), 1)).await;
            let at = self.reading.next_page(&path(account), &link)?;
            let page: MethodPage = self.reading.get(&at, Consistency::Session).await?;
            methods.extend(page.value);
            next = page.next_link;
            pages += 1;
        }
        Ok(methods.into_iter().filter_map(MethodOnWire::into_method).collect())
    }
}
