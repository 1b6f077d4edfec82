//! Chance that can be repeated: the same seed gives the same run.

use uuid::Uuid;

/// The SplitMix64 generator: tiny, fast, and good enough to deal faults and names. Never for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `limit`; 0 when `limit` is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.fraction() * limit as f64) as usize
    }

    /// True in this share of all calls. A share of 0 draws nothing, so that an unused fault does not shift the others.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        share > 0.0 && self.fraction() < share
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// A GUID with the marks of version 4, as Entra's object ids have them.
    pub(crate) fn guid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

/// A seed for one thing of many, so that each can be made without making those before it.
pub(crate) fn seed_for(seed: u64, index: u64) -> u64 {
    Random::new(seed ^ index.wrapping_mul(0xd6e8_feb8_6659_fd93)).next()
}

/// A seed made from a text (FNV-1a), for people who are known by name only.
pub(crate) fn seed_of(text: &str) -> u64 {
    seed_of_bytes(text.bytes())
}

/// The same of bytes.
pub(crate) fn seed_of_bytes(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_run() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            let mut order: Vec<u32> = (0..20).collect();
            random.shuffle(&mut order);
            (order, random.guid(), random.fraction())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7).1, draw(8).1);
    }

    #[test]
    fn chances_come_out_as_asked() {
        let mut random = Random::new(1);
        let hits = (0..10_000).filter(|_| random.chance(0.25)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
        assert!(!random.chance(0.0));
        assert!(random.chance(1.0));
    }
}
