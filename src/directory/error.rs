//! Why a lookup as a whole has failed.

use crate::graph::error::GraphError;
use crate::graph::reading::ReadError;

/// A part of the tenant's facts that a plan can be made without, if the operator says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DispensablePart {
    /// Who holds which directory role.
    Roles,
    /// The groups that roles can be given to.
    RoleGroups,
    /// The domains of the tenant.
    Domains,
}

impl DispensablePart {
    /// What it is, as it stands in a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Roles => "directory roles",
            Self::RoleGroups => "role-assignable groups and their members",
            Self::Domains => "the tenant's domains",
        }
    }

    /// The least permission to read it.
    pub const fn permission(self) -> &'static str {
        match self {
            Self::Roles => "RoleManagement.Read.Directory",
            Self::RoleGroups => "GroupMember.Read.All",
            Self::Domains => "Domain.Read.All",
        }
    }

    /// The flag that gives up on it.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Roles | Self::RoleGroups => "--without-roles",
            Self::Domains => "--without-domains",
        }
    }

    /// This part, refused: an error of the whole lookup.
    pub(super) fn refused(self, error: ReadError) -> LookupError {
        match error {
            ReadError::Refused { error, .. } if error.status == 403 => {
                LookupError::NotPermitted { part: self, error: Box::new(error) }
            }
            error => error.into(),
        }
    }
}

/// Why the directory could not be read. Nothing is known then about any of the names that were asked for. What to do about each
/// is in [`crate::wording::unread`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// Graph refused, gave no answer, or gave one that cannot be understood.
    #[error("the directory could not be read: {0}")]
    Read(#[from] ReadError),
    /// Graph refused one question among others.
    #[error("the directory could not be read: {question} was refused: {error}")]
    Refused {
        /// What was asked.
        question: String,
        /// What Graph says.
        error: GraphError,
    },
    /// The answer to one question is not to be believed.
    #[error("the directory could not be read: the answer to {question} cannot be relied on: {reason}")]
    Unreliable {
        /// What was asked.
        question: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The app lacks a permission without which no account can be judged.
    #[error("this app may not read {}: {error}", part.name())]
    NotPermitted {
        /// What could not be read.
        part: DispensablePart,
        /// What Graph says.
        error: Box<GraphError>,
    },
    /// The app may see that users exist, and not who they are.
    #[error("the directory does not show the names of its users to this app")]
    NamesHidden,
    /// The app may see who users are, and not in what state.
    #[error("the directory does not show this app whether its users may sign in")]
    StateHidden,
}
