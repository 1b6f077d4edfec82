//! What could not be read and does not stop a plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::graph::error::GraphError;
use crate::ids::ObjectId;
use crate::words::counted;

/// Something that a plan does without, and that its reader has to know.
#[derive(Debug, Clone, PartialEq, Eq, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(NoteKind),
    derive(JsonSchema, Serialize, Deserialize),
    serde(rename_all = "kebab-case"),
    doc = "Which kind of gap a note is about."
)]
pub enum Note {
    /// The operator gave up on directory roles.
    RolesNotRead,
    /// The operator gave up on domains.
    DomainsNotRead,
    /// The tenant has no licence for eligible roles, so there are none.
    NoEligibleRoles,
    /// Who may take a role for a while is not known.
    EligibleRolesNotRead {
        /// What Graph says.
        because: GraphError,
    },
    /// The tenant or its cloud does not answer who may take a role for a while.
    EligibleRolesRefused {
        /// What Graph says.
        because: GraphError,
    },
    /// Who owns the app is not known, or not wholly.
    OwnersNotRead {
        /// What Graph says.
        because: GraphError,
    },
    /// In whose name the program asks is not known.
    CallerNotKnown,
    /// The program asks for a person who signed in, and can do no more than they.
    SignedInAs {
        /// Their account.
        id: ObjectId,
        /// Their sign-in name, or their object id where that is not known.
        who: String,
    },
    /// Who was deleted lately is not known.
    DeletedNotRead {
        /// What Graph says.
        because: GraphError,
    },
    /// What some mailboxes are for is not known.
    MailboxesNotRead {
        /// How many.
        mailboxes: u32,
        /// What Graph says.
        because: GraphError,
    },
    /// The managers of accounts whose names speak of a room or a service are not known.
    ManagersNotRead {
        /// Why.
        because: ManagerFault,
    },
    /// The tenant counts its members only by being listed.
    MembersListed,
    /// Sign-in names were compared with everybody's addresses, which took a while.
    NamesCompared {
        /// How many names.
        names: usize,
        /// With how many calls.
        calls: usize,
    },
    /// A long list says that its names are sign-in names, and they were taken at this word.
    NamesNotCompared,
}

/// Why it is not known who an account's manager is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManagerFault {
    /// Graph refuses.
    #[error(transparent)]
    Refused(#[from] GraphError),
    /// The answer is not to be believed.
    #[error("the answer to {question} cannot be relied on: {reason}")]
    Unreliable {
        /// What was asked.
        question: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl Note {
    /// The note for people: what is not known, and what follows from it. What to do about it is in [`crate::wording::note`].
    pub fn sentence(&self) -> String {
        match self {
            Self::RolesNotRead => {
                "Directory roles were not read (--without-roles): administrators are not recognized, \
                                   and nothing keeps the last Global Administrator."
                    .to_owned()
            }
            Self::DomainsNotRead => {
                "Domains were not read (--without-domains): federated accounts are not recognized; \
                                     Graph refuses their new passwords."
                    .to_owned()
            }
            Self::NoEligibleRoles => "The tenant has no licence for Privileged Identity Management (Entra ID P2), so \
                                      no account can be eligible for a role."
                .to_owned(),
            Self::EligibleRolesNotRead { because } => format!(
                "An account that may take a role for a while (Privileged Identity Management) counts as having none: {because}."
            ),
            Self::EligibleRolesRefused { because } => format!(
                "Nothing is known of accounts that may take a role for a while (Privileged Identity Management), so they count \
                 as having none: {because}."
            ),
            Self::OwnersNotRead { because } => format!(
                "The owners of the app are not known, so they are not kept from being touched: {because}."
            ),
            Self::CallerNotKnown => {
                "It is not known in whose name this program asks, so that account is not protected."
                    .to_owned()
            }
            Self::SignedInAs { who, .. } => format!(
                "Signed in as {who}: Graph lets that person's directory roles decide whose password may be set and whose \
                 sign-in blocked, and refuses the rest. Their own account is never touched."
            ),
            Self::DeletedNotRead { because } => {
                format!("Deleted accounts cannot be distinguished from those that never existed: {because}.")
            }
            Self::MailboxesNotRead { mailboxes, because } => format!(
                "What {} for is not known, so rooms and shared mailboxes among them show by other signs alone: {because}.",
                counted((*mailboxes).into(), "mailbox is", "mailboxes are")
            ),
            Self::ManagersNotRead { because } => format!(
                "Managers are not known, so accounts whose names speak of a room or a service count as people's: {because}."
            ),
            Self::MembersListed => {
                "The tenant does not count its members by a filter; they were listed instead.".to_owned()
            }
            Self::NamesNotCompared => {
                "The list is long, and its header says that it has sign-in names: they were taken as such, and not compared with the mail \
                 addresses and old names of everybody else. Lists of less than 6,000 rows are."
                    .to_owned()
            }
            Self::NamesCompared { names, calls } => format!(
                "The {names} sign-in names were compared with the mail addresses and old names of everybody else, {} more: a name that \
                 two people have is refused. A list of object ids needs none of them.",
                counted(u64::try_from(*calls).unwrap_or(u64::MAX), "call", "calls")
            ),
        }
    }
}
