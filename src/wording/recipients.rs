//! What to do about recipients that cannot be used.

use crate::plan::handoff::HandoffKeysError;
use crate::seal::{CertificateProblem, RecipientDamage, RecipientError, RecipientPlace, SecretKeyKind, UnsealableKind};
use crate::words::quoted;

use super::worded_step::WordedStep;

/// Makes the key of a recipient.
pub const KEYGEN: &str = "sealoff keygen -o key.txt";

const ACCEPTED: &str = "Give an age recipient (age1…), an SSH public key (ssh-ed25519 or ssh-rsa), a file of such keys, one on \
     each line, or the file of an X.509 certificate (PEM or DER). A new age recipient is made with";
const FOR_DOCUMENTS: &str = "Name an X.509 certificate for document encryption (1.3.6.1.4.1.311.80.1) with an RSA key: see sealoff \
     help hybrid.";
const OTHER_SSH_KEY: &str = "Ask its owner for an ssh-ed25519 or ssh-rsa key.";
const NEW_SSH_KEY: &str = "Ask its owner for an ssh-ed25519 key.";

/// What to do about recipients that cannot be used.
pub fn remedy(error: &RecipientError) -> WordedStep {
    match error {
        RecipientError::NoneNamed | RecipientError::Unreadable { .. } => WordedStep::typed(ACCEPTED, KEYGEN),
        RecipientError::Mistyped { damage: RecipientDamage::Changed, .. } => {
            "Make a new plan: this one is not as it was written.".into()
        }
        RecipientError::Mistyped { .. } => "Copy it again from its owner.".into(),
        RecipientError::SecretKey { place, kind } => instead_of_secret(*kind, place),
        RecipientError::Unsealable { place, kind } => instead(*kind, place),
        RecipientError::NoCertificate(_) => FOR_DOCUMENTS.into(),
        RecipientError::Certificate { why, .. } => other_certificate(why).into(),
        RecipientError::Chain { .. } => "Cut out the others: they are of the authorities that signed it.".into(),
        RecipientError::Mixed => {
            "Seal to the one kind or to the other. Certificates can be combined with either.".into()
        }
        RecipientError::File { .. } => "Name a file that is there and may be read.".into(),
        RecipientError::NoText(_) => "Name a file of recipients, one on each line, or of a certificate.".into(),
        RecipientError::EmptyFile(_) => "Write one on each line.".into(),
    }
}

/// The same for what a file of recipients names, where one of its keys is what is wrong.
pub fn remedy_in_file(error: &HandoffKeysError) -> Option<WordedStep> {
    match error {
        HandoffKeysError::Keys { error, .. } => Some(remedy(error)),
        _ => None,
    }
}

fn instead_of_secret(kind: SecretKeyKind, place: &RecipientPlace) -> WordedStep {
    let what = |instead: &str| format!("If others may have seen it, replace it. {instead}");
    match kind {
        SecretKeyKind::Age => what("Seal to the public key beside it, which begins with age1.").into(),
        SecretKeyKind::Ssh => what("Seal to its public half, the file of the same name that ends in .pub.").into(),
        SecretKeyKind::Putty => what("Export its public half in OpenSSH's form, which begins with ssh-.").into(),
        SecretKeyKind::Pem => what("Seal to the certificate or the public key that belongs to it.").into(),
        SecretKeyKind::Der => what("Seal to the certificate that belongs to it.").into(),
        SecretKeyKind::Pfx => by_command(&what("Give the certificate itself"), place, |file| {
            format!("openssl pkcs12 -in {file} -clcerts -nokeys -out certificate.pem")
        }),
    }
}

fn instead(kind: UnsealableKind, place: &RecipientPlace) -> WordedStep {
    match kind {
        UnsealableKind::PostQuantumAge => "Give an age1… recipient, or age1tagpq1… for one on a hardware key.".into(),
        UnsealableKind::AgePlugin => {
            "Plugins are not run for every credential: ask its owner for an age1tag1… recipient, or for another key."
                .into()
        }
        UnsealableKind::AgeFile => "Give the public key (age1…) of the person who will open it.".into(),
        UnsealableKind::SshOnToken => {
            "A key on a security token cannot decrypt: give an age1tag1… recipient for it, or another key.".into()
        }
        UnsealableKind::SshEcdsa | UnsealableKind::SshOther => OTHER_SSH_KEY.into(),
        UnsealableKind::SshDsa | UnsealableKind::SshWeakRsa | UnsealableKind::SshLongRsa => NEW_SSH_KEY.into(),
        UnsealableKind::SshOfRfc4716 => {
            by_command("Give what this prints", place, |file| format!("ssh-keygen -i -f {file}"))
        }
        UnsealableKind::PemArgument => "Write it to a file, and name that file.".into(),
        UnsealableKind::Pgp => {
            "Give a recipient made by sealoff keygen (age1…), an ssh-ed25519 or ssh-rsa key, or a certificate.".into()
        }
        UnsealableKind::Bundle { is_der } => {
            let form = if is_der { "-inform DER " } else { "" };
            by_command("Take its owner's own certificate out of what this prints", place, |file| {
                format!("openssl pkcs7 {form}-print_certs -in {file}")
            })
        }
        UnsealableKind::PublicKeyAlone => {
            "Give the certificate that contains it, or an SSH public key, or an age recipient.".into()
        }
        UnsealableKind::CertificateRequest => "Give the certificate that the authority made from it.".into(),
    }
}

/// A sentence, and the command that does it where the file is known.
fn by_command(what: &str, place: &RecipientPlace, command: impl FnOnce(String) -> String) -> WordedStep {
    match place.file() {
        Some(file) => WordedStep::typed(what, command(quoted(file))),
        None => format!("{what}.").into(),
    }
}

fn other_certificate(why: &CertificateProblem) -> &'static str {
    match why {
        CertificateProblem::Unreadable => "Ask its owner for the file again.",
        CertificateProblem::Expired(_) => "Ask its owner for the current one.",
        CertificateProblem::NotYetValid(_) => "Check the clock of this computer, or ask its owner for the current one.",
        CertificateProblem::KeyUsage(_) => {
            "Ask its owner for an encryption certificate. From AD CS, it is one of a template whose purpose is Encryption."
        }
        CertificateProblem::Purpose(_) => {
            "Use a certificate for document encryption (1.3.6.1.4.1.311.80.1) or secure e-mail, or one whose purposes are not \
             limited."
        }
        CertificateProblem::WeakKey(_) | CertificateProblem::LongKey(_) | CertificateProblem::KeyKind(_) => {
            "Ask its owner for a certificate with another key."
        }
        CertificateProblem::NotRsa | CertificateProblem::NotForDocuments => FOR_DOCUMENTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Recipients;

    fn remedy_of(text: &str) -> WordedStep {
        remedy(&Recipients::parse(&[text.to_owned()]).unwrap_err())
    }

    #[test]
    fn what_is_given_by_mistake_has_a_remedy_of_its_own() {
        for (text, what) in [
            ("nonsense", "Give an age recipient"),
            ("age1nonsense", "Copy it again"),
            ("age1pq1qqqq", "age1tagpq1…"),
            ("age1other1qqqq", "age1tag1…"),
            ("ssh-ed25519 AAAA ada", "Copy it again"),
            ("ssh-dss AAAA", "ssh-ed25519 key"),
            ("ecdsa-sha2-nistp256 AAAA", "ssh-ed25519 or ssh-rsa"),
            ("sk-ssh-ed25519@openssh.com AAAA", "cannot decrypt"),
            ("-----BEGIN CERTIFICATE-----", "Write it to a file"),
            ("AGE-SECRET-KEY-1QQQ", "replace it. Seal to the public key"),
        ] {
            let said = remedy_of(text).what;
            assert!(said.contains(what), "{text}: {said}");
        }
        assert_eq!(remedy_of("nonsense").command.as_deref(), Some(KEYGEN));
    }
}
