//! All that points a client at a simulator.

use serde::Serialize;

/// All that points a client at a simulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// The root of Graph, without a version and without a slash at its end.
    pub graph_endpoint: String,
    /// The root of the token service; the same.
    pub authority: String,
    /// The tenant.
    pub tenant_id: String,
    /// The app.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: String,
    /// The certificate to be trusted, and no other.
    pub ca_pem: String,
    /// The same service in clear text, where that was asked for: root of Graph and of the token service.
    pub clear_text: Option<String>,
}
