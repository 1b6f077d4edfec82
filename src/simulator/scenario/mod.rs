//! Scenarios: files in TOML that say how a simulated tenant is and what goes wrong in it.
//!
//! The same file drives drills, `simulate` and tests. It says nothing about this machine (where to listen, which files to
//! write): only what a tenant is like. Spans are tenant time, so that a scenario means the same at every clock speed.

mod error;
mod file;
#[cfg(test)]
mod tests;
mod values;

use std::path::Path;
use std::time::Duration;

use super::apps::FurtherApp;
use super::quota::{Limit, LimitShape, Quota};
use super::retry_after::RetryAfterDelay;
use super::script::Script;
use super::settings::Settings;

use crate::text_file::{self, Letters};
pub use error::ScenarioError;
use file::File;
use values::{Allowed, WrittenValue};

/// Longer files are no scenarios.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// A scenario, read and found sound.
#[derive(Debug, Clone)]
pub struct Scenario {
    file: File,
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`]: it names the file and the line, and the nearest right word for a wrong one.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let cannot = |error| ScenarioError::File { path: path.to_owned(), error };
        let text = text_file::read(path, MAX_FILE_BYTES, Letters::OrWindows1252).map_err(cannot)?;
        Self::of_text(&text, path)
    }

    /// Reads the text of one; `path` is what it is called in an error.
    ///
    /// # Errors
    ///
    /// As [`Scenario::read`].
    pub fn of_text(text: &str, path: &Path) -> Result<Self, ScenarioError> {
        let file: File = toml::from_str(text).map_err(|error| ScenarioError::of(path, text, &error))?;
        if file.no_quota && (file.limiter.is_some() || file.quota != file::QuotaTable::default()) {
            let what = "no-quota leaves nothing for limiter or [quota] to say; take one of them out".to_owned();
            return Err(ScenarioError::Content { path: path.to_owned(), line: None, what });
        }
        let changes_quota = file.change.iter().any(|change| change.0.writes.is_some());
        if file.no_quota && (changes_quota || !file.other_app.is_empty()) {
            let what = "no-quota leaves nothing for [[other-app]] to spend or [[change]] to make smaller; take one of them out";
            return Err(ScenarioError::Content { path: path.to_owned(), line: None, what: what.to_owned() });
        }
        Ok(Self { file })
    }

    /// What it rehearses, in one line; empty where it does not say.
    pub fn title(&self) -> &str {
        self.file.title.as_deref().unwrap_or_default()
    }

    /// How many users the tenant has, where it says so.
    pub fn users(&self) -> Option<usize> {
        self.file.users.map(|users| users.0)
    }

    /// The tenant that it describes. What it does not mention is as in `beginning`.
    pub fn settings(&self, beginning: Settings) -> Settings {
        let file = &self.file;
        let mut settings = beginning;
        settings.seed = file.seed.unwrap_or(settings.seed);
        settings.users = self.users().unwrap_or(settings.users);
        settings.clock_speed = file.clock_speed.map_or(settings.clock_speed, |speed| speed.0);
        if let Some(seconds) = file.clock_ahead {
            settings.clock_ahead = time::Duration::seconds(seconds.into());
        }
        settings.hash_sync = file.hash_sync.map_or(settings.hash_sync, |sync| sync.0);
        settings.writeback.enabled &= !file.without_writeback;
        settings.writeback.takes = file.writeback_takes.map_or(settings.writeback.takes, |takes| takes.0);
        settings.read_lag = file.read_lag.map_or(settings.read_lag, |lag| lag.0);
        settings.quota = if file.no_quota { Quota::off() } else { file.quota.applied_to(settings.quota) };
        if let Some(shape) = file.limiter {
            settings.quota = settings.quota.counted_in(shape.0);
        }
        settings.permissions.extend(file.grant.iter().map(|granted| granted.0));
        settings.cloud = file.cloud.map_or(settings.cloud, |cloud| cloud.0);
        if let Some(passes) = &file.passes {
            settings.passes = passes.0.clone();
        }
        settings.permissions.retain(|permission| !file.withhold.iter().any(|withheld| withheld.0 == *permission));
        if let Some(apps) = file.apps {
            settings.further_apps = (2..=apps.0).map(FurtherApp::numbered).collect();
        }
        if let Some(role) = file.app_role {
            settings.app_role = role.0;
            settings.further_apps.iter_mut().for_each(|app| app.app_role = role.0);
        }
        settings.reports_percentage &= !file.without_percentage;
        settings.opaque_tokens |= file.opaque_tokens;
        settings.pim_licensed &= !file.without_pim;
        settings.token_lifetime =
            file.token_lifetime.map_or(settings.token_lifetime, |span| Duration::from_secs(span.0));
        if let Some(user) = &file.device_code_by {
            settings.sign_in.device.approved_by = Some(user.clone());
        }
        settings.sign_in.device.blocked |= file.device_code_blocked;
        settings.faults.retry_after = file.retry_after.map_or(settings.faults.retry_after, |form| form.0);
        if let Some(delay) = file.retry_after_delay {
            settings.faults.retry_after_delay = RetryAfterDelay(delay.0);
        }
        settings.script = self.script();
        settings
    }

    fn script(&self) -> Script {
        Script {
            faults: self.file.fault.iter().map(|rule| rule.0.clone()).collect(),
            changes: self.file.change.iter().map(|change| change.0.clone()).collect(),
            other_apps: self.file.other_app.iter().map(|app| app.0).collect(),
            latency: self.file.latency.map(|latency| latency.0),
            intruder: self.file.intruder.map(|table| table.0),
        }
    }
}

impl file::QuotaTable {
    fn applied_to(&self, quota: Quota) -> Quota {
        let limit = |said: Option<WrittenValue<Allowed>>, documented: Option<Limit>| match said {
            Some(WrittenValue(allowed)) => allowed.map(|(amount, window)| {
                let shape = documented.map_or(LimitShape::default(), |limit| limit.shape);
                Limit { amount, window, shape }
            }),
            None => documented,
        };
        Quota {
            writes: limit(self.writes, quota.writes),
            writes_of_app: limit(self.writes_of_app, quota.writes_of_app),
            writes_of_tenant: limit(self.writes_of_tenant, quota.writes_of_tenant),
            resource_units: limit(self.resource_units, quota.resource_units),
            sign_in_activity: limit(self.sign_in_activity, quota.sign_in_activity),
            authentication_methods: limit(self.authentication_methods, quota.authentication_methods),
            devices: limit(self.devices, quota.devices),
            devices_of_person: limit(self.devices_of_person, quota.devices_of_person),
            risky_users: limit(self.risky_users, quota.risky_users),
        }
    }
}
