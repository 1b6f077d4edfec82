//! The file of `--recipients`: each handoff name with its keys.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::name::{ACTIVE_DIRECTORY, DEFAULT, ESCROW, HandoffName, HandoffNameError, fold};
use crate::nearest::nearest_by;
use crate::private_files;
use crate::seal::{CertificateNote, RecipientError, Recipients};
use crate::text_file::{self, Letters};
use crate::toml_text::{IN_SINGLE_QUOTES, line_with_path};

/// A file of recipients is a few lines for each person; this keeps a wrong file name from being read for minutes.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// A name with more typing errors than this is another word.
const MAX_TYPOS: usize = 3;

/// So many names are taken as they come: a column that has more says something else than who hands over.
const MAX_MET: usize = 1_000;

/// Who has which keys. Each name has at least one, and no two names would have the same packet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandoffKeys {
    /// By the name as it is compared.
    holders: BTreeMap<String, Holder>,
    escrow: Vec<String>,
    /// The keys of every name that is met and has none of its own.
    everyone: Option<Vec<String>>,
    /// The keys of those who run Active Directory.
    active_directory: Vec<String>,
}

/// A handoff name and its own keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name as the file spells it.
    pub name: HandoffName,
    /// The keys, as a plan shows them.
    pub keys: Vec<String>,
}

/// Why a file of recipients cannot be used. No key that it holds is ever part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandoffKeysError {
    /// It cannot be read.
    #[error("the file of recipients {} cannot be read: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// It is no TOML. The line is not repeated: a secret key may stand on it.
    #[error("the file of recipients {} is no TOML{}: {what}", path.display(), at_line(*.line))]
    Toml {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where it is known.
        line: Option<usize>,
        /// What is wrong.
        what: String,
    },
    /// A word that means nothing here.
    #[error("the file of recipients {}: {place} has {found:?}, which means nothing there; {expected}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The table, or the file as a whole.
        place: String,
        /// The word.
        found: String,
        /// What it was most likely meant to be, or what there is.
        expected: String,
    },
    /// Something of another shape than it must be.
    #[error("the file of recipients {}: {place} must be {expected}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is of another shape.
        place: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A name that cannot be one.
    #[error("the file of recipients {}: {error}", path.display())]
    Name {
        /// The file.
        path: PathBuf,
        /// Why.
        error: HandoffNameError,
    },
    /// Two names that look alike, or whose packets would be one file.
    #[error(
        "the file of recipients {}: {first:?} and {second:?} are the same {}; rename or remove one", path.display(),
        if *.as_files { "as names of files, so one packet would replace the other" } else { "name" }
    )]
    Twice {
        /// The file.
        path: PathBuf,
        /// One of them.
        first: String,
        /// The other one.
        second: String,
        /// Are they different names of one file?
        as_files: bool,
    },
    /// A name without a key, or with one that is none.
    #[error("the file of recipients {}: [handoff.{name}]: {error}", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// Whose.
        name: String,
        /// Why.
        error: Box<RecipientError>,
    },
    /// No name is in it.
    #[error(
        "the file of recipients {} names no person who hands passwords over; give each a table: [handoff.alice] with keys = \
         [\"age1…\"]", .0.display()
    )]
    Empty(PathBuf),
}

fn at_line(line: Option<usize>) -> String {
    line.map(|line| format!(" in line {line}")).unwrap_or_default()
}

impl HandoffKeys {
    /// Reads a file of recipients. Keys that are files are looked for beside it.
    ///
    /// # Errors
    ///
    /// [`HandoffKeysError`]; every key is parsed, so a typing error is found here and not after a password was set.
    pub fn read(path: &Path) -> Result<Self, HandoffKeysError> {
        let failed = |error| HandoffKeysError::File { path: path.to_owned(), error };
        let text = text_file::read(path, MAX_FILE_BYTES, Letters::OrWindows1252).map_err(failed)?;
        Self::of_text(&text, path)
    }

    fn of_text(text: &str, path: &Path) -> Result<Self, HandoffKeysError> {
        let mut keys = Self::default();
        let mut stems: BTreeMap<String, String> = BTreeMap::new();
        for (text, value) in people_of(text, path)? {
            let holder = Holder::read(&text, &value, path)?;
            let name = &holder.name;
            if name.folded() == ACTIVE_DIRECTORY {
                keys.active_directory.clone_from(&holder.keys);
                continue;
            }
            let twice = |first: &str, as_files| {
                let (first, second) = (first.to_owned(), name.to_string());
                Err(HandoffKeysError::Twice { path: path.to_owned(), first, second, as_files })
            };
            if let Some(other) = keys.holders.get(&name.folded()) {
                return twice(other.name.as_str(), false);
            }
            if let Some(other) = stems.insert(name.file_stem().to_lowercase(), name.to_string()) {
                return twice(&other, true);
            }
            if name.folded() == ESCROW {
                keys.escrow.clone_from(&holder.keys);
            }
            keys.holders.insert(name.folded(), holder);
        }
        if keys.holders.is_empty() {
            return Err(HandoffKeysError::Empty(path.to_owned()));
        }
        for holder in keys.holders.values() {
            keys.check_with_escrow(&holder.keys).map_err(|error| HandoffKeysError::Keys {
                path: path.to_owned(),
                name: format!("{} and handoff.{ESCROW}", holder.name),
                error: Box::new(error),
            })?;
        }
        Ok(keys)
    }

    /// What is sealed to these keys is sealed to those of the escrow in the same envelope.
    fn check_with_escrow(&self, keys: &[String]) -> Result<(), RecipientError> {
        if self.escrow.is_empty() {
            return Ok(());
        }
        Recipients::from_texts(keys)?.union(&Recipients::from_texts(&self.escrow)?).map(drop)
    }

    /// Made by a program: these names with these keys, and no escrow. What cannot be a name, or whose packet
    /// would be another's, is left out; a row with it is then found to have no keys.
    pub fn of(holders: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        let mut keys = Self::default();
        let mut stems = BTreeSet::new();
        for (name, own) in holders {
            if let Ok(name) = HandoffName::new(&name)
                && stems.insert(name.file_stem().to_lowercase())
            {
                keys.holders.insert(name.folded(), Holder { name, keys: own });
            }
        }
        keys
    }

    /// The same, with these keys for the escrow. They were in one file with the others before.
    #[must_use]
    pub(in crate::plan) fn with_escrow(self, escrow: Vec<String>) -> Self {
        Self { escrow, ..self }
    }

    /// These keys for every name that rows have, and for the rows without one: one desk that opens all packets, one for each
    /// name.
    pub fn for_every_name(keys: Vec<String>) -> Self {
        Self { everyone: Some(keys.clone()), ..Self::of([(DEFAULT.to_owned(), keys)]) }
    }

    /// Are names that were not named before taken as they come?
    pub const fn takes_every_name(&self) -> bool {
        self.everyone.is_some()
    }

    /// Takes in a name that is met in a row; `false` where its packet would have no file of its own.
    pub(super) fn admit(&mut self, text: &str) -> bool {
        let (Some(keys), Ok(name)) = (&self.everyone, HandoffName::new(text)) else { return false };
        let stem = name.file_stem().to_lowercase();
        if self.holders.len() >= MAX_MET || self.holders.values().any(|one| one.name.file_stem().to_lowercase() == stem)
        {
            return false;
        }
        let keys = keys.clone();
        self.holders.insert(name.folded(), Holder { name, keys });
        true
    }

    /// Whose a row is with this text in its handoff column; an empty one is that of `default`.
    pub fn find(&self, text: &str) -> Option<&Holder> {
        let folded = fold(text);
        self.holders.get(if folded.is_empty() { DEFAULT } else { &folded })
    }

    /// All keys to which the password of a row with this text in its handoff column is sealed: those of its name and of the
    /// escrow; nothing where there are none for it.
    pub fn keys_for(&self, text: &str) -> Option<Vec<String>> {
        let own = self.find(text).map(|holder| &holder.keys).or(self.everyone.as_ref())?;
        let mut keys = own.clone();
        keys.extend(self.escrow.iter().filter(|key| !own.contains(key)).cloned());
        Some(keys)
    }

    /// The keys of those who run Active Directory, as the file has them under `[handoff.active-directory]`. They are no name
    /// that a row can have, and open nothing but what their script sets.
    pub fn active_directory(&self) -> &[String] {
        &self.active_directory
    }

    /// The name that is most like a text for which there is none, if any is.
    pub fn nearest(&self, text: &str) -> Option<&HandoffName> {
        nearest(text, self.holders.values().map(|holder| holder.name.as_str()))
            .and_then(|name| self.find(name))
            .map(|holder| &holder.name)
    }

    /// Every name that has keys, in their order.
    pub fn holders(&self) -> impl Iterator<Item = &Holder> {
        self.holders.values()
    }

    /// The keys that can open every password.
    pub fn escrow(&self) -> &[String] {
        &self.escrow
    }

    /// Does a name stand for the rows without one?
    pub fn has_default(&self) -> bool {
        self.holders.contains_key(DEFAULT)
    }

    /// The same, with these keys for the rows without a name, in place of those from before.
    ///
    /// # Errors
    ///
    /// These keys and those of the escrow cannot share an envelope.
    pub fn with_default(mut self, keys: Vec<String>) -> Result<Self, RecipientError> {
        self.check_with_escrow(&keys)?;
        let holder = Holder { name: HandoffName::new(DEFAULT).unwrap_or_else(|_| unreachable!("it is a name")), keys };
        self.holders.insert(DEFAULT.to_owned(), holder);
        Ok(self)
    }

    /// The same, with OAEP for RSA certificates: [`Recipients::with_oaep`].
    #[must_use]
    pub fn with_oaep(mut self) -> Self {
        let padded = |keys: &[String]| Recipients::from_texts(keys).map(|recipients| recipients.with_oaep().to_texts());
        let all = self.holders.values_mut().map(|holder| &mut holder.keys).chain([&mut self.escrow]);
        for keys in all {
            // Every key was read before; an empty escrow alone is none.
            if let Ok(padded) = padded(keys) {
                *keys = padded;
            }
        }
        self
    }

    /// Has anybody a certificate?
    pub fn have_certificates(&self) -> bool {
        self.recipients().any(|recipients| recipients.has_certificates())
    }

    /// What is to be known about opening what is sealed to these certificates, each once.
    pub fn notes(&self) -> BTreeSet<CertificateNote> {
        self.recipients().flat_map(|recipients| recipients.notes()).collect()
    }

    fn recipients(&self) -> impl Iterator<Item = Recipients> {
        self.holders.values().filter_map(|holder| Recipients::from_texts(&holder.keys).ok())
    }
}

/// The tables of the file, one for each name, as they stand there.
fn people_of(text: &str, path: &Path) -> Result<Table, HandoffKeysError> {
    let unreadable = |line, what: &str| HandoffKeysError::Toml { path: path.to_owned(), line, what: what.to_owned() };
    if let Some(line) = line_with_path(text) {
        return Err(unreadable(Some(line), IN_SINGLE_QUOTES));
    }
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        unreadable(line, error.message())
    })?;
    refuse_others(&table, "handoff", "the file", path)?;
    match table.remove("handoff") {
        None => Err(HandoffKeysError::Empty(path.to_owned())),
        Some(Value::Table(people)) => Ok(people),
        Some(_) => Err(misshapen(path, "handoff", "tables, one for each name: [handoff.alice]")),
    }
}

impl Holder {
    fn read(name: &str, value: &Value, path: &Path) -> Result<Self, HandoffKeysError> {
        let of_file = || path.to_owned();
        let name = HandoffName::new(name).map_err(|error| HandoffKeysError::Name { path: of_file(), error })?;
        let place = format!("[handoff.{name}]");
        let Value::Table(person) = value else {
            return Err(misshapen(path, &place, "a table with keys = [\"age1…\"]"));
        };
        refuse_others(person, "keys", &place, path)?;
        let list = person.get("keys").and_then(Value::as_array);
        let texts = list.and_then(|list| list.iter().map(|key| key.as_str().map(ToOwned::to_owned)).collect());
        let texts: Vec<String> =
            texts.ok_or_else(|| misshapen(path, &place, "given its keys as a list of texts: keys = [\"age1…\"]"))?;
        let recipients = Recipients::parse_in(private_files::folder_of(path), &texts);
        let recipients = match name.folded() == ACTIVE_DIRECTORY {
            true => recipients.and_then(Recipients::for_powershell),
            false => recipients,
        };
        let recipients = recipients.map_err(|error| HandoffKeysError::Keys {
            path: of_file(),
            name: name.to_string(),
            error: Box::new(error),
        })?;
        Ok(Self { name, keys: recipients.to_texts() })
    }
}

fn misshapen(path: &Path, place: &str, expected: &'static str) -> HandoffKeysError {
    HandoffKeysError::Shape { path: path.to_owned(), place: place.to_owned(), expected }
}

fn refuse_others(table: &Table, known: &str, place: &str, path: &Path) -> Result<(), HandoffKeysError> {
    match table.keys().find(|key| *key != known) {
        None => Ok(()),
        Some(found) => Err(HandoffKeysError::Unknown {
            path: path.to_owned(),
            place: place.to_owned(),
            // A secret key without its quotes would be one.
            found: if found.to_ascii_uppercase().contains("AGE-SECRET") {
                "a secret key".to_owned()
            } else {
                found.clone()
            },
            expected: match nearest(found, [known].into_iter()) {
                Some(nearest) => format!("did you mean {nearest:?}?"),
                None => format!("all that stands there is {known:?}"),
            },
        }),
    }
}

fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_by(text, known, fold, |letters| MAX_TYPOS.min(1 + letters / 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Identity;

    fn parse(text: &str) -> Result<HandoffKeys, HandoffKeysError> {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("recipients.toml");
        std::fs::write(&path, text).unwrap();
        HandoffKeys::read(&path)
    }

    fn key() -> String {
        Identity::generate().recipient()
    }

    #[test]
    fn names_are_found_whatever_their_case_and_blanks() {
        let [alice, desk, boss] = [key(), key(), key()];
        let keys = parse(&format!(
            "\u{feff}[handoff.Alice]\nkeys = [\"{alice}\"]\n[handoff.default]\nkeys = [\"{desk}\"]\n[handoff.escrow]\nkeys = \
             [\"{boss}\"]\n[handoff.\"Site Berlin\"]\nkeys=[\"{desk}\", \"{desk}\", \"{alice}\"]"
        ))
        .unwrap();
        assert_eq!(keys.find(" aLICE ").unwrap().keys, std::slice::from_ref(&alice));
        assert_eq!(keys.find("").unwrap().keys, std::slice::from_ref(&desk));
        assert_eq!(keys.find("  ").unwrap().name.as_str(), "default");
        assert_eq!(keys.find("site berlin").unwrap().keys, [desk.as_str(), &alice]);
        assert_eq!(keys.escrow(), std::slice::from_ref(&boss));
        assert!(keys.find("bob").is_none());
        assert_eq!(keys.nearest("Site Berln").unwrap().as_str(), "Site Berlin");
        assert_eq!(keys.nearest("Procurement"), None);
    }

    #[test]
    fn paths_are_seen_from_the_file_and_not_from_where_one_stands() {
        let scratch = tempfile::tempdir().unwrap();
        let key = key();
        std::fs::create_dir(scratch.path().join("keys")).unwrap();
        std::fs::write(scratch.path().join("keys/alice.pub"), &key).unwrap();
        let path = scratch.path().join("recipients.toml");
        std::fs::write(&path, "[handoff.alice]\nkeys = [\"keys/alice.pub\"]").unwrap();
        assert_eq!(HandoffKeys::read(&path).unwrap().find("alice").unwrap().keys, [key]);
        // There is a Cargo.toml where the tests stand, and none beside the file.
        std::fs::write(&path, "[handoff.alice]\nkeys = [\"Cargo.toml\"]").unwrap();
        let error = HandoffKeys::read(&path).unwrap_err().to_string();
        assert!(error.contains("[handoff.alice]") && error.contains("is not a recipient"), "{error}");
    }

    #[test]
    fn an_escrow_that_cannot_share_an_envelope_is_found_before_the_plan_is_made() {
        let post_quantum = include_str!("../../seal/recipients/tests/tagpq.txt").trim();
        let key = key();
        let file = |alice: &str| {
            format!("[handoff.alice]\nkeys = [\"{alice}\"]\n[handoff.escrow]\nkeys = [\"{post_quantum}\"]")
        };
        let error = parse(&file(&key)).unwrap_err().to_string();
        assert!(error.contains("[handoff.alice and handoff.escrow]: post-quantum"), "{error}");
        let keys = parse(&file(post_quantum)).unwrap();
        assert!(keys.with_default(vec![key]).is_err());
    }

    #[test]
    fn whatever_is_wrong_is_named_and_no_secret_is_repeated() {
        let key = key();
        let secret = Identity::generate().file_text().lines().last().unwrap().to_owned();
        for (text, what) in [
            (String::new(), "names no person"),
            ("[handoff]".to_owned(), "names no person"),
            ("[handoff]\nalice = 1".to_owned(), "[handoff.alice] must be a table"),
            ("handoff = 1".to_owned(), "handoff must be tables"),
            (
                format!("[handof.alice]\nkeys = [\"{key}\"]"),
                "\"handof\", which means nothing there; did you mean \"handoff\"?",
            ),
            (format!("[handoff.alice]\nkey = [\"{key}\"]"), "did you mean \"keys\"?"),
            (format!("[handoff.alice]\nkeys = [\"{key}\"]\nmail = \"a@b.c\""), "all that stands there is \"keys\""),
            ("[handoff.alice]".to_owned(), "keys = [\"age1…\"]"),
            ("[handoff.alice]\nkeys = []".to_owned(), "no recipient was named"),
            ("[handoff.alice]\nkeys = [1]".to_owned(), "list of texts"),
            (format!("[handoff.alice]\nkeys = \"{key}\""), "list of texts"),
            (format!("[handoff.alice]\nkeys = [\"{key}x\"]"), "[handoff.alice]: the recipient"),
            (format!("[handoff.Alice]\nkeys = [\"{key}\"]\n[handoff.alice]\nkeys = [\"{key}\"]"), "the same name"),
            (format!("[handoff.\"a/b\"]\nkeys = [\"{key}\"]\n[handoff.\"a:B\"]\nkeys = [\"{key}\"]"), "names of files"),
            (format!("[handoff.\" \"]\nkeys = [\"{key}\"]"), "is empty"),
            (format!("[handoff.alice]\nkeys = [\"{key}\"]\n[handoff.alice]\nkeys = [\"{key}\"]"), "line 3"),
            (format!("[handoff.alice]\nkeys = [\"{secret}\"]"), "secret key"),
            (format!("[handoff.alice]\nkeys = [{secret}]"), "line 2"),
            (format!("[handoff.alice]\n{secret} = 1"), "a secret key"),
            (secret.clone(), "line 1"),
        ] {
            let error = parse(&text).unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(said.contains(what), "{text}: {said}");
            assert!(!said.to_uppercase().contains(&secret[16..40]), "{said}");
        }
        assert!(HandoffKeys::read(Path::new("nowhere.toml")).unwrap_err().to_string().contains("cannot be read"));
    }
}
