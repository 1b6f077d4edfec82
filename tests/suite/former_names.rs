//! Names that are no longer what they were: of people who were deleted, renamed or came back as another account.

use std::collections::HashMap;

use sealoff::simulator::SimulatedUser;

use crate::stage::Stage;

fn rows(stage: &Stage, list: &str) -> Vec<(String, String)> {
    let roster = stage.write("roster.csv", list);
    let _ = stage.plan(&roster, "contain", "out", &[]);
    let mut plan = csv::Reader::from_path(stage.path("out/plan.csv")).unwrap();
    let row = |row: Result<HashMap<String, String>, csv::Error>| {
        let row = row.unwrap();
        (row["decision"].clone(), row["reason"].clone())
    };
    plan.deserialize().map(row).collect()
}

#[test]
fn who_has_the_name_now_and_who_had_it_are_both_named() {
    let stage = Stage::new();
    let members = stage.members(4);
    let [gone, renamed, heir, twice] = &members[..] else { unreachable!() };
    let old = renamed.user_principal_name.clone();
    // Renamed, and the old name is an address of hers, as Exchange leaves it.
    stage.simulator.change(renamed.id, |user| {
        user.user_principal_name = "new.name@contoso.com".into();
        user.details_mut().proxy_addresses.push(format!("smtp:{old}").into());
    });
    // Deleted, and another account has the sign-in name now.
    assert!(stage.simulator.delete(gone.id));
    let name = gone.user_principal_name.clone();
    stage.simulator.change(heir.id, |user| user.user_principal_name = name.clone());
    // Deleted, and the name is now an address of somebody else's.
    let alias = twice.user_principal_name.clone();
    assert!(stage.simulator.delete(twice.id));
    stage.simulator.change(heir.id, |user| user.details_mut().proxy_addresses.push(format!("smtp:{alias}").into()));
    let found = rows(&stage, &format!("user\n{old}\n{}\n{alias}\n{name}\n", gone.id));
    let heir_id = heir.id.to_string();
    assert!(found[0].0 == "refuse" && found[0].1.contains("belongs to new.name@contoso.com"), "{found:?}");
    assert!(found[1].0 == "skip" && found[1].1.contains("the name is now that of"), "{found:?}");
    assert!(found[1].1.contains(&heir_id), "{found:?}");
    assert!(found[2].0 == "refuse" && found[2].1.contains("an account that had it is deleted"), "{found:?}");
    assert!(found[2].1.contains(&heir_id) && found[2].1.contains(&twice.id.to_string()), "{found:?}");
    // Whose sign-in name it is now is meant.
    assert_eq!(found[3].0, "act", "{found:?}");
}

#[test]
fn several_deleted_accounts_with_one_name_are_counted() {
    let stage = Stage::new();
    let members = stage.members(2);
    let name = members[0].user_principal_name.clone();
    assert!(stage.simulator.delete(members[0].id));
    stage.simulator.change(members[1].id, |user| user.user_principal_name = name.clone());
    assert!(stage.simulator.delete(members[1].id));
    let found = rows(&stage, &format!("user\n{name}\n"));
    assert!(found[0].0 == "skip" && found[0].1.contains("the latest of 2 deleted accounts"), "{found:?}");
}

#[test]
fn a_sign_in_name_that_is_somebody_elses_address_is_refused_whatever_its_column_is_called() {
    let stage = Stage::new();
    let members = stage.members(4);
    let [mail, alias, other, alone] = &members[..] else { unreachable!() };
    let name = |user: &SimulatedUser| user.user_principal_name.clone();
    let (by_mail, by_alias) = (name(mail), name(alias));
    stage.simulator.change(other.id, |user| {
        user.other_mail = Some(by_mail.clone());
        user.details_mut().proxy_addresses.push(format!("smtp:{by_alias}").into());
    });
    for header in ["userPrincipalName", "user", "UPN", "Email"] {
        let found = rows(&stage, &format!("{header}\n{by_mail}\n{by_alias}\n{}\n", name(alone)));
        let decisions: Vec<&str> = found.iter().map(|(decision, _)| decision.as_str()).collect();
        assert_eq!(decisions, ["refuse", "refuse", "act"], "{header}");
        for ((_, reason), one) in found.iter().zip([mail, alias]) {
            assert!(reason.contains("ambiguous") && reason.contains(&one.id.to_string()), "{reason}");
            assert!(reason.contains(&other.id.to_string()), "{reason}");
        }
        std::fs::remove_dir_all(stage.path("out")).unwrap();
    }
    // The object id says which of them is meant, and the sign-in name beside it agrees.
    let found = rows(&stage, &format!("id,userPrincipalName\n{},{by_mail}\n", mail.id));
    assert_eq!(found[0].0, "act", "{found:?}");
    // Of a name that two have, it is not known whom it protects.
    stage.write("protect.txt", format!("{by_mail}\n"));
    stage.write("one.csv", format!("user\n{}\n", name(alone)));
    stage.plan("one.csv", "contain", "protected", &["--protect", "protect.txt"]).complains(&[
        &mail.id.to_string(),
        &other.id.to_string(),
        "object id",
    ]);
}

#[test]
fn a_long_list_of_sign_in_names_is_taken_at_its_word_and_the_preview_says_so() {
    let stage = Stage::new();
    let members = stage.members(2);
    let name = members[0].user_principal_name.clone();
    stage.simulator.change(members[1].id, |user| user.other_mail = Some(name.clone()));
    for (header, rows, decision, is_said) in [
        ("userPrincipalName", 5_999, "refuse", false),
        ("userPrincipalName", 6_000, "act", true),
        ("Email", 6_000, "refuse", false),
    ] {
        let list = format!("{header}\n{}", format!("{name}\n").repeat(rows));
        stage.write("long.csv", list);
        let out = format!("{header}-{rows}");
        let ran = stage.plan("long.csv", "contain", &out, &[]);
        let _ = if is_said { ran.says(&["not compared"]) } else { ran.never_says(&["not compared"]) };
        let mut plan = csv::Reader::from_path(stage.path(&out).join("plan.csv")).unwrap();
        let first: HashMap<String, String> = plan.deserialize().next().unwrap().unwrap();
        assert_eq!(first["decision"], decision, "{header}, {rows} rows");
    }
}
