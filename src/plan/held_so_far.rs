//! What a planning has read so far of what people have: one that is stopped goes on from there.
//!
//! The file stands beside the plan while that is made, under a name of files that are not whole, so that the folder still counts
//! as free. It is kept until the plan is whole.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::ids::{ObjectId, TenantId};
use crate::private_files;

const FORMAT: u32 = 2;
/// What is older is read again: as old as a plan may be when it is carried out.
const MAX_AGE: Duration = Duration::hours(24);

/// The first line.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct FirstLine {
    sealoff_ways_in: u32,
    tenant: TenantId,
}

/// What one person has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PersonsHeld<H> {
    pub(super) account: ObjectId,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) read_at: OffsetDateTime,
    pub(super) held: Vec<H>,
}

/// Where the line of a person begins, and how long it is: the lists stay on the disk.
#[derive(Debug, Clone, Copy)]
struct LinePlace {
    begin: u64,
    length: usize,
}

#[derive(Debug)]
pub(super) struct HeldSoFar<H> {
    path: PathBuf,
    file: File,
    end: u64,
    places: HashMap<ObjectId, LinePlace>,
    held: PhantomData<H>,
}

impl<H: Serialize + DeserializeOwned> HeldSoFar<H> {
    /// Opens what an earlier planning in this folder left in the file of this name, as far as it is of this tenant and not too
    /// old.
    pub(super) fn open(folder: &Path, name: &str, tenant: TenantId, now: OffsetDateTime) -> io::Result<Self> {
        let path = folder.join(name);
        let first = FirstLine { sealoff_ways_in: FORMAT, tenant };
        if path.exists() && !begins_with(&path, &first)? {
            fs::remove_file(&path)?;
        }
        let file = private_files::open_append(&path)?;
        let end = file.metadata()?.len();
        let mut so_far = Self { path, file, end, places: HashMap::new(), held: PhantomData };
        if end == 0 {
            let mut line = serde_json::to_vec(&first)?;
            line.push(b'\n');
            so_far.append(&line)?;
        } else {
            so_far.find_places(now)?;
            // A line that was torn is ended, so that the next one stands for itself.
            so_far.append(b"\n")?;
        }
        Ok(so_far)
    }

    fn find_places(&mut self, now: OffsetDateTime) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(&self.file);
        let (mut begin, mut line) = (0_u64, Vec::new());
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(());
            }
            // A line that was torn is none.
            if let Ok(person) = serde_json::from_slice::<PersonsHeld<H>>(&line)
                && (now - person.read_at).abs() < MAX_AGE
            {
                self.places.insert(person.account, LinePlace { begin, length: line.len() });
            }
            begin += line.len() as u64;
        }
    }

    /// Is it known what this person has?
    pub(super) fn knows(&self, account: ObjectId) -> bool {
        self.places.contains_key(&account)
    }

    /// What was read of this person.
    pub(super) fn get(&mut self, account: ObjectId) -> io::Result<Option<PersonsHeld<H>>> {
        let Some(place) = self.places.get(&account) else { return Ok(None) };
        self.file.seek(SeekFrom::Start(place.begin))?;
        let mut line = vec![0; place.length];
        self.file.read_exact(&mut line)?;
        Ok(Some(serde_json::from_slice(&line)?))
    }

    /// Keeps what was read of these people, on disk.
    pub(super) fn keep<'p>(&mut self, people: impl IntoIterator<Item = &'p PersonsHeld<H>>) -> io::Result<()>
    where
        H: 'p,
    {
        let (mut lines, mut places) = (Vec::new(), Vec::new());
        for person in people {
            let begin = lines.len();
            serde_json::to_writer(&mut lines, person)?;
            lines.push(b'\n');
            places.push((person.account, LinePlace { begin: self.end + begin as u64, length: lines.len() - begin }));
        }
        self.append(&lines)?;
        self.places.extend(places);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.end += bytes.len() as u64;
        self.file.sync_data()
    }

    /// Closes the file, which is needed no longer when the plan is whole.
    pub(super) fn into_path(self) -> PathBuf {
        self.path
    }
}

fn begins_with(path: &Path, expected: &FirstLine) -> io::Result<bool> {
    let mut line = Vec::new();
    BufReader::new(File::open(path)?).take(1_024).read_until(b'\n', &mut line)?;
    Ok(serde_json::from_slice::<FirstLine>(&line).is_ok_and(|first| first == *expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{HeldMethod, MethodKind};
    use time::macros::datetime;

    const NAME: &str = ".sealoff-ways-in.part";
    const NOW: OffsetDateTime = datetime!(2026-11-23 02:30 UTC);
    const TENANT: &str = "11111111-2222-4333-8444-555555555555";

    fn person(number: u8, read_at: OffsetDateTime) -> PersonsHeld<HeldMethod> {
        let account = format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap();
        let (kind, label) = (MethodKind::Passkey, "a \"key\"\nof two lines".to_owned());
        let method = HeldMethod { kind, type_name: "fido2".to_owned(), id: "1".to_owned(), registered: None, label };
        PersonsHeld { account, read_at, held: vec![method; usize::from(number)] }
    }

    #[test]
    fn what_was_read_is_there_after_a_stop_at_any_byte() {
        let scratch = tempfile::tempdir().unwrap();
        let open = || HeldSoFar::<HeldMethod>::open(scratch.path(), NAME, TENANT.parse().unwrap(), NOW).unwrap();
        let all = [person(1, NOW), person(2, NOW), person(0, NOW)];
        open().keep(&all).unwrap();
        let path = scratch.path().join(NAME);
        let whole = fs::read(&path).unwrap();
        for cut in (0..=whole.len()).step_by(5).chain([whole.len() - 1]) {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut so_far = open();
            let known = all.iter().filter(|one| so_far.knows(one.account)).count();
            // A line may lack its end and nothing else.
            let ended = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
            assert!(known + 1 >= ended && known <= ended, "{cut}: {known} of {ended}");
            so_far.keep(&all).unwrap();
            drop(so_far);
            let mut again = open();
            for one in &all {
                assert_eq!(again.get(one.account).unwrap().as_ref(), Some(one), "cut at {cut}");
            }
        }
        fs::remove_file(open().into_path()).unwrap();
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_old_or_of_another_tenant_is_read_again() {
        let scratch = tempfile::tempdir().unwrap();
        let open =
            |tenant: &str| HeldSoFar::<HeldMethod>::open(scratch.path(), NAME, tenant.parse().unwrap(), NOW).unwrap();
        let (old, new) = (person(1, NOW - MAX_AGE), person(2, NOW - Duration::hours(23)));
        open(TENANT).keep([&old, &new]).unwrap();
        assert_eq!([&old, &new].map(|one| open(TENANT).knows(one.account)), [false, true]);
        let other = "99999999-2222-4333-8444-555555555555";
        assert!(!open(other).knows(new.account) && !open(TENANT).knows(new.account));
    }
}
