//! `sealoff simulate`, told what the app may do and what the tenant has.

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
        let ca = tempfile::NamedTempFile::new().unwrap();
        let mut command = bare(&["simulate", "--json", "--users", "100", "--ca-out", ca.path().to_str().unwrap()]);
        let mut process = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ca = reqwest::Certificate::from_pem(&std::fs::read(ca.path()).unwrap()).unwrap();
        let builder = reqwest::Client::builder().tls_certs_only([ca]).timeout(Duration::from_secs(20)).no_proxy();
        Self { process, said: serde_json::from_str(&line).unwrap(), http: builder.build().unwrap() }
    }

    fn text(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap()
    }

    async fn get(&self, url: &str) -> Reply {
        let form = [
            ("client_id", self.text("client_id")),
            ("client_secret", self.text("client_secret")),
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let login = format!("{}/{}/oauth2/v2.0/token", self.text("authority"), self.text("tenant_id"));
        let token = Reply::of(self.http.post(login).form(&form).send().await.unwrap()).await;
        let url = format!("{}/v1.0{url}", self.text("graph_endpoint"));
        let request = self.http.get(url).bearer_auth(token.body["access_token"].as_str().unwrap());
        Reply::of(request.send().await.unwrap()).await
    }
}

#[tokio::test]
async fn what_the_app_may_do_can_be_set() {
    let served = Served::with(&[
        "--app-role",
        "user",
        "--without-pim",
        "--withhold",
        "Directory.Read.All",
        "--withhold",
        "domain.read.all",
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

#[test]
fn what_it_does_not_know_is_refused_with_what_it_knows() {
    finish(bare(&["simulate", "--app-role", "janitor"])).exited(2).complains(&["privileged-authentication", "or none"]);
    finish(bare(&["simulate", "--withhold", "User.Read"])).exited(2).complains(&["User.Read.All"]);
}
