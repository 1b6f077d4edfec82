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
    assert_eq!(files.len(), 3);
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
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
    assert_eq!(files_below(&stage.path("letters")).len(), 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::create_dir(stage.path("open")).unwrap();
        std::fs::set_permissions(stage.path("open"), std::fs::Permissions::from_mode(0o755)).unwrap();
        letters(&stage, PACKET, "open").exited(4).complains(&["others may look into open"]);
        assert!(files_below(&stage.path("open")).is_empty());
    }
    letters(&stage, PACKET, "key.txt").exited(2).complains(&["cannot be used"]);
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
    }
}
