//! What is said to approve a plan: how many accounts it changes, and which plan it is, as in `278@2570c50cf3a6`.

use std::fmt;
use std::str::FromStr;

use super::manifest::Manifest;
use crate::digest::Digest;

/// So many digits of a fingerprint name a plan at the least.
const MIN_DIGITS: usize = 8;
/// So many digits a fingerprint has.
const MAX_DIGITS: usize = 64;

/// The phrase that approves a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalPhrase {
    accounts: u64,
    plan: Digest,
}

impl fmt::Display for ApprovalPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.accounts, self.plan.short())
    }
}

impl Manifest {
    /// What approves this plan.
    pub fn phrase(&self) -> ApprovalPhrase {
        self.phrase_for(self.accounts().into())
    }

    /// What approves so many accounts of this plan.
    pub fn phrase_for(&self, accounts: u64) -> ApprovalPhrase {
        ApprovalPhrase { accounts, plan: self.fingerprint() }
    }
}

/// What an operator says of the plan that is approved: a number of accounts, and the beginning of a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenApproval {
    /// How many accounts.
    pub accounts: u64,
    /// The digits of the fingerprint, in small letters; `None` where a number alone was said.
    pub digits: Option<String>,
}

/// Why a text approves no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpokenApprovalError {
    /// Not a number of accounts.
    #[error("it begins with a number of accounts, such as 278 or 11,554")]
    Number,
    /// Not the beginning of a fingerprint.
    #[error(
        "after the @ stand {MIN_DIGITS} or more digits of the plan's fingerprint (0-9 and a-f), as the preview shows it"
    )]
    Digits,
}

impl SpokenApproval {
    /// Does it name the plan with this fingerprint?
    pub fn names(&self, fingerprint: Digest) -> bool {
        self.digits.as_ref().is_some_and(|digits| fingerprint.to_string().starts_with(digits))
    }
}

impl fmt::Display for SpokenApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accounts, digits } = self;
        match digits {
            Some(digits) => write!(f, "{accounts}@{digits}"),
            None => write!(f, "{accounts}"),
        }
    }
}

impl FromStr for SpokenApproval {
    type Err = SpokenApprovalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, digits) = match text.split_once('@') {
            Some((number, digits)) => (number, Some(digits.trim().to_ascii_lowercase())),
            None => (text, None),
        };
        let is_fingerprint = |digits: &String| {
            (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if !digits.as_ref().is_none_or(is_fingerprint) {
            return Err(SpokenApprovalError::Digits);
        }
        let accounts = spoken_number(number).ok_or(SpokenApprovalError::Number)?;
        Ok(Self { accounts, digits })
    }
}

/// A number as people write it: `11554`, `11,554`, `11.554`, `11'554` or `11 554`. One sign parts the thousands, and each
/// group after the first has three digits: `1,1` is no number of accounts.
pub fn spoken_number(text: &str) -> Option<u64> {
    let text = text.trim();
    let sign = text.chars().find(|c| !c.is_ascii_digit());
    let Some(sign) = sign else { return text.parse().ok() };
    if !matches!(sign, ',' | '.' | '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}') {
        return None;
    }
    let mut groups = text.split(sign);
    let first = groups.next().filter(|group| (1..=3).contains(&group.len()))?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for text in ["11554", "11,554", "11.554", "11'554", "11 554", " 11,554\n", "11\u{202f}554", "11\u{a0}554"] {
            assert_eq!(spoken_number(text), Some(11_554), "{text:?}");
        }
        for text in
            ["", "yes", "1,1", "1155,4", "11,55", "11,554.", ",554", "11,554 000", "-1", "+1", "1e3", "0x10", "11;554"]
        {
            assert_eq!(spoken_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn fewer_digits_than_eight_name_no_plan() {
        let said = |text: &str| text.parse::<SpokenApproval>();
        assert_eq!(said("278@2570c50"), Err(SpokenApprovalError::Digits));
        assert_eq!(said("278@"), Err(SpokenApprovalError::Digits));
        assert_eq!(said("278@2570c50g"), Err(SpokenApprovalError::Digits));
        assert_eq!(said("@2570c50c"), Err(SpokenApprovalError::Number));
        assert_eq!(said("278"), Ok(SpokenApproval { accounts: 278, digits: None }));
        let approval = said("11,554@2570C50C").unwrap();
        assert_eq!(approval, SpokenApproval { accounts: 11_554, digits: Some("2570c50c".to_owned()) });
        assert!(said(&format!("278@{}", "0".repeat(65))).is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_names_the_plan_and_no_other(accounts in 0_u64..1_000_000, one: Vec<u8>, other: Vec<u8>) {
            let (plan, another) = (Digest::of(&one), Digest::of(&other));
            let said: SpokenApproval = ApprovalPhrase { accounts, plan }.to_string().parse().unwrap();
            prop_assert_eq!(said.accounts, accounts);
            prop_assert!(said.names(plan));
            prop_assert_eq!(said.names(another), plan == another);
        }

        #[test]
        fn no_text_is_too_odd_to_read(text: String) {
            let _ = text.parse::<SpokenApproval>();
        }
    }
}
