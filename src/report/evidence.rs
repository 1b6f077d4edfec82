//! All of a run in one archive, each file with its SHA-256, for those who ask later.
//!
//! The archive is a zip. `manifest.json` in it names every other file with its digest, and `manifest.json.sig`, where
//! a key was given, is a signature of exactly that text. Without sealoff it is checked by
//!
//! ```text
//! unzip -p FILE.zip manifest.json.sig > manifest.json.sig
//! unzip -p FILE.zip manifest.json | ssh-keygen -Y verify -f allowed_signers -I NAME -n sealoff-evidence -s manifest.json.sig
//! unzip FILE.zip && jq -r '.files[] | "\(.sha256)  \(.name)"' manifest.json | sha256sum -c
//! ```
//!
//! No secret is in it beyond what is sealed: only files that sealoff itself writes are taken, by name, and none of them
//! holds a password, a token or a private key.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::archive_fault::ArchiveFault;
use super::evidence_run::{EvidenceRun, EvidenceState};
use super::refused;
use super::run_page::REPORT_HTML;
use super::verification_csv::VERIFICATION_CSV;
use crate::digest::{Digest, Hashing};
use crate::ids::TenantId;
use crate::json::Rfc3339Moment;
use crate::plan::author::Author;
use crate::plan::folder::{
    APP_ROLES, BY_HAND, CONSENTS, DEVICES, FolderError, JOURNAL, ONPREM_CSV, ONPREM_PS1, PLAN_CSV, PLAN_HTML,
    PLAN_JSON, PlanFolder, REFUSED, RESULTS, WAYS_IN, WAYS_IN_RESULTS,
};
use crate::plan::playbook::Playbook;
use crate::plan::signatures::SIGNATURE_FILES;
use crate::private_files::{self, Pending};
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::run_error::RunError;
use crate::signing::{self, Purpose, Signer, SigningError, SigningKey};

/// The files that make the evidence, where they are there, beside the signatures of those who approved the plan.
const FILES: [&str; 16] = [
    PLAN_JSON, PLAN_CSV, WAYS_IN, DEVICES, WAYS_IN_RESULTS, CONSENTS, APP_ROLES, PLAN_HTML, JOURNAL, RESULTS, REFUSED,
    VERIFICATION_CSV, REPORT_HTML, ONPREM_CSV, ONPREM_PS1, BY_HAND,
];
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.json.sig";
/// The form of the manifest. Raise it when a reader of the one before would misunderstand it.
const FORMAT: u32 = 1;
/// No manifest or signature is larger, in bytes.
const MAX_TEXT: u64 = 1 << 20;

/// Why there is no evidence, or it does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The run cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The archive, or a file for it, cannot be read or written.
    #[error("{} cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a file of that name, and it was not asked to be replaced.
    #[error("{} is there already", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// There is a file of that name that no evidence of this run takes the place of.
    #[error("{} is not replaced: {why}", path.display())]
    Kept {
        /// The file.
        path: PathBuf,
        /// What it is.
        why: KeptArchive,
    },
    /// It cannot be signed, or the signature does not hold.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The archive is not as it was made.
    #[error(transparent)]
    DoesNotHold(#[from] ArchiveFault),
    /// A later version made it: it is not known whether it holds.
    #[error("it has form {found}, and this sealoff knows up to {FORMAT}")]
    Newer {
        /// Its form.
        found: u32,
    },
}

/// What a file is that an archive does not take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeptArchive {
    /// No evidence, or evidence that does not hold.
    #[error("it is no evidence that holds")]
    NotEvidence,
    /// That of another run.
    #[error("it is the evidence of another plan")]
    OfAnotherPlan,
    /// Of a later version.
    #[error("a newer sealoff made it, and this one cannot check it")]
    Newer,
    /// Signed, and the new one would not be.
    #[error("it is signed, and the new one would not be")]
    Signed,
}

/// What the archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct EvidenceManifest {
    /// The version of this document.
    #[schemars(extend("const" = FORMAT))]
    pub sealoff_evidence: u32,
    /// When the archive was made, by the clock of the machine that made it.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub created_at: OffsetDateTime,
    /// By which version of sealoff.
    pub version: String,
    /// By which version the plan was made.
    pub plan_version: String,
    /// Of which tenant.
    pub tenant: TenantId,
    /// Who made the plan; plans of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_by: Option<Author>,
    /// How far the run is, and who worked on it; archives of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<EvidenceRun>,
    /// The fingerprint of the plan.
    pub plan: Digest,
    /// The SHA-256 of the roster that the plan was made from.
    pub roster_sha256: Digest,
    /// Every file in the archive but this one and its signature.
    pub files: Vec<EvidenceFile>,
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// An archive that was packed or checked, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Evidence {
    /// What the archive says of itself; how far the run is, it always says.
    #[serde(flatten)]
    pub contents: EvidenceManifest,
    /// The fingerprint of the key that signed it, where one did.
    pub signed_by: Option<String>,
    /// The file.
    #[serde(skip)]
    pub archive: PathBuf,
    /// Did it take the place of an earlier one?
    #[serde(skip)]
    pub has_replaced: bool,
    /// The playbook of the run.
    #[serde(skip)]
    pub playbook: Playbook,
    /// What became of the rows.
    #[serde(skip)]
    pub outcomes: OutcomeCounts,
}

/// Packs the evidence of a run into a new archive (0600), signed where there is a key. The results are made anew before. Of a
/// run that has not come to its end, the archive has a name that says so. With `replace`, an earlier archive of the same plan
/// may have that name; the old one stays until the new one is whole.
///
/// # Errors
///
/// The run cannot be read or is in use, or the archive is there already or cannot be written; then there is none.
pub fn pack(
    plan: &PlanFolder,
    archive: &Path,
    key: Option<&SigningKey>,
    replace: bool,
) -> Result<Evidence, EvidenceError> {
    let (run, outcomes) = EvidenceRun::read(plan)?;
    let archive = &named(archive, run.state);
    let has_replaced = takes_the_place(archive, plan, key.is_some(), replace)?;
    refused::write_all(plan)?;
    let manifest = plan.manifest();
    let mut contents = EvidenceManifest {
        sealoff_evidence: FORMAT,
        created_at: OffsetDateTime::now_utc(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        plan_version: manifest.version.clone(),
        tenant: manifest.tenant.id,
        planned_by: manifest.planned_by.clone(),
        run: Some(run),
        plan: manifest.fingerprint(),
        roster_sha256: manifest.roster.sha256,
        files: Vec::new(),
    };
    let begun = if has_replaced { Pending::in_place_of(archive) } else { Pending::new(archive) };
    write_into(begun.map_err(io_of(archive))?, archive, plan, &mut contents, key)?;
    let signed_by = key.map(SigningKey::fingerprint);
    let (archive, playbook) = (archive.clone(), manifest.playbook);
    Ok(Evidence { contents, signed_by, archive, has_replaced, playbook, outcomes })
}

/// Whether an earlier archive has the name, and may be replaced.
fn takes_the_place(
    archive: &Path,
    plan: &PlanFolder,
    will_be_signed: bool,
    replace: bool,
) -> Result<bool, EvidenceError> {
    let is_there = archive.symlink_metadata().is_ok();
    if is_there && !replace {
        return Err(EvidenceError::Taken { path: archive.to_owned() });
    }
    if is_there {
        let kept = |why| EvidenceError::Kept { path: archive.to_owned(), why };
        may_be_replaced(archive, plan, will_be_signed).map_err(kept)?;
    }
    Ok(is_there)
}

fn io_of(path: &Path) -> impl Fn(io::Error) -> EvidenceError + use<> {
    let path = path.to_owned();
    move |source| EvidenceError::Io { path: path.clone(), source }
}

/// Writes the files of the run, then their list, and its signature where there is a key.
fn write_into(
    begun: Pending,
    archive: &Path,
    plan: &PlanFolder,
    contents: &mut EvidenceManifest,
    key: Option<&SigningKey>,
) -> Result<(), EvidenceError> {
    let mut zip = ZipWriter::new_stream(begun);
    let options = SimpleFileOptions::default()
        .large_file(true)
        .unix_permissions(0o600)
        .last_modified_time(time_in_archive(contents.created_at));
    for name in FILES.into_iter().chain(SIGNATURE_FILES) {
        let path = plan.path().join(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io_of(&path)(error)),
        };
        zip.start_file(name, options).map_err(|error| io_of(archive)(error.into()))?;
        let mut file = Hashing::new(file);
        let bytes = io::copy(&mut file, &mut zip).map_err(io_of(&path))?;
        contents.files.push(EvidenceFile { name: name.to_owned(), bytes, sha256: file.finish().1 });
    }
    let mut text = serde_json::to_vec_pretty(contents).map_err(|error| io_of(archive)(error.into()))?;
    text.push(b'\n');
    let signature = key.map(|key| key.sign(Purpose::Evidence, &text)).transpose()?;
    let signature = signature.as_deref().map(|signature| (SIGNATURE, signature.as_bytes()));
    for (name, bytes) in [(MANIFEST, text.as_slice())].into_iter().chain(signature) {
        zip.start_file(name, options).map_err(|error| io_of(archive)(error.into()))?;
        zip.write_all(bytes).map_err(io_of(archive))?;
    }
    let written = zip.finish().map_err(|error| io_of(archive)(error.into()))?;
    written.into_inner().commit().map_err(io_of(archive))
}

/// Whether an archive of this plan may take the place of the file.
fn may_be_replaced(there: &Path, plan: &PlanFolder, will_be_signed: bool) -> Result<(), KeptArchive> {
    let is_file = there.symlink_metadata().is_ok_and(|there| there.is_file());
    let held = match check(there, None) {
        Ok(held) if is_file => held,
        Err(EvidenceError::Newer { .. }) => return Err(KeptArchive::Newer),
        _ => return Err(KeptArchive::NotEvidence),
    };
    if held.contents.plan != plan.manifest().fingerprint() {
        return Err(KeptArchive::OfAnotherPlan);
    }
    if held.signed_by.is_some() && !will_be_signed {
        return Err(KeptArchive::Signed);
    }
    Ok(())
}

/// The name of an archive of a run that is so far.
fn named(archive: &Path, state: EvidenceState) -> PathBuf {
    let stem = archive.file_stem().unwrap_or_default().to_string_lossy();
    let Some(ending) = state.ending().filter(|ending| !stem.ends_with(ending)) else { return archive.to_owned() };
    let extension =
        archive.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    archive.with_file_name(format!("{stem}{ending}{extension}"))
}

/// Checks an archive: every file is there as the manifest says and nothing else is, the signature holds, the plan is as it
/// was made, and no line of the journal was changed. `by` is the key that must have signed it.
///
/// # Errors
///
/// The first thing that does not hold.
pub fn check(archive: &Path, by: Option<&Signer>) -> Result<Evidence, EvidenceError> {
    let io_of = |source| EvidenceError::Io { path: archive.to_owned(), source };
    let file = File::open(archive).map_err(io_of)?;
    let mut zip = ZipArchive::new(io::BufReader::new(file)).map_err(ArchiveFault::NotWhole)?;
    let text = read_text(&mut zip, MANIFEST)?.ok_or(ArchiveFault::NoManifest)?;
    // The rest of a later form may be anything.
    let FormAlone { sealoff_evidence: found } = serde_json::from_slice(&text).map_err(ArchiveFault::Manifest)?;
    if found > FORMAT {
        return Err(EvidenceError::Newer { found });
    }
    let mut contents: EvidenceManifest = serde_json::from_slice(&text).map_err(ArchiveFault::Manifest)?;
    let signed_by = match read_text(&mut zip, SIGNATURE)? {
        Some(signature) => Some(signing::check(Purpose::Evidence, &text, &signature, by)?),
        None if by.is_some() => return Err(ArchiveFault::NotSigned.into()),
        None => None,
    };
    let listed: BTreeSet<&str> = contents.files.iter().map(|entry| entry.name.as_str()).collect();
    for name in zip.file_names() {
        let name = name.map_err(ArchiveFault::Name)?;
        if !listed.contains(&*name) && ![MANIFEST, SIGNATURE].contains(&&*name) {
            return Err(ArchiveFault::Unlisted(name.into_owned()).into());
        }
    }
    let scratch = private_files::temporary_folder("sealoff-evidence-").map_err(io_of)?;
    for entry in &contents.files {
        if !FILES.iter().chain(&SIGNATURE_FILES).any(|name| *name == entry.name) {
            return Err(ArchiveFault::NoFileOfARun(entry.name.clone()).into());
        }
        take_out(&mut zip, entry, &scratch.path().join(&entry.name))?;
    }
    let plan = PlanFolder::open(scratch.path())?;
    if plan.manifest().fingerprint() != contents.plan || plan.manifest().roster.sha256 != contents.roster_sha256 {
        return Err(ArchiveFault::AnotherPlan.into());
    }
    let (run, outcomes) = EvidenceRun::read(&plan)?;
    if contents.run.as_ref().is_some_and(|said| *said != run) {
        return Err(ArchiveFault::AnotherRun.into());
    }
    contents.run = Some(run);
    let (archive, playbook) = (archive.to_owned(), plan.manifest().playbook);
    Ok(Evidence { contents, signed_by, archive, has_replaced: false, playbook, outcomes })
}

type Archive = ZipArchive<io::BufReader<File>>;

#[derive(Deserialize)]
struct FormAlone {
    sealoff_evidence: u32,
}

fn read_text(zip: &mut Archive, name: &'static str) -> Result<Option<Vec<u8>>, ArchiveFault> {
    let unreadable = |error: &dyn std::fmt::Display| ArchiveFault::Unreadable { name, reason: error.to_string() };
    let entry = match zip.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    };
    let mut text = Vec::new();
    entry.take(MAX_TEXT).read_to_end(&mut text).map_err(|error| unreadable(&error))?;
    Ok(Some(text))
}

fn take_out(zip: &mut Archive, entry: &EvidenceFile, to: &Path) -> Result<(), EvidenceError> {
    let EvidenceFile { name, bytes, sha256 } = entry;
    let changed = || EvidenceError::from(ArchiveFault::Changed(name.clone()));
    let packed = zip.by_name(name).map_err(|_| ArchiveFault::Missing(name.clone()))?;
    let io_of = |source| EvidenceError::Io { path: to.to_owned(), source };
    let mut out = private_files::create_new(to).map_err(io_of)?;
    let mut packed = Hashing::new(packed.take(bytes.saturating_add(1)));
    // What cannot be unpacked was changed as well.
    let length = io::copy(&mut packed, &mut out).map_err(|_| changed())?;
    if length != *bytes || packed.finish().1 != *sha256 {
        return Err(changed());
    }
    Ok(())
}
/// The format knows years from 1980 on, and no time zone: it is UTC.
fn time_in_archive(moment: OffsetDateTime) -> zip::DateTime {
    let moment = moment.to_offset(time::UtcOffset::UTC);
    let year = u16::try_from(moment.year()).unwrap_or_default();
    let (month, day, hour) = (u8::from(moment.month()), moment.day(), moment.hour());
    zip::DateTime::from_date_and_time(year, month, day, hour, moment.minute(), moment.second()).unwrap_or_default()
}
