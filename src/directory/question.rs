//! One query to Graph: how it is written, and which answers to it are believed.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::account::Account;
use super::error::LookupError;
use crate::graph::batch::Read;
use crate::graph::error::GraphError;
use crate::graph::percent::encode_query;
use crate::graph::reading::ReadError;
use crate::graph::transport::Consistency;
use crate::graph::user::{SELECT, User};
use crate::ids::ObjectId;
use crate::roster::KeyProperty;

/// The most values that an `in` filter takes ("Known issues with Microsoft Graph": 15 expressions by default).
const MAX_VALUES: usize = 15;

/// The longest literal that a filter takes, in characters (same page).
const MAX_LITERAL_CHARS: usize = 120;

/// The longest address of an advanced query, which has no limit of expressions instead (same page): 2,048 characters,
/// less what stands before the version.
const MAX_ADVANCED_BYTES: usize = 1_900;

/// By what a question asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// By object id.
    ObjectId,
    /// By sign-in name.
    UserPrincipalName,
    /// By mail address, for a name that is no sign-in name.
    NameAsMail,
    /// By all addresses, for a name that may be an old one.
    NameAsAlias,
    /// By a property that the operator chose.
    Property(KeyProperty),
}

impl Asking {
    const fn property(self) -> &'static str {
        match self {
            Self::ObjectId => "id",
            Self::UserPrincipalName => "userPrincipalName",
            Self::NameAsMail | Self::Property(KeyProperty::Mail) => "mail",
            Self::NameAsAlias | Self::Property(KeyProperty::ProxyAddress) => "proxyAddresses",
            Self::Property(KeyProperty::EmployeeId) => "employeeId",
            Self::Property(KeyProperty::Sid) => "onPremisesSecurityIdentifier",
            Self::Property(KeyProperty::SamAccountName) => "onPremisesSamAccountName",
            Self::Property(KeyProperty::ImmutableId) => "onPremisesImmutableId",
        }
    }

    /// How many values one filter takes. An address is asked for in both spellings of its prefix.
    const fn max_values(self) -> usize {
        match self {
            Self::NameAsAlias | Self::Property(KeyProperty::ProxyAddress) => MAX_VALUES / 2,
            _ => MAX_VALUES,
        }
    }

    const fn consistency(self) -> Consistency {
        match self {
            Self::Property(KeyProperty::SamAccountName) => Consistency::Eventual,
            _ => Consistency::Session,
        }
    }

    /// The form in which two values are compared: none of these properties depends on case but the immutable id, which is base64.
    pub(super) fn fold(self, value: &str) -> String {
        if self == Self::Property(KeyProperty::ImmutableId) {
            return value.to_owned();
        }
        let folded = value.to_lowercase();
        match self {
            Self::NameAsAlias | Self::Property(KeyProperty::ProxyAddress) => {
                folded.strip_prefix("smtp:").map(str::to_owned).unwrap_or(folded)
            }
            _ => folded,
        }
    }

    /// Says whether a value can stand in an ordinary filter. The literal counts as it travels, with its apostrophes
    /// doubled.
    pub(super) fn fits_a_filter(self, value: &str) -> bool {
        let is_proxy = matches!(self, Self::NameAsAlias | Self::Property(KeyProperty::ProxyAddress));
        let prefix = if is_proxy { "smtp:".len() } else { 0 };
        prefix + value.chars().count() + value.matches('\'').count() <= MAX_LITERAL_CHARS
    }

    fn filter(self, values: &[String]) -> String {
        let property = self.property();
        let chain = |clauses: Vec<String>| clauses.join(" or ");
        match self {
            Self::NameAsAlias | Self::Property(KeyProperty::ProxyAddress) => {
                // Stored with either spelling: the primary address in capitals.
                let clause = |prefix: &str, value: &String| {
                    format!("{property}/any(p:p eq {})", literal(&format!("{prefix}:{value}")))
                };
                chain(values.iter().flat_map(|value| [clause("smtp", value), clause("SMTP", value)]).collect())
            }
            // Only `eq` is shown for it in the examples, though `in` is documented.
            Self::Property(KeyProperty::ImmutableId) => {
                chain(values.iter().map(|id| format!("{property} eq {}", literal(id))).collect())
            }
            // Only `eq` is documented for it ("user resource type").
            Self::Property(KeyProperty::Sid) => {
                chain(values.iter().map(|sid| format!("{property} eq {}", literal(&sid.to_uppercase()))).collect())
            }
            _ => {
                let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
                format!("{property} in ({})", values.join(","))
            }
        }
    }

    /// Everything that this user is known under, folded.
    fn values_of(self, user: &User) -> Vec<String> {
        let only = |value: Option<&String>| value.map(|value| self.fold(value)).into_iter().collect();
        match self {
            Self::ObjectId => vec![user.id.to_string()],
            Self::UserPrincipalName => only(user.user_principal_name.as_ref()),
            Self::NameAsMail | Self::Property(KeyProperty::Mail) => only(user.mail.as_ref()),
            Self::Property(KeyProperty::EmployeeId) => only(user.employee_id.as_ref()),
            Self::Property(KeyProperty::Sid) => only(user.on_premises_security_identifier.as_ref()),
            Self::Property(KeyProperty::SamAccountName) => only(user.on_premises_sam_account_name.as_ref()),
            Self::Property(KeyProperty::ImmutableId) => only(user.on_premises_immutable_id.as_ref()),
            Self::NameAsAlias | Self::Property(KeyProperty::ProxyAddress) => {
                user.proxy_addresses.iter().flatten().map(|address| self.fold(address)).collect()
            }
        }
    }

    fn select(self) -> String {
        match self {
            Self::NameAsAlias | Self::Property(KeyProperty::ProxyAddress | KeyProperty::ImmutableId) => {
                format!("{SELECT},{}", self.property())
            }
            _ => SELECT.to_owned(),
        }
    }
}

/// One item of a batch.
#[derive(Debug)]
pub(super) struct Question {
    asking: Asking,
    /// What is asked for, folded.
    asked: Vec<String>,
    /// From the slash behind the version on.
    pub(super) read: Read,
    /// Asks for one user by its address and not by a filter: absence is then a 404.
    single: bool,
}

/// An account that an answer shows.
pub(super) struct Sighting {
    /// By what it was asked for.
    pub(super) asking: Asking,
    /// The folded values that it was asked for by: more than one where it has several addresses.
    pub(super) values: Vec<String>,
    pub(super) account: Box<Account>,
}

/// What one answer says.
pub(super) struct Answered {
    pub(super) seen: Vec<Sighting>,
    /// The question that asks for the rest, when the answer was only a part.
    pub(super) rest: Option<Question>,
}

impl Question {
    /// Asks for all these folded values, as few questions as filters allow.
    pub(super) fn about(asking: Asking, values: &[String]) -> Vec<Self> {
        let (fitting, long): (Vec<_>, Vec<_>) = values.iter().partition(|value| asking.fits_a_filter(value));
        let mut questions = Vec::with_capacity(values.len().div_ceil(asking.max_values()));
        let mut asked: Vec<String> = Vec::new();
        for value in fitting {
            asked.push(value.clone());
            if asked.len() > 1 && asking.consistency() == Consistency::Eventual {
                let length = Self::filter(asking, asked.clone(), asking.consistency()).read.url.len();
                if length > MAX_ADVANCED_BYTES {
                    asked.pop();
                    questions.push(Self::filter(asking, std::mem::take(&mut asked), asking.consistency()));
                    asked.push(value.clone());
                }
            }
            if asked.len() == asking.max_values() {
                questions.push(Self::filter(asking, std::mem::take(&mut asked), asking.consistency()));
            }
        }
        if !asked.is_empty() {
            questions.push(Self::filter(asking, asked, asking.consistency()));
        }
        // What is too long by default is asked for alone, as an advanced query; should that be refused too, the refusal
        // is an error and names the value.
        questions
            .extend(long.into_iter().map(|value| Self::filter(asking, vec![value.clone()], Consistency::Eventual)));
        questions
    }

    fn filter(asking: Asking, asked: Vec<String>, consistency: Consistency) -> Self {
        let filter = encode_query(&asking.filter(&asked));
        let count = if consistency == Consistency::Eventual { "$count=true&" } else { "" };
        let url = format!("/users?{count}$filter={filter}&$select={}", asking.select());
        Self { asking, read: Read { consistency, ..Read::fresh(url) }, asked, single: false }
    }

    /// Asks for one user by folded sign-in name, of any length.
    pub(super) fn single(name: String) -> Self {
        // A name that begins with a dollar sign has to be quoted ("Get a user").
        let url = if name.starts_with('$') {
            format!("/users({})?$select={SELECT}", encode_query(&literal(&name)).replace("%27", "'"))
        } else {
            format!("/users/{}?$select={SELECT}", encode_query(&name))
        };
        Self { asking: Asking::UserPrincipalName, asked: vec![name], read: Read::fresh(url), single: true }
    }

    /// Reads the answer; `next_page` says which path a link leads to.
    ///
    /// # Errors
    ///
    /// A refusal, and everything that is not plainly the answer to this very question: a user who was not asked for
    /// shows that the filter was ignored.
    pub(super) fn read(
        &self,
        answer: Result<Box<RawValue>, GraphError>,
        next_page: impl Fn(&str, &str) -> Result<String, ReadError>,
    ) -> Result<Answered, LookupError> {
        let body = match answer {
            Ok(body) => body,
            Err(error) if self.single && error.is_not_found() => {
                return Ok(Answered { seen: Vec::new(), rest: None });
            }
            Err(error) => return Err(LookupError::Refused { question: self.describe(), error }),
        };
        let unreadable = |error: serde_json::Error| self.unreliable(error.to_string());
        let page = if self.single {
            UsersPage { value: vec![serde_json::from_str(body.get()).map_err(unreadable)?], next_link: None }
        } else {
            serde_json::from_str(body.get()).map_err(unreadable)?
        };
        let seen = page.value.into_iter().map(|user| self.attribute(user)).collect::<Result<_, _>>()?;
        let rest = match page.next_link {
            None => None,
            Some(link) => Some(self.rest(&next_page(&self.describe(), &link)?)),
        };
        Ok(Answered { seen, rest })
    }

    /// Which of the values that were asked for this user has.
    fn attribute(&self, user: User) -> Result<Sighting, LookupError> {
        let mut values = self.asking.values_of(&user);
        values.retain(|value| self.asked.contains(value));
        values.dedup();
        let account = Box::new(Account::of(user).ok_or(LookupError::NamesHidden)?);
        if values.is_empty() {
            return Err(self.unreliable(format!("it holds {account}, who was not asked for")));
        }
        Ok(Sighting { asking: self.asking, values, account })
    }

    /// The question that asks for the next page. Inside a batch an address begins behind the version.
    fn rest(&self, path: &str) -> Self {
        let url = path.strip_prefix("/v1.0").unwrap_or(path).to_owned();
        let read = Read { consistency: self.read.consistency, ..Read::of_found(url) };
        Self { asking: self.asking, asked: self.asked.clone(), read, single: false }
    }

    pub(super) fn unreliable(&self, reason: impl Into<String>) -> LookupError {
        LookupError::Unreliable { question: self.describe(), reason: reason.into() }
    }

    fn describe(&self) -> String {
        let property = self.asking.property();
        match self.asked.as_slice() {
            [only] => format!("the question for {property} {only}"),
            [first, .., last] => {
                format!("the question for {} users by {property}, {first} to {last}", self.asked.len())
            }
            [] => "an empty question".to_owned(),
        }
    }
}

/// A text as a literal of OData: in apostrophes, those within doubled.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[derive(Deserialize)]
struct UsersPage {
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
    pub(super) const MAX_IDS: usize = 1000;

    /// Asks for up to [`Self::MAX_IDS`] users.
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
