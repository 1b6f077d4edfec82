//! People as the tenant lists them: all, the members of a group, or those that match a filter.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde::Deserialize;
use time::OffsetDateTime;

use super::error::LookupError;
use crate::clock::Clock;
use crate::graph::as_said::as_said;
use crate::graph::paced::{Paced, Pages};
use crate::graph::percent::encode_query;
use crate::graph::reading::ReadError;
use crate::graph::transport::{Consistency, Transport};
use crate::ids::ObjectId;

/// Which people to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListingScope {
    /// All people in the tenant.
    All,
    /// The users in this group, and in the groups within it.
    Group(ObjectId),
    /// Those that match this OData filter.
    Filter(String),
}

/// One person as listed, with what a reviewer needs. Each text is empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The object id.
    pub object_id: ObjectId,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The name that people see.
    pub display_name: String,
    /// Department.
    pub department: String,
    /// Job title.
    pub job_title: String,
    /// `Member` or `Guest`.
    pub user_type: String,
    /// Whether sign-in is allowed, where it is known.
    pub enabled: Option<bool>,
    /// Whether the account is mastered on-premises; `None` for one that never was.
    pub synced: Option<bool>,
    /// The latest sign-in of any kind; only where it was asked for, and `None` for a person who never signed in.
    pub last_sign_in: Option<OffsetDateTime>,
}

const SELECT: &str =
    "id,userPrincipalName,displayName,department,jobTitle,userType,accountEnabled,onPremisesSyncEnabled";

/// The largest pages: 999 people, or 500 with their sign-ins ("List users").
const PAGE: u32 = 999;
const PAGE_WITH_SIGN_IN: u32 = 500;

/// Reads of sign-ins are limited to 10 a minute ("Microsoft Graph service-specific throttling limits").
const BETWEEN_SIGN_IN_PAGES: Duration = Duration::from_secs(6);

/// What one page of transitive members costs, in resource units (same page).
const MEMBERS_COST: u32 = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedUserOnWire {
    id: ObjectId,
    user_principal_name: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    display_name: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    department: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    job_title: Option<String>,
    user_type: Option<String>,
    account_enabled: Option<bool>,
    on_premises_sync_enabled: Option<bool>,
    sign_in_activity: Option<SignInActivity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignInActivity {
    #[serde(default, with = "time::serde::rfc3339::option")]
    last_sign_in_date_time: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    last_non_interactive_sign_in_date_time: Option<OffsetDateTime>,
}

/// A list of people that is being read. It is whole when [`Listing::next`] has said `None`, and not before.
pub struct Listing<'a, T> {
    pages: Pages<'a, T, ListedUserOnWire>,
    /// The page that showed that the question is answered.
    first: Option<Vec<ListedUserOnWire>>,
    group: Option<Group>,
    from_index: bool,
    clock: Clock,
    slow: bool,
    next_at: Duration,
}

/// What the directory itself says about a group, beside the people that the index lists.
struct Group {
    name: String,
    /// Its users who are not listed yet.
    missing: HashSet<ObjectId>,
    others: BTreeMap<String, u64>,
}

impl<'a, T: Transport> Listing<'a, T> {
    /// Begins to list these people. With `sign_ins` it is slow: 500 people every six seconds.
    ///
    /// # Errors
    ///
    /// Graph refuses, cannot be reached, or does not know the group.
    pub async fn open(
        paced: Paced<'a, T>,
        clock: Clock,
        scope: &ListingScope,
        sign_ins: bool,
    ) -> Result<Self, LookupError> {
        let (select, top) =
            if sign_ins { (format!("{SELECT},signInActivity"), PAGE_WITH_SIGN_IN) } else { (SELECT.to_owned(), PAGE) };
        let options = format!("$select={select}&$top={top}");
        let fresh = Consistency::Session;
        let mut group = None;
        let pages = match scope {
            ListingScope::All => paced.pages(format!("/v1.0/users?{options}"), fresh, 1),
            ListingScope::Filter(filter) => paced.pages(users_by(filter, &options), fresh, 1),
            ListingScope::Group(id) => {
                group = Some(Group::read(&paced, *id).await?);
                // Only the slower index distinguishes users from other members ("Advanced query capabilities").
                let path = format!("/v1.0/groups/{id}/transitiveMembers/microsoft.graph.user?$count=true&{options}");
                paced.pages(path, Consistency::Eventual, MEMBERS_COST)
            }
        };
        let next_at = clock.now() + BETWEEN_SIGN_IN_PAGES;
        let mut listing = Self { pages, first: None, group, from_index: false, clock, slow: sign_ins, next_at };
        listing.first = match (listing.pages.next().await, scope) {
            (Err(ReadError::Refused { error, .. }), ListingScope::Filter(filter))
                if error.is_about_an_unsupported_query() =>
            {
                listing.from_index = true;
                let path = format!("{}&$count=true", users_by(filter, &options));
                listing.pages = paced.pages(path, Consistency::Eventual, 1);
                listing.pages.next().await?
            }
            (first, _) => first?,
        };
        Ok(listing)
    }

    /// The next people; `None` after the last.
    ///
    /// # Errors
    ///
    /// A page cannot be read, or the list is not whole. What was read before is then a part and no list.
    pub async fn next(&mut self) -> Result<Option<Vec<Listed>>, LookupError> {
        let page = match self.first.take() {
            Some(page) => Some(page),
            None => {
                if self.slow && self.pages.has_more() {
                    self.clock.sleep_until(self.next_at).await;
                    self.next_at = self.clock.now() + BETWEEN_SIGN_IN_PAGES;
                }
                self.pages.next().await?
            }
        };
        let Some(page) = page else {
            return match &self.group {
                Some(group) => group.check_whole().map(|()| None),
                None => Ok(None),
            };
        };
        let mut people = Vec::with_capacity(page.len());
        for person in page {
            // The index may still list a person who has left the group; the directory itself decides.
            if self.group.as_mut().is_none_or(|group| group.missing.remove(&person.id)) {
                people.push(Listed::of(person).ok_or(LookupError::NamesHidden)?);
            }
        }
        Ok(Some(people))
    }

    /// The group's name, where a group is listed.
    pub fn group_name(&self) -> Option<&str> {
        self.group.as_ref().map(|group| group.name.as_str())
    }

    /// Members of the group that are no users, by kind, as `device`.
    pub fn others(&self) -> BTreeMap<String, u64> {
        self.group.as_ref().map(|group| group.others.clone()).unwrap_or_default()
    }

    /// The filter could only be answered by the index behind advanced queries, which may lag behind the directory by
    /// minutes.
    pub fn is_from_index(&self) -> bool {
        self.from_index
    }

    /// How long a list of this many people takes, where that is long.
    pub fn time_for(people: u64) -> Duration {
        let pages = people.div_ceil(u64::from(PAGE_WITH_SIGN_IN)).saturating_sub(1);
        BETWEEN_SIGN_IN_PAGES * u32::try_from(pages).unwrap_or(u32::MAX)
    }
}

/// How many people there are to list; `None` where the tenant does not count them.
///
/// # Errors
///
/// Graph cannot be reached.
pub async fn count<T: Transport>(paced: &Paced<'_, T>, scope: &ListingScope) -> Result<Option<u64>, ReadError> {
    let path = match scope {
        ListingScope::All => "/v1.0/users/$count".to_owned(),
        ListingScope::Filter(filter) => format!("/v1.0/users/$count?$filter={}", encode_query(filter)),
        ListingScope::Group(_) => return Ok(None),
    };
    match paced.count(&path, 2).await {
        Ok(count) => Ok(Some(count)),
        Err(error) => error.into_graphs_answer().map(|_| None),
    }
}

fn users_by(filter: &str, options: &str) -> String {
    format!("/v1.0/users?$filter={}&{options}", encode_query(filter))
}

impl Group {
    async fn read<T: Transport>(paced: &Paced<'_, T>, id: ObjectId) -> Result<Self, LookupError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Named {
            display_name: Option<String>,
        }
        #[derive(Deserialize)]
        struct Member {
            #[serde(rename = "@odata.type")]
            kind: String,
            id: ObjectId,
        }
        let asked = |error| match error {
            ReadError::Refused { error, .. } => {
                LookupError::Refused { question: format!("the question for group {id}"), error }
            }
            error => error.into(),
        };
        let named: Named = paced.get(&format!("/v1.0/groups/{id}?$select=id,displayName"), 1).await.map_err(asked)?;
        let path = format!("/v1.0/groups/{id}/transitiveMembers?$select=id&$top={PAGE}");
        let mut pages = paced.pages::<Member>(path, Consistency::Session, MEMBERS_COST);
        let (mut missing, mut others) = (HashSet::new(), BTreeMap::new());
        while let Some(page) = pages.next().await.map_err(asked)? {
            for member in page {
                match member.kind.trim_start_matches("#microsoft.graph.") {
                    "user" => _ = missing.insert(member.id),
                    other => *others.entry(other.to_owned()).or_default() += 1,
                }
            }
        }
        Ok(Self { name: named.display_name.unwrap_or_default(), missing, others })
    }

    fn check_whole(&self) -> Result<(), LookupError> {
        let Some(first) = self.missing.iter().min() else { return Ok(()) };
        Err(LookupError::Unreliable {
            question: format!("the question for the members of {}", self.name),
            reason: format!(
                "{} of its users are left out, among them {first}; the index may lag behind, so try again in some \
                 minutes",
                self.missing.len()
            ),
        })
    }
}

impl Listed {
    fn of(person: ListedUserOnWire) -> Option<Self> {
        let user_principal_name = person.user_principal_name.filter(|name| !name.is_empty())?;
        let activity = person.sign_in_activity;
        let last = activity
            .and_then(|activity| activity.last_sign_in_date_time.max(activity.last_non_interactive_sign_in_date_time));
        Some(Self {
            object_id: person.id,
            user_principal_name,
            display_name: person.display_name.unwrap_or_default(),
            department: person.department.unwrap_or_default(),
            job_title: person.job_title.unwrap_or_default(),
            user_type: person.user_type.unwrap_or_default(),
            enabled: person.account_enabled,
            synced: person.on_premises_sync_enabled,
            last_sign_in: last,
        })
    }
}
