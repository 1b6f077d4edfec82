//! Ctrl-C, and its relatives that a system sends.

use std::process;

use tokio_util::sync::CancellationToken;

use super::exit::Exit;

/// Waits until the operator or the system asks the program to end.
pub(super) async fn requested() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            (Ok(mut terminate), Ok(mut hangup)) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            },
            _ => drop(tokio::signal::ctrl_c().await),
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}

/// The first request cancels `stop`; the second ends the process at once. What was under way is then in doubt, and the
/// journal knows it.
pub(super) fn listen(stop: CancellationToken) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        requested().await;
        stop.cancel();
        requested().await;
        process::exit(i32::from(Exit::Interrupted as u8));
    })
}
