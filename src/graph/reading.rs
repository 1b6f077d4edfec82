//! Calls that change nothing, repeated until they are answered: a read that was throttled, lost or half answered is
//! never taken for "there is nothing".

use std::io;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::backoff;
use super::batch::{self, Read};
use super::error::GraphError;
use super::error_body::without_mark;
use super::open_reads::{ItemsWent, OpenReads};
use super::outside::OutsideText;
use super::patience::{MAX_ATTEMPTS, Patience};
use super::postponed_read::PostponedRead;
use super::status::StatusClass;
use super::transport::{Answer, Call, Consistency, Transport, TransportError};
use super::unclear::{MAX_UNCLEAR, is_not_known, is_unclear};
use super::unreachable::Unreachable;
use crate::clock::Clock;
use crate::ids::TenantId;

pub use super::read_error::{LastAttempt, ReadError};

/// How often an answer that is no JSON is asked for again.
const MAX_GARBLED: u32 = 4;
/// The address of a next page is no longer: Graph's own have some thousand characters, and every page adds one to those that
/// are kept.
const MAX_LINK_BYTES: usize = 16 << 10;

/// How one call of a batch of reads went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchTry {
    /// How many of its reads were throttled.
    pub throttled: u32,
    /// How many reads are not answered yet.
    pub left: u32,
}

/// Reads one tenant through a transport.
#[derive(Debug)]
pub struct Reading<'a, T> {
    transport: &'a T,
    clock: Clock,
}

impl<T> Clone for Reading<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<'_, T> {}

/// The tenant that the token is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The tenant's id.
    pub id: TenantId,
    /// The tenant's name, as its people know it.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The domains that names in this tenant end with.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
}

impl Organization {
    /// The names of the tenant: its own, and those of the domain that it began with and the one that it goes by. No part of
    /// them may stand in a password; of the other domains, of which there may be thousands, a person's own stands in the
    /// sign-in name ("Eliminate bad passwords using Microsoft Entra Password Protection": the tenant name).
    pub fn names(&self) -> Vec<String> {
        let domains = self.verified_domains.iter().filter(|domain| domain.is_initial || domain.is_default);
        self.display_name.iter().cloned().chain(domains.map(|domain| domain.name.clone())).collect()
    }
}

/// A domain of the tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// The domain, as `contoso.com`.
    pub name: String,
    /// Is it the one that the tenant began with, below `onmicrosoft.com`?
    #[serde(default)]
    pub is_initial: bool,
    /// Is it the one that new names end with?
    #[serde(default)]
    pub is_default: bool,
}

impl<'a, T: Transport> Reading<'a, T> {
    /// Waits are counted by `clock`.
    pub fn new(transport: &'a T, clock: Clock) -> Self {
        Self { transport, clock }
    }

    /// Graph's own clock when it last answered, where that is known.
    pub fn last_date(&self) -> Option<OffsetDateTime> {
        self.transport.last_date()
    }

    /// Which tenant is this?
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or answers with something else than one organization.
    pub async fn organization(&self) -> Result<Organization, ReadError> {
        #[derive(Deserialize)]
        struct Page {
            value: Vec<Organization>,
        }
        let path = "/v1.0/organization?$select=id,displayName,verifiedDomains";
        let page: Page = self.json(Call::get(path, Consistency::Session), Patience::FIRST).await?;
        let only = page.value.into_iter().next();
        only.ok_or_else(|| ReadError::Garbled {
            what: path.to_owned(),
            reason: OutsideText::of_nothing_sent("no organization in it"),
        })
    }

    /// Sends a `POST` that only reads. What it asks for can be had by filters, too, so that it is not tried for long.
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or answers with something else than `A`.
    pub async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl serde::Serialize) -> Result<A, ReadError> {
        let body = serde_json::to_vec(body).map_err(io::Error::from)?;
        self.json(Call::post(path, Bytes::from(body)), Patience::OPTIONAL).await
    }

    /// Reads what is at `path`, which begins with the version.
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or answers with something else than `A`.
    pub async fn get<A: DeserializeOwned>(&self, path: &str, consistency: Consistency) -> Result<A, ReadError> {
        self.get_with(path, consistency, Patience::LATER).await
    }

    /// The same, tried as often as `patience` says.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    pub(super) async fn get_with<A: DeserializeOwned>(
        &self,
        path: &str,
        consistency: Consistency,
        patience: Patience,
    ) -> Result<A, ReadError> {
        self.json(Call::get(path, consistency), patience).await
    }

    /// Reads what is at `path`, with what the headers say beside it.
    ///
    /// # Errors
    ///
    /// Graph refuses or cannot be reached.
    pub async fn answer(&self, path: &str, consistency: Consistency) -> Result<Answer, ReadError> {
        self.answered(Call::get(path, consistency), Patience::LATER).await
    }

    /// Reads a count, which is a bare number and no JSON. Not every tenant counts, so that this is not tried for long.
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or answers with something else than a number.
    pub async fn count(&self, path: &str) -> Result<u64, ReadError> {
        let answer = self.answered(Call::get(path, Consistency::Eventual), Patience::OF_TWO_WAYS).await?;
        let text = String::from_utf8_lossy(&answer.body);
        // The service puts a byte order mark before its plain texts.
        let number = text.trim_start_matches('\u{feff}').trim();
        number.parse().map_err(|_| ReadError::Garbled {
            what: path.to_owned(),
            reason: answer.guarded(&format!("{:?} is not a number", number.chars().take(40).collect::<String>())),
        })
    }

    /// The path of the next page, from the version on.
    ///
    /// # Errors
    ///
    /// The link leads away from where the question was sent: nothing that an answer says may lead a token elsewhere,
    /// and a list that goes on somewhere else is not whole.
    pub fn next_page(&self, what: &str, link: &str) -> Result<String, ReadError> {
        let garbled = |reason: &str| ReadError::Garbled {
            what: what.to_owned(),
            // A page that repeats the token is not taken in, its link included.
            reason: OutsideText::of_nothing_sent(reason),
        };
        if link.len() > MAX_LINK_BYTES {
            let length = crate::words::count(link.len() as u64);
            return Err(garbled(&format!("the address of its next page has {length} characters")));
        }
        let path = self.transport.path_of(link).filter(|path| path.starts_with("/v1.0/") && !climbs(path));
        path.map(str::to_owned).ok_or_else(|| {
            let start: String = link.chars().take(80).collect();
            garbled(&format!("its next page is at {start:?}, which is not where it was asked for"))
        })
    }

    async fn json<A: DeserializeOwned>(&self, call: Call, patience: Patience) -> Result<A, ReadError> {
        let what = call.path.clone();
        let (since, mut attempt) = (self.clock.now(), 0);
        loop {
            let answer = self.answered(call.clone(), patience).await?;
            let last = match serde_json::from_slice(without_mark(&answer.body)) {
                Ok(content) => return Ok(content),
                // Half an answer may be whole the next time; one that is whole and of another shape stays so.
                Err(error) if !error.is_data() && attempt + 1 < MAX_GARBLED => {
                    answer.guarded(&format!("the answer is no JSON: {error}")).to_string()
                }
                Err(error) => return Err(ReadError::Garbled { what, reason: answer.guarded(&error.to_string()) }),
            };
            attempt += 1;
            self.wait(&last, None, attempt, since).await;
        }
    }

    /// Sends a call until it is answered by a success or by a refusal that lasts.
    async fn answered(&self, call: Call, patience: Patience) -> Result<Answer, ReadError> {
        let refused = |error| ReadError::refused(&call.path, error);
        let (since, mut attempt, mut unclear) = (self.clock.now(), 0, 0);
        loop {
            let (last, wait, fault, ended) = match self.transport.send(call.clone()).await {
                Ok(answer) if (200..300).contains(&answer.status) && !answer.is_foreign() => return Ok(answer),
                Ok(answer) if answer.is_obstacle() && attempt + 1 >= patience.with_page(answer.status) => {
                    return Err(refused(answer.into_error()));
                }
                Ok(answer) => {
                    let (class, wait, error) = passing_refusal(answer, &mut unclear, patience).map_err(refused)?;
                    let is_foreign = error.is_foreign;
                    let is_own_fault = class == StatusClass::ServerFault && !is_foreign;
                    (error.to_string(), wait, is_own_fault.then(|| Box::new(error)), LastAttempt::of_answer(is_foreign))
                }
                Err(error @ (TransportError::NotSent(_) | TransportError::Token(_)))
                    if attempt + 1 >= patience.contacts =>
                {
                    return Err(ReadError::Transport(error));
                }
                Err(error) => {
                    let ended = LastAttempt::Unanswered(error.unreachable_cause());
                    (passing(error)?, None, None, ended)
                }
            };
            attempt += 1;
            if attempt == patience.attempts {
                return Err(ReadError::GaveUp { attempts: attempt, last, answer: fault, ended });
            }
            self.wait(&last, wait, attempt, since).await;
        }
    }

    /// Makes up to twenty reads in one call, again and again for those that were throttled, lost or left out, until each
    /// is answered. A refusal of one is that one's own answer.
    ///
    /// # Errors
    ///
    /// Graph refuses the whole batch, cannot be reached, or leaves an item unanswered after many attempts.
    pub async fn batch(&self, reads: &[Read]) -> Result<Vec<Result<Box<RawValue>, GraphError>>, ReadError> {
        self.batch_observed(reads, |_| Duration::ZERO).await
    }

    /// The same. `observe` learns from each call how it went, and says how long to wait at least before what is left is asked
    /// for again.
    ///
    /// # Errors
    ///
    /// As [`Self::batch`].
    pub async fn batch_observed(
        &self,
        reads: &[Read],
        mut observe: impl FnMut(BatchTry) -> Duration,
    ) -> Result<Vec<Result<Box<RawValue>, GraphError>>, ReadError> {
        let mut all = OpenReads::of(reads);
        let (mut since, mut attempt, mut unclear) = (self.clock.now(), 0, 0);
        loop {
            let open = all.open();
            if open.is_empty() {
                return Ok(all.into_answers());
            }
            let asked: Vec<&Read> = open.iter().map(|&index| &reads[index]).collect();
            let went = match self.transport.send(batch::of_reads(&asked)?).await {
                // A throttled batch was once documented as an outer 424 with `responses` in it.
                Ok(answer) if !answer.is_foreign() && ((200..300).contains(&answer.status) || answer.status == 424) => {
                    match batch::answers(&answer.body, open.len(), answer.date) {
                        Some(items) => {
                            let went = all.take(&open, items, &answer.carried.alone());
                            if went.is_turned_down {
                                self.transport.token_rejected(answer.token);
                            }
                            went
                        }
                        None => ItemsWent::ending_with(answer.into_error().to_string()),
                    }
                }
                Ok(answer) => {
                    let (class, wait, error) = passing_refusal(answer, &mut unclear, Patience::LATER)
                        .map_err(|error| ReadError::refused("/v1.0/$batch", error))?;
                    let throttled = if class == StatusClass::Throttled { count(open.len()) } else { 0 };
                    let ended = LastAttempt::of_answer(error.is_foreign);
                    ItemsWent { wait, throttled, ended, ..ItemsWent::ending_with(error.to_string()) }
                }
                Err(error) => {
                    let ended = LastAttempt::Unanswered(error.unreachable_cause());
                    ItemsWent { ended, ..ItemsWent::ending_with(passing(error)?) }
                }
            };
            let answered_now = all.open().len() < open.len();
            // A tenant that answers some of the items each time is slow, not silent.
            if answered_now {
                (since, attempt) = (self.clock.now(), 0);
            }
            attempt += 1;
            all.settle(attempt);
            let still_open = all.open().len();
            let at_least = observe(BatchTry { throttled: went.throttled, left: count(still_open) });
            if still_open == 0 {
                continue;
            }
            if attempt == MAX_ATTEMPTS {
                let answer = all.fault_of_all();
                return Err(ReadError::GaveUp { attempts: attempt, last: went.last, answer, ended: went.ended });
            }
            self.wait_at_least(at_least, &went.last, went.wait, attempt, since).await;
        }
    }

    async fn wait(&self, last: &str, asked: Option<Duration>, attempts: u32, since: Duration) {
        self.wait_at_least(Duration::ZERO, last, asked, attempts, since).await;
    }

    async fn wait_at_least(
        &self,
        at_least: Duration,
        last: &str,
        asked: Option<Duration>,
        attempts: u32,
        since: Duration,
    ) {
        let pause = asked.map_or_else(|| backoff::delay(attempts - 1), |asked| asked + backoff::jitter());
        let pause = pause.max(at_least);
        self.transport.read_postponed(&PostponedRead {
            last,
            attempts,
            pause,
            waited: self.clock.now().saturating_sub(since),
        });
        self.clock.sleep(pause).await;
    }
}

/// Does a path lead up again, out of the version that it begins with? The HTTP client would follow it there.
fn climbs(path: &str) -> bool {
    let (path, _) = path.split_once(['?', '#']).unwrap_or((path, ""));
    path.split(['/', '\\']).any(|part| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."))
}

/// What an answer that is no success says, where a later try may have another one: its class, how long it asks to wait, and its
/// error. `unclear` counts those of which that is not certain.
///
/// # Errors
///
/// It is the last word.
fn passing_refusal(
    answer: Answer,
    unclear: &mut u8,
    patience: Patience,
) -> Result<(StatusClass, Option<Duration>, GraphError), GraphError> {
    let (class, wait) = (StatusClass::of(answer.status), answer.advice.retry_after);
    let passes = class.is_passing() || answer.is_obstacle();
    let body = answer.body.clone();
    let error = answer.into_error();
    if !passes {
        *unclear += 1;
        if *unclear > most_tries_of_unclear(&error, &body, patience) {
            return Err(error);
        }
    }
    Ok((class, wait, error))
}

/// How often a refusal is not taken for the last word.
fn most_tries_of_unclear(error: &GraphError, body: &[u8], patience: Patience) -> u8 {
    if is_unclear(error, body) {
        MAX_UNCLEAR
    } else if is_not_known(error) {
        patience.not_known
    } else {
        0
    }
}

/// A call carries no more than a batch holds.
fn count(reads: usize) -> u32 {
    u32::try_from(reads).unwrap_or(u32::MAX)
}

/// The words of a fault that may pass; any other fault ends the read.
fn passing(error: TransportError) -> Result<String, ReadError> {
    match error {
        // The same question has an answer of the same size.
        TransportError::Lost(Unreachable { cause: Some(cause), .. }) if cause.is_about_the_answer() => {
            Err(ReadError::Transport(error))
        }
        TransportError::NotSent(_) | TransportError::Lost(_) => Ok(error.to_string()),
        TransportError::Token(ref token) if token.is_passing() => Ok(error.to_string()),
        _ => Err(ReadError::Transport(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::sync::Mutex;

    /// Answers each call with the next scripted outcome and remembers what was asked.
    struct Script {
        answers: Mutex<VecDeque<Result<(u16, &'static str), ()>>>,
        asked: Mutex<Vec<String>>,
    }

    impl Script {
        fn of(answers: impl IntoIterator<Item = Result<(u16, &'static str), ()>>) -> Self {
            Self { answers: Mutex::new(answers.into_iter().collect()), asked: Mutex::default() }
        }
    }

    impl Transport for Script {
        async fn send(&self, call: Call) -> Result<Answer, TransportError> {
            self.asked.lock().unwrap().push(String::from_utf8(call.body.unwrap_or_default().to_vec()).unwrap());
            match self.answers.lock().unwrap().pop_front() {
                Some(Ok((status, body))) => Ok(Answer {
                    carried: Default::default(),
                    status,
                    advice: super::super::transport::Advice::default(),
                    date: None,
                    token: Default::default(),
                    body: Bytes::from_static(body.as_bytes()),
                }),
                _ => Err(TransportError::Lost(Unreachable::because("Graph", "scripted"))),
            }
        }
    }

    fn urls(count: usize) -> Vec<Read> {
        (0..count).map(|n| Read::fresh(format!("/users/{n}"))).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_still_open_is_asked_again() {
        let script = Script::of([
            Err(()),
            Ok((200, r#"{"responses":[{"id":"2","status":200,"body":{"n":1}},{"id":"3","status":429}]}"#)),
            Ok((503, "")),
            Ok((
                424,
                r#"{"responses":[{"id":"2","status":404,"body":{"error":{"code":"Request_ResourceNotFound"}}}]}"#,
            )),
            Ok((200, r#"{"responses":[{"id":"1","status":200,"body":{"n":0}}]}"#)),
        ]);
        let answers = Reading::new(&script, Clock::real()).batch(&urls(3)).await.unwrap();
        assert_eq!(answers[0].as_ref().unwrap().get(), r#"{"n":0}"#);
        assert_eq!(answers[1].as_ref().unwrap().get(), r#"{"n":1}"#);
        assert_eq!(answers[2].as_ref().unwrap_err().status, 404);
        let asked = script.asked.lock().unwrap();
        assert_eq!(asked.len(), 5);
        assert!(!asked[2].contains("/users/1\""), "what was answered is not asked again: {}", asked[2]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_item_that_stays_unanswered_is_an_error_and_never_an_absence() {
        let script = Script::of((0..20).map(|_| Ok((200, r#"{"responses":[]}"#))));
        let error = Reading::new(&script, Clock::real()).batch(&urls(1)).await.unwrap_err();
        assert!(matches!(error, ReadError::GaveUp { .. }), "{error}");
    }

    const ORGANIZATION: &str = r#"{"value":[{"id":"00000000-0000-0000-0000-000000000001"}]}"#;
    const GONE: &str = r#"{"error":{"code":"Request_ResourceNotFound","message":"gone"}}"#;

    /// An answer to two items: what the first one is answered, and a good second one.
    fn two(first: &str) -> Result<(u16, &'static str), ()> {
        let body = format!(r#"{{"responses":[{{"id":"1",{first}}},{{"id":"2","status":200,"body":{{}}}}]}}"#);
        Ok((200, body.leak()))
    }

    fn one(item: &str) -> Result<(u16, &'static str), ()> {
        Ok((200, format!(r#"{{"responses":[{{"id":"1",{item}}}]}}"#).leak()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_without_a_reason_is_asked_twice_more() {
        for hollow in ["", "{}", r#"{"error":{"code":"UnknownError","message":""}}"#] {
            let script = Script::of([Ok((400, hollow)), Ok((400, hollow)), Ok((200, ORGANIZATION))]);
            Reading::new(&script, Clock::real()).organization().await.unwrap();
            let script = Script::of((0..9).map(|_| Ok((400, hollow))));
            let error = Reading::new(&script, Clock::real()).organization().await.unwrap_err();
            assert!(matches!(error, ReadError::Refused { .. }), "{error}");
            assert_eq!(script.asked.lock().unwrap().len(), 3);

            let item = if hollow.is_empty() {
                r#""status":400"#.to_owned()
            } else {
                format!(r#""status":400,"body":{hollow}"#)
            };
            let good = || one(r#""status":200,"body":{}"#);
            let script = Script::of([Ok((400, hollow)), two(&item), one(&item), good()]);
            let answers = Reading::new(&script, Clock::real()).batch(&urls(2)).await.unwrap();
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
            let script = Script::of([two(&item), one(&item), one(&item)]);
            let answers = Reading::new(&script, Clock::real()).batch(&urls(2)).await.unwrap();
            assert_eq!(answers[0].as_ref().unwrap_err().status, 400);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_was_found_a_moment_ago_is_asked_for_again_where_graph_does_not_know_it() {
        let item = format!(r#""status":404,"body":{GONE}"#);
        let answers = Reading::new(&Script::of([two(&item)]), Clock::real()).batch(&urls(2)).await.unwrap();
        assert_eq!(answers[0].as_ref().unwrap_err().status, 404);
        let found = [Read::of_found("/users/1"), Read::of_found("/users/2")];
        let script = Script::of([two(&item), one(&item), one(r#""status":200,"body":{}"#)]);
        assert!(Reading::new(&script, Clock::real()).batch(&found).await.unwrap()[0].is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_item_is_answered_for_good_holds_up_no_other() {
        for (status, calls) in [(401, 3), (500, 6)] {
            let item = format!(r#""status":{status},"body":{{"error":{{"code":"-1","message":"no"}}}}"#);
            let script = Script::of([two(&item)].into_iter().chain((0..9).map(|_| one(&item))));
            let answers = Reading::new(&script, Clock::real()).batch(&urls(2)).await.unwrap();
            assert_eq!(answers[0].as_ref().unwrap_err().status, status);
            assert!(answers[1].is_ok());
            assert_eq!(script.asked.lock().unwrap().len(), calls, "{status}");
            // Alone, it may be the service.
            let script = Script::of((0..9).map(|_| one(&item)));
            let error = Reading::new(&script, Clock::real()).batch(&urls(1)).await.unwrap_err();
            assert!(matches!(error, ReadError::GaveUp { .. }), "{error}");
            assert_eq!(error.into_graphs_answer().unwrap().status, status);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_of_graphs_own_that_stays_is_its_answer_and_what_does_not_come_is_none() {
        let script = Script::of((0..9).map(|_| Ok((500, "{}"))));
        let reading = Reading::new(&script, Clock::real());
        let error = reading.count("/v1.0/users/$count").await.unwrap_err();
        assert_eq!(error.into_graphs_answer().unwrap().status, 500);
        assert_eq!(script.asked.lock().unwrap().len(), 4, "it can be had in another way");
        for answer in [Err(()), Ok((429, "{}")), Ok((503, "<html>"))] {
            let script = Script::of((0..9).map(|_| answer));
            let error = Reading::new(&script, Clock::real()).count("/v1.0/users/$count").await.unwrap_err();
            assert!(error.into_graphs_answer().is_err());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_batch_ends_at_once() {
        let script = Script::of([Ok((403, r#"{"error":{"code":"Authorization_RequestDenied","message":"no"}}"#))]);
        let error = Reading::new(&script, Clock::real()).batch(&urls(1)).await.unwrap_err();
        assert!(matches!(error, ReadError::Refused { error: GraphError { status: 403, .. }, .. }), "{error}");
    }
}
