//! The pass that is wished for, and what the policy of the tenant makes of it.

use time::OffsetDateTime;

use crate::directory::PassPolicy;
use crate::step::PassTerms;

/// The temporary access pass that each person is to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassWish {
    /// Are the new passwords handed over, too?
    pub beside_password: bool,
    /// For how many minutes it is to be good; as the policy has it where that is missing.
    pub minutes: Option<u32>,
    /// From when on; at once where that is missing.
    pub from: Option<OffsetDateTime>,
}

/// Why the tenant gives no such pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassNotAllowed {
    /// There are none.
    #[error("the policy of this tenant allows no temporary access passes")]
    Off,
    /// They live shorter, or longer.
    #[error("the policy of this tenant allows passes of {} to {}, and {} are asked for",
        span(*.min), span(*.max), span(*.asked))]
    Lifetime {
        /// Minutes that were asked for.
        asked: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
}

/// `8 h`, `1 h 30 min`.
pub(crate) fn span(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (hours, 0) if hours > 0 => format!("{hours} h"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

impl PassWish {
    /// The passes that come of it under this policy. Where that wants passes for one sign-in, they are; where it does not, they are
    /// for any number.
    ///
    /// # Errors
    ///
    /// The policy allows none such.
    pub fn under(self, policy: &PassPolicy) -> Result<PassTerms, PassNotAllowed> {
        if !policy.is_enabled {
            return Err(PassNotAllowed::Off);
        }
        let minutes = self.minutes.unwrap_or(policy.default_minutes);
        let (min, max) = (policy.min_minutes, policy.max_minutes);
        if !(min..=max).contains(&minutes) {
            return Err(PassNotAllowed::Lifetime { asked: minutes, min, max });
        }
        Ok(PassTerms { beside_password: self.beside_password, minutes, once: policy.once, from: self.from })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> PassPolicy {
        PassPolicy { is_enabled: true, default_minutes: 60, min_minutes: 60, max_minutes: 480, ..PassPolicy::default() }
    }

    #[test]
    fn the_policy_says_how_long_and_how_often() {
        let wish = |minutes| PassWish { beside_password: true, minutes, from: None };
        assert_eq!(wish(None).under(&policy()).map(|terms| (terms.minutes, terms.once)), Ok((60, false)));
        let once = PassPolicy { once: true, ..policy() };
        assert_eq!(wish(Some(480)).under(&once).map(|terms| (terms.minutes, terms.once)), Ok((480, true)));
        for asked in [59, 481] {
            assert_eq!(wish(Some(asked)).under(&policy()), Err(PassNotAllowed::Lifetime { asked, min: 60, max: 480 }));
        }
        let off = PassPolicy { is_enabled: false, ..policy() };
        assert_eq!(wish(None).under(&off), Err(PassNotAllowed::Off));
        let said = PassNotAllowed::Lifetime { asked: 59, min: 60, max: 480 }.to_string();
        assert!(said.contains("passes of 1 h to 8 h, and 59 min are asked for"), "{said}");
    }
}
