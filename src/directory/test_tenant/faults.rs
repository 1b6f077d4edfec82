//! What goes wrong on purpose, as a rule of the simulator's where it knows such a fault, and else between it and the caller.

use serde_json::{Value, json};

use super::TestTenant;
use crate::simulator::{Fault, FaultRule, ScriptedAnswer};

/// What goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GraphFault {
    /// `getByIds` is refused.
    ByIdsRefused,
    /// `getByIds` shows ids and nothing else.
    ByIdsNameless,
    /// `getByIds` does not heed `$select`.
    ByIdsPoor,
    /// `getByIds` leaves all users out.
    ByIdsSilent,
    /// Roles are not listed with their principals.
    PrincipalGone,
    /// Filters show ids and nothing else.
    Nameless,
    /// Filters are ignored: all users are listed.
    FiltersIgnored,
    /// One item of a batch is refused.
    ItemRefused,
    /// Items of a batch are left out of the answer.
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

impl TestTenant {
    pub(super) fn is(&self, fault: GraphFault) -> bool {
        self.fault == Some(fault)
    }

    /// The fault as a rule of a scenario, where the simulator knows it.
    pub(super) fn rule(&self) -> Option<FaultRule> {
        let answer = |status, code, body: Option<&str>| ScriptedAnswer {
            body: body.map(str::to_owned),
            ..ScriptedAnswer::of(status, code, "scripted")
        };
        let by_ids = Some("/directoryObjects/getByIds");
        let (kind, answer, path, query, times) = match self.fault? {
            GraphFault::ByIdsRefused => {
                ("answer", Some(answer(403, "Authorization_RequestDenied", None)), by_ids, None, None)
            }
            GraphFault::ByIdsSilent => ("answer", Some(answer(200, "", Some("{\"value\":[]}"))), by_ids, None, None),
            GraphFault::PrincipalGone => (
                "answer",
                Some(answer(404, "Request_ResourceNotFound", None)),
                Some("/roleManagement/*"),
                Some("*$expand=*"),
                None,
            ),
            GraphFault::ItemRefused => {
                ("answer", Some(answer(403, "Authorization_RequestDenied", None)), Some("/users*"), None, Some(1))
            }
            GraphFault::ItemLost => ("missing-id", None, Some("/users*"), None, None),
            _ => return None,
        };
        Some(FaultRule {
            path: path.map(str::to_owned),
            query: query.map(str::to_owned),
            answer,
            times,
            ..FaultRule::always(kind.parse::<Fault>().unwrap())
        })
    }

    /// The answer to a read that does not reach the simulator.
    pub(super) fn intercepted(&self, url: &str, eventual: bool) -> Option<(u16, Value)> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let skip = own_skip(query).unwrap_or_default();
        if let Some((status, code)) = self.refusals.get(&(path.to_owned(), skip)) {
            return Some((*status, error(code)));
        }
        if self.is(GraphFault::IndexOnly) && query.contains("$filter") && !eventual {
            return Some((400, error("Request_UnsupportedQuery")));
        }
        self.instead.get(path).map(|list| (200, json!({ "value": list })))
    }

    /// What the simulator is asked: without what it does not know of.
    pub(super) fn forwarded(&self, url: &str) -> String {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let is_kept = |part: &&str| {
            let ignored = self.is(GraphFault::FiltersIgnored) && path == "/users" && part.starts_with("$filter");
            own_skip(part).is_none() && !ignored
        };
        let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
        if kept.concat().is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
    }

    /// What is made of an answer.
    pub(super) fn spoilt(&self, url: &str, status: u16, mut body: Value) -> Value {
        let path = url.split('?').next().unwrap_or_default();
        if status == 404 && self.is(GraphFault::ForeignNotFound) {
            return "<html>".into();
        }
        let by_ids = path.ends_with("getByIds");
        for object in body.get_mut("value").and_then(Value::as_array_mut).into_iter().flatten() {
            if self.is(GraphFault::Nameless) && path == "/users" {
                *object = json!({ "id": object["id"] });
            }
            let Value::Object(properties) = object else { continue };
            if self.is(GraphFault::ByIdsPoor) && by_ids {
                properties.remove("accountEnabled");
            }
            let shown = properties.get("id").and_then(|id| self.shown.get(id.as_str()?));
            for (name, value) in shown.and_then(Value::as_object).into_iter().flatten() {
                properties.entry(name).and_modify(|known| *known = value.clone());
            }
        }
        if by_ids || status != 200 { body } else { self.in_pages(url, body) }
    }

    /// A whole list as the page of it that is asked for.
    fn in_pages(&self, url: &str, mut body: Value) -> Value {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let skip = own_skip(query).unwrap_or_default();
        let next = |root: &str, skip: usize| {
            let kept = query.split('&').filter(|part| !part.is_empty() && own_skip(part).is_none());
            let kept: String = kept.map(|part| format!("{part}&")).collect();
            format!("{root}/v1.0{path}?{kept}$skiptoken={skip}")
        };
        let Some(list) = body.get_mut("value").and_then(Value::as_array_mut) else { return body };
        let (graph, stray) = ("https://graph.microsoft.com", "https://graph.example.com");
        let (root, skip_on) = match self.fault {
            Some(GraphFault::EndlessPages) => {
                body["@odata.nextLink"] = next(graph, skip).into();
                return body;
            }
            Some(GraphFault::SmallPages) => (graph, skip + 1),
            Some(GraphFault::StrayPages) => (stray, skip + 1),
            _ => return body,
        };
        let more = list.len() > skip_on;
        *list = list.drain(..).skip(skip).take(1).collect();
        if more {
            body["@odata.nextLink"] = next(root, skip_on).into();
        }
        body
    }
}

fn error(code: &str) -> Value {
    json!({"error": {"code": code, "message": "scripted"}})
}

/// After how many objects a page begins that this file has cut; the simulator's own tokens are no numbers.
fn own_skip(query: &str) -> Option<usize> {
    query.split('&').find_map(|part| part.strip_prefix("$skiptoken=")?.parse().ok())
}
