//! The tenants of a simulator, and the file that names them as real ones would be named.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::exit::Failure;
use crate::private_files;
use crate::simulator::{Settings, Simulator};

/// How many tenants one simulator may have.
pub(super) const TENANTS: std::ops::RangeInclusive<i64> = 1..=300;

/// One tenant of the simulator.
#[derive(JsonSchema, Serialize)]
pub(super) struct AnnouncedTenant {
    /// What it is called in the file of tenants.
    name: String,
    /// Its id.
    tenant_id: String,
    /// The domain of most of its people.
    domain: String,
}

/// The settings of the tenants beside the first one, which are as it is.
pub(super) fn beside(first: &Settings, tenants: u16) -> Vec<Settings> {
    (2..=tenants).map(|number| Settings { number, ..first.clone() }).collect()
}

/// All tenants of a simulator, the first one first.
pub(super) fn of(simulator: &Simulator) -> Vec<AnnouncedTenant> {
    let announced = |tenant: &Simulator| AnnouncedTenant {
        name: tenant.name().to_lowercase().replace(' ', ""),
        tenant_id: tenant.connection().tenant_id.clone(),
        domain: tenant.domain(),
    };
    std::iter::once(announced(simulator)).chain(simulator.beside().map(|tenant| announced(&tenant))).collect()
}

/// Writes the file of tenants into `folder`, with the secret of their app beside it.
///
/// # Errors
///
/// A file cannot be written.
pub(super) fn write(folder: &Path, simulator: &Simulator, tenants: &[AnnouncedTenant]) -> Result<PathBuf, Failure> {
    let cannot =
        |path: &Path, error: io::Error| Failure::usage(format_args!("{} cannot be written: {error}", path.display()));
    let (path, secret) = (folder.join("tenants.toml"), folder.join("app.secret"));
    let connection = simulator.connection();
    private_files::replace(&secret, |file| writeln!(file, "{}", connection.client_secret))
        .map_err(|error| cannot(&secret, error))?;
    private_files::replace(&path, |file| {
        writeln!(file, "# One app registration in all of these tenants.")?;
        writeln!(file, "client_id = \"{}\"", connection.client_id)?;
        writeln!(file, "client_secret_file = \"app.secret\"")?;
        tenants.iter().try_for_each(|AnnouncedTenant { name, tenant_id, domain }| {
            writeln!(file, "\n[tenants.{name}]\ntenant = \"{tenant_id}\" # {domain}")
        })
    })
    .map_err(|error| cannot(&path, error))?;
    Ok(path)
}
