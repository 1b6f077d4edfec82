//! Microsoft's own JavaScript client, unchanged, against the simulator: what a real client accepts is the measure.

use std::path::{Path, PathBuf};
use std::process::Command;

use sealoff::digest::Digest;
use sealoff::simulator::{Operation, Quota, Settings, Simulator};
use serde_json::{Value, json};

use crate::tools::skip;

const PASSWORD: &str = "Vkw4-Tbnz-r8Qe!";

/// Where the client is installed: `SEALOFF_GRAPH_CLIENT`, or the folder into which the continuous integration puts it.
fn client() -> Option<PathBuf> {
    let usual = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graph-client");
    let folder = std::env::var_os("SEALOFF_GRAPH_CLIENT").map_or(usual, PathBuf::from);
    let node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    let packages = ["@microsoft/microsoft-graph-client", "@azure/identity", "isomorphic-fetch"];
    if node && packages.iter().all(|package| folder.join("node_modules").join(package).is_dir()) {
        return Some(folder);
    }
    skip(format_args!(
        "Microsoft's client needs node, and {} installed by npm in {} (or where SEALOFF_GRAPH_CLIENT says)",
        packages.join(", "),
        folder.display()
    ));
    None
}

#[tokio::test]
async fn microsofts_javascript_client_gets_in_reads_batches_resets_and_revokes() {
    let Some(folder) = client() else { return };
    let simulator =
        Simulator::start(Settings { users: 120, quota: Quota::off(), ..Settings::default() }).await.unwrap();
    let ca = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca.path(), &simulator.connection().ca_pem).unwrap();
    let ids: Vec<String> = simulator
        .users()
        .iter()
        .filter(|user| user.account_enabled && user.on_premises.is_none() && user.external_user_state.is_none())
        .filter(|user| user.user_principal_name.ends_with("@contoso.com"))
        .take(5)
        .map(|user| user.id.to_string())
        .collect();
    let connection = simulator.connection().clone();
    let mut command = Command::new("node");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/javascript.cjs"))
        .arg(&folder)
        .args(&ids)
        .env("SEALOFF_GRAPH_ENDPOINT", &connection.graph_endpoint)
        .env("AZURE_AUTHORITY_HOST", &connection.authority)
        .env("AZURE_TENANT_ID", &connection.tenant_id)
        .env("AZURE_CLIENT_ID", &connection.client_id)
        .env("AZURE_CLIENT_SECRET", &connection.client_secret)
        .env("NODE_EXTRA_CA_CERTS", ca.path())
        .env("NO_PROXY", "127.0.0.1")
        .env("NEW_PASSWORD", PASSWORD);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();

    let users = simulator.users().len();
    assert_eq!(said["seen"], json!(users), "every page was read once");
    assert_eq!(said["count"], json!(users.to_string()), "a count is plain text");
    assert_eq!(said["statuses"], json!([204, 204, 204, 204, 204]));
    assert_eq!(said["revoked"], json!([true, true, true, true, true]));
    assert_eq!(said["after"], json!([false, false, false, false, false]));
    assert_eq!(said["missing"], json!({ "status": 404, "code": "Request_ResourceNotFound" }));

    let ledger = simulator.ledger();
    for id in &ids {
        let operations: Vec<Operation> = ledger
            .writes_to(id.parse().unwrap())
            .filter(|write| write.applied)
            .map(|write| write.operation.clone())
            .collect();
        let patch = Operation::Patch {
            account_enabled: Some(false),
            password: Some(Digest::of(PASSWORD.as_bytes())),
            force_change: Some(true),
        };
        assert_eq!(operations, [patch, Operation::Revoke]);
    }
    assert_eq!(ledger.counters.violations, sealoff::simulator::Violations::default());
}
