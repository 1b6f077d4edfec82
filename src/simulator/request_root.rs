//! The root that a request was sent to.

use axum::http::Uri;
use axum::http::header::HeaderMap;
use axum::http::request::Parts;

use super::response::header;
use super::server::Scheme;
use super::tenant::SimulatedTenant;

/// The root by which a request came: links in its answer begin with it, as from any of Graph's own hosts.
pub(crate) fn root_of(tenant: &SimulatedTenant, parts: &Parts) -> String {
    match (parts.extensions.get::<Scheme>(), host_of(&parts.uri, &parts.headers)) {
        (Some(Scheme(scheme)), Some(host)) => format!("{scheme}://{host}"),
        _ => tenant.connection.graph_endpoint.clone(),
    }
}

/// HTTP/2 names the host in the URL, HTTP/1.1 in a header.
fn host_of<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    uri.authority().map(|authority| authority.as_str()).or_else(|| header(headers, "host"))
}
