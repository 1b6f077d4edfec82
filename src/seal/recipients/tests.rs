//! What is taken as a recipient, and what is said about everything else.

use super::reading::recognise;
use super::*;
use age::x25519;
use proptest::prelude::*;

fn made() -> (String, String) {
    use age::secrecy::ExposeSecret;
    let identity = x25519::Identity::generate();
    (identity.to_public().to_string(), identity.to_string().expose_secret().to_owned())
}

fn parse(texts: &[&str]) -> Result<Recipients, RecipientError> {
    Recipients::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}

#[test]
fn texts_and_files_are_read_in_order_and_each_key_once() {
    let [a, b, c] = [made().0, made().0, made().0];
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("desk.txt");
    std::fs::write(&path, format!("\u{feff}# the desk\r\n\r\n  {b}\r\n{a}\r\n")).unwrap();
    let recipients = parse(&[&c, path.to_str().unwrap(), &format!(" {c} ")]).unwrap();
    assert_eq!(recipients.fingerprints(), [c.as_str(), &b, &a]);
    assert_eq!(recipients.to_string(), format!("{c}, {b}, {a}"));
}

#[test]
fn a_secret_key_is_refused_and_never_repeated() {
    let (_, secret) = made();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("key.txt");
    std::fs::write(&path, format!("# mine\n{secret}\n")).unwrap();
    for text in [secret.clone(), secret.to_lowercase(), format!("\"{secret}\""), path.to_str().unwrap().to_owned()] {
        let error = parse(&[&text]).unwrap_err();
        assert!(matches!(error, RecipientError::SecretKey { .. }));
        let said = format!("{error} {error:?}").to_uppercase();
        assert!(!said.contains(&secret[15..30]), "{said}");
    }
    assert!(parse(&[path.to_str().unwrap()]).unwrap_err().to_string().contains("line 2"));
}

#[test]
fn what_is_no_recipient_says_what_is_accepted() {
    let (public, _) = made();
    let long = "x".repeat(500);
    for (text, what) in [
        ("nonsense", "is no recipient"),
        (long.as_str(), "…"),
        (&public[..40], "mistyped or cut off"),
        ("age1pq1qqqq", "post-quantum"),
        ("age1tag1qqqq", "mistyped or cut off"),
        ("age1tagpq1qqqq", "mistyped or cut off"),
        ("age1yubikey1qqqq", "plugin"),
        ("age1other1qqqq", "plugin"),
        ("ssh-ed25519 AAAA ada", "no SSH public key"),
        ("-----BEGIN CERTIFICATE-----", "write it to a file"),
        ("sk-ssh-ed25519@openssh.com AAAA", "security token"),
        ("ecdsa-sha2-nistp256 AAAA", "ECDSA"),
    ] {
        let said = parse(&[text]).unwrap_err().to_string();
        assert!(said.contains(what) && said.len() < 450, "{text}: {said}");
    }
    assert!(matches!(parse(&[]), Err(RecipientError::Nobody)));
    let scratch = tempfile::tempdir().unwrap();
    assert!(matches!(parse(&[scratch.path().to_str().unwrap()]), Err(RecipientError::File { .. })));
    let empty = scratch.path().join("empty");
    std::fs::write(&empty, "# nobody\n").unwrap();
    assert!(matches!(parse(&[empty.to_str().unwrap()]), Err(RecipientError::EmptyFile(_))));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".*|age1.{0,70}|AGE.{0,70}") {
        let _ = recognise(&text, &Place::COMMAND_LINE);
    }
}
