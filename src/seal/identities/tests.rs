//! What is taken as an identity, and what is said about everything else.

use super::*;
use proptest::prelude::*;

fn read(content: &[u8]) -> Result<Identities, IdentityError> {
    IdentityReader { path: Path::new("key.txt"), ask: &mut |_| None }.content(content).map(Identities)
}

#[test]
fn a_new_identity_is_written_as_age_keygen_writes_it() {
    let identity = Identity::generate();
    let text = identity.file_text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("# created: 2") && lines[0].ends_with('Z'), "{}", lines[0]);
    assert_eq!(lines[1], format!("# public key: {}", identity.recipient()));
    assert!(lines[2].starts_with("AGE-SECRET-KEY-1") && lines.len() == 3);
    assert_eq!(text.capacity(), 512, "the buffer must not grow");
    let read = read(text.as_bytes()).unwrap();
    assert!(matches!(&read.0[0], IdentityKey::X25519(key) if key.to_public().to_string() == identity.recipient()));
}

#[test]
fn what_is_no_identity_file_says_why_without_its_content() {
    let said = |content: &[u8]| read(content).err().unwrap().to_string();
    assert!(said(b"# nothing\n").contains("no identity in it"));
    assert!(said(b"age-encryption.org/v1\n-> X25519 x").contains("not an identity protected by a passphrase"));
    let secret = said(b"# x\r\nAGE-SECRET-KEY-1TYPO\r\n");
    assert!(secret.contains("line 2") && !secret.contains("TYPO"), "{secret}");
    assert!(said(Identity::generate().recipient().as_bytes()).contains("public half"));
    assert!(said(b"AGE-PLUGIN-YUBIKEY-1QQQ").contains("only the age program opens"));
    assert!(said(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").contains("a certificate only"));
    assert!(said(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").contains("damaged"));
    assert!(said(b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n-----END RSA PRIVATE KEY-----")
        .contains("in an old form"));
    assert!(matches!(Identities::read(Path::new("/nowhere/key.txt")), Err(IdentityError::File { .. })));
}

proptest! {
    #[test]
    fn no_content_makes_the_reader_panic(head in prop::sample::select(vec![&b""[..], b"\x30\x82", b"\x30\x81\x03\x02\x01\x03", b"-----BEGIN PRIVATE KEY-----\n", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"]), rest in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = IdentityReader { path: Path::new("x"), ask: &mut |_| Some(SecretString::from("p")) }.content(&[head, &rest].concat());
    }
}
