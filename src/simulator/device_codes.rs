//! Sign-ins on another device: "Microsoft identity platform and the OAuth 2.0 device authorization grant flow".

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::random::Random;
use super::sign_in::Device;

/// What a poll is answered with, where it is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotYet {
    Pending,
    TooFast,
    Declined,
    Expired,
    Unknown,
    Blocked,
}

impl NotYet {
    /// The OAuth error, the code and the words.
    pub(crate) fn describe(self) -> (&'static str, u32, &'static str) {
        match self {
            Self::Pending => (
                "authorization_pending",
                70_016,
                "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
            ),
            Self::TooFast => ("slow_down", 70_016, "OAuth 2.0 device flow error. Polling is too fast. Slow down."),
            Self::Declined => ("authorization_declined", 70_000, "The end user denied the authorization request."),
            Self::Expired => ("expired_token", 70_019, "The device code has expired."),
            Self::Unknown => ("bad_verification_code", 70_018, "The verification code is not correct."),
            Self::Blocked => ("invalid_grant", 53_003, "Access has been blocked by Conditional Access policies."),
        }
    }
}

/// A code that was given out.
struct Code {
    user_code: String,
    ends: Instant,
    last_poll: Option<Instant>,
    polls: u32,
    decision: Option<Option<Uuid>>,
}

/// The codes that were given out, and the refresh tokens that came of them.
#[derive(Default)]
pub(crate) struct DeviceCodes {
    codes: HashMap<String, Code>,
}

impl DeviceCodes {
    /// A new pair: the code for the program, and the one for the person.
    pub(crate) fn start(&mut self, random: &mut Random, lifetime: Duration) -> (String, String) {
        let device_code = format!("{}{}", random.guid().simple(), random.guid().simple());
        let user_code = random.guid().simple().to_string()[..9].to_ascii_uppercase();
        let code = Code {
            user_code: user_code.clone(),
            ends: Instant::now() + lifetime,
            last_poll: None,
            polls: 0,
            decision: None,
        };
        self.codes.insert(device_code.clone(), code);
        (device_code, user_code)
    }

    /// Records the person's decision: the user they sign in as, or `None` to decline. `false`: there is no such code.
    pub(crate) fn decide(&mut self, user_code: &str, decision: Option<Uuid>) -> bool {
        let found = self.codes.values_mut().find(|code| code.user_code.eq_ignore_ascii_case(user_code));
        found.map(|code| code.decision = Some(decision)).is_some()
    }

    /// The codes that wait for a decision.
    pub(crate) fn waiting(&self) -> Vec<String> {
        self.codes.values().filter(|code| code.decision.is_none()).map(|code| code.user_code.clone()).collect()
    }

    /// A poll: who signed in, or why there is no token.
    pub(crate) fn poll(
        &mut self,
        device_code: &str,
        settings: &Device,
        by_itself: Option<Uuid>,
    ) -> Result<Uuid, NotYet> {
        let now = Instant::now();
        let code = self.codes.get_mut(device_code).ok_or(NotYet::Unknown)?;
        let too_fast = code.last_poll.is_some_and(|last| now < last + settings.interval);
        code.last_poll = Some(now);
        code.polls += 1;
        if now >= code.ends {
            return Err(NotYet::Expired);
        }
        if too_fast {
            return Err(NotYet::TooFast);
        }
        if code.decision.is_none() && code.polls > settings.after_polls {
            code.decision = by_itself.map(Some);
        }
        match code.decision {
            None => Err(NotYet::Pending),
            Some(None) => Err(NotYet::Declined),
            Some(Some(_)) if settings.blocked => Err(NotYet::Blocked),
            Some(Some(user)) => {
                self.codes.remove(device_code);
                Ok(user)
            }
        }
    }
}
