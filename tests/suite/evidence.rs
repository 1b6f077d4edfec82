//! `sealoff evidence`: packed, signed, and checked with and without sealoff.

use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::ssh_keygen::{make_key, verifies};
use crate::stage::{Stage, bare, finish_with_input};
use crate::tools::need;

/// A run of a few members, verified and reported.
fn ran(stage: &Stage) {
    let roster = stage.roster_of(&stage.members(5));
    stage.plan(&roster, "breach", "run", &[]).succeeded();
    stage.apply("run").succeeded();
    stage.run(&["verify", "run"]);
    stage.run(&["report", "run"]).succeeded();
}

fn entries(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn repack(archive: &Path, entries: &[(String, Vec<u8>)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(archive).unwrap());
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

fn key(stage: &Stage, name: &str, passphrase: &str) {
    make_key(&stage.path(name), "auditor", passphrase);
}

#[test]
fn the_evidence_holds_and_has_no_secret_in_it() {
    let stage = Stage::new();
    ran(&stage);
    stage.write("run/drill-key.txt", "AGE-SECRET-KEY-1NOT-FOR-OTHERS");
    stage.run(&["evidence", "run", "-o", "run.zip"]).succeeded().says(&["7 files", "Not signed; --sign KEY"]);
    stage.run(&["evidence", "--check", "run.zip"]).succeeded().says(&["It holds", "Not signed: anyone"]);
    stage.run(&["evidence", "run", "-o", "run.zip"]).exited(2).complains(&["Name another file"]);
    let entries = entries(&stage.path("run.zip"));
    let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "plan.json", "plan.csv", "plan.html", "journal.jsonl", "results.csv", "verification.csv", "report.html",
            "manifest.json"
        ]
    );
    let passwords: Vec<String> = stage
        .results("run")
        .values()
        .flat_map(|row| stage.credentials(row))
        .map(|password| password.expose().to_owned())
        .collect();
    assert_eq!(passwords.len(), 5);
    for (name, bytes) in &entries {
        let text = String::from_utf8_lossy(bytes);
        for secret in passwords.iter().map(String::as_str).chain(["AGE-SECRET-KEY", "simulated~secret"]) {
            assert!(!text.contains(secret), "{secret} in {name}");
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(stage.path("run.zip")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn whatever_is_changed_is_seen() {
    let stage = Stage::new();
    ran(&stage);
    stage.run(&["evidence", "run", "-o", "run.zip"]).succeeded();
    let whole = entries(&stage.path("run.zip"));
    let changed = stage.path("changed.zip");
    for index in 0..whole.len() - 1 {
        let mut entries = whole.clone();
        let at = entries[index].1.len() / 2;
        entries[index].1[at] ^= 1;
        repack(&changed, &entries);
        let name = entries[index].0.clone();
        stage.run(&["evidence", "--check", "changed.zip"]).exited(4).complains(&[&format!("{name} was changed")]);
        entries.remove(index);
        repack(&changed, &entries);
        stage.run(&["evidence", "--check", "changed.zip"]).exited(4).complains(&[&format!("{name} is missing")]);
    }
    let mut more = whole.clone();
    more.push(("../surprise.txt".to_owned(), b"boo".to_vec()));
    repack(&changed, &more);
    stage.run(&["evidence", "--check", "changed.zip"]).exited(4).complains(&["the manifest does not know it"]);
    // A manifest that fits a journal with one line changed: the chain shows it.
    let mut forged = whole.clone();
    let journal = forged.iter_mut().find(|(name, _)| name == "journal.jsonl").unwrap();
    journal.1 = String::from_utf8(journal.1.clone()).unwrap().replacen("\"row\":2", "\"row\":3", 1).into_bytes();
    let (digest, bytes) = (sealoff::digest::Digest::of(&journal.1).to_string(), journal.1.len());
    let manifest = forged.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(&manifest.1).unwrap();
    for entry in json["files"].as_array_mut().unwrap() {
        if entry["name"] == "journal.jsonl" {
            (entry["sha256"], entry["bytes"]) = (digest.clone().into(), bytes.into());
        }
    }
    manifest.1 = serde_json::to_vec(&json).unwrap();
    repack(&changed, &forged);
    stage.run(&["evidence", "--check", "changed.zip"]).exited(4).complains(&["line", "of the journal"]);
    std::fs::write(&changed, b"PK nothing").unwrap();
    stage.run(&["evidence", "--check", "changed.zip"]).exited(4).complains(&["no whole archive"]);
    stage.run(&["evidence", "--check", "missing.zip"]).exited(2);
    stage.run(&["evidence", "run"]).exited(2).complains(&["--output"]);
}

#[test]
fn stock_ssh_keygen_checks_the_signature() {
    let stage = Stage::new();
    if !need(&["ssh-keygen"]) {
        return;
    }
    key(&stage, "id", "");
    ran(&stage);
    stage
        .run(&["evidence", "run", "-o", "run.zip", "--sign", "id"])
        .succeeded()
        .says(&["Signed by  SHA256:", "ssh-keygen -Y verify"]);
    stage.run(&["evidence", "--check", "run.zip", "--signed-by", "id.pub"]).succeeded().says(&[
        "It holds",
        "SHA256:",
        "Yes, it was signed by the key in id.pub.",
    ]);
    stage.run(&["evidence", "--check", "run.zip"]).succeeded().says(&["Whose key that is was not asked"]);
    key(&stage, "other", "");
    stage
        .run(&["evidence", "--check", "run.zip", "--signed-by", "other.pub"])
        .exited(4)
        .complains(&["made by another key"]);

    let whole = entries(&stage.path("run.zip"));
    let of = |name: &str| whole.iter().find(|(other, _)| other == name).unwrap().1.clone();
    stage.write("manifest.json.sig", of("manifest.json.sig"));
    let public = std::fs::read_to_string(stage.path("id.pub")).unwrap();
    stage.write("allowed_signers", format!("auditor {public}"));
    let verify = |namespace: &str, message: &[u8]| {
        verifies(stage.folder.path(), "auditor", namespace, "manifest.json.sig", message)
    };
    let manifest = of("manifest.json");
    assert!(verify("sealoff-evidence", &manifest));
    assert!(!verify("file", &manifest), "a signature for one purpose is none for another");
    assert!(!verify("sealoff-evidence", &[&manifest[..], b" "].concat()));

    // Who changes the manifest, too, would have to sign it.
    let mut forged = whole.clone();
    forged.iter_mut().find(|(name, _)| name == "manifest.json").unwrap().1.push(b' ');
    repack(&stage.path("forged.zip"), &forged);
    stage.run(&["evidence", "--check", "forged.zip"]).exited(4).complains(&["the signature does not hold"]);
    forged.retain(|(name, _)| name != "manifest.json.sig");
    repack(&stage.path("forged.zip"), &forged);
    stage
        .run(&["evidence", "--check", "forged.zip", "--signed-by", "id.pub"])
        .exited(4)
        .complains(&["it is not signed"]);
}

#[test]
fn an_archive_says_how_far_its_run_is() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(30));
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    let begun = "This run was never begun";
    stage.run(&["evidence", "run", "-o", "e.zip"]).exited(3).says(&[begun, "e-not-begun.zip"]);
    assert!(stage.path("e-not-begun.zip").exists() && !stage.path("e.zip").exists());
    stage.run(&["evidence", "--check", "e-not-begun.zip"]).exited(3).says(&[begun, "It holds", "there is no journal"]);
    let json = stage.run(&["evidence", "--check", "e-not-begun.zip", "--json"]).exited(3).complains(&[begun]).json();
    assert_eq!((&json["run"]["state"], &json["run"]["pending"]), (&"not-begun".into(), &30.into()));

    stage.kill_after_answers(25, 20, "run", &["apply", "run", "--confirm", "30", "--max-in-flight", "1"]);
    let unfinished = "This run is not finished";
    stage.run(&["evidence", "run", "-o", "e.zip"]).exited(3).says(&[unfinished, "e-not-finished.zip"]);
    stage.run(&["evidence", "--check", "e-not-finished.zip"]).exited(3).says(&[unfinished, "accounts are not begun"]);
    // An archive that claims more of its run than the journal in it shows does not hold.
    let mut forged = entries(&stage.path("e-not-finished.zip"));
    let manifest = forged.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
    let text = String::from_utf8(manifest.1.clone()).unwrap();
    manifest.1 = text.replacen("\"not-finished\"", "\"finished\"", 1).into_bytes();
    repack(&stage.path("forged.zip"), &forged);
    stage.run(&["evidence", "--check", "forged.zip"]).exited(4).complains(&["says something else of the run"]);
    // What a later version packs is not called broken by this one.
    forged.iter_mut().find(|(name, _)| name == "manifest.json").unwrap().1 = br#"{"sealoff_evidence": 9}"#.to_vec();
    repack(&stage.path("later.zip"), &forged);
    stage
        .run(&["evidence", "--check", "later.zip"])
        .exited(4)
        .complains(&["later.zip cannot be checked: it has form 9", "help: "]);

    stage.apply("run").succeeded();
    stage.run(&["evidence", "run", "-o", "e.zip"]).succeeded().says(&["All 30 rows of the list", "never verified"]);
    stage.run(&["verify", "run"]).succeeded();
    stage.run(&["evidence", "run", "-o", "proved.zip"]).succeeded().says(&["every step was proved"]);
    let member = stage.members(1).remove(0);
    let back = stage.results("run")[&1]["object_id"].clone();
    assert_ne!(member.id.to_string(), back);
    assert!(stage.simulator.change(back.parse().unwrap(), |user| user.account_enabled = true));
    stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    let again = "1 account was let in again since";
    stage.run(&["evidence", "run", "-o", "back.zip"]).exited(3).says(&[again]);
    stage.run(&["evidence", "--check", "back.zip"]).exited(3).says(&[again, "It holds"]);
    // What was packed before stays true of its time.
    stage.run(&["evidence", "--check", "proved.zip"]).succeeded();
}

#[test]
fn keys_that_cannot_sign_are_named() {
    let stage = Stage::new();
    ran(&stage);
    stage.write("nonsense", "no key at all");
    let sign = |key: &str| stage.run(&["evidence", "run", "-o", "run.zip", "--sign", key]);
    sign("nonsense").exited(2).complains(&["holds no OpenSSH key", "ssh-keygen -t ed25519"]);
    sign("missing").exited(2).complains(&["missing cannot be read"]);
    if need(&["ssh-keygen"]) {
        key(&stage, "locked", "a passphrase");
        sign("locked").exited(4).complains(&["protected by a passphrase", "no terminal"]);
    }
    assert!(!stage.path("run.zip").exists());
    // Nothing of a passphrase can come in by standard input.
    let mut command = bare(&["evidence", "run", "-o", "run.zip", "--sign", "locked"]);
    command.current_dir(stage.folder.path());
    finish_with_input(command, b"a passphrase\n").exited(if stage.path("locked").exists() { 4 } else { 2 });
}
