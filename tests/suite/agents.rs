//! Accounts of software agents: users of a kind that has no password.

use sealoff::simulator::{Operation, Settings};

use crate::stage::Stage;

fn stage() -> (Stage, String) {
    let stage = Stage::with(Settings::default());
    let members = stage.members(6);
    for member in &members[..2] {
        stage.simulator.change(member.id, |user| user.details_mut().identity_parent = Some(uuid::Uuid::from_u128(7)));
    }
    let roster = stage.roster_of(&members);
    (stage, roster)
}

#[test]
fn an_agent_is_blocked_and_signed_out_and_never_given_a_password() {
    let (stage, roster) = stage();
    let planned = stage.plan(&roster, "breach", "out", &[]).succeeded();
    assert!(
        planned.out.contains("agent-user") && planned.out.contains("agent user: it has no password"),
        "{}",
        planned.out
    );
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 6);
    let ledger = stage.ledger();
    let resets = ledger.applied().filter(|write| matches!(write.operation, Operation::Patch { password: Some(_), .. }));
    assert_eq!(resets.count(), 4);
    let results = stage.results("out");
    assert!(results[&1]["sealed_credential"].is_empty() && results[&1]["password_reset"].is_empty(), "{results:?}");
    stage.run(&["verify", "out"]).succeeded();
}

/// By id as by name, and also where the plan was made before the account became one.
#[test]
fn an_agent_is_known_however_it_is_read() {
    let (stage, _) = stage();
    let members = stage.members(6);
    let ids: String = members.iter().map(|member| format!("{}\n", member.id)).collect();
    let roster = stage.write("ids.csv", format!("id\n{ids}"));
    stage.plan(&roster, "reinstate", "back", &[]).exited(0).says(&["agent-user"]);
    stage.plan(&roster, "breach", "out", &[]).succeeded().says(&["agent-user"]);
    stage.simulator.change(members[5].id, |user| {
        user.details_mut().identity_parent = Some(uuid::Uuid::from_u128(7));
    });
    let ran = stage.apply("out");
    assert!(ran.err.contains("agent-user"), "{}", ran.err);
    let resets = stage.ledger().applied().filter(|write| write.object_id == Some(members[5].id)).count();
    assert_eq!(resets, 0);
}
