//! Why a file of settings cannot be used.

use std::io;
use std::path::PathBuf;

use super::key::EACH_TIME;
use crate::cli::words::harmless;
use crate::plan::playbook::Playbook;

/// The table with a table for each playbook.
pub(super) const PLAYBOOKS: &str = "playbook";

/// Why a file cannot be used. No value of the file is ever part of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum SettingsError {
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("others may change {}, and so choose the tenant and who can open the passwords", .0.display())]
    WritableByOthers(PathBuf),
    #[error("{} belongs to another user, who could choose the tenant and who can open the passwords", .0.display())]
    NotYours(PathBuf),
    #[error("{}:{line}: this is no TOML: {reason}", path.display())]
    NotToml { path: PathBuf, line: usize, reason: String },
    #[error(
        "{}:{line}: secrets are not allowed in this file, because such files get copied; take it out, renew it if others have seen the \
         file, and name a file that holds nothing else with client_secret_file, or set AZURE_CLIENT_SECRET", path.display()
    )]
    Secret { path: PathBuf, line: usize },
    #[error("{}:{line}: {} is not a setting{}", path.display(), harmless(name), did_you_mean(*meant))]
    Unknown { path: PathBuf, line: usize, name: String, meant: Option<&'static str> },
    #[error("{}:{line}: {} is no playbook{}", path.display(), harmless(name), one_of(*meant))]
    NoPlaybook { path: PathBuf, line: usize, name: String, meant: Option<&'static str> },
    #[error("{}:{line}: {name} cannot stand in a file: it has to be said each time, on the command line", path.display())]
    EachTime { path: PathBuf, line: usize, name: &'static str },
    #[error("{}:{line}: {name} is the same for every playbook; it stands above the tables", path.display())]
    NotPerPlaybook { path: PathBuf, line: usize, name: &'static str },
    #[error("{}:{line}: {name} must be {expected}", path.display())]
    Shape { path: PathBuf, line: usize, name: &'static str, expected: &'static str },
    #[error("{}:{line}: the value of {name} cannot be used: {reason}", path.display())]
    Value { path: PathBuf, line: usize, name: &'static str, reason: String },
    #[error("{}:{line}: {first} stands above, and {second} is another way in; leave one of them out", path.display())]
    TwoWaysIn { path: PathBuf, line: usize, first: &'static str, second: &'static str },
    #[error(
        "{}:{line}: {name} says where secrets are sent, and a file that was merely found in the working folder may have come \
         with an archive", path.display()
    )]
    MerelyFound { path: PathBuf, line: usize, name: &'static str },
    #[error(
        "{}:{line}: approvers says who must sign a plan, and a file in the working folder is chosen by the one who starts \
         sealoff there", path.display()
    )]
    PolicyMerelyFound { path: PathBuf, line: usize },
}

fn did_you_mean(meant: Option<&'static str>) -> String {
    match meant {
        None => "; samples/sealoff.toml has them all".to_owned(),
        Some(meant) if EACH_TIME.contains(&meant) && meant != PLAYBOOKS => {
            format!("; did you mean {meant}? That has to be said each time, on the command line")
        }
        Some(meant) => format!("; did you mean {meant}?"),
    }
}

fn one_of(meant: Option<&'static str>) -> String {
    meant.map_or_else(
        || format!("; there are {}", Playbook::ALL.map(Playbook::name).join(", ")),
        |meant| format!("; did you mean {meant}?"),
    )
}
