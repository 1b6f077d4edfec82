//! What the program gets in with, as it is named on the command line and in the environment. No secret is ever an
//! argument.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use secrecy::{ExposeSecret as _, SecretString};
use strum::VariantArray as _;
use zeroize::Zeroizing;

use super::exit::{Exit, Failure};
use super::failures::credentials::of_certificate;
use super::messages;
use super::words::span;
use crate::graph::connection::http_client;
use crate::graph::credential::{
    CredentialKind, DevicePrompt, FilePassword, IdentityService, JobIdentity, JobIdentityError, SecretFile, ShowPrompt,
    SigningCertificate, checked_audience,
};
use crate::graph::token::Credential;
use crate::private_files;
use crate::wording::refused_token::JOB_PERMISSION;
use crate::wording::worded_step::WordedStep;

const TENANT: &str = "AZURE_TENANT_ID";
const CLIENT: &str = "AZURE_CLIENT_ID";
const SECRET: &str = "AZURE_CLIENT_SECRET";
const SECRET_FILE: &str = "SEALOFF_CLIENT_SECRET_FILE";
const CERTIFICATE_PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";

const NEXT: &str = "Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH, or \
                    AZURE_FEDERATED_TOKEN_FILE) of an app registration. As yourself, without an app: az login, then \
                    --auth azure-cli.";

/// What to get in with. Secrets come from variables, files or the keyboard, never from an argument.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Signing in (a secret is never an argument)")]
pub struct CredentialArgs {
    /// How to get in; without it the first of these that is configured: token, secret, certificate, federated, github,
    /// managed-identity
    #[arg(long, value_enum, value_name = "KIND", env = "SEALOFF_AUTH")]
    pub auth: Option<CredentialKind>,
    /// The tenant: its id or one of its domains [env: AZURE_TENANT_ID]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// The app registration, or a user-assigned managed identity [env: AZURE_CLIENT_ID]
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// File that holds the client secret and nothing else [env: SEALOFF_CLIENT_SECRET_FILE]
    #[arg(long, value_name = "FILE", group = "proof")]
    pub client_secret_file: Option<PathBuf>,
    /// PFX or PEM file with the app's certificate and its private key [env: AZURE_CLIENT_CERTIFICATE_PATH]; its password is
    /// asked for, or stands in AZURE_CLIENT_CERTIFICATE_PASSWORD
    #[arg(long, value_name = "FILE", group = "proof")]
    pub client_certificate: Option<PathBuf>,
    /// File with a token that the app registration trusts [env: AZURE_FEDERATED_TOKEN_FILE]
    #[arg(long, value_name = "FILE", group = "proof")]
    pub federated_token_file: Option<PathBuf>,
    /// Audience of the token that GitHub is asked for, as the app's federated credential has it [default: that of the
    /// cloud, as api://AzureADTokenExchange]
    #[arg(long, value_name = "AUDIENCE", env = "SEALOFF_FEDERATED_AUDIENCE", value_parser = checked_audience)]
    pub federated_audience: Option<String>,
}

impl ValueEnum for CredentialKind {
    fn value_variants<'a>() -> &'a [Self] {
        Self::VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.method().words))
    }
}

impl CredentialArgs {
    /// Puts the credential together and says on standard error what it is. `ca_file` is for services on this machine.
    ///
    /// # Errors
    ///
    /// Nothing is configured, or something of what was chosen is missing or cannot be read.
    pub(super) fn credential(&self, ca_file: Option<&Path>) -> Result<Credential, Failure> {
        let kind = match self.auth.or_else(|| self.flagged()).or_else(configured) {
            Some(kind) => kind,
            None => return Err(self.nothing()),
        };
        let credential = self.of_kind(kind, ca_file)?;
        let origin = origin(kind).map(|name| format!(" ({name})")).unwrap_or_default();
        // Said before anything is sent, so that a wrong way in is seen and not guessed at.
        messages::info(format_args!("signing in with {}{origin}", kind.method().words));
        Ok(credential)
    }

    /// A file that was named as an argument is what is meant, also where the environment says otherwise.
    fn flagged(&self) -> Option<CredentialKind> {
        CredentialKind::VARIANTS.iter().copied().find(|kind| self.file_named(*kind).is_some())
    }

    fn file_named(&self, kind: CredentialKind) -> Option<&PathBuf> {
        match kind {
            CredentialKind::Secret => self.client_secret_file.as_ref(),
            CredentialKind::Certificate => self.client_certificate.as_ref(),
            CredentialKind::Federated => self.federated_token_file.as_ref(),
            _ => None,
        }
    }

    /// The file that was named as an argument or in the variable of a way.
    fn file(&self, kind: CredentialKind) -> Result<PathBuf, Failure> {
        let variables = kind.method().variables;
        let in_variable = || variables.iter().find_map(|name| variable_os(name)).map(PathBuf::from);
        self.file_named(kind).cloned().or_else(in_variable).ok_or_else(|| missing(kind, variables))
    }

    fn of_kind(&self, kind: CredentialKind, ca_file: Option<&Path>) -> Result<Credential, Failure> {
        Ok(match kind {
            CredentialKind::Token => {
                let [name] = kind.method().variables else { return Err(self.nothing()) };
                Credential::ReadyToken(secret_variable(name)?.ok_or_else(|| missing(kind, &[name]))?)
            }
            CredentialKind::Secret => {
                let [tenant, client_id] = self.registration(kind)?;
                Credential::ClientSecret { tenant, client_id, secret: self.secret()? }
            }
            CredentialKind::Certificate => {
                let [tenant, client_id] = self.registration(kind)?;
                let path = self.file(kind)?;
                if fs::File::open(&path)
                    .and_then(|file| private_files::open_to_others(&file, &path))
                    .unwrap_or_default()
                {
                    warn_of_onlookers(&path);
                }
                let given = secret_variable_as_it_is(CERTIFICATE_PASSWORD)?;
                let mut ask = typed_password;
                let password = FilePassword::new(given, &mut ask);
                let certificate = SigningCertificate::read_with(&path, password)
                    .map_err(|error| of_certificate(error, CERTIFICATE_PASSWORD).about("client_certificate"))?;
                Credential::Certificate { tenant, client_id, certificate }
            }
            CredentialKind::Federated => {
                let [tenant, client_id] = self.registration(kind)?;
                Credential::Federated { tenant, client_id, token_file: self.file(kind)? }
            }
            CredentialKind::GitHub => {
                let [tenant, client_id] = self.registration(kind)?;
                let job = JobIdentity::of_variables(variable).map_err(|error| match error {
                    JobIdentityError::Missing(names) => missing(kind, &names).with_next(JOB_PERMISSION),
                    JobIdentityError::NotHttps => Failure::usage(error),
                })?;
                Credential::GitHub { tenant, client_id, job, audience: self.federated_audience.clone() }
            }
            CredentialKind::ManagedIdentity => {
                let direct = http_client(ca_file, true).map_err(|error| Failure::usage(error).about("ca_file"))?;
                let service = IdentityService::of_variables(variable).map_err(Failure::usage)?;
                Credential::ManagedIdentity { client_id: self.client_id(), direct, service }
            }
            CredentialKind::AzureCli => Credential::AzureCli { tenant: self.tenant() },
            CredentialKind::DeviceCode => {
                let [tenant, client_id] = self.registration(kind)?;
                Credential::DeviceCode { tenant, client_id, show: ShowPrompt(Arc::new(show)) }
            }
        })
    }

    fn tenant(&self) -> Option<String> {
        self.tenant.clone().or_else(|| variable(TENANT)).map(|text| text.trim().to_owned())
    }

    fn client_id(&self) -> Option<String> {
        self.client_id.clone().or_else(|| variable(CLIENT)).map(|text| text.trim().to_owned())
    }

    /// The tenant and the app.
    fn registration(&self, kind: CredentialKind) -> Result<[String; 2], Failure> {
        match (self.tenant(), self.client_id()) {
            (Some(tenant), Some(client_id)) => Ok([tenant, client_id]),
            (None, Some(_)) => Err(missing(kind, &[TENANT])),
            (Some(_), None) => Err(missing(kind, &[CLIENT])),
            (None, None) => Err(missing(kind, &[TENANT, CLIENT])),
        }
    }

    fn secret(&self) -> Result<SecretString, Failure> {
        if let Some(path) = &self.client_secret_file {
            return secret_in(path);
        }
        if let Some(secret) = secret_variable(SECRET)? {
            return Ok(secret);
        }
        if let Some(path) = variable_os(SECRET_FILE) {
            return secret_in(Path::new(&path));
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(missing(CredentialKind::Secret, &[SECRET])
                .with_next("Set it, name a file with --client-secret-file, or type it at a terminal."));
        }
        let typed = rpassword::prompt_password("client secret (not shown): ").map(Zeroizing::new);
        let typed = typed.map_err(|error| Failure::usage(format_args!("the secret cannot be typed here: {error}")))?;
        match typed.trim() {
            "" => Err(missing(CredentialKind::Secret, &[SECRET])),
            secret => Ok(SecretString::from(secret.to_owned())),
        }
    }

    /// Nothing that could be used alone is there.
    fn nothing(&self) -> Failure {
        let absent: Vec<&str> = [(TENANT, self.tenant()), (CLIENT, self.client_id()), (SECRET, None)]
            .into_iter()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| name)
            .collect();
        let verb = if absent.len() == 1 { "is" } else { "are" };
        Failure::new(Exit::Access, format_args!("there are no credentials: {} {verb} not set", absent.join(", ")))
            .with_next(NEXT)
            .and_next(WordedStep::typed("All ways in, and how an app registration is made", "sealoff help connection"))
            .and_next(WordedStep::typed("To try sealoff without a tenant", "sealoff drill"))
    }
}

/// The first way that the environment is set up for.
fn configured() -> Option<CredentialKind> {
    let is_set = |name: &&str| variable_os(name).is_some();
    CredentialKind::VARIANTS.iter().copied().find(|kind| {
        let method = kind.method();
        method.variables.iter().any(is_set) && method.needed_variables.iter().all(is_set)
    })
}

/// The way that the environment decides for, and by which variable.
pub(super) fn decided_by_environment() -> Option<(CredentialKind, &'static str)> {
    configured().and_then(|kind| Some((kind, origin(kind)?)))
}

/// The variable by which a way was found, where one was.
fn origin(kind: CredentialKind) -> Option<&'static str> {
    kind.method().variables.iter().copied().find(|name| variable_os(name).is_some())
}

fn missing(kind: CredentialKind, names: &[&str]) -> Failure {
    let verb = if names.len() == 1 { "is" } else { "are" };
    let what =
        format!("to sign in with {}, something is missing: {} {verb} not set", kind.method().words, names.join(", "));
    Failure::new(Exit::Access, what).with_next(
        "The tenant and the app can also be given as --tenant and --client-id, and the files as --client-secret-file, \
         --client-certificate and --federated-token-file.",
    )
}

/// The password of a certificate's file, typed without echo; `None` without a terminal.
pub(super) fn typed_password(path: &Path) -> Option<SecretString> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let prompt = format!("password of {} (not shown): ", path.display());
    rpassword::prompt_password(prompt).ok().map(SecretString::from)
}

fn show(prompt: &DevicePrompt) {
    let _ = writeln!(
        anstream::stderr(),
        "To sign in, open {} on any device and enter the code {} within {}.\nOnly do so if it was you who started this \
         command.",
        super::words::harmless(&prompt.url),
        super::words::harmless(&prompt.code),
        span(prompt.lifetime),
    );
}

pub(super) fn variable_os(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.to_string_lossy().trim().is_empty())
}

fn variable(name: &str) -> Option<String> {
    variable_os(name).and_then(|value| value.into_string().ok())
}

/// A secret in the environment. What is set and cannot be read must not be passed over in silence.
fn secret_variable(name: &str) -> Result<Option<SecretString>, Failure> {
    let secret = secret_variable_as_it_is(name)?;
    Ok(secret.map(|secret| SecretString::from(secret.expose_secret().trim())))
}

/// The same for a password, of which the spaces around it may be a part.
fn secret_variable_as_it_is(name: &str) -> Result<Option<SecretString>, Failure> {
    let Some(value) = variable_os(name) else { return Ok(None) };
    let text = value.into_string();
    let text = text.map_err(|_| Failure::usage(format_args!("{name} is set to something that is not text")))?;
    Ok(Some(SecretString::from(text)))
}

/// The client secret in a file that holds nothing else.
fn secret_in(path: &Path) -> Result<SecretString, Failure> {
    let file = SecretFile::read(path).map_err(|error| {
        Failure::usage(format_args!("client secret file {}: {error}", path.display())).about("client_secret_file")
    })?;
    if file.is_open_to_others {
        warn_of_onlookers(path);
    }
    Ok(SecretString::from(file.secret.expose_secret().trim()))
}

/// What mounts secrets into a container leaves them readable, so that a file others can read is no refusal.
fn warn_of_onlookers(path: &Path) {
    messages::warn(WordedStep::typed(
        format_args!("others on this machine can read {}; keep them out", path.display()),
        private_files::how_to_keep_others_out(path, "600"),
    ));
}
