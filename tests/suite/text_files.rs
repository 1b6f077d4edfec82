//! Files that people write with whatever editor or shell they have: the same taking in every encoding.

use std::process::Stdio;

use crate::stage::{Stage, finish};

/// The text as UTF-8 with and without its mark, and in UTF-16 as Windows PowerShell's `>` writes it, with its line ends.
fn encodings(text: &str) -> [(&'static str, Vec<u8>); 5] {
    let windows = text.replace('\n', "\r\n");
    let big = windows.encode_utf16().flat_map(u16::to_be_bytes);
    let little = || windows.encode_utf16().flat_map(u16::to_le_bytes);
    [
        ("UTF-8", text.into()),
        ("UTF-8 with a mark", [b"\xef\xbb\xbf", windows.as_bytes()].concat()),
        ("UTF-16 LE", [0xff, 0xfe].into_iter().chain(little()).collect()),
        ("UTF-16 LE without a mark", little().collect()),
        ("UTF-16 BE", [0xfe, 0xff].into_iter().chain(big).collect()),
    ]
}

#[test]
fn protect_lists_recipients_identities_and_secrets_are_read_in_every_encoding() {
    let stage = Stage::new();
    let recipient = stage.recipient();
    let identity = std::fs::read_to_string(stage.path("key.txt")).unwrap();
    let members = stage.members(2);
    let (leaver, kept) = (&members[0].user_principal_name, &members[1].user_principal_name);
    let roster = stage.write("list.csv", format!("user\n{leaver}\n{kept}\n"));
    let secret = &stage.simulator.connection().client_secret;
    let lists = encodings(&format!("# break glass\n\n  {kept}\n"));
    let keys = encodings(&format!("# desk\n{recipient}\n"));
    let secrets = encodings(&format!("{secret}\n"));
    let settings = encodings("# where passwords go\nmax_age = \"24h\"\n");
    let identities = encodings(&identity);
    for (index, (encoding, list)) in lists.iter().enumerate() {
        stage.write("protected.txt", list);
        stage.write("keys.txt", &keys[index].1);
        stage.write("secret.txt", &secrets[index].1);
        stage.write("sealoff.toml", &settings[index].1);
        stage.write("identity.txt", &identities[index].1);
        let out = format!("out{index}");
        let mut command =
            stage.command(&["plan", &roster, "--playbook", "breach", "--out", &out, "--config", "sealoff.toml"]);
        command.args(["--seal-to", "keys.txt", "--protect", "protected.txt", "--client-secret-file", "secret.txt"]);
        command.env_remove("AZURE_CLIENT_SECRET");
        let ran = finish(command);
        assert_eq!(ran.code, Some(0), "{encoding}: {}{}", ran.out, ran.err);
        assert_eq!(stage.accounts(&out), 1, "{encoding}: {}", ran.out);
        assert!(!ran.err.contains(secret.as_str()), "{encoding}");
        stage.apply(&out);
        let results = format!("{out}/results.csv");
        let ran = stage.run(&["unseal", &results, "-i", "identity.txt", "--show"]);
        assert_eq!(ran.code, Some(0), "{encoding}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(&**leaver) && !ran.out.contains(&**kept), "{encoding}: {}", ran.out);
    }
}

#[test]
fn a_list_in_windows_1252_is_read_and_a_secret_is_not() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.write("list.csv", format!("user\n{}\n", members[0].user_principal_name));
    let list = format!("# Notfallzug\u{e4}nge\n{}\n", members[1].user_principal_name);
    stage.write("protected.txt", list.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<_>>());
    stage.run(&["plan", &roster, "--playbook", "contain", "--out", "out", "--protect", "protected.txt"]).succeeded();
    stage.write("secret.txt", b"gesch\xe4ft\n");
    let mut command = stage.command(&["plan", &roster, "--playbook", "contain", "--out", "other"]);
    command.args(["--client-secret-file", "secret.txt"]).env_remove("AZURE_CLIENT_SECRET").stdin(Stdio::null());
    let ran = finish(command);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("secret.txt") && ran.err.contains("it is not text in UTF-8 or UTF-16"), "{}", ran.err);
    assert!(!ran.err.contains("stream did not contain"), "{}", ran.err);
}
