//! The program as a child of a benchmark, pointed at a simulator inside it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sealoff::simulator::Simulator;

/// Starts the program in `folder`, where the simulator's certificate authority stands in `ca.pem`; its time runs `speed`
/// times as fast, as the simulator's does.
pub(crate) fn start(simulator: &Simulator, folder: &Path, speed: f64, arguments: &[&str]) -> Child {
    let connection = simulator.connection();
    Command::new(env!("CARGO_BIN_EXE_sealoff"))
        .arg("--quiet")
        .args(arguments)
        .current_dir(folder)
        .env("SEALOFF_GRAPH_ENDPOINT", &connection.graph_endpoint)
        .env("AZURE_AUTHORITY_HOST", &connection.authority)
        .env("AZURE_TENANT_ID", &connection.tenant_id)
        .env("AZURE_CLIENT_ID", &connection.client_id)
        .env("AZURE_CLIENT_SECRET", &connection.client_secret)
        .env("SSL_CERT_FILE", folder.join("ca.pem"))
        .env("SEALOFF_CLOCK_SPEED", speed.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for the program to end well, and says how much memory it had at most, in kilobytes (Linux only).
pub(crate) fn peak_memory(mut child: Child) -> u64 {
    let peak = peak_until_end(&mut child);
    let ended = child.wait().unwrap();
    assert!(ended.success(), "the program failed: {ended}");
    peak
}

/// The same, however it ends.
pub(crate) fn peak_until_end(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let seen = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
        peak = peak.max(seen.unwrap_or(0));
        if child.try_wait().unwrap().is_some() {
            return peak;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
