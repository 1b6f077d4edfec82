//! `sealoff.toml`: where it is looked for, and how it is read.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{PLAYBOOKS, SettingsError};
use super::key::{EACH_TIME, KEYS, SettingKey, SettingKind, folded, looks_like_a_secret, names_a_secret, nearest};
use super::policy::{POLICY, PolicyDraft};
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::playbook::Playbook;
use crate::private_files;
use crate::seal::is_a_key;
use crate::text_file::{self, Letters};
use crate::toml_text::{IN_SINGLE_QUOTES, line_with_path};

/// Its name, in the working folder and in the platform's configuration folder.
pub(crate) const NAME: &str = "sealoff.toml";
/// No such file is ever longer.
const MAX_FILE: u64 = 256 * 1024;

/// One line of the file.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) key: &'static SettingKey,
    /// As the argument takes it; paths are as the program finds them.
    pub(super) values: Vec<String>,
    /// Counted from 1.
    pub(super) line: usize,
    /// The playbook in whose table it stands.
    pub(super) playbook: Option<Playbook>,
}

/// The settings of a file.
#[derive(Debug)]
pub(super) struct SettingsFile {
    pub(super) path: PathBuf,
    pub(super) settings: Vec<Setting>,
    /// Who must have signed a plan, and the line that says so.
    pub(super) policy: Option<(usize, ApprovalPolicy)>,
}

/// What sends the operator's credentials elsewhere.
const LEADS_AWAY: [&str; 3] = ["graph_endpoint", "authority", "ca_file"];

/// The file in the working folder.
pub(super) fn here() -> PathBuf {
    PathBuf::from(NAME)
}

/// The file in the working folder, or else the one in the platform's configuration folder.
pub(super) fn found() -> Option<PathBuf> {
    let here = here();
    // What is there and cannot be read is found too, and the error says why.
    Some(here).filter(|path| path.symlink_metadata().is_ok()).or_else(configured)
}

/// The file in the platform's configuration folder, where there is one.
pub(super) fn configured() -> Option<PathBuf> {
    let path = configuration_folder().map(|folder| folder.join(NAME));
    path.filter(|path| path.symlink_metadata().is_ok())
}

/// The platform's folder for the configuration of this program.
fn configuration_folder() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        variable("APPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")))
    };
    base.map(|base| base.join("sealoff"))
}

impl SettingsFile {
    /// Reads the file. What the values mean is not looked at yet.
    ///
    /// # Errors
    ///
    /// It cannot be read, another user may change it, or something in it is no setting.
    pub(super) fn read(path: &Path) -> Result<Self, SettingsError> {
        let unreadable = |error| SettingsError::Unreadable { path: path.to_owned(), error };
        let file = File::open(path).map_err(unreadable)?;
        match private_files::who_may_change(&file, path).map_err(unreadable)? {
            private_files::MayChange::OwnerAlone => {}
            private_files::MayChange::Others => return Err(SettingsError::WritableByOthers(path.to_owned())),
            private_files::MayChange::AnotherOwner => return Err(SettingsError::NotYours(path.to_owned())),
        }
        // By mistake, a secret may have been written into it.
        let content = text_file::content_of(file, MAX_FILE).map_err(unreadable)?;
        Self::parse(path, &text_file::text_of(&content, Letters::Unicode).map_err(unreadable)?)
    }

    /// The same of a file that was not named and that lies where the program was started.
    ///
    /// # Errors
    ///
    /// As [`SettingsFile::read`]; or it says where secrets are sent.
    pub(super) fn read_here() -> Result<Self, SettingsError> {
        let file = Self::read(&here())?;
        if let Some((line, _)) = file.policy {
            return Err(SettingsError::PolicyMerelyFound { path: file.path, line });
        }
        match file.settings.iter().find(|setting| LEADS_AWAY.contains(&setting.key.name)) {
            None => Ok(file),
            Some(Setting { key, line, .. }) => {
                Err(SettingsError::MerelyFound { path: file.path.clone(), line: *line, name: key.name })
            }
        }
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, SettingsError> {
        let line_at = |place: usize| 1 + text.get(..place).unwrap_or(text).matches('\n').count();
        if let Some(line) = line_with_path(text) {
            return Err(SettingsError::NotToml { path: path.to_owned(), line, reason: IN_SINGLE_QUOTES.to_owned() });
        }
        let table = DeTable::parse(text).map_err(|error| {
            let line = line_at(error.span().map_or(0, |span| span.start));
            // Never its display, which shows the line.
            SettingsError::NotToml { path: path.to_owned(), line, reason: error.message().to_owned() }
        })?;
        let mut reading =
            SettingsReader { path, line_at: &line_at, settings: Vec::new(), policy: PolicyDraft::default() };
        for (name, value) in table.get_ref() {
            let line = line_at(name.span().start);
            match (name.get_ref().as_ref(), value.get_ref()) {
                (PLAYBOOKS, DeValue::Table(playbooks)) => reading.playbooks(playbooks)?,
                (PLAYBOOKS, _) => {
                    let expected = "a table for each playbook: [playbook.offboard]";
                    return Err(SettingsError::Shape { path: path.to_owned(), line, name: PLAYBOOKS, expected });
                }
                (name, _) => reading.setting(name, line, value, None)?,
            }
        }
        reading.settings.sort_by_key(|setting| setting.line);
        let mut ways = reading.settings.iter().filter(|setting| setting.key.way_in.is_some());
        if let (Some(first), Some(second)) = (ways.next(), ways.next()) {
            let (path, line) = (path.to_owned(), second.line);
            return Err(SettingsError::TwoWaysIn { path, line, first: first.key.name, second: second.key.name });
        }
        let policy = reading.policy.finish(path)?;
        Ok(Self { path: path.to_owned(), settings: reading.settings, policy })
    }
}

struct SettingsReader<'a> {
    path: &'a Path,
    line_at: &'a dyn Fn(usize) -> usize,
    settings: Vec<Setting>,
    policy: PolicyDraft,
}

impl SettingsReader<'_> {
    fn playbooks(&mut self, playbooks: &DeTable<'_>) -> Result<(), SettingsError> {
        for (name, value) in playbooks {
            let line = (self.line_at)(name.span().start);
            let path = || self.path.to_owned();
            let Some(playbook) = Playbook::ALL.into_iter().find(|playbook| playbook.name() == name.get_ref().as_ref())
            else {
                if names_a_secret(name.get_ref()) || looks_like_a_secret(name.get_ref()) {
                    return Err(SettingsError::Secret { path: path(), line });
                }
                let meant = nearest(name.get_ref(), Playbook::ALL.iter().map(|playbook| playbook.name()));
                return Err(SettingsError::NoPlaybook { path: path(), line, name: name.get_ref().to_string(), meant });
            };
            let DeValue::Table(settings) = value.get_ref() else {
                let expected = "a table for each playbook: [playbook.offboard]";
                return Err(SettingsError::Shape { path: path(), line, name: PLAYBOOKS, expected });
            };
            for (name, value) in settings {
                self.setting(name.get_ref(), (self.line_at)(name.span().start), value, Some(playbook))?;
            }
        }
        Ok(())
    }

    fn setting(
        &mut self,
        name: &str,
        line: usize,
        value: &Spanned<DeValue<'_>>,
        playbook: Option<Playbook>,
    ) -> Result<(), SettingsError> {
        let path = || self.path.to_owned();
        if holds_a_secret(value.get_ref()) || looks_like_a_secret(name) {
            return Err(SettingsError::Secret { path: path(), line });
        }
        if let Some(name) = POLICY.into_iter().find(|known| *known == name) {
            return match playbook {
                Some(_) => Err(SettingsError::NotPerPlaybook { path: path(), line, name }),
                None => self.policy.take(self.path, line, name, value.get_ref()),
            };
        }
        let Some(key) = KEYS.iter().find(|key| key.name == name) else {
            if let Some(name) = EACH_TIME.into_iter().find(|known| folded(known) == folded(name)) {
                return Err(SettingsError::EachTime { path: path(), line, name });
            }
            if names_a_secret(name) {
                return Err(SettingsError::Secret { path: path(), line });
            }
            let meant =
                nearest(name, KEYS.iter().map(|key| key.name).chain([PLAYBOOKS]).chain(POLICY).chain(EACH_TIME));
            return Err(SettingsError::Unknown { path: path(), line, name: name.to_owned(), meant });
        };
        if playbook.is_some() && !key.per_playbook {
            return Err(SettingsError::NotPerPlaybook { path: path(), line, name: key.name });
        }
        let values = self.values(key.kind, value.get_ref());
        let values = values.ok_or_else(|| {
            let (name, expected) = (key.name, key.kind.expected());
            SettingsError::Shape { path: path(), line, name, expected }
        })?;
        self.settings.push(Setting { key, values, line, playbook });
        Ok(())
    }

    /// The value as the argument takes it; `None` where it is written otherwise.
    fn values(&self, kind: SettingKind, value: &DeValue<'_>) -> Option<Vec<String>> {
        let text = |value: &DeValue<'_>| {
            let text = value.as_str().map(str::trim).filter(|text| !text.is_empty())?;
            Some(match kind {
                SettingKind::Path | SettingKind::Paths => self.beside(text),
                SettingKind::Recipients if !is_a_key(text) => self.beside(text),
                _ => text.to_owned(),
            })
        };
        match (kind, value) {
            (SettingKind::Number, DeValue::Integer(number)) => Some(vec![number.as_str().replace('_', "")]),
            (SettingKind::Switch, DeValue::Boolean(on)) => Some(vec![on.to_string()]),
            (SettingKind::Number | SettingKind::Switch, _) => None,
            (SettingKind::Paths | SettingKind::Recipients, DeValue::Array(list)) if !list.is_empty() => {
                list.iter().map(|value| text(value.get_ref())).collect()
            }
            _ => text(value).map(|text| vec![text]),
        }
    }

    fn beside(&self, name: &str) -> String {
        let folder = private_files::folder_of(self.path);
        // A file that was found in the working folder names its neighbours as arguments do there.
        if folder == Path::new(".") { name.to_owned() } else { folder.join(name).to_string_lossy().into_owned() }
    }
}

fn holds_a_secret(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(text) => looks_like_a_secret(text),
        DeValue::Array(list) => list.iter().any(|value| holds_a_secret(value.get_ref())),
        DeValue::Table(table) => table.values().any(|value| holds_a_secret(value.get_ref())),
        _ => false,
    }
}
