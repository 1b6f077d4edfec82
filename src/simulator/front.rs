//! Several tenants behind one address: which of them a call is for.
//!
//! As at Microsoft, the path of a call to the token service names the tenant, and the token of a call to Graph belongs to one.
//! A token that no tenant knows is brought to the first one, which refuses it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use super::audience::is_this_tenant;
use super::response::header;
use super::routes;
use super::tenant::SharedTenant;
use super::tokens::Worth;

/// What the simulator says of itself, of one tenant: `/_simulator/tenants/{tenant}/ledger`.
const OF_TENANT: &str = "/_simulator/tenants/";

/// A tenant, and what it answers.
struct Door {
    tenant: SharedTenant,
    router: TowerToHyperService<Router>,
}

/// All that the simulator answers for these tenants. There is at least one.
pub(crate) fn router(tenants: &[SharedTenant]) -> Router {
    if let [tenant] = tenants {
        return routes::router(Arc::clone(tenant));
    }
    let door = |tenant: &SharedTenant| Door {
        tenant: Arc::clone(tenant),
        router: TowerToHyperService::new(routes::router(Arc::clone(tenant))),
    };
    let doors: Arc<[Door]> = tenants.iter().map(door).collect();
    Router::new().fallback(any(enter)).with_state(doors)
}

async fn enter(State(doors): State<Arc<[Door]>>, mut request: Request) -> Response {
    if let Some(rest) = request.uri().path().strip_prefix(OF_TENANT) {
        let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let own = format!("/_simulator/{rest}").parse::<Uri>();
        let door = doors.iter().find(|door| is_this_tenant(&door.tenant, name));
        let (Some(door), Ok(own)) = (door, own) else { return StatusCode::NOT_FOUND.into_response() };
        *request.uri_mut() = own;
        return door.answer(request).await;
    }
    let first = request.uri().path().split('/').nth(1).unwrap_or_default();
    let named = || doors.iter().find(|door| is_this_tenant(&door.tenant, first));
    let bearer = header(request.headers(), AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let door = match bearer {
        Some(token) => doors.iter().find(|door| door.tenant.tokens.worth(token) != Worth::Unknown),
        None => named(),
    };
    match door.or(doors.first()) {
        Some(door) => door.answer(request).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Door {
    async fn answer(&self, request: Request) -> Response {
        match self.router.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
