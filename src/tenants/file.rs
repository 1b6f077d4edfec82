//! The file that names the tenants of a job. It holds no secret itself:
//!
//! ```toml
//! client_id = "11111111-2222-4333-8444-555555555555" # one app in all of them
//! certificate_path = "msp.pem"
//!
//! [tenants.contoso]
//! tenant = "contoso.com"
//! protect = "contoso-protected.txt"
//!
//! [tenants.fabrikam]
//! tenant = "c0417050-51a1-4a70-8a11-5ea10ff10001"
//! client_id = "11111111-2222-4333-8444-666666666666" # an app of its own
//! client_secret_file = "fabrikam.secret"
//! priority = 1
//! ```
//!
//! What stands above the tables holds for every tenant that does not say otherwise.

use std::path::{Path, PathBuf};

use toml::Value;

use super::error::{TenantsFileError, TenantsFileProblem};
use super::keys::{
    AD_KEY, AUTH, CLOUD, MAX_ACCOUNTS, MAX_TENANTS, PRIORITY, PROTECT, RECIPIENTS, SEAL_TO, TENANT, keys,
};
use super::name::TenantName;
use crate::graph::app_file::{self, AppFile};
use crate::graph::endpoint::Cloud;
use crate::nearest::nearest_by;
use crate::private_files;
use crate::seal::is_a_key;
use crate::text_file::{self, Letters};
use crate::toml_text::{IN_SINGLE_QUOTES, line_with_path};

/// No such file is longer.
const MAX_FILE: u64 = 1024 * 1024;

const TENANTS: &str = "tenants";
const AZURE_CLI: &str = "azure-cli";

/// The tenants that a file names.
#[derive(Debug, Clone)]
pub struct TenantsFile {
    /// Where it was read from.
    pub path: PathBuf,
    /// In the order of their priority, and then of their names.
    pub tenants: Vec<NamedTenant>,
}

/// One tenant of the file. It holds no secret. Paths are as the program finds them.
#[derive(Debug, Clone)]
pub struct NamedTenant {
    /// What it is called.
    pub name: TenantName,
    /// Its id, or one of its domains.
    pub tenant: String,
    /// How to get in.
    pub access: TenantAccess,
    /// The cloud that it is in, where the file says so.
    pub cloud: Option<Cloud>,
    /// The list of accounts that must never be touched.
    pub protect: Option<PathBuf>,
    /// The file of those who hand passwords over.
    pub recipients: Option<PathBuf>,
    /// Who can open the passwords; keys, or files of them.
    pub seal_to: Vec<String>,
    /// Who runs its Active Directory; files of certificates.
    pub ad_key: Vec<String>,
    /// Which tenant is more urgent: a lower number comes earlier, and no number last.
    pub priority: Option<u32>,
    /// How many accounts may be changed there.
    pub max_accounts: Option<u32>,
}

/// How to get into a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantAccess {
    /// As an app.
    App(AppFile),
    /// As the person who is signed in at the Azure CLI: a partner's person reaches a customer by delegated administration
    /// (GDAP), with a token that is asked for in the customer's tenant.
    AzureCli,
}

impl TenantsFile {
    /// Reads the file. What its paths lead to is not looked at yet.
    ///
    /// # Errors
    ///
    /// The file cannot be read, others may change it, or it does not say what it has to.
    pub fn read(path: &Path) -> Result<Self, TenantsFileError> {
        let of_file = |problem| TenantsFileError { path: path.to_owned(), tenant: None, problem };
        let unreadable = |error| of_file(TenantsFileProblem::Unreadable(error));
        // By mistake, a secret may have been written into it.
        let text = text_file::read(path, MAX_FILE, Letters::Unicode).map_err(unreadable)?;
        if private_files::writable_by_others(path).map_err(unreadable)? {
            return Err(of_file(TenantsFileProblem::WritableByOthers(path.to_owned())));
        }
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, TenantsFileError> {
        let at = |tenant: Option<&TenantName>| {
            let tenant = tenant.cloned();
            move |problem| TenantsFileError { path: path.to_owned(), tenant, problem }
        };
        if let Some(line) = line_with_path(text) {
            return Err(at(None)(TenantsFileProblem::NotToml { line, reason: IN_SINGLE_QUOTES.to_owned() }));
        }
        let mut above: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            // Never its display, which shows the line.
            let (line, reason) = (1 + before.matches('\n').count(), error.message().to_owned());
            at(None)(TenantsFileProblem::NotToml { line, reason })
        })?;
        let tables = match above.remove(TENANTS) {
            Some(Value::Table(tables)) if !tables.is_empty() => tables,
            _ => return Err(at(None)(TenantsFileProblem::NoTenants)),
        };
        if tables.len() > MAX_TENANTS {
            return Err(at(None)(TenantsFileProblem::TooMany(tables.len())));
        }
        check_keys(&above, keys().filter(|key| *key != TENANT)).map_err(at(None))?;
        let mut tenants = Vec::<NamedTenant>::with_capacity(tables.len());
        for (name, table) in tables {
            let name: TenantName = name.parse().map_err(|error| at(None)(TenantsFileProblem::Name(error)))?;
            let Value::Table(table) = table else {
                return Err(at(Some(&name))(TenantsFileProblem::NoTenant));
            };
            let tenant = NamedTenant::of(path, &name, &above, table).map_err(at(Some(&name)))?;
            if tenants.iter().any(|before| before.name.as_str().eq_ignore_ascii_case(name.as_str())) {
                return Err(at(None)(TenantsFileProblem::NameTwice(name)));
            }
            if let Some(before) = tenants.iter().find(|before| before.tenant.eq_ignore_ascii_case(&tenant.tenant)) {
                return Err(at(Some(&name))(TenantsFileProblem::TenantTwice(before.name.clone())));
            }
            tenants.push(tenant);
        }
        tenants.sort_by_key(|tenant| (tenant.priority.unwrap_or(u32::MAX), tenant.name.clone()));
        Ok(Self { path: path.to_owned(), tenants })
    }

    /// The tenant of that name.
    pub fn get(&self, name: &TenantName) -> Option<&NamedTenant> {
        self.tenants.iter().find(|tenant| tenant.name == *name)
    }
}

/// Refuses what is no key here, a secret by its name above all.
fn check_keys(table: &toml::Table, known: impl Iterator<Item = &'static str>) -> Result<(), TenantsFileProblem> {
    let known: Vec<&'static str> = known.collect();
    let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    if let Some(instead) = app_file::instead_of_a_secret(key) {
        return Err(TenantsFileProblem::SecretInFile { key: key.clone(), instead });
    }
    let nearest = nearest_by(key, known, |key| key.to_lowercase().replace(['_', '-'], ""), |letters| 1 + letters / 3);
    Err(TenantsFileProblem::UnknownKey { key: key.clone(), nearest })
}

impl NamedTenant {
    fn of(path: &Path, name: &TenantName, above: &toml::Table, own: toml::Table) -> Result<Self, TenantsFileProblem> {
        check_keys(&own, keys())?;
        let names_credential = |table: &toml::Table| app_file::credential_keys().any(|key| table.contains_key(key));
        // A way in that a tenant names for itself takes the place of the whole one above.
        let (is_own_app, is_own_person) = (names_credential(&own), own.contains_key(AUTH));
        let of_app = |key: &str| app_file::keys().any(|known| known == key);
        let is_replaced = |key: &str| match key {
            AUTH => is_own_app || own.contains_key("client_id"),
            "client_id" => is_own_person,
            key => of_app(key) && (is_own_app || is_own_person),
        };
        let mut table = above.clone();
        table.retain(|key, _| !is_replaced(key));
        table.extend(own);
        let mut taking = Taking { path, table };
        let tenant = taking.text(TENANT)?.ok_or(TenantsFileProblem::NoTenant)?;
        let cloud = taking.text(CLOUD)?.map(|text| cloud_of(&text)).transpose()?;
        let person = match taking.text(AUTH)?.as_deref() {
            None => false,
            Some(AZURE_CLI) => true,
            Some(_) => {
                let expected = "\"azure-cli\", or nothing and the credential of an app";
                return Err(TenantsFileProblem::Shape { key: AUTH, expected });
            }
        };
        let protect = taking.path(PROTECT)?;
        let recipients = taking.path(RECIPIENTS)?;
        let (seal_to, ad_key) = (taking.keys(SEAL_TO)?, taking.keys(AD_KEY)?);
        let (priority, max_accounts) = (taking.number(PRIORITY)?, taking.number(MAX_ACCOUNTS)?);
        let Taking { mut table, .. } = taking;
        let access = if person {
            if app_file::keys().any(|key| table.contains_key(key)) {
                return Err(TenantsFileProblem::TwoWaysIn);
            }
            TenantAccess::AzureCli
        } else {
            TenantAccess::App(AppFile::take_from(path, &mut table).map_err(TenantsFileProblem::App)?)
        };
        let name = name.clone();
        Ok(Self { name, tenant, access, cloud, protect, recipients, seal_to, ad_key, priority, max_accounts })
    }
}

fn cloud_of(text: &str) -> Result<Cloud, TenantsFileProblem> {
    let known = Cloud::ALL.iter().find(|(name, _)| *name == text).map(|(_, cloud)| *cloud);
    known.ok_or(TenantsFileProblem::Shape { key: CLOUD, expected: "global, usgov, dod or china" })
}

/// A table that is taken apart.
struct Taking<'a> {
    path: &'a Path,
    table: toml::Table,
}

impl Taking<'_> {
    fn text(&mut self, key: &'static str) -> Result<Option<String>, TenantsFileProblem> {
        match self.table.remove(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(TenantsFileProblem::Shape { key, expected: "a text in quotes" }),
        }
    }

    fn path(&mut self, key: &'static str) -> Result<Option<PathBuf>, TenantsFileProblem> {
        Ok(self.text(key)?.map(|name| self.beside(&name)))
    }

    fn beside(&self, name: &str) -> PathBuf {
        private_files::folder_of(self.path).join(name)
    }

    /// Keys, and files of them.
    fn keys(&mut self, key: &'static str) -> Result<Vec<String>, TenantsFileProblem> {
        let wrong =
            || TenantsFileProblem::Shape { key, expected: "a key or the name of a file in quotes, or a list of them" };
        let texts = match self.table.remove(key) {
            None => return Ok(Vec::new()),
            Some(Value::String(text)) => vec![Value::String(text)],
            Some(Value::Array(texts)) if !texts.is_empty() => texts,
            Some(_) => return Err(wrong()),
        };
        let one = |value: Value| match value.as_str().map(str::trim) {
            Some(text) if is_a_key(text) => Ok(text.to_owned()),
            Some(text) if !text.is_empty() => Ok(self.beside(text).display().to_string()),
            _ => Err(wrong()),
        };
        texts.into_iter().map(one).collect()
    }

    fn number(&mut self, key: &'static str) -> Result<Option<u32>, TenantsFileProblem> {
        match self.table.remove(key) {
            None => Ok(None),
            Some(Value::Integer(number)) => u32::try_from(number).map(Some),
            Some(_) => u32::try_from(-1_i64).map(Some),
        }
        .map_err(|_| TenantsFileProblem::Shape { key, expected: "a whole number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::app_file::{CredentialSource, SecretPlace};

    const ID: &str = "11111111-2222-4333-8444-555555555555";

    fn parsed(text: &str) -> Result<TenantsFile, TenantsFileError> {
        TenantsFile::parse(Path::new("msp/tenants.toml"), text)
    }

    fn refusal(text: &str) -> String {
        parsed(text).unwrap_err().to_string()
    }

    fn with_app(tables: &str) -> String {
        format!("client_id = '{ID}'\nclient_secret_file = 'app.secret'\nprotect = 'all.txt'\n{tables}")
    }

    #[test]
    fn what_stands_above_holds_where_a_tenant_says_nothing() {
        let text = with_app(
            "[tenants.contoso]\ntenant = 'contoso.com'\n\
             [tenants.fabrikam]\ntenant = 'fabrikam.com'\nclient_secret_env = 'FABRIKAM'\nprotect = 'own.txt'\npriority = 1\n\
             seal_to = ['age1abc', 'My keys/ssh-desk.pub', 'desk.pem']\nmax_accounts = 40\ncloud = 'china'\n\
             [tenants.partner]\ntenant = 'adatum.com'\nauth = 'azure-cli'",
        );
        let file = parsed(&text).unwrap();
        let names: Vec<&str> = file.tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        assert_eq!(names, ["fabrikam", "contoso", "partner"], "the most urgent one first");
        let [fabrikam, contoso, partner] = &file.tenants[..] else { panic!() };
        assert_eq!(contoso.protect.as_deref(), Some(Path::new("msp/all.txt")));
        assert_eq!(fabrikam.protect.as_deref(), Some(Path::new("msp/own.txt")));
        let source = |tenant: &NamedTenant| match &tenant.access {
            TenantAccess::App(app) => app.source.clone(),
            TenantAccess::AzureCli => panic!(),
        };
        let in_file = SecretPlace::File("msp/app.secret".into());
        assert_eq!(source(contoso), CredentialSource::Secret(in_file));
        assert_eq!(source(fabrikam), CredentialSource::Secret(SecretPlace::Variable("FABRIKAM".to_owned())));
        assert_eq!(partner.access, TenantAccess::AzureCli);
        let own_key = Path::new("msp").join("desk.pem").display().to_string();
        let other_key = Path::new("msp").join("My keys/ssh-desk.pub").display().to_string();
        assert_eq!(fabrikam.seal_to, ["age1abc", &*other_key, &*own_key]);
        assert_eq!((fabrikam.max_accounts, fabrikam.cloud), (Some(40), Some(Cloud::China)));
    }

    #[test]
    fn what_cannot_be_meant_is_named_with_its_table() {
        for (tables, says) in [
            ("", "names no tenant; each has a table"),
            ("[tenants.a]\n", ", [tenants.a] does not say which tenant it is"),
            ("[tenants.'a/b']\ntenant = 'x'", "has a name that is none"),
            ("[tenants.a]\ntenant = 'x.com'\n[tenants.A]\ntenant = 'y.com'", "has the name"),
            (
                "[tenants.a]\ntenant = 'x.com'\n[tenants.b]\ntenant = 'X.com'",
                "[tenants.b] names the tenant that [tenants.a]",
            ),
            ("[tenants.a]\ntenant = 'x.com'\nprotects = 'p'", "did you mean protect?"),
            ("[tenants.a]\ntenant = 'x.com'\npriority = 'high'", "must have a whole number for priority"),
            ("[tenants.a]\ntenant = 'x.com'\ncloud = 'moon'", "must have global, usgov, dod or china for cloud"),
            (
                "[tenants.a]\ntenant = 'x.com'\nclient_secret = 'Ab3~very.secret'",
                "has a secret written into it (client_secret)",
            ),
            ("[tenants.a]\ntenant = 'x.com'\nauth = 'azure-cli'\nclient_secret_file = 'f'", "leave one of them out"),
            ("[tenants.a]\ntenant = 'x.com'\ntenant_id = 'f'", "did you mean tenant?"),
        ] {
            let said = refusal(&with_app(tables));
            assert!(said.contains(says), "{tables:?}: {said}");
            assert!(!said.contains("Ab3~very.secret"), "{said}");
        }
        let nothing = refusal("[tenants.a]\ntenant = 'x.com'");
        assert!(nothing.contains("[tenants.a] names no client_id"), "{nothing}");
    }
}
