//! One query to Graph: how it is written, and which answers to it are believed.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::account::Account;
use super::error::LookupError;
use crate::graph::error::GraphError;
use crate::graph::reading::encode_query;
use crate::graph::user::{SELECT, User};
use crate::ids::ObjectId;

/// The most values that an `in` filter takes ("Known issues with Microsoft Graph": 15 expressions by default).
pub(super) const MOST_VALUES: usize = 15;

/// The longest literal that a filter takes, in characters (same page).
const LONGEST_LITERAL: usize = 120;

/// By which property a question asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    ObjectId,
    UserPrincipalName,
    Mail,
}

impl By {
    const fn property(self) -> &'static str {
        match self {
            Self::ObjectId => "id",
            Self::UserPrincipalName => "userPrincipalName",
            Self::Mail => "mail",
        }
    }
}

/// One item of a batch.
#[derive(Debug)]
pub(super) struct Question {
    by: By,
    /// What is asked for, folded: names in lower case, ids as they are written.
    asked: Vec<String>,
    /// From the slash behind the version on.
    pub(super) url: String,
    /// Asks for one user by its address and not by a filter: absence is then a 404.
    single: bool,
}

/// An account that an answer shows.
pub(super) struct Sighting {
    /// The folded name that it was asked for by; `None` where it was asked for by its object id.
    pub(super) name: Option<String>,
    pub(super) account: Account,
}

/// What one answer says.
pub(super) struct Answered {
    pub(super) seen: Vec<Sighting>,
    /// The question that asks for the rest, when the answer was only a part.
    pub(super) rest: Option<Question>,
}

impl Question {
    /// Asks for up to [`MOST_VALUES`] names, all of which fit into a filter.
    pub(super) fn filter(by: By, asked: Vec<String>) -> Self {
        let values: Vec<String> = asked.iter().map(|value| literal(value)).collect();
        let filter = encode_query(&format!("{} in ({})", by.property(), values.join(",")));
        Self { by, url: format!("/users?$filter={filter}&$select={SELECT}"), asked, single: false }
    }

    /// Asks for one user by sign-in name, of whatever length.
    pub(super) fn single(name: String) -> Self {
        // A name that begins with a dollar sign has to be quoted ("Get a user").
        let url = if name.starts_with('$') {
            format!("/users({})?$select={SELECT}", encode_query(&literal(&name)).replace("%27", "'"))
        } else {
            format!("/users/{}?$select={SELECT}", encode_query(&name))
        };
        Self { by: By::UserPrincipalName, asked: vec![name], url, single: true }
    }

    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// A refusal, and everything that is not plainly the answer to this very question: somebody who was not asked for
    /// shows that the filter was passed over.
    pub(super) fn read(&self, answer: Result<Box<RawValue>, GraphError>) -> Result<Answered, LookupError> {
        let body = match answer {
            Ok(body) => body,
            Err(error) if self.single && error.status == 404 && error.code == "Request_ResourceNotFound" => {
                return Ok(Answered { seen: Vec::new(), rest: None });
            }
            Err(error) => return Err(LookupError::Refused { question: self.describe(), error }),
        };
        let unreadable = |error: serde_json::Error| self.unreliable(error.to_string());
        let page = if self.single {
            Page { value: vec![serde_json::from_str(body.get()).map_err(unreadable)?], next_link: None }
        } else {
            serde_json::from_str(body.get()).map_err(unreadable)?
        };
        let seen = page.value.into_iter().map(|user| self.attribute(user)).collect::<Result<_, _>>()?;
        let rest = page.next_link.map(|link| self.rest(&link)).transpose()?;
        Ok(Answered { seen, rest })
    }

    /// Whom of those that were asked for is this?
    fn attribute(&self, user: User) -> Result<Sighting, LookupError> {
        let name = match self.by {
            By::ObjectId => Some(user.id.to_string()),
            By::UserPrincipalName => user.user_principal_name.as_deref().map(str::to_lowercase),
            By::Mail => user.mail.as_deref().map(str::to_lowercase),
        };
        let account = Account::of(user).ok_or(LookupError::NamesHidden)?;
        match name.filter(|name| self.asked.contains(name)) {
            Some(name) => Ok(Sighting { name: (self.by != By::ObjectId).then_some(name), account }),
            None => Err(self.unreliable(format!("it holds {account}, who was not asked for"))),
        }
    }

    /// The question that asks for the next page. Inside a batch an address begins behind the version.
    fn rest(&self, link: &str) -> Result<Self, LookupError> {
        let url = link.split_once("/v1.0/").map(|(_, rest)| format!("/{rest}"));
        let url = url.ok_or_else(|| self.unreliable(format!("its next page is at {link:?}")))?;
        Ok(Self { by: self.by, asked: self.asked.clone(), url, single: false })
    }

    pub(super) fn unreliable(&self, reason: impl Into<String>) -> LookupError {
        LookupError::Unreliable { question: self.describe(), reason: reason.into() }
    }

    fn describe(&self) -> String {
        match self.asked.as_slice() {
            [only] => format!("the question for {} {only}", self.by.property()),
            [first, .., last] => {
                format!("the question for {} users by {}, {first} to {last}", self.asked.len(), self.by.property())
            }
            [] => "an empty question".to_owned(),
        }
    }
}

/// Says whether a name can stand in a filter. The literal counts as it travels, with its apostrophes doubled.
pub(super) fn fits_a_filter(name: &str) -> bool {
    name.chars().count() + name.matches('\'').count() <= LONGEST_LITERAL
}

/// A text as a literal of OData: in apostrophes, those within doubled.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[derive(Deserialize)]
struct Page {
    value: Vec<User>,
    #[serde(rename = "@odata.nextLink", default)]
    next_link: Option<String>,
}

/// The body of `getByIds`.
#[derive(serde::Serialize)]
pub(super) struct ByIds<'a> {
    ids: &'a [ObjectId],
    types: [&'static str; 1],
}

impl<'a> ByIds<'a> {
    /// The most ids that one call takes ("directoryObject: getByIds").
    pub(super) const MOST: usize = 1000;

    /// Asks for up to [`Self::MOST`] users.
    pub(super) const fn users(ids: &'a [ObjectId]) -> Self {
        Self { ids, types: ["user"] }
    }

    /// Where it is sent. Without `$select` the answer lacks nearly everything that the rules want to know.
    pub(super) fn path() -> String {
        format!("/v1.0/directoryObjects/getByIds?$select={SELECT}")
    }
}

/// The answer to `getByIds`.
#[derive(Deserialize)]
pub(super) struct ByIdsAnswer {
    pub(super) value: Vec<User>,
    /// Not documented for this call; were it there, the answer would be a part.
    #[serde(rename = "@odata.nextLink", default)]
    pub(super) next_link: Option<String>,
}
