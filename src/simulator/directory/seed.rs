//! Makes people from a seed: who they are, what kind of account they have, since when.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::names::{DEPARTMENTS, GIVEN, PARTNERS, SURNAMES};
use super::tenant::{DEFAULT_DOMAIN, FEDERATED_DOMAIN, INITIAL_DOMAIN};
use super::user::{Details, ExternalUserState, SimulatedOnPremises, SimulatedUser, UserType};
use crate::simulator::directory::ExtraPerson;
use crate::simulator::random::{Random, seed_for, seed_of};

/// The kinds of account that are treated differently by someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PersonKind {
    Cloud,
    Synced,
    Disabled,
    Federated,
    Guest,
    PendingGuest,
    SyncAccount,
    BreakGlass,
    /// A mailbox that several people read, without a sign-in of its own.
    Shared,
    /// One of our own accounts, for a person of another company.
    InternalGuest,
    /// One of another company, treated as one of our own.
    ExternalMember,
}

/// Someone, before becoming a user object.
pub(super) struct SamplePerson {
    pub(super) given: &'static str,
    pub(super) surname: &'static str,
    pub(super) upn: String,
    pub(super) department: Option<&'static str>,
    pub(super) kind: PersonKind,
}

/// The seed of the cast, which no setting changes.
const CAST_SEED: u64 = 0x000c_0a57;

/// Everyone came between this date and ten years later; before any date at which a test can run.
const FIRST_DAY: OffsetDateTime = datetime!(2015-03-02 08:00 UTC);

/// The object id of a member of the cast.
pub(super) fn cast_random(index: usize) -> Random {
    Random::new(seed_for(CAST_SEED, index as u64))
}

/// The object id of someone in the recycle bin.
pub(super) fn gone_random(index: usize) -> Random {
    Random::new(seed_for(!CAST_SEED, index as u64))
}

/// The seeded person with this index, counted after the cast. `attempt` is how often the UPN was taken already.
pub(super) fn person(seed: u64, index: usize, attempt: usize) -> (SamplePerson, Random) {
    let mut random = Random::new(seed_for(seed, index as u64));
    let combinations = GIVEN.len() * SURNAMES.len();
    // A step without a common divisor with the number of combinations (2^n · 3^m · 5 · … for these lists) visits each
    // of them once, so that no name needs a number before all are used.
    let step = 7_919;
    let place = (index * step + (seed % 1_000_003) as usize) % combinations;
    let (given, surname) = (&GIVEN[place % GIVEN.len()], &SURNAMES[place / GIVEN.len()]);
    let number = index / combinations + attempt;
    let suffix = if number == 0 { String::new() } else { (number + 1).to_string() };
    let local = format!("{}.{}{suffix}", given.in_upn, surname.in_upn);
    let kind = match random.below(100) {
        0..5 => PersonKind::Guest,
        5 => PersonKind::PendingGuest,
        6..26 => PersonKind::Synced,
        26..30 => PersonKind::Disabled,
        30..33 => PersonKind::Federated,
        _ => PersonKind::Cloud,
    };
    let upn = match kind {
        PersonKind::Guest | PersonKind::PendingGuest => {
            format!("{local}_{}#EXT#@{INITIAL_DOMAIN}", PARTNERS[random.below(PARTNERS.len())])
        }
        PersonKind::Federated => format!("{local}@{FEDERATED_DOMAIN}"),
        _ => format!("{local}@{DEFAULT_DOMAIN}"),
    };
    let guest = matches!(kind, PersonKind::Guest | PersonKind::PendingGuest);
    let department = (!guest).then(|| DEPARTMENTS[random.below(DEPARTMENTS.len())]);
    (SamplePerson { given: given.written, surname: surname.written, upn, department, kind }, random)
}

/// The user object of a person.
pub(super) fn user(person: SamplePerson, random: &mut Random, number: u32) -> SimulatedUser {
    let SamplePerson { given, surname, upn, department, kind } = person;
    let id = random.guid();
    let external = matches!(kind, PersonKind::Guest | PersonKind::PendingGuest | PersonKind::ExternalMember);
    let service = matches!(kind, PersonKind::SyncAccount | PersonKind::BreakGlass);
    let display_name = match kind {
        // The name that Connect Sync gives its own account.
        PersonKind::SyncAccount => "On-Premises Directory Synchronization Service Account".to_owned(),
        PersonKind::BreakGlass => format!("Break glass {}", upn.chars().find(char::is_ascii_digit).unwrap_or('0')),
        _ => format!("{given} {surname}"),
    };
    let local = upn.split('@').next().unwrap_or_default();
    let on_premises =
        (kind == PersonKind::Synced).then(|| Box::new(on_premises(local, &display_name, department, random, number)));
    let other_mail = external.then(|| mail_of_guest(local));
    let (created, changed) = dates(random);
    SimulatedUser {
        id,
        display_name: display_name.into(),
        given_name: Some(given).filter(|name| !name.is_empty()).map(Into::into),
        surname: Some(surname).filter(|name| !name.is_empty()).map(Into::into),
        other_mail,
        has_mailbox: !service,
        user_type: match kind {
            PersonKind::Guest | PersonKind::PendingGuest | PersonKind::InternalGuest => UserType::Guest,
            _ => UserType::Member,
        },
        external_user_state: match kind {
            PersonKind::Guest | PersonKind::ExternalMember => Some(ExternalUserState::Accepted),
            PersonKind::PendingGuest => Some(ExternalUserState::PendingAcceptance),
            _ => None,
        },
        account_enabled: !matches!(kind, PersonKind::Disabled | PersonKind::Shared),
        department: department.map(Into::into),
        on_premises,
        created,
        last_password_change: changed,
        sign_in_sessions_valid_from: changed,
        password: None,
        force_change_password: false,
        force_change_password_with_mfa: false,
        employee_number: if external || service || kind == PersonKind::Shared { 0 } else { number },
        details: None,
        user_principal_name: upn.into(),
    }
}

/// The user object of someone from a roster, with what the roster leaves open filled in.
pub(super) fn extra(person: &ExtraPerson, number: u32) -> SimulatedUser {
    let known_as = match (&person.user_principal_name, person.object_id) {
        (Some(upn), _) => upn.to_lowercase(),
        (None, Some(id)) => id.to_string(),
        // By a property alone: the same one is the same person.
        (None, None) => {
            let keys = [&person.employee_id, &person.security_identifier, &person.sam_account_name];
            let keys = keys.map(|key| key.as_deref().unwrap_or_default().to_lowercase()).join("\n");
            keys + person.immutable_id.as_deref().unwrap_or_default()
        }
    };
    let mut random = Random::new(seed_of(&known_as));
    let made_id = random.guid();
    let id = person.object_id.unwrap_or(made_id);
    let upn = person.user_principal_name.clone().unwrap_or_else(|| format!("user-{}@{DEFAULT_DOMAIN}", id.simple()));
    let local = upn.split('@').next().unwrap_or_default().to_owned();
    let display_name = person.display_name.clone().unwrap_or_else(|| name_from(&local));
    let external = upn.contains("#EXT#");
    let guest = person.user_type.as_deref().map_or(external, |kind| kind.eq_ignore_ascii_case("guest"));
    let other_mail = external.then(|| mail_of_guest(&local));
    let keys = [&person.security_identifier, &person.sam_account_name, &person.immutable_id];
    let is_mastered = person.synced || keys.into_iter().any(Option::is_some);
    let on_premises = is_mastered.then(|| {
        let department = person.department.as_deref();
        let made = on_premises(&local, &display_name, department, &mut random, number);
        Box::new(SimulatedOnPremises {
            sync_enabled: person.synced,
            enabled: person.enabled.unwrap_or(true),
            sam_account_name: person.sam_account_name.as_deref().map_or(made.sam_account_name, Into::into),
            immutable_id: person.immutable_id.as_deref().map_or(made.immutable_id, Into::into),
            security_identifier: person.security_identifier.as_deref().map_or(made.security_identifier, Into::into),
            ..made
        })
    });
    let details = person
        .employee_id
        .as_deref()
        .map(|id| Box::new(Details { employee_id: Some(id.into()), ..Details::default() }));
    let (created, changed) = dates(&mut random);
    SimulatedUser {
        id,
        display_name: display_name.into(),
        given_name: None,
        surname: None,
        other_mail,
        has_mailbox: true,
        user_type: if guest { UserType::Guest } else { UserType::Member },
        external_user_state: external.then_some(ExternalUserState::Accepted),
        account_enabled: person.enabled.unwrap_or(true),
        department: person.department.clone().map(Into::into),
        on_premises,
        created,
        last_password_change: changed,
        sign_in_sessions_valid_from: changed,
        password: None,
        force_change_password: false,
        force_change_password_with_mfa: false,
        employee_number: if external { 0 } else { number },
        details,
        user_principal_name: upn.into(),
    }
}

/// `ada.reyes_adatum.com#EXT#` is `ada.reyes@adatum.com`: the last underscore stands for the at sign.
fn mail_of_guest(local: &str) -> Box<str> {
    let home = local.trim_end_matches("#EXT#");
    home.rsplit_once('_').map_or_else(|| home.to_owned(), |(name, domain)| format!("{name}@{domain}")).into()
}

/// `ada.lovelace` reads `Ada Lovelace`.
fn name_from(local: &str) -> String {
    let words = local.split(['.', '_', '#']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}

fn on_premises(
    local: &str,
    display_name: &str,
    department: Option<&str>,
    random: &mut Random,
    number: u32,
) -> SimulatedOnPremises {
    let letters = local.chars().filter(|letter| *letter != '\'').take(20);
    SimulatedOnPremises {
        sync_enabled: true,
        sam_account_name: letters.collect(),
        // A SID is unique in its domain, so its last part is counted and not drawn.
        security_identifier: format!("S-1-5-21-1004336348-1177238915-682003330-{}", 1_100 + number).into(),
        distinguished_name: format!(
            "CN={display_name},OU={},OU=People,DC=corp,DC=contoso,DC=com",
            department.unwrap_or("Staff")
        )
        .into(),
        immutable_id: STANDARD.encode(random.guid().as_bytes()).into(),
        enabled: true,
        last_sync: None,
    }
}

fn dates(random: &mut Random) -> (OffsetDateTime, OffsetDateTime) {
    let seconds_of = |years: i64| years * 365 * 86_400;
    let created = FIRST_DAY + Duration::seconds(random.below(seconds_of(8) as usize) as i64);
    (created, created + Duration::seconds(random.below(seconds_of(2) as usize) as i64))
}
