//! Recognises what people give by mistake in place of a recipient.

use der::{Reader, Tag};

use super::super::asn1::{self, oid};
use super::super::pem;
use super::error::{RecipientError, RecipientPlace};
use super::given::{SecretKeyKind, UnsealableKind};

/// Refuses a text that holds a secret key anywhere: with quotes around it or a name in front, it must not reach a message
/// either.
pub(super) fn refuse_secret(text: &str, place: &RecipientPlace) -> Result<(), RecipientError> {
    const MARKS: [(&str, SecretKeyKind); 5] = [
        ("age-secret-key", SecretKeyKind::Age),
        ("age-plugin-", SecretKeyKind::Age),
        ("openssh private key", SecretKeyKind::Ssh),
        ("private key-----", SecretKeyKind::Pem),
        ("putty-user-key-file", SecretKeyKind::Putty),
    ];
    let folded = text.to_ascii_lowercase();
    match MARKS.iter().find(|(mark, _)| folded.contains(mark)) {
        Some((_, kind)) => Err(place.secret_key(*kind)),
        None => Ok(()),
    }
}

/// Refuses what is a public key, but of a kind that cannot be sealed to. `folded` is in lower case.
pub(super) fn refuse_text(folded: &str, place: &RecipientPlace) -> Result<(), RecipientError> {
    const BEGINNINGS: [(&str, UnsealableKind); 6] = [
        ("age1pq1", UnsealableKind::PostQuantumAge),
        ("sk-", UnsealableKind::SshOnToken),
        ("ecdsa-", UnsealableKind::SshEcdsa),
        ("ssh-dss ", UnsealableKind::SshDsa),
        ("ssh-", UnsealableKind::SshOther),
        ("-----begin", UnsealableKind::PemArgument),
    ];
    // A file may be called ssh-desk.pub; the text of an SSH key has a blank in it.
    let may_be_file = |prefix: &str| prefix.ends_with('-') && !prefix.starts_with('-') && !folded.contains(' ');
    let found = BEGINNINGS.iter().find(|(prefix, _)| folded.starts_with(prefix) && !may_be_file(prefix));
    if let Some((_, kind)) = found {
        return Err(place.unsealable(*kind));
    }
    // A plugin's recipient: its name stands between two signs `1`.
    if folded.strip_prefix("age1").is_some_and(|rest| rest.contains('1')) {
        return Err(place.unsealable(UnsealableKind::AgePlugin));
    }
    Ok(())
}

/// Refuses text files of other kinds.
pub(super) fn refuse_file(text: &str, place: &RecipientPlace) -> Result<(), RecipientError> {
    // A recipients file may say in a remark that the secret key is elsewhere.
    let secret = |line: &&str| !line.trim_start().starts_with('#');
    if pem::is_in(text.as_bytes()) || text.starts_with("PuTTY-User-Key-File") {
        refuse_secret(&text.lines().filter(secret).collect::<Vec<_>>().join("\n"), place)?;
    }
    let kind = if text.starts_with("age-encryption.org/") {
        Some(UnsealableKind::AgeFile)
    } else if text.starts_with("---- BEGIN SSH2 PUBLIC KEY") {
        Some(UnsealableKind::SshOfRfc4716)
    } else {
        pem::blocks(text).iter().find_map(|block| of_label(block.label))
    };
    kind.map_or(Ok(()), |kind| Err(place.unsealable(kind)))
}

/// What stands in a block of PEM, where nothing can be sealed to it.
fn of_label(label: &str) -> Option<UnsealableKind> {
    Some(match label {
        "AGE ENCRYPTED FILE" => UnsealableKind::AgeFile,
        "PKCS7" | "CMS" => UnsealableKind::Bundle { is_der: false },
        "PUBLIC KEY" | "RSA PUBLIC KEY" => UnsealableKind::PublicKeyAlone,
        _ if label.starts_with("PGP ") => UnsealableKind::Pgp,
        _ if label.ends_with("CERTIFICATE REQUEST") => UnsealableKind::CertificateRequest,
        _ => return None,
    })
}

/// Refuses files in DER that are not certificates.
pub(super) fn refuse_der(der: &[u8], place: &RecipientPlace) -> Result<(), RecipientError> {
    let Ok(mut values) = asn1::sequence(der) else { return Ok(()) };
    match values.peek_tag() {
        Ok(Tag::ObjectIdentifier) if values.decode() == Ok(oid::SIGNED_DATA) => {
            Err(place.unsealable(UnsealableKind::Bundle { is_der: true }))
        }
        Ok(Tag::Integer) => match values.decode::<u8>() {
            // PKCS#12 is in version 3, private keys in 0 or 1.
            Ok(3) => Err(place.secret_key(SecretKeyKind::Pfx)),
            _ => Err(place.secret_key(SecretKeyKind::Der)),
        },
        _ => Ok(()),
    }
}
