//! A list that names apps, on its way through the people of a plan: with each call, the apps are looked up that were not seen
//! before.

use std::collections::HashMap;
use std::path::Path;

use super::error::PlanError;
use super::plan_lists::PlanLists;
use super::planning_progress::PlanningProgress;
use super::row::PlanRow;
use super::target_listing::{PlanList, Sweep, TargetSweep};
use crate::directory::{AppById, apps_by_id};
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, TenantId};

/// The apps that were looked up, by their service principals; nothing for one that is not known.
pub(super) type SeenApps<A> = HashMap<ObjectId, Option<A>>;

/// A list of things that are each about one app.
pub(super) trait AppList: PlanList {
    /// What has to be known of an app.
    type App: AppById;

    /// The service principal of the app that this is about, where it is known.
    fn app_of(held: &Self::Held) -> Option<ObjectId>;

    /// What is known so far.
    fn apps(&mut self) -> &mut SeenApps<Self::App>;
}

pub(super) struct AppSweep<'a, T, L: PlanList> {
    people: TargetSweep<'a, T, L>,
    paced: Paced<'a, T>,
    /// Who is decided about next.
    asked: Vec<ObjectId>,
}

impl<'a, T: Transport, L: AppList> AppSweep<'a, T, L> {
    pub(super) fn new(paced: &Paced<'a, T>, folder: &Path, tenant: TenantId, list: L) -> Result<Self, PlanError> {
        let people = TargetSweep::new(paced, folder, tenant, list)?;
        Ok(Self { people, paced: paced.clone(), asked: Vec::new() })
    }
}

impl<T: Transport, L: AppList> Sweep for AppSweep<'_, T, L> {
    fn will_ask(&mut self, account: ObjectId) {
        self.people.will_ask(account);
    }

    fn announce(&self, progress: &mut impl FnMut(PlanningProgress)) {
        self.people.announce(progress);
    }

    fn report(&self, progress: &mut impl FnMut(PlanningProgress)) {
        self.people.report(progress);
    }

    fn ask(&mut self, account: ObjectId) {
        self.asked.push(account);
        self.people.ask(account);
    }

    fn is_full(&self) -> bool {
        self.people.is_full()
    }

    async fn read(&mut self) -> Result<(), PlanError> {
        self.people.read().await?;
        let mut unknown = Vec::new();
        for account in std::mem::take(&mut self.asked) {
            for held in self.people.held(account)? {
                let Some(app) = L::app_of(&held) else { continue };
                if !self.people.list().apps().contains_key(&app) && !unknown.contains(&app) {
                    unknown.push(app);
                }
            }
        }
        if !unknown.is_empty() {
            let failed = |source| PlanError::Listing { of: L::ABOUT.what(), source };
            let mut found = apps_by_id(&self.paced, &unknown).await.map_err(failed)?;
            self.people.list().apps().extend(unknown.into_iter().map(|app| (app, found.remove(&app))));
        }
        Ok(())
    }

    fn decide(&mut self, account: ObjectId, row: &mut PlanRow) -> Result<u32, PlanError> {
        self.people.decide(account, row)
    }

    fn write(&mut self, account: ObjectId, row: &PlanRow) -> Result<(), PlanError> {
        self.people.write(account, row)
    }

    fn finish(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        self.people.finish(lists)
    }
}
