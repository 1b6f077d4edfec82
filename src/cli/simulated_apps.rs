//! Further apps of a simulated tenant, and the files that name them as a real one would be named.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::apps::{self, FurtherApp};
use super::exit::Failure;
use crate::graph::app_file::AppFile;
use crate::graph::token::Credential;
use crate::private_files;
use crate::simulator;

/// How many apps a simulated tenant may have.
pub(super) const APPS: std::ops::RangeInclusive<i64> = 1..=crate::run::apps::MAX_APPS as i64;

/// A file that names a simulated app, and what is in it.
pub(super) struct Named {
    pub(super) path: PathBuf,
    pub(super) app: simulator::FurtherApp,
}

/// The apps beside the first one, made up.
pub(super) fn made_up(apps: u16) -> Vec<simulator::FurtherApp> {
    (2..=apps).map(simulator::FurtherApp::numbered).collect()
}

/// Writes a file for each app into `folder`, with its secret beside it.
///
/// # Errors
///
/// A file cannot be written.
pub(super) fn write(folder: &Path, further: Vec<simulator::FurtherApp>) -> Result<Vec<Named>, Failure> {
    let cannot =
        |path: &Path, error: io::Error| Failure::usage(format_args!("{} cannot be written: {error}", path.display()));
    let mut named = Vec::with_capacity(further.len());
    private_files::create_folder(folder).map_err(|error| cannot(folder, error))?;
    for (number, app) in (2..).zip(further) {
        let (path, secret) = (folder.join(format!("app{number}.toml")), folder.join(format!("app{number}.secret")));
        private_files::replace(&secret, |file| writeln!(file, "{}", app.client_secret))
            .map_err(|error| cannot(&secret, error))?;
        private_files::replace(&path, |file| {
            writeln!(file, "client_id = \"{}\"", app.client_id)?;
            writeln!(file, "client_secret_file = \"app{number}.secret\"")
        })
        .map_err(|error| cannot(&path, error))?;
        named.push(Named { path, app });
    }
    Ok(named)
}

/// The apps that real files name, as a simulated tenant has them: under the same client ids, with secrets of its own. Real
/// secrets stay where they are.
pub(super) fn stand_ins(files: &[AppFile]) -> Vec<simulator::FurtherApp> {
    let stand_in = |(number, file): (u16, &AppFile)| simulator::FurtherApp {
        client_id: file.client_id.guid(),
        ..simulator::FurtherApp::numbered(number)
    };
    (2..).zip(files).map(stand_in).collect()
}

/// How a run goes in as those.
pub(super) fn entering(tenant: &str, files: &[AppFile]) -> Vec<FurtherApp> {
    let entering = |(file, stand_in): (&AppFile, simulator::FurtherApp)| FurtherApp {
        name: apps::name(file),
        credential: Credential::ClientSecret {
            tenant: tenant.to_owned(),
            client_id: file.client_id.to_string(),
            secret: SecretString::from(stand_in.client_secret),
        },
    };
    files.iter().zip(stand_ins(files)).map(entering).collect()
}
