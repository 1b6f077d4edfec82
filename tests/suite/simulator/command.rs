//! `sealoff simulate` with options for what the app may do and what the tenant has.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::Reply;
use crate::stage::{bare, finish};

/// A simulator in a process of its own; it ends with this.
struct Served {
    process: Child,
    said: Value,
    http: reqwest::Client,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    fn with(arguments: &[&str]) -> Self {
        Self::resolving(&[&["--users", "100"], arguments].concat(), &[])
    }

    /// Of no size that is named.
    fn bare_with(arguments: &[&str]) -> Self {
        Self::resolving(arguments, &[])
    }

    /// The same, for a client that resolves these names to this machine.
    fn resolving(arguments: &[&str], hosts: &[&str]) -> Self {
        // Closed: on Windows the file could not be replaced otherwise.
        let ca = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let mut command = bare(&["simulate", "--json", "--ca-out", ca.to_str().unwrap()]);
        let mut process = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ca = reqwest::Certificate::from_pem(&std::fs::read(&ca).unwrap()).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let mut builder = reqwest::Client::builder().tls_certs_only([ca]).timeout(Duration::from_secs(20)).no_proxy();
        let address: std::net::SocketAddr = host_of(said["graph_endpoint"].as_str().unwrap()).parse().unwrap();
        for host in hosts {
            builder = builder.resolve(host, address);
        }
        Self { process, said, http: builder.build().unwrap() }
    }

    fn text(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap()
    }

    async fn get(&self, url: &str) -> Reply {
        self.get_from(self.text("graph_endpoint"), url).await
    }

    async fn block(&self, url: &str) -> u16 {
        let url = format!("{}/v1.0{url}", self.text("graph_endpoint"));
        let request = self.http.patch(url).bearer_auth(self.token().await);
        request.json(&serde_json::json!({ "accountEnabled": false })).send().await.unwrap().status().as_u16()
    }

    /// As Ctrl-C does; waits for its end.
    #[cfg(unix)]
    fn interrupt(&mut self) {
        let pid = self.process.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }

    async fn get_from(&self, root: &str, url: &str) -> Reply {
        let request = self.http.get(format!("{root}/v1.0{url}")).bearer_auth(self.token().await);
        Reply::of(request.send().await.unwrap()).await
    }

    async fn token(&self) -> String {
        let form = [
            ("client_id", self.text("client_id")),
            ("client_secret", self.text("client_secret")),
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let login = format!("{}/{}/oauth2/v2.0/token", self.text("authority"), self.text("tenant_id"));
        let token = Reply::of(self.http.post(login).form(&form).send().await.unwrap()).await;
        token.body["access_token"].as_str().unwrap().to_owned()
    }
}

fn host_of(root: &str) -> &str {
    root.split_once("://").unwrap().1
}

#[tokio::test]
async fn clear_text_is_served_beside_tls_and_leads_back_to_itself() {
    let served = Served::with(&["--http"]);
    let clear = served.text("clear_text").to_owned();
    assert!(clear.starts_with("http://127.0.0.1:"), "{clear}");
    let page = served.get_from(&clear, "/users?$top=5&$select=id").await;
    let next = page.body["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with(&format!("{clear}/v1.0/users?")), "{next}");
    let page = served.get("/users?$top=5&$select=id").await;
    let next = page.body["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with(&format!("{}/v1.0/users?", served.text("graph_endpoint"))), "{next}");
}

#[tokio::test]
async fn without_being_asked_for_nothing_is_served_in_clear_text() {
    let served = Served::with(&[]);
    assert!(served.said.get("clear_text").is_none());
    let clear = served.text("graph_endpoint").replace("https:", "http:");
    assert!(served.http.get(format!("{clear}/v1.0/users")).send().await.is_err());
}

#[tokio::test]
async fn the_certificate_is_good_for_the_names_that_were_given() {
    let served = Served::resolving(&["--users", "100", "--host", "graph.test"], &["graph.test", "other.test"]);
    let port = served.text("graph_endpoint").rsplit_once(':').unwrap().1.to_owned();
    let root = format!("https://graph.test:{port}");
    let page = served.get_from(&root, "/users?$top=5&$select=id").await;
    assert!(page.body["@odata.nextLink"].as_str().unwrap().starts_with(&root), "{}", page.body);
    let other = served.http.get(format!("https://other.test:{port}/v1.0/users")).send().await;
    assert!(other.is_err(), "the certificate is good for a name that was not given");
}

#[tokio::test]
async fn what_the_app_may_do_can_be_set() {
    let served = Served::with(&[
        "--app-role", "user", "--without-pim", "--withhold", "Directory.Read.All", "--withhold", "domain.read.all",
    ]);
    assert_eq!(served.get("/domains").await.code(), "Authorization_RequestDenied");
    let eligible = served.get("/roleManagement/directory/roleEligibilityScheduleInstances").await;
    assert_eq!(eligible.code(), "AadPremiumLicenseRequired");
    let client_id = served.text("client_id");
    let app = served.get(&format!("/servicePrincipals(appId='{client_id}')?$select=id")).await;
    let id = app.body["id"].as_str().unwrap();
    let roles = served.get(&format!("/roleManagement/directory/roleAssignments?$filter=principalId eq '{id}'")).await;
    assert_eq!(roles.texts("roleDefinitionId"), ["fe930be7-5e62-47db-91af-98c3a49a38b1"]);
}

/// Flags beat the file, and what no flag says is as the file says.
#[tokio::test]
async fn a_scenario_says_what_the_flags_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.toml");
    let text = "users = 120\nclock-speed = 3\napps = 2\napp-role = \"none\"\nwithout-pim = true\nwithhold = [\"Domain.Read.All\"]\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let served = Served::bare_with(&["--scenario", file, "--withhold", "Directory.Read.All", "--clock-speed", "2"]);
    assert_eq!((&served.said["clock_speed"], served.said["further_apps"].as_array().unwrap().len()), (&2.0.into(), 1));
    assert_eq!(served.get("/users?$top=999&$select=id").await.values().len(), 120);
    assert_eq!(served.get("/domains").await.code(), "Authorization_RequestDenied");
    let eligible = served.get("/roleManagement/directory/roleEligibilityScheduleInstances").await;
    assert_eq!(eligible.code(), "AadPremiumLicenseRequired");
    let page = served.get("/users?$top=1&$select=id").await;
    let url = format!("/users/{}", page.values()[0]["id"].as_str().unwrap());
    assert_eq!(served.block(&url).await, 403);
    let served = Served::with(&["--scenario", file, "--app-role", "global", "--apps", "3"]);
    assert_eq!(served.said["further_apps"].as_array().unwrap().len(), 2);
    assert_eq!(served.get("/users?$top=999&$select=id").await.values().len(), 100);
    assert_eq!(served.block(&url).await, 204);
}

#[test]
fn what_it_does_not_know_is_refused_with_what_it_knows() {
    for users in ["0", "5", "85", "1000001", "18446744073709551615", "many"] {
        finish(bare(&["simulate", "--users", users])).exited(2).complains(&["from 86 to 1000000"]);
    }
    finish(bare(&["simulate", "--app-role", "janitor"])).exited(2).complains(&["privileged-authentication", "none"]);
    finish(bare(&["simulate", "--withhold", "User.Read"])).exited(2).complains(&["User.Read.All"]);
}

#[test]
fn what_cannot_be_served_is_refused_with_the_reason() {
    let nobody = finish(bare(&["simulate", "--device-code-by", "nobody"])).exited(2);
    nobody.complains(&["device codes", "\"nobody\""]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let reason = std::net::TcpListener::bind(&address).unwrap_err().to_string();
    // The system's words, without the number that Rust adds.
    let reason = reason.split(" (os error").next().unwrap();
    finish(bare(&["simulate", "--listen", &address])).exited(2).complains(&[&address, reason]);
    for host in ["", "a b", "https://graph.test", "graph.test:443"] {
        finish(bare(&["simulate", "--host", host]))
            .exited(2)
            .complains(&[&format!("{host:?}"), "graph.test or 10.1.2.3"]);
    }
}

/// Hours of rehearsal are not to be lost to a folder that is not there.
#[test]
fn a_snapshot_that_cannot_be_written_is_known_at_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere/tenant.jsonl");
    let refused = finish(bare(&["simulate", "--snapshot", nowhere.to_str().unwrap()])).exited(2);
    refused.complains(&["tenant.jsonl cannot be written"]);
    // Trying leaves nothing behind, and changes nothing that is there.
    let file = folder.path().join("tenant.jsonl");
    let scenario = folder.path().join("tenant.toml");
    std::fs::write(&scenario, "users = 120\n").unwrap();
    std::fs::write(&file, "userPrincipalName\n").unwrap();
    let (file_name, scenario) = (file.to_str().unwrap(), scenario.to_str().unwrap());
    let both = ["simulate", "--snapshot", file_name, "--scenario", scenario];
    finish(bare(&both)).exited(2).complains(&["who is in the directory", "users of the scenario"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "userPrincipalName\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_snapshot_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.jsonl");
    let file = file.to_str().unwrap();
    let mut served = Served::bare_with(&["--seed", "9", "--snapshot", file]);
    let page = served.get("/users?$top=1&$select=id,accountEnabled").await;
    assert_eq!(page.values()[0]["accountEnabled"], true);
    let url = format!("/users/{}", page.values()[0]["id"].as_str().unwrap());
    assert_eq!(served.block(&url).await, 204);
    served.interrupt();
    let again = Served::bare_with(&["--snapshot", file]);
    let user = again.get(&format!("{url}?$select=accountEnabled")).await;
    assert_eq!(user.body["accountEnabled"], false, "{}", user.body);
    drop(again);
    finish(bare(&["simulate", "--users", "300", "--snapshot", file])).exited(2).complains(&["--users", "Leave out"]);
    std::fs::write(file, "userPrincipalName\nada@contoso.com\n").unwrap();
    finish(bare(&["simulate", "--snapshot", file])).exited(2).complains(&["line 1", "remove this one"]);
}

#[test]
fn variables_are_printed_for_the_shell_that_is_named() {
    for (shell, comment, variable) in [
        ("sh", "# 100 users on ", "export SEALOFF_GRAPH_ENDPOINT='https://"),
        ("fish", "# 100 users on ", "set -gx SEALOFF_GRAPH_ENDPOINT 'https://"),
        ("powershell", "# 100 users on ", "$env:SEALOFF_GRAPH_ENDPOINT = 'https://"),
        ("cmd", "rem 100 users on ", "set \"SEALOFF_GRAPH_ENDPOINT=https://"),
    ] {
        let mut command = bare(&["simulate", "--users", "100", "--shell", shell]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (first, second) = (lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap());
        process.kill().unwrap();
        process.wait().unwrap();
        assert!(first.starts_with(comment), "{first}");
        assert!(second.starts_with(variable), "{second}");
    }
    finish(bare(&["simulate", "--shell", "tcsh"])).exited(2).complains(&["powershell"]);
}
