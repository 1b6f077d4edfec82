//! What a shell and a reader of manuals get.

use std::process::Command;

use crate::stage::Stage;
use crate::tools::need;

const COMMANDS: [&str; 5] = ["plan", "apply", "unseal", "doctor", "completions"];

#[test]
fn every_shell_gets_completions_for_every_command() {
    let stage = Stage::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stage.run(&["completions", shell]).succeeded().out;
        for word in COMMANDS.iter().chain(&["playbook"]) {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
        // clap gives PowerShell and elvish no values.
        assert!(script.contains("reinstate") || ["powershell", "elvish"].contains(&shell), "{shell}");
        stage.write(shell, &script);
    }
    stage.run(&["completions", "tcsh"]).exited(2).complains(&["tcsh", "bash"]);
    if !need(&["bash"]) {
        return;
    }
    let read = Command::new("bash").arg("-n").arg(stage.path("bash")).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let stage = Stage::new();
    let page = stage.run(&["man"]).succeeded().out;
    assert!(page.contains(".TH sealoff 1") && page.contains("sealoff\\-plan(1)"), "{page}");
    stage.run(&["man", "--out", "pages/man1"]).succeeded();
    for command in COMMANDS {
        let page = std::fs::read_to_string(stage.path(&format!("pages/man1/sealoff-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH sealoff-{command} 1")) && page.contains("EXAMPLES"), "{page}");
    }
    stage.write("file", "");
    stage.run(&["man", "--out", "file"]).exited(2).complains(&["file", "cannot be written"]);
}

/// Examples are there to be copied: as they are, and not in a paragraph.
#[test]
fn a_manual_page_has_its_examples_and_exit_codes_as_they_are() {
    let stage = crate::stage::Stage::new();
    stage.run(&["man", "--out", "pages"]).succeeded();
    let page = |name: &str| std::fs::read_to_string(stage.path("pages").join(name)).unwrap();
    let plan = page("sealoff-plan.1");
    let (_, examples) = plan.split_once(".SH \"EXAMPLES\"\n.nf\n").expect("no examples");
    let (examples, rest) = examples.split_once(".fi\n").unwrap();
    // The shells of Windows have no sign in common with which a line goes on.
    let end = if cfg!(windows) { " \\-\\-" } else { " \\e\n" };
    assert!(examples.starts_with(&format!("  sealoff plan leavers.csv \\-\\-playbook offboard{end}")), "{examples}");
    assert!(rest.contains(".SH \"EXIT STATUS\"\n.nf\n  0    everyone on the list is dealt with\n"), "{rest}");
    for text in [plan, page("sealoff.1")] {
        let title = text.lines().find(|line| line.starts_with(".TH ")).unwrap().to_owned();
        assert!(title.contains(concat!("\"sealoff ", env!("CARGO_PKG_VERSION"), "\"")), "{title}");
        assert!(!text.contains("EXTRA"), "{title}");
    }
}
