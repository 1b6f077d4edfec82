//! `consents.csv`: what the people of a plan allowed apps to do in their names, one line each.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::consent_counts::ConsentTally;
use super::consent_fate::ConsentFate;
use super::consents_option::ConsentsOption;
use super::error::PlanError;
use super::folder::CONSENTS;
use super::held_so_far::PersonsHeld;
use super::plan_lists::PlanLists;
use super::plan_targets::{ListedTarget, StayingTarget, TargetLine};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::target_listing::PlanList;
use crate::digest::Hashing;
use crate::directory::{ConsentedApp, ConsentsOfPerson, HeldConsent};
use crate::graph::error::GraphError;
use crate::ids::{ObjectId, RowNumber};
use crate::private_files::Pending;
use crate::spreadsheet::Guarded;
use crate::step::Step;
use crate::step::target::WriteTarget;

/// The header of `consents.csv`. What it takes to give a consent again stands in it: `object_id`, `client_id`, `resource_id` and
/// `scopes`; the fifth property, `consentType`, is `Principal` for all of them.
const HEADER: [&str; 12] = [
    "row",
    "user_principal_name",
    "object_id",
    "app",
    "publisher",
    "scopes",
    "app_id",
    "client_id",
    "resource_id",
    "id",
    "not_read",
    "plan",
];

/// The list while it is being written.
pub(super) struct ConsentsList {
    asked: ConsentsOption,
    is_optional: bool,
    /// The apps that were looked up; nothing for one that is not known.
    pub(super) apps: HashMap<ObjectId, Option<ConsentedApp>>,
    tally: ConsentTally,
    csv: csv::Writer<Hashing<Pending>>,
}

/// One line: a consent, or a person whose consents are not known.
#[derive(Serialize)]
struct ConsentLine<'a> {
    row: RowNumber,
    user_principal_name: Guarded<'a>,
    object_id: Option<ObjectId>,
    app: Guarded<'a>,
    publisher: Guarded<'a>,
    scopes: Guarded<'a>,
    app_id: Guarded<'a>,
    client_id: Option<ObjectId>,
    resource_id: Option<ObjectId>,
    id: Guarded<'a>,
    not_read: Guarded<'a>,
    plan: Option<ConsentFate>,
}

impl ConsentsList {
    /// Consents are deleted as `asked` where rows have that step. Where the list is optional, a plan is made without it if Graph
    /// lists none.
    pub(super) fn begin(folder: &Path, asked: ConsentsOption, is_optional: bool) -> Result<Self, PlanError> {
        let file = Hashing::new(Pending::new(&folder.join(CONSENTS))?);
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        csv.write_record(HEADER)?;
        let tally = ConsentTally::begin(asked.clone(), OffsetDateTime::now_utc());
        Ok(Self { asked, is_optional, apps: HashMap::new(), tally, csv })
    }

    fn app(&self, consent: &HeldConsent) -> Option<&ConsentedApp> {
        self.apps.get(&consent.client_id)?.as_ref()
    }

    fn write(
        csv: &mut csv::Writer<Hashing<Pending>>,
        row: &PlanRow,
        listed: Option<(&HeldConsent, Option<&ConsentedApp>, ConsentFate)>,
        not_read: &str,
    ) -> Result<(), PlanError> {
        let consent = listed.map(|(consent, ..)| consent);
        let app = listed.and_then(|(_, app, _)| app);
        csv.serialize(ConsentLine {
            row: row.row,
            user_principal_name: row.user_principal_name.as_str().into(),
            object_id: row.object_id,
            app: app.map_or("", |app| &app.name).into(),
            publisher: app.map_or("", |app| &app.publisher).into(),
            scopes: consent.map_or("", |consent| &consent.scope).into(),
            app_id: app.map_or("", |app| &app.app_id).into(),
            client_id: consent.map(|consent| consent.client_id),
            resource_id: consent.map(|consent| consent.resource_id),
            id: consent.map_or("", |consent| &consent.id).into(),
            not_read: not_read.into(),
            plan: listed.map(|(.., fate)| fate),
        })?;
        Ok(())
    }
}

impl PlanList for ConsentsList {
    type Of = ConsentsOfPerson;
    type Held = HeldConsent;

    const STEP: Step = Step::Consents;
    const NOT_LISTED: Reason = Reason::ConsentsUnknown;
    const PART: &'static str = ".sealoff-consents.part";

    fn is_optional(&self) -> bool {
        self.is_optional
    }

    fn note(&self, row: &mut PlanRow, held: &[HeldConsent]) -> usize {
        let fates = held.iter().map(|consent| ConsentFate::of(consent, self.app(consent), &self.asked, row.object_id));
        fates.filter(|fate| *fate == ConsentFate::Delete).count()
    }

    fn add(&mut self, row: &PlanRow, known: &PersonsHeld<HeldConsent>) -> Result<(), PlanError> {
        let asked = if row.decision == Decision::Act { &self.asked } else { &ConsentsOption::List };
        let listed: Vec<_> = (known.held.iter())
            .map(|consent| {
                let app = self.apps.get(&consent.client_id).and_then(Option::as_ref);
                (consent, app, ConsentFate::of(consent, app, asked, row.object_id))
            })
            .collect();
        self.tally.add(&listed, known.read_at);
        let csv = &mut self.csv;
        listed.into_iter().try_for_each(|line| Self::write(csv, row, Some(line), ""))
    }

    fn add_not_listed(&mut self, row: &PlanRow, error: &GraphError) -> Result<(), PlanError> {
        self.tally.add_not_read();
        Self::write(&mut self.csv, row, None, &error.to_string())
    }

    fn people(&self) -> (u32, u32) {
        (self.tally.counts().people, self.tally.counts().not_read)
    }

    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        let Self { tally, csv, .. } = self;
        let (file, sha256) = csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        lists.files.push(file);
        lists.consents = Some(tally.finish(sha256));
        Ok(())
    }
}

/// As much of a line as the step that deletes consents needs.
#[derive(Deserialize)]
pub(super) struct ConsentTargetLine {
    row: RowNumber,
    id: Guarded<'static>,
    plan: Option<ConsentFate>,
}

impl TargetLine for ConsentTargetLine {
    fn listed(self) -> Option<(RowNumber, ListedTarget)> {
        let fate = self.plan?;
        let target = WriteTarget::Consent { id: self.id.into() };
        let listed = match fate {
            ConsentFate::Delete => ListedTarget::Meant(target),
            _ => ListedTarget::Stays(StayingTarget { target, type_name: String::new(), no_way: None }),
        };
        Some((self.row, listed))
    }
}
