//! Is the plan larger than anybody can have meant without saying so?

use super::rules::{MAX_ACCOUNTS, Options};

/// A plan of this share of the tenant's enabled members is refused until the operator names the number.
const SHARE: u64 = 4;

/// A plan that changes more accounts than the operator has named, or than anybody means by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// More than the operator named.
    #[error("the plan would change {accounts} accounts, and --max-accounts allows {allowed}")]
    Named {
        /// How many accounts would be changed.
        accounts: u32,
        /// What the operator named.
        allowed: u32,
    },
    /// More than [`MAX_ACCOUNTS`].
    #[error("the plan would change {accounts} accounts; more than {MAX_ACCOUNTS} have to be asked for by their number")]
    Many {
        /// How many accounts would be changed.
        accounts: u32,
    },
    /// More than a quarter of the tenant.
    #[error(
        "the plan would change {accounts} accounts, and the tenant has {members} enabled members; more than a \
             quarter of them have to be asked for by their number"
    )]
    Share {
        /// How many accounts would be changed.
        accounts: u32,
        /// How many enabled members the tenant has.
        members: u64,
    },
}

impl TooLarge {
    /// How many accounts would be changed: the number that the operator has to name.
    #[must_use]
    pub const fn accounts(&self) -> u32 {
        match self {
            Self::Named { accounts, .. } | Self::Many { accounts } | Self::Share { accounts, .. } => *accounts,
        }
    }
}

/// Makes sure that a plan is no larger than the operator can have meant.
///
/// # Errors
///
/// It is, and must not be made.
pub fn check(accounts: u32, enabled_members: u64, options: &Options) -> Result<(), TooLarge> {
    match options.max_accounts {
        Some(allowed) if accounts > allowed => Err(TooLarge::Named { accounts, allowed }),
        Some(_) => Ok(()),
        None if accounts > MAX_ACCOUNTS => Err(TooLarge::Many { accounts }),
        None if u64::from(accounts) * SHARE > enabled_members => {
            Err(TooLarge::Share { accounts, members: enabled_members })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_one_can_have_meant_is_refused_until_the_number_is_named() {
        let named = |max_accounts| Options { max_accounts, ..Options::default() };
        assert_eq!(check(5_000, 20_000, &named(None)), Ok(()));
        assert_eq!(check(5_001, 1_000_000, &named(None)), Err(TooLarge::Many { accounts: 5_001 }));
        assert_eq!(check(26, 103, &named(None)), Err(TooLarge::Share { accounts: 26, members: 103 }));
        assert_eq!(check(25, 100, &named(None)), Ok(()));
        assert_eq!(check(5_001, 10, &named(Some(5_001))), Ok(()));
        assert_eq!(check(5_002, 10, &named(Some(5_001))), Err(TooLarge::Named { accounts: 5_002, allowed: 5_001 }));
        assert_eq!(check(0, 0, &named(None)), Ok(()), "a plan that changes no account is never too large");
    }
}
