//! The file that names one more app registration of a tenant, and where it has its credential from.
//!
//! It is TOML and holds no secret itself, so that it may lie beside a runbook:
//!
//! ```toml
//! client_id = "11111111-2222-4333-8444-555555555555"
//! client_secret_file = "second.secret"
//! ```

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::token::Credential;
use crate::ids::{ClientId, NotAGuid, TenantId};
use crate::private_files;

/// The keys that such a file may have.
const KEYS: [&str; 6] =
    ["client_id", "tenant_id", "client_secret_file", "client_secret_env", "certificate_path", "federated_token_file"];
/// Those of them of which there must be exactly one.
const CREDENTIALS: &str = "client_secret_file, client_secret_env, certificate_path or federated_token_file";
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
    /// A certificate with its private key.
    Certificate(PathBuf),
    /// A token of another identity provider that the app trusts.
    FederatedToken(PathBuf),
}

/// Why the file of an app cannot be used. No content of the file is ever part of it but names of keys and ids.
#[derive(Debug, thiserror::Error)]
pub enum AppFileError {
    /// It cannot be read.
    #[error("{what} {} cannot be read: {error}", .path.display())]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// It is no TOML.
    #[error("line {line} of {} is no TOML: {reason}", .path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// A key that nobody knows.
    #[error("{} has a key {key:?}, which means nothing here{}", .path.display(), meant(.nearest))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// The key that was meant, if any is near.
        nearest: Option<&'static str>,
    },
    /// A secret stands in the file itself.
    #[error(
        "{} has a secret written into it ({key}), and such a file is copied about. Write the secret, alone, into a file of \
         its own that only you may read (chmod 600), name that with client_secret_file, and renew the secret if others \
         have seen this file", .path.display()
    )]
    SecretInFile {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// A value that is no text.
    #[error("{key} in {} must be a text in quotes, and not an empty one", .path.display())]
    NotAText {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// An id that is none.
    #[error("{key} in {} is no id: {error}", .path.display())]
    NotAnId {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What it is instead.
        error: NotAGuid,
    },
    /// No client id.
    #[error("{} names no client_id: the application (client) ID on the overview page of the app registration", .0.display())]
    NoClientId(PathBuf),
    /// No credential.
    #[error("{} names no credential; give it exactly one of {CREDENTIALS}", .0.display())]
    NoCredential(PathBuf),
    /// More than one credential.
    #[error("{} names {first} and {second}; give it exactly one of {CREDENTIALS}", .path.display())]
    TwoCredentials {
        /// The file.
        path: PathBuf,
        /// One of them.
        first: &'static str,
        /// Another one.
        second: &'static str,
    },
    /// Others may change the file, and so choose which app is used and which file is sent as its secret.
    #[error("others may change {}; keep them out: chmod go-w {}", .0.display(), .0.display())]
    WritableByOthers(PathBuf),
    /// Others may read the secret.
    #[error("others may read the secret in {}; keep them out: chmod 600 {}", .0.display(), .0.display())]
    OpenToOthers(PathBuf),
    /// The file of the secret holds no secret.
    #[error("{} must hold a client secret and nothing else, in one line", .0.display())]
    NoSecret(PathBuf),
    /// Not the name of a variable.
    #[error(
        "client_secret_env in {} is not the name of a variable (letters, digits and underscores); it never is the secret \
         itself", .0.display()
    )]
    NotAVariable(PathBuf),
    /// The variable is not set.
    #[error("{} says that its secret is in the variable {name}, which is not set", .path.display())]
    NoVariable {
        /// The file.
        path: PathBuf,
        /// The variable.
        name: String,
    },
    /// A kind of credential that this version does not use for further apps.
    #[error(
        "{} names {key}, which this version of sealoff cannot use for further apps yet; use client_secret_file or \
         client_secret_env", .path.display()
    )]
    NotYet {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
}

fn meant(nearest: &Option<&'static str>) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => format!("; it may have {}", KEYS.join(", ")),
    }
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
        let kinds: [(&'static str, &dyn Fn(String) -> Proof); 4] = [
            ("client_secret_file", &|name| Proof::SecretFile(beside(name))),
            ("client_secret_env", &Proof::SecretVariable),
            ("certificate_path", &|name| Proof::Certificate(beside(name))),
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
        let (_, proof) = proof.ok_or_else(|| AppFileError::NoCredential(owned()))?;
        if let Proof::SecretVariable(name) = &proof
            && !is_a_variable(name)
        {
            return Err(AppFileError::NotAVariable(owned()));
        }
        Ok(Self { path: owned(), client_id, tenant_id, proof })
    }

    /// What the app proves itself with in `tenant`. This is the one place that knows which kinds of credentials a further
    /// app may have. `variable` looks into the environment.
    ///
    /// # Errors
    ///
    /// The secret is not there, is none, or others may read it; or the kind cannot be used yet.
    pub fn credential(
        &self,
        tenant: TenantId,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Credential, AppFileError> {
        let not_yet = |key| Err(AppFileError::NotYet { path: self.path.clone(), key });
        let secret = match &self.proof {
            Proof::SecretFile(path) => secret_in(path)?,
            Proof::SecretVariable(name) => {
                let secret = variable(name).filter(|secret| !secret.trim().is_empty()).map(Zeroizing::new);
                let missing = || AppFileError::NoVariable { path: self.path.clone(), name: name.clone() };
                SecretString::from(secret.ok_or_else(missing)?.trim().to_owned())
            }
            Proof::Certificate(_) => return not_yet("certificate_path"),
            Proof::FederatedToken(_) => return not_yet("federated_token_file"),
        };
        Ok(Credential::ClientSecret { tenant: tenant.to_string(), client_id: self.client_id.to_string(), secret })
    }
}

fn unknown(path: &Path, key: &str) -> AppFileError {
    let folded: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if matches!(folded.as_str(), "clientsecret" | "secret" | "password" | "clientpassword" | "appsecret") {
        return AppFileError::SecretInFile { path: path.to_owned(), key: key.to_owned() };
    }
    let alike = |known: &&str| strsim::damerau_levenshtein(&known.replace('_', ""), &folded);
    let nearest = match folded.as_str() {
        // Microsoft's pages have all of these for the same thing.
        "appid" | "application" | "applicationid" | "applicationclientid" => Some("client_id"),
        "tenant" | "directoryid" => Some("tenant_id"),
        "certificate" | "certificatefile" => Some("certificate_path"),
        // Further off it is another word.
        _ => KEYS.into_iter().min_by_key(alike).filter(|known| alike(known) <= 1 + folded.chars().count() / 3),
    };
    AppFileError::UnknownKey { path: path.to_owned(), key: key.to_owned(), nearest }
}

fn is_a_variable(name: &str) -> bool {
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn secret_in(path: &Path) -> Result<SecretString, AppFileError> {
    let unreadable = |error| AppFileError::Unreadable { what: "the client secret", path: path.to_owned(), error };
    let file = File::open(path).map_err(unreadable)?;
    if private_files::open_to_others(&file).map_err(unreadable)? {
        return Err(AppFileError::OpenToOthers(path.to_owned()));
    }
    let mut text = Zeroizing::new(String::with_capacity(1024));
    file.take(LONGEST_FILE).read_to_string(&mut text).map_err(unreadable)?;
    let secret = text.trim_start_matches('\u{feff}').trim();
    if secret.is_empty() || secret.contains(char::is_control) {
        return Err(AppFileError::NoSecret(path.to_owned()));
    }
    Ok(SecretString::from(secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const ID: &str = "11111111-2222-4333-8444-555555555555";
    const TENANT: TenantId = TenantId::new(uuid::Uuid::from_u128(7));
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
            ("certificate_path = 'second.pem'", Proof::Certificate(beside("second.pem"))),
            ("federated_token_file = 'token'", Proof::FederatedToken(beside("token"))),
        ] {
            let file = parsed(&with_id(line)).unwrap();
            assert_eq!((file.client_id.to_string().as_str(), file.tenant_id, file.proof), (ID, None, proof), "{line}");
        }
        let file = parsed(&with_id(&format!("tenant_id = \"{TENANT}\"\nclient_secret_env = 'X'"))).unwrap();
        assert_eq!(file.tenant_id, Some(TENANT));
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
            (with_id("client_secret_env = \"Ab3~x\""), vec!["not the name of a variable"]),
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
        match AppFile::read(&path)?.credential(TENANT, |_| None)? {
            Credential::ClientSecret { tenant, client_id, secret } => {
                assert_eq!((tenant, client_id.as_str()), (TENANT.to_string(), ID));
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
            assert!(matches!(credential_of(wrong.as_bytes(), 0o600), Err(AppFileError::NoSecret(_))), "{wrong:?}");
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
        let Ok(Credential::ClientSecret { secret, .. }) = file.credential(TENANT, there) else { panic!("no secret") };
        assert_eq!(secret.expose_secret(), SECRET);
        for nothing in [None, Some(String::new())] {
            let refused = file.credential(TENANT, |_| nothing.clone()).unwrap_err().to_string();
            assert!(refused.contains("SECOND, which is not set"), "{refused}");
        }
    }

    #[test]
    fn kinds_that_are_not_used_yet_say_so() {
        for key in ["certificate_path", "federated_token_file"] {
            let file = parsed(&with_id(&format!("{key} = 'x'"))).unwrap();
            let refused = file.credential(TENANT, |_| None).unwrap_err().to_string();
            assert!(refused.contains(key) && refused.contains("client_secret_file"), "{refused}");
        }
    }
}
