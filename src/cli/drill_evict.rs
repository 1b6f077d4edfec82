//! The drill of `evict`: a breach first, then what is left of the intruder's own is taken out.

use std::path::Path;

use super::drill_args::DrillArgs;
use super::drill_intruder::{IntruderOutcome, comebacks};
use super::drill_output::print;
use super::drill_run::{Drill, approved};
use super::exit::{Exit, Failure};
use super::plan::{after_run, of_people};
use super::precheck::CheckArgs;
use super::preview;
use super::rule_args::RuleArgs;
use crate::graph::found_pace::FOR_AUTHENTICATION;
use crate::plan::consents_option::ConsentsOption;
use crate::plan::folder::PlanFolder;
use crate::plan::handoff::HandoffKeys;
use crate::plan::methods_option::MethodsOption;
use crate::plan::playbook::Playbook;
use crate::run::plan_place::PlanPlace;
use crate::simulator::Scenario;

/// The playbook of the run that shuts people out first.
pub(super) const FIRST: Playbook = Playbook::Breach;

/// The scenario where none is given: without an intruder there is no one to take out.
const INTRUDER_NAME: &str = "samples/scenarios/intruder.toml";
const INTRUDER: &str = include_str!("../../samples/scenarios/intruder.toml");

/// Does the drill rehearse two runs?
pub(super) fn is_evicting(args: &DrillArgs) -> bool {
    args.playbook == Playbook::Evict
}

/// The scenario of the command line, or one with an intruder.
pub(super) fn scenario(args: &DrillArgs) -> Result<Option<Scenario>, Failure> {
    let named = args.scenario.read()?;
    if let (true, Some(mark)) = (is_evicting(args), args.rules.risk.mark()) {
        let flag = mark.flag();
        return Err(Failure::usage(format_args!("{flag} does not go with the playbook {}", Playbook::Evict))
            .with_next(format!("Leave {flag} out, or rehearse with another playbook.")));
    }
    let asked = [
        ("--methods", args.ways_in.methods.is_some()),
        ("--devices", args.ways_in.devices),
        ("--consents", args.ways_in.consents.is_some()),
    ];
    if let (false, Some((flag, _))) = (is_evicting(args), asked.into_iter().find(|(_, given)| *given)) {
        return Err(Failure::usage(format_args!("in a drill {flag} goes with the playbook {} alone", Playbook::Evict))
            .with_next("Leave it out, or rehearse with --playbook evict."));
    }
    if is_evicting(args) && args.reading.names_moments() {
        return Err(Failure::usage(
            "in a drill of evict the passes are made by a second run, for the people of the first, and --pass-from-column is about a list",
        )
        .with_next("Leave it out, or rehearse with --playbook breach."));
    }
    if named.is_some() || !is_evicting(args) {
        return Ok(named);
    }
    Scenario::of_text(INTRUDER, Path::new(INTRUDER_NAME)).map(Some).map_err(Failure::usage)
}

/// What of a second run has to be known at the end.
pub(super) struct Evicted {
    pub(super) plan: PlanFolder,
    pub(super) exit: Exit,
    pub(super) killed: bool,
    pub(super) before: Option<IntruderOutcome>,
}

impl Drill<'_> {
    /// Shows who comes back after the run of `origin`, then plans what they registered away and carries it out. Nothing where
    /// the plan changes no account: it has been shown.
    /// `own` are the keys of the drill, where this run makes passes.
    pub(super) async fn evict(
        &mut self,
        origin: &PlanFolder,
        folder: &Path,
        own: Option<HandoffKeys>,
    ) -> Result<Result<Evicted, Exit>, Failure> {
        let (json, simulator) = (self.args.json, &self.simulator);
        simulator.let_intruder_try();
        let before = IntruderOutcome::of(simulator);
        print(json, |out| {
            let what = "The passwords are new, and the sessions have ended. The intruder tries again:";
            out.text(what);
            out.blank();
            match before {
                None => out.labelled("Intruder", "the scenario has none, so no one comes back"),
                Some(before) => before.write(out),
            }
            if before.is_some_and(|before| !before.is_out()) {
                comebacks(simulator, out);
                out.blank();
            }
            out.text("Now what was registered is taken out:");
            out.blank()
        });
        let mut ways_in = self.args.ways_in.clone();
        let deletes_consents = ways_in.consents.as_ref().is_some_and(ConsentsOption::deletes);
        if ways_in.methods.is_none() && !ways_in.devices && !deletes_consents {
            ways_in.methods = Some(MethodsOption::All);
            ways_in.devices = true;
        }
        // It sets no password, so what is about passwords says nothing here; passes are sealed as they are.
        let (seal_to, recipients) = match &own {
            Some(_) => (self.args.rules.seal_to.clone(), self.args.rules.recipients.clone()),
            None => (Vec::new(), None),
        };
        let rules = RuleArgs {
            seal_to,
            recipients,
            ad_key: Vec::new(),
            writeback: false,
            cms_oaep: false,
            discard_credentials: false,
            ..self.args.rules.clone()
        };
        let mut rules = after_run(origin, rules.rules(self.args.playbook, own, &ways_in)?)?;
        rules.tenant_is_made_up = true;
        let connected = self.connect()?;
        let place = PlanPlace::free(folder)?;
        let (summary, plan) = of_people(origin, rules, place, &connected, CheckArgs::default()).await?;
        let people = summary.plan.methods.as_ref().map_or(0, |methods| methods.read.people);
        self.phases.ended_at_pace("Evict: plan", &self.simulator, FOR_AUTHENTICATION.floor(people.into()));
        preview::show(&summary, json);
        let plan = plan.map_or_else(|| PlanFolder::open(folder), Ok)?;
        if summary.plan.accounts() == 0 {
            return Ok(Err(Exit::of_empty(&plan)?));
        }
        approved(plan.manifest(), json);
        let (exit, killed) = self.apply(&plan, self.args.interrupt).await?;
        Ok(Ok(Evicted { plan, exit, killed, before }))
    }
}
