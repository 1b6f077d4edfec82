//! Reads within the tenant's resource units, page by page.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::batch::{MAX_ITEMS, Read};
use super::error::GraphError;
use super::outside::OutsideText;
use super::patience::Patience;
use super::quota::{Allowance, Bucket};
use super::reading::{Organization, ReadError, Reading};
use super::transport::{Consistency, Transport};
use crate::clock::Clock;
use crate::digest::Digest;

/// Reads one tenant and spends resource units at the documented rate, no faster. Copies share one bucket.
pub struct Paced<'a, T> {
    reading: Reading<'a, T>,
    clock: Clock,
    units: Arc<Mutex<Bucket>>,
}

impl<T> Clone for Paced<'_, T> {
    fn clone(&self) -> Self {
        Self { reading: self.reading, clock: self.clock, units: Arc::clone(&self.units) }
    }
}

impl<'a, T: Transport> Paced<'a, T> {
    /// Begins with a full bucket; waits are counted by `clock`.
    pub fn new(transport: &'a T, clock: Clock) -> Self {
        let units = Arc::new(Mutex::new(Bucket::full(Allowance::RESOURCE_UNITS, clock)));
        Self { reading: Reading::new(transport, clock), clock, units }
    }

    /// The same tenant for calls that have a quota of their own: they spend none of these units.
    pub const fn with_own_quota(&self) -> (Reading<'a, T>, Clock) {
        (self.reading, self.clock)
    }

    /// Graph's own clock when it last answered, where that is known.
    pub fn last_date(&self) -> Option<OffsetDateTime> {
        self.reading.last_date()
    }

    /// Which tenant is this?
    ///
    /// # Errors
    ///
    /// As [`Reading::organization`].
    pub async fn organization(&self) -> Result<Organization, ReadError> {
        self.pay(1).await;
        self.reading.organization().await
    }

    /// Makes up to twenty reads in one call, each at `cost` resource units.
    ///
    /// # Errors
    ///
    /// As [`Reading::batch`].
    pub async fn batch(&self, reads: &[Read], cost: u32) -> Result<Vec<Result<Box<RawValue>, GraphError>>, ReadError> {
        self.pay(cost.saturating_mul(u32::try_from(reads.len()).unwrap_or(u32::MAX))).await;
        self.reading.batch(reads).await
    }

    /// Sends a `POST` that only reads.
    ///
    /// # Errors
    ///
    /// As [`Reading::post`].
    pub async fn post<A: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl serde::Serialize,
        cost: u32,
    ) -> Result<A, ReadError> {
        self.pay(cost).await;
        self.reading.post(path, body).await
    }

    /// Reads one object.
    ///
    /// # Errors
    ///
    /// As [`Reading::get`].
    pub async fn get<A: DeserializeOwned>(&self, path: &str, cost: u32) -> Result<A, ReadError> {
        self.pay(cost).await;
        self.reading.get(path, Consistency::Session).await
    }

    /// Reads a count.
    ///
    /// # Errors
    ///
    /// As [`Reading::count`].
    pub async fn count(&self, path: &str, cost: u32) -> Result<u64, ReadError> {
        self.pay(cost).await;
        self.reading.count(path).await
    }

    /// The path of the next page, from the version on.
    ///
    /// # Errors
    ///
    /// As [`Reading::next_page`].
    pub fn next_page(&self, what: &str, link: &str) -> Result<String, ReadError> {
        self.reading.next_page(what, link)
    }

    /// Reads a list page by page, each at `cost` resource units.
    pub fn pages<A: DeserializeOwned>(
        &self,
        path: impl Into<String>,
        consistency: Consistency,
        cost: u32,
    ) -> Pages<'a, T, A> {
        let path = path.into();
        let what = path.split('?').next().unwrap_or_default().to_owned();
        Pages {
            paced: self.clone(),
            what,
            next: Some(path),
            seen: HashSet::new(),
            empty: 0,
            consistency,
            // A list is always there, if only as an empty one.
            patience: Patience::LATER.for_known(),
            cost,
            items: PhantomData,
        }
    }

    /// Reads a whole list.
    ///
    /// # Errors
    ///
    /// Any one of its pages cannot be read; then nothing of it is known.
    pub async fn list<A: DeserializeOwned>(&self, path: impl Into<String>, cost: u32) -> Result<Vec<A>, ReadError> {
        let mut pages = self.pages(path, Consistency::Session, cost);
        let mut all = Vec::new();
        while let Some(page) = pages.next().await? {
            all.extend(page);
        }
        Ok(all)
    }

    /// Reads many whole lists, their first pages twenty to a call. A
    /// refusal of one is that one's own answer.
    ///
    /// # Errors
    ///
    /// Any page of any list cannot be read.
    pub async fn lists<A: DeserializeOwned>(
        &self,
        firsts: &[Read],
        cost: u32,
    ) -> Result<Vec<Result<Vec<A>, GraphError>>, ReadError> {
        let mut lists = Vec::with_capacity(firsts.len());
        for firsts in firsts.chunks(MAX_ITEMS) {
            for (first, answer) in firsts.iter().zip(self.batch(firsts, cost).await?) {
                lists.push(match answer {
                    Err(error) => Err(error),
                    Ok(body) => Ok(self.rest_of(&first.url, &body, cost).await?),
                });
            }
        }
        Ok(lists)
    }

    async fn rest_of<A: DeserializeOwned>(&self, url: &str, first: &RawValue, cost: u32) -> Result<Vec<A>, ReadError> {
        let garbled = |error: serde_json::Error| ReadError::Garbled {
            what: url.to_owned(),
            reason: OutsideText::of_nothing_sent(&error.to_string()),
        };
        let page: ListPage<A> = serde_json::from_str(first.get()).map_err(garbled)?;
        let mut all = page.value;
        if let Some(link) = page.next_link {
            let mut pages = self.pages(self.next_page(url, &link)?, Consistency::Session, cost);
            while let Some(page) = pages.next().await? {
                all.extend(page);
            }
        }
        Ok(all)
    }

    /// Waits until this many resource units may be spent. Waiting calls are served in their order.
    async fn pay(&self, units: u32) {
        let mut bucket = self.units.lock().await;
        while let Err(wait) = bucket.take(units) {
            self.clock.sleep(wait).await;
        }
    }
}

#[derive(Deserialize)]
struct ListPage<A> {
    value: Vec<A>,
    #[serde(rename = "@odata.nextLink", default)]
    next_link: Option<String>,
}

/// A list that is being read. It is whole when [`Pages::next`] has said `None`, and not before.
pub struct Pages<'a, T, A> {
    paced: Paced<'a, T>,
    what: String,
    next: Option<String>,
    /// The pages that were read, by the digest of their address: of ten thousand long addresses this is little.
    seen: HashSet<Digest>,
    /// How many pages in a row had nothing on them.
    empty: usize,
    consistency: Consistency,
    patience: Patience,
    cost: u32,
    items: PhantomData<A>,
}

/// Longer lists are none: at 999 accounts to a page it is ten million.
const MAX_PAGES: usize = 10_000;
/// Filtered lists have empty pages; so many in a row lead nowhere.
const MAX_EMPTY_PAGES: usize = 100;

impl<T: Transport, A: DeserializeOwned> Pages<'_, T, A> {
    /// The next page; `None` behind the last one.
    ///
    /// # Errors
    ///
    /// The page cannot be read, or the pages run in a circle or do not end. What was read before is then a part and no list.
    pub async fn next(&mut self) -> Result<Option<Vec<A>>, ReadError> {
        let Some(path) = self.next.take() else { return Ok(None) };
        self.paced.pay(self.cost).await;
        let page: ListPage<A> = self.paced.reading.get_with(&path, self.consistency, self.patience).await?;
        // What follows a page was found with it.
        self.patience = Patience::LATER.for_known();
        if let Some(link) = page.next_link {
            let next = self.paced.next_page(&self.what, &link)?;
            self.seen.insert(Digest::of(path.as_bytes()));
            self.empty = if page.value.is_empty() { self.empty + 1 } else { 0 };
            let reason = if self.seen.contains(&Digest::of(next.as_bytes())) {
                Some("its pages run in a circle")
            } else if self.empty >= MAX_EMPTY_PAGES || self.seen.len() >= MAX_PAGES {
                Some("its pages do not end")
            } else {
                None
            };
            if let Some(reason) = reason.map(OutsideText::of_nothing_sent) {
                return Err(ReadError::Garbled { what: self.what.clone(), reason });
            }
            self.next = Some(next);
        }
        Ok(Some(page.value))
    }
}

impl<T: Transport, A: DeserializeOwned> Pages<'_, T, A> {
    /// The whole list, or what Graph itself has to say to the question.
    ///
    /// # Errors
    ///
    /// Something else than Graph answers, or nothing; or a later page cannot be read: a part of a list is none.
    pub async fn whole_or_answer(mut self) -> Result<Result<Vec<A>, GraphError>, ReadError> {
        let mut all = match self.next().await {
            Err(error) => return error.into_graphs_answer().map(Err),
            Ok(first) => first.unwrap_or_default(),
        };
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(Ok(all))
    }
}

impl<T, A> Pages<'_, T, A> {
    /// The same list, whose first page is not tried for long: it can be done without.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { patience: Patience::OPTIONAL, ..self }
    }

    /// The same list, whose first page is tried for a short time: it can be had in another way as well.
    #[must_use]
    pub fn one_of_two_ways(self) -> Self {
        Self { patience: Patience::OF_TWO_WAYS, ..self }
    }

    /// Says whether there is another page to ask for.
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::token::TokenMark;
    use super::super::transport::{Advice, Answer, Call, TransportError};
    use super::*;

    /// Every page has a next one.
    #[derive(Default)]
    struct Endless(AtomicUsize);

    impl Transport for Endless {
        async fn send(&self, _: Call) -> Result<Answer, TransportError> {
            let page = self.0.fetch_add(1, Ordering::Relaxed);
            let link = format!("https://graph.microsoft.com/v1.0/users?$skiptoken={page}");
            let body = serde_json::json!({"value": [], "@odata.nextLink": link}).to_string().into();
            Ok(Answer {
                status: 200,
                advice: Advice::default(),
                date: None,
                token: TokenMark::default(),
                carried: Default::default(),
                body,
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_without_end_is_an_error() {
        let endless = Endless::default();
        let error = Paced::new(&endless, Clock::real()).list::<String>("/v1.0/users", 1).await.unwrap_err();
        assert!(error.to_string().ends_with("its pages do not end"), "{error}");
        assert_eq!(endless.0.into_inner(), MAX_EMPTY_PAGES);
    }
}
