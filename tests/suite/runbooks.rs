//! The runbooks: their times are the quota's, and their list is whole.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use sealoff::graph::quota::Allowance;

use crate::stage::{files_below, samples};

pub(crate) fn runbooks() -> Vec<PathBuf> {
    files_below(&samples("runbooks")).into_iter().filter(|path| !path.ends_with("README.md")).collect()
}

#[test]
fn what_a_runbook_says_of_the_time_is_what_the_quota_says() {
    let mut rows = 0;
    for runbook in runbooks() {
        let text = std::fs::read_to_string(&runbook).unwrap();
        for line in text.lines().filter(|line| line.starts_with("| ") && line.contains(|c: char| c.is_ascii_digit())) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [accounts, one, three] = cells[..] else { panic!("{line}") };
            // Every playbook of a runbook that is timed takes two writes for an account.
            let writes = 2 * accounts.replace(',', "").parse::<u64>().unwrap();
            let thrice =
                Allowance { burst: 3 * Allowance::WRITES.burst, per_second: 3.0 * Allowance::WRITES.per_second };
            let through_three = thrice.floor(writes).max(Allowance::WRITES_OF_TENANT.floor(writes));
            for (said, floor) in [(one, Allowance::WRITES.floor(writes)), (three, through_three)] {
                assert_eq!(said, spoken(floor), "{}: {line}", runbook.display());
            }
            rows += 1;
        }
    }
    assert!(rows >= 8, "{rows}");
}

fn spoken(span: Duration) -> String {
    let seconds = span.as_secs_f64().round() as u64;
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let parts = [(hours, "h"), (minutes, "min"), (rest, "s")];
    match seconds {
        0..60 => "under a minute".to_owned(),
        _ => parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, unit)| format!("{count} {unit}"))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[test]
fn the_list_of_runbooks_is_whole() {
    let list = std::fs::read_to_string(samples("runbooks/README.md")).unwrap();
    let named: BTreeSet<&str> = list.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let there: BTreeSet<String> =
        runbooks().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(named, there.iter().map(String::as_str).collect());
}
