//! What the people of a plan allowed apps to do, in numbers.

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::consent_fate::ConsentFate;
use super::consents_option::ConsentsOption;
use super::people_read::PeopleRead;
use crate::directory::{ConsentedApp, HeldConsent};
use crate::ids::ObjectId;

/// So many apps are named; more are counted alone.
const MAX_NAMED_APPS: usize = 50;
/// So many of the things that an app may do are named.
const MAX_NAMED_SCOPES: usize = 20;
/// No name is shown longer.
const MAX_NAME: usize = 120;

/// What the people of a plan allowed apps to do in their names: what `consents.csv` lists.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ConsentCounts {
    /// What was asked for: `list`, `all`, or a pattern.
    pub asked: ConsentsOption,
    /// Whose were read, and when.
    #[serde(flatten)]
    pub read: PeopleRead,
    /// People who gave any.
    pub with_any: u32,
    /// All consents.
    pub consents: u32,
    /// Those that the plan deletes.
    pub deleted: u32,
    /// From how many people.
    pub people_deleted: u32,
    /// Those that were meant and stay, because their apps are Microsoft's own.
    pub microsofts_own: u32,
    /// Those that stay because it is not known whose apps they are to.
    pub unknown_app: u32,
    /// The apps: first those of which most is deleted, then those that most people consented to. Fifty at most.
    pub apps: Vec<AppConsents>,
    /// How many more apps there are.
    pub more_apps: u32,
}

/// The consents to one app.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppConsents {
    /// Its service principal.
    pub client_id: ObjectId,
    /// Its name; empty where that is not known.
    pub name: String,
    /// Its id in every tenant; empty where that is not known.
    pub app_id: String,
    /// Its publisher, where Microsoft verified that; empty otherwise.
    pub publisher: String,
    /// Is it one of Microsoft's own?
    pub is_microsofts: bool,
    /// What it may do in the name of one person or other: twenty at most.
    pub scopes: BTreeSet<String>,
    /// How many consents to it there are.
    pub consents: u32,
    /// How many of them the plan deletes.
    pub deleted: u32,
}

/// The numbers while they grow: all apps.
pub(super) struct ConsentTally {
    pub(super) counts: ConsentCounts,
    apps: HashMap<ObjectId, AppConsents>,
}

impl ConsentTally {
    /// No person yet.
    pub(super) fn begin(asked: ConsentsOption, now: OffsetDateTime) -> Self {
        let counts = ConsentCounts {
            asked,
            read: PeopleRead::begin(now),
            with_any: 0,
            consents: 0,
            deleted: 0,
            people_deleted: 0,
            microsofts_own: 0,
            unknown_app: 0,
            apps: Vec::new(),
            more_apps: 0,
        };
        Self { counts, apps: HashMap::new() }
    }

    /// Takes in what a person consented to, as it was read at that moment, with what becomes of each.
    pub(super) fn add(
        &mut self,
        consents: &[(&HeldConsent, Option<&ConsentedApp>, ConsentFate)],
        read_at: OffsetDateTime,
    ) {
        let counts = &mut self.counts;
        counts.read.add(read_at);
        counts.with_any += u32::from(!consents.is_empty());
        counts.people_deleted += u32::from(consents.iter().any(|(.., fate)| *fate == ConsentFate::Delete));
        for (consent, app, fate) in consents {
            counts.consents += 1;
            match fate {
                ConsentFate::Delete => counts.deleted += 1,
                ConsentFate::MicrosoftsOwn => counts.microsofts_own += 1,
                ConsentFate::UnknownApp => counts.unknown_app += 1,
                ConsentFate::Stays => {}
            }
            let of_app = self.apps.entry(consent.client_id).or_insert_with(|| {
                let text = |of: fn(&ConsentedApp) -> &String| app.map(|app| shortened(of(app))).unwrap_or_default();
                AppConsents {
                    client_id: consent.client_id,
                    name: text(|app| &app.name),
                    app_id: text(|app| &app.app_id),
                    publisher: text(|app| &app.publisher),
                    is_microsofts: app.is_some_and(|app| app.is_microsofts),
                    scopes: BTreeSet::new(),
                    consents: 0,
                    deleted: 0,
                }
            });
            of_app.consents += 1;
            of_app.deleted += u32::from(*fate == ConsentFate::Delete);
            for scope in consent.scope.split_whitespace() {
                if of_app.scopes.len() < MAX_NAMED_SCOPES {
                    of_app.scopes.insert(shortened(scope));
                }
            }
        }
    }

    /// The numbers of the whole list.
    pub(super) fn finish(self) -> ConsentCounts {
        let mut apps: Vec<AppConsents> = self.apps.into_values().collect();
        apps.sort_by(|one, other| {
            let order = |app: &AppConsents| (std::cmp::Reverse((app.deleted, app.consents)), app.client_id);
            order(one).cmp(&order(other))
        });
        let more = apps.len().saturating_sub(MAX_NAMED_APPS);
        apps.truncate(MAX_NAMED_APPS);
        ConsentCounts { apps, more_apps: u32::try_from(more).unwrap_or(u32::MAX), ..self.counts }
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> ObjectId {
        format!("00000000-0000-4000-8000-00000000{number:04x}").parse().unwrap()
    }

    #[test]
    fn apps_are_counted_and_those_of_which_most_is_deleted_come_first() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let mut tally = ConsentTally::begin(ConsentsOption::All, now);
        let consent = |client: u16| HeldConsent {
            id: "g".to_owned(),
            client_id: id(client),
            resource_id: Some(id(1)),
            principal_id: id(2),
            scope: format!(" User.Read {}", "x".repeat(1_000)),
        };
        for client in 10..100 {
            tally.add(&[(&consent(client), None, ConsentFate::UnknownApp)], now);
        }
        tally.add(&[(&consent(50), None, ConsentFate::Delete), (&consent(60), None, ConsentFate::MicrosoftsOwn)], now);
        tally.add(&[], now);
        tally.counts.read.not_read += 1;
        let counts = tally.finish();
        assert_eq!((counts.read.people, counts.read.not_read, counts.with_any, counts.consents), (92, 1, 91, 92));
        assert_eq!((counts.deleted, counts.people_deleted, counts.microsofts_own, counts.unknown_app), (1, 1, 1, 90));
        assert_eq!((counts.apps.len(), counts.more_apps), (MAX_NAMED_APPS, 40));
        assert_eq!([counts.apps[0].client_id, counts.apps[1].client_id], [id(50), id(60)]);
        assert!(counts.apps[0].scopes.iter().all(|scope| scope.len() <= MAX_NAME));
    }
}
