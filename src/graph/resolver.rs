//! Name lookup for the HTTP client: the system's, with an error type of its own.

use std::io;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The system knows no address for a name.
///
/// The client's own resolver gives an error without a public type, which differs from others only by its text.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NameNotFound(io::Error);

/// The system's resolver.
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is set by the client.
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NameNotFound)?;
            Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}
