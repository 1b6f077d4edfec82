//! What shows that an account is not one person's.
//!
//! Two signs are left out on purpose. `isResourceAccount` is reserved by Microsoft ("user resource type"), and often null. When
//! an account last signed in (`signInActivity`) is answered for ten calls a minute, one account each where it is asked for by id,
//! only with Entra ID P1 and `AuditLog.Read.All`: for a list of thousands that is hours, for a hint. `export
//! --with-last-sign-in` reads it by the page, so that the list can be looked through before it is planned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

use crate::graph::user::User;

/// A sign that an account is not one person's: what signs in with it loses its service with the account.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum NonPersonSign {
    /// A user of the type `agentUser`.
    AgentUser,
    /// It has a licence for Teams Rooms.
    RoomLicence,
    /// It has the licence of a call queue or an auto attendant ("Teams Phone Resource Account").
    CallLicence,
    /// It has the licence of a device that many share, such as a phone in the lobby.
    SharedDeviceLicence,
    /// Its mailbox is a shared one (`userPurpose`).
    SharedMailbox,
    /// Its mailbox is a room's (`userPurpose`).
    RoomMailbox,
    /// Its mailbox is that of a car, a projector or the like (`userPurpose`).
    EquipmentMailbox,
    /// Its mailbox belongs to an account of another forest (`userPurpose`).
    LinkedMailbox,
    /// Its mailbox has another purpose than a person's mail, such as scheduling (`userPurpose`).
    OtherMailbox,
    /// It is blocked, and has a mail address, no licence, no first name and no last name, as Exchange leaves the accounts of
    /// shared mailboxes and rooms.
    BlockedMailbox,
    /// Its names speak of a room, and it has no first name, no last name and no manager.
    RoomName,
    /// Its names speak of a service or a machine, and it has no first name, no last name and no manager.
    ServiceName,
}

/// Licences that are sold for rooms ("Product names and service plan identifiers for licensing").
const ROOMS: [Uuid; 6] = [
    uuid!("6070a4c8-34c6-4937-8dfb-39bbc6397a60"),
    uuid!("4cde982a-ede4-4409-9ae6-b003453c8ea6"),
    uuid!("21943e3a-2429-4f83-84c1-02735cd49e78"),
    uuid!("6af4b3d6-14bb-4a2a-960c-6c902aad34f3"),
    uuid!("50509a35-f0bd-4c5e-89ac-22f0e16a00f8"),
    uuid!("a4e376bd-c61e-4618-9901-3fc0cb1b88bb"),
];

/// The licence of call queues and auto attendants (same page).
const CALLS: [Uuid; 1] = [uuid!("440eaaa8-b3e0-484b-a8be-62870b9ba70a")];

/// Licences of devices that many share (same page).
const SHARED_DEVICES: [Uuid; 2] =
    [uuid!("295a8eb0-f78d-45c7-8b5b-1eed5ed02dff"), uuid!("b1511558-69bd-4e1b-8270-59ca96dba0f3")];

/// Words for rooms, small and without accents.
const ROOM_WORDS: &[&str] = &[
    "room", "rooms", "meetingroom", "confroom", "conference", "boardroom", "huddle", "mtr", "raum", "besprechung",
    "besprechungsraum", "konferenzraum", "sitzungszimmer", "salle", "reunion", "sala", "reuniones", "reunioes",
    "riunioni", "vergaderzaal", "vergaderruimte", "motesrum", "moterom", "modelokale", "neuvotteluhuone", "zasedacka",
    "targyalo", "toplanti", "会議室", "회의실", "переговорная", "переговорна",
];

/// Words for services and machines, small and without accents.
const SERVICE_WORDS: &[&str] = &[
    "svc", "svcs", "service", "services", "serviceaccount", "srv", "sql", "scan", "scanner", "scans", "noreply",
    "donotreply", "kiosk", "sync", "printer", "print", "copier", "mfp", "fax", "backup", "monitoring", "automation",
    "bot", "robot", "rpa", "daemon", "relay", "smtp", "ldap", "dienst", "dienstkonto", "systemkonto", "drucker",
    "kopierer", "sicherung", "imprimante", "numerisation", "sauvegarde", "nepasrepondre", "servicio", "impresora",
    "escaner", "servizio", "stampante", "scansione", "nonrispondere", "servico", "impressora", "naoresponder",
    "usluga", "drukarka", "skaner", "tjanst", "skrivare", "yazici", "служба", "принтер", "сканер", "プリンター",
    "프린터",
];

/// With these, sign-in names of service accounts begin in many directories ("SQL Server agent" and the like).
const SERVICE_PREFIXES: [&str; 2] = ["sa-", "sa_"];

/// Words that stand in one piece with what they belong to, as in `svcbackup`.
const SERVICE_BEGINNINGS: [&str; 2] = ["svc", "noreply"];

impl NonPersonSign {
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What the account seems to be and by what, as a fragment.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::AgentUser => "an agent user",
            Self::RoomLicence => "a room, by its licence",
            Self::CallLicence => "a call queue or auto attendant, by its licence",
            Self::SharedDeviceLicence => "a shared device, by its licence",
            Self::SharedMailbox => "a shared mailbox",
            Self::RoomMailbox => "a room, by its mailbox",
            Self::EquipmentMailbox => "equipment, by its mailbox",
            Self::LinkedMailbox => "a mailbox of another forest's account",
            Self::OtherMailbox => "a mailbox that is not a person's",
            Self::BlockedMailbox => "a shared mailbox or a room: blocked, no licence, no first or last name",
            Self::RoomName => "a room, by its names; no first or last name, no manager",
            Self::ServiceName => "a service or machine, by its names; no first or last name, no manager",
        }
    }

    /// What a user object shows by itself.
    pub(super) fn of(user: &User) -> Option<Self> {
        let has = |known: &[Uuid]| {
            user.assigned_licenses.iter().flatten().filter_map(|held| held.sku_id).any(|id| known.contains(&id))
        };
        if user.is_agent() {
            Some(Self::AgentUser)
        } else if has(&ROOMS) {
            Some(Self::RoomLicence)
        } else if has(&CALLS) {
            Some(Self::CallLicence)
        } else if has(&SHARED_DEVICES) {
            Some(Self::SharedDeviceLicence)
        } else {
            let is_blocked = user.account_enabled == Some(false);
            // Not asked for, or hidden, is not "none".
            let has_no_licence = user.assigned_licenses.as_ref().is_some_and(Vec::is_empty);
            let has_mail = user.mail.as_deref().is_some_and(|mail| !mail.is_empty());
            (is_blocked && has_no_licence && has_mail && has_no_names(user)).then_some(Self::BlockedMailbox)
        }
    }

    /// What the names of a user hint at, where nothing else contradicts it. It is a sign only where the account has no
    /// manager, either: a name alone decides nothing.
    pub(super) fn hinted_by(user: &User) -> Option<Self> {
        if !has_no_names(user) {
            return None;
        }
        let local = user.user_principal_name.as_deref().unwrap_or_default().split('@').next().unwrap_or_default();
        let names = format!("{local} {}", user.display_name.as_deref().unwrap_or_default());
        let folded = without_accents(&names).replace(['-', '_'], " ");
        // `no-reply` and `noreply` are one word.
        let folded = folded.replace("no reply", "noreply").replace("do not reply", "donotreply");
        let words = || folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let bare = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        if words().map(bare).any(|word| ROOM_WORDS.contains(&word.as_str())) {
            return Some(Self::RoomName);
        }
        let is_service = |word: String| {
            SERVICE_WORDS.contains(&word.as_str()) || SERVICE_BEGINNINGS.iter().any(|start| word.starts_with(start))
        };
        let local = local.to_lowercase();
        let is_prefixed = SERVICE_PREFIXES.iter().any(|prefix| local.starts_with(prefix));
        (is_prefixed || words().map(bare).any(is_service)).then_some(Self::ServiceName)
    }
}

fn has_no_names(user: &User) -> bool {
    let is_empty = |name: &Option<String>| name.as_deref().is_none_or(|name| name.trim().is_empty());
    is_empty(&user.given_name) && is_empty(&user.surname)
}

/// Small letters, those of Latin script without their accents.
fn without_accents(text: &str) -> String {
    text.to_lowercase().chars().map(plain).collect()
}

const fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' | 'č' | 'ć' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ı' => 'i',
        'ñ' | 'ń' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'š' | 'ś' | 'ş' => 's',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' => 'u',
        'ý' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        'ł' => 'l',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(more: &str) -> User {
        let json = format!(
            "{{\"id\":\"236352d0-70af-43ed-bd22-f410a9d4328b\",\"userPrincipalName\":\"x@contoso.com\"{more}}}"
        );
        serde_json::from_str(&json).unwrap()
    }

    fn named(name: &str, display_name: &str) -> Option<NonPersonSign> {
        let mut user = user("");
        user.user_principal_name = Some(format!("{name}@contoso.com"));
        user.display_name = Some(display_name.to_owned());
        NonPersonSign::hinted_by(&user)
    }

    #[test]
    fn licences_show_what_signs_in() {
        let sold = |id: &str| {
            NonPersonSign::of(&user(&format!(",\"assignedLicenses\":[{{\"disabledPlans\":[],\"skuId\":\"{id}\"}}]")))
        };
        assert_eq!(sold("4CDE982A-EDE4-4409-9AE6-B003453C8EA6"), Some(NonPersonSign::RoomLicence));
        assert_eq!(sold("440eaaa8-b3e0-484b-a8be-62870b9ba70a"), Some(NonPersonSign::CallLicence));
        assert_eq!(sold("295a8eb0-f78d-45c7-8b5b-1eed5ed02dff"), Some(NonPersonSign::SharedDeviceLicence));
        assert_eq!(sold("05e9a617-0261-4cee-bb44-138d3ef5d965"), None);
    }

    #[test]
    fn a_blocked_account_is_a_mailbox_only_where_nothing_speaks_for_a_person() {
        let blocked = ",\"accountEnabled\":false,\"mail\":\"x@contoso.com\"";
        let sign = |more: &str| NonPersonSign::of(&user(&format!("{blocked}{more}")));
        assert_eq!(sign(",\"assignedLicenses\":[]"), Some(NonPersonSign::BlockedMailbox));
        assert_eq!(sign(""), None, "what was not shown is not none");
        assert_eq!(sign(",\"assignedLicenses\":null"), None);
        assert_eq!(sign(",\"assignedLicenses\":[],\"surname\":\"Lovelace\""), None, "a leaver");
        assert_eq!(sign(",\"assignedLicenses\":[],\"givenName\":\" \""), Some(NonPersonSign::BlockedMailbox));
    }

    #[test]
    fn names_hint_in_many_languages_and_never_inside_a_word() {
        for (name, display_name) in [
            ("svc-sql01", "SQL Server"),
            ("svcbackup", ""),
            ("no-reply", "Contoso"),
            ("noreply.shop", ""),
            ("drucker3", "Drucker 3. Stock"),
            ("x", "Numérisation accueil"),
            ("kiosk_lobby", "Lobby"),
            ("sa-erp", "ERP"),
            ("x", "Служба резервного копирования"),
        ] {
            assert_eq!(named(name, display_name), Some(NonPersonSign::ServiceName), "{name} {display_name}");
        }
        for (name, display_name) in [
            ("room.1", "Aurora"),
            ("x", "Salle Voltaire"),
            ("x", "Besprechungsraum 4"),
            ("x", "会議室 3"),
            ("x", "Toplantı"),
        ] {
            assert_eq!(named(name, display_name), Some(NonPersonSign::RoomName), "{name} {display_name}");
        }
        for (name, display_name) in [
            ("broome", "Broome"),
            ("sabine", "Sabine"),
            ("ada.lovelace", "Ada Lovelace"),
            ("asa", "Åsa"),
            ("maria.sa", "Maria Sá"),
            ("b.scanlon", ""),
        ] {
            assert_eq!(named(name, display_name), None, "{name} {display_name}");
        }
        let mut person = user(",\"givenName\":\"Scan\",\"surname\":\"Service\"");
        person.display_name = Some("Scan Service".to_owned());
        assert_eq!(NonPersonSign::hinted_by(&person), None, "who has a first and a last name is a person");
    }
}
