//! The file that names one more app registration of a tenant, and where it has its credential from.
//!
//! It is TOML and holds no secret itself, so that it may lie beside a runbook:
//!
//! ```toml
//! client_id = "11111111-2222-4333-8444-555555555555"
//! certificate_path = "second.pfx"
//! certificate_password_file = "second.password"
//! ```

mod error;

use std::fs::File;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use strum::VariantArray as _;

use super::credential::{
    AskPassword, Credential, CredentialKind, FilePassword, JobIdentity, SecretFile, SecretFileError,
    SigningCertificate, checked_audience,
};
use crate::ids::{ClientId, TenantId};
use crate::nearest::nearest_by;
use crate::private_files;
use crate::text_file::{self, Letters};
use crate::toml_text::{IN_SINGLE_QUOTES, line_with_path};

pub use error::{AppFileError, AppFileProblem};

const CLIENT_ID: &str = "client_id";
const TENANT_ID: &str = "tenant_id";
const PASSWORD_FILE: &str = "certificate_password_file";
const PASSWORD_ENV: &str = "certificate_password_env";
/// No such file is longer.
const MAX_FILE: u64 = 64 * 1024;

/// The keys of which there must be exactly one.
pub(crate) fn credential_keys() -> impl Iterator<Item = &'static str> {
    CredentialKind::VARIANTS.iter().flat_map(|kind| kind.method().app_file_keys).copied()
}

/// All keys that such a file may have.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    [CLIENT_ID, TENANT_ID].into_iter().chain(credential_keys()).chain([PASSWORD_FILE, PASSWORD_ENV])
}

/// One more app registration, as a file names it. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppFile {
    /// Where it was read from.
    pub path: PathBuf,
    /// The app registration.
    pub client_id: ClientId,
    /// The tenant that the file is meant for, where it says so.
    pub tenant_id: Option<TenantId>,
    /// Where the app has its credential from.
    pub source: CredentialSource,
}

/// Where an app has its credential from. Paths are as the program finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// A client secret.
    Secret(SecretPlace),
    /// A certificate with its private key, in PEM or PFX.
    Certificate {
        /// The file.
        path: PathBuf,
        /// Where the file's password is, if it has one that need not be typed.
        password: Option<SecretPlace>,
    },
    /// A token of another identity provider that the app trusts.
    FederatedToken(PathBuf),
    /// The token of this GitHub Actions job, asked for with this audience.
    JobToken {
        /// As the app's federated credential has it.
        audience: String,
    },
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// Alone in a file that only its owner may read.
    File(PathBuf),
    /// In a variable of the environment.
    Variable(String),
}

impl AppFile {
    /// Reads the file. The credential itself is not looked at yet.
    ///
    /// # Errors
    ///
    /// The file cannot be read, others may change it, or it does not say what it has to.
    pub fn read(path: &Path) -> Result<Self, AppFileError> {
        let of_file = |problem: AppFileProblem| problem.in_file("the app file", path);
        let unreadable = |error| of_file(AppFileProblem::Unreadable(error));
        // By mistake, a secret may have been written into it.
        let text = text_file::read(path, MAX_FILE, Letters::Unicode).map_err(unreadable)?;
        if private_files::writable_by_others(path).map_err(unreadable)? {
            return Err(of_file(AppFileProblem::WritableByOthers(path.to_owned())));
        }
        Self::parse(path, &text).map_err(of_file)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, AppFileProblem> {
        if let Some(line) = line_with_path(text) {
            return Err(AppFileProblem::NotToml { line, reason: IN_SINGLE_QUOTES.to_owned() });
        }
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            // Never its display, which shows the line.
            let reason = error.message().to_owned();
            AppFileProblem::NotToml { line: 1 + before.matches('\n').count(), reason }
        })?;
        if let Some(key) = table.keys().find(|key| !keys().any(|known| known == *key)) {
            return Err(unknown(key));
        }
        Self::take_from(path, &mut table)
    }

    /// Takes what names an app out of a table, which may say more. `path` is the file that the table is in.
    ///
    /// # Errors
    ///
    /// The table does not say what it has to.
    pub(crate) fn take_from(path: &Path, table: &mut toml::Table) -> Result<Self, AppFileProblem> {
        let mut take = |key: &'static str| match table.remove(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(AppFileProblem::NotAText { key }),
        };
        let no_id = |key| move |error| AppFileProblem::NotAnId { key, error };
        let client_id = take(CLIENT_ID)?.ok_or(AppFileProblem::NoClientId)?.parse().map_err(no_id(CLIENT_ID))?;
        let tenant_id = take(TENANT_ID)?.map(|id| id.parse()).transpose().map_err(no_id(TENANT_ID))?;
        let beside = |name: String| private_files::folder_of(path).join(name);
        let password = match (take(PASSWORD_FILE)?, take(PASSWORD_ENV)?) {
            (Some(_), Some(_)) => return Err(AppFileProblem::TwoPasswords),
            (Some(name), None) => Some((PASSWORD_FILE, SecretPlace::File(beside(name)))),
            (None, Some(name)) => Some((PASSWORD_ENV, SecretPlace::variable(PASSWORD_ENV, name)?)),
            (None, None) => None,
        };
        let mut named = None::<(&'static str, String)>;
        for key in credential_keys() {
            let Some(value) = take(key)? else { continue };
            if let Some((first, _)) = named {
                return Err(AppFileProblem::TwoCredentials { first, second: key });
            }
            named = Some((key, value));
        }
        let (key, value) = named.ok_or(AppFileProblem::NoCredential)?;
        let source = match (key, password) {
            ("certificate_path", password) => {
                CredentialSource::Certificate { path: beside(value), password: password.map(|(_, place)| place) }
            }
            (_, Some((key, _))) => return Err(AppFileProblem::PasswordOfNothing { key }),
            ("client_secret_file", None) => CredentialSource::Secret(SecretPlace::File(beside(value))),
            ("client_secret_env", None) => CredentialSource::Secret(SecretPlace::variable(key, value)?),
            ("federated_audience", None) => {
                let audience = checked_audience(&value).map_err(|reason| AppFileProblem::Audience { key, reason })?;
                CredentialSource::JobToken { audience }
            }
            (_, None) => CredentialSource::FederatedToken(beside(value)),
        };
        Ok(Self { path: path.to_owned(), client_id, tenant_id, source })
    }

    /// The app's credential in `tenant`, an id or a domain. `variable` looks into the environment, and `ask` asks a person
    /// for the password of a certificate's file.
    ///
    /// # Errors
    ///
    /// The secret, the certificate or the token is not there, is none, or others may read it.
    pub fn credential(
        &self,
        tenant: &str,
        variable: impl Fn(&str) -> Option<String>,
        ask: &mut AskPassword<'_>,
    ) -> Result<Credential, AppFileError> {
        let (tenant, client_id) = (tenant.to_owned(), self.client_id.to_string());
        Ok(match &self.source {
            CredentialSource::Secret(place) => {
                let secret = self.secret_at(place, "a client secret", variable)?;
                let secret = SecretString::from(secret.expose_secret().trim());
                Credential::ClientSecret { tenant, client_id, secret }
            }
            CredentialSource::Certificate { path, password } => {
                let of_certificate = |problem: AppFileProblem| problem.in_file("the certificate", path);
                let is_open = File::open(path).and_then(|file| private_files::open_to_others(&file, path));
                if is_open.map_err(|error| of_certificate(AppFileProblem::Unreadable(error)))? {
                    return Err(of_certificate(AppFileProblem::OpenToOthers(path.clone())));
                }
                let given =
                    password.as_ref().map(|place| self.secret_at(place, "the password of a certificate", variable));
                let certificate = SigningCertificate::read_with(path, FilePassword::new(given.transpose()?, ask));
                let certificate = certificate
                    .map_err(|error| AppFileProblem::Certificate(error).in_file("the app file", &self.path))?;
                Credential::Certificate { tenant, client_id, certificate }
            }
            CredentialSource::FederatedToken(path) => {
                // It is read again for every token; what is not there now is named before anything is sent.
                let unreadable = |error| AppFileProblem::Unreadable(error).in_file("the federated token", path);
                File::open(path).map_err(unreadable)?;
                Credential::Federated { tenant, client_id, token_file: path.clone() }
            }
            CredentialSource::JobToken { audience } => {
                let job = JobIdentity::of_variables(variable)
                    .map_err(|error| AppFileProblem::Job(error).in_file("the app file", &self.path))?;
                Credential::GitHub { tenant, client_id, job, audience: Some(audience.clone()) }
            }
        })
    }

    fn secret_at(
        &self,
        place: &SecretPlace,
        what: &'static str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<SecretString, AppFileError> {
        match place {
            SecretPlace::File(path) => {
                let of_file = |problem: AppFileProblem| problem.in_file("the file", path);
                match SecretFile::read(path) {
                    Ok(SecretFile { is_open_to_others: true, .. }) => {
                        Err(of_file(AppFileProblem::OpenToOthers(path.clone())))
                    }
                    Ok(SecretFile { secret, .. }) => Ok(secret),
                    Err(SecretFileError::Unreadable(error)) => Err(of_file(AppFileProblem::Unreadable(error))),
                    Err(_) => Err(of_file(AppFileProblem::NoSecret { what })),
                }
            }
            SecretPlace::Variable(name) => {
                let secret = variable(name).filter(|secret| !secret.trim().is_empty()).map(SecretString::from);
                let missing = || AppFileProblem::NoVariable(name.clone()).in_file("the app file", &self.path);
                secret.ok_or_else(missing)
            }
        }
    }
}

impl SecretPlace {
    fn variable(key: &'static str, name: String) -> Result<Self, AppFileProblem> {
        let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if begins_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            Ok(Self::Variable(name))
        } else {
            Err(AppFileProblem::NotAVariable { key })
        }
    }
}

fn folded(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Where a secret belongs whose key was written into a file.
pub(crate) fn instead_of_a_secret(key: &str) -> Option<&'static str> {
    match folded(key).as_str() {
        "clientsecret" | "secret" | "password" | "clientpassword" | "appsecret" => Some("client_secret_file"),
        "certificatepassword" | "clientcertificatepassword" | "pfxpassword" | "passphrase" => Some(PASSWORD_FILE),
        _ => None,
    }
}

fn unknown(key: &str) -> AppFileProblem {
    let folded = folded(key);
    let instead = instead_of_a_secret(key);
    let key = key.to_owned();
    if let Some(instead) = instead {
        return AppFileProblem::SecretInFile { key, instead };
    }
    let nearest = match folded.as_str() {
        // Microsoft's pages have all of these for the same thing.
        "appid" | "application" | "applicationid" | "applicationclientid" => Some(CLIENT_ID),
        "tenant" | "directoryid" => Some(TENANT_ID),
        "certificate" | "certificatefile" | "clientcertificate" | "clientcertificatepath" | "pfx" => {
            Some("certificate_path")
        }
        // Further off it is another word.
        _ => nearest_by(&folded, keys(), |key| key.replace('_', ""), |letters| 1 + letters / 3),
    };
    AppFileProblem::UnknownKey { key, nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11111111-2222-4333-8444-555555555555";
    const TENANT: &str = "00000000-0000-0000-0000-000000000007";
    const SECRET: &str = "Ab3~very.secret-value";

    fn parsed(lines: &str) -> Result<AppFile, AppFileError> {
        let path = Path::new("apps/second.toml");
        AppFile::parse(path, lines).map_err(|problem| problem.in_file("the app file", path))
    }

    fn refusal(lines: &str) -> String {
        parsed(lines).unwrap_err().to_string()
    }

    fn with_id(lines: &str) -> String {
        format!("client_id = \"{ID}\"\n{lines}\n")
    }

    #[test]
    fn every_kind_of_credential_is_understood_beside_its_file() {
        let beside = |name: &str| Path::new("apps").join(name);
        for (line, source) in [
            (
                "client_secret_file = 'second.secret'",
                CredentialSource::Secret(SecretPlace::File(beside("second.secret"))),
            ),
            (
                "client_secret_file = '/run/secrets/x'",
                CredentialSource::Secret(SecretPlace::File("/run/secrets/x".into())),
            ),
            (
                "client_secret_env = 'SECOND_SECRET'",
                CredentialSource::Secret(SecretPlace::Variable("SECOND_SECRET".to_owned())),
            ),
            (
                "certificate_path = 'second.pem'",
                CredentialSource::Certificate { path: beside("second.pem"), password: None },
            ),
            (
                "certificate_path = 'second.pfx'\ncertificate_password_file = 'second.password'",
                CredentialSource::Certificate {
                    path: beside("second.pfx"),
                    password: Some(SecretPlace::File(beside("second.password"))),
                },
            ),
            (
                "certificate_path = 'second.pfx'\ncertificate_password_env = 'SECOND'",
                CredentialSource::Certificate {
                    path: beside("second.pfx"),
                    password: Some(SecretPlace::Variable("SECOND".to_owned())),
                },
            ),
            ("federated_token_file = 'token'", CredentialSource::FederatedToken(beside("token"))),
            (
                "federated_audience = 'api://AzureADTokenExchangeUSGov'",
                CredentialSource::JobToken { audience: "api://AzureADTokenExchangeUSGov".to_owned() },
            ),
        ] {
            let file = parsed(&with_id(line)).unwrap();
            assert_eq!(
                (file.client_id.to_string().as_str(), file.tenant_id, file.source),
                (ID, None, source),
                "{line}"
            );
        }
        let file = parsed(&with_id(&format!("tenant_id = \"{TENANT}\"\nclient_secret_env = 'X'"))).unwrap();
        assert_eq!(file.tenant_id, Some(TENANT.parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_used_says_why_and_what_to_do() {
        for (lines, parts) in [
            (with_id(""), vec!["no credential", "exactly one of client_secret_file"]),
            (
                with_id("client_secret_file = 'a'\ncertificate_path = 'b'"),
                vec!["client_secret_file and certificate_path", "exactly one"],
            ),
            ("client_secret_env = 'X'".to_owned(), vec!["no client_id", "application (client) ID"]),
            (with_id("client_secert_file = 'a'"), vec!["\"client_secert_file\"", "did you mean client_secret_file?"]),
            (with_id("clientSecretEnv = 'a'"), vec!["did you mean client_secret_env?"]),
            (format!("appId = '{ID}'"), vec!["did you mean client_id?"]),
            (with_id("tenant = 'contoso.com'"), vec!["did you mean tenant_id?"]),
            (with_id("colour = 'blue'"), vec!["means nothing here; it may have client_id, tenant_id"]),
            (
                with_id("tenant_id = 'contoso.com'"),
                vec!["apps/second.toml has a tenant_id that is no id", "contoso.com"],
            ),
            ("client_id = 7".to_owned(), vec!["apps/second.toml must have a text in quotes for client_id"]),
            (with_id("client_secret_file = ' '"), vec!["client_secret_file", "not an empty one"]),
            (with_id("client_secret_env = \"Ab3~x\""), vec!["client_secret_env", "not the name of a variable"]),
            (
                with_id("certificate_path = 'a'\ncertificate_password_env = 'Ab3~x'"),
                vec!["certificate_password_env", "not the name of a variable"],
            ),
            (
                with_id("certificate_path = 'a'\ncertificate_password_env = 'X'\ncertificate_password_file = 'b'"),
                vec!["certificate_password_file and certificate_password_env", "one of them"],
            ),
            (
                with_id("client_secret_env = 'X'\ncertificate_password_env = 'Y'"),
                vec!["certificate_password_env, and no certificate_path"],
            ),
            (with_id("client_certificate_path = 'a'"), vec!["did you mean certificate_path?"]),
            (with_id("client_secret_file = unquoted"), vec!["apps/second.toml is no TOML in line 2"]),
        ] {
            let refusal = refusal(&lines);
            for part in parts {
                assert!(refusal.contains(part), "{part:?} is not in {refusal:?}");
            }
        }
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_repeated() {
        for line in ["client_secret = ", "secret = ", "clientSecret = ", "password = "] {
            let refusal = refusal(&with_id(&format!("{line}\"{SECRET}\"")));
            assert!(refusal.contains("only you may read") && refusal.contains("client_secret_file"), "{refusal}");
            assert!(!refusal.contains(SECRET), "{refusal}");
        }
        for line in ["certificate_password = ", "pfxPassword = "] {
            let refusal = refusal(&with_id(&format!("certificate_path = 'a'\n{line}\"{SECRET}\"")));
            assert!(refusal.contains("certificate_password_file") && !refusal.contains(SECRET), "{refusal}");
        }
        for broken in [format!("client_secret = \"{SECRET}"), format!("client_secret = {SECRET}"), SECRET.to_owned()] {
            let refusal = refusal(&with_id(&broken));
            assert!(!refusal.contains("very"), "{refusal}");
        }
    }

    fn credential_of(secret: &[u8], mode: u32) -> Result<String, AppFileError> {
        let folder = tempfile::tempdir().unwrap();
        let (path, secret_path) = (folder.path().join("app.toml"), folder.path().join("app.secret"));
        std::fs::write(&path, with_id("client_secret_file = \"app.secret\"")).unwrap();
        std::fs::write(&secret_path, secret).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
            std::fs::set_permissions(&secret_path, PermissionsExt::from_mode(mode)).unwrap();
        }
        #[cfg(not(unix))]
        let _ = mode;
        match AppFile::read(&path)?.credential(TENANT, |_| None, &mut |_| None)? {
            Credential::ClientSecret { tenant, client_id, secret } => {
                assert_eq!((tenant.as_str(), client_id.as_str()), (TENANT, ID));
                Ok(secret.expose_secret().to_owned())
            }
            _ => panic!("another kind of credential"),
        }
    }

    #[test]
    fn a_secret_is_one_line_alone_in_its_file() {
        for written in [SECRET.to_owned(), format!("{SECRET}\n"), format!("\u{feff}{SECRET}\r\n")] {
            assert_eq!(credential_of(written.as_bytes(), 0o600).unwrap(), SECRET);
        }
        assert!(matches!(
            credential_of(b"nul\0", 0o600),
            Err(AppFileError { problem: AppFileProblem::Unreadable(_), .. })
        ));
        for wrong in ["", "\n", "one\ntwo\n"] {
            assert!(
                matches!(
                    credential_of(wrong.as_bytes(), 0o600),
                    Err(AppFileError { problem: AppFileProblem::NoSecret { .. }, .. })
                ),
                "{wrong:?}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn files_that_others_may_read_or_change_are_refused() {
        for mode in [0o640, 0o604, 0o620] {
            let refused = credential_of(SECRET.as_bytes(), mode).unwrap_err();
            assert!(matches!(refused, AppFileError { problem: AppFileProblem::OpenToOthers(_), .. }), "{mode:o}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.toml");
        std::fs::write(&path, with_id("client_secret_env = 'X'")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o664)).unwrap();
        assert!(matches!(AppFile::read(&path), Err(AppFileError { problem: AppFileProblem::WritableByOthers(_), .. })));
    }

    #[test]
    fn a_variable_holds_the_secret_or_is_named() {
        let file = parsed(&with_id("client_secret_env = 'SECOND'")).unwrap();
        let there = |name: &str| (name == "SECOND").then(|| format!(" {SECRET}\n"));
        let Ok(Credential::ClientSecret { secret, .. }) = file.credential(TENANT, there, &mut |_| None) else {
            panic!("no secret")
        };
        assert_eq!(secret.expose_secret(), SECRET);
        for nothing in [None, Some(String::new())] {
            let refused = file.credential(TENANT, |_| nothing.clone(), &mut |_| None).unwrap_err().to_string();
            assert!(refused.contains("SECOND, which is not set"), "{refused}");
        }
    }

    #[test]
    fn a_federated_token_file_is_named_when_it_is_not_there() {
        let file = parsed(&with_id("federated_token_file = 'nowhere'")).unwrap();
        let refused = file.credential(TENANT, |_| None, &mut |_| None).unwrap_err().to_string();
        let path = Path::new("apps").join("nowhere");
        assert!(refused.contains(&format!("the federated token {} cannot be read", path.display())), "{refused}");
    }
}
