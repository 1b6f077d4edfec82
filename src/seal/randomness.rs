//! Random bytes: from the operating system, or scripted in tests.

use zeroize::Zeroizing;

/// The operating system gave no randomness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness: {0}")]
pub struct RandomnessFailed(pub String);

/// A source of bytes that cannot be predicted.
pub trait Randomness {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    ///
    /// [`RandomnessFailed`]: `bytes` must then not be used.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed>;
}

/// The operating system's own generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OperatingSystem;

impl Randomness for OperatingSystem {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        getrandom::fill(bytes).map_err(|error| RandomnessFailed(error.to_string()))
    }
}

/// Draws numbers from a source, a block of bytes at a time.
pub(super) struct Draw<'a, R> {
    source: &'a mut R,
    block: Zeroizing<[u8; 64]>,
    used: usize,
}

impl<'a, R: Randomness> Draw<'a, R> {
    pub(super) fn new(source: &'a mut R) -> Self {
        Self { source, block: Zeroizing::new([0; 64]), used: 64 }
    }

    /// A number below `end`, each equally likely. `end` is 1 to 65,536.
    pub(super) fn below(&mut self, end: usize) -> Result<usize, RandomnessFailed> {
        let fair = 65_536 - 65_536 % end;
        loop {
            let number = usize::from(self.byte()?) << 8 | usize::from(self.byte()?);
            if number < fair {
                return Ok(number % end);
            }
        }
    }

    fn byte(&mut self) -> Result<u8, RandomnessFailed> {
        if self.used == self.block.len() {
            self.source.fill(&mut *self.block)?;
            self.used = 0;
        }
        let byte = self.block[self.used];
        self.used += 1;
        Ok(byte)
    }

    /// One of the bytes of `from`, each equally likely. `from` holds 1 to 256 bytes.
    pub(super) fn one_of(&mut self, from: &[u8]) -> Result<u8, RandomnessFailed> {
        // The bytes above the last whole multiple would favour the first of `from`; they are drawn again.
        let fair = 256 - 256 % from.len();
        loop {
            let byte = usize::from(self.byte()?);
            if byte < fair {
                return Ok(from[byte % from.len()]);
            }
        }
    }
}

#[cfg(test)]
pub(super) mod scripted {
    use super::*;

    /// Counts through all bytes, again and again, from a given start.
    pub(crate) struct Counting(pub(crate) u8);

    impl Randomness for Counting {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
            for byte in bytes {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
            Ok(())
        }
    }

    /// Never gives anything.
    pub(crate) struct Broken;

    impl Randomness for Broken {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomnessFailed> {
            Err(RandomnessFailed("out of order".into()))
        }
    }

    #[test]
    fn no_byte_is_likelier_than_another() {
        let alphabet: Vec<u8> = (0..65).collect();
        let mut source = Counting(0);
        let mut draw = Draw::new(&mut source);
        let mut seen = [0; 65];
        // 195 of 256 bytes are fair, three for each of the 65.
        for _ in 0..195 * 4 {
            seen[usize::from(draw.one_of(&alphabet).unwrap())] += 1;
        }
        assert_eq!(seen, [12; 65]);
    }

    #[test]
    fn no_number_is_likelier_than_another() {
        /// Every pair of bytes, one after the other.
        struct Pairs(u16);
        impl Randomness for Pairs {
            fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
                for pair in bytes.chunks_exact_mut(2) {
                    pair.copy_from_slice(&self.0.to_be_bytes());
                    self.0 = self.0.wrapping_add(1);
                }
                Ok(())
            }
        }
        let mut source = Pairs(0);
        let mut draw = Draw::new(&mut source);
        let mut seen = vec![0; 7772];
        for _ in 0..7772 * 8 {
            seen[draw.below(7772).unwrap()] += 1;
        }
        assert!(seen.iter().all(|times| *times == 8));
    }
}
