//! A temporary access pass that was made: as Graph's answer holds it, and as the journal does.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroize as _;

use crate::graph::batch::ItemAnswer;
use crate::seal::{PassTimes, Password, SealedCredential};
use crate::step::PassTerms;

/// Longer ids are none; Graph's are as long as other ids.
const MAX_ID: usize = 100;
/// The longest that a policy can ask for is 48 characters ("temporaryAccessPassAuthenticationMethodConfiguration").
const MAX_PASS: usize = 128;

/// A pass that was made, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MadePass {
    /// Graph's id of it.
    pub id: String,
    /// When it is good.
    #[serde(flatten)]
    pub times: PassTimes,
    /// The pass itself, sealed to those who hand it over.
    pub sealed: SealedCredential,
}

/// A pass as the answer to its making holds it, once and never again.
pub struct PassAnswer {
    /// Graph's id of it.
    pub id: String,
    /// When it is good.
    pub times: PassTimes,
    /// The pass itself.
    pub pass: Password,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PassOnWire<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    // Borrowed where nothing in it is escaped, so that no copy is left behind.
    #[serde(borrow)]
    temporary_access_pass: Cow<'a, str>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    start_date_time: Option<OffsetDateTime>,
    lifetime_in_minutes: Option<u32>,
    is_usable_once: Option<bool>,
}

impl PassAnswer {
    /// Takes the pass out of an answer, whose body is wiped then. What the answer does not say of it is as it was asked for;
    /// `answered` is Graph's clock. Nothing where it holds no pass that a person could type.
    pub fn take(item: &mut ItemAnswer, terms: &PassTerms, answered: OffsetDateTime) -> Option<Self> {
        let mut body = String::from(Box::<str>::from(item.body.take()?));
        let taken = Self::read(&body, terms, answered);
        body.zeroize();
        taken
    }

    fn read(body: &str, terms: &PassTerms, answered: OffsetDateTime) -> Option<Self> {
        let on_wire: PassOnWire<'_> = serde_json::from_str(body).ok()?;
        let pass = Password::of(on_wire.temporary_access_pass.into_owned());
        let text = pass.expose();
        let can_be_typed = (1..=MAX_PASS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !can_be_typed || on_wire.id.len() > MAX_ID {
            return None;
        }
        let from = on_wire.start_date_time.or(terms.from.filter(|from| *from > answered)).unwrap_or(answered);
        let minutes = on_wire.lifetime_in_minutes.unwrap_or(terms.minutes);
        let until = from.checked_add(Duration::minutes(minutes.into()))?;
        let once = on_wire.is_usable_once.unwrap_or(terms.once);
        Some(Self { id: on_wire.id.into_owned(), times: PassTimes { from, until, once }, pass })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-30 08:00 UTC);
    const TERMS: PassTerms = PassTerms { beside_password: false, minutes: 60, once: true, from: None };

    #[test]
    fn what_the_answer_says_counts_and_what_it_leaves_out_is_as_asked() {
        let body = r#"{"id":"1","temporaryAccessPass":"kD7+q","startDateTime":"2026-11-30T09:00:00Z","lifetimeInMinutes":90,"isUsableOnce":false}"#;
        let whole = PassAnswer::read(body, &TERMS, NOW).unwrap();
        let (from, until) = (datetime!(2026-11-30 09:00 UTC), datetime!(2026-11-30 10:30 UTC));
        assert_eq!((whole.times, whole.pass.expose()), (PassTimes { from, until, once: false }, "kD7+q"));
        let short = PassAnswer::read(r#"{"id":"1","temporaryAccessPass":"kD7+q"}"#, &TERMS, NOW).unwrap();
        assert_eq!(short.times, PassTimes { from: NOW, until: NOW + Duration::HOUR, once: true });
    }

    #[test]
    fn what_cannot_be_typed_is_no_pass() {
        for pass in ["", "a b", "\\u001b[2J", "\\u00e9", &"x".repeat(MAX_PASS + 1)] {
            let body = format!(r#"{{"id":"1","temporaryAccessPass":"{pass}"}}"#);
            assert!(PassAnswer::read(&body, &TERMS, NOW).is_none(), "{pass}");
        }
        for body in ["", "{}", r#"{"id":"1","temporaryAccessPass":null}"#] {
            assert!(PassAnswer::read(body, &TERMS, NOW).is_none(), "{body}");
        }
    }
}
