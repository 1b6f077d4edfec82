//! The ways of signing in, and what is particular to each: flags, variables, settings, files of further apps, tokens and
//! `sealoff doctor` ask here.

/// A way of signing in. In the order in which the environment is searched for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum CredentialKind {
    /// A ready token that was fetched elsewhere.
    Token,
    /// An app registration and one of its client secrets.
    Secret,
    /// An app registration and one of its certificates.
    Certificate,
    /// An app registration that trusts another issuer's tokens: workload identity.
    Federated,
    /// The same with the token of a GitHub Actions job.
    #[strum(serialize = "github")]
    GitHub,
    /// The identity that Azure gave to the machine or the service that this runs on.
    ManagedIdentity,
    /// The person who is signed in to the Azure CLI.
    AzureCli,
    /// A person who signs in on another device.
    DeviceCode,
}

/// What is particular to a way of signing in.
#[derive(Debug)]
pub struct SignInMethod {
    /// What it is, in words.
    pub words: &'static str,
    /// The setting that names its file, where it has one: the argument has the same id.
    pub file_setting: Option<&'static str>,
    /// It is chosen where one of these is set, and all of `needed_variables`. The first one that is set wins.
    ///
    /// A person's own sign-in has none, and is never taken without being asked for: what a list of people is locked out
    /// with must be meant.
    pub variables: &'static [&'static str],
    /// Without these, `variables` are there for another purpose: GitHub sets its own for every job that may ask.
    pub needed_variables: &'static [&'static str],
    /// The keys that name it in the file of a further app.
    pub app_file_keys: &'static [&'static str],
    /// Calls are made in the name of the app that is configured, which is certain without looking into a token.
    pub acts_as_app: bool,
    /// Another token can be had when one ends.
    pub is_renewable: bool,
}

/// A way of signing in as an app registration that is configured.
const APP: SignInMethod = SignInMethod {
    words: "",
    file_setting: None,
    variables: &[],
    needed_variables: &[],
    app_file_keys: &[],
    acts_as_app: true,
    is_renewable: true,
};
const OTHER: SignInMethod = SignInMethod { acts_as_app: false, ..APP };

impl CredentialKind {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What is particular to it.
    pub const fn method(self) -> &'static SignInMethod {
        match self {
            Self::Token => &SignInMethod {
                words: "a ready token",
                variables: &["SEALOFF_ACCESS_TOKEN"],
                is_renewable: false,
                ..OTHER
            },
            Self::Secret => &SignInMethod {
                words: "a client secret",
                file_setting: Some("client_secret_file"),
                variables: &["AZURE_CLIENT_SECRET", "SEALOFF_CLIENT_SECRET_FILE"],
                app_file_keys: &["client_secret_file", "client_secret_env"],
                ..APP
            },
            Self::Certificate => &SignInMethod {
                words: "a certificate",
                file_setting: Some("client_certificate"),
                variables: &["AZURE_CLIENT_CERTIFICATE_PATH"],
                app_file_keys: &["certificate_path"],
                ..APP
            },
            Self::Federated => &SignInMethod {
                words: "a federated token file",
                file_setting: Some("federated_token_file"),
                variables: &["AZURE_FEDERATED_TOKEN_FILE"],
                app_file_keys: &["federated_token_file"],
                ..APP
            },
            Self::GitHub => &SignInMethod {
                words: "the identity of this GitHub Actions job",
                variables: &["ACTIONS_ID_TOKEN_REQUEST_URL"],
                needed_variables: &["AZURE_CLIENT_ID"],
                app_file_keys: &["federated_audience"],
                ..APP
            },
            Self::ManagedIdentity => {
                &SignInMethod { words: "a managed identity", variables: &["IDENTITY_ENDPOINT"], ..OTHER }
            }
            Self::AzureCli => &SignInMethod { words: "the sign-in of the Azure CLI", ..OTHER },
            Self::DeviceCode => &SignInMethod { words: "a device code", ..OTHER },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray as _;

    #[test]
    fn each_way_has_a_name_and_words_of_its_own() {
        for (place, kind) in CredentialKind::VARIANTS.iter().enumerate() {
            let first = |is: &dyn Fn(&CredentialKind) -> bool| CredentialKind::VARIANTS.iter().position(is);
            assert_eq!(first(&|other| other.name() == kind.name()), Some(place));
            assert_eq!(first(&|other| other.method().words == kind.method().words), Some(place));
        }
        assert_eq!(CredentialKind::GitHub.to_string(), "github");
        assert_eq!(CredentialKind::ManagedIdentity.to_string(), "managed-identity");
    }
}
