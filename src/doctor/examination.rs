//! Looks at everything in the order in which a run would need it. It only reads.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::check::{Check, CheckStatus};
use super::intended_run::IntendedRun;
use super::roster::{self, ActingApp};
use super::tenant::Description;
use super::unread::{not_looked_up, unreadable};
use super::{granted, grants, lists, network, roles, tenant, token};
use crate::clock::Clock;
use crate::directory::reach::Actor;
use crate::directory::{
    DispensablePart, Lookup, LookupError, PassPolicy, Privileges, Scope, SyncFeatures, TenantFacts,
};
use crate::graph::caller::Caller;
use crate::graph::claims::Claims;
use crate::graph::paced::Paced;
use crate::graph::reading::{ReadError, Reading};
use crate::graph::transport::{Advice, Consistency, HttpTransport};
use crate::ids::{ObjectId, TenantId};

/// Every check that needs the network, by its name.
const IN_THE_TENANT: [&str; 14] = [
    "token",
    "tenant",
    "permissions",
    "excess",
    grants::OPTIONAL_CHECK,
    "roles",
    "sync",
    "domains",
    "quota",
    "eligible-roles",
    "owners",
    "protected",
    "emergency-access",
    "reach",
];

/// What was found, and what need not be asked again for further apps.
pub struct Examined {
    /// The checks, in their order.
    pub checks: Vec<Check>,
    /// What need not be asked again.
    pub seen: SeenByFirstApp,
}

/// What the first app has seen of the tenant.
#[derive(Default)]
pub struct SeenByFirstApp {
    /// The services answer.
    pub is_open: bool,
    /// The tenant that Graph answers for.
    pub tenant: Option<TenantId>,
    /// The app as which all of this was seen.
    pub client_id: Option<String>,
    /// Who holds which directory role.
    pub privileges: Option<Privileges>,
}

/// Looks at everything; `clock` counts the waits.
pub async fn examine(transport: &HttpTransport, clock: Clock, mut subject: IntendedRun) -> Examined {
    let mut checks = look_at_the_way(transport, clock).await;
    checks.extend(transport.certificate().map(|facts| token::certificate(facts, OffsetDateTime::now_utc())));
    let mut seen = SeenByFirstApp { is_open: true, ..SeenByFirstApp::default() };
    let is_open = !checks
        .iter()
        .any(|check| check.status == CheckStatus::Failed && !matches!(check.check, "clock" | "certificate"));
    if is_open {
        look_into_the_tenant(transport, clock, &mut subject, &mut checks, &mut seen).await;
    } else {
        seen.is_open = false;
        checks.extend(skipped_from("token", "the way there is not open"));
    }
    checks.extend(subject.look_at_what_is_here());
    Examined { checks, seen }
}

fn skipped_from(first: &str, because: &str) -> impl Iterator<Item = Check> {
    let at = IN_THE_TENANT.iter().position(|name| *name == first).unwrap_or(IN_THE_TENANT.len());
    IN_THE_TENANT[at..].iter().map(move |name| Check::skipped(name, because)).collect::<Vec<_>>().into_iter()
}

async fn look_at_the_way(transport: &HttpTransport, clock: Clock) -> Vec<Check> {
    let [(graph, from_graph), (authority, from_authority)] = transport.probe().await;
    let here = OffsetDateTime::now_utc();
    let dates = [&from_graph, &from_authority].into_iter().flatten().filter_map(|opened| opened.date);
    let there = dates.max_by_key(|there| (here - *there).abs());
    let mut checks = vec![
        network::reachable("authority", &authority, &from_authority),
        network::reachable("graph", &graph, &from_graph),
        network::signer(&authority, &from_authority),
    ];
    if graph != authority {
        checks.push(network::signer(&graph, &from_graph));
    }
    checks.push(network::clocks(there, here, clock.speed()));
    checks
}

async fn look_into_the_tenant(
    transport: &HttpTransport,
    clock: Clock,
    subject: &mut IntendedRun,
    checks: &mut Vec<Check>,
    seen: &mut SeenByFirstApp,
) {
    let (caller, claims) = match (transport.caller().await, transport.claims().await) {
        (Ok(caller), Ok(claims)) => (caller, claims),
        (Err(error), _) | (_, Err(error)) => {
            checks.push(token::refused(&error));
            checks.extend(skipped_from("tenant", "there is no token"));
            return;
        }
    };
    checks.push(token::judge(claims.as_ref(), OffsetDateTime::now_utc()));
    let (described, advice, date) = match describe(transport, clock).await {
        Ok(described) => described,
        Err(error) => {
            checks.push(unreadable("tenant", "the tenant", &error));
            checks.extend(
                skipped_from("permissions", "the tenant could not be read").filter(|it| it.check != "permissions"),
            );
            if let Some(claims) = &claims {
                checks.extend(grants::judge(claims, subject.steps(), Scope::default()));
            }
            return;
        }
    };
    checks.extend(claims.as_ref().and_then(|claims| token::fits(claims, described.id)));
    seen.tenant = Some(described.id);
    if let Caller::App { client_id } = &caller {
        seen.client_id = Some(client_id.clone());
    }
    let paced = Paced::new(transport, clock);
    // A token that cannot be read is no obstacle: the tenant knows what it granted.
    let claims = match (claims, &caller) {
        (None, Caller::App { client_id }) => granted::to_app(&paced, client_id).await.ok(),
        (claims, _) => claims,
    };
    let users = paced.count("/v1.0/users/$count", 2).await.ok();
    checks.push(tenant::name_and_size(&described, users));
    look_at_the_grants(claims.as_ref(), subject, checks);
    look_at_the_sync(&paced, &caller, &described, date, checks).await;
    checks.push(tenant::quota(users, &advice));
    if let Some(wish) = subject.pass {
        checks.push(tenant::passes(wish, PassPolicy::read(&paced).await));
    }
    seen.privileges = look_at_the_people(&paced, &caller, claims.as_ref(), subject, checks).await;
}

fn look_at_the_grants(claims: Option<&Claims>, subject: &IntendedRun, checks: &mut Vec<Check>) {
    match claims {
        Some(claims) => {
            checks.extend(grants::judge(claims, subject.steps(), Scope::default()));
            checks.push(grants::judge_excess(claims));
            checks.push(grants::judge_optional(claims));
        }
        None => {
            let unseen =
                "neither the token nor the tenant shows what is granted; what is read below shows a part of it";
            checks.extend(["permissions", "excess", grants::OPTIONAL_CHECK].map(|name| Check::skipped(name, unseen)));
        }
    }
}

async fn look_at_the_sync(
    paced: &Paced<'_, HttpTransport>,
    caller: &Caller,
    described: &Description,
    now: OffsetDateTime,
    checks: &mut Vec<Check>,
) {
    let is_synced = described.on_premises_sync_enabled == Some(true);
    let synced = match is_synced {
        true => paced.count("/v1.0/users/$count?$filter=onPremisesSyncEnabled%20eq%20true", 2).await.ok(),
        false => None,
    };
    checks.push(tenant::sync(described, synced, now));
    // Apps may not ask.
    if is_synced && matches!(caller, Caller::SignedIn { .. }) {
        checks.push(tenant::writeback(&SyncFeatures::read(paced).await));
    }
}

/// The tenant's own words, and what the headers beside them say.
async fn describe(transport: &HttpTransport, clock: Clock) -> Result<(Description, Advice, OffsetDateTime), ReadError> {
    #[derive(serde::Deserialize)]
    struct Page {
        value: Vec<Description>,
    }
    let path = "/v1.0/organization?$select=id,displayName,onPremisesSyncEnabled,onPremisesLastSyncDateTime,\
                onPremisesLastPasswordSyncDateTime";
    let answer = Reading::new(transport, clock).answer(path, Consistency::Session).await?;
    let garbled = |reason: &str| ReadError::Garbled { what: path.to_owned(), reason: answer.guarded(reason) };
    let page: Page = serde_json::from_slice(&answer.body).map_err(|error| garbled(&error.to_string()))?;
    let only = page.value.into_iter().next().ok_or_else(|| garbled("no organization in it"))?;
    Ok((only, answer.advice, answer.date.unwrap_or_else(OffsetDateTime::now_utc)))
}

async fn look_at_the_people(
    paced: &Paced<'_, HttpTransport>,
    caller: &Caller,
    claims: Option<&Claims>,
    subject: &mut IntendedRun,
    checks: &mut Vec<Check>,
) -> Option<Privileges> {
    let facts = match read_facts(paced, caller, checks).await {
        Ok(facts) => facts,
        Err(error) => {
            checks.push(not_looked_up("roles", "the directory", &error));
            checks.extend(skipped_from("domains", "the directory could not be read").filter(|it| it.check != "quota"));
            return None;
        }
    };
    if let Some(domains) = &facts.domains {
        checks.push(tenant::domains(domains));
    }
    let principal = principal(claims);
    let is_app = !matches!(caller, Caller::SignedIn { .. });
    let actor = facts.privileges.as_ref().zip(principal).map(|(privileges, id)| {
        let privilege = privileges.of(id);
        checks.push(roles::own(&Actor::of(privilege, is_app), privilege, principal, subject.steps()));
        checks.extend(roles::over_devices(privilege, is_app, subject.steps()));
        Actor::of(privilege, is_app)
    });
    if let Some(claims) = claims.filter(|claims| facts.privileges.is_none() && !claims.roles.is_empty()) {
        checks.push(roles::as_the_token_lists(claims));
    }
    if facts.privileges.is_some() {
        if principal.is_none() {
            checks.push(Check::skipped("roles", "the token does not say as which principal sealoff asks"));
        }
        checks.extend(tenant::notes(&facts.notes));
    }
    let lookup = Lookup::paced(paced.clone());
    let guarded = look_at_protected(subject, &lookup, checks).await;
    checks.push(lists::emergency_access(&facts, guarded.as_ref()));
    let acting = ActingApp { actor: actor.as_ref(), principal };
    roster::look_at(subject, &facts, acting, &lookup, checks).await;
    facts.privileges
}

/// Who asks, in the directory.
fn principal(claims: Option<&Claims>) -> Option<ObjectId> {
    claims.and_then(|claims| claims.object_id)
}

/// Reads what a plan would read; what is not permitted is a check of its own, and the rest is read all the same.
async fn read_facts(
    paced: &Paced<'_, HttpTransport>,
    caller: &Caller,
    checks: &mut Vec<Check>,
) -> Result<TenantFacts, LookupError> {
    let mut scope = Scope::default();
    loop {
        match TenantFacts::read(paced, caller, scope).await {
            Err(LookupError::NotPermitted { part, error }) => {
                let (name, was_asked) = match part {
                    DispensablePart::Roles | DispensablePart::RoleGroups => ("roles", &mut scope.roles),
                    DispensablePart::Domains => ("domains", &mut scope.domains),
                };
                let kind = if matches!(caller, Caller::SignedIn { .. }) { "delegated" } else { "application" };
                let (permission, flag) = (part.permission(), part.flag());
                let remedy = format!("Grant the {kind} permission {permission} as above, or plan without them: {flag}");
                let found = format!("{} cannot be read, for want of {permission}: {error}", part.name());
                checks.push(Check::failed(name, found, remedy).about(vec![permission.to_owned()]));
                if !std::mem::take(was_asked) {
                    return Err(LookupError::NotPermitted { part, error });
                }
            }
            ended => return ended,
        }
    }
}

async fn look_at_protected(
    subject: &mut IntendedRun,
    lookup: &Lookup<'_, HttpTransport>,
    checks: &mut Vec<Check>,
) -> Option<HashSet<ObjectId>> {
    match subject.protected.take() {
        None => {
            checks.push(Check::warning(
                "protected",
                "no list of protected accounts is named: no account is kept from a plan by its name",
                lists::PROTECT,
            ));
            None
        }
        Some((name, Err(error))) => {
            checks.push(lists::unreadable(&name, &error));
            None
        }
        Some((name, Ok(list))) => match list.look_up(lookup).await {
            Ok((guarded, wrong)) => {
                checks.extend(lists::protected(&name, list.len(), &wrong));
                Some(guarded)
            }
            Err(error) => {
                checks.push(not_looked_up("protected", &name, &error));
                None
            }
        },
    }
}
