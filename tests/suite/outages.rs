//! A network that goes away, a token service that does, proxies that answer in Graph's place: what an operator reads, and
//! that the run goes on by itself.

use std::io::{BufRead as _, BufReader};
use std::process::Child;

use std::time::Duration;

use sealoff::simulator::{FaultShares, Quota, RetryAfterDelay, Settings};

use crate::schemas::judge_events;
use crate::stage::{Ran, Stage};

fn planned() -> Stage {
    let stage = Stage::with(Settings { users: 400, quota: Quota::off(), ..Settings::default() });
    let roster = stage.roster_of(&stage.members(120));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage
}

/// A run in the middle, with the tenant holding every answer back.
fn in_the_middle(stage: &Stage) -> Child {
    stage.simulator.hold_after_writes(100);
    let child = stage.spawn(&["apply", "out", "--confirm", "120", "--events", "events.jsonl"]);
    stage.wait_for_writes(100);
    child
}

/// Lets the run go on, waits until it has said something, fixes what is wrong, and gives all that it said on the way.
fn said_until(stage: &Stage, mut child: Child, words: &str, fix: impl FnOnce(&Stage)) -> String {
    stage.simulator.release();
    let mut errors = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut said = String::new();
    for line in errors.by_ref() {
        said += &line;
        said.push('\n');
        if line.contains(words) {
            break;
        }
    }
    assert!(said.contains(words), "{words:?} was not said: {said}");
    fix(stage);
    errors.for_each(|line| said = format!("{said}{line}\n"));
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 120);
    said
}

#[test]
fn a_network_that_is_gone_is_waited_for_and_the_run_goes_on_by_itself() {
    let stage = planned();
    let child = in_the_middle(&stage);
    stage.simulator.go_dark();
    let said = said_until(&stage, child, "Check the network", |stage| stage.simulator.come_back());
    for part in [
        "the connection was refused", "since ", "next try in", "Ctrl-C is safe", "resumes by itself",
        "Graph answers again, after",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    judge_events(&stage, &["unreachable", "reachable", "ended"]);
}

/// A run that gets nowhere looks like one that is stuck, whatever it is that Graph asks for.
#[test]
fn throttling_without_an_end_is_said_with_the_way_out() {
    let stage = planned();
    let child = in_the_middle(&stage);
    let retry_after_delay = RetryAfterDelay(Duration::from_secs(5));
    stage.simulator.change_faults(FaultShares { throttled_item: 1.0, retry_after_delay, ..FaultShares::default() });
    let said = said_until(&stage, child, "Graph has accepted no write for", |stage| {
        stage.simulator.change_faults(FaultShares::default());
    });
    assert!(said.contains("Ctrl-C is safe, too: the same command goes on later"), "{said}");
}

#[test]
fn a_token_service_that_is_down_is_waited_for() {
    let down: [fn() -> FaultShares; 3] = [
        || FaultShares { token_failed: 1.0, ..FaultShares::default() },
        || FaultShares { token_throttled: 1.0, ..FaultShares::default() },
        || FaultShares { token_page: 1.0, ..FaultShares::default() },
    ];
    for faults in down {
        let stage = planned();
        let child = in_the_middle(&stage);
        stage.simulator.change_faults(faults());
        stage.simulator.expire_tokens();
        let said = said_until(&stage, child, "no answer from Graph (", |stage| {
            stage.simulator.change_faults(FaultShares::default());
        });
        assert!(
            said.contains("token service is busy") || said.contains("something else than the service answered"),
            "{said}"
        );
    }
}

#[test]
fn a_proxy_that_answers_in_graphs_place_is_named_and_waited_for() {
    let pages: [(f64, f64, &str); 2] = [(1.0, 0.0, "answered 200"), (0.0, 1.0, "answered 407")];
    for (proxy_page, proxy_refusal, status) in pages {
        let stage = planned();
        let child = in_the_middle(&stage);
        stage.simulator.change_faults(FaultShares { proxy_page, proxy_refusal, ..FaultShares::default() });
        let said = said_until(&stage, child, "something between here and Graph answered", |stage| {
            stage.simulator.change_faults(FaultShares::default());
        });
        assert!(said.contains(status) && said.contains("text/html"), "{said}");
    }
}

/// Tokens that are revoked faster than they are fetched: tried a few times, and then the run says that it has no way in.
#[test]
fn tokens_that_are_revoked_again_and_again_end_the_run_and_lose_nothing() {
    let stage = planned();
    let child = in_the_middle(&stage);
    stage.simulator.change_faults(FaultShares { revoked_token: 1.0, ..FaultShares::default() });
    stage.simulator.release();
    let output = child.wait_with_output().unwrap();
    Ran::new(&stage.command(&["apply"]), &output)
        .exited(5)
        .complains(&["does not accept the token", "sealoff apply out --confirm 120@", " --events events.jsonl"]);
    stage.judge("out");
    stage.simulator.change_faults(FaultShares::default());
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 120);
}

/// A gateway that fails for a moment, in the middle of which a command begins.
#[test]
fn a_fault_that_passes_keeps_no_command_from_beginning() {
    let stage = planned();
    let commands: [&[&str]; 5] = [
        &["plan", "roster.csv", "--playbook", "contain", "--out", "again", "--max-accounts", "1000000"],
        &["doctor"],
        &["export", "--all", "-o", "all.csv"],
        &["apply", "out", "--confirm", "120"],
        &["verify", "out"],
    ];
    for arguments in commands {
        stage.simulator.change_faults(FaultShares { proxy_failure: 1.0, ..FaultShares::default() });
        let mut child = stage.spawn(&[arguments, &["-v"][..]].concat());
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let again = errors.by_ref().filter(|line| line.contains("asking again in")).take(2).count();
        assert_eq!(again, 2, "{arguments:?} does not ask again");
        stage.simulator.change_faults(FaultShares::default());
        let said: Vec<String> = errors.collect();
        let mut out = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut out).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}: {said:?}\n{out}");
    }
    stage.judge("out");
    // Where it does not pass, what is between is blamed after some thirty seconds.
    stage.simulator.change_faults(FaultShares { proxy_failure: 1.0, ..FaultShares::default() });
    let ran = stage.run(&["verify", "out", "-v"]).exited(5).complains(&["not Graph but something between"]);
    assert_eq!(ran.err.matches("asking again in").count(), 5, "{}", ran.err);
}

/// At the start of a command there is no waiting: a mistyped address or a forgotten file is named at once.
#[test]
fn what_is_wrong_from_the_start_is_said_at_once_with_its_remedy() {
    let stage = planned();
    let apply = ["apply", "out", "--confirm", "120"];
    let mut unknown = stage.command(&apply);
    unknown.env_remove("SSL_CERT_FILE");
    crate::stage::finish(unknown).exited(5).complains(&["an authority that this machine does not know", "--ca-file"]);
    stage.simulator.change_faults(FaultShares { proxy_refusal: 1.0, ..FaultShares::default() });
    stage.run(&apply).exited(5).complains(&[
        "answered 407: not Graph but something between here and Graph answered, with text/html",
        "Proxy Authentication Required Sign in to the web gateway",
        "HTTPS_PROXY",
    ]);
    stage.simulator.change_faults(FaultShares { token_page: 1.0, ..FaultShares::default() });
    stage.run(&apply).exited(5).complains(&["something else than the service answered", "open any page in a browser"]);
    stage.simulator.change_faults(FaultShares::default());
    stage.simulator.go_dark();
    stage.run(&apply).exited(5).complains(&["the connection was refused", "HTTPS_PROXY"]);
    stage.simulator.come_back();
    assert!(stage.ledger().writes.is_empty() && !stage.path("out/journal.jsonl").exists());
    stage.apply("out").succeeded();
}
