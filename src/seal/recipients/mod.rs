//! Recipients: the public keys that everything is sealed to.

mod age_key;
mod certificate;
mod error;
mod foreign;
mod given;
mod reading;
mod recipient;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

use age::x25519;
use time::OffsetDateTime;

use super::extension::Extension;
use age_key::AgeKey;
pub use certificate::CertificateNote;
pub(super) use certificate::{Certificate, CertificateKey};
pub(super) use recipient::RsaPadding;
use recipient::{CERTIFICATE, CERTIFICATE_OAEP, Recipient};

pub use certificate::{CertificateProblem, MissingKeyUsage};
pub use error::{RecipientError, RecipientPlace};
pub use given::{RecipientDamage, SecretKeyKind, UnsealableKind};

/// Is a text a key itself, and not the name of a file that holds some? Where a file names another one beside it, this decides.
pub fn is_a_key(text: &str) -> bool {
    let folded = text.to_ascii_lowercase();
    let begins = |with: &&str| folded.starts_with(with);
    // A file may be called ssh-desk.pub; the text of an SSH key has a blank in it.
    ["age1", CERTIFICATE, CERTIFICATE_OAEP, "-----begin"].iter().any(begins)
        || folded.contains(' ') && ["ssh-", "ecdsa-", "sk-"].iter().any(begins)
}

/// The public keys that everything is sealed to. There is at least one, and each is there once.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipients(Vec<Recipient>);

impl Recipients {
    /// Reads recipients: each text is one itself, or the name of a file: of a list of them, one a line, `#` for remarks; of
    /// an SSH public key; of an X.509 certificate, PEM or DER. A recipient that is named twice is kept once, at the first place.
    ///
    /// A certificate is accepted only if it may be sealed to now: see [`CertificateProblem`].
    ///
    /// # Errors
    ///
    /// [`RecipientError`]. The text of a secret key that was given by mistake is never part of it.
    pub fn parse(texts: &[String]) -> Result<Self, RecipientError> {
        Self::parse_in(Path::new(""), texts)
    }

    /// [`Recipients::parse`], where the names of files are relative to a folder: that of the file in which they stand.
    pub fn parse_in(folder: &Path, texts: &[String]) -> Result<Self, RecipientError> {
        let mut recipients = Vec::new();
        for text in texts {
            let text = text.trim();
            match reading::recognise(text, &RecipientPlace::COMMAND_LINE)? {
                Some(recipient) => recipients.push(recipient),
                None => reading::read_file(&folder.join(text), text, &mut recipients)?,
            }
        }
        Self::of(recipients)
    }

    /// Reads what [`Recipients::to_texts`] gave. Never reads a file. Certificates are checked again: they may have expired since.
    pub fn from_texts(texts: &[String]) -> Result<Self, RecipientError> {
        Self::from_texts_as_of(OffsetDateTime::now_utc(), texts)
    }

    /// [`Recipients::from_texts`], where certificates have to be valid at another moment: for what was sealed to them then, or
    /// will be.
    pub fn from_texts_as_of(moment: OffsetDateTime, texts: &[String]) -> Result<Self, RecipientError> {
        let recognised = texts.iter().map(|text| {
            reading::recognise_as_of(moment, text, &RecipientPlace::COMMAND_LINE)?.ok_or_else(|| {
                RecipientError::Mistyped {
                    place: RecipientPlace::COMMAND_LINE,
                    text: text.chars().take(40).collect(),
                    damage: RecipientDamage::Changed,
                }
            })
        });
        Self::of(recognised.collect::<Result<_, _>>()?)
    }

    fn of(recipients: Vec<Recipient>) -> Result<Self, RecipientError> {
        let mut distinct = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            if !distinct.contains(&recipient) {
                distinct.push(recipient);
            }
        }
        let all = Self(distinct);
        if all.0.is_empty() {
            return Err(RecipientError::NoneNamed);
        }
        let post_quantum = all.age_keys().filter(|key| key.is_post_quantum()).count();
        if post_quantum > 0 && post_quantum < all.age_keys().count() {
            return Err(RecipientError::Mixed);
        }
        Ok(all)
    }

    /// The same recipients, as far as Windows PowerShell opens what is sealed to them: certificates with an RSA key, for
    /// document encryption. The padding is the one that it knows.
    ///
    /// # Errors
    ///
    /// The first one that it does not open.
    pub fn for_powershell(self) -> Result<Self, RecipientError> {
        let opened = self.0.into_iter().map(|recipient| match recipient {
            Recipient::Age(key) => Err(RecipientError::NoCertificate(key.to_string())),
            Recipient::Certificate(certificate, _) => match certificate.check_for_powershell() {
                Ok(()) => Ok(Recipient::Certificate(certificate, RsaPadding::Pkcs1)),
                Err(why) => Err(RecipientError::Certificate { place: RecipientPlace::COMMAND_LINE, why }),
            },
        });
        Ok(Self(opened.collect::<Result<_, _>>()?))
    }

    /// These recipients and the others, each once.
    ///
    /// # Errors
    ///
    /// [`RecipientError::Mixed`]: the two cannot share an envelope.
    pub fn union(&self, others: &Self) -> Result<Self, RecipientError> {
        Self::of(self.0.iter().chain(&others.0).cloned().collect())
    }

    /// The same recipients, with OAEP (SHA-256) in place of PKCS#1 v1.5 for RSA certificates. Not every program opens it: gpgsm
    /// and older ones do not.
    #[must_use]
    pub fn with_oaep(mut self) -> Self {
        for recipient in &mut self.0 {
            if let Recipient::Certificate(_, padding) = recipient {
                *padding = RsaPadding::Oaep;
            }
        }
        self
    }

    /// Whether there is a certificate among them.
    pub fn has_certificates(&self) -> bool {
        self.certificates().next().is_some()
    }

    /// The recipients as texts, in order, from which [`Recipients::from_texts`] makes them again. A plan holds these. A certificate
    /// is in it as a whole: it is public, but long, so people read [`Recipients::names`].
    pub fn to_texts(&self) -> Vec<String> {
        self.0.iter().map(Recipient::text).collect()
    }

    /// The recipients as people recognise them, in order: age keys as they are, SSH keys by their fingerprint, certificates by
    /// subject, expiry and SHA-256. Safe to print to a terminal.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// The [`names`](Self::names) of those that open sealed files of this kind.
    pub fn names_for(&self, extension: Extension) -> Vec<String> {
        let opens = |recipient: &&Recipient| match recipient {
            Recipient::Age(_) => extension == Extension::Age,
            Recipient::Certificate(..) => extension == Extension::P7m,
        };
        self.0.iter().filter(opens).map(ToString::to_string).collect()
    }

    /// What a person who seals to these certificates should know about opening.
    pub fn notes(&self) -> Vec<CertificateNote> {
        self.certificates().filter_map(|(certificate, _)| certificate.note()).collect()
    }

    /// When the first of the certificates ends; nothing where there is none.
    pub fn first_expiry(&self) -> Option<OffsetDateTime> {
        self.certificates().map(|(certificate, _)| certificate.expires()).min()
    }

    pub(super) fn age_keys(&self) -> impl Iterator<Item = &AgeKey> {
        self.0.iter().filter_map(|recipient| match recipient {
            Recipient::Age(key) => Some(key),
            Recipient::Certificate(..) => None,
        })
    }

    pub(super) fn certificates(&self) -> impl Iterator<Item = (&Certificate, RsaPadding)> {
        self.0.iter().filter_map(|recipient| match recipient {
            Recipient::Age(_) => None,
            Recipient::Certificate(certificate, padding) => Some((&**certificate, *padding)),
        })
    }
}

/// The name of a recipient that [`Recipients::to_texts`] gave. A certificate that has expired since has no name: the text says
/// that it has expired.
pub fn recipient_name(text: &str) -> String {
    match reading::recognise(text, &RecipientPlace::COMMAND_LINE) {
        Ok(Some(recipient)) => recipient.to_string(),
        Err(RecipientError::Certificate { why, .. }) => format!("a certificate that cannot be used: {why}"),
        _ => crate::words::harmless(text).into_owned(),
    }
}

impl From<x25519::Recipient> for Recipients {
    fn from(recipient: x25519::Recipient) -> Self {
        Self(vec![Recipient::Age(AgeKey::X25519(recipient))])
    }
}

impl fmt::Display for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(", "))
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
