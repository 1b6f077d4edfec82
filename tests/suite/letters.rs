//! `unseal --letters`: one page for each person, for their eyes alone.

use sealoff::simulator::Settings;

use crate::browser::Browser;
use crate::stage::{Ran, Stage, files_below};

fn set(password: &str) -> Stage {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let members = stage.members(3);
    stage.simulator.change(members[1].id, |user| user.display_name = "<b>Eve</b> \u{202e}x".into());
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "out", &["--password", password]).succeeded();
    stage.apply("out").succeeded();
    stage
}

const PACKET: &str = "out/handoff/default.csv.age";

fn letters(stage: &Stage, file: &str, folder: &str) -> Ran {
    stage.run(&["unseal", file, "-i", "key.txt", "--letters", folder])
}

#[test]
fn a_letter_for_each_person_has_their_password_and_nothing_of_anybody_else() {
    let stage = set("random");
    let ran = letters(&stage, PACKET, "letters").succeeded().says(&["3 letters in letters"]);
    let passwords: Vec<String> =
        stage.results("out").values().map(|row| stage.credentials(row)[0].expose().to_owned()).collect();
    let mut files = files_below(&stage.path("letters"));
    files.sort();
    let all = std::fs::read_to_string(files.pop().unwrap()).unwrap();
    assert_eq!(files.len(), 3);
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert!(ran.out.contains("all.html"), "{}", ran.out);
    assert_eq!((all.matches("<!DOCTYPE").count(), all.matches("class=\"receipt-sheet\"").count()), (1, 3));
    let (sheets, index) = all.split_once("The letters of this file").unwrap();
    for password in &passwords {
        assert!(sheets.contains(&escaped(password)) && !index.contains(&escaped(password)));
    }
    assert_eq!(index.matches("class=\"tick\"").count(), 3);
    for (index, file) in files.iter().enumerate() {
        let page = std::fs::read_to_string(file).unwrap();
        for (other, password) in passwords.iter().enumerate() {
            assert_eq!(page.contains(&escaped(password)), index == other, "{}", file.display());
        }
        assert!(!page.contains("<b>Eve") && !page.contains('\u{202e}') && !page.contains("<script"));
    }
    assert!(passwords.iter().all(|password| !ran.out.contains(password) && !ran.err.contains(password)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&stage.path("letters")), 0o700);
        assert!(files.iter().all(|file| mode(file) == 0o600));
    }
}

#[test]
fn no_letter_is_written_over_anything_or_where_others_may_look() {
    let stage = set("random");
    stage.run(&["unseal", PACKET, "-i", "key.txt", "--letters", "out"]).exited(4).complains(&["is not empty"]);
    letters(&stage, "out/results.csv", "letters").succeeded();
    letters(&stage, "out/results.csv", "letters").exited(4).complains(&["is not empty"]);
    assert_eq!(files_below(&stage.path("letters")).len(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::create_dir(stage.path("open")).unwrap();
        std::fs::set_permissions(stage.path("open"), std::fs::Permissions::from_mode(0o755)).unwrap();
        letters(&stage, PACKET, "open").exited(4).complains(&["others may look into open"]);
        assert!(files_below(&stage.path("open")).is_empty());
    }
    letters(&stage, PACKET, "key.txt").exited(2).complains(&["cannot be used"]);
    let spoken = ["unseal", PACKET, "-i", "key.txt", "--letters", "x", "--speak"];
    stage.run(&spoken).exited(2).complains(&["cannot be used with"]);
    let both = ["unseal", PACKET, "-i", "key.txt", "--letters", "x", "--json"];
    stage.run(&both).exited(2).complains(&["cannot be used with"]);
}

#[test]
fn a_browser_shows_a_letter_and_its_policy_lets_its_style_in() {
    let Some(browser) = Browser::find("a_browser_shows_a_letter_and_its_policy_lets_its_style_in") else { return };
    let stage = set("phrase");
    letters(&stage, PACKET, "letters").succeeded();
    let mut files = files_below(&stage.path("letters"));
    files.sort();
    for file in files {
        let dump = browser.open(&file, "");
        assert!(dump.console.is_empty(), "{:?}", dump.console);
        assert!(dump.dom.contains("Handed over to") && dump.dom.contains("capital "));
        // Letter and receipt for each, and the list of all.
        let sheets = if file.ends_with("all.html") { 7 } else { 2 };
        assert_eq!(browser.pages_of_paper(&file), sheets, "{}", file.display());
    }
}

#[test]
fn the_letter_of_somebody_who_is_blocked_says_that_the_password_is_of_no_use_yet() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "offboard", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    letters(&stage, PACKET, "letters").succeeded();
    for file in files_below(&stage.path("letters")) {
        let page = std::fs::read_to_string(&file).unwrap();
        assert!(page.contains("is of no use until") && page.contains("Contoso"), "{}", file.display());
    }
    let name = members[0].user_principal_name.to_string();
    let said = stage.run(&["unseal", PACKET, "-i", "key.txt", "--speak", "--user", &name]).succeeded();
    assert!(said.out.contains("of no use until") && said.out.contains("\n    hyphen\n"), "{}", said.out);
}

#[test]
fn a_password_is_spoken_and_one_person_is_found_by_the_name_for_people() {
    let stage = set("random");
    let member = &stage.members(1)[0];
    let said = stage.run(&["unseal", PACKET, "-i", "key.txt", "--speak", "--user", &member.display_name]).succeeded();
    let password =
        stage.results("out").values().map(|row| stage.credentials(row)[0].expose().to_owned()).next().unwrap();
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].contains(&*member.user_principal_name) && lines[1].trim() == password, "{}", lines[0]);
    assert!(lines[2].starts_with("    ") && lines.contains(&"    hyphen"), "{}", lines.len());
}

#[test]
fn unseal_says_what_it_made_and_without_a_key_whose_key_opens() {
    let stage = set("random");
    let ran = stage.run(&["unseal", PACKET, "-i", "key.txt", "-o", "sheet.csv"]).succeeded();
    assert!(ran.err.contains("3 passwords in sheet.csv") && ran.out.is_empty(), "{}", ran.err);
    assert!(
        std::fs::read(stage.path("sheet.csv")).unwrap().starts_with(b"\xef\xbb\xbfrow,"),
        "a spreadsheet reads UTF-8"
    );
    let recipient = stage.recipient();
    for file in ["out/results.csv", PACKET] {
        stage.run(&["unseal", file]).exited(2).complains(&["no key is named", "-i FILE", &recipient]);
    }
    stage.run(&["unseal", "nowhere.csv"]).exited(2).complains(&["nowhere.csv cannot be read"]);
}

#[test]
fn rows_that_do_not_open_are_named_by_place_and_person() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "offboard", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage.run(&["keygen", "-o", "other.key"]).succeeded();
    let opened = stage.run(&["unseal", "out/results.csv", "-i", "other.key"]).exited(3);
    let name = &members[0].user_principal_name;
    opened.complains(&["2 rows are not sealed to the key in other.key", &format!("row 1 (sheet row 2) {name}")]);
}
