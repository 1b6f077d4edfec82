//! What people write into remarks, passwords too, is shown nowhere: no message, no excerpt, no page and no file has it.

use crate::stage::{Ran, Stage, files_below};

const ADA: &str = "ada.lovelace@contoso.com";
const GRACE: &str = "grace.hopper@contoso.com";

/// No sign of it says that it is a password.
const REMARK: &str = "new one is tulip garden";

/// A remark as lists have it, and a part of it that nothing may show.
fn hides(stage: &Stage, name: &str, list: &str) -> Ran {
    stage.write(name, list.replace("REMARK", REMARK).replace("ADA", ADA).replace("GRACE", GRACE));
    let out = name.replace('.', "-");
    let ran = stage.plan(name, "contain", &out, &["-v"]);
    let plan = ["plan", name, "--playbook", "contain", "--out", "none"];
    let others = [["--json"].as_slice(), &["--explain"], &["--explain", "--json"]];
    let others = others.map(|more| stage.run(&[&plan[..], more].concat()));
    for ran in others.iter().chain([&ran]) {
        assert!(!format!("{ran:?}").contains("tulip"), "{list}: {ran:?}");
    }
    let files = [out.as_str(), "none"].map(|folder| stage.path(folder)).into_iter().filter(|folder| folder.exists());
    for file in files.flat_map(|folder| files_below(&folder)) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("tulip"), "{list}: {}", file.display());
    }
    std::fs::remove_dir_all(stage.path("none")).ok();
    ran
}

#[test]
fn a_hint_quotes_no_cell_but_a_word_that_is_looked_for() {
    let stage = Stage::new();
    let ran = hides(&stage, "keep.csv", "user,Comment\nADA,Keep!\nGRACE,REMARK\n").exited(2);
    ran.complains(&["on 1 of 2 rows to leave people alone", "says \"keep\" 1", "--only COLUMN=VALUE", "--every-row"]);
    let ran = hides(&stage, "words.csv", "user,Action\nADA,keep\nGRACE,REMARK\nGRACE,Disable\n").exited(2);
    ran.complains(&["those with one other value alone: --only \"Action=disable\""]);
    let ran = hides(&stage, "status.csv", "user,Status\nADA,Active\nGRACE,REMARK\n").succeeded();
    ran.says(&["\"Active\" 1, something else 1", "--only COLUMN=VALUE"]);
    let ran = hides(&stage, "leavers.csv", "user,Status\nADA,Active\nGRACE,Terminated\n").succeeded();
    ran.says(&["\"Active\" 1, \"Terminated\" 1", "--only \"Status=Terminated\""]);
}

#[test]
fn a_row_that_cannot_be_read_is_shown_without_its_remark() {
    let stage = Stage::new();
    let shown = [
        ("no-name.csv", "user,Comment\nADA,ok\nAda Lovelace,REMARK\n", "Ada Lovelace,••••"),
        ("shown-in-front.csv", "Comment,user,City\nok,ADA,Rome\nREMARK,Ada Lovelace,Rome\n", "•,Ada Lovelace,••••"),
        ("open-quote.csv", "user,Comment\nADA,ok\nGRACE,\"REMARK\n", "grace.hopper@contoso.com,\"••••"),
        ("quoted-key.csv", "user,Comment\nADA,ok\n\"GRACE,REMARK\n", "\"grace.hopper@contoso.com,••••"),
        ("behind-a-quote.csv", "user,Comment\nADA,ok\nGRACE,\"ok\" REMARK\n", "grace.hopper@contoso.com,"),
        ("too-many.csv", "user,Comment\nADA,ok\nGRACE,ok, REMARK\n", "grace.hopper@contoso.com,••,••••"),
        ("moved.csv", "Comment,user\nok,ADA\nok, REMARK,GRACE\n", "••,••••"),
        ("moved-under-a-name.csv", "Comment,Name,user\nok,Ada,ADA\nok, REMARK,Grace,GRACE\n", "••,••••"),
        ("too-few.csv", "user,Name,Comment\nADA,Ada,ok\nGRACE,REMARK\n", "grace.hopper@contoso.com,••••"),
        ("another-delimiter.csv", "user,Comment\nADA,ok\nGRACE;REMARK\n", "••••"),
        ("row-in-quotes.csv", "user,Comment\nADA,ok\n\"GRACE,REMARK\"\n", "\"grace.hopper@contoso.com,••••"),
        ("rows-inside.csv", "user,Comment\nGRACE,\"REMARK\nADA,ok\nx\"\n", "grace.hopper@contoso.com,\"••••"),
        ("no-priority.csv", "user,priority,Comment\nADA,1,ok\nGRACE,soon,REMARK\n", "soon,••••"),
    ];
    for (name, list, shown) in shown {
        let ran = hides(&stage, name, list).succeeded();
        assert!(ran.err.contains(shown) || ran.out.contains(shown), "{name} {shown}: {ran:?}");
    }
}

#[test]
fn a_list_that_is_refused_is_shown_without_its_remarks() {
    let stage = Stage::new();
    for (name, list, shown) in [
        ("two-columns.csv", "userPrincipalName,UPN,Comment\nADA,GRACE,REMARK\n", "grace.hopper@contoso.com,••••"),
        ("headless.csv", "ADA,GRACE,REMARK\nGRACE,ADA,ok\n", "ada.lovelace@contoso.com,grace.hopper@contoso.com,••••"),
        ("several.csv", "user,Comment\nADA and GRACE,REMARK\n", ",••••"),
        ("headless-quote.csv", "ADA,\"REMARK\nGRACE,ok\n", ""),
    ] {
        let ran = hides(&stage, name, list).exited(2);
        assert!(ran.err.contains(shown), "{name} {shown}: {ran:?}");
    }
}
