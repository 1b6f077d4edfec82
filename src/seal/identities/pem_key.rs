//! Private keys of certificates, in PEM and DER.

use der::{Decode, Reader, Tag};
use pkcs8::EncryptedPrivateKeyInfo;
use zeroize::Zeroizing;

use super::super::asn1::{self, algorithm, oid, tag, value};
use super::super::cms::PrivateKey;
use super::super::pem;
use super::{IdentityError, IdentityKey, IdentityReader};
use crate::pfx;

impl IdentityReader<'_, '_> {
    /// Every private key in a text of PEM blocks; certificates between them are skipped.
    pub(super) fn pem(&mut self, text: &str) -> Result<Vec<IdentityKey>, IdentityError> {
        let mut keys = Vec::new();
        let mut certificates = false;
        for block in pem::blocks(text) {
            match block.label {
                "OPENSSH PRIVATE KEY" => keys.push(self.ssh(text)?),
                "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => {
                    // The old form has headers, which are not base64.
                    let content = block.content.ok_or_else(|| {
                        if text.contains("DEK-Info:") {
                            IdentityError::OldPem(self.path.to_owned())
                        } else {
                            self.unusable()
                        }
                    })?;
                    keys.push(match block.label {
                        "RSA PRIVATE KEY" => self.pkcs1(&content)?,
                        "ENCRYPTED PRIVATE KEY" => self.encrypted(&content)?,
                        _ => self.private_key(&content)?,
                    });
                    // SSH once kept its RSA keys in this form, too.
                    if block.label == "RSA PRIVATE KEY" {
                        keys.extend(self.ssh(text));
                    }
                }
                label if label.contains("CERTIFICATE") => certificates = true,
                _ => {}
            }
        }
        match keys.is_empty() {
            false => Ok(keys),
            true if certificates => Err(IdentityError::NoPrivateKey(self.path.to_owned())),
            true => Err(IdentityError::Empty(self.path.to_owned())),
        }
    }

    pub(super) fn der(&mut self, content: &[u8]) -> Result<Vec<IdentityKey>, IdentityError> {
        let mut values = asn1::sequence(content).map_err(|_| self.unusable())?;
        if !matches!(values.peek_tag(), Ok(Tag::Integer)) {
            // A certificate and an encrypted key both begin with a sequence.
            return match EncryptedPrivateKeyInfo::from_der(content) {
                Ok(_) => Ok(vec![self.encrypted(content)?]),
                Err(_) => Err(IdentityError::NoPrivateKey(self.path.to_owned())),
            };
        }
        match values.decode::<u8>() {
            Ok(3) => self.pfx(content),
            // PKCS#1 goes on with the modulus, PKCS#8 with an algorithm.
            Ok(0) if matches!(values.peek_tag(), Ok(Tag::Integer)) => Ok(vec![self.pkcs1(content)?]),
            _ => Ok(vec![self.private_key(content)?]),
        }
    }

    /// PKCS#8 behind a password.
    pub(super) fn encrypted(&mut self, content: &[u8]) -> Result<IdentityKey, IdentityError> {
        EncryptedPrivateKeyInfo::from_der(content).map_err(|_| self.unusable())?;
        let passphrase = self.passphrase()?;
        let wrong = |_| IdentityError::WrongPassphrase(self.path.to_owned());
        self.private_key(&pfx::private_key(content, &passphrase).map_err(wrong)?)
    }

    fn pkcs1(&self, content: &[u8]) -> Result<IdentityKey, IdentityError> {
        let key = Zeroizing::new(value(tag::OCTET_STRING, &[content]));
        let rsa = algorithm(oid::RSA, &[tag::NULL, 0]);
        let pkcs8 = Zeroizing::new(value(tag::SEQUENCE, &[&value(tag::INTEGER, &[&[0]]), &rsa, &key]));
        self.private_key(&pkcs8)
    }

    pub(super) fn private_key(&self, content: &[u8]) -> Result<IdentityKey, IdentityError> {
        PrivateKey::of_der(content).map(IdentityKey::Certificate).ok_or_else(|| self.unusable())
    }

    fn unusable(&self) -> IdentityError {
        IdentityError::Key(self.path.to_owned())
    }
}
