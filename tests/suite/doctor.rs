//! `sealoff doctor`, and the checks before a plan and before a run: what would fail is named first, with its remedy.

use std::collections::{BTreeMap, BTreeSet};

use sealoff::simulator::{Permission, Settings, SimulatedRole};

use crate::stage::{Ran, Stage, finish};

fn without(withheld: &[Permission]) -> BTreeSet<Permission> {
    let mut permissions = Permission::usual();
    // It stands in for nearly everything, so a lack shows only without it.
    permissions.remove(&Permission::DirectoryReadAll);
    permissions.retain(|permission| !withheld.contains(permission));
    permissions
}

fn stage_without(withheld: &[Permission]) -> Stage {
    Stage::with(Settings { permissions: without(withheld), ..Settings::default() })
}

/// The checks of `--json`, in their order.
fn checks(ran: &Ran) -> Vec<serde_json::Value> {
    let json = ran.json();
    assert_eq!(json["sealoff_doctor"], 1);
    assert_eq!(json["exit_code"].as_i64().unwrap(), i64::from(ran.code.unwrap()));
    json["checks"].as_array().unwrap().clone()
}

/// The first check of a name: its status, what was found, and the remedy.
fn check(ran: &Ran, name: &str) -> (String, String, String) {
    let checks = checks(ran);
    let rank = |check: &&serde_json::Value| check["status"] != "failed";
    let of_name = checks.iter().filter(|check| check["check"] == name).min_by_key(rank);
    let check = of_name.unwrap_or_else(|| panic!("no check {name} in {}", ran.out));
    let text = |field: &str| check[field].as_str().unwrap_or_default().to_owned();
    (text("status"), text("found"), text("remedy"))
}

#[test]
fn where_all_is_well_every_check_says_so_and_nothing_is_written() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    let list = stage.write("bg.txt", "breakglass1@contoso.onmicrosoft.com\n");
    let recipient = stage.recipient();
    let files = std::fs::read_dir(stage.folder.path()).unwrap().count();
    let arguments = [
        "doctor", "--playbook", "offboard", "--roster", &roster, "--seal-to", &recipient, "--protect", &list, "--out",
        "new",
    ];
    let mut with_json = arguments.to_vec();
    with_json.push("--json");
    let ran = stage.run(&with_json).succeeded();
    let mut statuses: BTreeMap<String, String> = BTreeMap::new();
    for check in checks(&ran) {
        let text = |field: &str| check[field].as_str().unwrap().to_owned();
        statuses.insert(text("check"), text("status"));
    }
    // The names are part of the contract with scripts.
    let expected = [
        "authority", "clock", "domains", "eligible-roles", "emergency-access", "excess", "folder", "graph", "optional",
        "permissions", "plan", "protected", "quota", "reach", "recipients", "roles", "roster", "sync", "tenant", "tls",
        "token",
    ];
    assert_eq!(statuses.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    for (name, status) in &statuses {
        // Time runs faster here, so clocks cannot be compared.
        assert_eq!(status, if name == "clock" { "skipped" } else { "ok" }, "{name}");
    }
    let (_, tenant, _) = check(&ran, "tenant");
    assert!(tenant.contains("Contoso") && tenant.contains("size class L"), "{tenant}");
    stage
        .run(&arguments)
        .succeeded()
        .says(&["offboard: block sign-in", "Nothing stands in the way of a run of offboard"]);
    let ledger = stage.ledger();
    assert!(ledger.writes.is_empty(), "the doctor wrote to the directory");
    assert_eq!(ledger.counters.violations.not_simulated, 0);
    assert_eq!(std::fs::read_dir(stage.folder.path()).unwrap().count(), files, "the doctor left a file behind");
}

#[test]
fn each_missing_permission_is_named_with_the_least_that_would_do() {
    use Permission::*;
    for (withheld, status) in [
        (UserReadAll, "failed"),
        (UserPasswordProfileReadWriteAll, "failed"),
        (UserEnableDisableAccountAll, "failed"),
        (UserRevokeSessionsAll, "failed"),
        (RoleManagementReadDirectory, "failed"),
        (GroupMemberReadAll, "failed"),
        (DomainReadAll, "failed"),
        (ApplicationReadAll, "warning"),
    ] {
        let stage = stage_without(&[withheld]);
        let ran = stage.run(&["doctor", "--playbook", "offboard", "--seal-to", &stage.recipient(), "--json"]);
        let ran = ran.exited(if status == "failed" { 5 } else { 0 });
        let (found_status, found, remedy) = check(&ran, "permissions");
        assert_eq!(found_status, status, "{withheld}: {found}");
        assert!(found.contains(withheld.name()) && remedy.contains(withheld.name()), "{withheld}: {found} {remedy}");
        let items: Vec<_> = checks(&ran).into_iter().filter(|check| check["check"] == "permissions").collect();
        assert_eq!(items[0]["items"], serde_json::json!([withheld.name()]), "{withheld}");
        assert!(stage.ledger().writes.is_empty());
    }
}

#[test]
fn what_is_granted_beyond_the_job_is_pointed_out() {
    let permissions = BTreeSet::from([Permission::DirectoryReadWriteAll]);
    let stage = Stage::with(Settings { permissions, ..Settings::default() });
    let ran = stage.run(&["doctor", "--playbook", "contain", "--json"]).succeeded();
    let (status, found, _) = check(&ran, "excess");
    assert!(status == "warning" && found.contains("Directory.ReadWrite.All"), "{status} {found}");
    assert_eq!(check(&ran, "permissions").0, "ok");
}

#[test]
fn a_token_that_cannot_be_read_is_made_up_for_by_asking_the_tenant() {
    let permissions = without(&[Permission::UserRevokeSessionsAll]);
    let stage = Stage::with(Settings { permissions, opaque_tokens: true, ..Settings::default() });
    let ran = stage.run(&["doctor", "--playbook", "signout", "--json"]).exited(5);
    assert_eq!(check(&ran, "token").0, "ok");
    let (status, found, _) = check(&ran, "permissions");
    assert!(status == "failed" && found.contains("User.RevokeSessions.All"), "{found}");
    assert_eq!(check(&ran, "roles").0, "ok");
    // Before a plan less is asked: it goes on, and says what is not known.
    let roster = stage.roster_of(&stage.members(1));
    stage.plan(&roster, "signout", "plan", &[]).succeeded().complains(&["note: the token cannot be read"]);
}

#[test]
fn a_wrong_secret_and_a_wrong_tenant_are_explained() {
    let stage = Stage::new();
    let ran_with = |name: &str, value: &str| {
        let mut command = stage.command(&["doctor", "--playbook", "contain", "--json"]);
        command.env(name, value);
        finish(command).exited(5)
    };
    let ran = ran_with("AZURE_CLIENT_SECRET", "not-the-secret");
    let (status, found, remedy) = check(&ran, "token");
    assert!(status == "failed" && found.contains("AADSTS7000215") && remedy.contains("secret"), "{found} {remedy}");
    assert!(!ran.out.contains("not-the-secret"));
    assert_eq!(check(&ran, "graph").0, "ok");
    assert_eq!(check(&ran, "tenant").0, "skipped");
    assert_eq!(check(&ran, "recipients").0, "ok", "what is here is looked at all the same");
    let ran = ran_with("AZURE_TENANT_ID", "00000000-0000-4000-8000-000000000000");
    let (status, found, remedy) = check(&ran, "token");
    assert!(
        status == "failed" && found.contains("AADSTS90002") && remedy.contains("AZURE_TENANT_ID"),
        "{found} {remedy}"
    );
    let ran = ran_with("AZURE_CLIENT_SECRET", "");
    let (status, found, _) = check(&ran, "credential");
    assert!(status == "failed" && found.contains("AZURE_CLIENT_SECRET"), "{found}");
}

#[test]
fn an_untrusted_certificate_and_a_closed_port_are_distinguished() {
    let stage = Stage::new();
    let mut command = stage.command(&["doctor", "--json"]);
    command.env_remove("SSL_CERT_FILE");
    let (status, _, remedy) = check(&finish(command).exited(5), "graph");
    assert!(status == "failed" && remedy.contains("--ca-file"), "{remedy}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = stage.command(&["doctor", "--json"]);
    command.env("SEALOFF_GRAPH_ENDPOINT", format!("https://{closed}"));
    let ran = finish(command).exited(5);
    let (status, _, remedy) = check(&ran, "graph");
    assert!(status == "failed" && remedy.contains("firewall"), "{remedy}");
    assert_eq!(check(&ran, "authority").0, "ok");
    assert_eq!(check(&ran, "token").0, "skipped");
}

#[test]
fn a_clock_that_is_wrong_is_seen_by_the_answers() {
    for (ahead, status) in [(0, "ok"), (900, "failed"), (-900, "failed")] {
        let clock_ahead = time::Duration::seconds(ahead);
        let stage = Stage::at_speed(1.0, Settings { clock_ahead, ..Settings::default() });
        let ran = stage.run(&["doctor", "--playbook", "contain", "--json"]);
        let (found_status, found, remedy) = check(&ran, "clock");
        assert_eq!(found_status, status, "{ahead}: {found}");
        assert_eq!(ran.code, Some(if status == "ok" { 0 } else { 5 }));
        assert_eq!(remedy.contains("timedatectl"), status == "failed");
        let roster = stage.roster_of(&stage.members(1));
        let planned = stage.plan(&roster, "contain", "plan", &[]).succeeded();
        assert_eq!(planned.err.contains("warning: this machine's clock is "), status == "failed", "{}", planned.err);
    }
}

#[test]
fn accounts_out_of_reach_are_named_with_the_role_that_reaches_them() {
    let stage = Stage::with(Settings { app_role: Some(SimulatedRole::UserAdministrator), ..Settings::default() });
    let text = "user\nada.lovelace@contoso.com\nadmin.wilber@contoso.onmicrosoft.com\nlidia.holloway@contoso.onmicrosoft.com\nnobody@contoso.com\n";
    let roster = stage.write("roster.csv", text);
    let ran = stage.run(&["doctor", "--playbook", "contain", "--roster", &roster, "--json"]).exited(5);
    let (status, found, remedy) = check(&ran, "reach");
    assert!(
        status == "failed" && found.contains("row 2 (sheet row 3) admin.wilber@contoso.onmicrosoft.com"),
        "{found}"
    );
    assert!(
        found.contains("Privileged Authentication Administrator") && remedy.contains("Roles & admins"),
        "{found} {remedy}"
    );
    let restricted: Vec<_> = checks(&ran).into_iter().filter(|check| check["check"] == "reach").collect();
    assert_eq!(restricted[1]["status"], "warning");
    assert_eq!(restricted[1]["items"], serde_json::json!(["lidia.holloway@contoso.onmicrosoft.com"]));
    let (status, found, _) = check(&ran, "roster");
    assert!(status == "warning" && found.contains("1 row does not name exactly one account"), "{found}");
    // The same is known, and said, when the plan is made.
    let ran = stage.plan(&roster, "contain", "plan", &["--allow-privileged"]).succeeded();
    ran.says(&["1 account is out of reach", "admin.wilber@contoso.onmicrosoft.com. Assign Privileged Authentication"]);
    assert_eq!(stage.accounts("plan"), 3);
    stage.plan(&roster, "contain", "guarded", &[]).succeeded();
    let quiet = std::fs::read_to_string(stage.path("guarded/plan.json")).unwrap();
    assert!(!quiet.contains("out of reach"), "no account is, where administrators are left alone");
}

#[test]
fn a_missing_directory_role_is_named_before_anything_begins() {
    let stage = Stage::with(Settings { app_role: None, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(2));
    let ran = stage.run(&["doctor", "--playbook", "contain", "--roster", &roster]).exited(5);
    let ran = ran.says(&["User Administrator", "az rest --method POST", "fe930be7-5e62-47db-91af-98c3a49a38b1"]);
    assert!(
        ran.out.lines().any(|line| line.starts_with("  az rest ") && line.ends_with("}'")),
        "a command is whole on its line"
    );
    stage
        .plan(&roster, "contain", "plan", &[])
        .exited(5)
        .complains(&["User Administrator", "403", "no plan was made", "--without-checks"]);
    assert!(!stage.path("plan/plan.json").exists());
    // Ending sessions takes a permission alone.
    stage.plan(&roster, "signout", "signout", &[]).succeeded();
    stage.plan(&roster, "contain", "plan", &["--without-checks"]).succeeded().says(&["out of reach"]);
    stage.apply("plan").exited(5).complains(&["User Administrator", "--without-checks"]);
    assert!(stage.ledger().writes.is_empty(), "no run starts that must fail");
    let number = stage.accounts("plan").to_string();
    stage.run(&["apply", "plan", "--confirm", &number, "--without-checks"]);
    assert!(!stage.ledger().writes.is_empty(), "--without-checks lets them try");
    stage.simulator.change_app_role(Some(SimulatedRole::UserAdministrator));
    stage.plan(&roster, "contain", "again", &[]).succeeded();
    stage.apply("again").succeeded();
}

#[test]
fn a_permission_that_the_token_visibly_lacks_ends_plan_and_apply_before_they_begin() {
    let stage = stage_without(&[Permission::UserRevokeSessionsAll]);
    let roster = stage.roster_of(&stage.members(2));
    stage
        .plan(&roster, "contain", "plan", &[])
        .exited(5)
        .complains(&["User.RevokeSessions.All", "API permissions", "--without-checks"]);
    assert!(!stage.path("plan").exists(), "not even a folder is made");
    stage
        .plan(&roster, "contain", "plan", &["--without-checks"])
        .succeeded()
        .complains(&["note: this app was not granted"]);
    stage.apply("plan").exited(5).complains(&["User.RevokeSessions.All"]);
    assert!(stage.ledger().writes.is_empty());
    stage.simulator.change_permissions(without(&[]));
    stage.apply("plan").succeeded();
}

#[test]
fn every_line_of_the_protected_list_without_an_account_is_named() {
    let stage = Stage::new();
    let list = stage.write("bg.txt", "gone@contoso.com\nbreakglass1@contoso.onmicrosoft.com\nlost@contoso.com\n");
    let ran = stage.run(&["doctor", "--playbook", "contain", "--protect", &list, "--json"]).exited(5);
    let of_list: Vec<String> = checks(&ran)
        .into_iter()
        .filter(|check| check["check"] == "protected")
        .map(|check| format!("{} {}", check["status"].as_str().unwrap(), check["found"].as_str().unwrap()))
        .collect();
    assert_eq!(of_list.len(), 2, "{of_list:?}");
    assert!(of_list[0].starts_with("failed ") && of_list[0].contains("line 1 names gone@contoso.com"), "{of_list:?}");
    assert!(of_list[1].contains("line 3 names lost@contoso.com"), "{of_list:?}");
    let ran = stage.run(&["doctor", "--playbook", "contain", "--protect", "missing.txt", "--json"]).exited(5);
    assert_eq!(check(&ran, "protected").0, "failed");
    let ran = stage.run(&["doctor", "--playbook", "contain", "--json"]).succeeded();
    assert_eq!((check(&ran, "protected").0, check(&ran, "emergency-access").0), ("warning".into(), "warning".into()));
}

#[test]
fn recipients_and_folder_are_looked_at() {
    let stage = Stage::new();
    let run = |more: &[&str]| {
        let mut arguments = vec!["doctor", "--playbook", "breach", "--json"];
        arguments.extend(more);
        stage.run(&arguments)
    };
    let unnamed = run(&[]).exited(5);
    let by_command = checks(&unnamed).into_iter().find_map(|check| check["command"].as_str().map(str::to_owned));
    assert_eq!(by_command.as_deref(), Some("sealoff keygen -o key.txt"));
    let foreign = run(&["--seal-to", "age1nonsense"]).exited(5);
    assert_eq!(check(&foreign, "recipients").0, "failed");
    stage.write("full", "x");
    let full = run(&["--seal-to", &stage.recipient(), "--out", "."]).exited(5);
    assert!(check(&full, "folder").1.contains("is not empty"));
    let signout = stage.run(&["doctor", "--playbook", "signout", "--json"]).succeeded();
    assert_eq!(check(&signout, "recipients").0, "ok");
    let recipient = stage.recipient();
    stage.write("desks.toml", format!("[handoff.berlin]\nkeys = [\"{recipient}\"]\n"));
    assert!(check(&run(&["--recipients", "desks.toml"]).succeeded(), "recipients").1.contains("1 name"));
    stage.write("mistyped.toml", "[handoff.berlin]\nkeys = [\"age1nonsense\"]\n");
    for (file, says) in [("mistyped.toml", "berlin"), ("missing.toml", "missing.toml")] {
        let (status, found, _) = check(&run(&["--recipients", file]).exited(5), "recipients");
        assert_eq!(status, "failed");
        assert!(found.contains(says), "{found}");
    }
    // People who come back need a password; people who leave do not.
    assert_eq!(check(&run(&["--discard-credentials"]).exited(5), "recipients").0, "failed");
    let leavers = ["doctor", "--playbook", "offboard", "--discard-credentials", "--json"];
    assert_eq!(check(&stage.run(&leavers).succeeded(), "recipients").0, "ok");
    run(&["--discard-credentials", "--seal-to", &recipient]).exited(2);
}

#[test]
fn what_is_printed_fits_its_lines_and_every_failure_says_what_to_do() {
    let permissions = without(&[Permission::UserRevokeSessionsAll, Permission::DomainReadAll]);
    let stage = Stage::with(Settings { permissions, app_role: None, ..Settings::default() });
    let ran = stage.run(&["doctor", "--playbook", "breach"]).exited(5);
    for line in ran.out.lines().filter(|line| !line.starts_with("  az ")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "Playbook   breach: new password (change at next sign-in), end all sessions");
    assert!(lines[2].starts_with("ok       authority         https://"), "{}", lines[2]);
    let starts: Vec<usize> = (0..lines.len()).filter(|&at| !lines[at].starts_with(' ')).collect();
    for pair in starts.windows(2) {
        if lines[pair[0]].starts_with("failed") {
            assert!(
                lines[pair[0]..pair[1]].iter().any(|line| line.trim_start().starts_with("-> ")),
                "{}",
                lines[pair[0]]
            );
        }
    }
    assert!(
        lines.last().unwrap().ends_with("a run of breach would fail, or leave some accounts undone."),
        "{}",
        ran.out
    );
    let json = stage.run(&["doctor", "--playbook", "breach", "--json"]).exited(5);
    assert!(checks(&json).iter().all(|check| check["status"] != "failed" || check["remedy"].is_string()));
}

#[test]
fn the_roles_of_the_person_who_is_signed_in_decide() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    let as_person = |upn: &str, arguments: &[&str]| {
        let person = stage.simulator.user(upn).unwrap();
        let mut command = stage.command(arguments);
        command.env("SEALOFF_ACCESS_TOKEN", stage.simulator.issue_delegated_token(person.id).unwrap());
        finish(command)
    };
    let doctor = ["doctor", "--playbook", "contain", "--roster", &roster, "--json"];
    let administrator = as_person("admin.bowen@contoso.onmicrosoft.com", &doctor).succeeded();
    let (status, found, _) = check(&administrator, "roles");
    assert!(status == "ok" && found.contains("User Administrator"), "{found}");
    assert!(check(&administrator, "token").1.contains("never touched"));
    let without_role = as_person("grace.hopper@contoso.com", &doctor).exited(5);
    assert_eq!((check(&without_role, "roles").0, check(&without_role, "reach").0), ("failed".into(), "failed".into()));
    let plan = ["plan", &roster, "--playbook", "contain", "--out", "plan"];
    as_person("grace.hopper@contoso.com", &plan)
        .exited(5)
        .complains(&["the person who is signed in holds no directory role"]);
    as_person("admin.bowen@contoso.onmicrosoft.com", &plan).succeeded();
}

#[test]
fn the_doctor_counts_what_plan_would_refuse() {
    let stage = Stage::new();
    let members = stage.members(2);
    let names: String = members.iter().map(|member| format!("{}\n", member.user_principal_name)).collect();
    let roster = stage.write("list.csv", format!("user\n{names}ghost@contoso.com\nno name\n"));
    for playbook in ["contain", "breach"] {
        let ran = stage.run(&["doctor", "--playbook", playbook, "--roster", &roster, "--json"]);
        let (status, found, remedy) = check(&ran, "plan");
        assert_eq!(status, "warning", "{found}");
        assert!(found.starts_with("2 of 4 rows would be refused (1 unreadable, 1 not-found)"), "{found}");
        assert!(found.contains("2 accounts would be changed") && remedy.contains("sealoff plan"), "{found} {remedy}");
    }
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn the_list_is_named_as_for_a_plan() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.run(&["doctor", &roster, "--playbook", "contain"]).says(&["2 accounts found"]);
    stage.run(&["doctor", "--roster", &roster, "--playbook", "contain"]).says(&["2 accounts found"]);
    stage.run(&["doctor", &roster, "--roster", &roster]).exited(2);
}
