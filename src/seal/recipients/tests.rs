//! What is taken as a recipient, and what is said about everything else.

use super::reading::recognise;
use super::*;
use age::x25519;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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
    assert_eq!(recipients.to_texts(), [c.as_str(), &b, &a]);
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
        ("nonsense", "is not a recipient"),
        (long.as_str(), "…"),
        (&public[..40], "mistyped or cut off"),
        ("age1pq1qqqq", "post-quantum"),
        ("age1tag1qqqq", "mistyped or cut off"),
        ("age1tagpq1qqqq", "mistyped or cut off"),
        ("age1yubikey1qqqq", "plugin"),
        ("age1other1qqqq", "plugin"),
        ("ssh-ed25519 AAAA ada", "no SSH public key"),
        ("-----BEGIN CERTIFICATE-----", "PEM as an argument"),
        ("sk-ssh-ed25519@openssh.com AAAA", "security token"),
        ("ecdsa-sha2-nistp256 AAAA", "ECDSA"),
    ] {
        let said = parse(&[text]).unwrap_err().to_string();
        assert!(said.contains(what) && said.len() < 450, "{text}: {said}");
    }
    assert!(matches!(parse(&[]), Err(RecipientError::NoneNamed)));
    let scratch = tempfile::tempdir().unwrap();
    assert!(matches!(parse(&[scratch.path().to_str().unwrap()]), Err(RecipientError::File { .. })));
    let empty = scratch.path().join("empty");
    std::fs::write(&empty, "# no recipient\n").unwrap();
    assert!(matches!(parse(&[empty.to_str().unwrap()]), Err(RecipientError::EmptyFile(_))));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".*|age1.{0,70}|AGE.{0,70}") {
        let _ = recognise(&text, &RecipientPlace::COMMAND_LINE);
    }
}

/// A certificate whose owner asked for something particular.
fn certificate(change: impl FnOnce(&mut rcgen::CertificateParams)) -> Vec<u8> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Service desk\u{202e}");
    change(&mut params);
    params.self_signed(&key).unwrap().der().to_vec()
}

fn problem(change: impl FnOnce(&mut rcgen::CertificateParams)) -> String {
    let text = format!("x509:{}", STANDARD.encode(certificate(change)));
    parse(&[&text]).unwrap_err().to_string()
}

#[test]
fn a_certificate_that_is_not_fit_is_refused_with_the_reason() {
    use rcgen::{ExtendedKeyUsagePurpose as Purpose, KeyUsagePurpose as Usage};
    let day = time::Duration::DAY;
    let now = time::OffsetDateTime::now_utc();
    let expired = problem(|params| params.not_after = now - day);
    assert!(expired.contains(&format!("it expired on {}", (now - day).date())), "{expired}");
    assert!(problem(|params| params.not_before = now + day).contains("not valid before"));
    let signing = problem(|params| params.key_usages = vec![Usage::DigitalSignature]);
    assert!(signing.contains("lacks key encipherment"), "{signing}");
    let server = problem(|params| params.extended_key_usages = vec![Purpose::ServerAuth]);
    assert!(server.contains("for server authentication only"), "{server}");
    let document = Purpose::Other(vec![1, 3, 6, 1, 4, 1, 311, 80, 1]);
    for purposes in [vec![Purpose::ServerAuth, Purpose::EmailProtection], vec![document.clone()], vec![Purpose::Any]] {
        let der = certificate(|params| {
            params.key_usages = vec![Usage::DataEncipherment];
            params.extended_key_usages = purposes.clone();
        });
        let recipients = parse(&[&format!("x509:{}", STANDARD.encode(der))]).unwrap();
        assert_eq!(recipients.notes().is_empty(), purposes.contains(&document), "{:?}", recipients.notes());
    }
    for key in [&rcgen::PKCS_ED25519, &rcgen::PKCS_ECDSA_P256_SHA256] {
        let key = rcgen::KeyPair::generate_for(key).unwrap();
        let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
        params.key_usages = vec![Usage::KeyEncipherment];
        let text = format!("x509:{}", STANDARD.encode(params.self_signed(&key).unwrap().der()));
        let said = parse(&[&text]).unwrap_err().to_string();
        assert!(said.contains("Ed25519, which only signs") || said.contains("lacks key agreement"), "{said}");
    }
}

#[test]
fn a_plan_remembers_certificates_whole_and_shows_them_harmlessly() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("desk.cer");
    let der = certificate(|_| {});
    std::fs::write(&path, &der).unwrap();
    let recipients = parse(&[path.to_str().unwrap()]).unwrap().with_oaep();
    std::fs::remove_file(&path).unwrap();
    let kept = recipients.to_texts();
    assert_eq!(Recipients::from_texts(&kept).unwrap(), recipients);
    let name = recipient_name(&kept[0]);
    let sha256 = crate::digest::Digest::of(&der).to_string();
    assert!(name.starts_with("CN=Service desk") && name.contains(&sha256) && name.ends_with("(OAEP)"), "{name}");
    assert!(!name.contains('\u{202e}'));
    // A path alone is never remembered.
    assert!(Recipients::from_texts(&[path.display().to_string()]).is_err());
}

#[test]
fn a_certificate_that_has_expired_since_is_read_again_as_of_its_time_only() {
    let now = time::OffsetDateTime::now_utc();
    let expired = certificate(|params| params.not_after = now - time::Duration::DAY);
    let texts = [format!("x509:{}", STANDARD.encode(expired))];
    assert!(matches!(Recipients::from_texts(&texts), Err(RecipientError::Certificate { .. })));
    assert!(Recipients::from_texts_as_of(now - 2 * time::Duration::DAY, &texts).unwrap().has_certificates());
    assert!(Recipients::from_texts_as_of(now, &texts).is_err());
}

#[test]
fn the_texts_give_the_same_recipients_again_and_never_read_a_file() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("desk.pub");
    std::fs::write(&path, made().0).unwrap();
    let text = path.display().to_string();
    assert!(parse(&[&text]).is_ok(), "it is there, and would be read");
    assert!(matches!(Recipients::from_texts(&[text]), Err(RecipientError::Mistyped { .. })));
}

#[test]
fn post_quantum_keys_stand_alone_among_age_keys() {
    let tag_pq = TAG_PQ.trim();
    let (classic, _) = made();
    assert!(parse(&[tag_pq]).is_ok());
    assert!(matches!(parse(&[tag_pq, &classic]), Err(RecipientError::Mixed)));
    let both = parse(&[tag_pq]).unwrap().union(&parse(&[&classic]).unwrap());
    assert!(matches!(both, Err(RecipientError::Mixed)));
    assert!(parse(&[TAG, &classic]).is_ok());
}

#[test]
fn a_key_is_not_taken_for_the_name_of_a_file() {
    let (age, _) = made();
    for key in
        [&age, &age.to_uppercase(), "ssh-ed25519 AAAA desk", "ecdsa-sha2-nistp256 AAAA", "x509:MIIB", "x509-oaep:MIIB"]
    {
        assert!(is_a_key(key), "{key}");
    }
    for file in ["desk.pub", "My keys/desk.pub", "ssh-desk.pub", "sk-desk.pub", "C:\\My keys\\desk.pem", "age/desk.txt"]
    {
        assert!(!is_a_key(file), "{file}");
    }
}

#[test]
fn two_lists_become_one_with_each_key_once() {
    let [a, b, c] = [made().0, made().0, made().0];
    let union = parse(&[&a, &b]).unwrap().union(&parse(&[&b, &c]).unwrap()).unwrap();
    assert_eq!(union.to_texts(), [a, b, c]);
}

const TAG: &str = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";
const TAG_PQ: &str = include_str!("tests/tagpq.txt");
