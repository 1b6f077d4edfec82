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
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::credential::{AskPassword, FilePassword, SigningCertificate};
use super::token::Credential;
use crate::ids::{ClientId, TenantId};
use crate::nearest::nearest_by;
use crate::private_files;

pub use error::AppFileError;

/// The keys that such a file may have.
const KEYS: [&str; 8] = [
    "client_id",
    "tenant_id",
    "client_secret_file",
    "client_secret_env",
    "certificate_path",
    "certificate_password_file",
    "certificate_password_env",
    "federated_token_file",
];
/// Those of them of which there must be exactly one.
const CREDENTIALS: &str = "client_secret_file, client_secret_env, certificate_path or federated_token_file";
const SECRET_ENV: &str = "client_secret_env";
const PASSWORD_FILE: &str = "certificate_password_file";
const PASSWORD_ENV: &str = "certificate_password_env";
/// Neither such a file nor a secret is ever longer.
const LONGEST_FILE: u64 = 64 * 1024;

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
    pub proof: Proof,
}

/// Where an app has the credential from that it proves itself with. Paths are as the program finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A client secret, alone in a file that nobody else may read.
    SecretFile(PathBuf),
    /// A client secret in a variable of the environment.
    SecretVariable(String),
    /// A certificate with its private key, in PEM or PFX.
    Certificate {
        /// The file.
        path: PathBuf,
        /// Where the file's password is, if it has one that need not be typed.
        password: Option<PasswordPlace>,
    },
    /// A token of another identity provider that the app trusts.
    FederatedToken(PathBuf),
}

/// Where the password of a certificate's file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordPlace {
    /// Alone in a file that nobody else may read.
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
        let unreadable = |error| AppFileError::Unreadable { what: "the app file", path: path.to_owned(), error };
        // Somebody may have written a secret into it.
        let mut text = Zeroizing::new(String::new());
        let file = File::open(path).map_err(unreadable)?;
        file.take(LONGEST_FILE).read_to_string(&mut text).map_err(unreadable)?;
        if private_files::writable_by_others(path).map_err(unreadable)? {
            return Err(AppFileError::WritableByOthers(path.to_owned()));
        }
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, AppFileError> {
        let owned = || path.to_owned();
        let text = text.trim_start_matches('\u{feff}');
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            // Never its display, which shows the line.
            let reason = error.message().to_owned();
            AppFileError::NotToml { path: owned(), line: 1 + before.matches('\n').count(), reason }
        })?;
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(unknown(path, key));
        }
        let mut take = |key: &'static str| match table.remove(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(AppFileError::NotAText { path: owned(), key }),
        };
        let no_id = |key| move |error| AppFileError::NotAnId { path: path.to_owned(), key, error };
        let client_id = take("client_id")?.ok_or_else(|| AppFileError::NoClientId(owned()))?;
        let client_id = client_id.parse().map_err(no_id("client_id"))?;
        let tenant_id = take("tenant_id")?.map(|id| id.parse()).transpose().map_err(no_id("tenant_id"))?;
        let beside = |name: String| private_files::folder_of(path).join(name);
        let password = match (take(PASSWORD_FILE)?, take(PASSWORD_ENV)?) {
            (Some(_), Some(_)) => return Err(AppFileError::TwoPasswords(owned())),
            (Some(name), None) => Some((PASSWORD_FILE, PasswordPlace::File(beside(name)))),
            (None, Some(name)) => Some((PASSWORD_ENV, PasswordPlace::Variable(name))),
            (None, None) => None,
        };
        let kinds: [(&'static str, &dyn Fn(String) -> Proof); 4] = [
            ("client_secret_file", &|name| Proof::SecretFile(beside(name))),
            (SECRET_ENV, &Proof::SecretVariable),
            ("certificate_path", &|name| Proof::Certificate { path: beside(name), password: None }),
            ("federated_token_file", &|name| Proof::FederatedToken(beside(name))),
        ];
        let mut proof = None::<(&'static str, Proof)>;
        for (key, make) in kinds {
            let Some(value) = take(key)? else { continue };
            if let Some((first, _)) = proof {
                return Err(AppFileError::TwoCredentials { path: owned(), first, second: key });
            }
            proof = Some((key, make(value)));
        }
        let (_, mut proof) = proof.ok_or_else(|| AppFileError::NoCredential(owned()))?;
        if let Some((key, place)) = password {
            let Proof::Certificate { password, .. } = &mut proof else {
                return Err(AppFileError::PasswordOfNothing { path: owned(), key });
            };
            *password = Some(place);
        }
        match &proof {
            Proof::SecretVariable(name) if !is_a_variable(name) => {
                Err(AppFileError::NotAVariable { path: owned(), key: SECRET_ENV })
            }
            Proof::Certificate { password: Some(PasswordPlace::Variable(name)), .. } if !is_a_variable(name) => {
                Err(AppFileError::NotAVariable { path: owned(), key: PASSWORD_ENV })
            }
            _ => Ok(Self { path: owned(), client_id, tenant_id, proof }),
        }
    }

    /// What the app proves itself with in `tenant`, an id or a domain. This is the one place that knows which kinds of
    /// credentials a further app may have. `variable` looks into the environment, and `ask` asks a person for the password
    /// of a certificate's file.
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
        Ok(match &self.proof {
            Proof::SecretFile(path) => {
                let secret = secret_in(path, "a client secret")?;
                let secret = SecretString::from(secret.expose_secret().trim());
                Credential::ClientSecret { tenant, client_id, secret }
            }
            Proof::SecretVariable(name) => {
                let secret = self.secret_in_variable(name, variable)?;
                let secret = SecretString::from(secret.expose_secret().trim());
                Credential::ClientSecret { tenant, client_id, secret }
            }
            Proof::Certificate { path, password } => {
                readable_by_oneself_alone(path, "the certificate")?;
                let given = match password {
                    None => None,
                    Some(PasswordPlace::File(path)) => Some(secret_in(path, "the password of a certificate")?),
                    Some(PasswordPlace::Variable(name)) => Some(self.secret_in_variable(name, variable)?),
                };
                let certificate = SigningCertificate::read_with(path, FilePassword::new(given, ask))
                    .map_err(|error| AppFileError::Certificate { path: self.path.clone(), error })?;
                Credential::Certificate { tenant, client_id, certificate }
            }
            Proof::FederatedToken(path) => {
                // It is read again for every token; what is not there now is named before anything is sent.
                File::open(path).map_err(unreadable("the federated token", path))?;
                Credential::Federated { tenant, client_id, token_file: path.clone() }
            }
        })
    }

    fn secret_in_variable(
        &self,
        name: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<SecretString, AppFileError> {
        let secret = variable(name).map(SecretString::from).filter(|secret| !secret.expose_secret().trim().is_empty());
        secret.ok_or_else(|| AppFileError::NoVariable { path: self.path.clone(), name: name.to_owned() })
    }
}

fn unknown(path: &Path, key: &str) -> AppFileError {
    let folded: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let instead = match folded.as_str() {
        "clientsecret" | "secret" | "password" | "clientpassword" | "appsecret" => Some("client_secret_file"),
        "certificatepassword" | "clientcertificatepassword" | "pfxpassword" | "passphrase" => Some(PASSWORD_FILE),
        _ => None,
    };
    if let Some(instead) = instead {
        return AppFileError::SecretInFile { path: path.to_owned(), key: key.to_owned(), instead };
    }
    let nearest = match folded.as_str() {
        // Microsoft's pages have all of these for the same thing.
        "appid" | "application" | "applicationid" | "applicationclientid" => Some("client_id"),
        "tenant" | "directoryid" => Some("tenant_id"),
        "certificate" | "certificatefile" | "clientcertificate" | "clientcertificatepath" | "pfx" => {
            Some("certificate_path")
        }
        // Further off it is another word.
        _ => nearest_by(&folded, KEYS, |key| key.replace('_', ""), |letters| 1 + letters / 3),
    };
    AppFileError::UnknownKey { path: path.to_owned(), key: key.to_owned(), nearest }
}

fn is_a_variable(name: &str) -> bool {
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn unreadable(what: &'static str, path: &Path) -> impl Fn(io::Error) -> AppFileError {
    let path = path.to_owned();
    move |error| AppFileError::Unreadable { what, path: path.clone(), error }
}

fn readable_by_oneself_alone(path: &Path, what: &'static str) -> Result<File, AppFileError> {
    let file = File::open(path).map_err(unreadable(what, path))?;
    if private_files::open_to_others(&file).map_err(unreadable(what, path))? {
        return Err(AppFileError::OpenToOthers(path.to_owned()));
    }
    Ok(file)
}

/// The one line of a file; the spaces in it may be a part of a password.
fn secret_in(path: &Path, what: &'static str) -> Result<SecretString, AppFileError> {
    let file = readable_by_oneself_alone(path, what)?;
    let mut text = Zeroizing::new(String::with_capacity(1024));
    file.take(LONGEST_FILE).read_to_string(&mut text).map_err(unreadable(what, path))?;
    let line = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
    if line.trim().is_empty() || line.contains(char::is_control) {
        return Err(AppFileError::NoSecret { path: path.to_owned(), what });
    }
    Ok(SecretString::from(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11111111-2222-4333-8444-555555555555";
    const TENANT: &str = "00000000-0000-0000-0000-000000000007";
    const SECRET: &str = "Ab3~very.secret-value";

    fn parsed(lines: &str) -> Result<AppFile, AppFileError> {
        AppFile::parse(Path::new("apps/second.toml"), lines)
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
        for (line, proof) in [
            ("client_secret_file = 'second.secret'", Proof::SecretFile(beside("second.secret"))),
            ("client_secret_file = '/run/secrets/x'", Proof::SecretFile("/run/secrets/x".into())),
            ("client_secret_env = 'SECOND_SECRET'", Proof::SecretVariable("SECOND_SECRET".to_owned())),
            ("certificate_path = 'second.pem'", Proof::Certificate { path: beside("second.pem"), password: None }),
            (
                "certificate_path = 'second.pfx'\ncertificate_password_file = 'second.password'",
                Proof::Certificate {
                    path: beside("second.pfx"),
                    password: Some(PasswordPlace::File(beside("second.password"))),
                },
            ),
            (
                "certificate_path = 'second.pfx'\ncertificate_password_env = 'SECOND'",
                Proof::Certificate {
                    path: beside("second.pfx"),
                    password: Some(PasswordPlace::Variable("SECOND".to_owned())),
                },
            ),
            ("federated_token_file = 'token'", Proof::FederatedToken(beside("token"))),
        ] {
            let file = parsed(&with_id(line)).unwrap();
            assert_eq!((file.client_id.to_string().as_str(), file.tenant_id, file.proof), (ID, None, proof), "{line}");
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
            (with_id("tenant_id = 'contoso.com'"), vec!["tenant_id in apps/second.toml is no id", "contoso.com"]),
            ("client_id = 7".to_owned(), vec!["client_id in apps/second.toml must be a text in quotes"]),
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
            (with_id("client_secret_file = unquoted"), vec!["line 2 of apps/second.toml is no TOML"]),
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
            assert!(refusal.contains("chmod 600") && refusal.contains("client_secret_file"), "{refusal}");
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
        for wrong in ["", "\n", "one\ntwo\n", "nul\0"] {
            assert!(matches!(credential_of(wrong.as_bytes(), 0o600), Err(AppFileError::NoSecret { .. })), "{wrong:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn files_that_others_may_read_or_change_are_refused() {
        for mode in [0o640, 0o604, 0o620] {
            let refused = credential_of(SECRET.as_bytes(), mode).unwrap_err();
            assert!(matches!(refused, AppFileError::OpenToOthers(_)), "{mode:o}");
            assert!(refused.to_string().contains("chmod 600"), "{refused}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.toml");
        std::fs::write(&path, with_id("client_secret_env = 'X'")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o664)).unwrap();
        assert!(matches!(AppFile::read(&path), Err(AppFileError::WritableByOthers(_))));
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
        assert!(refused.contains("the federated token apps/nowhere cannot be read"), "{refused}");
    }
}
