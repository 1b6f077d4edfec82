//! `--interrupt`: the run is killed in the middle, without a warning.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::exit::{Exit, Failure};
use super::pace_args::PaceArgs;
use crate::plan::manifest::Manifest;
use crate::private_files;
use crate::simulator::Simulator;

/// How often the process that is to be killed is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// After this many polls of calls that hang, the drill goes on all the same.
const MAX_POLLS: u32 = 250;

/// How the run ended that was to be killed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Killed {
    /// It was killed when this number of its writes had been carried out.
    After(u64),
    /// It ended by itself before half of its writes.
    TooLate,
    /// It failed by itself, with this code where it has one, and has said why.
    Failed(Option<i32>),
}

impl Killed {
    /// `ended_by_itself` is the code with which it ended before it was killed; a run that some accounts kept from being
    /// whole has come to its end, too.
    fn of(ended_by_itself: Option<Option<i32>>, written: u64) -> Self {
        match ended_by_itself {
            None => Self::After(written),
            Some(Some(code)) if code == Exit::Done as i32 || code == Exit::Unfinished as i32 => Self::TooLate,
            Some(code) => Self::Failed(code),
        }
    }
}

/// `apply` in a process of its own.
pub(super) struct Victim<'a> {
    pub(super) folder: &'a Path,
    pub(super) manifest: &'a Manifest,
    pub(super) pace: &'a PaceArgs,
    /// Files of further apps.
    pub(super) apps: &'a [PathBuf],
    pub(super) clock_speed: f64,
    pub(super) json: bool,
}

impl Victim<'_> {
    /// Runs it until half of its writes are done, and kills it, as the kernel does when memory runs out. From that moment
    /// on the tenant answers nothing, so that some answers are always lost.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub(super) async fn run_and_kill(&self, simulator: &Simulator) -> Result<Killed, Failure> {
        let cannot = |error: std::io::Error| {
            Failure::usage(format_args!("the run that is to be killed cannot be started: {error}"))
        };
        let ca = private_files::temporary_folder("sealoff-drill-").map_err(cannot)?;
        let ca_file = ca.path().join("ca.pem");
        private_files::replace(&ca_file, |file| file.write_all(simulator.connection().ca_pem.as_bytes()))
            .map_err(cannot)?;
        let before = simulator.counters().writes_applied;
        let half = before + (self.manifest.counts.writes / 2).max(1);
        simulator.hold_after_writes(half);
        let mut child = KilledOnDrop(self.command(simulator, &ca_file).map_err(cannot)?.spawn().map_err(cannot)?);
        let ended_by_itself = tokio::select! {
            () = simulator.wait_for_writes(half) => None,
            status = child.end() => Some(status.map_err(cannot)?),
        };
        drop(child);
        let written = simulator.counters().writes_applied - before;
        simulator.release();
        // What had arrived may still be carried out, as with a real tenant; the next run must not find it half done.
        let mut polls = MAX_POLLS;
        while simulator.counters().in_flight > 0 && polls > 0 {
            tokio::time::sleep(POLL_INTERVAL).await;
            polls -= 1;
        }
        Ok(Killed::of(ended_by_itself.map(|status| status.code()), written))
    }

    fn command(&self, simulator: &Simulator, ca_file: &Path) -> std::io::Result<Command> {
        let connection = simulator.connection();
        let mut command = Command::new(env::current_exe()?);
        command.arg("apply").arg(self.folder).args(["--confirm", &self.manifest.phrase().to_string()]);
        if self.manifest.too_large.is_some() {
            command.args(["--max-accounts", &self.manifest.accounts().to_string()]);
        }
        command.args(self.pace.as_arguments());
        for app in self.apps {
            command.arg("--app").arg(app);
        }
        if self.json {
            command.arg("--json");
        }
        // Nothing in the environment may lead it to a real tenant.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy().to_ascii_uppercase();
            if text.starts_with("AZURE_") || text.starts_with("SEALOFF_") {
                command.env_remove(&name);
            }
        }
        command
            .env("SEALOFF_GRAPH_ENDPOINT", &connection.graph_endpoint)
            .env("AZURE_AUTHORITY_HOST", &connection.authority)
            .env("AZURE_TENANT_ID", &connection.tenant_id)
            .env("AZURE_CLIENT_ID", &connection.client_id)
            .env("AZURE_CLIENT_SECRET", &connection.client_secret)
            .env("SSL_CERT_FILE", ca_file)
            .env("SEALOFF_CLOCK_SPEED", self.clock_speed.to_string())
            .stdin(Stdio::null());
        Ok(command)
    }
}

/// A process that does not outlive its drill.
struct KilledOnDrop(Child);

impl KilledOnDrop {
    /// Waits until it ends by itself.
    async fn end(&mut self) -> std::io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        // It fails where the process has ended already, which is what it is for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_failed_is_not_taken_for_one_that_ended() {
        assert_eq!(Killed::of(None, 7), Killed::After(7));
        for ended in [0, 3] {
            assert_eq!(Killed::of(Some(Some(ended)), 7), Killed::TooLate, "{ended}");
        }
        for failed in [Some(2), Some(4), Some(5), Some(101), None] {
            assert_eq!(Killed::of(Some(failed), 0), Killed::Failed(failed));
        }
    }
}
