//! The runbooks: their commands work as typed, in a shell of Unix.

use std::collections::BTreeSet;

use sealoff::simulator::{IntruderStanding, Operation, Scenario, Settings};

use crate::console::{type_all_of, type_all_on};
use crate::runbooks::runbooks;
use crate::stage::{Stage, samples};

/// The runbook that is typed where there is an intruder.
const INTRUDER: &str = "intruder.md";

#[test]
fn every_command_of_every_runbook_works_as_typed() {
    let known = runbooks();
    assert!(known.len() >= 4, "{known:?}");
    for runbook in known.into_iter().filter(|path| !path.ends_with(INTRUDER)) {
        let text = std::fs::read_to_string(&runbook).unwrap();
        let commands = type_all_of(&runbook.display().to_string(), &text);
        assert!(commands > 4, "{} has hardly any commands", runbook.display());
    }
}

/// The runbook says where each flag belongs; it is typed there.
#[test]
fn the_runbook_for_a_breach_works_with_risk_as_typed() {
    let text = std::fs::read_to_string(samples("runbooks/breach.md")).unwrap();
    let mut with_risk = text.clone();
    for (playbook, flag) in [("contain", "--confirm-compromised"), ("reinstate", "--dismiss-risk")] {
        assert!(text.contains(&format!("is made with `{flag}` besides")), "{flag}");
        let plan = format!("--playbook {playbook} ");
        assert_eq!(with_risk.matches(&plan).count(), 1);
        with_risk = with_risk.replace(&plan, &format!("{plan}{flag} "));
    }
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    assert!(type_all_on(&stage, "breach.md", &with_risk) > 8);
    let ledger = stage.ledger();
    let marked = |is: fn(&Operation) -> bool| ledger.applied().filter(|write| is(&write.operation)).count();
    let confirmed = marked(|operation| matches!(operation, Operation::ConfirmCompromised));
    let dismissed = marked(|operation| matches!(operation, Operation::DismissRisk));
    // Guests are left to their homes.
    assert!((40..=56).contains(&confirmed), "{confirmed}");
    assert!((1..=5).contains(&dismissed), "{dismissed}");
}

#[test]
fn after_the_runbook_for_intruders_none_comes_back() {
    let scenario = Scenario::read(&samples("scenarios/intruder.toml")).unwrap();
    // However slow this machine is, no sync enables a computer again before the run is verified.
    let settings = scenario.settings(Settings { device_sync: None, ..Settings::default() });
    let stage = Stage::with(Settings { users: 250, ..settings });
    let list = std::fs::read_to_string(samples("breach.csv")).unwrap();
    let of_list = |standing: &IntruderStanding| list.contains(&standing.object_id.to_string());
    let before: Vec<_> = stage.simulator.intruder().into_iter().filter(of_list).collect();
    assert!(before.len() > 10 && before.iter().all(IntruderStanding::gets_in), "{}", before.len());
    let text = std::fs::read_to_string(samples("runbooks").join(INTRUDER)).unwrap();
    assert!(type_all_on(&stage, INTRUDER, &text) > 8);
    let changed: BTreeSet<_> = stage.ledger().applied().filter_map(|write| write.object_id).collect();
    let after = stage.simulator.intruder();
    let after: Vec<_> = after.iter().filter(|standing| changed.contains(&standing.object_id)).collect();
    assert!(after.len() > 10 && !after.iter().any(|standing| standing.gets_in()), "{after:?}");
}
