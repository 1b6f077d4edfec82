//! `$filter` for users: what it means, and which users match it.

use uuid::Uuid;

use super::errors::ServedError;
use super::filter_fields::{FieldKind, FilterField};
use crate::simulator::directory::{Directory, SearchKey, SimulatedUser, UserKey, UserPlace};

/// The same page: characters in one literal unless it is an advanced query.
const MAX_LITERAL: usize = 120;

/// A filter, understood.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    Test(&'static FilterField, Comparison),
}

/// How a property is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `eq` and `in`; for collections `any(x:x eq …)`.
    OneOf(Vec<String>),
    StartsWith(String),
    EndsWith(String),
    Is(bool),
    IsNull,
}

/// A property that has no index for this operator.
pub(super) fn unsupported(property: &str) -> ServedError {
    ServedError::unsupported_query(format!(
        "Unsupported or invalid query filter clause specified for property '{property}' of resource 'User'."
    ))
}

impl Filter {
    /// As many as stand beside each other in the largest of its alternatives: only `in` and `or` have any.
    pub(super) fn clauses(&self) -> usize {
        match self {
            Self::Any(filters) => filters.iter().map(Self::clauses).sum(),
            Self::All(filters) => filters.iter().map(Self::clauses).max().unwrap_or_default(),
            Self::Not(filter) => filter.clauses(),
            Self::Test(_, Comparison::OneOf(values)) => values.len(),
            Self::Test(..) => 1,
        }
    }

    pub(super) fn long_literal(&self) -> Option<&'static FilterField> {
        match self {
            Self::Any(filters) | Self::All(filters) => filters.iter().find_map(Self::long_literal),
            Self::Not(filter) => filter.long_literal(),
            Self::Test(field, Comparison::OneOf(values)) => {
                values.iter().any(|value| value.chars().count() > MAX_LITERAL).then_some(*field)
            }
            Self::Test(..) => None,
        }
    }

    /// The names of the properties that it asks for.
    pub(crate) fn properties(&self) -> Vec<&'static str> {
        match self {
            Self::Any(filters) | Self::All(filters) => filters.iter().flat_map(Self::properties).collect(),
            Self::Not(filter) => filter.properties(),
            Self::Test(field, _) => vec![field.name],
        }
    }

    /// Whether a user passes.
    pub(crate) fn lets_through(&self, user: &SimulatedUser) -> bool {
        match self {
            Self::Any(filters) => filters.iter().any(|filter| filter.lets_through(user)),
            Self::All(filters) => filters.iter().all(|filter| filter.lets_through(user)),
            Self::Not(filter) => !filter.lets_through(user),
            Self::Test(field, how) => passes(user, field, how),
        }
    }

    /// Those who may pass, from the indexes and not from everyone; `None` where only a look at everyone helps.
    pub(crate) fn candidates(&self, directory: &mut Directory) -> Option<Vec<UserPlace>> {
        let mut places = match self {
            Self::Any(filters) => {
                let found: Option<Vec<_>> = filters.iter().map(|filter| filter.candidates(directory)).collect();
                found?.concat()
            }
            Self::All(filters) => filters.iter().find_map(|filter| filter.candidates(directory))?,
            Self::Test(field, Comparison::OneOf(values)) => {
                let find = |key| directory.find(&key);
                match field.kind {
                    FieldKind::Id => values.iter().filter_map(|value| find(UserKey::parse(value))).collect(),
                    FieldKind::UserPrincipalName => {
                        values.iter().filter_map(|value| find(UserKey::Name(value.to_lowercase()))).collect()
                    }
                    FieldKind::Key(key) | FieldKind::Collection(key) => search(directory, key, values),
                    FieldKind::Text(_) | FieldKind::Flag(_) => return None,
                }
            }
            Self::Not(_) | Self::Test(..) => return None,
        };
        places.sort_unstable();
        places.dedup();
        Some(places)
    }
}

fn search(directory: &mut Directory, key: SearchKey, values: &[String]) -> Vec<UserPlace> {
    values.iter().flat_map(|value| directory.search(key, value)).collect()
}

fn passes(user: &SimulatedUser, field: &FilterField, how: &Comparison) -> bool {
    match (how, field.kind) {
        (Comparison::OneOf(values), FieldKind::Id) => values.iter().any(|value| Uuid::try_parse(value) == Ok(user.id)),
        (Comparison::OneOf(values), FieldKind::Key(key) | FieldKind::Collection(key)) => {
            values.iter().any(|value| key.matches(user, value))
        }
        (Comparison::Is(wanted), FieldKind::Flag(read)) => read(user) == Some(*wanted),
        (Comparison::IsNull, FieldKind::Flag(read)) => read(user).is_none(),
        (Comparison::IsNull, _) => field.text(user).is_none(),
        (_, FieldKind::Flag(_)) | (Comparison::Is(_), _) => false,
        (how, _) => field.text(user).is_some_and(|text| {
            let text = text.to_lowercase();
            match how {
                Comparison::OneOf(values) => values.iter().any(|value| value.to_lowercase() == text),
                Comparison::StartsWith(start) => text.starts_with(&start.to_lowercase()),
                Comparison::EndsWith(end) => text.ends_with(&end.to_lowercase()),
                Comparison::Is(_) | Comparison::IsNull => false,
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::graph::filter_parser::parse;

    fn values(text: &str) -> Vec<String> {
        fn collect(filter: Filter) -> Vec<String> {
            match filter {
                Filter::Any(filters) | Filter::All(filters) => filters.into_iter().flat_map(collect).collect(),
                Filter::Test(_, Comparison::OneOf(values)) => values,
                other => panic!("{other:?}"),
            }
        }
        collect(parse(text, false).unwrap())
    }

    fn list(count: usize) -> String {
        let values: Vec<_> = (0..count).map(|n| format!("'u{n}@contoso.com'")).collect();
        format!("userPrincipalName in ({})", values.join(","))
    }

    #[test]
    fn in_and_eq_and_or_are_one_list() {
        assert_eq!(values("userPrincipalName in ('a','b' , 'c')"), ["a", "b", "c"]);
        assert_eq!(values("mail eq 'a' or (userPrincipalName eq 'b' or mail in ('c'))"), ["a", "b", "c"]);
        assert_eq!(values("proxyAddresses/any(p:p eq 'smtp:a') or otherMails/any(m : m eq 'b')"), ["smtp:a", "b"]);
    }

    #[test]
    fn a_doubled_apostrophe_is_one() {
        assert_eq!(values("userPrincipalName eq 'siobhan.o''neil@contoso.com'"), ["siobhan.o'neil@contoso.com"]);
        assert_eq!(parse("userPrincipalName eq 'o'neil'", false).unwrap_err().status, 400);
    }

    #[test]
    fn the_sixteenth_value_is_refused_unless_the_query_is_advanced() {
        assert_eq!(parse(&list(15), false).unwrap().clauses(), 15);
        let refused = parse(&list(16), false).unwrap_err();
        assert_eq!(refused.code, "Request_UnsupportedQuery");
        assert!(refused.message.ends_with("operators: 16. Max allowed: 15."), "{}", refused.message);
        assert_eq!(parse(&list(16), true).unwrap().clauses(), 16);
        let joined = (0..16).map(|n| format!("displayName eq '{n}'")).collect::<Vec<_>>().join(" and ");
        assert_eq!(parse(&joined, false).unwrap().clauses(), 1, "what has to be so together is no alternative");
        let narrowed = |count| format!("accountEnabled eq true and {}", list(count));
        assert!(parse(&narrowed(15), false).is_ok());
        assert_eq!(parse(&narrowed(16), false).unwrap_err().code, "Request_UnsupportedQuery");
        let chain = (0..16).map(|n| format!("proxyAddresses/any(p:p eq 'smtp:{n}')")).collect::<Vec<_>>().join(" or ");
        assert_eq!(parse(&chain, false).unwrap_err().code, "Request_UnsupportedQuery");
    }

    #[test]
    pub(super) fn long_literals_and_bad_ids_are_refused() {
        let long = format!("mail eq '{}'", "x".repeat(121));
        assert_eq!(parse(&long, false).unwrap_err().code, "Request_UnsupportedQuery");
        assert!(parse(&long, true).is_ok());
        assert_eq!(parse("id in ('ada')", false).unwrap_err().code, "Request_BadRequest");
    }

    #[test]
    fn what_has_no_index_is_unsupported_and_what_is_unknown_is_bad() {
        for text in [
            "onPremisesSamAccountName eq 'x'", "mail ne 'a'", "not(mail eq 'a')", "endsWith(mail,'@contoso.com')",
            "onPremisesSyncEnabled eq null",
        ] {
            assert_eq!(parse(text, false).unwrap_err().code, "Request_UnsupportedQuery", "{text}");
            assert!(parse(text, true).is_ok(), "{text}");
        }
        for text in ["lastPasswordChangeDateTime eq 'x'", "onPremisesDistinguishedName eq 'x'", "startsWith(id,'1')"] {
            assert_eq!(parse(text, true).unwrap_err().code, "Request_UnsupportedQuery", "{text}");
        }
        assert_eq!(parse("shoeSize eq '42'", true).unwrap_err().code, "BadRequest");
        assert_eq!(parse("createdDateTime ge 2026-01-01T00:00:00Z", true).unwrap_err().status, 501);
        for broken in
            ["mail eq ", "mail eq 'a", "mail in ('a'", "mail in 'a'", "mail eq 'a' mail eq 'b'", "mail eq true"]
        {
            assert_eq!(parse(broken, false).unwrap_err().status, 400, "{broken}");
        }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let mut directory = Directory::seeded(300, 1);
        let count = |directory: &Directory, text: &str| {
            let filter = parse(text, true).unwrap();
            directory.users().filter(|user| filter.lets_through(user)).count()
        };
        let members = count(&directory, "userType eq 'Member' and accountEnabled eq true");
        let guests = count(&directory, "userType eq 'Guest'");
        assert!(members > 0 && guests > 0);
        let text = "userType eq 'Guest' or userType eq 'member' and accountEnabled eq true";
        assert_eq!(count(&directory, text), members + guests);
        assert_eq!(count(&directory, &format!("not({text})")), directory.len() - members - guests);
        let narrow = "accountEnabled eq false and mail in ('ada.lovelace@contoso.com','julia.hartmann@contoso.com')";
        let filter = parse(narrow, false).unwrap();
        assert_eq!(filter.candidates(&mut directory).unwrap().len(), 2);
        assert_eq!(count(&directory, narrow), 1);
        assert_eq!(parse("startsWith(mail,'a')", false).unwrap().candidates(&mut directory), None);
    }
}
