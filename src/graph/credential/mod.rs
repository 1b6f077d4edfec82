//! What the program signs in with: from the parts of a credential to one access token.
//!
//! | file | what it does |
//! | --- | --- |
//! | `kind` | names the ways of signing in, and describes each |
//! | `getter` | turns a [`Credential`] into a token, once; [`super::token`] keeps that token, shares and renews it |
//! | `token_service` | one request to the token service |
//! | `certificate`, `certificate_file` | sign an assertion with what a PEM or PFX file holds |
//! | `federated` | fetches other issuers' tokens |
//! | `job_identity` | what a GitHub Actions job asks for its own token with |
//! | `managed_identity`, `arc` | ask the services of Azure's machines, and of servers that are not in Azure |
//! | `azure_cli` | asks the Azure CLI |
//! | `device_code` | waits for a person |
//! | `secret_file` | a secret, alone in a file |
//! | `error`, `unusable` | why there is no token |
//!
//! All requests are ours, for none of Microsoft's libraries for Rust carries the claims challenges that Graph sends.

mod arc;
mod azure_cli;
mod certificate;
mod certificate_file;
mod device_code;
mod error;
mod federated;
pub(super) mod getter;
mod job_identity;
mod kind;
mod managed_identity;
mod secret_file;
mod token_service;
mod unusable;

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

pub use certificate::{CertificateFacts, SigningCertificate};
pub use certificate_file::{AskPassword, CertificateError, FilePassword};
pub use device_code::{DevicePrompt, ShowPrompt};
pub use error::{RefusalClue, TokenError};
pub use job_identity::{JobIdentity, JobIdentityError, NotAnAudience, checked_audience};
pub use kind::{CredentialKind, SignInMethod};
pub use managed_identity::{IdentityService, UnsupportedService};
pub use secret_file::{SecretFile, SecretFileError};
pub use unusable::{ArcFault, TokenGiver, UnusableCredential};

/// What the program proves itself with.
pub enum Credential {
    /// A token that was fetched elsewhere; it cannot be renewed.
    ReadyToken(SecretString),
    /// An app registration and one of its client secrets.
    ClientSecret {
        /// The tenant to get into: its id or one of its domains.
        tenant: String,
        /// The app registration.
        client_id: String,
        /// Its secret.
        secret: SecretString,
    },
    /// An app registration and a certificate of it, which signs an assertion for every token.
    Certificate {
        /// The tenant.
        tenant: String,
        /// The app registration.
        client_id: String,
        /// The certificate and its key.
        certificate: SigningCertificate,
    },
    /// An app registration that trusts tokens of another issuer. The file is read again for every token, because
    /// its writer replaces it before the token in it ends.
    Federated {
        /// The tenant.
        tenant: String,
        /// The app registration.
        client_id: String,
        /// Where the other issuer's token stands.
        token_file: PathBuf,
    },
    /// The same with the token that GitHub gives to an Actions job ("OpenID Connect" in GitHub's documentation).
    GitHub {
        /// The audience that its token is asked for; that of the cloud where there is none.
        audience: Option<String>,
        /// The tenant.
        tenant: String,
        /// The app registration.
        client_id: String,
        /// Where the job asks for its own token, and with what.
        job: JobIdentity,
    },
    /// The identity that Azure gave to this machine or service; which of its services is asked, Azure's own variables
    /// say.
    ManagedIdentity {
        /// A user-assigned identity; without it the system-assigned one.
        client_id: Option<String>,
        /// A client that goes past every proxy: the service is on this machine.
        direct: reqwest::Client,
        /// Which service is asked.
        service: IdentityService,
    },
    /// The person who is signed in to the Azure CLI.
    AzureCli {
        /// The tenant; without it the one that the CLI is signed in to.
        tenant: Option<String>,
    },
    /// A person who signs in on another device, once; later tokens come without them.
    DeviceCode {
        /// The tenant.
        tenant: String,
        /// A public client: an app registration that allows such sign-ins.
        client_id: String,
        /// Shows the person where to go.
        show: ShowPrompt,
    },
}

impl Credential {
    /// Of which kind it is.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::ReadyToken(_) => CredentialKind::Token,
            Self::ClientSecret { .. } => CredentialKind::Secret,
            Self::Certificate { .. } => CredentialKind::Certificate,
            Self::Federated { .. } => CredentialKind::Federated,
            Self::GitHub { .. } => CredentialKind::GitHub,
            Self::ManagedIdentity { .. } => CredentialKind::ManagedIdentity,
            Self::AzureCli { .. } => CredentialKind::AzureCli,
            Self::DeviceCode { .. } => CredentialKind::DeviceCode,
        }
    }

    /// The app registration, where it is certain without looking into a token.
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::ClientSecret { client_id, .. }
            | Self::Certificate { client_id, .. }
            | Self::Federated { client_id, .. }
            | Self::GitHub { client_id, .. }
            | Self::DeviceCode { client_id, .. } => Some(client_id),
            Self::ManagedIdentity { client_id, .. } => client_id.as_deref(),
            Self::ReadyToken(_) | Self::AzureCli { .. } => None,
        }
    }

    /// The public facts of the certificate, where it is one.
    pub fn certificate(&self) -> Option<CertificateFacts> {
        match self {
            Self::Certificate { certificate, .. } => Some(certificate.facts()),
            _ => None,
        }
    }

    /// The tenant as it was configured.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::ClientSecret { tenant, .. }
            | Self::Certificate { tenant, .. }
            | Self::Federated { tenant, .. }
            | Self::GitHub { tenant, .. }
            | Self::DeviceCode { tenant, .. } => Some(tenant),
            Self::AzureCli { tenant } => tenant.as_deref(),
            Self::ReadyToken(_) | Self::ManagedIdentity { .. } => None,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.kind())
    }
}
