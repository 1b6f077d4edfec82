//! `consents.csv`: what the people of a plan allowed apps to do in their names, one line each.

use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::app_sweep::{AppList, SeenApps};
use super::consent_counts::ConsentTally;
use super::consent_fate::ConsentFate;
use super::consents_option::ConsentsOption;
use super::counted_list::CountedList;
use super::error::PlanError;
use super::held_so_far::PersonsHeld;
use super::list_file::ListFile;
use super::people_read::PeopleRead;
use super::plan_files::CONSENTS;
use super::plan_lists::PlanLists;
use super::plan_targets::{ListedTarget, StayingTarget, TargetLine};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::target_listing::{ListAbout, PlanList};
use crate::directory::{ConsentedApp, ConsentsOfPerson, HeldConsent, NotListed};
use crate::ids::{ObjectId, RowNumber};
use crate::spreadsheet::Guarded;
use crate::step::Step;
use crate::step::target::WriteTarget;

/// The columns of `consents.csv` behind those about the person. What it takes to give a consent again stands in it: `object_id`, `client_id`, `resource_id` and
/// `scopes`; the fifth property, `consentType`, is `Principal` for all of them.
const COLUMNS: [&str; 9] =
    ["app", "publisher", "scopes", "app_id", "client_id", "resource_id", "id", "not_read", "plan"];

/// The list while it is being written.
pub(super) struct ConsentsList {
    asked: ConsentsOption,
    is_optional: bool,
    apps: SeenApps<ConsentedApp>,
    tally: ConsentTally,
    file: ListFile,
}

/// The rest of a line: a consent, or why those of the person are not known.
#[derive(Serialize)]
struct ConsentLine<'a> {
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
        let tally = ConsentTally::begin(asked.clone(), OffsetDateTime::now_utc());
        let file = ListFile::begin(folder, CONSENTS, &COLUMNS)?;
        Ok(Self { asked, is_optional, apps: SeenApps::new(), tally, file })
    }

    fn app(&self, consent: &HeldConsent) -> Option<&ConsentedApp> {
        self.apps.get(&consent.client_id)?.as_ref()
    }

    fn write(
        file: &mut ListFile,
        row: &PlanRow,
        listed: Option<(&HeldConsent, Option<&ConsentedApp>, ConsentFate)>,
        not_read: &str,
    ) -> Result<(), PlanError> {
        let consent = listed.map(|(consent, ..)| consent);
        let app = listed.and_then(|(_, app, _)| app);
        let cells = ConsentLine {
            app: app.map_or("", |app| &app.name).into(),
            publisher: app.map_or("", |app| &app.publisher).into(),
            scopes: consent.map_or("", |consent| &consent.scope).into(),
            app_id: app.map_or("", |app| &app.app_id).into(),
            client_id: consent.map(|consent| consent.client_id),
            resource_id: consent.and_then(|consent| consent.resource_id),
            id: consent.map_or("", |consent| &consent.id).into(),
            not_read: not_read.into(),
            plan: listed.map(|(.., fate)| fate),
        };
        file.add(row, cells)
    }
}

impl PlanList for ConsentsList {
    type Of = ConsentsOfPerson;
    type Held = HeldConsent;

    const ABOUT: ListAbout = ListAbout::TargetsOf(Step::Consents, Reason::ConsentsUnknown);
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
        let file = &mut self.file;
        listed.into_iter().try_for_each(|line| Self::write(file, row, Some(line), ""))
    }

    fn add_not_listed(&mut self, row: &PlanRow, why: &NotListed) -> Result<(), PlanError> {
        self.tally.counts.read.not_read += 1;
        Self::write(&mut self.file, row, None, &why.to_string())
    }

    fn people_read(&self) -> &PeopleRead {
        &self.tally.counts.read
    }

    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        let Self { tally, file, .. } = self;
        let sha256 = file.put_with(lists)?;
        lists.consents = Some(CountedList { counts: tally.finish(), sha256 });
        Ok(())
    }
}

impl AppList for ConsentsList {
    type App = ConsentedApp;

    fn app_of(consent: &HeldConsent) -> Option<ObjectId> {
        Some(consent.client_id)
    }

    fn apps(&mut self) -> &mut SeenApps<ConsentedApp> {
        &mut self.apps
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
