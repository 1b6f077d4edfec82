//! Ctrl-C, and the signals by which a system ends a process.

use std::io;
use std::process;

use tokio_util::sync::CancellationToken;

use super::exit::Exit;

/// What kind of request to end it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StopRequest {
    /// An operator or a program means it: Ctrl-C, Ctrl-Break, SIGTERM.
    Deliberate,
    /// The terminal went away or the session ends (SIGHUP; on Windows the console is closed, or the user logs off or shuts
    /// down). One closed window sends it more than once: from the kernel, and again from the shell.
    SessionEnds,
}

/// StopRequests to end the program, from the operator or the system. None is lost between two calls of [`StopRequests::next`].
pub(super) struct StopRequests {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
    #[cfg(windows)]
    deliberate: (tokio::signal::windows::CtrlC, tokio::signal::windows::CtrlBreak),
    #[cfg(windows)]
    session_ends:
        (tokio::signal::windows::CtrlClose, tokio::signal::windows::CtrlLogoff, tokio::signal::windows::CtrlShutdown),
}

impl StopRequests {
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
        {
            use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
            Ok(Self {
                deliberate: (ctrl_c()?, ctrl_break()?),
                session_ends: (ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?),
            })
        }
    }

    /// Waits for the next request of either kind.
    pub(super) async fn next(&mut self) {
        self.next_kind().await;
    }

    async fn next_kind(&mut self) -> StopRequest {
        #[cfg(unix)]
        {
            let [interrupt, terminate, hangup] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => StopRequest::Deliberate,
                _ = terminate.recv() => StopRequest::Deliberate,
                _ = hangup.recv() => StopRequest::SessionEnds,
            }
        }
        #[cfg(windows)]
        {
            let (c, r#break) = &mut self.deliberate;
            let (close, logoff, shutdown) = &mut self.session_ends;
            tokio::select! {
                _ = c.recv() => StopRequest::Deliberate,
                _ = r#break.recv() => StopRequest::Deliberate,
                _ = close.recv() => StopRequest::SessionEnds,
                _ = logoff.recv() => StopRequest::SessionEnds,
                _ = shutdown.recv() => StopRequest::SessionEnds,
            }
        }
    }
}

/// What the first request of either kind cancels; as [`listen`].
pub(super) fn token(requests: StopRequests) -> CancellationToken {
    let stop = CancellationToken::new();
    listen(requests, stop.clone());
    stop
}

/// The first request of either kind cancels `stop`. A deliberate one after it ends the process at once: what was under way
/// is then in doubt, and the journal says so.
pub(super) fn listen(mut requests: StopRequests, stop: CancellationToken) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        requests.next().await;
        stop.cancel();
        // A closed window is no request to hurry: what is under way comes to its end.
        while requests.next_kind().await == StopRequest::SessionEnds {}
        process::exit(i32::from(Exit::Interrupted as u8));
    })
}
