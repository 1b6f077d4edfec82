//! Reads: users, organization, domains.

use super::{Context, World};
use crate::simulator::directory::tenant::{DISPLAY_NAME, TENANT_ID};
use crate::simulator::directory::{Place, User, UserKey};
use crate::simulator::graph::answer::{Answer, Body, raw, string};
use crate::simulator::graph::call::{Call, ListUsers, skip_token};
use crate::simulator::graph::errors::GraphError;
use crate::simulator::graph::filter::{Clause, Field};
use crate::simulator::graph::properties::{Selection, default_selection, names, write_members};
use crate::simulator::moment::iso;

impl World {
    pub(super) fn read(&mut self, call: &Call, context: &Context<'_>) -> Result<Answer, GraphError> {
        let answer = match call {
            Call::ListUsers(list) => Answer::json(self.list(list, context)),
            Call::CountUsers => Answer::new(200, Body::Text(self.directory.len().to_string())),
            Call::GetUser { key, named, selection } => {
                let place = self.directory.find(key).ok_or_else(|| GraphError::not_found(named))?;
                let mut json = Vec::with_capacity(512);
                open(&mut json, context, "users", selection.as_ref(), "/$entity");
                json.push(b',');
                members(&mut json, self.directory.get(place), selection.as_ref());
                json.push(b'}');
                Answer::json(json)
            }
            Call::GetByIds { ids, users_wanted, selection } => {
                // Ids that nobody has are left out without an error.
                let find = |id| self.directory.find(&UserKey::Id(id));
                let found = ids.iter().filter(|_| *users_wanted).filter_map(|id| find(*id));
                let users = found.map(|place: Place| self.directory.get(place));
                let mut json = Vec::with_capacity(ids.len() * 256);
                open(&mut json, context, "directoryObjects", selection.as_ref(), "");
                values(&mut json, users, selection.as_ref(), "\"@odata.type\":\"#microsoft.graph.user\",");
                json.push(b'}');
                Answer::json(json)
            }
            Call::Organization => Answer::json(self.organization(context)),
            Call::Domains => Answer::json(self.list_domains(context)),
            // Writes never come here.
            Call::UpdateUser { .. } | Call::RevokeSessions { .. } => return Err(GraphError::method_not_allowed()),
        };
        self.counters.reads += 1;
        Ok(answer)
    }

    fn list(&self, list: &ListUsers, context: &Context<'_>) -> Vec<u8> {
        let mut json = Vec::with_capacity(4_096);
        open(&mut json, context, "users", list.selection.as_ref(), "");
        let found = list.clauses.as_ref().map(|clauses| self.matching(clauses));
        let total = found.as_ref().map_or(self.directory.len(), Vec::len);
        let end = list.position.saturating_add(list.page).min(total);
        // "Advanced query capabilities on Microsoft Entra ID objects": the count stands on the first page only.
        if list.count && list.position == 0 {
            raw(&mut json, format_args!(",\"@odata.count\":{total}"));
        }
        if end < total {
            let and = if list.query.is_empty() { "" } else { "&" };
            let link = format!("{}/users?{}{and}$skiptoken={}", context.root, list.query, skip_token(end));
            json.extend_from_slice(b",\"@odata.nextLink\":");
            string(&mut json, &link);
        }
        let here = end.saturating_sub(list.position);
        match &found {
            Some(places) => {
                let users = places.iter().skip(list.position).take(here).map(|place| self.directory.get(*place));
                values(&mut json, users, list.selection.as_ref(), "");
            }
            None => {
                values(&mut json, self.directory.from(list.position).iter().take(here), list.selection.as_ref(), "");
            }
        }
        json.push(b'}');
        json
    }

    /// Everyone whom a clause names, each once, in the order of the directory.
    fn matching(&self, clauses: &[Clause]) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::with_capacity(clauses.len());
        for clause in clauses {
            match clause.field {
                Field::Mail => places.extend(self.directory.find_mail(&clause.value)),
                Field::Id => places.extend(self.directory.find(&UserKey::parse(&clause.value))),
                Field::UserPrincipalName => {
                    places.extend(self.directory.find(&UserKey::Name(clause.value.to_lowercase())));
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    fn organization(&self, context: &Context<'_>) -> Vec<u8> {
        let mut json = Vec::with_capacity(1_024);
        raw(
            &mut json,
            format_args!(
                "{{\"@odata.context\":\"{}/$metadata#organization\",\"value\":[{{\"id\":\"{TENANT_ID}\",\
                 \"displayName\":\"{DISPLAY_NAME}\",\"tenantType\":\"AAD\",\"countryLetterCode\":\"DE\",\
                 \"onPremisesSyncEnabled\":true,\"onPremisesLastSyncDateTime\":\"{}\",\"verifiedDomains\":[",
                context.root,
                iso(context.date)
            ),
        );
        for (index, domain) in self.directory.domains().iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            raw(&mut json, format_args!("{comma}{{\"name\":"));
            string(&mut json, &domain.name);
            let kind = if domain.federated { "Federated" } else { "Managed" };
            raw(
                &mut json,
                format_args!(
                    ",\"type\":\"{kind}\",\"isDefault\":{},\"isInitial\":{},\"capabilities\":\"Email, OfficeCommunicationsOnline\"}}",
                    domain.is_default(),
                    domain.is_initial()
                ),
            );
        }
        json.extend_from_slice(b"]}]}");
        json
    }

    fn list_domains(&self, context: &Context<'_>) -> Vec<u8> {
        let mut json = Vec::with_capacity(1_024);
        raw(&mut json, format_args!("{{\"@odata.context\":\"{}/$metadata#domains\",\"value\":[", context.root));
        for (index, domain) in self.directory.domains().iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            raw(&mut json, format_args!("{comma}{{\"id\":"));
            string(&mut json, &domain.name);
            let kind = if domain.federated { "Federated" } else { "Managed" };
            raw(
                &mut json,
                format_args!(
                    ",\"authenticationType\":\"{kind}\",\"isAdminManaged\":true,\"isDefault\":{},\"isInitial\":{},\
                     \"isRoot\":true,\"isVerified\":true,\"supportedServices\":[\"Email\"]}}",
                    domain.is_default(),
                    domain.is_initial()
                ),
            );
        }
        json.extend_from_slice(b"]}");
        json
    }
}

fn open(json: &mut Vec<u8>, context: &Context<'_>, set: &str, selection: Option<&Selection>, end: &str) {
    let fields = selection.map(|selection| format!("({})", names(selection))).unwrap_or_default();
    raw(json, format_args!("{{\"@odata.context\":\"{}/$metadata#{set}{fields}{end}\"", context.root));
}

fn members(json: &mut Vec<u8>, user: &User, selection: Option<&Selection>) {
    match selection {
        Some(selection) => write_members(json, user, selection),
        None => write_members(json, user, &default_selection()),
    }
}

fn values<'a>(json: &mut Vec<u8>, users: impl Iterator<Item = &'a User>, selection: Option<&Selection>, before: &str) {
    let default;
    let selection = match selection {
        Some(selection) => selection,
        None => {
            default = default_selection();
            &default
        }
    };
    json.extend_from_slice(b",\"value\":[");
    for (index, user) in users.enumerate() {
        raw(json, format_args!("{}{{{before}", if index > 0 { "," } else { "" }));
        write_members(json, user, selection);
        json.push(b'}');
    }
    json.push(b']');
}
