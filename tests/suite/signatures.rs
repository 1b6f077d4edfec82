//! `sealoff sign`: approvers sign a plan, and `apply` refuses one that they have not signed.

use std::fs;
use std::process::{Command, Stdio};

use sealoff::simulator::{Settings, SimulatedUser, Simulator};

use crate::ssh_keygen::{make_key, verifies};
use crate::stage::{Ran, Stage, finish};
use crate::tools::need;

fn key(stage: &Stage, name: &str) -> String {
    make_key(&stage.path(name), name, "");
    fs::read_to_string(stage.path(&format!("{name}.pub"))).unwrap().trim().to_owned()
}

/// A file of settings that demands signatures of Ada and Ben.
fn policy(stage: &Stage, name: &str, approvals: usize, more: &str) {
    let (ada, ben) = (key_of(stage, "ada"), key_of(stage, "ben"));
    stage.write(
        name,
        format!(
            "approvals = {approvals}\n{more}\napprovers = [\n  {{ name = \"Ada\", key = \"{ada}\", signs_in_as = [\"ada\"] }},\n  \
             {{ name = \"Ben\", key = \"{ben}\", signs_in_as = \"ben\" }},\n]\n"
        ),
    );
}

fn key_of(stage: &Stage, name: &str) -> String {
    fs::read_to_string(stage.path(&format!("{name}.pub"))).unwrap().trim().to_owned()
}

/// A stage with the keys of Ada, Ben and a stranger, and a plan.
fn staged() -> Option<Stage> {
    if !need(&["ssh-keygen"]) {
        return None;
    }
    let stage = Stage::new();
    for name in ["ada", "ben", "stranger"] {
        key(&stage, name);
    }
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    Some(stage)
}

/// What the operating system's user of this test is called by.
fn own_user() -> String {
    if cfg!(windows) {
        return std::env::var("USERNAME").unwrap();
    }
    String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim().to_owned()
}

fn apply(stage: &Stage, more: &[&str]) -> Ran {
    stage.run(&[&["apply", "out", "--confirm", "3"], more].concat())
}

#[test]
fn a_plan_is_applied_once_enough_approvers_have_signed_it() {
    let Some(stage) = staged() else { return };
    policy(&stage, "desk.toml", 2, "");
    let demanded = ["--config", "desk.toml"];
    apply(&stage, &demanded)
        .exited(4)
        .complains(&["0 of the 2 signatures", "desk.toml demands", "Ada, Ben", "sealoff sign out"]);
    stage
        .run(&["sign", "out", "--key", "ada", "--config", "desk.toml"])
        .succeeded()
        .says(&["contain, 3 accounts", "Ada", "2 approvers"]);
    apply(&stage, &demanded).exited(4).complains(&["1 of the 2 signatures", ": Ada", "sign it: Ben"]);
    // The same key, and one that no approver has, add nothing.
    stage.run(&["sign", "out", "--key", "ada"]).exited(4).complains(&["is signed with this key", "approval-1.sig"]);
    stage.run(&["sign", "out", "--key", "stranger"]).succeeded();
    apply(&stage, &demanded)
        .exited(4)
        .complains(&["approval-2.sig was made with a key that is no approver's (SHA256:"]);
    assert!(stage.ledger().writes.is_empty());

    let signed = stage.run(&["sign", "out", "--key", "ben", "--config", "desk.toml", "--json"]).succeeded().json();
    assert_eq!((&signed["accounts"], signed["signatures"].as_array().unwrap().len()), (&3.into(), 3));
    let page = fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("Signed by") && page.contains("<bdi>Ada</bdi>") && page.contains("<bdi>Ben</bdi>"), "{page}");
    apply(&stage, &demanded).succeeded();
    let journal = fs::read_to_string(stage.path("out/journal.jsonl")).unwrap();
    assert!(journal.contains("\"signatures\":[{\"key\":\"SHA256:"), "{journal}");

    stage.run(&["evidence", "out", "-o", "e.zip"]).succeeded().says(&["approval-3.sig", "signed by Ada (SHA256:"]);
    stage.run(&["evidence", "--check", "e.zip"]).succeeded();
}

#[test]
fn the_signature_of_the_one_who_applies_does_not_count() {
    let Some(stage) = staged() else { return };
    let own = own_user();
    let ada = key_of(&stage, "ada");
    let file = |name: &str, more: &str| {
        let approvers = format!("approvers = [{{ name = \"Ada\", key = \"{ada}\", signs_in_as = [\"{own}\"] }}]");
        stage.write(name, format!("{approvers}\n{more}"));
    };
    file("desk.toml", "");
    file("lax.toml", "approver_may_apply = true\n");
    stage.run(&["sign", "out", "--key", "ada"]).succeeded();
    apply(&stage, &["--config", "desk.toml"])
        .exited(4)
        .complains(&["Ada is the one who applies it", "let another person apply it"]);
    assert!(stage.ledger().writes.is_empty());
    apply(&stage, &["--config", "lax.toml"]).succeeded();

    // The app, too, is one who applies.
    let roster = stage.roster_of(&stage.members(4));
    stage.plan(&roster, "signout", "more", &[]).succeeded();
    stage.run(&["sign", "more", "--key", "ada"]).succeeded();
    let app = &stage.simulator.connection().client_id;
    stage
        .write("app.toml", format!("approvers = [{{ name = \"Ada\", key = \"{ada}\", signs_in_as = [\"{app}\"] }}]\n"));
    stage
        .run(&["apply", "more", "--confirm", "4", "--config", "app.toml"])
        .exited(4)
        .complains(&["is the one who applies"]);
}

#[test]
fn no_flag_takes_the_demand_back_and_the_working_folder_cannot_make_one() {
    let Some(stage) = staged() else { return };
    fs::create_dir_all(stage.path("home/sealoff")).unwrap();
    policy(&stage, "home/sealoff/sealoff.toml", 1, "");
    stage.write("other.toml", "halt_at = 20\n");
    let apply_at_home = |more: &[&str]| {
        let mut command = stage.command(&[&["apply", "out", "--confirm", "3"], more].concat());
        command.env("XDG_CONFIG_HOME", stage.path("home")).env("APPDATA", stage.path("home"));
        finish(command)
    };
    if cfg!(not(target_os = "macos")) {
        for more in [&[][..], &["--no-config"], &["--config", "other.toml"]] {
            apply_at_home(more).exited(4).complains(&["0 of the 1 signatures"]);
        }
        let mut run = stage.command(&[
            "run",
            &stage.roster_of(&stage.members(3)),
            "--playbook",
            "contain",
            "--out",
            "x",
            "--confirm",
            "3",
            "--no-config",
        ]);
        run.env("XDG_CONFIG_HOME", stage.path("home")).env("APPDATA", stage.path("home"));
        finish(run).exited(4).complains(&["demands 1 signature", "sealoff sign DIR"]);
        assert!(!stage.path("x").exists());
        let mut config = stage.command(&["config", "--json"]);
        config.env("XDG_CONFIG_HOME", stage.path("home")).env("APPDATA", stage.path("home"));
        let json = finish(config).succeeded().json();
        assert_eq!(
            (&json["signatures"][0]["approvals"], &json["signatures"][0]["approvers"][1]),
            (&1.into(), &"Ben".into())
        );
        // What cannot be read may demand something.
        stage.write("home/sealoff/sealoff.toml", "approvers = 1\n");
        apply_at_home(&["--no-config"]).exited(4).complains(&["approvers must be", "cannot be seen"]);
    }
    assert!(stage.ledger().writes.is_empty());
    policy(&stage, "sealoff.toml", 1, "");
    apply(&stage, &[]).exited(4).complains(&[
        "sealoff.toml:3",
        "chosen by the one who starts sealoff there",
        "configuration folder",
    ]);
}

#[test]
fn a_plan_that_was_changed_has_lost_its_signatures_and_stock_ssh_keygen_agrees() {
    let Some(stage) = staged() else { return };
    policy(&stage, "desk.toml", 1, "");
    stage
        .run(&["sign", "out", "--key", "ada"])
        .succeeded()
        .says(&["ssh-keygen -Y verify", "sealoff-plan", "a key without a name"]);
    stage.write("allowed_signers", format!("ada {}\n", key_of(&stage, "ada")));
    let verify = |message: &[u8]| verifies(stage.folder.path(), "ada", "sealoff-plan", "out/approval-1.sig", message);
    let plan = fs::read(stage.path("out/plan.json")).unwrap();
    assert!(verify(&plan));
    assert!(!verify(&[&plan[..], b"\n"].concat()));

    // Another plan in the same folder: the old signature goes with the old plan, and is not one of the new.
    let signature = fs::read(stage.path("out/approval-1.sig")).unwrap();
    let others = stage.roster_of(&stage.members(6)[3..]);
    stage.plan(&others, "contain", "out", &["--replace"]).succeeded();
    assert!(!stage.path("out/approval-1.sig").exists());
    stage.write("out/approval-1.sig", signature);
    apply(&stage, &["--config", "desk.toml"])
        .exited(4)
        .complains(&["approval-1.sig is no signature of this plan as it is now"]);
    assert!(stage.ledger().writes.is_empty());

    // One that stock ssh-keygen made counts.
    let mut sign = Command::new("ssh-keygen");
    sign.args(["-q", "-Y", "sign", "-n", "sealoff-plan", "-f"]).arg(stage.path("ben")).arg(stage.path("out/plan.json"));
    assert!(sign.stdin(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    fs::rename(stage.path("out/plan.json.sig"), stage.path("out/approval-2.sig")).unwrap();
    apply(&stage, &["--config", "desk.toml"]).succeeded();
}

#[test]
fn settings_that_only_seem_to_demand_something_are_refused() {
    let Some(stage) = staged() else { return };
    let (ada, ben) = (key_of(&stage, "ada"), key_of(&stage, "ben"));
    let table = |name: &str, key: &str| format!("{{ name = \"{name}\", key = \"{key}\", signs_in_as = [\"x\"] }}");
    for (text, complaint) in [
        ("approvals = 2\n".to_owned(), "approvers is missing"),
        ("approver_may_apply = true\n".to_owned(), "approvers is missing"),
        ("approvers = []\n".to_owned(), "approvers must be a list"),
        (format!("approvers = [\"{ada}\"]\n"), "cannot see whether ada is the one who applies"),
        (format!("approvals = 2\napprovers = [{}]\n", table("Ada", &ada)), "so 2 can never have signed"),
        (
            format!("approvals = 2\napprovers = [{}, {}]\n", table("Ada", &ada), table("Ada", &ben)),
            "so 2 can never have signed",
        ),
        (format!("approvers = [{}, {}]\n", table("Ada", &ada), table("Ben", &ada)), "the same key stands there twice"),
        (format!("approvals = 0\napprovers = [{}]\n", table("Ada", &ada)), "a whole number from 1 to 9"),
        (format!("approvers = [{}]\n", table("Ada", "missing.pub")), "missing.pub cannot be read"),
        (format!("approvers = [{}]\n", table("Ada", "ssh-ed25519 AAAA")), "no public SSH key"),
        (format!("approvers = [{{ nome = \"Ada\", key = \"{ada}\" }}]\n"), "an approver has name, key, signs_in_as"),
        (format!("[playbook.breach]\napprovals = 1\n[x]\n# {ada}\n"), "the same for every playbook"),
    ] {
        stage.write("desk.toml", &text);
        let ran = stage.run(&["config", "--config", "desk.toml"]).exited(2);
        assert!(ran.err.contains(complaint), "{text}: {}", ran.err);
    }
    stage.write("desk.toml", format!("approver_may_apply = true\napprovers = [\"{ada}\", \"ben.pub\"]\n"));
    stage.run(&["config", "--config", "desk.toml"]).succeeded().says(&["1 of ada, ben (desk.toml)"]);
    stage.run(&["sign", "out", "--key", "missing"]).exited(2).complains(&["missing cannot be read"]);
    stage.run(&["sign", "nowhere", "--key", "ada"]).exited(2);
    stage.run(&["sign", "out"]).exited(2).complains(&["--key"]);
}

#[test]
fn the_plans_of_many_tenants_are_signed_at_once_and_asked_for_in_each() {
    if !need(&["ssh-keygen"]) {
        return;
    }
    let stage = Stage::of_tenants(vec![Settings { users: 200, ..Settings::default() }; 2]);
    for name in ["ada", "ben"] {
        key(&stage, name);
    }
    policy(&stage, "desk.toml", 1, "");
    let person = |tenant: &Simulator| {
        let is_plain = |user: &SimulatedUser| {
            user.account_enabled
                && user.on_premises.is_none()
                && user.domain() == tenant.domain()
                && user.employee_number > 60
        };
        tenant.users().into_iter().find(is_plain).unwrap().user_principal_name.to_string()
    };
    let people: Vec<String> = stage.tenants().iter().map(person).collect();
    stage.write("list.csv", format!("user\n{}\n", people.join("\n")));
    stage
        .run(&["plan", "list.csv", "--playbook", "contain", "--tenants", "tenants.toml", "--out", "night"])
        .succeeded();
    let confirm = format!("2@{}", &stage.fingerprint("night").unwrap()[..12]);
    let apply = || {
        let all = ["apply", "night", "--tenants", "tenants.toml", "--config", "desk.toml", "--confirm", &confirm];
        stage.run(&all)
    };
    let written = || stage.tenants().iter().map(|tenant| tenant.ledger().writes.len()).collect::<Vec<_>>();
    apply().exited(4).complains(&["0 of the 1 signatures"]);
    assert_eq!(written(), [0, 0]);

    // One tenant's plan is signed alone, and the other one is no better for it.
    stage.run(&["sign", "night/contoso", "--key", "ada"]).succeeded();
    apply().exited(3).complains(&["[contoso2] error:"]);
    assert_eq!(written(), [2, 0]);
    let sign = |more: &[&str]| stage.run(&[&["sign", "night", "--key", "ada"], more].concat());
    sign(&["--config", "desk.toml"]).succeeded().says(&[
        "contain for 2 accounts in 2 tenants", "1 approver", "was signed with this key",
        "signed: night/contoso2/approval-1.sig",
    ]);
    assert!(sign(&["--json"]).succeeded().out.is_empty(), "nothing was left to sign");
    let page = fs::read_to_string(stage.path("night/contoso2/plan.html")).unwrap();
    assert!(page.contains("Signed by"), "{page}");
    apply().succeeded();
    assert_eq!(written(), [2, 2]);

    // What the set does not bind is not signed with it.
    let plan = ["plan", "list.csv", "--playbook", "signout", "--tenants", "tenants.toml", "--out", "later"];
    stage.run(&plan).succeeded();
    stage.write("one.csv", format!("user\n{}\n", people[0]));
    stage.plan("one.csv", "contain", "later/contoso", &["--replace"]);
    let signed = stage.run(&["sign", "later", "--key", "ben", "--json"]).exited(3);
    assert_eq!(signed.complains(&["[contoso] error: the plan in later/contoso is another one"]).out.lines().count(), 1);
    assert!(!stage.path("later/contoso/approval-1.sig").exists());
}
