//! Why a simulator could not start.

use std::net::SocketAddr;

use super::directory::SnapshotError;

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// It accepts every password that it is sent, so it must not be reachable from elsewhere.
    #[error("the simulator listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address can't be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The name of a host that no client can ask for.
    #[error("{0:?} is no name of a host; write it as graph.test or 10.1.2.3, without a scheme or a port")]
    NoHost(String),
    /// The user who is to approve device codes is not in the directory.
    #[error("device codes are to be approved by {0:?}, and this tenant has no such user")]
    UnknownApprover(String),
    /// The directory of a tenant beside the first could not be made.
    #[error("a directory cannot be made: {0}")]
    Directory(#[from] SnapshotError),
    /// The certificates could not be made.
    #[error("cannot make a certificate for the simulator: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificates could not be used.
    #[error("cannot set up TLS for the simulator")]
    Tls(#[from] rustls::Error),
}
