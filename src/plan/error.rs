//! Why there is no plan.

use std::io;

use super::folder_error::FolderError;
use super::handoff::NamesWithoutKeys;
use super::moments_of_rows::TooManyMoments;
use super::pass_wish::PassNotAllowed;
use super::password_list::PasswordListError;
use super::protected::ProtectedError;
use super::reach::RoleMissing;
use super::row::RowError;
use super::rules::RulesError;
use super::script_credential::ScriptCredentialError;
use super::waves::TooManyWaves;
use super::what_is_listed::WhatIsListed;
use crate::directory::LookupError;
use crate::graph::reading::ReadError;
use crate::roster::RosterError;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The rules contradict each other.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The folder cannot take a plan.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The roster could not be read to its end.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The list of protected accounts does not hold.
    #[error("the list of protected accounts {list}: {source}")]
    Protected {
        /// Its name.
        list: String,
        /// What is wrong with it.
        source: Box<ProtectedError>,
    },
    /// The directory could not be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The tenant gives no such passes.
    #[error("{0}; no plan was made")]
    Pass(#[from] PassNotAllowed),
    /// What people have could not be listed.
    #[error("{} could not be listed: {source}; no plan was made", of.name())]
    Listing {
        /// What.
        of: WhatIsListed,
        /// Why not.
        source: ReadError,
    },
    /// No key is known for the person who would hand a password over.
    #[error(transparent)]
    NamesWithoutKeys(#[from] NamesWithoutKeys),
    /// The passwords that people chose do not fit the list.
    #[error("{0}\nno plan was made")]
    Passwords(#[from] PasswordListError),
    /// The column of waves is none.
    #[error("{0}; no plan was made")]
    Waves(#[from] TooManyWaves),
    /// The column of moments is none.
    #[error("{0}; no plan was made")]
    Moments(#[from] TooManyMoments),
    /// Graph would refuse every write.
    #[error("{0}; no plan was made")]
    RoleMissing(RoleMissing),
    /// A password for Active Directory could not be made or sealed.
    #[error(transparent)]
    ScriptCredential(#[from] ScriptCredentialError),
    /// The plan could not be written.
    #[error("the plan could not be written: {0}")]
    Write(#[from] io::Error),
}

impl From<csv::Error> for PlanError {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}

impl From<RowError> for PlanError {
    fn from(error: RowError) -> Self {
        Self::Write(io::Error::other(error))
    }
}

impl From<serde_json::Error> for PlanError {
    fn from(error: serde_json::Error) -> Self {
        Self::Write(error.into())
    }
}
