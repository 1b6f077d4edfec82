//! Looks at everything in the order in which a run would need it. It only reads.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::check::{Check, CheckStatus};
use super::intended_run::IntendedRun;
use super::tenant::Description;
use super::{granted, grants, lists, network, roles, tenant, token};
use crate::clock::Clock;
use crate::directory::reach::Actor;
use crate::directory::{Found, Lookup, LookupError, Privilege, Privileges, Scope, TenantFacts};
use crate::graph::caller::Caller;
use crate::graph::claims::Claims;
use crate::graph::paced::Paced;
use crate::graph::reading::{ReadError, Reading};
use crate::graph::token::TokenError;
use crate::graph::transport::{Advice, Consistency, HttpTransport, TransportError};
use crate::ids::{ObjectId, TenantId};
use crate::plan::reach;
use crate::plan::row::ListPlace;
use crate::roster::Key;
use crate::words::counted;

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
    match &claims {
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
    checks.push(tenant::sync(&described, date));
    checks.push(tenant::quota(users, &advice));
    seen.privileges = look_at_the_people(&paced, &caller, claims.as_ref(), subject, checks).await;
}

/// The tenant's own words, and what the headers beside them say.
async fn describe(transport: &HttpTransport, clock: Clock) -> Result<(Description, Advice, OffsetDateTime), ReadError> {
    #[derive(serde::Deserialize)]
    struct Page {
        value: Vec<Description>,
    }
    let path = "/v1.0/organization?$select=id,displayName,onPremisesSyncEnabled,onPremisesLastSyncDateTime";
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
    look_at_roster(subject, &facts, actor.as_ref(), principal, &lookup, checks).await;
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
            Err(LookupError::NotPermitted { what, permission, flag, error }) => {
                let is_app = !matches!(caller, Caller::SignedIn { .. });
                let (name, left) = if flag == "--without-roles" && scope.roles {
                    scope.roles = false;
                    ("roles", true)
                } else {
                    let left = scope.domains;
                    scope.domains = false;
                    ("domains", left)
                };
                let kind = if is_app { "application" } else { "delegated" };
                let remedy = format!("Grant the {kind} permission {permission} as above, or plan without them: {flag}");
                let found = format!("{what} cannot be read, for want of {permission}: {error}");
                checks.push(Check::failed(name, found, remedy).about(vec![permission.to_owned()]));
                if !left {
                    return Err(LookupError::NotPermitted { what, permission, flag, error });
                }
            }
            ended => return ended,
        }
    }
}

/// Something could not be read: why, and what to do about it.
fn unreadable(check: &'static str, what: &str, error: &ReadError) -> Check {
    let remedy = match error {
        ReadError::Refused { error, needs } if error.status == 403 => {
            let needs = needs.unwrap_or("the permission for it");
            return Check::failed(
                check,
                format!("{what} could not be read: {error}"),
                format!("Grant the app {needs} with admin consent."),
            );
        }
        ReadError::Transport(
            TransportError::Unauthorized(_) | TransportError::Token(TokenError::ReadyTokenRejected),
        ) => "Fetch a new token, in the cloud that --cloud or --graph-endpoint names: each has tokens of its own.",
        _ => "Check again; if it stays, give Microsoft's support the request-id.",
    };
    Check::failed(check, format!("{what} could not be read: {error}"), remedy)
}

/// The same for a lookup.
fn not_looked_up(check: &'static str, what: &str, error: &LookupError) -> Check {
    match error {
        LookupError::Read(read) => unreadable(check, what, read),
        LookupError::Refused { error: refused, .. } => {
            let needs = Some("User.Read.All");
            unreadable(check, what, &ReadError::Refused { error: refused.clone(), needs })
        }
        _ => Check::failed(check, error.to_string(), "Grant the app User.Read.All with admin consent."),
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
                "Put the accounts for emergencies on a list, one a line: --protect FILE, or SEALOFF_PROTECT.",
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

async fn look_at_roster(
    subject: &mut IntendedRun,
    facts: &TenantFacts,
    actor: Option<&Actor>,
    principal: Option<ObjectId>,
    lookup: &Lookup<'_, HttpTransport>,
    checks: &mut Vec<Check>,
) {
    let steps = subject.steps();
    let Some(mut roster) = subject.roster.take() else {
        checks.push(Check::skipped("reach", "no roster is named; --roster FILE has it looked at"));
        return;
    };
    let actions = reach::actions(steps);
    let (mut found, mut missed, mut not_found, mut unread) = (0_u64, Vec::new(), 0_u64, 0_u64);
    loop {
        let entries = match roster.by_ref().take(Lookup::<HttpTransport>::CHUNK).collect::<Result<Vec<_>, _>>() {
            Ok(entries) if entries.is_empty() => break,
            Ok(entries) => entries,
            Err(error) => {
                let remedy = "Correct the file; sealoff plan shows the place.";
                checks.push(Check::failed("roster", error.to_string(), remedy));
                return;
            }
        };
        let people: Vec<_> = entries
            .iter()
            .filter_map(|entry| {
                entry.content.as_ref().ok().map(|person| {
                    let place = ListPlace { row: entry.row, sheet_row: entry.sheet_row };
                    (place, &person.key)
                })
            })
            .collect();
        unread += (entries.len() - people.len()) as u64;
        let keys: Vec<&Key> = people.iter().map(|(_, key)| *key).collect();
        let answers = match lookup.find(&keys).await {
            Ok(answers) => answers,
            Err(error) => {
                checks.push(not_looked_up("roster", "the people on the roster", &error));
                return;
            }
        };
        for ((place, _), answer) in people.iter().zip(answers) {
            let Found::Account(account) = answer else {
                not_found += 1;
                continue;
            };
            found += 1;
            if let (Some(actor), Some(privileges)) = (actor, &facts.privileges) {
                let privilege: Option<&Privilege> = privileges.of(account.object_id);
                missed.extend(roles::out_of_reach(actor, *place, &account, privilege, &actions));
            }
        }
    }
    let accounts = counted(found, "account", "accounts");
    checks.push(if not_found + unread == 0 {
        Check::ok("roster", format!("{accounts}, each of them found"))
    } else {
        let rows = counted(not_found + unread, "row does not name", "rows do not name");
        Check::warning(
            "roster",
            format!("{accounts} found; {rows} exactly one account of this tenant"),
            "See which: sealoff plan refuses them one by one, with the reason.",
        )
    });
    match actor {
        None => checks.push(Check::skipped("reach", "the roles of the app or person are not known")),
        Some(actor) => checks.extend(roles::reach(found, &missed, principal, actor.is_app)),
    }
}
