//! Why the file of tenants cannot be used.

use std::io;
use std::path::PathBuf;

use super::name::{NotATenantName, TenantName};
use crate::graph::app_file::AppFileProblem;
use crate::private_files::how_to_keep_others_out;

/// Why the file of tenants cannot be used. No value of the file is ever part of it but names of tenants.
#[derive(Debug, thiserror::Error)]
#[error("the file of tenants {}{} {problem}", path.display(), place(.tenant))]
pub struct TenantsFileError {
    /// Where it is.
    pub path: PathBuf,
    /// The table that is wrong; `None` is the part above the tables, or the whole file.
    pub tenant: Option<TenantName>,
    /// What is wrong.
    pub problem: TenantsFileProblem,
}

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum TenantsFileProblem {
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// They could choose which tenant is changed and who opens the passwords.
    #[error("can be changed by others; keep them out: {}", how_to_keep_others_out(.0, "go-w"))]
    WritableByOthers(PathBuf),
    #[error("is no TOML in line {line}: {reason}")]
    NotToml { line: usize, reason: String },
    #[error("names no tenant; each has a table [tenants.NAME] with tenant = \"its id or a domain of it\"")]
    NoTenants,
    #[error("names {0} tenants, and {max} is the most", max = super::keys::MAX_TENANTS)]
    TooMany(usize),
    #[error("has a name that is none: {0}")]
    Name(NotATenantName),
    #[error("has the name {0} twice; case makes no difference, because folders have these names")]
    NameTwice(TenantName),
    #[error("names the tenant that [tenants.{0}] names")]
    TenantTwice(TenantName),
    #[error("does not say which tenant it is: tenant = \"its id or a domain of it\"")]
    NoTenant,
    #[error("has a key {key:?}, which means nothing here{}", meant(.nearest))]
    UnknownKey { key: String, nearest: Option<&'static str> },
    #[error(
        "has a secret written into it ({key}), and such a file is copied about. Write the secret, alone, into a file of its \
         own that only you may read, name that with {instead}, and renew the secret if others have seen this file"
    )]
    SecretInFile { key: String, instead: &'static str },
    #[error("must have {expected} for {key}")]
    Shape { key: &'static str, expected: &'static str },
    #[error("says auth = \"azure-cli\" and names a credential of an app; leave one of them out")]
    TwoWaysIn,
    #[error("{0}")]
    App(AppFileProblem),
}

fn place(tenant: &Option<TenantName>) -> String {
    tenant.as_ref().map(|name| format!(", [tenants.{name}]")).unwrap_or_default()
}

fn meant(nearest: &Option<&'static str>) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => format!("; it may have {}", super::keys::keys().collect::<Vec<_>>().join(", ")),
    }
}
