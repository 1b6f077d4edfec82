//! Whether a service answers at all, and with which certificate: one call without a token.

use reqwest::header::DATE;
use reqwest::tls::TlsInfo;
use time::OffsetDateTime;

use super::certificate;
use super::endpoint::Root;
use super::retry_after;
use super::unreachable::Unreachable;

/// A service answered, with any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reachable {
    /// Of HTTP.
    pub status: u16,
    /// The clock of the service.
    pub date: Option<OffsetDateTime>,
    /// The issuer of the certificate that was shown; `None` over clear text, or where it cannot be read.
    pub signed_by: Option<String>,
}

/// Asks for `path` below `root` without a token. Any answer will do.
///
/// # Errors
///
/// There was no answer.
pub async fn probe(http: &reqwest::Client, root: &Root, path: &str) -> Result<Reachable, Unreachable> {
    let response = http.get(root.join(path)).send().await.map_err(|error| Unreachable::new(root, &error))?;
    let date = response.headers().get(DATE).and_then(|value| value.to_str().ok()).and_then(retry_after::http_date);
    let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    let signed_by = certificate.and_then(certificate::issuer);
    Ok(Reachable { status: response.status().as_u16(), date, signed_by })
}

#[cfg(test)]
mod tests {
    use super::super::connection::http_client;
    use super::super::endpoint::{Cloud, Endpoints};
    use super::super::unreachable::UnreachableCause;
    use super::*;

    #[tokio::test]
    async fn an_unknown_name_and_a_closed_port_are_different_causes() {
        let http = http_client(None, true).unwrap();
        let root = |address: &str| Endpoints::new(Cloud::Global, Some(address), None).unwrap().graph;
        let name = probe(&http, &root("https://graph.invalid"), "/").await.unwrap_err();
        assert_eq!(name.cause, Some(UnreachableCause::NameNotFound), "{name:?}");
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let port = probe(&http, &root(&format!("https://{free}")), "/").await.unwrap_err();
        assert_eq!(port.cause, Some(UnreachableCause::ConnectionRefused), "{port:?}");
    }
}
