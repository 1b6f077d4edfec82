//! Who must have signed a plan, as `sealoff.toml` says it: the one thing in it that is demanded, and that no flag takes
//! back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::error::SettingsError;
use crate::plan::approvers::{ApprovalPolicy, Approver};
use crate::plan::signatures::SIGNATURE_FILES;
use crate::private_files;
use crate::seal::is_a_key;
use crate::signing::Signer;

/// Those whose signatures count.
const APPROVERS: &str = "approvers";
/// How many of them must have signed.
const APPROVALS: &str = "approvals";
/// May the one who applies be one of them?
const APPROVER_MAY_APPLY: &str = "approver_may_apply";
/// All that is said of it in a file.
pub(super) const POLICY: [&str; 3] = [APPROVERS, APPROVALS, APPROVER_MAY_APPLY];

/// What stands in the table of an approver.
const IN_TABLE: [&str; 3] = ["name", "key", "signs_in_as"];

/// What a file says of it, while it is read.
#[derive(Debug, Default)]
pub(super) struct PolicyDraft {
    approvers: Option<(usize, Vec<Approver>)>,
    approvals: Option<(usize, usize)>,
    approver_may_apply: Option<(usize, bool)>,
}

impl PolicyDraft {
    /// Takes one of [`POLICY`].
    ///
    /// # Errors
    ///
    /// The value is not what it should be.
    pub(super) fn take(
        &mut self,
        path: &Path,
        line: usize,
        name: &'static str,
        value: &DeValue<'_>,
    ) -> Result<(), SettingsError> {
        let shape = |expected| SettingsError::Shape { path: path.to_owned(), line, name, expected };
        match (name, value) {
            (APPROVERS, DeValue::Array(list)) if !list.is_empty() => {
                let approvers = list.iter().map(|value| approver(path, line, value.get_ref()));
                self.approvers = Some((line, approvers.collect::<Result<_, _>>()?));
            }
            (APPROVERS, _) => {
                return Err(shape("a list: [{ name = \"Ada\", key = \"ada.pub\", signs_in_as = [\"ada\"] }]"));
            }
            (APPROVALS, DeValue::Integer(number)) => {
                let number = number.as_str().parse().ok().filter(|number| (1..=SIGNATURE_FILES.len()).contains(number));
                self.approvals = Some((line, number.ok_or_else(|| shape("a whole number from 1 to 9"))?));
            }
            (APPROVALS, _) => return Err(shape("a whole number from 1 to 9")),
            (_, DeValue::Boolean(on)) => self.approver_may_apply = Some((line, *on)),
            _ => return Err(shape("true or false")),
        }
        Ok(())
    }

    /// All of it together; `None` where the file says nothing of it. A file that only seems to demand something is
    /// refused.
    ///
    /// # Errors
    ///
    /// What it says cannot be kept, or would let the people who apply approve their own work.
    pub(super) fn finish(self, path: &Path) -> Result<Option<(usize, ApprovalPolicy)>, SettingsError> {
        let error = |line, name, reason: String| SettingsError::Value { path: path.to_owned(), line, name, reason };
        let Some((line, approvers)) = self.approvers else {
            let alone = self.approvals.map(|(line, _)| (line, APPROVALS));
            return match alone.or(self.approver_may_apply.map(|(line, _)| (line, APPROVER_MAY_APPLY))) {
                Some((line, name)) => {
                    Err(error(line, name, format!("{APPROVERS} is missing, which says who they are")))
                }
                None => Ok(None),
            };
        };
        let (approvals_line, approvals) = self.approvals.unwrap_or((line, 1));
        let approver_may_apply = self.approver_may_apply.is_some_and(|(_, may)| may);
        let policy = ApprovalPolicy { source: path.to_owned(), approvers, approvals, approver_may_apply };
        if policy.people() < approvals {
            let people = policy.people();
            let reason = format!("{APPROVERS} names {people} people, so {approvals} can never have signed");
            return Err(error(approvals_line, APPROVALS, reason));
        }
        let keys: BTreeSet<_> = policy.approvers.iter().map(|approver| approver.key.fingerprint()).collect();
        if keys.len() < policy.approvers.len() {
            return Err(error(line, APPROVERS, "the same key stands there twice".to_owned()));
        }
        let unknown = policy.approvers.iter().find(|approver| approver.signs_in_as.is_empty());
        if let Some(unknown) = unknown.filter(|_| !approver_may_apply) {
            let reason = format!(
                "sealoff cannot see whether {} is the one who applies: name them with signs_in_as = [...], or allow it with \
                 {APPROVER_MAY_APPLY} = true",
                unknown.name
            );
            return Err(error(line, APPROVERS, reason));
        }
        Ok(Some((line, policy)))
    }
}

/// One approver: a key in quotes, or a table.
fn approver(path: &Path, line: usize, value: &DeValue<'_>) -> Result<Approver, SettingsError> {
    let error = |reason: String| SettingsError::Value { path: path.to_owned(), line, name: APPROVERS, reason };
    match value {
        DeValue::String(text) => {
            let key = key(path, text).map_err(error)?;
            let name = Some(key.comment()).filter(|comment| !comment.is_empty());
            let name =
                name.ok_or_else(|| error("the key has no name: { name = \"...\", key = \"...\" }".to_owned()))?;
            Ok(Approver { name: name.to_owned(), key, signs_in_as: Vec::new() })
        }
        DeValue::Table(table) => of_table(path, table).map_err(error),
        _ => Err(error(
            "an approver is a public key, or { name = \"...\", key = \"...\", signs_in_as = [...] }".to_owned(),
        )),
    }
}

fn of_table(path: &Path, table: &DeTable<'_>) -> Result<Approver, String> {
    for name in table.keys() {
        if !IN_TABLE.contains(&name.get_ref().as_ref()) {
            return Err(format!("an approver has {}, and nothing else", IN_TABLE.join(", ")));
        }
    }
    let value = |name: &str| table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value.get_ref());
    let text = |value: &DeValue<'_>| value.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let needed = |name: &str| value(name).and_then(text).ok_or_else(|| format!("an approver needs {name} = \"...\""));
    let signs_in_as = match value("signs_in_as") {
        None => Some(Vec::new()),
        Some(DeValue::Array(names)) => names.iter().map(|name| text(name.get_ref())).collect(),
        Some(one) => text(one).map(|one| vec![one]),
    };
    let signs_in_as = signs_in_as.ok_or("signs_in_as is a list of names in quotes")?;
    Ok(Approver { name: needed("name")?, key: key(path, &needed("key")?)?, signs_in_as })
}

/// A public key, or the name of a file with one beside the settings.
fn key(path: &Path, text: &str) -> Result<Signer, String> {
    let key = if is_a_key(text) {
        Signer::parse(text).map_err(|reason| format!("a key in it is no public SSH key: {reason}"))?
    } else {
        let file: PathBuf = private_files::folder_of(path).join(text);
        Signer::read(&file).map_err(|error| error.to_string())?
    };
    if key.is_ed25519() { Ok(key) } else { Err("a key in it is not of the kind ssh-ed25519".to_owned()) }
}
