//! Roster in, results out: the whole job by the binary, judged by the tenant's ledger.

use sealoff::simulator::{Operation, Settings};
use serde_json::Value;

use crate::stage::{Stage, finish, finish_with_input};
#[cfg(unix)]
use crate::tools::need;

fn sample(name: &str) -> String {
    format!("{}/samples/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_playbook_runs_on_every_sample() {
    for playbook in ["breach", "contain", "offboard", "signout", "reinstate"] {
        let stage = Stage::new();
        for name in ["first-try.csv", "layoff.csv", "breach.csv"] {
            let out = format!("{playbook}-{name}");
            stage.plan(&sample(name), playbook, &out, &[]).succeeded();
            let writes = stage.ledger().writes.len();
            // The samples name some people who sign in at a federated provider: their password is refused for good.
            let ran = stage.apply(&out);
            assert!(matches!(ran.code, Some(0 | 3)), "{}\n{}", ran.out, ran.err);
            let results = stage.results(&out);
            for row in results.values() {
                let federated = row["user_principal_name"].ends_with("fabrikam.com");
                let fine = ["done", "already", "skipped", "refused", "old-password"].contains(&row["outcome"].as_str());
                assert!(fine || federated && row["outcome"] == "partial", "{playbook} {name}: {row:?}");
            }
            assert!(stage.ledger().writes.len() > writes, "{playbook} {name}");
        }
    }
}

#[test]
fn planning_changes_nothing_and_says_everything() {
    let stage = Stage::new();
    let recipient = stage.recipient();
    let planned = stage.plan(&sample("first-try.csv"), "offboard", "out", &[]).succeeded();
    let accounts = stage.accounts("out");
    let next = format!("sealoff apply out --confirm {accounts}");
    planned.says(&[
        "Tenant     Contoso",
        "offboard: block sign-in, new password, end all sessions",
        "will be changed",
        "synced: ",
        "to reset their passwords here, too: --allow-synced",
        "duplicate: ",
        "guest: ",
        "already-blocked: ",
        "not-found: ",
        "writes",
        &recipient,
        "fingerprint",
        &next,
    ]);
    stage
        .run(&["run", &sample("first-try.csv"), "--playbook", "contain", "--out", "dry", "--dry-run"])
        .succeeded()
        .says(&["Nothing has been changed"]);
    assert!(stage.path("dry/plan.json").exists());
    assert!(stage.ledger().writes.is_empty(), "a plan only reads");
    assert!(!stage.path("out/journal.jsonl").exists());
}

#[test]
fn decisions_about_special_accounts_are_those_of_microsofts_advice() {
    let decision = |stage: &Stage, out: &str| -> Vec<(String, String)> {
        let mut plan = csv::Reader::from_path(stage.path(out).join("plan.csv")).unwrap();
        plan.records()
            .map(|row| row.unwrap())
            .map(|row| (format!("{} {}", &row[5], &row[7]), row[6].to_owned()))
            .collect()
    };
    let stage = Stage::new();
    let users = stage.simulator.users();
    let guest = users.iter().find(|user| user.is_external()).unwrap();
    let synced = users.iter().find(|user| user.is_synced() && user.account_enabled).unwrap();
    let roster = format!("user\n{}\n{}\n{}\n", guest.user_principal_name, synced.user_principal_name, guest.id);
    stage.write("special.csv", roster);
    stage.plan("special.csv", "breach", "breach", &[]).succeeded();
    assert_eq!(decision(&stage, "breach")[0], ("skip ".to_owned(), "guest".to_owned()));
    assert_eq!(decision(&stage, "breach")[1], ("act revoke".to_owned(), "synced".to_owned()));
    assert_eq!(decision(&stage, "breach")[2], ("skip ".to_owned(), "duplicate: row 1 (sheet row 2)".to_owned()));
    stage.plan("special.csv", "offboard", "offboard", &["--allow-synced"]).succeeded();
    assert_eq!(decision(&stage, "offboard")[0], ("act block".to_owned(), "guest".to_owned()));
    assert_eq!(decision(&stage, "offboard")[1].0, "act block+reset+revoke");
    stage.plan("special.csv", "contain", "skipping", &["--skip-guests"]).succeeded();
    assert_eq!(decision(&stage, "skipping")[0], ("skip ".to_owned(), "guest".to_owned()));
    // Graph refuses the password of a synced user; the block goes through alone and the sessions are ended.
    stage.apply("offboard").exited(3);
    let row = &stage.results("offboard")[&2];
    let steps = [&row["outcome"], &row["sign_in_blocked"], &row["password_reset"], &row["sessions_revoked"]];
    assert_eq!(steps, ["partial", "done", "failed", "done"], "{row:?}");
    assert!(row["detail"].contains("on-premises") && row["sealed_credential"].is_empty(), "{row:?}");
    stage.judge("offboard");
}

#[test]
fn a_sweep_contains_everybody_before_the_first_revoke_and_batches_are_full() {
    let stage = Stage::with(Settings { users: 400, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(130));
    stage.plan(&roster, "offboard", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage.judge("out");
    let ledger = stage.ledger();
    let revoke = |write: &&sealoff::simulator::WriteRecord| matches!(write.operation, Operation::Revoke);
    let first_revoke = ledger.writes.iter().filter(revoke).map(|write| write.sequence).min().unwrap();
    let last_patch = ledger.writes.iter().filter(|write| !revoke(write)).map(|write| write.sequence).max().unwrap();
    assert!(last_patch < first_revoke);
    let batches: std::collections::BTreeSet<_> = ledger.writes.iter().map(|write| write.batch).collect();
    assert!(batches.len() <= 15, "{} batches for 260 writes", batches.len());
}

#[test]
fn block_and_new_password_travel_in_one_write_and_the_flags_are_right() {
    for (playbook, enabled, forced) in
        [("offboard", Some(false), false), ("breach", None, true), ("reinstate", Some(true), true)]
    {
        let stage = Stage::new();
        let member = stage.members(1).remove(0);
        if playbook == "reinstate" {
            stage.simulator.change(member.id, |user| user.account_enabled = false);
        }
        let roster = stage.roster_of(std::slice::from_ref(&member));
        stage.plan(&roster, playbook, "out", &[]).succeeded();
        stage.apply("out").succeeded();
        stage.judge("out");
        let ledger = stage.ledger();
        assert_eq!(ledger.writes.len(), 2, "{playbook}");
        assert!(
            matches!(&ledger.writes[0].operation, Operation::Patch { account_enabled, password: Some(_), force_change }
                if *account_enabled == enabled && *force_change == Some(forced)),
            "{playbook}: {:?}",
            ledger.writes[0]
        );
    }
}

#[test]
fn discarded_credentials_are_nowhere() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(5));
    stage.plan(&roster, "offboard", "out", &["--discard-credentials"]).succeeded().says(&["discarded: they cannot"]);
    stage.apply("out").succeeded();
    stage.judge("out");
    for row in stage.results("out").values() {
        assert!(row["sealed_credential"].is_empty() && row["detail"].contains("credential discarded"), "{row:?}");
        assert!(stage.simulator.user(&row["object_id"]).unwrap().password.is_some());
    }
    assert!(!std::fs::read_to_string(stage.path("out/journal.jsonl")).unwrap().contains("age:"));
}

#[test]
fn a_roster_may_come_from_standard_input_in_any_of_its_shapes() {
    let stage = Stage::new();
    let members = stage.members(2);
    let (first, second) = (&members[0], &members[1]);
    for (number, text) in [
        format!(
            "\u{feff}User principal name;note\r\n{};x\r\n{};\r\n",
            first.user_principal_name, second.user_principal_name
        ),
        format!("OBJECT ID\tHandoff\n{}\tdesk\n\n\"{}\"\tdesk\n", first.id, second.id),
        format!("upn\n\"{}\"\n{}\n", first.user_principal_name, second.id),
        format!("e-mail,Name\n{},\"Ada, the first\"\n{},x\n", first.user_principal_name, second.user_principal_name),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{number}");
        let ran =
            finish_with_input(stage.command(&["plan", "-", "--playbook", "contain", "--out", &out]), text.as_bytes());
        ran.succeeded().says(&["sealoff apply"]);
        assert_eq!(stage.accounts(&out), 2, "{text:?}");
    }
}

#[test]
fn formulas_in_a_roster_are_harmless_in_every_file() {
    let stage = Stage::new();
    let member = &stage.members(1)[0];
    let roster = format!("user,handoff\n{},=cmd|'/c calc'!A1\n=HYPERLINK(1),@x\n", member.user_principal_name);
    stage.write("evil.csv", roster);
    stage.plan("evil.csv", "contain", "out", &[]).succeeded();
    stage.apply("out").exited(3);
    for file in ["plan.csv", "results.csv"] {
        let mut reader = csv::Reader::from_path(stage.path("out").join(file)).unwrap();
        for record in reader.records() {
            for cell in &record.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{file}: {cell}");
            }
        }
    }
    assert_eq!(stage.results("out")[&1]["handoff"], "'=cmd|'/c calc'!A1");
}

#[test]
fn what_is_approved_is_a_plan_and_not_a_number() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.run(&["apply", "out", "--confirm", "4"]).exited(4).complains(&["--confirm 4@", "does not fit", "3 accounts"]);
    let fingerprint = stage.fingerprint("out").unwrap();
    let phrase = format!("3@{}", &fingerprint[..12]);
    stage.run(&["apply", "out"]).exited(4).complains(&["no terminal", &format!("--confirm {phrase}")]);
    let confirm = |said: &str| {
        let mut command = stage.command(&["apply", "out", "--confirm"]);
        command.arg(said);
        finish(command)
    };
    // A number alone does not say which plan.
    let next = format!("sealoff apply out --confirm {phrase}");
    confirm("3").exited(4).complains(&["--confirm 3 names a number, and not which plan is approved", &next]);
    let other = if fingerprint.starts_with('0') { "11111111" } else { "00000000" };
    let refused = confirm(&format!("3@{other}")).exited(4);
    let refused = refused.complains(&["does not fit", &fingerprint[..12], "Another plan was approved"]);
    assert!(!refused.err.contains("sealoff apply"), "the line for a plan that was not approved: {}", refused.err);
    for said in ["3@0000000", "3@", "3@0000000g", "three", "1,1@00000000", ""] {
        confirm(said).exited(2).complains(&["--confirm"]);
    }
    assert!(stage.ledger().writes.is_empty());
    stage.run(&["apply", "out", "--confirm", &format!("3@{}", fingerprint[..8].to_ascii_uppercase())]).succeeded();
    let ledger = stage.ledger().writes.len();
    // The plan is done: the same command changes nothing more and says the same.
    stage.run(&["apply", "out", "--confirm", "3"]).succeeded().says(&["done             3"]);
    assert_eq!(stage.ledger().writes.len(), ledger);
    stage.judge("out");
}

#[test]
fn a_plan_of_the_same_size_in_the_same_folder_is_not_the_approved_one() {
    let stage = Stage::new();
    let members = stage.members(2);
    stage.plan(&stage.roster_of(&members[..1]), "contain", "job", &[]).succeeded();
    let approved = format!("1@{}", &stage.fingerprint("job").unwrap()[..12]);
    std::fs::remove_dir_all(stage.path("job")).unwrap();
    stage.plan(&stage.roster_of(&members[1..]), "contain", "job", &[]).succeeded();
    stage.run(&["apply", "job", "--confirm", &approved]).exited(4).complains(&["Another plan was approved"]);
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn run_plans_asks_and_applies() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    let base = ["run", roster.as_str(), "--playbook", "signout", "--out"];
    stage.run(&[&base[..], &["a"]].concat()).exited(4).complains(&["no terminal"]);
    assert!(!stage.path("a").exists(), "it is refused before anything is made");
    stage.run(&[&base[..], &["b", "--confirm", "2"]].concat()).exited(4).complains(&["3 accounts"]);
    assert!(stage.ledger().writes.is_empty());
    stage
        .run(&[&base[..], &["c", "--confirm", "3"]].concat())
        .succeeded()
        .says(&["Nothing has been changed", "done             3"]);
    stage.judge("c");
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_number_is_typed() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    if !need(&["script"]) {
        return;
    }
    let at_terminal = |typed: &str| {
        let direct = stage.command(&[]);
        let mut command = std::process::Command::new("script");
        command.args(["-qec", &format!("'{}' apply out", env!("CARGO_BIN_EXE_sealoff")), "/dev/null"]);
        command.current_dir(stage.folder.path());
        for (name, value) in direct.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        finish_with_input(command, typed.as_bytes())
    };
    at_terminal("yes\n").exited(4).says(&["Type the number", "not confirmed"]);
    assert!(stage.ledger().writes.is_empty());
    at_terminal("3\n").exited(0);
    assert_eq!(stage.outcomes("out")["done"], 3);
}

#[test]
fn programs_read_the_result_as_json() {
    let stage = Stage::new();
    let recipient = stage.recipient();
    let planned = stage.plan(&sample("first-try.csv"), "breach", "out", &["--json"]).succeeded().json();
    assert_eq!(planned["plan"]["recipients"][0], Value::from(recipient));
    let accounts = planned["plan"]["counts"]["act"]["rows"].as_u64().unwrap();
    let applied = stage.run(&["apply", "out", "--confirm", &accounts.to_string(), "--json"]).exited(3).json();
    let of = |outcome: &str| applied["outcomes"][outcome].as_u64().unwrap();
    assert_eq!((of("done") + of("old-password"), of("old-password")), (accounts, 1));
    assert_eq!((&applied["ending"], &applied["exit_code"]), (&Value::from("finished"), &Value::from(3)));
    let opened = stage.run(&["unseal", "out/results.csv", "-i", "key.txt", "--json"]).succeeded();
    for line in opened.out.lines() {
        let _: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}

#[test]
fn one_account_can_be_opened_by_any_of_its_names() {
    let stage = Stage::new();
    let members = stage.members(3);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let password = stage.credentials(&stage.results("out")[&2])[0].expose().to_owned();
    for name in [members[1].user_principal_name.to_uppercase(), members[1].id.to_string()] {
        let ran = stage.run(&["unseal", "out/results.csv", "-i", "key.txt", "--user", &name]).succeeded();
        assert!(ran.out.contains(&password) && ran.out.lines().count() == 2, "{}", ran.out);
    }
    stage.run(&["unseal", "out/results.csv", "-i", "key.txt", "--user", "nobody@contoso.com"]).exited(2);
}

#[cfg(unix)]
#[test]
fn everything_belongs_to_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&stage.path("out")), 0o700);
    assert_eq!(mode(&stage.path("key.txt")), 0o600);
    for file in crate::stage::files_below(&stage.path("out")) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn quota_is_kept_and_the_run_is_as_fast_as_it_allows() {
    let stage = Stage::with(Settings { users: 4_000, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(1_800));
    stage.plan(&roster, "breach", "out", &[]).succeeded().says(&["at least 30 s by the tenant's write quota"]);
    stage.apply("out").succeeded();
    let counters = stage.ledger().counters;
    assert_eq!(counters.writes_applied, 3_600);
    assert!(counters.throttled_items * 100 <= 3_600, "{} throttled", counters.throttled_items);
    assert!(stage.outcomes("out")["done"] == 1_800);
}

/// A program that shows a table lets others read it, and nothing else.
#[cfg(windows)]
#[test]
fn results_that_are_open_in_a_spreadsheet_are_named_as_such_and_nothing_is_lost() {
    use std::os::windows::fs::OpenOptionsExt as _;
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let before = std::fs::read(stage.path("out/results.csv")).unwrap();
    let shown = std::fs::OpenOptions::new().read(true).share_mode(0x1).open(stage.path("out/results.csv")).unwrap();
    stage
        .run(&["results", "out"])
        .exited(3)
        .complains(&["results.csv cannot be written", "Excel for example: close it"]);
    drop(shown);
    stage.run(&["results", "out"]).succeeded();
    assert_eq!(std::fs::read(stage.path("out/results.csv")).unwrap(), before);
}
