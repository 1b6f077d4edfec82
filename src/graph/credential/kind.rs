//! The kinds of credential, by the names that a person gives them.

use std::fmt;

/// What kind of credential the program gets in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A token that somebody else fetched.
    Token,
    /// An app registration and one of its client secrets.
    Secret,
    /// An app registration and one of its certificates.
    Certificate,
    /// An app registration that trusts another issuer's tokens: workload identity.
    Federated,
    /// The same with the token of a GitHub Actions job.
    GitHub,
    /// The identity that Azure gave to the machine or the service that this runs on.
    ManagedIdentity,
    /// Whoever is signed in to the Azure CLI.
    AzureCli,
    /// A person who signs in on another device.
    DeviceCode,
}

impl CredentialKind {
    /// All kinds, in the order in which the environment is searched for them.
    pub const ALL: [Self; 8] = [
        Self::Token,
        Self::Secret,
        Self::Certificate,
        Self::Federated,
        Self::GitHub,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::DeviceCode,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::Federated => "federated",
            Self::GitHub => "github",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
            Self::DeviceCode => "device-code",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Token => "a ready token",
            Self::Secret => "a client secret",
            Self::Certificate => "a certificate",
            Self::Federated => "a federated token file",
            Self::GitHub => "the identity of this GitHub Actions job",
            Self::ManagedIdentity => "a managed identity",
            Self::AzureCli => "the sign-in of the Azure CLI",
            Self::DeviceCode => "a device code",
        }
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
