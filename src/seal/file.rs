//! A whole file, sealed: an age file that the stock `age` program opens as well.

use std::io::{Read, Write};

use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use super::envelope::{SealError, UnsealError};
use super::identities::Identities;
use super::recipients::Recipients;

/// The first line of every age file that this version can open.
const AGE_MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// Headers of the format, and some of the overhead for each piece.
const OVERHEAD: usize = 4096;

/// A file that only its recipients can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// Its content.
    pub bytes: Vec<u8>,
    /// What its name ends in, without a dot.
    pub extension: &'static str,
}

/// Encrypts a file to all recipients.
///
/// # Errors
///
/// [`SealError`].
pub fn seal_file(recipients: &Recipients, content: &[u8]) -> Result<SealedFile, SealError> {
    let failed = |error: &dyn std::fmt::Display| SealError::of(error);
    let encryptor = Encryptor::with_recipients(recipients.keys()).map_err(|error| failed(&error))?;
    let room = content.len() + content.len() / 1024 + OVERHEAD;
    let mut writer = encryptor.wrap_output(Vec::with_capacity(room)).map_err(|error| failed(&error))?;
    writer.write_all(content).map_err(|error| failed(&error))?;
    let bytes = writer.finish().map_err(|error| failed(&error))?;
    Ok(SealedFile { bytes, extension: "age" })
}

/// Does a file begin as one does that [`seal_file`] made?
#[must_use]
pub fn is_sealed_file(head: &[u8]) -> bool {
    head.starts_with(AGE_MAGIC)
}

/// Opens a sealed file.
///
/// # Errors
///
/// [`UnsealError`]; a file that was changed or cut off gives nothing at all.
pub fn open_file(identities: &Identities, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let damaged = |what: &str| UnsealError::Damaged(what.to_owned());
    let decryptor = Decryptor::new_buffered(file).map_err(|_| damaged("its header cannot be read"))?;
    let mut reader = decryptor.decrypt(identities.keys()).map_err(|error| match error {
        DecryptError::NoMatchingKeys => UnsealError::NotForThisIdentity,
        _ => damaged("its header was changed"),
    })?;
    let mut content = Zeroizing::new(Vec::with_capacity(file.len()));
    reader.read_to_end(&mut content).map_err(|_| damaged("its content was changed or cut off"))?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::super::identities::Identity;
    use super::*;

    #[test]
    fn a_file_opens_for_its_recipients_and_for_nobody_else_and_whole_or_not_at_all() {
        let (ours, theirs) = (Identity::generate(), Identity::generate());
        let content = vec![7; 300_000];
        let sealed = seal_file(&ours.recipients(), &content).unwrap();
        assert!(is_sealed_file(&sealed.bytes) && !sealed.bytes.windows(64).any(|window| window == [7; 64]));
        let (ours, theirs) = (Identities::from(ours), Identities::from(theirs));
        assert_eq!(*open_file(&ours, &sealed.bytes).unwrap(), content);
        assert_eq!(open_file(&theirs, &sealed.bytes).unwrap_err(), UnsealError::NotForThisIdentity);
        for length in [0, 10, 200, sealed.bytes.len() / 2, sealed.bytes.len() - 1] {
            let error = open_file(&ours, &sealed.bytes[..length]).unwrap_err();
            assert!(matches!(error, UnsealError::Damaged(_)), "{length}: {error}");
        }
        let mut changed = sealed.bytes;
        *changed.last_mut().unwrap() ^= 1;
        assert!(matches!(open_file(&ours, &changed), Err(UnsealError::Damaged(_))));
    }
}
