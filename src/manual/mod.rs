//! The manual: one Markdown file a topic, from one source in the program, in the man pages and in rustdoc.

pub mod block;

macro_rules! topics {
    ($($module:ident $name:literal $file:literal $line:literal)*) => {
        /// Every topic, in the order in which a reader needs them.
        pub const TOPICS: &[Topic] = &[$(Topic { name: $name, line: $line, text: include_str!($file) }),*];

        $(#[doc = include_str!($file)] pub mod $module {})*
    };
}

/// One page of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// What a reader types behind `sealoff help`.
    pub name: &'static str,
    /// What it is about, in one line.
    pub line: &'static str,
    /// The page, in Markdown.
    pub text: &'static str,
}

topics! {
    breach "breach" "../../samples/runbooks/breach.md" "an intruder is in: the whole procedure, step by step"
    layoff "layoff" "../../samples/runbooks/layoff.md" "forty people leave at five: the whole procedure"
    hybrid_breach "hybrid-breach" "../../samples/runbooks/hybrid-breach.md" "a breach where people are synced with Active Directory"
    intruder "intruder" "../../samples/runbooks/intruder.md" "an intruder registered passkeys, phones or apps of their own"
    one_account "one-account" "../../samples/runbooks/one-account.md" "one account was taken over"
    tenant_wide "tenant-wide" "../../samples/runbooks/tenant-wide.md" "new passwords for everyone"
    fifty_tenants "fifty-tenants" "../../samples/runbooks/fifty-tenants.md" "fifty customers in one night"
    registration "registration" "registration.md" "the app registration: least permissions, one role, a certificate"
    connection "connection" "connection.md" "signing in to Graph: secrets, certificates, identities, clouds"
    doctor "doctor" "doctor.md" "is everything there, before there is a run"
    rosters "rosters" "rosters.md" "lists that are read, and how people on them are found"
    protection "protection" "protection.md" "accounts that are not touched, and why"
    hybrid "hybrid" "hybrid.md" "passwords kept in Active Directory or at an identity provider"
    ways_in "ways-in" "ways-in.md" "what an intruder may have registered: passkeys, phones, apps"
    handoff "handoff" "handoff.md" "sealed passwords, packets and letters"
    passwords "passwords" "passwords.md" "passwords that people choose: a sealed list, or typed"
    passes "passes" "passes.md" "temporary access passes: a credential for some hours"
    risk "risk" "risk.md" "the risk of people in Entra ID Protection: confirmed, dismissed"
    keys "keys" "keys.md" "keys that passwords can be sealed to, and how they open"
    certificates "certificates" "certificates.md" "certificates as keys: AD CS, openssl, PowerShell, PFX"
    pace "pace" "pace.md" "how fast it goes, and the quota"
    apps "apps" "apps.md" "several apps, for more pace"
    tenants "tenants" "tenants.md" "many tenants at once"
    signatures "signatures" "signatures.md" "a second person signs the plan"
    schedule "schedule" "schedule.md" "begin at an agreed time"
    recovery "recovery" "recovery.md" "interrupted, no network, full disk; exit codes"
    proof "proof" "proof.md" "verify, undo, report, evidence"
    drill "drill" "drill.md" "rehearse with your own list"
    scenarios "scenarios" "scenarios.md" "rehearse a bad day"
    simulator "simulator" "simulator.md" "the simulated tenant for other tools"
    files "files" "files.md" "the files of a plan's folder"
    formats "formats" "formats.md" "JSON, schemas and events, for programs"
    unattended "unattended" "unattended.md" "scripts and pipelines"
    settings "settings" "settings.md" "sealoff.toml"
    windows "windows" "windows.md" "shells, rights, Excel, stopping, the Task Scheduler"
    threats "threats" "threats.md" "what is protected against what, and what no tool can do"
}

/// The topic of that name.
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name.eq_ignore_ascii_case(name))
}
