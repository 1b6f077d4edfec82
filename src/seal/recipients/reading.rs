//! Recognises recipients: in a text, on the lines of a file, and in files of other kinds.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use age::ssh::ParseRecipientKeyError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;

use super::super::pem;
use super::age_key::AgeKey;
use super::certificate::{Certificate, CertificateProblem};
use super::error::{RecipientError, RecipientPlace};
use super::foreign;
use super::given::{RecipientDamage, UnsealableKind};
use super::recipient::{CERTIFICATE, CERTIFICATE_OAEP, Recipient, RsaPadding};
use crate::text_file::{self, Letters};

/// A list of recipients has a few lines. The limit keeps a wrong file from being read for minutes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Reads a recipient; `None` if the text does not look like one, and may be the name of a file.
pub(super) fn recognise(text: &str, place: &RecipientPlace) -> Result<Option<Recipient>, RecipientError> {
    recognise_as_of(OffsetDateTime::now_utc(), text, place)
}

/// [`recognise`], where certificates have to be valid at another moment.
pub(super) fn recognise_as_of(
    moment: OffsetDateTime,
    text: &str,
    place: &RecipientPlace,
) -> Result<Option<Recipient>, RecipientError> {
    foreign::refuse_secret(text, place)?;
    for (prefix, padding) in [(CERTIFICATE, RsaPadding::Pkcs1), (CERTIFICATE_OAEP, RsaPadding::Oaep)] {
        if let Some(encoded) = text.strip_prefix(prefix) {
            let der = STANDARD.decode(encoded).map_err(|_| RecipientError::Certificate {
                place: place.clone(),
                why: CertificateProblem::Unreadable,
            })?;
            return certificate_as_of(moment, &der, padding, place).map(Some);
        }
    }
    if text.starts_with("ssh-ed25519 ") || text.starts_with("ssh-rsa ") {
        return ssh(text, place).map(Some);
    }
    // Bech32 may be written in capitals.
    let folded = text.to_ascii_lowercase();
    let why = match text.parse() {
        Ok(key) => return Ok(Some(Recipient::Age(AgeKey::X25519(key)))),
        Err(why) => why,
    };
    let parsed = if folded.starts_with("age1tagpq1") {
        Some(text.parse().map(|key| AgeKey::TagPq(Box::new(key))))
    } else if folded.starts_with("age1tag1") {
        Some(text.parse().map(|key| AgeKey::Tag(Box::new(key))))
    } else {
        None
    };
    let why = match parsed {
        Some(Ok(key)) => return Ok(Some(Recipient::Age(key))),
        Some(Err(why)) => why,
        None => {
            foreign::refuse_text(&folded, place)?;
            why
        }
    };
    if folded.starts_with("age1") {
        let damage = RecipientDamage::Age(why);
        return Err(RecipientError::Mistyped { place: place.clone(), text: cut(text), damage });
    }
    Ok(None)
}

fn ssh(text: &str, place: &RecipientPlace) -> Result<Recipient, RecipientError> {
    AgeKey::of_ssh(text).map(Recipient::Age).map_err(|problem| match problem {
        ParseRecipientKeyError::Invalid(_) => {
            RecipientError::Mistyped { place: place.clone(), text: cut(text), damage: RecipientDamage::Ssh }
        }
        ParseRecipientKeyError::RsaModulusTooSmall => place.unsealable(UnsealableKind::SshWeakRsa),
        ParseRecipientKeyError::RsaModulusTooLarge => place.unsealable(UnsealableKind::SshLongRsa),
        _ => place.unsealable(UnsealableKind::SshOther),
    })
}

fn certificate(der: &[u8], padding: RsaPadding, place: &RecipientPlace) -> Result<Recipient, RecipientError> {
    certificate_as_of(OffsetDateTime::now_utc(), der, padding, place)
}

fn certificate_as_of(
    moment: OffsetDateTime,
    der: &[u8],
    padding: RsaPadding,
    place: &RecipientPlace,
) -> Result<Recipient, RecipientError> {
    foreign::refuse_der(der, place)?;
    Certificate::read(der, moment)
        .map(|certificate| Recipient::Certificate(Arc::new(certificate), padding))
        .map_err(|why| RecipientError::Certificate { place: place.clone(), why })
}

/// Reads a file of recipients, a public key, or a certificate. `text` is what named the file.
pub(super) fn read_file(path: &Path, text: &str, recipients: &mut Vec<Recipient>) -> Result<(), RecipientError> {
    let failed = |error| RecipientError::File { path: path.to_owned(), error };
    let file = match File::open(path) {
        Ok(file) => file,
        // A text that names no file was most likely meant to be a recipient.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename
            ) =>
        {
            return Err(RecipientError::Unreadable { place: RecipientPlace::COMMAND_LINE, text: cut(text) });
        }
        Err(error) => return Err(failed(error)),
    };
    // It may turn out to be a secret key.
    let content = text_file::content_of(file, MAX_FILE_BYTES).map_err(failed)?;
    of_content(&content, path, recipients)
}

pub(super) fn of_content(content: &[u8], path: &Path, recipients: &mut Vec<Recipient>) -> Result<(), RecipientError> {
    let whole = RecipientPlace(Some((path.to_owned(), None)));
    // A SEQUENCE, as every certificate begins; no text begins so, short of a zero alone.
    if content.first() == Some(&0x30) && content.get(1).is_some_and(|length| *length >= 0x80) {
        recipients.push(certificate(content, RsaPadding::Pkcs1, &whole)?);
        return Ok(());
    }
    let text =
        text_file::text_of(content, Letters::OrWindows1252).map_err(|_| RecipientError::NoText(path.to_owned()))?;
    foreign::refuse_file(&text, &whole)?;
    if pem::is_in(text.as_bytes()) {
        recipients.push(of_pem(&text, &whole)?);
        return Ok(());
    }
    let before = recipients.len();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = RecipientPlace(Some((path.to_owned(), Some(index + 1))));
        match recognise(line, &place)? {
            Some(recipient) => recipients.push(recipient),
            None => return Err(RecipientError::Unreadable { place, text: cut(line) }),
        }
    }
    if recipients.len() == before { Err(RecipientError::EmptyFile(path.to_owned())) } else { Ok(()) }
}

fn of_pem(text: &str, place: &RecipientPlace) -> Result<Recipient, RecipientError> {
    let blocks = pem::blocks(text);
    let certificates: Vec<_> = blocks
        .iter()
        .filter(|block| matches!(block.label, "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"))
        .collect();
    let unreadable = || RecipientError::Certificate { place: place.clone(), why: CertificateProblem::Unreadable };
    match certificates.as_slice() {
        [one] => certificate(one.content.as_ref().ok_or_else(unreadable)?, RsaPadding::Pkcs1, place),
        [] => Err(unreadable()),
        several => Err(RecipientError::Chain { place: place.clone(), count: several.len() }),
    }
}

fn cut(text: &str) -> String {
    const MAX_CHARACTERS: usize = 40;
    let mut cut: String = text.chars().take(MAX_CHARACTERS).collect();
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        cut.push('…');
    }
    cut
}
