//! Is the plan larger than a person can have meant without saying so?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules::{MAX_ACCOUNTS, Options};

/// A plan of this share of the tenant's enabled members is not carried out until the operator names the number.
const SHARE: u64 = 4;

/// Why a plan is not carried out before the operator has named how many accounts may be changed: it changes more than was
/// named when it was made, or more than a person means by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "limit", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TooLarge {
    /// More than the operator named.
    Named {
        /// What the operator named.
        allowed: u32,
    },
    /// More than [`MAX_ACCOUNTS`].
    Many,
    /// More than a quarter of the tenant.
    Share {
        /// How many enabled members the tenant has.
        members: u64,
    },
}

/// Whether a plan is larger than the operator can have meant. In a tenant whose size says nothing, `enabled_members` is `None`.
pub fn judge(accounts: u32, enabled_members: Option<u64>, options: &Options) -> Option<TooLarge> {
    let is_too_large_a_share = |members: &u64| u64::from(accounts) * SHARE > *members;
    match options.max_accounts {
        Some(allowed) => (accounts > allowed).then_some(TooLarge::Named { allowed }),
        None if accounts > MAX_ACCOUNTS => Some(TooLarge::Many),
        None => enabled_members.filter(is_too_large_a_share).map(|members| TooLarge::Share { members }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_operator_can_have_meant_is_too_large_until_the_number_is_named() {
        let named = |max_accounts| Options { max_accounts, ..Options::default() };
        let judge = |accounts, members, options: Options| judge(accounts, members, &options);
        assert_eq!(judge(5_000, Some(20_000), named(None)), None);
        assert_eq!(judge(5_001, Some(1_000_000), named(None)), Some(TooLarge::Many));
        assert_eq!(judge(26, Some(103), named(None)), Some(TooLarge::Share { members: 103 }));
        assert_eq!(judge(26, None, named(None)), None, "a tenant that was made for the list");
        assert_eq!(judge(5_001, None, named(None)), Some(TooLarge::Many));
        assert_eq!(judge(25, Some(100), named(None)), None);
        assert_eq!(judge(5_001, Some(10), named(Some(5_001))), None);
        assert_eq!(judge(5_002, Some(10), named(Some(5_001))), Some(TooLarge::Named { allowed: 5_001 }));
        assert_eq!(judge(0, Some(0), named(None)), None, "a plan that changes no account is never too large");
    }
}
