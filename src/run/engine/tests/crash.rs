//! The journal is cut and torn wherever a crash may do so; what is left must be what the tenant agrees with, and be enough
//! to finish the run.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::*;
use crate::graph::write_outcome::WriteOutcome;

/// A run that came to its end: its journal, and all that its tenant was sent.
struct Finished {
    journal: Vec<u8>,
    effects: Vec<(ObjectId, u64, Effect)>,
    playbook: Playbook,
}

const ACCOUNTS: u32 = 9;

fn finished(playbook: Playbook, seed: u64) -> (Rehearsal, Finished) {
    let rehearsal = Rehearsal::new(playbook, ACCOUNTS, seed, Weather { each: 6, ..FAIR });
    paused(rehearsal.finish());
    let journal = std::fs::read(rehearsal.journal()).unwrap();
    let effects = rehearsal.tenant.world.lock().unwrap().effects.clone();
    (rehearsal, Finished { journal, effects, playbook })
}

fn paused<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(future)
}

/// How many intents and answers of each account are in the whole lines of some bytes, read as leniently as can be.
fn noted(bytes: &[u8]) -> HashMap<u64, (ObjectId, u64, u64)> {
    let mut noted: HashMap<u64, (ObjectId, u64, u64)> = HashMap::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let Ok(record) = serde_json::from_slice::<Record>(line) else { break };
        match record {
            Record::Intended { row, object_id, .. } => {
                noted.entry(row.get().into()).or_insert((object_id, 0, 0)).1 += 1
            }
            Record::Answered { row, answer, .. } => {
                let (_, intents, answered) = noted.get_mut(&row.get().into()).unwrap();
                // An answer that leaves it open is none.
                if !matches!(answer, WriteOutcome::Unknown { .. }) {
                    *answered = *intents;
                }
            }
            _ => {}
        }
    }
    noted
}

/// How much of the file was on disk for certain when its last line was written.
fn last_claim(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let claims = text.lines().filter_map(|line| line.rsplit_once("\"synced\":")?.1.split(',').next()?.parse().ok());
    claims.max().unwrap_or_default()
}

impl Finished {
    /// The tenant at a moment at which so much of the journal was on disk: what was answered has happened, and what was
    /// only intended may have.
    fn tenant(&self, on_disk: &[u8], journal: &Path, mut coin: u64) -> Arc<Tenant> {
        let tenant = Tenant::new(journal, 1, FAIR);
        let noted: HashMap<ObjectId, (u64, u64)> =
            noted(on_disk).into_values().map(|(id, intents, answered)| (id, (intents, answered))).collect();
        let mut world = tenant.world.lock().unwrap();
        for (id, (intents, _)) in &noted {
            world.sent.insert(*id, *intents);
        }
        for (id, attempt, effect) in &self.effects {
            let (intents, answered) = noted.get(id).copied().unwrap_or_default();
            coin = coin.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let happened = *attempt <= answered || *attempt <= intents && coin >> 63 == 1;
            if happened {
                world.counter += 1;
                let now = world.counter;
                effect.happen(world.users.entry(*id).or_default(), now);
            }
        }
        drop(world);
        tenant
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// For every prefix of a journal's bytes, and for every way in which a power cut may tear what was not safe behind it.
    #[test]
    fn whatever_a_crash_leaves_is_what_the_tenant_agrees_with_and_enough_to_finish(
        playbook in prop::sample::select(vec![Playbook::Breach, Playbook::Offboard, Playbook::Contain]),
        seed in 1_u64..4,
        cut in 0.0_f64..1.0,
        at_a_line in prop::bool::weighted(0.4),
        tear in prop::option::of((0.0_f64..1.0, 1_usize..400, prop::sample::select(vec![0_u8, 1, 255]))),
        coin in any::<u64>(),
    ) {
        after_a_crash(playbook, seed, cut, at_a_line, tear, coin)?;
    }
}

fn after_a_crash(
    playbook: Playbook,
    seed: u64,
    cut: f64,
    at_a_line: bool,
    tear: Option<(f64, usize, u8)>,
    coin: u64,
) -> Result<(), TestCaseError> {
    let (mut rehearsal, finished) = finished(playbook, seed);
    let bytes = &finished.journal;
    let mut cut = (cut * bytes.len() as f64) as usize;
    if at_a_line {
        cut = bytes[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    }
    let mut left = bytes[..cut].to_vec();
    // A process that is killed leaves all that it wrote; only a machine that stops tears what was not safe, and then
    // no write had left for what was lost.
    let mut known = cut;
    if let Some((from, length, with)) = tear {
        // A process that began to write a line had all that the line claims on disk, whether the claim itself got there or not.
        let begun = if left.last().is_none_or(|byte| *byte == b'\n') {
            cut
        } else {
            bytes[cut..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| cut + at + 1)
        };
        let safe = last_claim(&bytes[..begun]).min(cut);
        known = safe + (from * (cut - safe) as f64) as usize;
        let from = known;
        let to = (from + length).min(cut);
        for byte in &mut left[from..to] {
            // A hole, or bits that are not what was written.
            *byte = if with == 0 { 0 } else { *byte ^ with };
        }
    }
    std::fs::write(rehearsal.journal(), &left).unwrap();
    rehearsal.tenant = finished.tenant(&bytes[..known], &rehearsal.journal(), coin);
    rehearsal.judge();
    let done: Vec<(u32, Vec<u64>)> = rehearsal
        .results()
        .iter()
        .filter(|(_, result)| result["outcome"] == "done")
        .map(|(row, _)| (*row, rehearsal.tenant.user(object_id(*row)).writes))
        .collect();
    paused(rehearsal.finish());
    rehearsal.judge();
    prop_assert_eq!(rehearsal.outcomes(), all(Outcome::Done, ACCOUNTS as usize), "{}", finished.playbook);
    for (row, writes) in done {
        prop_assert_eq!(rehearsal.tenant.user(object_id(row)).writes, writes, "a finished account was touched again");
    }
    Ok(())
}

/// The claim of a torn line, torn with it, said that the line itself had been on disk.
#[test]
fn a_claim_that_is_torn_itself_is_not_believed() {
    for coin in 0..8 {
        for from in 0..20 {
            let tear = Some((f64::from(from) / 100.0, 44, 1));
            after_a_crash(Playbook::Contain, 2, 0.616, false, tear, coin).unwrap();
        }
    }
}
