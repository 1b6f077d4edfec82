//! The front page and the manual: what they show is what happens, and what cannot be run is listed here.

use std::collections::BTreeMap;

use sealoff::manual::TOPICS;

use crate::stage::bare;
use crate::stage::finish;

const README: &str = include_str!("../../README.md");

/// Every page: its name and its text. Runbooks have a test of their own.
fn pages() -> Vec<(&'static str, &'static str)> {
    let runbooks = ["breach", "fifty-tenants", "hybrid-breach", "intruder", "layoff", "one-account", "tenant-wide"];
    let topics = TOPICS.iter().filter(|topic| !runbooks.contains(&topic.name)).map(|topic| (topic.name, topic.text));
    std::iter::once(("README.md", README)).chain(topics).collect()
}

/// What the fences of a page say of their blocks.
fn fences(text: &str) -> Vec<String> {
    let mut open = false;
    let mut kinds = Vec::new();
    for kind in text.lines().filter_map(|line| line.strip_prefix("```")) {
        open = !open;
        if open {
            kinds.push(kind.to_owned());
        }
    }
    kinds
}

#[cfg(unix)]
#[test]
fn every_console_block_of_readme_and_manual_works_as_typed() {
    if !crate::tools::need(&["age", "openssl", "ssh-keygen", "unzip"]) {
        return;
    }
    let typed: usize = pages().into_iter().map(|(name, text)| crate::console::type_all_of(name, text)).sum();
    assert!(typed >= 40, "{typed} commands");
}

#[test]
fn what_is_not_run_says_why_and_is_listed_here() {
    let mut not_run = BTreeMap::new();
    for (name, text) in pages() {
        for kind in fences(text) {
            match kind.split_once(" not run: ") {
                Some((_, why)) => *not_run.entry((name, why.to_owned())).or_insert(0) += 1,
                None => assert!(
                    ["console", "toml", "text", "two commands"].contains(&kind.as_str()),
                    "{name}: a block of {kind:?}"
                ),
            }
        }
    }
    let listed: Vec<(&str, &str, i32)> =
        not_run.iter().map(|((name, why), count)| (*name, why.as_str(), *count)).collect();
    assert_eq!(
        listed,
        [
            ("README.md", "it installs the program", 1),
            ("README.md", "it runs these tests", 1),
            ("README.md", "needs a release", 1),
            ("README.md", "needs a release and PowerShell", 1),
            ("README.md", "the drill has tests of its own", 1),
            ("apps", "needs a second app registration", 1),
            ("certificates", "needs PowerShell", 2),
            ("handoff", "the keys of four people", 1),
            ("handoff", "the keys of two people", 1),
            ("handoff", "the list has a column Site", 1),
            ("hybrid", "a person has to sign in", 1),
            ("hybrid", "needs PowerShell", 1),
            ("hybrid", "somebody has to fill in the list", 1),
            ("hybrid", "the certificate of your Active Directory", 1),
            ("hybrid", "the results come from Windows", 1),
            ("pace", "it takes two hours", 1),
            ("passwords", "the password is typed at a terminal", 1),
            ("registration", "needs a tenant and Azure CLI", 3),
            ("registration", "needs a tenant and PowerShell", 1),
            ("signatures", "the key is in an agent", 1),
            ("windows", "needs PowerShell", 1),
        ]
    );
}

#[test]
fn every_toml_block_is_toml() {
    for (name, text) in pages() {
        let mut parts = text.split("\n```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
        assert!(parts.all(|part| part.parse::<toml::Table>().is_ok()), "{name}");
    }
}

#[test]
fn the_front_page_is_short_and_names_every_topic() {
    assert!(README.lines().count() <= 300);
    for topic in TOPICS {
        let named = README.contains(&format!("src/manual/{}.md", topic.name))
            || README.contains(&format!("samples/runbooks/{}.md", topic.name));
        assert!(named, "README.md does not lead to {}", topic.name);
    }
}

#[test]
fn help_shows_topics_and_commands_and_knows_what_was_meant() {
    let help = |arguments: &[&str]| finish(bare(&[&["help"], arguments].concat()));
    let mut list = help(&[]).succeeded();
    for topic in TOPICS {
        list = list.says(&[topic.name, topic.line]);
        let title = topic.text.lines().next().unwrap().trim_start_matches("# ").to_uppercase();
        help(&[topic.name]).succeeded().says(&[&title]);
    }
    help(&["plan"]).succeeded().says(&["Usage: sealoff plan", "--playbook"]);
    help(&["recvery"]).exited(2).complains(&["no topic \"recvery\"", "sealoff help recovery"]);
    help(&["xyzzy"]).exited(2).complains(&["All topics: sealoff help"]);
}

#[test]
fn a_man_page_is_made_of_every_topic() {
    let folder = tempfile::tempdir().unwrap();
    finish(bare(&["man", "--out", folder.path().to_str().unwrap()])).succeeded();
    for topic in TOPICS {
        let page = std::fs::read_to_string(folder.path().join(format!("sealoff-{}.7", topic.name))).unwrap();
        assert!(page.contains(".TH") && page.contains(".SH NAME"), "{page}");
        assert!(!page.contains("```"), "{}: fences are left", topic.name);
    }
}

#[test]
fn sealoff_alone_fits_on_a_small_terminal() {
    let ran = finish(bare(&[])).exited(2);
    let lines: Vec<&str> = ran.err.lines().collect();
    // The prompt takes one line more.
    assert!(lines.len() < 24 && lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
    ran.complains(&["sealoff plan", "sealoff apply", "sealoff verify", "sealoff drill", "help breach", "help layoff"]);
}
