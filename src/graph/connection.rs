//! The one HTTP stack of the program: one pool of connections for Graph and the token service alike.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, redirect};

use super::body;
use super::resolver::SystemResolver;
use super::system_roots;
use crate::text_file::{self, Letters};

/// The certificates of all authorities that a system trusts are a small part of this.
const MAX_CA_FILE: u64 = 16 << 20;

/// Why the HTTP stack cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The file with extra certificate authorities cannot be read.
    #[error("the certificate authority file {} cannot be read: {source}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no certificate.
    #[error("{} holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE----- lines", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// TLS could not be set up.
    #[error("the TLS stack cannot be set up: {0}")]
    Tls(#[from] reqwest::Error),
}

/// Makes the HTTP client: TLS by rustls, HTTP/2 where offered, no redirects (a bearer token must not wander).
///
/// `ca_file` adds certificate authorities to those of the system, for an inspecting proxy. Services on this very machine
/// (`on_loopback`) are reached past any proxy, and trusted by `ca_file` alone where there is one: what the system trusts
/// says nothing about a simulator.
///
/// # Errors
///
/// A file that cannot be read or holds no certificate, or a TLS stack that does not come up.
pub fn http_client(ca_file: Option<&Path>, on_loopback: bool) -> Result<Client, ConnectionError> {
    let mut builder = if on_loopback { builder().no_proxy() } else { builder() };
    if let Some(path) = ca_file {
        let unreadable = |source| ConnectionError::CaFile { path: path.to_owned(), source };
        let content = text_file::content(path, MAX_CA_FILE).map_err(unreadable)?;
        // The name around a block may be in any letters.
        let certificates = match text_file::text_of(&content, Letters::Unicode) {
            Ok(pem) => Certificate::from_pem_bundle(pem.as_bytes()),
            Err(_) => Certificate::from_pem_bundle(&content),
        }
        .unwrap_or_default();
        if certificates.is_empty() {
            return Err(ConnectionError::NoCertificate { path: path.to_owned() });
        }
        builder = if on_loopback {
            builder.tls_certs_only(certificates)
        } else {
            builder.tls_certs_merge(certificates).tls_certs_merge(system_roots::hidden())
        };
    }
    Ok(builder.build()?)
}

/// The same client for a simulator: it trusts the authorities in this PEM text and no others, and goes past any proxy.
///
/// # Errors
///
/// A text without a certificate, or a TLS stack that does not come up.
pub fn http_client_trusting(ca_pem: &[u8]) -> Result<Client, ConnectionError> {
    Ok(builder().tls_certs_only(Certificate::from_pem_bundle(ca_pem)?).no_proxy().build()?)
}

fn builder() -> ClientBuilder {
    body::limited()
        .dns_resolver(Arc::new(SystemResolver))
        .user_agent(concat!("sealoff/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        // Who signed for the other end is worth knowing: an inspecting proxy reads what goes through.
        .tls_info(true)
        .connect_timeout(Duration::from_secs(15))
        // A connection that died while a laptop slept, or behind a firewall that forgot it, says nothing: only a ping that
        // stays unanswered shows it, and then the calls on it are lost within half a minute and not after three.
        .http2_keep_alive_interval(Duration::from_secs(15))
        .http2_keep_alive_timeout(Duration::from_secs(15))
        .http2_keep_alive_while_idle(true)
        .http2_adaptive_window(true)
        .pool_max_idle_per_host(4)
}
