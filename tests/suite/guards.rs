//! Who must not be touched, and what may be lifted by which flag: the rules, against a tenant that has such people.

use std::collections::HashMap;

use sealoff::simulator::{Permission, Settings, SimulatedUser};

use crate::stage::Stage;

const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const HELPDESK_ADMINISTRATOR: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const EXCHANGE_ADMINISTRATOR: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";

/// The rows of `plan.csv`, by user principal name.
fn decisions(stage: &Stage, out: &str) -> HashMap<String, HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(stage.path(out).join("plan.csv")).unwrap();
    let rows = reader.deserialize().map(|row: Result<HashMap<String, String>, _>| row.unwrap());
    rows.map(|row| (row["user_principal_name"].clone(), row)).collect()
}

fn words(row: &HashMap<String, String>) -> String {
    format!("{} {} {}", row["decision"], row["steps"], row["reason"]).replace("  ", " ").trim_end().to_owned()
}

#[test]
fn administrators_are_refused_with_their_roles_and_lifted_by_one_flag() {
    let stage = Stage::new();
    let members = stage.members(3);
    let [exchange, helpdesk, plain] = &members[..] else { unreachable!() };
    assert!(stage.simulator.assign_role(exchange.id, EXCHANGE_ADMINISTRATOR.parse().unwrap()));
    assert!(stage.simulator.assign_role(helpdesk.id, HELPDESK_ADMINISTRATOR.parse().unwrap()));
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "guarded", &[]).succeeded().says(&["privileged: ", "--allow-privileged"]);
    let rows = decisions(&stage, "guarded");
    let refused = words(&rows[&*exchange.user_principal_name]);
    assert!(refused.starts_with("refuse privileged: ") && refused.contains("Exchange Administrator"), "{refused}");
    assert!(
        refused.contains("Privileged Authentication Administrator") || refused.contains("Global Administrator"),
        "{refused}"
    );
    assert_eq!(words(&rows[&*helpdesk.user_principal_name]), "act block+revoke", "a User Administrator may do this");
    assert_eq!(words(&rows[&*plain.user_principal_name]), "act block+revoke");

    stage.plan(&roster, "contain", "lifted", &["--allow-privileged"]).succeeded();
    let lifted = words(&decisions(&stage, "lifted")[&*exchange.user_principal_name]);
    assert!(lifted.starts_with("act block+revoke privileged: "), "{lifted}");
}

/// "Restricted management administrative units": a role over the whole tenant may not change their members.
#[test]
fn members_of_a_restricted_unit_are_refused_and_lifted_by_the_same_flag() {
    let stage = Stage::new();
    let mut members = stage.simulator.users();
    members.retain(|user| user.is_management_restricted());
    assert!(!members.is_empty());
    let roster = stage.roster_of(&members);
    for (out, flags, begins) in
        [("guarded", &[][..], "refuse restricted"), ("lifted", &["--allow-privileged"], "act block+revoke restricted")]
    {
        stage.plan(&roster, "contain", out, flags);
        for (name, row) in decisions(&stage, out) {
            assert!(words(&row).starts_with(begins), "{name}: {}", words(&row));
        }
    }
}

#[test]
fn administrators_come_first() {
    let stage = Stage::new();
    let members = stage.members(60);
    let last = members.last().unwrap();
    assert!(stage.simulator.assign_role(last.id, EXCHANGE_ADMINISTRATOR.parse().unwrap()));
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "plan", &["--allow-privileged"]).succeeded();
    stage.apply("plan").succeeded();
    // The journal has the order in which writes left; the tenant sees batches in any order.
    let first = stage.journal("plan").into_iter().find(|line| line["record"] == "intended").unwrap();
    assert_eq!(first["object_id"], last.id.to_string(), "the administrator is not the first");
    stage.judge("plan");
}

#[test]
fn the_last_global_administrators_stay_under_every_flag() {
    let stage = Stage::new();
    let administrators = stage.global_administrators();
    let roster = stage.roster_of(&administrators);
    stage.plan(&roster, "contain", "all", &["--allow-privileged"]).succeeded().says(&["last-global-admin"]);
    for row in decisions(&stage, "all").values() {
        assert!(words(row).starts_with("refuse last-global-admin: "), "{row:?}");
    }
    // With two more of them who are not on the list, enough are left.
    for member in stage.members(2) {
        assert!(stage.simulator.assign_role(member.id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    }
    let ran = stage.plan(&roster, "contain", "enough", &["--allow-privileged"]).succeeded();
    ran.says(&["breakglass1@contoso.onmicrosoft.com", "--protect"]);
    for row in decisions(&stage, "enough").values() {
        assert!(words(row).starts_with("act block+revoke privileged: "), "{row:?}");
    }
}

#[test]
fn the_owner_of_the_app_is_not_locked_out_by_it() {
    let stage = Stage::new();
    let owner = stage.simulator.user("debra.berger@contoso.onmicrosoft.com").unwrap();
    let roster = stage.roster_of(std::slice::from_ref(&owner));
    stage.plan(&roster, "contain", "plan", &["--allow-privileged"]).succeeded();
    let row = words(&decisions(&stage, "plan")[&*owner.user_principal_name]);
    assert!(row.starts_with("refuse operator: ") && row.contains("owner"), "{row}");
}

#[test]
fn passwords_that_live_elsewhere_go_to_a_work_list() {
    let stage = Stage::new();
    let users = stage.simulator.users();
    let some = |is: &dyn Fn(&&SimulatedUser) -> bool| -> SimulatedUser {
        users.iter().filter(|user| user.account_enabled && !user.is_external()).find(is).unwrap().clone()
    };
    let synced = some(&|user| user.is_synced() && user.domain() == "contoso.com");
    let federated = some(&|user| user.domain() == "fabrikam.com");
    let roster = stage.roster_of(&[synced.clone(), federated.clone()]);
    let ran = stage.plan(&roster, "offboard", "plan", &[]).succeeded();
    ran.says(&["onprem.csv", "--allow-synced", "--allow-federated"]);
    let rows = decisions(&stage, "plan");
    assert_eq!(words(&rows[&*synced.user_principal_name]), "act block+revoke synced");
    let named = words(&rows[&*federated.user_principal_name]);
    assert!(
        named.starts_with("act block+revoke ") && named.contains("federated: ") && named.contains(federated.domain()),
        "{named}"
    );

    let mut reader = csv::Reader::from_path(stage.path("plan/onprem.csv")).unwrap();
    let work: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(work.len(), 2);
    let there = synced.on_premises.as_ref().unwrap();
    assert_eq!(work[0]["do"], "disable+reset-twice");
    assert_eq!(
        (&*work[0]["sam_account_name"], &*work[0]["sid"]),
        (&*there.sam_account_name, &*there.security_identifier)
    );
    assert_eq!(work[0]["distinguished_name"], *there.distinguished_name);
    let script = std::fs::read_to_string(stage.path("plan/onprem.ps1")).unwrap();
    assert!(script.contains("Disable-ADAccount") && script.contains("Set-ADAccountPassword") && script.is_ascii());
    // What was confirmed is counted, one can do without questions, and the results are opened before the first change.
    for said in ["[switch] $Force", "; the rest was not confirmed", "would be done: ", "-Identity $Row.sid"] {
        assert!(script.contains(said), "{said}");
    }
    let place = |text: &str| script.rfind(text).unwrap();
    assert!(place("$written = Open-Results") < place("Invoke-Row -Row $row"));

    let ran = stage.apply("plan").exited(3);
    ran.says(&["powershell -ExecutionPolicy Bypass -File plan"]);
    stage.judge("plan");
    assert!(
        stage.simulator.user(&synced.id.to_string()).unwrap().password.is_none(),
        "no reset was tried in the cloud"
    );

    // Where the reset is tried in the cloud, it is not replaced once more on-premises.
    let roster = stage.roster_of(std::slice::from_ref(&synced));
    stage.plan(&roster, "offboard", "lifted", &["--allow-synced"]).succeeded();
    let lifted = std::fs::read_to_string(stage.path("lifted/onprem.csv")).unwrap();
    assert!(lifted.contains(",disable,") && !lifted.contains("reset-twice"), "{lifted}");
    stage.plan(&roster, "breach", "reset", &["--allow-synced"]).succeeded();
    assert!(!stage.path("reset/onprem.csv").exists());

    // A plan without such people leaves no work list.
    let roster = stage.roster_of(&stage.members(1));
    stage.plan(&roster, "offboard", "cloud", &[]).succeeded();
    assert!(!stage.path("cloud/onprem.csv").exists() && !stage.path("cloud/onprem.ps1").exists());
}

#[test]
fn a_deleted_account_and_a_service_are_skipped_by_name() {
    let stage = Stage::new();
    let members = stage.members(2);
    let gone = &members[0];
    assert!(stage.simulator.delete(gone.id));
    let text = format!(
        "user\n{}\nNT AUTHORITY\\SYSTEM\nnobody.at.all@contoso.com\n{}\n{}\n",
        gone.user_principal_name, members[1].user_principal_name, gone.id
    );
    let roster = stage.write("roster.csv", text);
    stage.plan(&roster, "contain", "plan", &[]).succeeded();
    let mut reader = csv::Reader::from_path(stage.path("plan/plan.csv")).unwrap();
    let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let starts = ["skip deleted", "skip not-a-user", "refuse not-found", "act block+revoke", "skip deleted"];
    for (row, start) in rows.iter().zip(starts) {
        assert!(words(row).starts_with(start), "{row:?}");
    }
}

#[test]
fn what_happened_since_the_incident_is_not_done_again() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "first", &[]).succeeded();
    stage.apply("first").succeeded();
    stage.plan(&roster, "contain", "again", &["--since", "1h"]).succeeded().says(&["already"]);
    for row in decisions(&stage, "again").values() {
        assert!(words(row).starts_with("already already: sign-in is blocked; sessions were ended at "), "{row:?}");
    }
    assert_eq!(stage.accounts("again"), 0);
    // Without the flag old revokes do not count.
    stage.plan(&roster, "contain", "without", &[]).succeeded();
    assert_eq!(stage.accounts("without"), 2);
    // A changed password moves the same timestamp, and the intruder may have changed it: that is no revoke.
    let victim = &members[0];
    let now = stage.simulator.user(&victim.id.to_string()).unwrap().sign_in_sessions_valid_from;
    stage.simulator.change(victim.id, |user| user.last_password_change = now);
    stage.plan(&roster, "contain", "intruder", &["--since", "1h"]).succeeded();
    assert_eq!(stage.accounts("intruder"), 1);
    // Where a password is replaced, the sessions are ended after it, whenever they were ended before.
    stage.plan(&roster, "breach", "reset", &["--since", "1h"]).succeeded();
    assert_eq!(stage.accounts("reset"), 2);
    stage.plan(&roster, "contain", "x", &["--since", "yesterday"]).exited(2).complains(&["--since"]);
}

#[test]
fn a_plan_larger_than_anybody_can_mean_has_to_be_asked_for_by_its_number() {
    let stage = Stage::with(Settings { users: 120, ..Settings::default() });
    let members = stage.members(40);
    let roster = stage.roster_of(&members);
    let plan = |out: &str, more: &[&str]| {
        let mut arguments = vec!["plan", roster.as_str(), "--playbook", "contain", "--out", out];
        arguments.extend(more);
        stage.run(&arguments)
    };
    // It is made and shown, and says what carries it out.
    plan("a", &[]).succeeded().says(&["40 accounts", "a quarter", "sealoff apply a --max-accounts 40 --confirm 40@"]);
    let page = std::fs::read_to_string(stage.path("a/plan.html")).unwrap();
    assert!(page.contains("a quarter of them") && page.contains("apply a --max-accounts 40 --confirm 40@"), "{page}");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(stage.path("a/plan.json")).unwrap()).unwrap();
    assert_eq!(json["too_large"]["limit"], "share");
    stage.run(&["status", "a"]).exited(3).says(&["sealoff apply a --max-accounts 40 --confirm 40@"]);
    let line = format!("sealoff apply a --max-accounts 40 --confirm 40@{}", &stage.fingerprint("a").unwrap()[..12]);
    stage.apply("a").exited(4).complains(&["40 accounts", "a quarter", "nothing was changed", &line]);
    stage.run(&["apply", "a", "--confirm", "40", "--max-accounts", "39"]).exited(4).complains(&["allows 39", &line]);
    assert!(stage.ledger().writes.is_empty() && !stage.path("a/journal.jsonl").exists());
    // A number that was named when the plan was made is the plan's.
    plan("b", &["--max-accounts", "39"]).succeeded().says(&["--max-accounts allowed 39", "--max-accounts 40"]);
    stage.apply("b").exited(4).complains(&["--max-accounts 40"]);
    plan("c", &["--max-accounts", "40"]).succeeded();
    assert_eq!(stage.accounts("c"), 40);
    // `run` meets the same guard when the plan was shown.
    let run = ["run", roster.as_str(), "--playbook", "contain", "--out", "d", "--confirm", "40"];
    stage.run(&run).exited(4).says(&["Guard"]).complains(&["sealoff apply d --max-accounts 40 --confirm 40@"]);
    assert!(stage.ledger().writes.is_empty());
    // What was allowed once goes on without it.
    stage.kill_after_writes(10, &["apply", "a", "--confirm", "40", "--max-accounts", "40"]);
    stage.apply("a").succeeded();
    stage.judge("a");
}

#[test]
fn without_the_right_to_read_roles_there_is_no_plan_unless_the_operator_says_so() {
    // Each of the two lets an app read roles.
    let mut permissions = Permission::usual();
    permissions.remove(&Permission::RoleManagementReadDirectory);
    permissions.remove(&Permission::DirectoryReadAll);
    let stage = Stage::with(Settings { permissions, ..Settings::default() });
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage
        .plan(&roster, "contain", "plan", &[])
        .exited(5)
        .complains(&["RoleManagement.Read.Directory", "--without-roles"]);
    assert!(!stage.path("plan/plan.json").exists());
    stage.plan(&roster, "contain", "plan", &["--without-roles"]).succeeded().says(&["administrator"]);
    assert_eq!(stage.accounts("plan"), 2);
    stage.apply("plan").succeeded();
}
