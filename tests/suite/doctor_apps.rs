//! `sealoff doctor --app`: one group of findings for each further app, and a code that says whether something would fail.

use std::collections::BTreeSet;

use sealoff::simulator::{CLIENT_ID, FurtherApp, Permission, Settings, SimulatedRole};
use serde_json::Value;

use crate::several_apps::{file_of, id, make_pfx, private, sound};
use crate::signing_in::{PASSWORD, RSA, make_certificate};
use crate::stage::{Ran, Stage, finish};

fn stage(further_apps: Vec<FurtherApp>) -> Stage {
    Stage::with(Settings { further_apps, ..Settings::default() })
}

fn doctor(stage: &Stage, apps: &[&str]) -> Ran {
    let mut arguments = vec!["doctor", "--playbook", "contain", "--json"];
    apps.iter().for_each(|app| arguments.extend(["--app", app]));
    stage.run(&arguments)
}

/// The checks of the app of that file: name, status, what was found and its remedy, the worst of a name first.
fn check(ran: &Ran, file: &str, name: &str) -> (String, String) {
    let json = ran.json();
    let apps = json["apps"].as_array().unwrap();
    let app = apps.iter().find(|app| app["file"] == file).unwrap_or_else(|| panic!("no {file} in {}", ran.out));
    let of_name = app["checks"].as_array().unwrap().iter().filter(|check| check["check"] == name);
    let check = of_name.min_by_key(|check| check["status"] != "failed");
    let check = check.unwrap_or_else(|| panic!("no check {name} in {}", ran.out));
    let text = |field: &str| check[field].as_str().unwrap_or_default().to_owned();
    (text("status"), format!("{} -> {}", text("found"), text("remedy")))
}

#[test]
fn each_further_app_is_looked_at_for_itself() {
    let made = Stage::new();
    let Some(der) = make_pfx(&made, "second") else { return };
    let stage = stage(vec![FurtherApp { certificates: vec![der], ..FurtherApp::numbered(2) }, FurtherApp::numbered(3)]);
    std::fs::copy(made.path("second.pfx"), stage.path("second.pfx")).unwrap();
    private(&stage, "password", PASSWORD);
    let text = "certificate_path = 'second.pfx'\ncertificate_password_file = 'password'\n";
    private(&stage, "second.toml", &format!("client_id = '{}'\n{text}", id(2)));
    let third = sound(&stage, 3);
    let ran = doctor(&stage, &["second.toml", &third]).succeeded();
    let json = ran.json();
    let ids: Vec<&Value> = json["apps"].as_array().unwrap().iter().map(|app| &app["client_id"]).collect();
    assert_eq!(ids, [&Value::from(id(2).to_string()), &Value::from(id(3).to_string())]);
    for (file, number) in [("second.toml", 2), (&*third, 3)] {
        let (status, found) = check(&ran, file, "token");
        assert!(status == "ok" && found.contains(&id(number).to_string()), "{found}");
        for name in ["permissions", "excess", "roles"] {
            assert_eq!(check(&ran, file, name).0, "ok", "{file} {name}");
        }
    }
    // It lasts for thirty days: not long enough to be forgotten.
    let (status, found) = check(&ran, "second.toml", "certificate");
    assert!(
        status == "warning" && found.contains("expires soon") && found.contains("Certificates & secrets"),
        "{found}"
    );
    let ran = stage.run(&["doctor", "--playbook", "contain", "--app", "second.toml", "--app", &third]).succeeded();
    ran.says(&[
        &format!("App {} (second.toml)", id(2)),
        &format!("App {} ({third})", id(3)),
        "Nothing stands in the way",
    ]);
    assert!(stage.ledger().writes.is_empty(), "the doctor wrote to the directory");
}

#[test]
fn what_a_further_app_lacks_is_found_and_is_not_the_first_ones_lack() {
    let revoke = [Permission::UserRevokeSessionsAll, Permission::UserReadWriteAll, Permission::DirectoryReadWriteAll];
    let stage = stage(vec![
        FurtherApp { withheld: BTreeSet::from(revoke), ..FurtherApp::numbered(2) },
        FurtherApp { app_role: None, ..FurtherApp::numbered(3) },
        FurtherApp { app_role: Some(SimulatedRole::PasswordAdministrator), ..FurtherApp::numbered(4) },
        FurtherApp::numbered(5),
    ]);
    let files = [sound(&stage, 2), sound(&stage, 3), sound(&stage, 4), file_of(&stage, 5, "wrong~secret")];
    let ran = doctor(&stage, &files.each_ref().map(String::as_str)).exited(5);
    let (status, found) = check(&ran, &files[0], "permissions");
    assert!(
        status == "failed" && found.contains("User.RevokeSessions.All") && found.contains("API permissions"),
        "{found}"
    );
    assert_eq!(check(&ran, &files[0], "roles").0, "ok");
    for file in &files[1..3] {
        assert_eq!(check(&ran, file, "permissions").0, "ok");
        let (status, found) = check(&ran, file, "roles");
        assert!(status == "failed" && found.contains("User Administrator"), "{found}");
    }
    let (status, found) = check(&ran, &files[3], "token");
    assert!(status == "failed" && found.contains("AADSTS7000215") && found.contains(&files[3]), "{found}");
    assert_eq!(check(&ran, &files[3], "roles").0, "skipped");
    assert!(!ran.out.contains("wrong~secret"));
    let json = ran.json();
    let of_first = json["checks"].as_array().unwrap();
    assert!(of_first.iter().all(|check| check["status"] != "failed"), "the first app lacks nothing: {of_first:?}");
    let ran = stage.run(&["doctor", "--playbook", "contain", "--app", &files[0]]).exited(5);
    ran.says(&["1 check failed", &format!("would go without the app of {}", files[0])]);
    // With a job that needs less, the same app lacks nothing.
    stage.run(&["doctor", "--playbook", "signout", "--app", &files[1]]).succeeded();
}

#[test]
fn a_file_that_cannot_be_used_is_a_finding() {
    let stage = stage(vec![FurtherApp::numbered(2)]);
    let second = sound(&stage, 2);
    let app = id(2);
    private(&stage, "other.toml", &format!("client_id = '{app}'\ntenant_id = '{app}'\nclient_secret_env = 'X'\n"));
    private(&stage, "same.toml", &format!("client_id = '{CLIENT_ID}'\nclient_secret_file = 'app2.secret'\n"));
    private(&stage, "unset.toml", &format!("client_id = '{}'\nclient_secret_env = 'NOT_SET'\n", id(3)));
    private(&stage, "copy.toml", &std::fs::read_to_string(stage.path(&second)).unwrap());
    let ran = doctor(&stage, &[&second, "copy.toml", "same.toml", "unset.toml", "missing.toml"]).exited(5);
    assert_eq!(check(&ran, &second, "token").0, "ok");
    for (file, says) in [
        ("copy.toml", "the same app as app2.toml"),
        ("same.toml", "the same app as the environment"),
        ("unset.toml", "NOT_SET, which is not set"),
        ("missing.toml", "cannot be read"),
    ] {
        let (status, found) = check(&ran, file, "credential");
        assert!(status == "failed" && found.contains(says), "{file}: {found}");
        assert_eq!(check(&ran, file, "token").0, "skipped");
    }
    let ran = doctor(&stage, &["other.toml"]).exited(5);
    assert!(check(&ran, "other.toml", "credential").1.contains("it is for tenant"));
}

#[test]
fn an_opaque_token_of_a_further_app_is_made_up_for_by_asking_the_tenant() {
    let withheld = BTreeSet::from([
        Permission::UserRevokeSessionsAll,
        Permission::UserReadWriteAll,
        Permission::DirectoryReadWriteAll,
    ]);
    let further_apps = vec![FurtherApp { withheld, ..FurtherApp::numbered(2) }];
    let stage = Stage::with(Settings { further_apps, opaque_tokens: true, ..Settings::default() });
    let second = sound(&stage, 2);
    let ran = doctor(&stage, &[&second]).exited(5);
    let (status, found) = check(&ran, &second, "permissions");
    assert!(status == "failed" && found.contains("User.RevokeSessions.All"), "{found}");
    assert_eq!(check(&ran, &second, "roles").0, "ok");
}

#[test]
fn an_expired_certificate_is_named_before_the_token_service_refuses_it() {
    let made = Stage::new();
    if make_certificate(made.folder.path(), "app.pem", &RSA).is_none() {
        return;
    }
    let key = std::fs::read_to_string(made.path("key.pem")).unwrap();
    let mut parameters = rcgen::CertificateParams::default();
    let now = time::OffsetDateTime::now_utc();
    (parameters.not_before, parameters.not_after) = (now - time::Duration::days(90), now - time::Duration::days(1));
    let certificate = parameters.self_signed(&rcgen::KeyPair::from_pem(&key).unwrap()).unwrap();
    let certificates = vec![certificate.der().to_vec()];
    let stage = stage(vec![FurtherApp { certificates, ..FurtherApp::numbered(2) }]);
    private(&stage, "old.pem", &(certificate.pem() + &key));
    private(&stage, "second.toml", &format!("client_id = '{}'\ncertificate_path = 'old.pem'\n", id(2)));
    let ran = doctor(&stage, &["second.toml"]).exited(5);
    let (status, found) = check(&ran, "second.toml", "certificate");
    assert!(status == "failed" && found.contains("it expired at"), "{found}");
    let (status, found) = check(&ran, "second.toml", "token");
    assert!(status == "failed" && found.contains("AADSTS700027") && found.contains("has expired"), "{found}");
    // The same of the first app.
    let mut command = stage.command(&["doctor", "--playbook", "contain", "--json", "--client-certificate", "old.pem"]);
    command.env_remove("AZURE_CLIENT_SECRET");
    let json = finish(command).exited(5).json();
    let own = json["checks"].as_array().unwrap().iter().find(|check| check["check"] == "certificate").unwrap();
    assert_eq!(own["status"], "failed", "{own}");
}
