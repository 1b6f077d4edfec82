//! The kinds of faults, by the names that people type.

use std::fmt;
use std::str::FromStr;

use super::retry_after::{RetryAfterDelay, RetryAfterForm};
use super::scripted_answer::ScriptedAnswer;

/// One kind of fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// What people type.
    pub name: &'static str,
    /// What happens.
    pub what: &'static str,
    pub(crate) strikes: Strikes,
    share: fn(&mut FaultShares) -> &mut f64,
}

/// What a kind of fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strikes {
    /// Single requests, in a batch or alone.
    Requests,
    /// Whole calls to Graph.
    Calls,
    /// Calls to the token service.
    TokenService,
}

use Strikes::{Calls, Requests, TokenService};

/// Says that a text names no kind of fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault {0:?}; there are {list}", list = names())]
pub struct UnknownFault(String);

fn names() -> String {
    Fault::ALL.map(|fault| fault.name).join(", ")
}

macro_rules! faults {
    ($($strikes:ident { $($name:literal $field:ident $what:literal)* })*) => {
        impl Fault {
            /// Every kind.
            pub const ALL: [Self; 32] =
                [$($(Self { name: $name, what: $what, strikes: $strikes, share: |faults| &mut faults.$field }),*),*];
        }

        /// How often what goes wrong; each a share from 0 (never) to 1 (always), drawn from the seed.
        ///
        /// Item faults strike single requests, inside a batch or alone. Envelope faults strike whole HTTP calls below `/v1.0`, one
        /// at the most each; a call can be slow besides.
        #[derive(Debug, Clone, Default)]
        pub struct FaultShares {
            $($(#[doc = $what] pub $field: f64,)*)*
            /// With what scripted answers are answered.
            pub answer: ScriptedAnswer,
            /// How a 429 and a 503 that come from a fault say when to try again.
            pub retry_after: RetryAfterForm,
            /// What they say, in tenant time.
            pub retry_after_delay: RetryAfterDelay,
        }
    };
}

faults! {
    Requests {
        "429" throttled_item "a request is answered 429 and not carried out"
        "503" unavailable_item "a request is answered 503 and not carried out"
        "409" concurrency_item "a write is answered 409 and not carried out"
        "424" dependency_item "a request is answered 424 and not carried out"
        "500" failed_item "a write is carried out and answered 500"
        "missing-id" missing_id "a request in a batch is carried out and left out of the answer"
        "double-id" doubled_id "a request in a batch is answered twice, with yes and with no"
        "foreign-id" foreign_id "the answer to a batch also answers what was not asked"
        "text-item" text_item "a request in a batch is carried out and answered by a text"
        "unselected" unselected "a read is answered with a user's default properties, in spite of $select"
        "answer" scripted_answer "a request is answered as a scenario says, or 401 without a word, and not carried out"
    }
    Calls {
        "call-429" throttled_envelope "a call is answered 429; nothing in it is carried out"
        "call-503" unavailable_envelope "a call is answered 503; nothing in it is carried out"
        "call-504" timeout_after_execution "a call is carried out and answered 504"
        "lost-request" lost_request "a call is cut off before anything in it is carried out"
        "lost-answer" lost_answer "a call is carried out and cut off without an answer"
        "half-answer" half_answer "a call is carried out and its answer breaks off half way"
        "garbage" garbage "a call is carried out and answered by what is no JSON"
        "byte-order-mark" byte_order_mark "a call is carried out and its answer begins with a byte order mark"
        "wrong-type" wrong_type "a call is carried out and its answer names another type than JSON"
        "proxy-200" proxy_page "a proxy answers a call with 200 and a page; it is not carried out"
        "proxy-407" proxy_refusal "a proxy answers a call with 407 and a page; it is not carried out"
        "proxy-502" proxy_failure "a proxy answers a call with 502 and a page; half are carried out"
        "slow" slow "a call takes 20 seconds longer"
        "revoked-token" revoked_token "every token is revoked when a call comes in: 401"
        "outage" outage "no network for 30 seconds: connections are reset, new ones refused"
    }
    TokenService {
        "token-429" token_throttled "the token service answers 429"
        "token-500" token_failed "the token service answers 500"
        "token-page" token_page "a proxy answers the token service's callers with 503 and a page"
        "token-lost" token_lost "a call to the token service is cut off"
        "token-texts" token_texts "the token service answers truly, with every number as a text"
        "token-answer" token_answer "the token service answers as a scenario says, or 401 without a word"
    }
}

impl Fault {
    /// How often this kind strikes, to be read or set.
    pub fn share(self, faults: &mut FaultShares) -> &mut f64 {
        (self.share)(faults)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        Self::ALL.into_iter().find(|fault| fault.name == text).ok_or_else(|| UnknownFault(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_and_a_share_of_its_own() {
        let mut faults = FaultShares::default();
        for (number, fault) in (1_u32..).zip(Fault::ALL) {
            assert_eq!(fault.name.parse::<Fault>().unwrap().name, fault.name);
            assert!(fault.share(&mut faults).abs() < f64::EPSILON, "{fault} shares its share with another");
            *fault.share(&mut faults) = f64::from(number);
        }
        assert!("520".parse::<Fault>().unwrap_err().to_string().contains("lost-answer"));
    }
}
