//! What may stand in `sealoff.toml`: the settings of an operator's desk, and neither a secret nor the lifting of a guard.

use strum::VariantArray as _;

use crate::graph::credential::CredentialKind;
use crate::nearest::nearest_by;

/// The setting that names the way of signing in.
pub(super) const AUTH: &str = "auth";

/// The setting that says how many people get a new password in which time. It holds for playbooks alone that it fits.
pub(super) const RATE: &str = "rate";

/// A setting, and the argument that it stands in for.
#[derive(Debug)]
pub(crate) struct SettingKey {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// The id of the argument.
    pub(super) arg: &'static str,
    pub(super) kind: SettingKind,
    variables: &'static [&'static str],
    yields_to: &'static [&'static str],
    /// The way of signing in whose file it names.
    pub(super) way_in: Option<CredentialKind>,
    /// May it stand in the table of a playbook?
    pub(super) per_playbook: bool,
}

/// How a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SettingKind {
    /// A text in quotes.
    Text,
    /// A text in quotes: a path, seen from the file.
    Path,
    /// Several of them, or one.
    Paths,
    /// Public keys and paths to them, or one.
    Recipients,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
}

impl SettingKind {
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Text | Self::Path => "a text in quotes",
            Self::Paths | Self::Recipients => "a text in quotes, or a list of them",
            Self::Number => "a whole number",
            Self::Switch => "true or false",
        }
    }
}

const fn key(name: &'static str, arg: &'static str, kind: SettingKind) -> SettingKey {
    SettingKey { name, arg, kind, variables: &[], yields_to: &[], way_in: None, per_playbook: false }
}

/// The setting that names the file of a way of signing in.
const fn file_of(kind: CredentialKind) -> SettingKey {
    match kind.method().file_setting {
        Some(name) => SettingKey { way_in: Some(kind), ..key(name, name, SettingKind::Path) },
        // Asked while this is compiled, and never by the program.
        None => panic!("this way of signing in has no file"),
    }
}

impl SettingKey {
    const fn below(self, variables: &'static [&'static str]) -> Self {
        Self { variables, ..self }
    }

    const fn yields_to(self, yields_to: &'static [&'static str]) -> Self {
        Self { yields_to, ..self }
    }

    const fn per_playbook(self) -> Self {
        Self { per_playbook: true, ..self }
    }

    /// Does it decide how to sign in? Flags and variables decide that as a whole: half of one way and half of another is
    /// none.
    pub(super) fn is_way_in(&self) -> bool {
        self.name == AUTH || self.way_in.is_some()
    }

    /// Variables beside the argument's own that outrank the file.
    pub(super) fn variables(&self) -> &'static [&'static str] {
        self.way_in.map_or(self.variables, |kind| kind.method().variables)
    }

    /// Arguments that say otherwise about the same thing: where one of them is given, this setting is not in force.
    pub(super) fn overruled_by(&self) -> impl Iterator<Item = &'static str> {
        let files = CredentialKind::VARIANTS.iter().filter_map(|kind| kind.method().file_setting);
        let (own, is_way_in) = (self.name, self.is_way_in());
        self.yields_to.iter().copied().chain(files.filter(move |file| is_way_in && *file != own))
    }
}

/// All settings, in the order in which they are shown.
pub(crate) const KEYS: [SettingKey; 28] = [
    key("tenant", "tenant", SettingKind::Text).below(&["AZURE_TENANT_ID"]),
    key("client_id", "client_id", SettingKind::Text).below(&["AZURE_CLIENT_ID"]),
    key(AUTH, AUTH, SettingKind::Text),
    file_of(CredentialKind::Secret),
    file_of(CredentialKind::Certificate),
    file_of(CredentialKind::Federated),
    key("federated_audience", "federated_audience", SettingKind::Text),
    key("cloud", "cloud", SettingKind::Text),
    key("graph_endpoint", "graph_endpoint", SettingKind::Text).yields_to(&["cloud"]),
    key("authority", "authority", SettingKind::Text).yields_to(&["cloud"]),
    key("ca_file", "ca_file", SettingKind::Path),
    key("protect", "protect", SettingKind::Path),
    key("seal_to", "seal_to", SettingKind::Recipients).yields_to(&["recipients", "discard_credentials"]).per_playbook(),
    key("recipients", "recipients", SettingKind::Path).yields_to(&["seal_to", "discard_credentials"]).per_playbook(),
    key("cms_oaep", "cms_oaep", SettingKind::Switch)
        .yields_to(&["seal_to", "recipients", "discard_credentials"])
        .per_playbook(),
    key("ad_key", "ad_key", SettingKind::Recipients).yields_to(&["discard_credentials"]).per_playbook(),
    key("handoff_by", "handoff_by", SettingKind::Text).per_playbook(),
    key("password", "password", SettingKind::Text).per_playbook(),
    key("password_length", "password_length", SettingKind::Number).yields_to(&["password"]).per_playbook(),
    key("skip_guests", "skip_guests", SettingKind::Switch).per_playbook(),
    key("check_mailboxes", "check_mailboxes", SettingKind::Switch).per_playbook(),
    key("quota_writes", "quota_writes", SettingKind::Text).per_playbook(),
    key("max_in_flight", "max_in_flight", SettingKind::Number).per_playbook(),
    key("schedule", "schedule", SettingKind::Text).per_playbook(),
    key("halt_at", "halt_at", SettingKind::Number).per_playbook(),
    key(RATE, RATE, SettingKind::Text).per_playbook(),
    key("app", "files", SettingKind::Paths),
    key("max_age", "max_age", SettingKind::Text).per_playbook(),
];

/// What has to be said each time, because it lifts a guard, approves, or cannot be taken back.
pub(super) const EACH_TIME: [&str; 14] = [
    "allow_privileged", "allow_synced", "allow_federated", "allow_resource_accounts", "without_roles",
    "without_domains", "without_checks", "max_accounts", "discard_credentials", "confirm", "since", "retry_failed",
    "not_before", "playbook",
];

/// Names of settings are compared without regard to case, `-` and `_`.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The name that was meant, if any is near.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let name = folded(name);
    match name.as_str() {
        // Microsoft's pages and this program's variables have all of these for the same things.
        "appid" | "applicationid" | "clientid" => return Some("client_id"),
        "tenantid" | "directoryid" => return Some("tenant"),
        "certificate" | "certificatepath" | "clientcertificatepath" => return Some("client_certificate"),
        _ => {}
    }
    nearest_by(&name, known, folded, |letters| 1 + letters / 4)
}

/// Says whether a name announces a secret.
pub(super) fn names_a_secret(name: &str) -> bool {
    let name = folded(name);
    ["secret", "token", "passphrase", "passwd", "pwd", "privatekey", "apikey", "credential"]
        .iter()
        .any(|word| name.contains(word))
        || name.ends_with("password")
}

/// Says whether a value looks like a secret: a private key, a token, or what Entra ID gives as a client secret.
pub(super) fn looks_like_a_secret(value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    let is_token = value.trim_start().starts_with("eyJ") && value.matches('.').count() >= 2;
    let is_key = upper.contains("AGE-SECRET-KEY") || upper.contains("PRIVATE KEY");
    value.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).any(is_client_secret)
        || is_token
        || is_key
}

/// Three characters, a digit, `Q~`, and 31 to 34 more: what Microsoft's own scanners look for ("Azure AD client secret").
fn is_client_secret(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '~' | '.' | '-');
    let letters: Vec<char> = word.chars().collect();
    (30..=64).contains(&letters.len())
        && letters.iter().all(|c| is_part(*c))
        && (letters.get(3).is_some_and(char::is_ascii_digit) && letters.get(4..6) == Some(&['Q', '~'])
            // The older form has no mark of its own, but no name or id of any of these settings has a tilde.
            || letters.contains(&'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name_or_its_looks() {
        for name in
            ["client_secret", "ClientSecret", "azure-client-secret", "access_token", "client_password", "passphrase"]
        {
            assert!(names_a_secret(name), "{name}");
        }
        for secret in [
            "abc8Q~aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567",
            "Ab3~very.secret-value-of-an-older-kind",
            "AGE-SECRET-KEY-1QQQQ",
            "-----BEGIN PRIVATE KEY-----",
            "eyJhbGciOi.eyJhdWQi.c2ln",
            "AZURE_CLIENT_SECRET=abc8Q~aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567",
        ] {
            assert!(looks_like_a_secret(secret), "{secret}");
        }
        for harmless in [
            "c0417050-51a1-4a70-8a11-5ea10ff00001",
            "contoso.onmicrosoft.com",
            "age1vg0mcn3crhzp9pfpafdzyp3rp7x3ukl4at8hs9weuu9us24m5axszjqa6s",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBGmMa9IwtuTaTe6/d6yq0BKPZ0Hx6ZCzG5hlLTbmCM1 desk",
            "~/keys/desk.pub",
            "3000/150",
        ] {
            assert!(!looks_like_a_secret(harmless), "{harmless}");
        }
    }

    #[test]
    fn the_nearest_name_is_found_and_no_far_one() {
        let near = |name: &str| nearest(name, KEYS.iter().map(|key| key.name));
        assert_eq!(near("tennant"), Some("tenant"));
        assert_eq!(near("seal-to"), Some("seal_to"));
        assert_eq!(near("AZURE_APP_ID"), None);
        assert_eq!(near("appId"), Some("client_id"));
        assert_eq!(near("halt"), Some("halt_at"));
        assert_eq!(near("wallpaper"), None);
    }
}
