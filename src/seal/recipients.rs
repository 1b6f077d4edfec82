//! Who may open what is sealed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use age::x25519;

const ACCEPTED: &str =
    "an age recipient (age1…, made by `sealoff keygen` or age-keygen), or a file with one on each line";

/// A list of recipients is a few lines; this keeps a wrong file name from being read for minutes.
const LONGEST_FILE: u64 = 1 << 20;

/// The people (or rather: their keys) that everything is sealed to. There is at least one, and none is there twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients(Vec<x25519::Recipient>);

/// Why the recipients cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientError {
    /// Nobody was named.
    #[error("no recipient was named; give {ACCEPTED}")]
    Nobody,
    /// Neither a recipient nor a file.
    #[error("{place}{text:?} is no recipient; give {ACCEPTED}")]
    Unreadable {
        /// The file and line, with a colon, or nothing.
        place: Place,
        /// The text, cut.
        text: String,
    },
    /// A recipient with a typing error in it.
    #[error("{place}the recipient {text:?} is mistyped or cut off: {why}; copy it again from its owner")]
    Mistyped {
        /// The file and line, with a colon, or nothing.
        place: Place,
        /// The text, cut.
        text: String,
        /// What the format says.
        why: &'static str,
    },
    /// The secret half of a key. The text is not repeated.
    #[error(
        "{place}that is a secret key (AGE-SECRET-KEY-…), not a recipient; it has been typed where others may see it, so \
         replace that key; seal to the public key beside it, which begins with age1"
    )]
    SecretKey {
        /// The file and line, with a colon, or nothing.
        place: Place,
    },
    /// A kind of recipient that is yet to come.
    #[error("{place}{kind} is not supported by this version; give {ACCEPTED}")]
    Unsupported {
        /// The file and line, with a colon, or nothing.
        place: Place,
        /// What it is.
        kind: &'static str,
    },
    /// A file that cannot be read.
    #[error("the file of recipients {} cannot be read: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// A file without a recipient.
    #[error("the file {} has no recipient in it; it takes one on each line", .0.display())]
    EmptyFile(PathBuf),
}

/// Where a recipient stands: on the command line, or on a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Option<(PathBuf, usize)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some((path, line)) => write!(f, "{}, line {line}: ", path.display()),
            None => Ok(()),
        }
    }
}

impl Recipients {
    /// Reads recipients: each text is one itself, or the name of a file of them, one a line, `#` for remarks. Whoever is
    /// named twice is kept once, at the first place.
    ///
    /// # Errors
    ///
    /// [`RecipientError`]; the text of a secret key given by mistake is never part of it.
    pub fn parse(texts: &[String]) -> Result<Self, RecipientError> {
        let mut recipients = Vec::new();
        for text in texts {
            let text = text.trim();
            if let Some(recipient) = recognise(text, &Place(None))? {
                recipients.push(recipient);
            } else {
                read_file(Path::new(text), text, &mut recipients)?;
            }
        }
        let mut distinct = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            if !distinct.contains(&recipient) {
                distinct.push(recipient);
            }
        }
        if distinct.is_empty() { Err(RecipientError::Nobody) } else { Ok(Self(distinct)) }
    }

    /// The recipients as text, in order. They are public: a plan and a preview show them.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &dyn age::Recipient> {
        self.0.iter().map(|recipient| recipient as _)
    }
}

impl From<x25519::Recipient> for Recipients {
    fn from(recipient: x25519::Recipient) -> Self {
        Self(vec![recipient])
    }
}

impl fmt::Display for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprints().join(", "))
    }
}

/// The recipient that a text is; `None` if it looks like none at all.
fn recognise(text: &str, place: &Place) -> Result<Option<x25519::Recipient>, RecipientError> {
    let folded = text.to_ascii_lowercase();
    // Anywhere in the text, so that quotes around it or a name in front do not let it through to a message.
    if folded.contains("age-secret-key") || folded.contains("age-plugin-") {
        return Err(RecipientError::SecretKey { place: place.clone() });
    }
    let kinds: [(&str, &'static str); 8] = [
        ("age1pq1", "a post-quantum age recipient (age1pq…)"),
        ("age1tagpq1", "a hardware-tagged age recipient (age1tagpq…)"),
        ("age1tag1", "a hardware-tagged age recipient (age1tag…)"),
        ("age1yubikey1", "an age recipient of a plugin (age1yubikey…)"),
        ("ssh-", "an SSH key"),
        ("ecdsa-", "an SSH key"),
        ("sk-", "an SSH key"),
        ("-----begin", "a certificate or a key in PEM"),
    ];
    // `age1pq` and `age1tag` may also come cut off; a whole classic recipient can begin in the same way, so it goes first.
    match text.parse() {
        Ok(recipient) => return Ok(Some(recipient)),
        Err(why) => {
            if let Some((_, kind)) = kinds.iter().find(|(prefix, _)| folded.starts_with(prefix)) {
                return Err(RecipientError::Unsupported { place: place.clone(), kind });
            }
            // A plugin's recipient: its name stands between two signs `1`.
            if folded.starts_with("age1") && folded[4..].contains('1') {
                let kind = "an age recipient of a plugin (age1NAME1…)";
                return Err(RecipientError::Unsupported { place: place.clone(), kind });
            }
            if folded.starts_with("age1") {
                return Err(RecipientError::Mistyped { place: place.clone(), text: cut(text), why });
            }
        }
    }
    Ok(None)
}

fn read_file(path: &Path, text: &str, recipients: &mut Vec<x25519::Recipient>) -> Result<(), RecipientError> {
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
            return Err(RecipientError::Unreadable { place: Place(None), text: cut(text) });
        }
        Err(error) => return Err(failed(error)),
    };
    let mut content = Vec::new();
    let read = file.take(LONGEST_FILE + 1).read_to_end(&mut content).map_err(failed)?;
    if read as u64 > LONGEST_FILE {
        return Err(failed(io::Error::other("it is larger than a megabyte")));
    }
    let Ok(content) = std::str::from_utf8(&content) else {
        return Err(failed(io::Error::other("it is not text; certificates are not supported by this version")));
    };
    let before = recipients.len();
    for (index, line) in content.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = Place(Some((path.to_owned(), index + 1)));
        match recognise(line, &place)? {
            Some(recipient) => recipients.push(recipient),
            None => return Err(RecipientError::Unreadable { place, text: cut(line) }),
        }
    }
    if recipients.len() == before { Err(RecipientError::EmptyFile(path.to_owned())) } else { Ok(()) }
}

fn cut(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut cut: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(recipients.fingerprints(), [c.as_str(), &b, &a]);
        assert_eq!(recipients.to_string(), format!("{c}, {b}, {a}"));
    }

    #[test]
    fn a_secret_key_is_refused_and_never_repeated() {
        let (_, secret) = made();
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("key.txt");
        std::fs::write(&path, format!("# mine\n{secret}\n")).unwrap();
        for text in [secret.clone(), secret.to_lowercase(), format!("\"{secret}\""), path.to_str().unwrap().to_owned()]
        {
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
            ("nonsense", "is no recipient"),
            (long.as_str(), "…"),
            (&public[..40], "mistyped or cut off"),
            ("age1pq1qqqq", "post-quantum"),
            ("age1tag1qqqq", "hardware-tagged"),
            ("age1yubikey1qqqq", "plugin"),
            ("age1other1qqqq", "plugin"),
            ("ssh-ed25519 AAAA ada", "SSH key is not supported by this version"),
            ("-----BEGIN CERTIFICATE-----", "certificate"),
        ] {
            let said = parse(&[text]).unwrap_err().to_string();
            assert!(said.contains(what) && said.len() < 400, "{text}: {said}");
        }
        assert!(matches!(parse(&[]), Err(RecipientError::Nobody)));
        let scratch = tempfile::tempdir().unwrap();
        assert!(matches!(parse(&[scratch.path().to_str().unwrap()]), Err(RecipientError::File { .. })));
        let empty = scratch.path().join("empty");
        std::fs::write(&empty, "# nobody\n").unwrap();
        assert!(matches!(parse(&[empty.to_str().unwrap()]), Err(RecipientError::EmptyFile(_))));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".*|age1.{0,70}|AGE.{0,70}") {
            let _ = recognise(&text, &Place(None));
        }
    }
}
