//! A scripted tenant for unit tests. It reads requests as strictly as Graph does, and answers with what was put into
//! it.

use std::sync::Mutex;

use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};

use crate::graph::transport::{Advice, Answer, Call, Transport, TransportError};
use crate::graph::user::SELECT;

/// What goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `getByIds` is refused.
    ByIdsRefused,
    /// `getByIds` shows ids and nothing else.
    ByIdsNameless,
    /// `getByIds` leaves everybody out.
    ByIdsSilent,
    /// Filters show ids and nothing else.
    Nameless,
    /// Filters are passed over: everybody is listed.
    FiltersIgnored,
    /// The last item of each batch is refused.
    ItemRefused,
    /// The last item of each batch is left out of the answer.
    ItemLost,
    /// Pages hold one user each.
    SmallPages,
    /// Every page points at itself.
    EndlessPages,
    /// A user who is looked up alone is hidden behind a proxy's page.
    ForeignNotFound,
}

/// An in-memory directory behind a transport.
#[derive(Default)]
pub(crate) struct Tenant {
    users: Vec<Value>,
    fault: Option<Fault>,
    asked: Mutex<Vec<String>>,
}

/// A user's object id, made from a number.
pub(crate) fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

impl Tenant {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_fault(mut self, fault: Fault) -> Self {
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

    /// The HTTP calls so far: the urls of their items, one a line, or the path.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn batch(&self, body: &Value) -> (u16, Value) {
        let requests = body["requests"].as_array().unwrap();
        assert!((1..=20).contains(&requests.len()), "a batch holds 1 to 20 requests");
        let mut answers = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            let last = index + 1 == requests.len();
            assert_eq!(request["method"], "GET");
            let (status, body) = if last && self.is(Fault::ItemRefused) {
                (403, error("Authorization_RequestDenied"))
            } else {
                self.get(request["url"].as_str().unwrap())
            };
            if !(last && self.is(Fault::ItemLost)) {
                answers.push(json!({"id": request["id"], "status": status, "body": body}));
            }
        }
        answers.reverse();
        (200, json!({ "responses": answers }))
    }

    fn get(&self, url: &str) -> (u16, Value) {
        assert!(url.starts_with('/') && !url.contains([' ', '"', '+']), "not a clean url: {url}");
        let (path, query) = url.split_once('?').unwrap();
        let (mut filter, mut skip) = (None, 0);
        for part in query.split('&') {
            match part.split_once('=').unwrap() {
                ("$select", select) => assert_eq!(select, SELECT, "all that the rules need is asked for"),
                ("$filter", text) => filter = Some(decode(text)),
                ("$skiptoken", text) => skip = text.parse().unwrap(),
                other => panic!("unexpected {other:?}"),
            }
        }
        match path.strip_prefix("/users") {
            Some("") => self.list(url, &filter.unwrap(), skip),
            Some(key) => {
                let key = decode(key);
                let upn =
                    key.strip_prefix("('").and_then(|key| key.strip_suffix("')")).map(|key| key.replace("''", "'"));
                let upn = upn.unwrap_or_else(|| key.strip_prefix('/').unwrap().to_owned());
                match self.users.iter().find(|user| same(&user["userPrincipalName"], &upn)) {
                    Some(user) => (200, user.clone()),
                    None if self.is(Fault::ForeignNotFound) => (404, Value::String("<html>".to_owned())),
                    None => (404, error("Request_ResourceNotFound")),
                }
            }
            None => panic!("unexpected {path}"),
        }
    }

    fn list(&self, url: &str, filter: &str, skip: usize) -> (u16, Value) {
        let (property, values) = filter.split_once(" in (").unwrap();
        let values = literals(values.strip_suffix(')').unwrap());
        assert!((1..=15).contains(&values.len()), "an in filter takes 15 values, not {}", values.len());
        assert!(
            values.iter().all(|value| value.replace('\'', "''").chars().count() <= 120),
            "a literal has 120 characters at most"
        );
        let matches = |user: &&Value| self.is(Fault::FiltersIgnored) || values.iter().any(|v| same(&user[property], v));
        let mut found: Vec<Value> = self.users.iter().filter(matches).cloned().collect();
        if self.is(Fault::Nameless) {
            found.iter_mut().for_each(|user| *user = json!({ "id": user["id"] }));
        }
        let next = |skip: usize| {
            format!("https://graph.microsoft.com/v1.0{}&$skiptoken={skip}", url.split("&$skiptoken").next().unwrap())
        };
        if self.is(Fault::EndlessPages) {
            return (200, json!({"value": found, "@odata.nextLink": next(skip)}));
        }
        if self.is(Fault::SmallPages) && found.len() > skip + 1 {
            return (200, json!({"value": [found[skip]], "@odata.nextLink": next(skip + 1)}));
        }
        (200, json!({ "value": found.split_off(skip.min(found.len())) }))
    }

    fn by_ids(&self, path: &str, body: &Value) -> (u16, Value) {
        assert_eq!(path, format!("/v1.0/directoryObjects/getByIds?$select={SELECT}"));
        assert_eq!(body["types"], json!(["user"]));
        let ids = body["ids"].as_array().unwrap();
        assert!((1..=1000).contains(&ids.len()));
        let found = self.users.iter().filter(|user| ids.contains(&user["id"])).cloned();
        match self.fault {
            Some(Fault::ByIdsRefused) => (403, error("Authorization_RequestDenied")),
            Some(Fault::ByIdsSilent) => (200, json!({"value": []})),
            Some(Fault::ByIdsNameless) => {
                (200, json!({"value": found.map(|user| json!({"id": user["id"]})).collect::<Vec<_>>()}))
            }
            _ => (200, json!({"value": found.collect::<Vec<_>>()})),
        }
    }
}

impl Transport for Tenant {
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
            (method, path) => panic!("unexpected {method} {path}"),
        };
        Ok(Answer { status, advice: Advice::default(), date: None, body: Bytes::from(body.to_string()) })
    }
}

fn same(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(text))
}

fn error(code: &str) -> Value {
    json!({"error": {"code": code, "message": "scripted"}})
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        assert_ne!(byte, b'#', "a # ends the url: {text}");
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Reads `'a','o''neil'`, and nothing else.
fn literals(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.strip_prefix('\'').unwrap();
        let mut value = String::new();
        loop {
            let (part, behind) = rest.split_once('\'').unwrap();
            value.push_str(part);
            rest = behind;
            match rest.strip_prefix('\'') {
                Some(doubled) => {
                    value.push('\'');
                    rest = doubled;
                }
                None => break,
            }
        }
        values.push(value);
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => break,
        }
    }
    assert_eq!(rest, "");
    values
}
