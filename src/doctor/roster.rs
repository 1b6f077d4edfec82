//! Looks everybody on the roster up, and asks whether the app or person may act on them.

use super::check::Check;
use super::intended_run::IntendedRun;
use super::roles::{self, UnreachedRow};
use super::unread::not_looked_up;
use crate::directory::reach::{Action, Actor};
use crate::directory::{Found, Lookup, TenantFacts};
use crate::graph::transport::HttpTransport;
use crate::ids::ObjectId;
use crate::plan::reach;
use crate::plan::row::ListPlace;
use crate::roster::{Entry, Key};
use crate::words::counted;

/// With what the app or person acts, as far as it is known.
#[derive(Clone, Copy)]
pub(super) struct ActingApp<'a> {
    pub(super) actor: Option<&'a Actor>,
    pub(super) principal: Option<ObjectId>,
}

/// What became of the rows so far.
#[derive(Default)]
struct LookedUp {
    found: u64,
    /// Rows that name no account of this tenant, or none for certain.
    nameless: u64,
    missed: Vec<UnreachedRow>,
}

pub(super) async fn look_at(
    subject: &mut IntendedRun,
    facts: &TenantFacts,
    acting: ActingApp<'_>,
    lookup: &Lookup<'_, HttpTransport>,
    checks: &mut Vec<Check>,
) {
    let actions = reach::actions(subject.steps());
    let Some(mut roster) = subject.roster.take() else {
        checks.push(Check::skipped("reach", "no roster is named; --roster FILE has it looked at"));
        return;
    };
    let mut looked_up = LookedUp::default();
    loop {
        let piece = roster.by_ref().take(Lookup::<HttpTransport>::CHUNK).collect::<Result<Vec<_>, _>>();
        let looked_at = match piece {
            Ok(entries) if entries.is_empty() => break,
            Ok(entries) => looked_up.take(&entries, facts, acting.actor, &actions, lookup).await,
            Err(error) => {
                Err(Check::failed("roster", error.to_string(), "Correct the file; a plan of it shows the place."))
            }
        };
        if let Err(check) = looked_at {
            checks.push(check);
            return;
        }
    }
    checks.push(looked_up.check());
    match acting.actor {
        None => checks.push(Check::skipped("reach", "the roles of the app or person are not known")),
        Some(actor) => {
            checks.extend(roles::reach(looked_up.found, &looked_up.missed, acting.principal, actor.is_app));
        }
    }
}

impl LookedUp {
    async fn take(
        &mut self,
        entries: &[Entry],
        facts: &TenantFacts,
        actor: Option<&Actor>,
        actions: &[Action],
        lookup: &Lookup<'_, HttpTransport>,
    ) -> Result<(), Check> {
        let people: Vec<(ListPlace, &Key)> = entries
            .iter()
            .filter_map(|entry| {
                let place = ListPlace { row: entry.row, sheet_row: entry.sheet_row, among: entry.among };
                Some((place, &entry.content.as_ref().ok()?.key))
            })
            .collect();
        self.nameless += (entries.len() - people.len()) as u64;
        let keys: Vec<&Key> = people.iter().map(|(_, key)| *key).collect();
        let answers = lookup.find_everywhere(&keys).await;
        let answers = answers.map_err(|error| not_looked_up("roster", "the people on the roster", &error))?;
        for ((place, _), answer) in people.iter().zip(answers) {
            let Found::Account(account) = answer else {
                self.nameless += 1;
                continue;
            };
            self.found += 1;
            if let (Some(actor), Some(privileges)) = (actor, &facts.privileges) {
                let privilege = privileges.of(account.object_id);
                self.missed.extend(roles::out_of_reach(actor, *place, &account, privilege, actions));
            }
        }
        Ok(())
    }

    /// Whether every row names an account.
    fn check(&self) -> Check {
        let accounts = counted(self.found, "account", "accounts");
        if self.nameless == 0 {
            return Check::ok("roster", format!("{accounts}, each of them found"));
        }
        let rows = counted(self.nameless, "row does not name", "rows do not name");
        Check::warning(
            "roster",
            format!("{accounts} found; {rows} exactly one account of this tenant"),
            "See which: a plan refuses them one by one, with the reason.",
        )
    }
}
