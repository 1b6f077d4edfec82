//! A scripted tenant for unit tests. It reads requests as strictly as Graph does, and answers with what was put into
//! it: also with what the simulator cannot hold, because no directory does, as a list that lacks some of its members.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};

use crate::graph::transport::{Advice, Answer, Call, Consistency, Transport, TransportError};
use crate::graph::user::SELECT;
use crate::simulator::filter_of_json;

/// What goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GraphFault {
    /// `getByIds` is refused.
    ByIdsRefused,
    /// `getByIds` shows ids and nothing else.
    ByIdsNameless,
    /// `getByIds` does not heed `$select`.
    ByIdsPoor,
    /// Roles are not listed with their principals.
    PrincipalGone,
    /// `getByIds` leaves all users out.
    ByIdsSilent,
    /// Filters show ids and nothing else.
    Nameless,
    /// Filters are ignored: all users are listed.
    FiltersIgnored,
    /// The last item of each batch is refused.
    ItemRefused,
    /// The last item of each batch is left out of the answer.
    ItemLost,
    /// Pages hold one object each.
    SmallPages,
    /// Every page points at itself.
    EndlessPages,
    /// The next page is on another server.
    StrayPages,
    /// A user who is looked up alone is hidden behind a proxy's page.
    ForeignNotFound,
    /// No filter is answered but by the slower index.
    IndexOnly,
}

/// An in-memory directory behind a transport.
#[derive(Default)]
pub(crate) struct FakeTenant {
    users: Vec<Value>,
    /// Every other collection, by its path behind the version.
    lists: HashMap<String, Vec<Value>>,
    me: Option<Value>,
    fault: Option<GraphFault>,
    /// What is answered instead, by path; with a number, from the page after this many objects on.
    refusals: HashMap<(String, usize), (u16, &'static str)>,
    asked: Mutex<Vec<String>>,
}

/// A user's object id, made from a number.
pub(crate) fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// Whose absence is no 404: a tenant has these lists, be they empty.
const STANDING_LISTS: &[&str] = &[
    "/domains",
    "/groups",
    "/roleManagement/directory/roleAssignments",
    "/roleManagement/directory/roleEligibilityScheduleInstances",
    "/roleManagement/directory/roleDefinitions",
    "/directory/deletedItems/microsoft.graph.user",
];

impl FakeTenant {
    pub(crate) fn new() -> Self {
        let domain = json!({"id": "contoso.com", "authenticationType": "Managed", "isVerified": true});
        Self::default().with("/domains", domain)
    }

    pub(crate) fn with_fault(mut self, fault: GraphFault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Puts in a cloud-only member who may sign in; `more` overrides and adds properties.
    pub(crate) fn with_user(mut self, number: u32, upn: &str, more: Value) -> Self {
        let mut user = json!({
            "id": id(number), "userPrincipalName": upn, "mail": null, "displayName": format!("User {number}"),
            "givenName": "User", "surname": number.to_string(), "accountEnabled": true, "userType": "Member",
            "externalUserState": null, "onPremisesSyncEnabled": null,
            "lastPasswordChangeDateTime": "2026-01-02T03:04:05Z", "signInSessionsValidFromDateTime": "2026-01-02T03:04:05Z",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            user[name] = value.clone();
        }
        self.users.push(user);
        self
    }

    /// Puts an object into a list.
    pub(crate) fn with(mut self, list: &str, object: Value) -> Self {
        self.lists.entry(list.to_owned()).or_default().push(object);
        self
    }

    /// Assigns a role over the whole tenant; `list` is where it is kept.
    pub(crate) fn with_role(self, list: &str, principal: u32, kind: &str, role: &str) -> Self {
        let principal_kind = format!("#microsoft.graph.{kind}");
        let grant = json!({
            "id": format!("{principal}-{role}"), "principalId": id(principal), "roleDefinitionId": role,
            "directoryScopeId": "/", "principal": {"@odata.type": principal_kind, "id": id(principal)},
        });
        self.with(&format!("/roleManagement/directory/{list}"), grant)
    }

    /// Puts in a role-assignable group.
    pub(crate) fn with_group(mut self, number: u32, name: &str, members: &[u32], owners: &[u32]) -> Self {
        let group = json!({"id": id(number), "displayName": name, "isAssignableToRole": true});
        for (relation, people) in [("transitiveMembers", members), ("owners", owners)] {
            let people = people.iter().map(|person| json!({"@odata.type": "#microsoft.graph.user", "id": id(*person)}));
            self.lists.insert(format!("/groups/{}/{relation}", id(number)), people.collect());
        }
        self.with("/groups", group)
    }

    /// The program is signed in as this person.
    pub(crate) fn signed_in(mut self, number: u32) -> Self {
        self.me = Some(json!({"id": id(number), "userPrincipalName": "me@contoso.com"}));
        self
    }

    /// Answers everything at this path with an error.
    pub(crate) fn refusing(self, path: &str, status: u16, code: &'static str) -> Self {
        self.refusing_from(path, 0, status, code)
    }

    /// Answers the pages of this list after this many objects with an error.
    pub(crate) fn refusing_from(mut self, path: &str, skip: usize, status: u16, code: &'static str) -> Self {
        self.refusals.insert((path.to_owned(), skip), (status, code));
        self
    }

    /// The HTTP calls so far: the urls of their items, one a line, or the path.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn is(&self, fault: GraphFault) -> bool {
        self.fault == Some(fault)
    }

    fn batch(&self, body: &Value) -> (u16, Value) {
        let requests = body["requests"].as_array().unwrap();
        assert!((1..=20).contains(&requests.len()), "a batch holds 1 to 20 requests");
        let mut answers = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            let last = index + 1 == requests.len();
            assert_eq!(request["method"], "GET");
            let (status, body) = if last && self.is(GraphFault::ItemRefused) {
                (403, error("Authorization_RequestDenied"))
            } else {
                let eventual = request["headers"]["ConsistencyLevel"] == "eventual";
                self.get(request["url"].as_str().unwrap(), eventual)
            };
            if !(last && self.is(GraphFault::ItemLost)) {
                answers.push(json!({"id": request["id"], "status": status, "body": body}));
            }
        }
        answers.reverse();
        (200, json!({ "responses": answers }))
    }

    fn get(&self, url: &str, eventual: bool) -> (u16, Value) {
        assert!(url.starts_with('/') && !url.contains([' ', '"', '+']), "not a clean url: {url}");
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let options = options(query);
        let skip = options.get("$skiptoken").map_or(0, |text| text.parse().unwrap());
        let refusal = self.refusals.iter().find(|((refused, from), _)| refused == path && *from == skip);
        if let Some((_, (status, code))) = refusal {
            return (*status, error(code));
        }
        if self.is(GraphFault::PrincipalGone) && path.starts_with("/roleManagement") && options.contains_key("$expand")
        {
            return (404, error("Request_ResourceNotFound"));
        }
        let select = options.get("$select").map(String::as_str);
        let advanced = eventual && options.get("$count").is_some_and(|value| value == "true");
        match path {
            "/me" => match &self.me {
                Some(me) => (200, me.clone()),
                None => (400, error("BadRequest")),
            },
            "/users/$count" => {
                assert!(eventual, "a count needs the slower index");
                let matches = options.get("$filter").map(|filter| filter_of_json::matcher(filter, true));
                let counted = |user: &&Value| matches.as_ref().is_none_or(|matches| matches(user));
                (200, json!(self.users.iter().filter(counted).count()))
            }
            "/users" => {
                let more = select.and_then(|select| select.strip_prefix(SELECT)).unwrap_or_default();
                let whole = ["", ",proxyAddresses"].contains(&more);
                let listing = select.is_some_and(|select| select.contains("department")) || select == Some("id");
                assert!(whole || listing, "all that the rules need is asked for: {select:?}");
                let most = if select.is_some_and(|select| select.contains("signInActivity")) { 500 } else { 999 };
                assert!(options.get("$top").is_none_or(|top| top.parse::<u32>().unwrap() <= most));
                let matches = options.get("$filter").map(|filter| filter_of_json::matcher(filter, advanced));
                if matches.is_some() && !advanced && self.is(GraphFault::IndexOnly) {
                    return (400, error("Request_UnsupportedQuery"));
                }
                let all = self.is(GraphFault::FiltersIgnored);
                let chosen = |user: &&Value| all || matches.as_ref().is_none_or(|matches| matches(user));
                let mut found: Vec<Value> = self.users.iter().filter(chosen).cloned().collect();
                for user in &mut found {
                    if self.is(GraphFault::Nameless) {
                        *user = json!({ "id": user["id"] });
                    }
                    for name in ["proxyAddresses"] {
                        if !more.contains(name) {
                            user.as_object_mut().unwrap().remove(name);
                        }
                    }
                }
                (200, self.page(url, found, skip))
            }
            _ if path.starts_with("/users") => {
                assert_eq!(select, Some(SELECT));
                let key = decode(path.strip_prefix("/users").unwrap());
                let upn =
                    key.strip_prefix("('").and_then(|key| key.strip_suffix("')")).map(|key| key.replace("''", "'"));
                let upn = upn.unwrap_or_else(|| key.strip_prefix('/').unwrap().to_owned());
                let is_it = |user: &&Value| user["userPrincipalName"].as_str().unwrap().eq_ignore_ascii_case(&upn);
                match self.users.iter().find(is_it) {
                    Some(user) => (200, user.clone()),
                    None if self.is(GraphFault::ForeignNotFound) => (404, Value::String("<html>".to_owned())),
                    None => (404, error("Request_ResourceNotFound")),
                }
            }
            _ if path.starts_with("/groups/") && path.matches('/').count() == 2 => {
                let is_it = |group: &&Value| path.strip_prefix("/groups/") == group["id"].as_str();
                match self.lists.get("/groups").and_then(|groups| groups.iter().find(is_it)) {
                    Some(group) => (200, group.clone()),
                    None => (404, error("Request_ResourceNotFound")),
                }
            }
            _ if path.contains("/microsoft.graph.user") && path.starts_with("/groups") && !advanced => {
                (400, error("Request_UnsupportedQuery"))
            }
            _ => match self.lists.get(path) {
                Some(list) => {
                    let mut list = list.clone();
                    for object in list.iter_mut().filter(|_| !options.contains_key("$expand")) {
                        object.as_object_mut().unwrap().remove("principal");
                    }
                    (200, self.page(url, list, skip))
                }
                None if STANDING_LISTS.contains(&path) => (200, json!({"value": []})),
                None => (404, error("Request_ResourceNotFound")),
            },
        }
    }

    fn page(&self, url: &str, mut found: Vec<Value>, skip: usize) -> Value {
        let next = |root: &str, skip: usize| {
            let (path, query) = url.split_once('?').unwrap_or((url, ""));
            let kept: Vec<&str> =
                query.split('&').filter(|part| !part.is_empty() && !part.starts_with("$skiptoken")).collect();
            let kept: String = kept.iter().map(|part| format!("{part}&")).collect();
            format!("{root}/v1.0{path}?{kept}$skiptoken={skip}")
        };
        let root =
            if self.is(GraphFault::StrayPages) { "https://graph.example.com" } else { "https://graph.microsoft.com" };
        if self.is(GraphFault::EndlessPages) {
            return json!({"value": found, "@odata.nextLink": next(root, skip)});
        }
        let small = self.is(GraphFault::SmallPages) || self.is(GraphFault::StrayPages);
        if small && found.len() > skip + 1 {
            return json!({"value": [found[skip]], "@odata.nextLink": next(root, skip + 1)});
        }
        json!({ "value": found.split_off(skip.min(found.len())) })
    }

    fn by_ids(&self, path: &str, body: &Value) -> (u16, Value) {
        assert_eq!(path, format!("/v1.0/directoryObjects/getByIds?$select={SELECT}"));
        assert_eq!(body["types"], json!(["user"]));
        let ids = body["ids"].as_array().unwrap();
        assert!((1..=1000).contains(&ids.len()));
        let found = self.users.iter().filter(|user| ids.contains(&user["id"])).cloned();
        match self.fault {
            Some(GraphFault::ByIdsRefused) => (403, error("Authorization_RequestDenied")),
            Some(GraphFault::ByIdsSilent) => (200, json!({"value": []})),
            Some(GraphFault::ByIdsPoor) => {
                let poor = |mut user: Value| {
                    user.as_object_mut().unwrap().remove("accountEnabled");
                    user
                };
                (200, json!({"value": found.map(poor).collect::<Vec<_>>()}))
            }
            Some(GraphFault::ByIdsNameless) => {
                (200, json!({"value": found.map(|user| json!({"id": user["id"]})).collect::<Vec<_>>()}))
            }
            _ => (200, json!({"value": found.collect::<Vec<_>>()})),
        }
    }
}

impl Transport for FakeTenant {
    async fn send(&self, call: Call) -> Result<Answer, TransportError> {
        let body: Value = call.body.map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap());
        let urls = body["requests"].as_array().into_iter().flatten().filter_map(|request| request["url"].as_str());
        let urls: Vec<&str> = urls.collect();
        self.asked.lock().unwrap().push(if urls.is_empty() { call.path.clone() } else { urls.join("\n") });
        let (status, body) = match (call.method, call.path.as_str()) {
            (Method::POST, "/v1.0/$batch") => self.batch(&body),
            (Method::POST, path) if path.contains("getByIds") => self.by_ids(path, &body),
            (Method::GET, path) if path.starts_with("/v1.0/organization?") => (
                200,
                json!({"value": [{"id": "11111111-2222-4333-8444-555555555555", "displayName": "Contoso",
                    "verifiedDomains": []}]}),
            ),
            (Method::GET, path) => {
                self.get(path.strip_prefix("/v1.0").unwrap(), call.consistency == Consistency::Eventual)
            }
            (method, path) => panic!("unexpected {method} {path}"),
        };
        // The service puts a byte order mark before a bare number.
        let mark = if body.is_number() { "\u{feff}" } else { "" };
        let body = Bytes::from(format!("{mark}{body}"));
        Ok(Answer {
            status,
            advice: Advice::default(),
            date: None,
            token: Default::default(),
            carried: Default::default(),
            body,
        })
    }
}

fn error(code: &str) -> Value {
    json!({"error": {"code": code, "message": "scripted"}})
}

/// The options of a query, decoded.
fn options(query: &str) -> BTreeMap<String, String> {
    let parts = query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap());
    parts.map(|(name, value)| (name.to_owned(), decode(value))).collect()
}

fn decode(text: &str) -> String {
    assert!(!text.contains('#'), "a # ends the url: {text}");
    filter_of_json::decoded(text)
}
