//! Chance that goes by what is asked, and how often it was asked: never by when, so that a client that asks several things at
//! once meets the same faults in every run of a seed.

use std::collections::HashMap;

use super::random::{Random, seed_for};

/// How often each thing was asked, as far as anything was drawn for it.
#[derive(Debug)]
pub(crate) struct Draws {
    seed: u64,
    asked: HashMap<u64, u32>,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, asked: HashMap::new() }
    }

    fn next(&mut self, key: u64) -> Random {
        let asked = self.asked.entry(key).or_default();
        *asked = asked.wrapping_add(1);
        Random::new(seed_for(seed_for(self.seed ^ key, 0), u64::from(*asked)))
    }
}

/// The chance of one request or one call.
#[derive(Debug)]
pub(crate) struct Die {
    key: u64,
    random: Option<Random>,
}

impl Die {
    /// For a single request; its key is that of its target.
    pub(crate) fn of_request(key: u64) -> Self {
        Self { key, random: None }
    }

    /// For a whole call, which is asked about apart from the request that it may be.
    pub(crate) fn of_call(key: u64) -> Self {
        Self { key: !key, random: None }
    }

    /// True in this share of all throws. A share of 0 draws nothing, so that an unused fault does not shift the others, and
    /// nothing is counted where no fault is set.
    pub(crate) fn strikes(&mut self, share: f64, draws: &mut Draws) -> bool {
        share > 0.0 && self.random(draws).chance(share)
    }

    /// For draws that are no share.
    pub(crate) fn random(&mut self, draws: &mut Draws) -> &mut Random {
        self.random.get_or_insert_with(|| draws.next(self.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_asking_changes_nothing() {
        let ask = |order: &[u64]| {
            let mut draws = Draws::new(7);
            let mut drawn: Vec<_> =
                order.iter().map(|&key| (key, Die::of_request(key).random(&mut draws).fraction().to_bits())).collect();
            drawn.sort_unstable();
            drawn
        };
        assert_eq!(ask(&[1, 2, 3, 1, 2]), ask(&[2, 1, 1, 3, 2]));
        let drawn = ask(&[1, 1, 1]);
        assert!(drawn[0] != drawn[1] && drawn[1] != drawn[2], "each time is drawn anew");
    }
}
