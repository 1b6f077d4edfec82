//! The nearest right word is named for one that is mistyped.

use crate::stage::{Stage, bare, finish};

#[test]
fn a_folder_or_a_list_that_is_not_there_is_named_with_the_nearest_that_is() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(1));
    stage.plan(&roster, "contain", "monday", &[]).succeeded();
    std::fs::create_dir(stage.path("mondya2")).unwrap();
    let ran = stage.run(&["status", "mondya"]).exited(2).complains(&["mondya does not exist", "Did you mean monday?"]);
    assert!(!ran.err.contains("holds no plan"), "{}", ran.err);
    stage
        .run(&["apply", "elsewhere", "--confirm", "1"])
        .exited(2)
        .complains(&["elsewhere does not exist", "sealoff plan"]);
    stage.run(&["status", "mondya2"]).exited(2).complains(&["mondya2 holds no plan"]);
    let plan = ["plan", "rooster.csv", "--playbook", "contain", "--out", "other"];
    stage.run(&plan).exited(2).complains(&["rooster.csv does not exist", "Did you mean roster.csv?"]);
}

#[test]
fn a_header_that_is_nearly_one_is_named() {
    let stage = Stage::new();
    let list = stage.write("list.csv", "Name,UserPrincpalName\nAda,ada@contoso.com\n");
    stage.run(&["plan", &list, "--playbook", "contain", "--out", "out"]).exited(2).complains(&[
        "Accounts stand in the column \"UserPrincpalName\". If those people are meant: --key UserPrincpalName",
    ]);
    let empty = stage.write("empty.csv", "Name,UserPrincpalName\nAda,\n");
    stage
        .run(&["plan", &empty, "--playbook", "contain", "--out", "out"])
        .exited(2)
        .complains(&["Did you mean userPrincipalName by \"UserPrincpalName\"? If so: --key UserPrincpalName"]);
    let other = stage.write("other.csv", "Name,Remark\nAda,x\n");
    let ran = stage.run(&["plan", &other, "--playbook", "contain", "--out", "out"]).exited(2);
    assert!(!ran.err.contains("Did you mean"), "{}", ran.err);
}

#[test]
fn a_value_of_the_simulator_that_is_nearly_one_is_named() {
    for (arguments, meant) in [
        (["--app-role", "usr"], "'user'"),
        (["--withhold", "Directory.Read.Al"], "'Directory.Read.All'"),
        (["--fault", "lost-anser=0.1"], "did you mean lost-answer?"),
        (["--fault", "42=0.1"], "did you mean 424?"),
    ] {
        finish(bare(&[&["simulate"], &arguments[..]].concat())).exited(2).complains(&[meant]);
    }
}
