//! The list of consents on its way through the people of a plan: with each call, the apps are looked up that were not seen before.

use std::path::Path;

use super::consents_list::ConsentsList;
use super::error::PlanError;
use super::plan_lists::PlanLists;
use super::planning_progress::PlanningProgress;
use super::row::PlanRow;
use super::target_listing::{Sweep, TargetSweep};
use crate::directory::ConsentedApp;
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, TenantId};
use crate::step::Step;

pub(super) struct ConsentSweep<'a, T> {
    people: TargetSweep<'a, T, ConsentsList>,
    paced: Paced<'a, T>,
    /// Who is decided about next.
    asked: Vec<ObjectId>,
}

impl<'a, T: Transport> ConsentSweep<'a, T> {
    pub(super) fn new(
        paced: &Paced<'a, T>,
        folder: &Path,
        tenant: TenantId,
        list: ConsentsList,
    ) -> Result<Self, PlanError> {
        let people = TargetSweep::new(paced, folder, tenant, list)?;
        Ok(Self { people, paced: paced.clone(), asked: Vec::new() })
    }
}

impl<T: Transport> Sweep for ConsentSweep<'_, T> {
    fn expect(&mut self, account: ObjectId) {
        self.people.expect(account);
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
            for consent in self.people.held(account)? {
                let client = consent.client_id;
                if !self.people.list().apps.contains_key(&client) && !unknown.contains(&client) {
                    unknown.push(client);
                }
            }
        }
        if !unknown.is_empty() {
            let failed = |source| PlanError::Listing { of: Step::Consents, source };
            let mut found = ConsentedApp::read(&self.paced, &unknown).await.map_err(failed)?;
            self.people.list().apps.extend(unknown.into_iter().map(|client| (client, found.remove(&client))));
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
