//! How long to wait before trying again where no answer says.

use std::time::Duration;

/// A delay that doubles with each attempt (1 s, 2 s, 4 s, … up to two minutes) and is spread over its upper half, so
/// that calls that failed together do not come back together.
///
/// Source: "Microsoft Graph throttling guidance" asks for exponential backoff where there is no `Retry-After`.
pub fn delay(attempt: u32) -> Duration {
    spread(attempt, chance())
}

/// [`delay`] for a caller that brings its own `chance`, from 0 to 1.
pub fn spread(attempt: u32, chance: f64) -> Duration {
    let longest = Duration::from_secs(120);
    let full = Duration::from_secs(1).saturating_mul(1_u32 << attempt.min(10)).min(longest);
    full.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
}

/// Up to a quarter of a second, to spread what would otherwise come back in one instant.
pub fn jitter() -> Duration {
    a_little(chance())
}

/// [`jitter`] for a caller that brings its own `chance`, from 0 to 1.
pub fn a_little(chance: f64) -> Duration {
    Duration::from_millis(250).mul_f64(chance.clamp(0.0, 1.0))
}

/// A number from 0 to 1. Spreading needs no secrecy, so a failing source of randomness is no reason to stop.
pub fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_and_stay_bounded() {
        for (attempt, seconds) in [(0, 1), (1, 2), (2, 4), (3, 8), (6, 64), (7, 120), (u32::MAX, 120)] {
            let (half, full) = (Duration::from_millis(seconds * 500), Duration::from_secs(seconds));
            for _ in 0..50 {
                let delay = delay(attempt);
                assert!(delay >= half && delay <= full, "attempt {attempt}: {delay:?}");
            }
        }
    }
}
