//! Which methods people hold: made from their object ids, and kept only where they were changed since.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::Directory;
use super::method::{
    ALTERNATE_MOBILE_ID, EMAIL_ID, MOBILE_ID, OFFICE_ID, PASSWORD_ID, SimulatedMethod, SimulatedMethodKind,
    SimulatedMethods,
};
use super::place::UserPlace;
use super::user::SimulatedUser;
use crate::simulator::random::{Random, seed_of_bytes};

use SimulatedMethodKind::{
    Authenticator, Email, External, HardwareOath, Passkey, Password, Phone, PlatformCredential, SoftwareOath,
    WindowsHello,
};

/// What people registered, they registered before this date; before any date at which a test can run.
const LAST_DAY: OffsetDateTime = datetime!(2026-09-01 08:00 UTC);

/// The names that people give their devices.
const LABELS: [&str; 6] = ["iPhone 14", "SM-A546B", "Pixel 8", "key in the drawer", "iPhone SE", "work key"];

/// The chance of one user, for one purpose.
pub(crate) fn random_of(id: Uuid, purpose: &str) -> Random {
    Random::new(seed_of_bytes(id.as_bytes().iter().copied().chain(purpose.bytes())))
}

/// What a user holds who changed nothing since the directory was made. An app finds nothing that a guest registered at home,
/// and an agent user holds nothing.
fn made(user: &SimulatedUser) -> SimulatedMethods {
    let mut held = SimulatedMethods::default();
    if user.is_external() || user.identity_parent().is_some() {
        return held;
    }
    let mut random = random_of(user.id, "methods");
    // A password is as old as it is.
    held.register(SimulatedMethod::new(Password, &PASSWORD_ID.to_string(), Some(user.last_password_change), ""));
    if !user.has_mailbox {
        // No person signs in there by phone; break-glass accounts are given a key.
        if user.on_premises.is_none() && user.display_name.starts_with("Break glass") {
            held.register(passkey(&mut random, user, "key in the safe"));
        }
        return held;
    }
    // About one in seven never registered anything.
    if random.chance(0.15) {
        return held;
    }
    let number = |random: &mut Random| format!("+49 170 {:07}", random.below(10_000_000));
    for (kind, share) in [
        (Authenticator, 0.62),
        (Phone, 0.55),
        (SoftwareOath, 0.07),
        (HardwareOath, 0.005),
        (Passkey, 0.06),
        (WindowsHello, 0.24),
        (PlatformCredential, 0.03),
        (Email, 0.14),
        (External, 0.01),
    ] {
        if !random.chance(share) {
            continue;
        }
        match kind {
            Phone => {
                // Old registrations of phones and addresses do not say when.
                let number_here = number(&mut random);
                held.register(fixed(kind, MOBILE_ID, undated(&mut random, user, 0.5), &number_here));
                if random.chance(0.12) {
                    let other = number(&mut random);
                    held.register(fixed(kind, ALTERNATE_MOBILE_ID, undated(&mut random, user, 0.5), &other));
                }
                if random.chance(0.08) {
                    let desk = format!("+49 30 {:06}", random.below(1_000_000));
                    held.register(fixed(kind, OFFICE_ID, undated(&mut random, user, 0.8), &desk));
                }
            }
            Email => {
                let local = user.user_principal_name.split('@').next().unwrap_or_default();
                let address = format!("{local}@private.example");
                held.register(fixed(kind, EMAIL_ID, undated(&mut random, user, 0.5), &address));
            }
            Passkey => held.register(passkey(&mut random, user, LABELS[random_index(user, 1)])),
            Authenticator => {
                let label = LABELS[random_index(user, 2)];
                let created = undated(&mut random, user, 0.2);
                held.register(SimulatedMethod::new(kind, &random.guid().to_string(), created, label));
                // A telephone of old that was never taken away.
                if random.chance(0.1) {
                    let created = undated(&mut random, user, 0.6);
                    held.register(SimulatedMethod::new(kind, &random.guid().to_string(), created, "iPhone 8"));
                }
            }
            kind => {
                let created = undated(&mut random, user, 0.0);
                held.register(SimulatedMethod::new(
                    kind,
                    &random.guid().to_string(),
                    created,
                    LABELS[random_index(user, 3)],
                ));
            }
        }
    }
    // The default is what was chosen once, and not always what is first in the list.
    let capable: Vec<Box<str>> =
        held.methods.iter().filter(|it| chosen_as_default(it)).map(|method| method.id.clone()).collect();
    if !capable.is_empty() {
        held.default = Some(capable[random.below(capable.len())].clone());
    }
    held
}

/// No person here chose the second number, which could then never be deleted before the first.
fn chosen_as_default(method: &SimulatedMethod) -> bool {
    method.kind.can_be_default() && method.id.parse() != Ok(ALTERNATE_MOBILE_ID)
}

fn random_index(user: &SimulatedUser, purpose: u8) -> usize {
    usize::from(user.id.as_bytes()[usize::from(purpose)]) % LABELS.len()
}

fn fixed(kind: SimulatedMethodKind, id: Uuid, created: Option<OffsetDateTime>, label: &str) -> SimulatedMethod {
    SimulatedMethod::new(kind, &id.to_string(), created, label)
}

fn passkey(random: &mut Random, user: &SimulatedUser, label: &str) -> SimulatedMethod {
    SimulatedMethod::new(Passkey, &passkey_id(random), Some(day(random, user)), label)
}

/// Ids of passkeys are no GUIDs: base64 of the credential's own id.
pub(crate) fn passkey_id(random: &mut Random) -> String {
    let (one, two) = (random.guid(), random.guid());
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(one.as_bytes());
    bytes[16..].copy_from_slice(two.as_bytes());
    format!("{}1", URL_SAFE_NO_PAD.encode(bytes))
}

/// When it was registered, unless the registration is one of this share that does not say.
fn undated(random: &mut Random, user: &SimulatedUser, share: f64) -> Option<OffsetDateTime> {
    let day = day(random, user);
    (!random.chance(share)).then_some(day)
}

fn day(random: &mut Random, user: &SimulatedUser) -> OffsetDateTime {
    let span = (LAST_DAY - user.created).whole_seconds().max(1);
    user.created + Duration::seconds(random.below(usize::try_from(span).unwrap_or(1)) as i64)
}

impl Directory {
    /// What the user at a place proves who they are with.
    pub(crate) fn methods_of(&self, place: UserPlace) -> Cow<'_, SimulatedMethods> {
        let user = self.get(place);
        let mut held = self.methods.get(&user.id).map_or_else(|| Cow::Owned(made(user)), Cow::Borrowed);
        // A reset since is a password of another age.
        if held.methods.first().is_some_and(|it| it.kind == Password && it.created != Some(user.last_password_change)) {
            held.to_mut().methods[0].created = Some(user.last_password_change);
        }
        held
    }

    /// The same, to be changed.
    pub(crate) fn methods_mut(&mut self, place: UserPlace) -> &mut SimulatedMethods {
        let user = &self.users[place.index()];
        self.methods.entry(user.id).or_insert_with(|| made(user))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn all_kinds_and_all_ages_are_there_and_nothing_is_kept_for_it() {
        let directory = Directory::seeded(3_000, 1);
        let mut counts: BTreeMap<SimulatedMethodKind, usize> = BTreeMap::new();
        let (mut undated, mut bare) = (0, 0);
        for index in 0..3_000 {
            let held = directory.methods_of(UserPlace::at(index));
            bare += usize::from(held.methods.len() == 1);
            for method in &held.methods {
                *counts.entry(method.kind).or_default() += 1;
                undated += usize::from(method.created.is_none());
                assert!(method.created.is_none_or(|at| at <= LAST_DAY));
            }
            let default = held.default.as_deref().map(|id| held.get(id).unwrap());
            assert!(default.is_none_or(|method| method.kind.can_be_default()));
            assert_eq!(default.is_some(), held.methods.iter().any(|method| method.kind.can_be_default()));
        }
        let seeded = SimulatedMethodKind::ALL.iter().copied().filter(|kind| *kind != SimulatedMethodKind::Pass);
        assert!(seeded.clone().all(|kind| counts.contains_key(&kind)), "{counts:?}");
        assert!(undated > 500 && bare > 300, "{undated} {bare}");
        assert!(directory.methods.is_empty());
        let again = Directory::seeded(3_000, 1);
        assert!((0..3_000).all(|at| directory.methods_of(UserPlace::at(at)) == again.methods_of(UserPlace::at(at))));
    }
}
