//! What makes a credential useless, as a fact: what to do about each is in [`crate::wording::refused_token`].

use std::path::PathBuf;

/// What makes a credential useless. No secret is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableCredential {
    /// What should be a token is none.
    #[error("what {0} answered is not a token")]
    NotAToken(TokenGiver),
    /// No code to sign in with.
    #[error("the token service gave no device code")]
    NoDeviceCode,
    /// The key of the certificate is of another kind, or damaged.
    #[error("the certificate's key cannot sign")]
    KeyCannotSign,
    /// It cannot be sent.
    #[error("{0} has characters that no header may have")]
    NoHeader(&'static str),
    /// The request for a token cannot be put together.
    #[error("the request cannot be put together: {0}")]
    Request(String),
    /// It does not say when its tokens end.
    #[error("the Azure CLI is older than 2.54.0")]
    AzureCliTooOld,
    /// What the agent of Azure Arc wants as a proof cannot be given.
    #[error("the Azure Arc agent: {0}")]
    Arc(ArcFault),
}

/// What gives tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
pub enum TokenGiver {
    /// That of Entra ID.
    #[strum(to_string = "the token service")]
    TokenService,
    /// That of a machine or service in Azure.
    #[strum(to_string = "the identity service of this machine")]
    IdentityService,
    /// `az`.
    #[strum(to_string = "the Azure CLI")]
    AzureCli,
    /// That of a job of GitHub Actions.
    #[strum(to_string = "GitHub")]
    GitHub,
}

/// Why the agent of Azure Arc cannot be given the proof that it wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArcFault {
    /// It did not say where the proof is.
    #[error("it named no file to prove oneself with")]
    NoFile,
    /// A file that is not its own is never read for it.
    #[error("it named {}, which is no .key file in {}", path.display(), folder.display())]
    ForeignFile {
        /// The file that it named.
        path: PathBuf,
        /// Its own folder.
        folder: PathBuf,
    },
    /// Not everybody may read it.
    #[error("{} cannot be read ({reason})", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// It is too large for a key, or no file.
    #[error("{} is no small file", .0.display())]
    NoSmallFile(PathBuf),
    /// What it holds is none.
    #[error("its file holds no key")]
    NoKey,
}
