//! `--tenants`: one list, many tenants, each with a plan of its own.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use sealoff::simulator::{
    Latency, Limit, LimitShape, Operation, Permission, Quota, Settings, SimulatedUser, Simulator, Violations,
    WriteRecord,
};
use serde_json::Value;
use time::OffsetDateTime;

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

/// Whom the plans found as they want them is looked at again, though no account is changed in any tenant.
#[test]
fn a_set_that_changes_no_account_looks_at_its_people_all_the_same() {
    let stage = planned(2, 1);
    let tenants = stage.tenants();
    let person = plain(&tenants[0], 1)[0].id;
    assert_eq!(stage.run(&apply(&phrase(&stage, "night"))).code, Some(0));
    let again = PLAN.map(|word| if word == "night" { "again" } else { word });
    assert_eq!(stage.run(&[&again[..], &["--since", "1h"]].concat()).code, Some(0));
    assert_eq!(set(&stage, "again")["accounts"], 0);
    let verify = || stage.run(&["verify", "again", "--tenants", "tenants.toml", "--wait", "0s"]);
    assert_eq!(verify().code, Some(3), "no run has looked yet");
    assert!(tenants[0].change(person, |user| user.account_enabled = true));
    let confirm = phrase(&stage, "again");
    let ran = stage.run(&["apply", "again", "--tenants", "tenants.toml", "--confirm", &confirm]);
    assert!(ran.code != Some(0) && ran.err.contains("no longer what"), "{ran:?}");
    assert_ne!(verify().code, Some(0));
}

/// The column is read with the whole list, and each moment is that of its row in the tenant of its person.
#[test]
fn passes_begin_at_the_moments_of_their_rows_in_each_tenant() {
    let stage = Stage::of_tenants(vec![Settings { users: 200, ..crate::passes::settings() }; 2]);
    let tenants = stage.tenants();
    let people: Vec<Vec<SimulatedUser>> = tenants.iter().map(|tenant| plain(tenant, 3)).collect();
    let day = |ahead: i64| (OffsetDateTime::now_utc() + time::Duration::days(ahead)).date();
    let (soon, later, far) = (day(20), day(40), day(4_000));
    let slots = [format!("{soon}T08:00:00Z"), format!("{later}T09:30:00+01:00"), String::new()];
    let mut list = "user,slot\n".to_owned();
    for (place, slot) in slots.iter().enumerate() {
        let of_second = if place == 2 { far.to_string() } else { slot.clone() };
        list += &format!("{},{slot}\n", people[0][place].user_principal_name);
        list += &format!("{},{of_second}\n", people[1][place].user_principal_name);
    }
    stage.write("list.csv", list);
    let recipient = stage.recipient();
    let plan = ["plan", "list.csv", "--playbook", "breach", "--tenants", "tenants.toml", "--out", "night"];
    let passes = ["--seal-to", &recipient, "--credential", "both", "--pass-from-column", "slot"];
    let ran = stage.run(&[&plan[..], &passes].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let plan_of = |tenant: &str| std::fs::read_to_string(stage.path("night").join(tenant).join("plan.csv")).unwrap();
    assert!(!plan_of("contoso").contains("pass-from-far") && plan_of("contoso2").contains("pass-from-far"));
    stage.run(&["apply", "night", "--tenants", "tenants.toml", "--confirm", "6"]).succeeded();
    let begins = |tenant: &Simulator, user: &SimulatedUser| {
        let held = tenant.methods(user.id).unwrap().methods;
        held.into_iter().find_map(|method| method.pass).map(|pass| pass.start)
    };
    let expected = [soon.with_hms(8, 0, 0).unwrap().assume_utc(), later.with_hms(8, 30, 0).unwrap().assume_utc()];
    for (tenant, people) in tenants.iter().zip(&people) {
        assert_eq!([0, 1].map(|place| begins(tenant, &people[place])), expected.map(Some), "{}", tenant.name());
    }
    assert!(begins(&tenants[0], &people[0][2]).is_some_and(|begin| begin.date() < soon), "where the list names none");
    assert_eq!(begins(&tenants[1], &people[1][2]), None, "too far off");
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
    assert_eq!((&set["accounts"], &set["unplaced"], &set["unplaced_by_domain"]), (&2.into(), &3.into(), &1.into()));
    assert!(!ran.out.contains("could be asked"), "every tenant was asked: {ran:?}");
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
    let planned = set(&stage, "night");
    assert_eq!((&planned["accounts"], &planned["unplaced_by_domain"]), (&4.into(), &2.into()));
    let cells = |name: &str| -> Vec<String> {
        let line = ran.out.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!((cells("contoso2")[1].as_str(), cells("contoso3")[1].as_str()), ("?", "2"), "{ran:?}");
    // Rows that may be of a tenant are no rows of none.
    let says =
        "2 rows have a domain, or an id in the column tenant, of no tenant that could be asked, and may be of contoso2";
    let flowing = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = std::fs::read_to_string(stage.path("night/tenants.html")).unwrap();
    for text in [&ran.out, &page, &stage.run(&["status", "night"]).out] {
        assert!(flowing(text).contains(says), "{text}");
    }
    let status: Value = serde_json::from_str(&stage.run(&["status", "night", "--json"]).out).unwrap();
    assert_eq!((&status["unplaced"], &status["unplaced_by_domain"]), (&2.into(), &2.into()));
    let of_second = status["tenants"].as_array().unwrap().iter().find(|tenant| tenant["name"] == "contoso2").unwrap();
    assert_eq!((&of_second["exit_code"], &status["exit_code"]), (&5.into(), &3.into()), "{status}");
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
fn a_tenant_that_cannot_be_asked_keeps_the_rows_of_the_domain_that_is_written_for_it() {
    let stage = stage(3);
    let tenants = stage.tenants();
    let second = &tenants[1];
    let file = std::fs::read_to_string(stage.path("tenants.toml")).unwrap();
    stage.write_private("tenants.toml", &file.replace(&second.connection().tenant_id, &second.domain()));
    let (first, people) = (plain(&tenants[0], 1).remove(0), plain(second, 3));
    let [by_domain, by_name, by_id] = [0, 1, 2].map(|n: usize| people[n].clone());
    let list = format!(
        "user,tenant\n{},\n{},\n{},contoso2\n",
        first.user_principal_name, by_domain.user_principal_name, by_name.id
    );
    stage.write("list.csv", &list);
    assert!(second.lock_out_app(second.connection().client_id.parse().unwrap()));
    let rows = |out: &str| {
        let line = out.lines().find(|line| line.starts_with("contoso2 "));
        let line = line.unwrap_or_else(|| panic!("it is not named: {out}"));
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let ran = stage.run(&PLAN).exited(3);
    assert_eq!(rows(&ran.out), "2", "each row has its tenant: {ran:?}");
    assert!(ran.out.contains("NO PLAN") && !stage.path("night/unplaced.csv").exists(), "{ran:?}");
    assert_eq!(set(&stage, "night")["unplaced"], 0);

    // Of this tenant only a domain is known: the id in the column may be its.
    stage.write("list.csv", format!("{list}{},{}\n", by_id.user_principal_name, second.connection().tenant_id));
    let ran = stage.run(&[&PLAN[..], &["--replace"]].concat());
    assert_eq!((ran.code, rows(&ran.out).as_str()), (Some(3), "2+"), "{ran:?}");
    let said = format!("{}{}", ran.err, ran.out).split_whitespace().collect::<Vec<_>>().join(" ");
    let of_none =
        format!("row 4 ({}): no tenant of the file that could be asked has this id", by_id.user_principal_name);
    for says in [&*of_none, "1 row has a domain, or an id in the column tenant, of no tenant that could be asked"] {
        assert!(said.contains(says), "{says}: {said}");
    }
    let planned = set(&stage, "night");
    assert_eq!((&planned["unplaced"], &planned["unplaced_by_domain"]), (&1.into(), &1.into()));
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

/// Who gives the flag of `apply` to each command after it is understood; and a set is no plan of one tenant.
#[test]
fn commands_that_read_the_folder_alone_take_the_file_too() {
    let stage = planned(2, 1);
    assert_eq!(stage.run(&apply(&phrase(&stage, "night"))).code, Some(0));
    for (command, more) in [("status", &[][..]), ("report", &[]), ("evidence", &["-o", "night.zip"])] {
        let with = |dir: &str, file: &str| stage.run(&[&[command, dir, "--tenants", file], more].concat());
        let ran = with("night", "tenants.toml");
        assert!(ran.code == Some(0) && ran.out.contains("contoso2"), "{command}: {ran:?}");
        assert_eq!(with("night", "nowhere.toml").code, Some(2), "{command}");
        let one = with("night/contoso", "tenants.toml");
        assert!(one.code == Some(2) && one.err.contains("holds no set of plans"), "{command}: {one:?}");
    }
    assert!(stage.path("night-contoso2.zip").exists());
    for arguments in [&["results", "night"][..], &["again", "night", "--out", "x"], &["undo", "night", "--out", "x"]] {
        let ran = stage.run(arguments);
        let folder = Path::new("night").join("contoso");
        let says = format!("It has the plans of many tenants: name the folder of one, such as {}", folder.display());
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(ran.code == Some(2) && said.contains(&says), "{arguments:?}: {ran:?}");
    }
}

/// A rate is for one plan alone, so the one of the file holds up no set; all else that the file says of the playbook counts.
#[test]
fn the_settings_of_the_playbook_count_in_every_tenant() {
    let stage = stage(2);
    stage.write("list.csv", list(&stage, 2));
    let seal_to = stage.recipient();
    let breach = PLAN.map(|word| if word == "contain" { "breach" } else { word });
    assert_eq!(stage.run(&[&breach[..], &["--seal-to", &seal_to]].concat()).code, Some(0));
    stage.write("sealoff.toml", "rate = \"1/d\"\n[playbook.contain]\nquota_writes = \"100/150\"\n[playbook.breach]\nquota_writes = \"1500/150\"\n");
    let ran = stage.run(&apply(&phrase(&stage, "night")));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for tenant in stage.tenants() {
        let journal =
            std::fs::read_to_string(stage.path("night").join(name_of(&tenant)).join("journal.jsonl")).unwrap();
        assert!(journal.contains("\"quota_writes\":\"1500/150\"") && !journal.contains("\"rate\""), "{journal}");
    }
    let refused = stage.run(&[&apply(&phrase(&stage, "night"))[..], &["--rate", "20/h"]].concat());
    assert!(refused.code == Some(2) && refused.err.contains("--rate is for the plan of one tenant"), "{refused:?}");
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
        [&apply(&phrase)[..], &["--max-accounts", "6000"]].concat(),
        [&PLAN[..7], &["second", "--max-accounts", "6000"]].concat(),
        vec!["apply", "night", "--confirm", &phrase],
    ] {
        let ran = stage.run(&arguments);
        assert!(matches!(ran.code, Some(2 | 4)), "{arguments:?}: {ran:?}");
        let next = if arguments.contains(&"6000") { "below its [tenants.NAME]" } else { "sealoff apply" };
        assert!(ran.err.split_whitespace().collect::<Vec<_>>().join(" ").contains(next), "{ran:?}");
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
    tenants[1].change_permissions(BTreeSet::new());
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.out.contains("STOPPED"), "{ran:?}");
    assert_eq!(applied(&stage), [10, 0, 10]);
    tenants[1].change_permissions(Permission::usual());
    let ran = stage.run(&apply(&phrase));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(applied(&stage), [10; 3]);
}

/// Which tenant stands still and why is said, the others are done meanwhile, and Ctrl-C loses nothing.
#[cfg(unix)]
#[test]
fn a_tenant_that_is_throttled_for_ever_is_named_and_left_with_ctrl_c() {
    use std::io::BufRead as _;

    use sealoff::simulator::{FaultRule, RetryAfterDelay, Script};

    let always = FaultRule { method: Some("PATCH".to_owned()), ..FaultRule::always("429".parse().unwrap()) };
    let mut throttled = Settings { script: Script { faults: vec![always], ..Script::default() }, ..settings() };
    throttled.faults.retry_after_delay = RetryAfterDelay(Duration::from_secs(5));
    let stage = Stage::of_tenants(vec![settings(), throttled]);
    stage.write("list.csv", list(&stage, 5));
    assert_eq!(stage.run(&PLAN).code, Some(0));
    let phrase = phrase(&stage, "night");
    let mut child = stage.spawn(&apply(&phrase));
    let mut lines = std::io::BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut said = String::new();
    for awaited in ["[contoso2] note: Graph has accepted no write for", "; throttled, and nothing accepted: contoso2"] {
        while !said.contains(awaited) {
            said += &lines.next().unwrap_or_else(|| panic!("{awaited:?} was not said: {said}"));
            said.push(' ');
        }
    }
    assert!(said.contains("Ctrl-C is safe, too: the same command goes on later"), "{said}");
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    lines.for_each(|line| said += &line);
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert_eq!(applied(&stage), [10, 0]);
    let status = stage.run(&["status", "night"]);
    assert!(status.code == Some(3) && status.out.contains("stopped: 10 writes left"), "{status:?}");
}

const MOST_OF_THE_WAIT: Duration = Duration::from_secs(700);

/// Another job of the app, a process of its own, has spent most of what the app may write: in the first tenant, or in all of
/// them. Graph refuses writes in the first tenant for it, and asks for a wait of some 900 seconds. How much later does the
/// second tenant begin, by the tenants' clock?
fn begins_beside_a_refusal(limit_of_app: bool) -> Duration {
    let narrow = Some(Limit { amount: 100.0, window: Duration::from_secs(4_500), shape: LimitShape::TokenBucket });
    let documented = Quota::documented(300);
    let first = match limit_of_app {
        true => Quota { writes_of_app: narrow, ..documented.clone() },
        false => Quota { writes: narrow, ..documented.clone() },
    };
    let tenant = |quota: &Quota, base| Settings {
        quota: quota.clone(),
        latency: Latency { base: Duration::from_millis(base), ..Latency::default() },
        reports_percentage: false,
        users: 300,
        ..Settings::default()
    };
    // The second tenant answers later, so that it is not ready before the first one is refused.
    let stage = Stage::of_tenants(vec![tenant(&first, 0), tenant(&documented, 50), tenant(&documented, 0)]);
    let tenants = stage.tenants();
    let (refused, beside) = (&tenants[0], &tenants[1]);
    let people = plain(refused, 45);
    let names = |users: &[SimulatedUser]| {
        users.iter().fold("user\n".to_owned(), |list, user| list + &user.user_principal_name + "\n")
    };
    stage.write("list.csv", names(&[people.clone(), plain(beside, 30)].concat()));
    assert_eq!(stage.run(&PLAN).code, Some(0));

    let others_tenant = if limit_of_app { &tenants[2] } else { refused };
    stage.write("other.csv", names(&plain(others_tenant, 85)[45..]));
    for arguments in
        [&["plan", "other.csv", "--playbook", "contain", "--out", "other"][..], &["apply", "other", "--confirm", "40"]]
    {
        let mut command = stage.command(arguments);
        command.env("AZURE_TENANT_ID", &others_tenant.connection().tenant_id);
        let other = crate::stage::finish(command);
        assert_eq!(other.code, Some(0), "{other:?}");
    }

    let mut job = stage.spawn(&apply(&phrase(&stage, "night")));
    while refused.counters().throttled_items == 0 {
        assert_eq!(job.try_wait().unwrap(), None, "the limit was not met");
        std::thread::yield_now();
    }
    // There is room again, and who waits does not know it.
    [refused, beside].iter().for_each(|tenant| tenant.change_quota(&Quota::off()));
    assert_eq!(job.wait().unwrap().code(), Some(0));
    assert_eq!(beside.counters().throttled_items, 0);
    let ids: BTreeSet<_> = people.iter().map(|user| Some(user.id)).collect();
    let (refused, beside) = (refused.ledger(), beside.ledger());
    let own: Vec<&WriteRecord> = refused.applied().filter(|write| ids.contains(&write.object_id)).collect();
    assert_eq!((own.len(), beside.applied().count()), (90, 60));
    assert!(own[89].at - own[0].at >= MOST_OF_THE_WAIT, "the first tenant did not wait");
    beside.writes[0].at.saturating_sub(own[0].at)
}

#[test]
fn a_limit_of_one_tenant_that_another_job_spends_holds_up_no_other_tenant() {
    let began = begins_beside_a_refusal(false);
    assert!(began < MOST_OF_THE_WAIT, "{began:?}");
}

#[test]
fn a_limit_of_the_app_that_another_job_spends_is_waited_for_in_all_tenants() {
    let began = begins_beside_a_refusal(true);
    assert!(began >= MOST_OF_THE_WAIT, "{began:?}");
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
        let ids: BTreeSet<_> = blocked.map(|write| write.object_id).collect();
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
    assert!(
        again.out.contains("NO PLAN: ") && again.out.lines().any(|line| line.trim().starts_with("az login")),
        "{again:?}"
    );
    assert!(again.out.contains("1 has a plan"), "{again:?}");
}
