//! Which apps people consented to: made from their object ids, and kept only where they were changed since.

use std::borrow::Cow;

use super::Directory;
use super::consent::{CLIENTS, SimulatedConsent};
use super::methods::random_of;
use super::place::UserPlace;
use super::user::SimulatedUser;
use super::user_key::UserKey;

/// How many of the people consented to each of [`CLIENTS`], and to what.
const SHARES: [(f64, &str); CLIENTS.len()] = [
    // The live service writes a blank before the first scope of many.
    (0.34, " openid profile offline_access Calendars.ReadWrite"),
    (0.06, "openid profile User.Read"),
    (0.22, "User.Read"),
    (0.03, " offline_access Mail.ReadWrite Mail.Send"),
];

/// What a user consented to who changed nothing since the directory was made.
fn made(user: &SimulatedUser) -> Vec<SimulatedConsent> {
    if !user.has_mailbox || user.identity_parent().is_some() {
        return Vec::new();
    }
    let mut random = random_of(user.id, "consents");
    let clients = CLIENTS.iter().zip(SHARES).filter(|(_, (share, _))| random.chance(*share));
    clients.map(|(client, (_, scope))| SimulatedConsent::to_graph(client.id, user.id, scope)).collect()
}

impl Directory {
    /// What the user at a place consented to.
    pub(crate) fn consents_of(&self, place: UserPlace) -> Cow<'_, [SimulatedConsent]> {
        let user = self.get(place);
        self.consents.get(&user.id).map_or_else(|| Cow::Owned(made(user)), |held| Cow::Borrowed(held.as_slice()))
    }

    /// The consent with this id, and where its user stands.
    pub(crate) fn consent(&self, id: &str) -> Option<(UserPlace, SimulatedConsent)> {
        let place = self.find(&UserKey::Id(SimulatedConsent::principal_of(id)?))?;
        let found = self.consents_of(place).iter().find(|consent| consent.id() == id).cloned()?;
        Some((place, found))
    }

    /// Takes the consent with this id away; `false` where there is none.
    pub(crate) fn remove_consent(&mut self, id: &str) -> bool {
        let Some((place, consent)) = self.consent(id) else { return false };
        let left = self.consents_of(place).iter().filter(|one| **one != consent).cloned().collect();
        self.consents.insert(self.get(place).id, left);
        true
    }

    /// Adds a consent, in the place of one with the same id; `false` when there is no such user.
    pub(crate) fn add_consent(&mut self, consent: SimulatedConsent) -> bool {
        let Some(place) = self.find(&UserKey::Id(consent.principal_id)) else { return false };
        let id = consent.id();
        let mut held = self.consents_of(place).into_owned();
        held.retain(|one| one.id() != id);
        held.push(consent);
        self.consents.insert(self.get(place).id, held);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_the_consent_and_nothing_is_kept_before_a_change() {
        let mut directory = Directory::seeded(2_000, 1);
        let all: Vec<SimulatedConsent> =
            (0..2_000).flat_map(|at| directory.consents_of(UserPlace::at(at)).into_owned()).collect();
        for client in CLIENTS {
            assert!(all.iter().filter(|consent| consent.client_id == client.id).count() > 20, "{}", client.name);
        }
        assert!(directory.consents.is_empty());
        let one = &all[0];
        assert_eq!(directory.consent(&one.id()).map(|(_, found)| found).as_ref(), Some(one));
        assert!(directory.remove_consent(&one.id()) && !directory.remove_consent(&one.id()));
        assert!(directory.consent(&one.id()).is_none());
        assert!(directory.add_consent(one.clone()) && directory.add_consent(one.clone()));
        let (place, _) = directory.consent(&one.id()).unwrap();
        assert_eq!(directory.consents_of(place).iter().filter(|consent| *consent == one).count(), 1);
        assert!(!directory.remove_consent("AAAA") && !directory.remove_consent("../x"));
    }
}
