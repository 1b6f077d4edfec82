//! Calls that change nothing, repeated until they are answered: a read that was throttled, lost or half answered is
//! never taken for "there is nothing".

use std::io;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::backoff;
use super::batch::{self, Read};
use super::error::GraphError;
use super::error_body::without_mark;
use super::outside::OutsideText;
use super::postponed_read::PostponedRead;
use super::read_permission::least_for;
use super::status::StatusClass;
use super::transport::{Answer, Call, Consistency, Transport, TransportError};
use super::unreachable::Unreachable;
use super::write_outcome::WriteOutcome;
use crate::clock::Clock;
use crate::ids::TenantId;

/// How often a read is tried before it is given up.
const MAX_ATTEMPTS: u32 = 8;
/// How often an answer that is no JSON is asked for again.
const MAX_GARBLED: u32 = 4;
/// How often the very first call is tried: some thirty seconds, in which a fault that passes has passed.
const MAX_FIRST_ATTEMPTS: u32 = 6;
/// How often the very first call tries a way that was never open: an administrator who mistyped an address wants to know it soon.
const MAX_FIRST_CONTACTS: u32 = 2;

/// How often a call is tried.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Where what answers is Graph, or what stands before it, and may be well again soon.
    attempts: u32,
    /// Where there is no way through.
    contacts: u32,
}

impl Patience {
    const FIRST: Self = Self { attempts: MAX_FIRST_ATTEMPTS, contacts: MAX_FIRST_CONTACTS };
    const LATER: Self = Self { attempts: MAX_ATTEMPTS, contacts: MAX_ATTEMPTS };

    /// For a page that did not come from Graph. With 5xx it may come from Graph's own front door, and passes.
    fn with_page(self, status: u16) -> u32 {
        if StatusClass::of(status).is_passing() { self.attempts } else { self.contacts }
    }
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Graph refused.
    #[error("{error}")]
    Refused {
        /// What Graph says.
        error: GraphError,
        /// The least permission for what was asked, where it is known.
        needs: Option<&'static str>,
    },
    /// Graph did not answer, however often it was asked.
    #[error("gave up after {attempts} attempts: {last}")]
    GaveUp {
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt ended with.
        last: String,
    },
    /// There is no way in.
    #[error(transparent)]
    Transport(TransportError),
    /// The answer is not what Graph documents.
    #[error("Graph's answer to {what} cannot be understood: {reason}")]
    Garbled {
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        reason: OutsideText,
    },
    /// The request could not be put together.
    #[error("the request cannot be put together: {0}")]
    Request(#[from] io::Error),
}

impl ReadError {
    /// Graph refused to say what is at `path`, which begins with the version.
    #[must_use]
    pub fn refused(path: &str, error: GraphError) -> Self {
        Self::Refused { error, needs: least_for(path) }
    }
}

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
    #[must_use]
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
    #[must_use]
    pub fn new(transport: &'a T, clock: Clock) -> Self {
        Self { transport, clock }
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

    /// Sends a `POST` that only reads.
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or answers with something else than `A`.
    pub async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl serde::Serialize) -> Result<A, ReadError> {
        let body = serde_json::to_vec(body).map_err(io::Error::from)?;
        self.json(Call::post(path, Bytes::from(body)), Patience::LATER).await
    }

    /// Reads what is at `path`, which begins with the version.
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or answers with something else than `A`.
    pub async fn get<A: DeserializeOwned>(&self, path: &str, consistency: Consistency) -> Result<A, ReadError> {
        self.json(Call::get(path, consistency), Patience::LATER).await
    }

    /// Reads what is at `path`, with what the headers say beside it.
    ///
    /// # Errors
    ///
    /// Graph refuses or cannot be reached.
    pub async fn answer(&self, path: &str, consistency: Consistency) -> Result<Answer, ReadError> {
        self.answered(Call::get(path, consistency), Patience::LATER).await
    }

    /// Reads a count, which is a bare number and no JSON.
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or answers with something else than a number.
    pub async fn count(&self, path: &str) -> Result<u64, ReadError> {
        let answer = self.answered(Call::get(path, Consistency::Eventual), Patience::LATER).await?;
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
        let path = self.transport.path_of(link).filter(|path| path.starts_with("/v1.0/"));
        path.map(str::to_owned).ok_or_else(|| ReadError::Garbled {
            what: what.to_owned(),
            // A page that repeats the token is not taken in, its link included.
            reason: OutsideText::of_nothing_sent(&format!(
                "its next page is at {:?}, which is not where it was asked for",
                link.chars().take(80).collect::<String>()
            )),
        })
    }

    async fn json<A: DeserializeOwned>(&self, call: Call, patience: Patience) -> Result<A, ReadError> {
        let what = call.path.clone();
        let mut attempt = 0;
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
            self.wait(&last, None, attempt).await;
        }
    }

    /// Sends a call until it is answered by a success or by a refusal.
    async fn answered(&self, call: Call, patience: Patience) -> Result<Answer, ReadError> {
        let refused = |error| ReadError::refused(&call.path, error);
        let mut attempt = 0;
        loop {
            let (last, wait) = match self.transport.send(call.clone()).await {
                Ok(answer) if (200..300).contains(&answer.status) && !answer.is_foreign() => return Ok(answer),
                Ok(answer) if answer.is_obstacle() && attempt + 1 >= patience.with_page(answer.status) => {
                    return Err(refused(answer.into_error()));
                }
                Ok(answer) if StatusClass::of(answer.status).is_passing() || answer.is_obstacle() => {
                    let wait = answer.advice.retry_after;
                    (answer.into_error().to_string(), wait)
                }
                Ok(answer) => return Err(refused(answer.into_error())),
                Err(error @ (TransportError::NotSent(_) | TransportError::Token(_)))
                    if attempt + 1 >= patience.contacts =>
                {
                    return Err(ReadError::Transport(error));
                }
                Err(error) => (passing(error)?, None),
            };
            attempt += 1;
            if attempt == patience.attempts {
                return Err(ReadError::GaveUp { attempts: attempt, last });
            }
            self.wait(&last, wait, attempt).await;
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
        let mut answers: Vec<Option<Result<Box<RawValue>, GraphError>>> = reads.iter().map(|_| None).collect();
        let mut attempt = 0;
        loop {
            let open: Vec<usize> = (0..reads.len()).filter(|&index| answers[index].is_none()).collect();
            if open.is_empty() {
                return Ok(answers.into_iter().flatten().collect());
            }
            let asked: Vec<&Read> = open.iter().map(|&index| &reads[index]).collect();
            let (mut last, mut wait) = ("an item was left out of the answer".to_owned(), None);
            let mut throttled = 0;
            match self.transport.send(batch::of_reads(&asked)?).await {
                // A throttled batch was once documented as an outer 424 with `responses` in it.
                Ok(answer) if !answer.is_foreign() && ((200..300).contains(&answer.status) || answer.status == 424) => {
                    match batch::answers(&answer.body, open.len(), answer.date) {
                        Some(items) => {
                            let sent = answer.carried.alone();
                            for (&index, item) in open.iter().zip(items) {
                                let Some(item) = item else { continue };
                                match WriteOutcome::without(&item, &sent) {
                                    WriteOutcome::Accepted => match item.body {
                                        Some(body) => answers[index] = Some(Ok(body)),
                                        None => "a read was answered without a body".clone_into(&mut last),
                                    },
                                    WriteOutcome::Refused { error } => answers[index] = Some(Err(error)),
                                    WriteOutcome::Unknown { why, retry_after } => {
                                        last = why.to_string();
                                        wait = wait.max(retry_after);
                                    }
                                    WriteOutcome::Postponed { retry_after, .. } => {
                                        throttled += u32::from(item.status == 429);
                                        last = format!("an item was answered {}", item.status);
                                        wait = wait.max(retry_after);
                                    }
                                }
                            }
                        }
                        None => last = answer.into_error().to_string(),
                    }
                }
                Ok(answer) if StatusClass::of(answer.status).is_passing() || answer.is_obstacle() => {
                    if answer.status == 429 {
                        throttled = u32::try_from(open.len()).unwrap_or(u32::MAX);
                    }
                    wait = answer.advice.retry_after;
                    last = answer.into_error().to_string();
                }
                Ok(answer) => return Err(ReadError::refused("/v1.0/$batch", answer.into_error())),
                Err(error) => last = passing(error)?,
            }
            let still_open = answers.iter().filter(|answer| answer.is_none()).count();
            let left = u32::try_from(still_open).unwrap_or(u32::MAX);
            let at_least = observe(BatchTry { throttled, left });
            if still_open == 0 {
                continue;
            }
            // A tenant that answers some of the items each time is slow, not silent.
            attempt = if still_open < open.len() { 1 } else { attempt + 1 };
            if attempt == MAX_ATTEMPTS {
                return Err(ReadError::GaveUp { attempts: attempt, last });
            }
            self.wait_at_least(at_least, &last, wait, attempt).await;
        }
    }

    async fn wait(&self, last: &str, asked: Option<Duration>, attempts: u32) {
        self.wait_at_least(Duration::ZERO, last, asked, attempts).await;
    }

    async fn wait_at_least(&self, at_least: Duration, last: &str, asked: Option<Duration>, attempts: u32) {
        let pause = asked.map_or_else(|| backoff::delay(attempts - 1), |asked| asked + backoff::jitter());
        let pause = pause.max(at_least);
        self.transport.read_postponed(&PostponedRead { last, attempts, pause });
        self.clock.sleep(pause).await;
    }
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

    #[tokio::test(start_paused = true)]
    async fn a_refused_batch_ends_at_once() {
        let script = Script::of([Ok((403, r#"{"error":{"code":"Authorization_RequestDenied","message":"no"}}"#))]);
        let error = Reading::new(&script, Clock::real()).batch(&urls(1)).await.unwrap_err();
        assert!(matches!(error, ReadError::Refused { error: GraphError { status: 403, .. }, .. }), "{error}");
    }
}
