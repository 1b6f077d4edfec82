//! How many accounts can be finished at most by a moment: the write quota of the apps that a run went through, in the
//! processes in which each of them wrote.

use super::timeline::{Process, Seconds, Timeline};
use crate::graph::quota::Allowance;
use crate::ids::ClientId;
use crate::plan::manifest::Manifest;
use crate::plan::playbook::Schedule;
use crate::step::Step;

/// The most that can be done by a moment.
pub(super) struct Floor {
    /// From which moment on so many writes more are at hand, and so many a second flow in.
    supply: Vec<(Seconds, f32, f32)>,
    /// How many accounts are finished by how many writes, one stretch after the other.
    stretches: [(f32, f32); 3],
    /// How many apps wrote.
    pub(super) apps: usize,
    /// The quota of each.
    pub(super) quota: Allowance,
}

impl Floor {
    pub(super) fn of(manifest: &Manifest, timeline: &Timeline) -> Self {
        let (accounts, writes) = (manifest.accounts() as f32, manifest.writes() as f32);
        let revokes = manifest.counts.steps[Step::Revoke] as f32;
        let updates = writes - revokes;
        let stretches = if manifest.playbook.schedule() == Schedule::Sweep {
            // The change of every account goes before the first revoke, and finishes only those without one.
            let without = (accounts - revokes).max(0.0);
            [(without, without), (0.0, updates - without), (revokes, revokes)]
        } else {
            // At best those first who take one write. Where an account has many, as many for each.
            let of_more = (writes - accounts).clamp(0.0, accounts);
            let of_one = accounts - of_more;
            [(of_one, of_one), (of_more, writes - of_one), (0.0, 0.0)]
        };
        let quota = timeline.processes.iter().rev().find_map(|process| process.quota).unwrap_or(Allowance::WRITES);
        let mut apps: Vec<Option<ClientId>> =
            timeline.processes.iter().flat_map(|process| process.apps.iter().copied()).collect();
        apps.sort_unstable();
        apps.dedup();
        Self { supply: supply(&timeline.processes), stretches, apps: apps.len().max(1), quota }
    }

    pub(super) fn at(&self, time: Seconds) -> f32 {
        let mut writes = self.writes_by(time);
        let mut finished = 0.0;
        for (accounts, takes) in self.stretches {
            if writes < takes {
                return finished + accounts * (writes / takes);
            }
            (finished, writes) = (finished + accounts, writes - takes);
        }
        finished
    }

    /// The earliest moment at which every account can be finished.
    pub(super) fn end(&self) -> Seconds {
        let mut needed: f32 = self.stretches.iter().map(|(_, takes)| takes).sum();
        for (index, (from, at_hand, rate)) in self.supply.iter().enumerate() {
            needed -= at_hand;
            if needed <= 0.0 {
                return *from;
            }
            let until = self.supply.get(index + 1).map(|(next, ..)| *next);
            let flows_in = until.map_or(Seconds::INFINITY, |until| (until - from) * rate);
            if needed <= flows_in {
                return from + needed / rate;
            }
            needed -= flows_in;
        }
        0.0
    }

    fn writes_by(&self, time: Seconds) -> f32 {
        let ends = self.supply.iter().skip(1).map(|(from, ..)| *from).chain([Seconds::INFINITY]);
        let by_then = self.supply.iter().zip(ends).filter(|((from, ..), _)| *from <= time);
        by_then.map(|((from, at_hand, rate), until)| at_hand + rate * (time.min(until) - from)).sum()
    }
}

/// What each process had at hand when it began, and what flowed in for it: of an app that wrote before, what came back since.
fn supply(processes: &[Process]) -> Vec<(Seconds, f32, f32)> {
    let mut supply = Vec::new();
    for (index, process) in processes.iter().enumerate() {
        let quota = process.quota.unwrap_or(Allowance::WRITES);
        let (burst, per_second) = (quota.burst as f32, quota.per_second as f32);
        let at_hand = process.apps.iter().map(|app| {
            let before = processes[..index].iter().rev().find(|earlier| earlier.apps.contains(app));
            before.map_or(burst, |earlier| {
                let idle = (process.began - earlier.last).as_seconds_f32().max(0.0) * process.speed as f32;
                burst.min(idle * per_second)
            })
        });
        // One that wrote nothing brings nothing, but time passes in it.
        supply.push((process.at, at_hand.sum(), per_second * process.apps.len() as f32));
    }
    if supply.iter().all(|(_, at_hand, _)| *at_hand == 0.0) {
        return vec![(0.0, Allowance::WRITES.burst as f32, Allowance::WRITES.per_second as f32)];
    }
    if let Some((.., last)) = supply.last_mut().filter(|(.., rate)| *rate == 0.0) {
        *last = Allowance::WRITES.per_second as f32;
    }
    supply
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use time::OffsetDateTime;
    use time::ext::NumericalDuration as _;
    use uuid::Uuid;

    fn process(at: Seconds, began: i64, lasted: i64, apps: &[u128]) -> Process {
        let began = OffsetDateTime::UNIX_EPOCH + began.seconds();
        Process {
            began,
            version: String::new(),
            by: None,
            who: None,
            last: began + lasted.seconds(),
            ended: None,
            at,
            speed: 1.0,
            quota: Some(Allowance::WRITES),
            rate: None,
            apps: apps.iter().map(|app| Some(ClientId::new(Uuid::from_u128(*app)))).collect::<BTreeSet<_>>(),
        }
    }

    fn floor(processes: &[Process], writes: f32) -> Floor {
        let stretches = [(writes, writes), (0.0, 0.0), (0.0, 0.0)];
        Floor { supply: supply(processes), stretches, apps: 1, quota: Allowance::WRITES }
    }

    #[test]
    fn one_app_has_its_burst_and_then_what_flows_in() {
        let one = floor(&[process(0.0, 0, 100, &[1])], 5_000.0);
        assert_eq!((one.at(0.0), one.at(50.0), one.end()), (3_000.0, 4_000.0, 100.0));
        assert_eq!(floor(&[process(0.0, 0, 1, &[1])], 10.0).end(), 0.0);
    }

    #[test]
    fn apps_that_join_later_bring_their_bursts_from_then_on() {
        let both = [process(0.0, 0, 60, &[1]), process(60.0, 60, 300, &[1, 2, 3])];
        let floor = floor(&both, 22_148.0);
        assert_eq!(floor.at(60.0), 3_000.0 + 60.0 * 20.0 + 2.0 * 3_000.0);
        assert_eq!(floor.at(70.0), floor.at(60.0) + 600.0);
        assert!((floor.at(floor.end()) - 22_148.0).abs() < 1.0);
    }

    #[test]
    fn what_an_idle_app_gets_back_counts_and_never_more_than_its_burst() {
        let idle = |pause: i64| [process(0.0, 0, 10, &[1]), process(10.0, 10 + pause, 10, &[1])];
        assert_eq!(floor(&idle(50), 9_000.0).at(10.0), 3_000.0 + 200.0 + 1_000.0);
        assert_eq!(floor(&idle(5_000), 9_000.0).at(10.0), 3_000.0 + 200.0 + 3_000.0);
    }
}
