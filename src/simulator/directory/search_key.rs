//! The properties that users are searched by, and the indexes over them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::place::UserPlace;
use super::user::SimulatedUser;
use crate::simulator::random::seed_of;

/// What a user can be found by, besides id and UPN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SearchKey {
    Mail,
    ProxyAddress,
    OtherMail,
    EmployeeId,
    SecurityIdentifier,
    ImmutableId,
    SamAccountName,
}

impl SearchKey {
    /// What this user is found by.
    fn values(self, user: &SimulatedUser) -> Vec<Cow<'_, str>> {
        let there = user.on_premises.as_deref();
        match self {
            Self::Mail => user.mail().map(Cow::Borrowed).into_iter().collect(),
            Self::ProxyAddress => user.proxy_addresses().into_iter().map(Cow::Owned).collect(),
            Self::OtherMail => user.other_mails().map(Cow::Borrowed).collect(),
            Self::EmployeeId => user.employee_id().into_iter().collect(),
            Self::SecurityIdentifier => there.map(|it| Cow::Borrowed(&*it.security_identifier)).into_iter().collect(),
            Self::ImmutableId => there.map(|it| Cow::Borrowed(&*it.immutable_id)).into_iter().collect(),
            Self::SamAccountName => there.map(|it| Cow::Borrowed(&*it.sam_account_name)).into_iter().collect(),
        }
    }

    /// Whether the user has this value. Base64 is case-sensitive, all others here are not.
    pub(crate) fn matches(self, user: &SimulatedUser, wanted: &str) -> bool {
        let same = |value: &str| match self {
            Self::ImmutableId => value == wanted,
            _ => value.eq_ignore_ascii_case(wanted) || value.to_lowercase() == wanted.to_lowercase(),
        };
        self.values(user).iter().any(|value| same(value))
    }
}

/// One sorted list for each key that was ever asked for: hash of the value, and whose it is.
///
/// Made at the first question and thrown away at any change, because a directory of a million users must stay small and
/// most runs never ask.
#[derive(Debug, Clone, Default)]
pub(super) struct Indexes(pub(super) HashMap<SearchKey, Vec<(u64, UserPlace)>>);

impl Indexes {
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

pub(super) fn index(users: &[SimulatedUser], key: SearchKey) -> Vec<(u64, UserPlace)> {
    let mut index = Vec::new();
    for (position, user) in users.iter().enumerate().filter(|(_, user)| user.deleted().is_none()) {
        let place = UserPlace::at(position);
        index.extend(key.values(user).iter().map(|value| (seed_of(&value.to_lowercase()), place)));
    }
    index.sort_unstable();
    index.shrink_to_fit();
    index
}
