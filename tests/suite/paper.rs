//! Pages on paper: what is signed and filed.

use std::collections::HashMap;

use sealoff::simulator::{Settings, SimulatedUser};

use crate::browser::Browser;
use crate::stage::Stage;

/// A list of 302 people as a personnel office has it: some of its rows have no address, and some name people whom the
/// tenant does not know.
fn leavers(stage: &Stage) -> String {
    let row = |one: &SimulatedUser| {
        let (first, last) = one.display_name.split_once(' ').unwrap();
        format!("{last},{first},{},", one.user_principal_name)
    };
    let mut rows: Vec<String> = stage.members(282).iter().map(row).collect();
    for number in 0..12 {
        rows.insert(number * 9, format!("Çelik,Arjun {number},,Sales"));
    }
    rows.extend((0..8).map(|number| format!("Nobody,No,not.there{number}@contoso.com,Sales")));
    format!("Last name,First name,User principal name,Department\n{}\n", rows.join("\n"))
}

fn stage() -> Stage {
    let stage = Stage::with(Settings { users: 1_600, ..Settings::default() });
    stage.write("leavers.csv", leavers(&stage));
    stage.plan("leavers.csv", "offboard", "job", &[]).succeeded();
    stage
}

#[test]
fn in_a_browser_three_hundred_people_take_eight_pages_of_paper_at_most() {
    let Some(browser) = Browser::find("three_hundred_people_take_eight_pages_of_paper_at_most") else { return };
    let stage = stage();
    let plan = browser.pages_of_paper(&stage.path("job/plan.html"));
    assert!((2..=8).contains(&plan), "{plan} pages");
    stage.apply("job").exited(3);
    stage.run(&["report", "job"]).exited(3);
    let report = browser.pages_of_paper(&stage.path("job/report.html"));
    assert!((2..=8).contains(&report), "{report} pages");
}

#[test]
fn in_a_browser_a_list_that_contradicts_the_directory_in_each_row_takes_no_more_paper() {
    let Some(browser) = Browser::find("a_list_that_contradicts_the_directory_takes_no_more_paper") else { return };
    let stage = Stage::with(Settings { users: 1_600, ..Settings::default() });
    let synced = stage.simulator.users().into_iter().filter(|user| user.is_synced() && user.account_enabled).take(50);
    let people = stage.members(252).into_iter().chain(synced);
    let rows = people.enumerate().map(|(number, one)| format!("{},{}\n", one.user_principal_name, 100_200 + number));
    stage.write("list.csv", format!("User principal name,Employee ID\n{}", rows.collect::<String>()));
    stage.plan("list.csv", "offboard", "job", &[]).succeeded().says(&["contradicted: "]);
    let plan = browser.pages_of_paper(&stage.path("job/plan.html"));
    assert!((2..=8).contains(&plan), "{plan} pages");
    stage.apply("job").exited(3);
    stage.run(&["verify", "job"]).exited(3);
    stage.run(&["report", "job"]).exited(3);
    let report = browser.pages_of_paper(&stage.path("job/report.html"));
    assert!((2..=8).contains(&report), "{report} pages");
    let page = std::fs::read_to_string(stage.path("job/report.html")).unwrap();
    assert!(
        page.contains("<h1>Contoso: ") || page.contains("<h1><bdi>Contoso</bdi>: "),
        "whose tenant it is comes first"
    );
}

#[test]
fn a_page_has_a_line_to_sign_that_names_the_plan_and_where_the_rest_stands() {
    let stage = stage();
    let phrase = format!("{}@{}", stage.accounts("job"), &stage.fingerprint("job").unwrap()[..12]);
    let page = std::fs::read_to_string(stage.path("job/plan.html")).unwrap();
    let signed = page.split("<section class=\"signature\">").nth(1).unwrap().split("</section>").next().unwrap();
    for part in [&*phrase, "plan.csv, SHA-256", "Name", "Date", "Signature"] {
        assert!(signed.contains(part), "{part} in {signed}");
    }
}

#[test]
fn a_row_without_an_address_has_the_name_of_the_list_and_the_number_of_the_spreadsheet() {
    let stage = stage();
    let mut plan = csv::Reader::from_path(stage.path("job/plan.csv")).unwrap();
    let mut rows = plan.deserialize().map(|row: Result<HashMap<String, String>, _>| row.unwrap());
    let row = rows.find(|row| row["display_name"] == "Arjun 1 Çelik").unwrap();
    assert_eq!((&*row["row"], &*row["sheet_row"], &*row["decision"]), ("10", "11", "refuse"));
    let page = std::fs::read_to_string(stage.path("job/plan.html")).unwrap();
    assert!(
        page.contains(">10 (11)</td><td role=\"cell\"><strong><bdi>Arjun 1 Çelik</bdi>"),
        "the table without scripts"
    );
    let refused = std::fs::read_to_string(stage.path("job/refused.csv")).unwrap();
    assert!(refused.lines().any(|line| line.contains(",10,11,,Arjun 1 Çelik,")), "{refused}");
    stage.apply("job").exited(3).says(&["Arjun 1 Çelik"]);
}
