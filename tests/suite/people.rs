//! Who on a list is meant: not one person wrong, not one missing, and no advice that leads astray.

use std::collections::HashMap;

use crate::stage::{Stage, files_below, finish_with_input};

const ADA: &str = "ada.lovelace@contoso.com";
const GRACE: &str = "grace.hopper@contoso.com";

/// The rows of a plan, each with its decision, its reasons and what was said of them.
fn rows(stage: &Stage, out: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(stage.path(out).join("plan.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn decisions(stage: &Stage, out: &str) -> Vec<String> {
    let reason = |row: &HashMap<String, String>| row["reason"].split([':', '+']).next().unwrap_or_default().to_owned();
    rows(stage, out).iter().map(|row| format!("{} {}", row["decision"], reason(row)).trim_end().to_owned()).collect()
}

#[test]
fn columns_that_name_different_people_are_a_question_on_a_file_and_on_a_pipe() {
    let stage = Stage::new();
    let list = format!("Account,Email\n{}{ADA},{GRACE}\n", format!("{GRACE},{GRACE}\n").repeat(60));
    stage.write("list.csv", &list);
    let asked = |ran: crate::stage::Ran| {
        ran.exited(2)
            .complains(&["\"Account\" and \"Email\"", "on 1 of 61 rows", "--key Account takes", "--key Email takes"]);
    };
    asked(stage.run(&["plan", "list.csv", "--playbook", "contain", "--out", "none"]));
    let piped = stage.command(&["plan", "-", "--playbook", "contain", "--out", "none"]);
    asked(finish_with_input(piped, list.as_bytes()));
    assert!(!stage.path("none").join("plan.json").exists() && !stage.path("none").join("plan.csv").exists());
    stage.plan("list.csv", "contain", "named", &["--key", "Account"]).succeeded();
    assert_eq!(rows(&stage, "named").last().unwrap()["user_principal_name"], ADA);
}

/// A narrow screen cuts the reason, and never what to do.
#[test]
fn what_to_do_about_rows_that_cannot_be_read_is_said_once_each() {
    let stage = Stage::new();
    stage.write("list.csv", format!("User\nAda Lovelace ({ADA})\nGrace Hopper [{GRACE}]\n"));
    let ran = stage.plan("list.csv", "contain", "out", &[]);
    assert_eq!(ran.out.matches("Write the address alone, without the name beside it.").count(), 1, "{}", ran.out);
}

#[test]
fn several_people_beside_something_else_stop_the_whole_list() {
    let stage = Stage::new();
    for (name, list) in [
        ("line.txt", format!("{ADA}; {GRACE} and hans.zimmermann@contoso.com\n")),
        ("cell.csv", format!("user,note\nhans.zimmermann@contoso.com,x\n\"{ADA}, {GRACE}, Bob\",y\n")),
        ("python.txt", format!("['{ADA}', '{GRACE}', bob]\n")),
        ("outlook.txt", format!("Smith, John; Ada Lovelace <{ADA}>; Grace Hopper <{GRACE}>\n")),
    ] {
        stage.write(name, list);
        let ran = stage.run(&["plan", name, "--playbook", "contain", "--out", "none"]).exited(2);
        ran.complains(&["several people", "a row of their own"]);
    }
}

#[test]
fn a_name_is_read_out_of_what_stands_around_it_and_the_plan_says_so() {
    let stage = Stage::new();
    let list = format!(
        "user,DisplayName\nmailto:{ADA},Ada\ni:0#.f|membership|{GRACE},Grace\nsiobhan.o\u{2019}neil@contoso.com,Siobhan\nnobody\u{2019}s@contoso.com,\n"
    );
    stage.write("list.csv", list);
    stage.plan("list.csv", "contain", "plan", &[]).succeeded().says(&["respelt", "i:0#.f|membership|"]);
    assert_eq!(decisions(&stage, "plan"), ["act respelt", "act respelt", "act respelt", "refuse not-found"]);
    let siobhan = &rows(&stage, "plan")[2];
    assert_eq!(siobhan["user_principal_name"], "siobhan.o'neil@contoso.com");
}

#[test]
fn a_password_beside_a_name_stands_nowhere_in_the_folder_and_on_no_screen() {
    let stage = Stage::new();
    stage.write(
        "leak.csv",
        format!("User\n{ADA}:Summer2024!\nnot.there@contoso.com:Autumn2024!\n{GRACE}:Win,ter2024!\n"),
    );
    let ran = stage.plan("leak.csv", "contain", "plan", &[]).succeeded().says(&["behind the name and a colon"]);
    stage.apply("plan");
    let mut texts = vec![format!("{ran:?}")];
    texts.extend(
        files_below(&stage.path("plan"))
            .iter()
            .map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()),
    );
    assert!(texts.len() > 4);
    for text in texts {
        assert!(!text.contains("2024!") && !text.contains("Win,ter"), "{text}");
    }
    assert_eq!(decisions(&stage, "plan"), ["act respelt", "refuse not-found", "refuse unreadable"]);
}

#[test]
fn an_old_name_is_said_to_be_whose_it_is() {
    let stage = Stage::new();
    stage.write("list.csv", "UserPrincipalName\nada@contoso.com\n");
    stage.plan("list.csv", "contain", "plan", &[]).succeeded().says(&["alias", ADA, "--by proxy"]);
    assert_eq!(decisions(&stage, "plan"), ["refuse alias"]);
    stage.plan("list.csv", "contain", "by", &["--by", "proxy", "--key", "UserPrincipalName"]).succeeded();
    assert_eq!(rows(&stage, "by")[0]["user_principal_name"], ADA);
}

#[test]
fn a_row_that_contradicts_the_directory_is_a_warning_and_refused_where_that_is_asked_for() {
    let stage = Stage::new();
    stage.write(
        "list.csv",
        format!("User principal name,Display name,Mail\n{ADA},Grace Hopper,\n{GRACE},\"Hopper, Grace\",{ADA}\n"),
    );
    stage
        .plan("list.csv", "contain", "plan", &[])
        .succeeded()
        .says(&["contradicted", "name Grace Hopper on the roster", "--strict"]);
    assert_eq!(decisions(&stage, "plan"), ["act contradicted", "refuse mismatch"]);
    stage.apply("plan").exited(3);
    assert_eq!(stage.outcomes("plan")["done"], 1, "what the list says is no state of the account that has changed");
    stage.plan("list.csv", "contain", "strict", &["--strict"]).succeeded();
    assert_eq!(decisions(&stage, "strict"), ["refuse contradicted", "refuse mismatch"]);
}

#[test]
fn zeros_that_a_spreadsheet_took_off_are_offered_and_never_put_back() {
    let stage = Stage::new();
    stage.write("list.csv", "Employee ID\n1\n00002\n3-Mar\n");
    stage.plan("list.csv", "contain", "plan", &["--by", "employee-id"]).succeeded().says(&["zeros-lost", "00001 is"]);
    assert_eq!(decisions(&stage, "plan"), ["refuse zeros-lost", "act", "refuse unreadable"]);
}

#[test]
fn a_status_is_said_to_be_unused_and_only_takes_some_rows() {
    let stage = Stage::new();
    stage.write("list.csv", format!("user,Status\n{ADA},Active\n{GRACE},Terminated\n"));
    stage
        .plan("list.csv", "contain", "all", &[])
        .succeeded()
        .says(&["\"Status\"", "not used", "--only \"Status=Terminated\""]);
    assert_eq!(decisions(&stage, "all"), ["act", "act"]);
    stage.plan("list.csv", "contain", "some", &["--only", "Status=Terminated"]).succeeded();
    assert_eq!(decisions(&stage, "some"), ["skip left-out", "act"]);
    for (only, what) in [("Stat=x", "no column \"Stat\""), ("Status", "COLUMN=VALUE")] {
        stage
            .run(&["plan", "list.csv", "--playbook", "contain", "--out", "none", "--only", only])
            .exited(2)
            .complains(&[what]);
    }
}

#[test]
fn a_list_by_another_property_names_the_flag_for_it() {
    let stage = Stage::new();
    for (list, flag) in [
        ("SamAccountName,Name\nhans.zimmermann,Hans\n", "--by sam"),
        ("Employee ID,Dept\n00001,x\n", "--by employee-id"),
        ("Who is it,Dept\nada.lovelace@contoso.com,x\n", "--key \"Who is it\""),
    ] {
        stage.write("list.csv", list);
        stage.run(&["plan", "list.csv", "--playbook", "contain", "--out", "none"]).exited(2).complains(&[flag]);
    }
    stage.write(
        "concealed.csv",
        "Report Refresh Date,User Principal Name\n2026-11-20,9D8A2F4C11B7E6403C5F7A8890AB12CD\n",
    );
    stage
        .run(&["plan", "concealed.csv", "--playbook", "contain", "--out", "none"])
        .exited(2)
        .complains(&["hides who", "Org settings"]);
}

#[test]
fn the_sender_of_a_message_is_never_taken() {
    let stage = Stage::new();
    stage.write("message.txt", format!("From: Grace Hopper <{GRACE}>\nTo: Ada Lovelace <{ADA}>\nSubject: leavers\n"));
    stage.plan("message.txt", "contain", "plan", &[]).exited(2).complains(&["a message", "one a line"]);
    // One such line on a list costs itself alone.
    stage.write("list.txt", format!("{ADA}\nFrom: Grace Hopper <{GRACE}>\n"));
    stage.plan("list.txt", "contain", "list", &[]).succeeded();
    assert_eq!(decisions(&stage, "list"), ["act", "refuse unreadable"]);
}

#[test]
fn what_leaked_lists_have_in_the_place_of_a_colon_hides_the_password_too() {
    let stage = Stage::new();
    stage.write("short.txt", "ada.lovelace:Summer24!\ngrace.hopper:Winter23!\n");
    let ran = stage.plan("short.txt", "contain", "short", &["-v"]).exited(2);
    assert!(!ran.out.contains("ummer24") && !ran.err.contains("ummer24"), "{ran:?}");
    stage.write("leak.txt", format!("{ADA}:Summer24!\n{GRACE};winter23\n{GRACE}|autumn!!\n"));
    let ran = stage.plan("leak.txt", "contain", "plan", &["-v"]).succeeded();
    let mut texts = vec![ran.out.clone(), ran.err.clone()];
    texts.extend(
        ["plan.csv", "plan.html", "plan.json"]
            .map(|file| std::fs::read_to_string(stage.path("plan").join(file)).unwrap()),
    );
    for text in texts {
        for secret in ["ummer24", "winter", "autumn"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert_eq!(decisions(&stage, "plan"), ["act respelt", "refuse unreadable", "refuse unreadable"]);
}

/// A list of leaked passwords has any sign between the two, and the commonest of all passwords has an `@` in it.
#[test]
fn no_sign_in_front_of_a_password_shows_it() {
    let stage = Stage::new();
    let signs = [
        "@", "^", "~", "=", "->", " -> ", "#", "_", "/", "\\", "%", "¦", "·", "：", " (", " pass: ", "\u{a0}", ";", " ",
    ];
    let rows: String = signs
        .iter()
        .flat_map(|sign| ["Summer2024!", "P@ssw0rd2024"].map(|secret| format!("{ADA}{sign}{secret}\n")))
        .collect();
    stage.write("headless.txt", &rows);
    stage.write("header.csv", format!("User\n{rows}"));
    for list in ["headless.txt", "header.csv"] {
        let ran = stage.plan(list, "contain", "plan", &["-v"]);
        assert!(!format!("{ran:?}").contains("2024"), "{ran:?}");
    }
    for file in files_below(&stage.path("plan")) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("mmer2024") && !text.contains("w0rd2024"), "{}: {text}", file.display());
    }
}

#[test]
fn a_sign_that_became_a_blank_is_not_advised_away() {
    let stage = Stage::new();
    stage.write("list.csv", "user\ntess field@contoso.com\nTess Field field@contoso.com\n");
    let ran = stage.plan("list.csv", "contain", "plan", &[]).succeeded();
    ran.says(&["write that sign"]);
    assert_eq!(decisions(&stage, "plan"), ["refuse unreadable", "refuse unreadable"]);
}
