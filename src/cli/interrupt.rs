//! Ctrl-C, and its relatives that a system sends.

use std::io;
use std::process;

use tokio_util::sync::CancellationToken;

use super::exit::Exit;

/// Requests to end the program, from the operator or the system. None is lost between two calls of [`Requests::next`].
pub(super) struct Requests {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
    #[cfg(windows)]
    signals: tokio::signal::windows::CtrlC,
}

impl Requests {
    /// Takes over what would otherwise end the process on the spot.
    pub(super) fn take_over() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let signals =
                [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
            Ok(Self { signals })
        }
        #[cfg(windows)]
        Ok(Self { signals: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the next request.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate, hangup] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        }
        #[cfg(windows)]
        self.signals.recv().await;
    }
}

/// The first request cancels `stop`; the second ends the process at once. What was under way is then in doubt, and the
/// journal knows it.
pub(super) fn listen(mut requests: Requests, stop: CancellationToken) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        requests.next().await;
        stop.cancel();
        requests.next().await;
        process::exit(i32::from(Exit::Interrupted as u8));
    })
}
