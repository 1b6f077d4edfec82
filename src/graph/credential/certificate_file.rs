//! The file that a certificate and its key come in: PEM or PFX, open or behind a password.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use secrecy::SecretString;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::graph::certificate::validity;
use crate::pem;
use crate::pfx::{self, Pfx, PfxCertificate, PfxContents, PfxError};
use crate::text_file::{self, Letters};

/// No such file is longer.
const MAX_FILE: u64 = 1 << 20;

/// Why a certificate cannot be used to get in. No content of the file is ever part of it.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The file cannot be read.
    #[error("the certificate file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate in it.
    #[error(
        "{} holds no certificate: it must be a PFX file, or PEM with the certificate and its private key in one file",
        .0.display()
    )]
    NoCertificate(PathBuf),
    /// There is no private key in it.
    #[error(
        "{} holds a certificate and no private key: put both into one PEM file (cat certificate.pem key.pem > both.pem), or \
         export the certificate with its private key as PFX", .0.display()
    )]
    NoKey(PathBuf),
    /// It is behind a password, and none was given.
    #[error("the private key in {} is behind a password, and none was given", .0.display())]
    Locked(PathBuf),
    /// The password does not open it.
    #[error("the password does not open {}", .0.display())]
    WrongPassword(PathBuf),
    /// PEM encrypted in the way of before PKCS #8.
    #[error("the private key in {} is encrypted in an old form", .0.display())]
    OldPem(PathBuf),
    /// A PFX file that cannot be read here.
    #[error("the PFX file {} cannot be read: it is damaged, or in a form that is not DER", .0.display())]
    Damaged(PathBuf),
    /// A cipher that is not opened here.
    #[error("{} is encrypted with {cipher}, which sealoff does not open", path.display())]
    Cipher {
        /// The file.
        path: PathBuf,
        /// The cipher.
        cipher: &'static str,
    },
    /// Not an RSA key that can sign.
    #[error(
        "the private key in {} cannot sign for Entra ID: it must be an RSA key of 2048 bits or more ({reason})",
        path.display()
    )]
    NotRsa {
        /// The file.
        path: PathBuf,
        /// What the cryptographic library says.
        reason: String,
    },
    /// The key is another certificate's.
    #[error("the private key in {} does not belong to a certificate in it", .0.display())]
    KeyOfAnother(PathBuf),
    /// Several keys, each with its certificate.
    #[error(
        "{} holds {keys} private keys, each with a certificate of its own, and which of them is the app's cannot be known: \
         export that one alone", path.display()
    )]
    SeveralKeys {
        /// The file.
        path: PathBuf,
        /// How many.
        keys: usize,
    },
}

/// Asks for the password of the file at a path; `None` where no person can be asked.
pub type AskPassword<'a> = dyn FnMut(&Path) -> Option<SecretString> + 'a;

/// What opens a file that is behind a password. It cannot be printed.
pub struct FilePassword<'a> {
    given: Option<SecretString>,
    ask: &'a mut AskPassword<'a>,
}

impl<'a> FilePassword<'a> {
    /// The one that was given, and no other. Without one, the empty password is tried before anybody is asked: Azure Key
    /// Vault puts no other on the files that it gives out.
    pub fn new(given: Option<SecretString>, ask: &'a mut AskPassword<'a>) -> Self {
        Self { given, ask }
    }

    fn open<T>(
        &mut self,
        path: &Path,
        open: impl Fn(&SecretString) -> Result<T, PfxError>,
    ) -> Result<T, CertificateError> {
        let failed = |error| failed(path, error);
        if let Some(given) = &self.given {
            return open(given).map_err(failed);
        }
        match open(&SecretString::from("")) {
            Err(PfxError::WrongPassword) => {}
            opened => return opened.map_err(failed),
        }
        let typed = (self.ask)(path).ok_or_else(|| CertificateError::Locked(path.to_owned()))?;
        open(&typed).map_err(failed)
    }
}

impl fmt::Debug for FilePassword<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FilePassword")
    }
}

fn failed(path: &Path, error: PfxError) -> CertificateError {
    let path = path.to_owned();
    match error {
        PfxError::Damaged => CertificateError::Damaged(path),
        PfxError::WrongPassword => CertificateError::WrongPassword(path),
        PfxError::Cipher(cipher) => CertificateError::Cipher { path, cipher },
    }
}

/// The one RSA key in a file, and the certificate that belongs to it, as DER.
///
/// # Errors
///
/// [`CertificateError`].
pub(super) fn read(path: &Path, password: &mut FilePassword<'_>) -> Result<(RsaKeyPair, Vec<u8>), CertificateError> {
    let unreadable = |source| CertificateError::Unreadable { path: path.to_owned(), source };
    let content = text_file::content(path, MAX_FILE).map_err(unreadable)?;
    let contents =
        if pfx::is_binary(&content) { of_pfx(&content, path, password)? } else { of_pem(&content, path, password)? };
    pair(contents, path)
}

fn of_pfx(content: &[u8], path: &Path, password: &mut FilePassword<'_>) -> Result<PfxContents, CertificateError> {
    if validity(content).is_some() {
        return Err(CertificateError::NoKey(path.to_owned()));
    }
    let pfx = Pfx::parse(content).map_err(|error| failed(path, error))?;
    if pfx.is_locked() {
        password.open(path, |password| pfx.open(password))
    } else {
        pfx.open(&SecretString::from("")).map_err(|error| failed(path, error))
    }
}

fn of_pem(content: &[u8], path: &Path, password: &mut FilePassword<'_>) -> Result<PfxContents, CertificateError> {
    // What stands around the blocks is a name, in any encoding.
    let text = text_file::text_of(content, Letters::Unicode)
        .unwrap_or_else(|_| Zeroizing::new(String::from_utf8_lossy(content).into_owned()));
    let text = text.as_str();
    let mut contents = PfxContents::default();
    for block in pem::blocks(text) {
        let Some(content) = block.content else {
            if block.label.ends_with("PRIVATE KEY") && text.contains("DEK-Info:") {
                return Err(CertificateError::OldPem(path.to_owned()));
            }
            continue;
        };
        let key = |pkcs8| pfx::PfxPrivateKey { pkcs8, local_key_id: None };
        match block.label {
            "CERTIFICATE" => contents.certificates.push(PfxCertificate { der: content.to_vec(), local_key_id: None }),
            "ENCRYPTED PRIVATE KEY" => {
                contents.keys.push(key(password.open(path, |password| pfx::private_key(&content, password))?));
            }
            label if label.ends_with("PRIVATE KEY") => contents.keys.push(key(content)),
            _ => {}
        }
    }
    Ok(contents)
}

/// Picks the key and its certificate out of everything.
fn pair(contents: PfxContents, path: &Path) -> Result<(RsaKeyPair, Vec<u8>), CertificateError> {
    let path = || path.to_owned();
    let PfxContents { keys, certificates } = contents;
    if certificates.is_empty() {
        return Err(CertificateError::NoCertificate(path()));
    }
    if keys.is_empty() {
        return Err(CertificateError::NoKey(path()));
    }
    let (mut pairs, mut rejected) = (Vec::new(), None);
    for key in &keys {
        // The text says PKCS #8 or PKCS #1; both begin alike, and only one of them is read as what it is.
        let read =
            RsaKeyPair::from_pkcs8(&key.pkcs8).or_else(|error| RsaKeyPair::from_der(&key.pkcs8).map_err(|_| error));
        match read {
            Ok(rsa) => {
                let own = certificate_of(&rsa, key.local_key_id.as_deref(), &certificates);
                pairs.extend(own.map(|own| (rsa, own.der.clone())));
            }
            Err(error) => rejected = Some(error.to_string()),
        }
    }
    match (pairs.len(), rejected) {
        (0, Some(reason)) => Err(CertificateError::NotRsa { path: path(), reason }),
        (0, None) => Err(CertificateError::KeyOfAnother(path())),
        (1, _) => Ok(pairs.remove(0)),
        (keys, _) => Err(CertificateError::SeveralKeys { path: path(), keys }),
    }
}

/// The certificate of a key, among its issuers and others. The same key may have been certified more than once: then it is
/// the one that the file marks as the key's, and without a mark the one that is good for longest.
fn certificate_of<'c>(
    key: &RsaKeyPair,
    local_key_id: Option<&[u8]>,
    certificates: &'c [PfxCertificate],
) -> Option<&'c PfxCertificate> {
    // The public key stands in its certificates byte for byte, and in no other.
    let public = key.public_key().as_ref();
    let own = certificates.iter().filter(|one| one.der.windows(public.len()).any(|window| window == public));
    let rank = |one: &&PfxCertificate| {
        let marked = local_key_id.is_some() && one.local_key_id.as_deref() == local_key_id;
        (marked, validity(&one.der).map_or(OffsetDateTime::UNIX_EPOCH, |(_, end)| end))
    };
    own.max_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Ab3~very.secret";

    fn key() -> rcgen::KeyPair {
        rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap()
    }

    fn certificate(key: &rcgen::KeyPair, days: i64, mark: Option<&[u8]>) -> PfxCertificate {
        let mut parameters = rcgen::CertificateParams::default();
        let now = OffsetDateTime::now_utc();
        (parameters.not_before, parameters.not_after) = (now, now + time::Duration::days(days));
        let der = parameters.self_signed(key).unwrap().der().to_vec();
        PfxCertificate { der, local_key_id: mark.map(<[u8]>::to_vec) }
    }

    fn contents(key: &rcgen::KeyPair, mark: Option<&[u8]>, certificates: &[&PfxCertificate]) -> PfxContents {
        let copy =
            |one: &&PfxCertificate| PfxCertificate { der: one.der.clone(), local_key_id: one.local_key_id.clone() };
        let key =
            pfx::PfxPrivateKey { pkcs8: Zeroizing::new(key.serialize_der()), local_key_id: mark.map(<[u8]>::to_vec) };
        PfxContents { keys: vec![key], certificates: certificates.iter().map(copy).collect() }
    }

    #[test]
    fn the_certificate_of_the_key_is_taken_in_spite_of_what_stands_beside_it() {
        let (own, other) = (key(), key());
        let (marked, renewed) = (certificate(&own, 10, Some(b"1")), certificate(&own, 90, None));
        // Of another key: it lasts longest, and bears the very mark.
        let foreign = certificate(&other, 900, Some(b"1"));
        let picked = |mark, certificates: &[&PfxCertificate]| {
            pair(contents(&own, mark, certificates), Path::new("app.pfx")).map(|(_, der)| der)
        };
        for order in [[&marked, &renewed, &foreign], [&foreign, &renewed, &marked]] {
            assert_eq!(picked(Some(b"1"), &order).unwrap(), marked.der, "the one with the key's mark");
            assert_eq!(picked(None, &order).unwrap(), renewed.der, "without a mark, the one that is good for longest");
        }
        assert_eq!(picked(Some(b"1"), &[&foreign, &renewed]).unwrap(), renewed.der, "a mark alone proves nothing");
        assert!(matches!(picked(Some(b"1"), &[&foreign]), Err(CertificateError::KeyOfAnother(_))));
    }

    #[test]
    fn a_password_is_never_printed_by_what_holds_it_or_by_what_failed() {
        let mut asked = 0;
        let mut ask = |_: &Path| {
            asked += 1;
            None
        };
        let mut password = FilePassword::new(Some(SecretString::from(SECRET)), &mut ask);
        let refused = password.open(Path::new("app.pfx"), |_| Err::<(), _>(PfxError::WrongPassword)).unwrap_err();
        let printed = format!("{password:?} {refused:?} {refused}");
        assert!(!printed.contains("very") && printed.contains("app.pfx"), "{printed}");
        assert_eq!(asked, 0, "where a password is given, no person is asked");
    }

    #[test]
    fn an_empty_password_is_tried_before_anybody_is_asked() {
        use secrecy::ExposeSecret as _;
        let opens_with = |right: &'static str| {
            let mut asked = Vec::new();
            let mut ask = |path: &Path| {
                asked.push(path.to_owned());
                Some(SecretString::from(SECRET))
            };
            let open = |password: &SecretString| match password.expose_secret() == right {
                true => Ok(()),
                false => Err(PfxError::WrongPassword),
            };
            let opened = FilePassword::new(None, &mut ask).open(Path::new("app.pfx"), open);
            (opened.is_ok(), asked.len())
        };
        assert_eq!(opens_with(""), (true, 0));
        assert_eq!(opens_with(SECRET), (true, 1));
        assert_eq!(opens_with("other"), (false, 1));
    }
}
