//! What people give by mistake in place of a recipient, each with what to give instead.

use der::{Reader, Tag};

use super::super::asn1::{self, oid};
use super::super::pem;
use super::error::{RecipientError, RecipientPlace};

const AGE_OR_SSH: &str =
    "give a recipient made by `sealoff keygen` (age1…), an ssh-ed25519 or ssh-rsa key, or a certificate";
const OWN_CERTIFICATE: &str = "give the certificate itself: \
     openssl pkcs12 -in FILE -clcerts -nokeys -out certificate.pem";

/// Refuses a text that holds a secret key anywhere: with quotes around it or a name in front, it must not reach a message
/// either.
pub(super) fn refuse_secret(text: &str, place: &RecipientPlace) -> Result<(), RecipientError> {
    let folded = text.to_ascii_lowercase();
    let secret = |kind, instead| Err(RecipientError::SecretKey { place: place.clone(), kind, instead });
    if folded.contains("age-secret-key") || folded.contains("age-plugin-") {
        return secret("AGE-SECRET-KEY-…", "seal to the public key beside it, which begins with age1");
    }
    if folded.contains("openssh private key") {
        return secret("of SSH", "seal to its public half, the file of the same name that ends in .pub");
    }
    if folded.contains("private key-----") {
        return secret("in PEM", "seal to the certificate or the public key that belongs to it");
    }
    if folded.contains("putty-user-key-file") {
        return secret("of PuTTY", "export its public half in OpenSSH's form, which begins with ssh-");
    }
    Ok(())
}

/// Refuses what is a public key, but of a kind that cannot be sealed to. `folded` is in lower case.
pub(super) fn refuse_text(folded: &str, place: &RecipientPlace) -> Result<(), RecipientError> {
    const HARDWARE: &str =
        "a key on a security token cannot decrypt; give an age1tag1… recipient for it, or another key";
    const PLUGIN: &str =
        "plugins are not run for every credential; ask its owner for an age1tag1… recipient, or for another key";
    let kinds: [(&str, &'static str, &'static str); 7] = [
        (
            "age1pq1",
            "a post-quantum age recipient (age1pq1…), which the age library of this version does not know yet,",
            "give an age1… recipient, or age1tagpq1… for one on a hardware key",
        ),
        ("age1yubikey1", "an age recipient of a plugin (age1yubikey1…)", PLUGIN),
        ("sk-", "an SSH key on a security token (sk-…)", HARDWARE),
        ("ecdsa-", "an SSH key of ECDSA", "ask its owner for an ssh-ed25519 or ssh-rsa key"),
        ("ssh-dss ", "an SSH key of DSA", "ask its owner for an ssh-ed25519 key"),
        ("ssh-", "an SSH key of this type", "ask its owner for an ssh-ed25519 or ssh-rsa key"),
        ("-----begin", "PEM as an argument", "write it to a file, and name that file"),
    ];
    let unsupported = |kind, instead| Err(RecipientError::Unsupported { place: place.clone(), kind, instead });
    // A file may be called ssh-desk.pub; the text of an SSH key has a blank in it.
    let may_be_file = |prefix: &str| prefix.ends_with('-') && !prefix.starts_with('-') && !folded.contains(' ');
    let found = kinds.iter().find(|(prefix, ..)| folded.starts_with(prefix) && !may_be_file(prefix));
    if let Some((_, kind, instead)) = found {
        return unsupported(kind, instead);
    }
    // A plugin's recipient: its name stands between two signs `1`.
    if folded.strip_prefix("age1").is_some_and(|rest| rest.contains('1')) {
        return unsupported("an age recipient of a plugin (age1NAME1…)", PLUGIN);
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
    let unsupported = |kind, instead| Err(RecipientError::Unsupported { place: place.clone(), kind, instead });
    if text.starts_with("age-encryption.org/") {
        return unsupported("an encrypted age file", "give the public key (age1…) of the person who will open it");
    }
    if text.starts_with("---- BEGIN SSH2 PUBLIC KEY") {
        return unsupported("an SSH key in this form", "convert it with: ssh-keygen -i -f FILE");
    }
    for block in pem::blocks(text) {
        match block.label {
            label if label.starts_with("PGP ") => return unsupported("a PGP key", AGE_OR_SSH),
            "AGE ENCRYPTED FILE" => {
                return unsupported(
                    "an encrypted age file",
                    "give the public key (age1…) of the person who will open it",
                );
            }
            "PKCS7" | "CMS" => return unsupported("a PKCS#7 bundle", BUNDLE),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => {
                return unsupported(
                    "a public key alone",
                    "give the certificate that contains it, or an SSH public key, or an age recipient",
                );
            }
            label if label.ends_with("CERTIFICATE REQUEST") => {
                return unsupported("a certificate request", "give the certificate that the authority made from it");
            }
            _ => {}
        }
    }
    Ok(())
}

const BUNDLE: &str = "take its owner's own certificate out of it: openssl pkcs7 -print_certs -in FILE";

/// Refuses files in DER that are not certificates.
pub(super) fn refuse_der(der: &[u8], place: &RecipientPlace) -> Result<(), RecipientError> {
    let unsupported = |kind, instead| Err(RecipientError::Unsupported { place: place.clone(), kind, instead });
    let secret = |kind, instead| Err(RecipientError::SecretKey { place: place.clone(), kind, instead });
    let Ok(mut values) = asn1::sequence(der) else { return Ok(()) };
    match values.peek_tag() {
        Ok(Tag::ObjectIdentifier) if values.decode() == Ok(oid::SIGNED_DATA) => unsupported("a PKCS#7 bundle", BUNDLE),
        Ok(Tag::Integer) => match values.decode::<u8>() {
            // PKCS#12 is in version 3, private keys in 0 or 1.
            Ok(3) => secret("a PFX file", OWN_CERTIFICATE),
            _ => secret("in DER", "seal to the certificate that belongs to it"),
        },
        _ => Ok(()),
    }
}
