//! From when on passes are good, for how long, and for how many sign-ins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::json::Rfc3339Moment;

/// What the temporary access passes of a plan, or one of them, are like. The policy of the tenant allowed it when the plan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassTerms {
    /// Are the new passwords handed over, too? Otherwise they are thrown away where the playbook sets any.
    pub beside_password: bool,
    /// For how many minutes each is good.
    pub minutes: u32,
    /// Is each good for one sign-in alone?
    pub once: bool,
    /// From when on each is good; from the moment on at which it is made where that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Rfc3339Moment>")]
    pub from: Option<OffsetDateTime>,
}

/// The body of the request. What is left out is the policy's, which may have changed since the plan was made: so nothing is left
/// out but a beginning that has passed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PassRequestBody {
    #[serde(skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    start_date_time: Option<OffsetDateTime>,
    lifetime_in_minutes: u32,
    is_usable_once: bool,
}

impl PassTerms {
    /// The terms of one pass: from a moment of its own, where the list names one.
    #[must_use]
    pub fn with_own(self, from: Option<OffsetDateTime>) -> Self {
        Self { from: from.or(self.from), ..self }
    }

    pub(super) fn body(&self, now: OffsetDateTime) -> PassRequestBody {
        PassRequestBody {
            start_date_time: self.from.filter(|from| *from > now),
            lifetime_in_minutes: self.minutes,
            is_usable_once: self.once,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn all_is_said_but_a_beginning_that_has_passed() {
        let from = datetime!(2026-11-30 08:00 UTC);
        let terms = PassTerms { beside_password: false, minutes: 90, once: true, from: Some(from) };
        let body = |now| serde_json::to_value(terms.body(now)).unwrap();
        let rest = json!({"lifetimeInMinutes": 90, "isUsableOnce": true});
        assert_eq!(body(from), rest);
        let mut whole = rest;
        whole["startDateTime"] = json!("2026-11-30T08:00:00Z");
        assert_eq!(body(from - Duration::SECOND), whole);
        let later = from + Duration::HOUR;
        assert_eq!((terms.with_own(None).from, terms.with_own(Some(later)).from), (Some(from), Some(later)));
    }
}
