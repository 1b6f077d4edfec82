//! `--tenants`: one list, many tenants, each with a plan of its own.

use sealoff::simulator::{Operation, Permission, Settings, SimulatedUser, Simulator, Violations, WriteRecord};
use serde_json::Value;

use crate::stage::{Stage, name_of};

fn settings() -> Settings {
    Settings { users: 200, ..Settings::default() }
}

fn stage(tenants: usize) -> Stage {
    Stage::of_tenants(vec![settings(); tenants])
}

/// People of a tenant on whom a plan acts.
fn plain(tenant: &Simulator, number: usize) -> Vec<SimulatedUser> {
    let is_plain = |user: &SimulatedUser| {
        user.account_enabled
            && user.on_premises.is_none()
            && user.domain() == tenant.domain()
            && user.employee_number > 60
    };
    let users: Vec<SimulatedUser> = tenant.users().into_iter().filter(is_plain).take(number).collect();
    assert_eq!(users.len(), number);
    users
}

/// A list with so many people of each tenant, in turn.
fn list(stage: &Stage, each: usize) -> String {
    let tenants: Vec<Vec<SimulatedUser>> = stage.tenants().iter().map(|tenant| plain(tenant, each)).collect();
    let mut list = "user\n".to_owned();
    for n in 0..each {
        tenants.iter().for_each(|people| list += &format!("{}\n", people[n].user_principal_name));
    }
    list
}

fn set(stage: &Stage, out: &str) -> Value {
    serde_json::from_slice(&std::fs::read(stage.path(out).join("tenants.json")).unwrap()).unwrap()
}

const PLAN: [&str; 8] = ["plan", "list.csv", "--playbook", "contain", "--tenants", "tenants.toml", "--out", "night"];

#[test]
fn each_tenant_gets_its_own_people_and_a_plan_that_works_alone() {
    let stage = stage(3);
    stage.write("list.csv", list(&stage, 4));
    let ran = stage.run(&PLAN);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for tenant in stage.tenants() {
        assert!(ran.out.contains(&name_of(&tenant)), "{ran:?}");
        let plan = std::fs::read_to_string(stage.path("night").join(name_of(&tenant)).join("plan.csv")).unwrap();
        for user in plain(&tenant, 4) {
            assert!(plan.contains(&user.id.to_string()), "{plan}");
        }
        assert_eq!(plan.lines().count(), 5, "{plan}");
        assert!(tenant.ledger().writes.is_empty());
    }
    let set = set(&stage, "night");
    assert_eq!((&set["accounts"], &set["unplaced"], &set["rows"]), (&12.into(), &0.into(), &12.into()));
    let phrase = format!("--confirm 12@{}", &set["fingerprint"].as_str().unwrap()[..12]);
    assert!(ran.out.contains(&phrase), "{ran:?}");
    let page = std::fs::read_to_string(stage.path("night/tenants.html")).unwrap();
    assert!(page.contains("contoso2/plan.html"), "{page}");
    // A plan of the set is a plan like any other.
    let tenants = stage.tenants();
    let (second, people) = (&tenants[1], plain(&tenants[1], 4));
    let mut alone = stage.command(&["apply", "night/contoso2", "--confirm", "4"]);
    alone.env("AZURE_TENANT_ID", &second.connection().tenant_id);
    let applied = crate::stage::finish(alone);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert!(people.iter().all(|user| !second.user(&user.id.to_string()).unwrap().account_enabled));
    let status = stage.run(&["status", "night"]);
    assert_eq!(status.code, Some(3), "{status:?}");
    assert_eq!(status.out.matches("not begun").count(), 2, "{status:?}");
    let status: Value = serde_json::from_str(&stage.run(&["status", "night", "--json"]).out).unwrap();
    assert_eq!(status["tenants"][1]["exit_code"], 0, "{status}");
}

/// It is read once, so it may come from a program; and each row stays where it was.
#[test]
fn a_list_from_standard_input_is_divided_as_one_in_a_file_is() {
    let stage = stage(3);
    let list = list(&stage, 4).replacen('\n', "\n\n", 3);
    stage.write("list.csv", &list);
    assert_eq!(stage.run(&PLAN).code, Some(0));
    let piped = PLAN.map(|word| match word {
        "list.csv" => "-",
        "night" => "piped",
        word => word,
    });
    let ran = crate::stage::finish_with_input(stage.command(&piped), list.as_bytes());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for tenant in stage.tenants() {
        let plan =
            |out: &str| std::fs::read_to_string(stage.path(out).join(name_of(&tenant)).join("plan.csv")).unwrap();
        assert_eq!(plan("piped"), plan("night"));
        for user in plain(&tenant, 4) {
            let name = &user.user_principal_name;
            let line = 1 + list.lines().position(|line| *line == **name).unwrap();
            let plan = plan("night");
            let row = plan.lines().find(|row| row.contains(&**name)).unwrap();
            assert!(row.split(',').any(|cell| cell.trim_matches('"') == line.to_string()), "{line}: {row}");
        }
    }
}

#[test]
fn a_row_that_is_of_no_tenant_is_named_and_takes_nothing_from_the_others() {
    let stage = stage(2);
    let tenants = stage.tenants();
    let (first, second) = (plain(&tenants[0], 2), plain(&tenants[1], 1));
    let (id, name) = (second[0].id, &first[0].user_principal_name);
    let by_domain = &first[1].user_principal_name;
    stage.write(
        "list.csv",
        format!(
            "user,tenant\n{name},\n{id},contoso2\n{id},\nx@adatum.com,\ny@contoso.com,nowhere\n{by_domain},contoso2\n"
        ),
    );
    let ran = stage.run(&PLAN);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    for says in ["row 3", "row 4 (x@adatum.com)", "row 5 (y@contoso.com)", "3 rows belong to no tenant"] {
        assert!(format!("{}{}", ran.err, ran.out).contains(says), "{says}: {ran:?}");
    }
    let unplaced = std::fs::read_to_string(stage.path("night/unplaced.csv")).unwrap();
    assert_eq!(unplaced.lines().count(), 4, "{unplaced}");
    let set = set(&stage, "night");
    let rows: Vec<&Value> = set["tenants"].as_array().unwrap().iter().map(|tenant| &tenant["rows"]).collect();
    assert_eq!(rows, [1, 2], "the column says more than the domain");
    assert_eq!((&set["accounts"], &set["unplaced"]), (&2.into(), &3.into()));
}

#[test]
fn a_tenant_that_does_not_let_the_app_in_stops_only_itself() {
    let stage = stage(3);
    stage.write("list.csv", list(&stage, 2));
    let tenants = stage.tenants();
    let second = &tenants[1];
    assert!(second.lock_out_app(second.connection().client_id.parse().unwrap()));
    let ran = stage.run(&PLAN);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.out.contains("NO PLAN"), "{ran:?}");
    assert_eq!(set(&stage, "night")["accounts"], 4);
    let doctor = stage.run(&["doctor", "--playbook", "contain", "--tenants", "tenants.toml"]);
    assert_eq!(doctor.code, Some(5), "{doctor:?}");
    let page = format!("/{}/adminconsent?client_id=", second.connection().tenant_id);
    assert_eq!(doctor.out.matches(&page).count(), 1, "{doctor:?}");
    assert_eq!(doctor.out.matches("nothing stands in the way").count(), 2, "{doctor:?}");
    let json = stage.run(&["doctor", "--playbook", "contain", "--tenants", "tenants.toml", "--json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let codes: Vec<&Value> = json["tenants"].as_array().unwrap().iter().map(|tenant| &tenant["exit_code"]).collect();
    assert_eq!(codes, [0, 5, 0]);
}

#[test]
fn a_file_that_cannot_be_meant_is_refused_before_anything_is_sent() {
    let stage = stage(2);
    stage.write("list.csv", list(&stage, 1));
    let good = std::fs::read_to_string(stage.path("tenants.toml")).unwrap();
    let id = stage.simulator.connection().tenant_id.clone();
    for (file, says) in [
        (
            good.replace("client_secret_file = 'app.secret'", "client_secret = 'Qx7~topsecret'"),
            "has a secret written into it",
        ),
        (format!("{good}[tenants.again]\ntenant = '{id}'\n"), " names the tenant that [tenants."),
        (format!("{good}[tenants.again]\ntenant = 'contoso.com'\n"), "are the same tenant"),
        (good.replace("[tenants.contoso]", "[tenants.'../x']"), "has a name that is none"),
    ] {
        stage.write_private("tenants.toml", &file);
        let ran = stage.run(&PLAN);
        assert!(matches!(ran.code, Some(2 | 4)), "{ran:?}");
        assert!(ran.err.contains(says), "{says}: {ran:?}");
        assert!(!ran.err.contains("topsecret"), "{ran:?}");
        assert!(!stage.path("night").exists(), "{says}");
    }
}

/// A plan that is not the one in the set was approved by no one.
#[test]
fn a_plan_of_a_set_that_was_replaced_is_named() {
    let stage = stage(2);
    stage.write("list.csv", list(&stage, 2));
    assert_eq!(stage.run(&PLAN).code, Some(0));
    let one = plain(&stage.tenants()[0], 1).remove(0);
    stage.write("one.csv", format!("user\n{}\n", one.user_principal_name));
    let again = ["plan", "one.csv", "--playbook", "contain", "--replace", "--out", "night/contoso"];
    assert_eq!(stage.run(&again).code, Some(0));
    let status = stage.run(&["status", "night"]);
    assert!(status.out.contains("CANNOT BE READ") && status.out.contains("another one"), "{status:?}");
    let replaced = stage.run(&[&PLAN[..], &["--replace"]].concat());
    assert_eq!(replaced.code, Some(0), "{replaced:?}");
    assert!(!stage.run(&["status", "night"]).out.contains("CANNOT BE READ"));
}

/// What approves the set in a folder.
fn phrase(stage: &Stage, out: &str) -> String {
    let set = set(stage, out);
    format!("{}@{}", set["accounts"], &set["fingerprint"].as_str().unwrap()[..12])
}

fn planned(tenants: usize, each: usize) -> Stage {
    let stage = stage(tenants);
    stage.write("list.csv", list(&stage, each));
    let ran = stage.run(&PLAN);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    stage
}

fn apply(phrase: &str) -> [&str; 6] {
    ["apply", "night", "--tenants", "tenants.toml", "--confirm", phrase]
}

/// Writes that took effect in each tenant.
fn applied(stage: &Stage) -> Vec<usize> {
    let of = |tenant: &Simulator| tenant.ledger().writes.iter().filter(|write| write.applied).count();
    stage.tenants().iter().map(of).collect()
}

#[test]
fn all_plans_are_approved_and_done_and_proved_at_once() {
    let stage = planned(3, 5);
    let phrase = phrase(&stage, "night");
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(applied(&stage), [10; 3], "{ran:?}");
    for tenant in stage.tenants() {
        let ledger = tenant.ledger();
        assert_eq!(ledger.counters.throttled_items, 0);
        assert_eq!(ledger.counters.violations, Violations::default());
        assert!(stage.path("night").join(name_of(&tenant)).join("results.csv").exists());
    }
    // Once more, and nothing more is done.
    assert_eq!(stage.run(&apply(&phrase)).code, Some(0));
    assert_eq!(applied(&stage), [10; 3]);
    let proved = stage.run(&["verify", "night", "--tenants", "tenants.toml"]);
    assert_eq!(proved.code, Some(0), "{proved:?}");
    assert_eq!(proved.out.matches("every step is proved").count(), 3, "{proved:?}");
    let report = stage.run(&["report", "night"]);
    assert_eq!(report.code, Some(0), "{report:?}");
    assert!(stage.path("night/contoso3/report.html").exists());
    assert_eq!(stage.run(&["status", "night"]).code, Some(0));
}

#[test]
fn nothing_is_done_that_was_not_approved() {
    let stage = planned(2, 3);
    let phrase = phrase(&stage, "night");
    let wrong_sum = phrase.replacen('6', "7", 1);
    let other = "6@000000000000";
    for arguments in [
        vec!["apply", "night", "--tenants", "tenants.toml"],
        vec!["apply", "night", "--tenants", "tenants.toml", "--confirm", " 6"],
        apply(&wrong_sum).to_vec(),
        apply(other).to_vec(),
        [&apply(&phrase)[..], &["--retry-failed"]].concat(),
        vec!["apply", "night", "--confirm", &phrase],
    ] {
        let ran = stage.run(&arguments);
        assert!(matches!(ran.code, Some(2 | 4)), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("sealoff apply"), "{ran:?}");
    }
    assert_eq!(applied(&stage), [0, 0]);
    // A plan that was changed since is refused, and the other one is done as approved.
    let csv = stage.path("night/contoso/plan.csv");
    std::fs::write(&csv, std::fs::read_to_string(&csv).unwrap().replace("block", "revoke")).unwrap();
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("[contoso] error:"), "{ran:?}");
    assert_eq!(applied(&stage), [0, 6]);
}

#[test]
fn a_tenant_that_is_dead_stops_no_other_and_is_gone_on_with() {
    let stage = planned(3, 5);
    let phrase = phrase(&stage, "night");
    let tenants = stage.tenants();
    tenants[1].change_permissions(std::collections::BTreeSet::new());
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.out.contains("STOPPED"), "{ran:?}");
    assert_eq!(applied(&stage), [10, 0, 10]);
    tenants[1].change_permissions(Permission::usual());
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(applied(&stage), [10; 3]);
}

#[test]
fn a_set_that_is_killed_in_the_middle_is_finished_by_the_same_command() {
    let stage = planned(3, 40);
    let phrase = phrase(&stage, "night");
    stage.kill_after_writes(30, &apply(&phrase));
    let status = stage.run(&["status", "night"]);
    assert_eq!(status.code, Some(3), "{status:?}");
    assert!(status.out.contains(&format!("--confirm {phrase}")), "{status:?}");
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for tenant in stage.tenants() {
        let ledger = tenant.ledger();
        let is_block = |write: &&WriteRecord| {
            write.applied && matches!(write.operation, Operation::Patch { account_enabled: Some(false), .. })
        };
        let blocked = ledger.writes.iter().filter(is_block);
        let ids: std::collections::BTreeSet<_> = blocked.map(|write| write.object_id).collect();
        assert_eq!(ids.len(), 40);
    }
}

#[test]
fn each_tenant_of_a_set_has_an_archive_of_its_own() {
    let stage = planned(2, 2);
    let evidence = ["evidence", "night", "-o", "night.zip"];
    let early = stage.run(&evidence);
    assert_eq!(early.code, Some(3), "{early:?}");
    assert!(stage.path("night-contoso-not-begun.zip").exists(), "{early:?}");
    assert_eq!(stage.run(&apply(&phrase(&stage, "night"))).code, Some(0));
    let packed = stage.run(&evidence);
    assert_eq!(packed.code, Some(0), "{packed:?}");
    for name in ["night-contoso.zip", "night-contoso2.zip"] {
        assert!(packed.err.contains(name), "{packed:?}");
        let checked = stage.run(&["evidence", "--check", name]);
        assert_eq!(checked.code, Some(0), "{checked:?}");
    }
    // What cannot be made in one tenant stops no other.
    std::fs::remove_file(stage.path("night-contoso2.zip")).unwrap();
    let again = stage.run(&evidence);
    assert_eq!(again.code, Some(3), "{again:?}");
    assert!(again.err.contains("there already") && stage.path("night-contoso2.zip").exists(), "{again:?}");
}

/// A number for all tenants would switch the guard off in the larger ones, so each has its own, in the file.
#[test]
fn a_plan_that_is_too_large_is_named_beforehand_with_the_line_that_allows_it() {
    let stage = stage(3);
    let tenants = stage.tenants();
    let mut list = "user\n".to_owned();
    for (tenant, number) in tenants.iter().zip([60, 4, 4]) {
        plain(tenant, number).iter().for_each(|user| list += &format!("{}\n", user.user_principal_name));
    }
    stage.write("list.csv", list);
    let planned = stage.run(&PLAN);
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let lines = "  [tenants.contoso]\n  max_accounts = 60\n";
    assert_eq!(planned.out.matches("TOO LARGE").count(), 1, "{planned:?}");
    assert!(planned.out.contains(lines), "{planned:?}");
    assert!(planned.out.contains("contoso: the plan changes 60 accounts, and the tenant has "), "{planned:?}");
    assert_eq!(set(&stage, "night")["tenants"][0]["too_large"]["limit"], "share");
    let page = std::fs::read_to_string(stage.path("night/tenants.html")).unwrap();
    assert_eq!(page.matches("TOO LARGE").count(), 1, "{page}");

    let phrase = phrase(&stage, "night");
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("put this below [tenants.contoso] in tenants.toml"), "{ran:?}");
    assert!(ran.err.contains("max_accounts = 60"), "{ran:?}");
    assert_eq!(applied(&stage), [0, 8, 8]);
    // A number that is too small is none.
    let file = std::fs::read_to_string(stage.path("tenants.toml")).unwrap();
    let allowing =
        |number: &str| file.replacen("[tenants.contoso]", &format!("[tenants.contoso]\nmax_accounts = {number}"), 1);
    stage.write_private("tenants.toml", &allowing("59"));
    let ran = stage.run(&apply(&phrase));
    assert!(ran.code == Some(3) && ran.err.contains("allows 59"), "{ran:?}");
    for bad in ["'sixty'", "-1", "6.5", "[60]", "5000000000"] {
        stage.write_private("tenants.toml", &allowing(bad));
        let ran = stage.run(&apply(&phrase));
        assert_eq!(ran.code, Some(2), "{bad}: {ran:?}");
        assert!(ran.err.contains("[tenants.contoso]") && ran.err.contains("max_accounts"), "{bad}: {ran:?}");
    }
    assert_eq!(applied(&stage), [0, 8, 8]);
    stage.write_private("tenants.toml", &allowing("60"));
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(applied(&stage), [120, 8, 8]);
}

/// Delegated administration (GDAP): a person works in the customer's tenant with a token that is asked for there.
#[cfg(unix)]
#[test]
fn a_person_who_is_signed_in_with_the_azure_cli_works_in_the_tenants_that_say_so() {
    let stage = stage(2);
    stage.write("list.csv", list(&stage, 3));
    let tenants = stage.tenants();
    let (own, customer) = (&tenants[0], &tenants[1]);
    let operator =
        customer.users().into_iter().find(|user| user.user_principal_name.starts_with("admin.bowen@")).unwrap();
    let token = customer.issue_delegated_token(operator.id).unwrap();
    let id = customer.connection().tenant_id.clone();
    let first = format!("[tenants.contoso]\ntenant = '{}'\n", own.connection().tenant_id);
    let app = format!("client_id = '{}'\nclient_secret_file = 'app.secret'\n", own.connection().client_id);
    stage.write_private(
        "tenants.toml",
        &format!("{app}{first}[tenants.contoso2]\ntenant = '{id}'\nauth = 'azure-cli'\n"),
    );
    // It has a token for this tenant alone, and writes down what it is asked for.
    let answer = format!(r#"{{"accessToken":"{token}","expires_on":4102444800,"tokenType":"Bearer"}}"#);
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> asked.txt\ncase \"$*\" in\n*get-access-token*'--tenant {id}'*) echo '{answer}';;\n\
         *) echo 'ERROR: Please run az login' >&2; exit 1;;\nesac\n"
    );
    std::fs::create_dir(stage.path("bin")).unwrap();
    stage.write("bin/az", script);
    std::fs::set_permissions(stage.path("bin/az"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", stage.path("bin").display(), std::env::var("PATH").unwrap());
    let run = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        let ran = crate::stage::finish({
            command.env("PATH", &path);
            command
        });
        assert!(!format!("{}{}", ran.out, ran.err).contains(&token), "a token is shown");
        ran
    };
    let doctor = run(&["doctor", "--playbook", "contain", "--tenants", "tenants.toml"]);
    assert!(doctor.out.contains("contoso2  "), "{doctor:?}");
    assert!(!doctor.out.contains("adminconsent"), "no app is consented for a person: {doctor:?}");
    let planned = run(&PLAN);
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let phrase = phrase(&stage, "night");
    let ran = run(&apply(&phrase));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(applied(&stage), [6, 6]);
    let proved = run(&["verify", "night", "--tenants", "tenants.toml"]);
    assert_eq!(proved.code, Some(0), "{proved:?}");
    let asked = std::fs::read_to_string(stage.path("asked.txt")).unwrap();
    assert!(!asked.is_empty() && asked.lines().all(|line| line.contains(&format!("--tenant {id}"))), "{asked}");
    for file in crate::stage::files_below(&stage.path("night")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(token.len()).any(|part| part == token.as_bytes()), "{file:?} holds a token");
    }

    // Without a sign-in there, that tenant alone has no plan.
    stage.write("bin/az", "#!/bin/sh\necho 'ERROR: AADSTS50020: User account does not exist in tenant' >&2\nexit 1\n");
    let again = run(&PLAN.map(|word| if word == "night" { "later" } else { word }));
    assert_eq!(again.code, Some(3), "{again:?}");
    assert!(again.out.contains("NO PLAN: ") && again.out.contains("az login"), "{again:?}");
    assert!(again.out.contains("1 has a plan"), "{again:?}");
}
