//! A script while it is played.

use std::collections::HashMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::rule::{FaultRule, FaultTarget, strikes};
use super::{Script, ScriptedChange};
use crate::simulator::fault::Fault;
use crate::simulator::fault::FaultShares;

/// What came of one rule.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Struck {
    /// The rule as it is called: `429 on PATCH /users/*`.
    pub rule: String,
    /// How often it struck; 0 is never.
    pub times: u64,
}

/// How far a script has come.
pub(crate) struct Playing {
    seed: u64,
    rules: Vec<FaultRule>,
    /// How often each rule has struck.
    struck: Vec<u64>,
    /// How often each rule has looked at each request.
    attempts: HashMap<(usize, u64), u32>,
    /// Those to come.
    changes: Vec<ScriptedChange>,
}

impl Playing {
    pub(crate) fn new(script: &Script, seed: u64) -> Self {
        Self {
            seed,
            struck: vec![0; script.faults.len()],
            rules: script.faults.clone(),
            attempts: HashMap::new(),
            changes: script.changes.clone(),
        }
    }

    /// The faults for these targets, with those that a rule deals raised to always; `None` where no rule strikes. Only
    /// the rules are asked whose fault strikes here.
    pub(crate) fn deal(
        &mut self,
        targets: &[&FaultTarget],
        strikes_here: impl Fn(&Fault) -> bool,
        faults: &FaultShares,
        now: Duration,
        applied: u64,
    ) -> Option<FaultShares> {
        let mut dealt = None;
        for (index, rule) in self.rules.iter().enumerate() {
            if !strikes_here(&rule.kind) || !rule.is_on(now, applied, self.struck[index]) {
                continue;
            }
            let fitting = targets.iter().filter(|target| rule.is_for(target)).map(|target| target.key());
            // The order in a batch does not matter.
            let Some(key) = fitting.reduce(u64::wrapping_add) else { continue };
            let attempt = self.attempts.entry((index, key)).or_default();
            *attempt += 1;
            if strikes(self.seed, index, key, *attempt, rule.rate) {
                self.struck[index] += 1;
                let dealt = dealt.get_or_insert_with(|| faults.clone());
                *rule.kind.share(dealt) = 1.0;
                if let Some(answer) = &rule.answer {
                    dealt.answer = answer.clone();
                }
            }
        }
        dealt
    }

    /// What came of each rule so far, in the order of the scenario.
    pub(crate) fn struck(&self) -> Vec<Struck> {
        let rules = self.rules.iter().zip(&self.struck);
        rules.map(|(rule, &times)| Struck { rule: rule.to_string(), times }).collect()
    }

    /// The changes whose moment has come; each comes once.
    pub(crate) fn due(&mut self, now: Duration, applied: u64) -> Vec<ScriptedChange> {
        if self.changes.is_empty() {
            return Vec::new();
        }
        self.changes.extract_if(.., |change| change.moment.is_now(now, applied)).collect()
    }
}
