//! Faults that strike certain requests at certain times.

use std::fmt;
use std::time::Duration;

use super::Moment;
use crate::simulator::fault::Fault;
use crate::simulator::random::{Random, seed_for, seed_of_bytes};
use crate::simulator::scripted_answer::ScriptedAnswer;

/// A fault with its conditions.
///
/// Whether it strikes a request is drawn from the seed, the method and URL, and how often that request came before: not
/// from what else happens at the time. A batch is known by the requests in it. A fault that strikes whole calls strikes when
/// the call, or a request in its batch, is one of those; `revoked-token` looks at the call alone.
#[derive(Debug, Clone)]
pub struct FaultRule {
    /// What happens.
    pub kind: Fault,
    /// In what share of the requests, from 0 to 1.
    pub rate: f64,
    /// Only requests with this method.
    pub method: Option<String>,
    /// Only requests with this path below the version, without its query; `*` stands for anything. Without regard to case.
    pub path: Option<String>,
    /// Only requests with this query; `*` stands for anything. Without regard to case.
    pub query: Option<String>,
    /// What a fault of the kind `answer` answers.
    pub answer: Option<ScriptedAnswer>,
    /// Only now.
    pub moment: Moment,
    /// At most this many times.
    pub times: Option<u64>,
}

/// Its name where rules are listed: `429 on PATCH /users/*`.
impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Some(answer) => write!(f, "{} {}", self.kind, answer.status)?,
            None => write!(f, "{}", self.kind)?,
        }
        if self.method.is_some() || self.path.is_some() {
            f.write_str(" on")?;
        }
        for part in [&self.method, &self.path].into_iter().flatten() {
            write!(f, " {part}")?;
        }
        Ok(())
    }
}

/// The path by which rules know calls to the token service.
pub(crate) const TOKEN_PATH: &str = "/oauth2/v2.0/token";

/// What a rule looks at: a request, alone or in a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct FaultTarget {
    method: String,
    path: String,
    query: String,
    key: u64,
}

impl FaultTarget {
    /// `url` relative to the version.
    pub(crate) fn of(method: &str, url: &str) -> Self {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path = path.trim_matches('/');
        let method = method.to_ascii_uppercase();
        let key = key_of(&method, url);
        Self { path: format!("/{}", path.to_lowercase()), query: query.to_lowercase(), method, key }
    }

    /// The same call, known by the requests in it as well, in any order: a batch asks what its requests ask.
    pub(crate) fn asking(mut self, inner: impl Iterator<Item = u64>) -> Self {
        self.key = inner.fold(self.key, u64::wrapping_add);
        self
    }

    pub(crate) fn is_batch(&self) -> bool {
        matches!(self.path.as_str(), "/$batch" | "/%24batch")
    }

    pub(crate) fn key(&self) -> u64 {
        self.key
    }
}

/// What a request is known by: method and URL, without regard to case.
pub(crate) fn key_of(method: &str, url: &str) -> u64 {
    let method = method.bytes().map(|byte| byte.to_ascii_uppercase());
    let url = url.trim_start_matches('/').bytes().map(|byte| byte.to_ascii_lowercase());
    seed_of_bytes(method.chain([b' ']).chain(url))
}

impl FaultRule {
    /// A fault that strikes every request, each time.
    pub fn always(kind: Fault) -> Self {
        let moment = Moment::default();
        Self { kind, rate: 1.0, method: None, path: None, query: None, answer: None, moment, times: None }
    }

    pub(crate) fn is_for(&self, target: &FaultTarget) -> bool {
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&target.method))
            && self.path.as_ref().is_none_or(|path| fits(&path.to_lowercase(), &target.path))
            && self.query.as_ref().is_none_or(|query| fits(&query.to_lowercase(), &target.query))
    }

    pub(super) fn is_on(&self, now: Duration, applied: u64, struck: u64) -> bool {
        self.moment.is_now(now, applied) && self.times.is_none_or(|times| struck < times)
    }
}

/// The draw for the request with this key, come for the `attempt`th time.
pub(super) fn strikes(seed: u64, rule: usize, key: u64, attempt: u32, rate: f64) -> bool {
    let seed = seed_for(seed_for(seed ^ key, rule as u64), attempt.into());
    Random::new(seed).chance(rate)
}

fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, is) in [
            ("/users/*", "/users/1", true),
            ("/users/*", "/users/1/revokesigninsessions", true),
            ("/users/*", "/groups/1", false),
            ("*/revokesigninsessions", "/users/1/revokesigninsessions", true),
            ("/users/*/revoke*sessions", "/users/1/revokesigninsessions", true),
            ("/users", "/users", true),
            ("/users", "/users/1", false),
            ("*", "/", true),
            ("/a*a", "/a", false),
        ] {
            assert_eq!(fits(pattern, text), is, "{pattern} {text}");
        }
    }
}
