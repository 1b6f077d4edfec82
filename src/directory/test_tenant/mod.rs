//! A small tenant for unit tests, person by person: the simulator in process, and before it what no directory does on its
//! own.
//!
//! The simulator answers, as strictly as Graph does. [`TestTenant::send`] spoils its answers in ways that the pages do not
//! know: a filter that is passed over, pages that run in a circle, a list that lacks some of its members.

mod faults;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, OnceLock};

use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::graph::transport::{Advice, Answer, Call, Consistency, Transport, TransportError};
use crate::simulator::in_process::InProcess;
use crate::simulator::{Directory, Permission, Settings};

pub(crate) use faults::GraphFault;

/// The role definitions that tests name, as every tenant has them ("Microsoft Entra built-in roles").
const ROLES: [(&str, &str); 6] = [
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    ("729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
    ("c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator"),
    ("d29b2b05-8046-44ba-8758-1e26182fcf32", "Directory Synchronization Accounts"),
    ("4a5d8f65-41da-4de4-8968-e035b65339cf", "Reports Reader"),
];

const LONG_AGO: &str = "2026-01-02T03:04:05Z";

/// A tenant that is made one object at a time, and begins with the first call.
#[derive(Default)]
pub(crate) struct TestTenant {
    /// By their numbers.
    users: BTreeMap<u32, Value>,
    /// Everything else, as lines of a snapshot.
    others: Vec<Value>,
    roles: BTreeMap<String, String>,
    me: Option<u32>,
    /// What reads of a user show that no simulated user has, by object id.
    shown: HashMap<String, Value>,
    /// Lists that no directory has, by their path.
    instead: HashMap<String, Vec<Value>>,
    fault: Option<GraphFault>,
    /// What is answered instead, by path; with a number, from the page after this many objects on.
    refusals: HashMap<(String, usize), (u16, &'static str)>,
    asked: Mutex<Vec<String>>,
    simulator: OnceLock<InProcess>,
}

/// A user's object id, made from a number.
pub(crate) fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// A cloud-only member who may sign in, as a line of a snapshot; `more` has properties of Graph.
fn user(number: u32, upn: &str, more: &Value) -> Value {
    let text = |name: &str| more[name].as_str();
    let mail = text("mail");
    let addresses = more["proxyAddresses"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let own = mail.map(|mail| format!("SMTP:{mail}"));
    let addresses: Vec<&str> = addresses.filter(|address| own.as_deref() != Some(address)).collect();
    let (sam, sid) = (text("onPremisesSamAccountName"), text("onPremisesSecurityIdentifier"));
    let sync = more["onPremisesSyncEnabled"].as_bool();
    let on_premises = (sam.is_some() || sid.is_some() || sync.is_some()).then(|| {
        json!({"syncEnabled": sync == Some(true), "samAccountName": sam.unwrap_or_default(),
            "securityIdentifier": sid.unwrap_or_default(), "distinguishedName": "", "immutableId": ""})
    });
    json!({
        "kind": "user", "id": id(number), "userPrincipalName": upn,
        "displayName": text("displayName").map_or_else(|| format!("User {number}"), str::to_owned),
        "givenName": "User", "surname": number.to_string(), "otherMail": mail, "hasMailbox": false,
        "userType": text("userType").unwrap_or("Member"), "externalUserState": text("externalUserState"),
        "accountEnabled": more["accountEnabled"].as_bool().unwrap_or(true), "department": text("department"),
        "onPremises": on_premises, "created": LONG_AGO, "lastPasswordChange": LONG_AGO,
        "signInSessionsValidFrom": LONG_AGO, "password": null, "forceChangePassword": false,
        "forceChangePasswordWithMfa": false, "employeeNumber": 0,
        "details": {"employeeId": text("employeeId"), "jobTitle": text("jobTitle"), "proxyAddresses": addresses,
            "otherMails": [], "managementRestricted": more["isManagementRestricted"] == true, "deleted": null},
    })
}

impl TestTenant {
    pub(crate) fn new() -> Self {
        let roles = ROLES.map(|(id, name)| (id.to_owned(), name.to_owned())).into();
        Self { roles, ..Self::default() }.with_domain("contoso.com", false)
    }

    pub(crate) fn with_fault(mut self, fault: GraphFault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Puts in a cloud-only member who may sign in; `more` overrides and adds properties.
    pub(crate) fn with_user(mut self, number: u32, upn: &str, more: Value) -> Self {
        let silent =
            more.get("accountEnabled").filter(|enabled| enabled.is_null()).map(|_| ("accountEnabled", &Value::Null));
        let activity = more.get("signInActivity").map(|activity| ("signInActivity", activity));
        let shown: Vec<_> = silent.into_iter().chain(activity).collect();
        if !shown.is_empty() {
            self.shown.insert(id(number), shown.into_iter().map(|(name, value)| (name, value.clone())).collect());
        }
        self.users.insert(number, user(number, upn, &more));
        self
    }

    /// Puts in someone of whom no more than the object id matters, unless they are there.
    fn with_person(&mut self, number: u32) {
        let upn = format!("person{number}@contoso.com");
        self.users.entry(number).or_insert_with(|| user(number, &upn, &Value::Null));
    }

    /// Puts somebody into the recycle bin, since the first of November.
    pub(crate) fn with_deleted(mut self, number: u32, upn: &str) -> Self {
        let mut gone = user(number, &format!("{}{upn}", id(number).replace('-', "")), &Value::Null);
        gone["details"]["deleted"] = json!({"at": "2026-11-01T00:00:00Z", "userPrincipalName": upn, "otherMail": null});
        self.users.insert(number, gone);
        self
    }

    pub(crate) fn with_domain(self, name: &str, federated: bool) -> Self {
        self.with_line(json!({"kind": "domain", "name": name, "federated": federated}))
    }

    fn with_line(mut self, line: Value) -> Self {
        self.others.push(line);
        self
    }

    /// Gives a role a name.
    pub(crate) fn with_role_name(mut self, role: &str, name: &str) -> Self {
        self.roles.insert(role.to_owned(), name.to_owned());
        self
    }

    /// Assigns a role over the whole tenant, or makes somebody eligible for it.
    pub(crate) fn with_role(self, list: &str, principal: u32, kind: &str, role: &str) -> Self {
        self.with_role_in(list, principal, kind, role, json!("tenant"))
    }

    /// Assigns a role over one administrative unit.
    pub(crate) fn with_role_over(self, unit: Uuid, principal: u32, role: &str) -> Self {
        self.with_role_in("roleAssignments", principal, "user", role, json!({ "unit": unit }))
    }

    fn with_role_in(mut self, list: &str, principal: u32, kind: &str, role: &str, scope: Value) -> Self {
        self.roles.entry(role.to_owned()).or_insert_with(|| role.to_owned());
        let principal = match kind {
            "user" => {
                self.with_person(principal);
                id(principal)
            }
            "servicePrincipal" => crate::simulator::SERVICE_PRINCIPAL_ID.to_string(),
            _ => id(principal),
        };
        let line = if list == "roleAssignments" { "role-assignment" } else { "role-eligibility" };
        self.with_line(json!({"kind": line, "principal": principal, "role": role, "scope": scope}))
    }

    /// Puts in a role-assignable group.
    pub(crate) fn with_group(self, number: u32, name: &str, members: &[u32], owners: &[u32]) -> Self {
        self.with_any_group(number, name, members, owners, true)
    }

    /// Puts in a group.
    pub(crate) fn with_any_group(
        mut self,
        number: u32,
        name: &str,
        members: &[u32],
        owners: &[u32],
        role_assignable: bool,
    ) -> Self {
        members.iter().chain(owners).for_each(|person| self.with_person(*person));
        let ids = |people: &[u32]| people.iter().copied().map(id).collect::<Vec<_>>();
        self.with_line(json!({
            "kind": "group", "id": id(number), "displayName": name, "description": null, "mail": null,
            "roleAssignable": role_assignable, "members": {"assigned": ids(members)}, "owners": ids(owners),
            "created": LONG_AGO,
        }))
    }

    /// Makes a person an owner of the app and of its service principal.
    pub(crate) fn with_app_owner(mut self, number: u32) -> Self {
        self.with_person(number);
        self.with_line(json!({"kind": "app-owner", "id": id(number)}))
    }

    /// Answers with this list at this path, whatever is in the directory.
    pub(crate) fn with_instead(mut self, path: &str, list: Vec<Value>) -> Self {
        self.instead.insert(path.to_owned(), list);
        self
    }

    /// The program is signed in as this person.
    pub(crate) fn signed_in(mut self, number: u32) -> Self {
        self.me = Some(number);
        self.with_user(number, "me@contoso.com", Value::Null)
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

    fn simulator(&self) -> &InProcess {
        self.simulator.get_or_init(|| {
            let mut users: Vec<Value> = self.users.values().cloned().collect();
            if users.is_empty() {
                // A snapshot has users. This one is deleted.
                users.extend(Self::default().with_deleted(u32::MAX, "nobody@contoso.com").users.into_values());
            }
            let roles = self.roles.iter().map(|(id, name)| {
                json!({"kind": "role-definition", "id": id, "display_name": name, "description": name, "built_in": true})
            });
            let header = json!({"simulated_directory": 1, "users": users.len()});
            let lines = [header].into_iter().chain(roles).chain(self.others.iter().cloned()).chain(users);
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            let mut settings = Settings {
                directory: Some(Directory::read_snapshot(text.as_bytes()).unwrap()),
                app_role: None,
                ..Settings::default()
            };
            settings.script.faults.extend(self.rule());
            if self.is(GraphFault::ByIdsNameless) {
                settings.permissions.remove(&Permission::DirectoryReadAll);
            }
            InProcess::new(settings, self.me.map(|number| id(number).parse().unwrap()))
        })
    }

    async fn batch(&self, body: &Value) -> (u16, Value) {
        let (mut answers, mut forwarded) = (Vec::new(), Vec::new());
        let requests = body["requests"].as_array().unwrap();
        for request in requests {
            let eventual = request["headers"]["ConsistencyLevel"] == "eventual";
            match self.intercepted(request["url"].as_str().unwrap(), eventual) {
                Some((status, body)) => answers.push(json!({"id": request["id"], "status": status, "body": body})),
                None => {
                    let mut request = request.clone();
                    request["url"] = self.forwarded(request["url"].as_str().unwrap()).into();
                    forwarded.push(request);
                }
            }
        }
        if !forwarded.is_empty() {
            let (status, mut body) =
                self.ask(Method::POST, "/v1.0/$batch", None, json!({ "requests": forwarded })).await;
            assert_eq!(status, 200, "{body}");
            for mut answer in body["responses"].as_array_mut().unwrap().drain(..) {
                let request = requests.iter().find(|request| request["id"] == answer["id"]).unwrap();
                let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
                answer["body"] = self.spoilt(request["url"].as_str().unwrap(), status, answer["body"].take());
                answers.push(answer);
            }
        }
        (200, json!({ "responses": answers }))
    }

    async fn ask(&self, method: Method, url: &str, consistency: Option<(&str, &str)>, body: Value) -> (u16, Value) {
        let body = (!body.is_null()).then(|| Bytes::from(body.to_string()));
        let (status, _, body) = self.simulator().answer(method, url, consistency, body).await;
        let text = std::str::from_utf8(&body).unwrap().trim_start_matches('\u{feff}');
        (status, serde_json::from_str(text).unwrap_or_else(|error| panic!("{url}: {error}: {text}")))
    }
}

impl Transport for TestTenant {
    async fn send(&self, call: Call) -> Result<Answer, TransportError> {
        let body: Value = call.body.map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap());
        let urls = body["requests"].as_array().into_iter().flatten().filter_map(|request| request["url"].as_str());
        let urls: Vec<&str> = urls.collect();
        self.asked.lock().unwrap().push(if urls.is_empty() { call.path.clone() } else { urls.join("\n") });
        let url = call.path.strip_prefix("/v1.0").unwrap();
        let eventual = call.consistency == Consistency::Eventual;
        let (status, body) = if url == "/$batch" {
            self.batch(&body).await
        } else if let Some((status, body)) = self.intercepted(url, eventual) {
            (status, self.spoilt(url, status, body))
        } else {
            let forwarded = format!("/v1.0{}", self.forwarded(url));
            let (status, body) = self.ask(call.method, &forwarded, call.consistency.header(), body).await;
            (status, self.spoilt(url, status, body))
        };
        // The service puts a byte order mark before a bare number.
        let mark = if body.is_number() { "\u{feff}" } else { "" };
        Ok(Answer {
            status,
            advice: Advice::default(),
            date: None,
            token: Default::default(),
            carried: Default::default(),
            body: Bytes::from(format!("{mark}{body}")),
        })
    }
}
