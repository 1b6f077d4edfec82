//! How long calls take on a real line: mostly little, sometimes very long.

use std::time::Duration;

use crate::simulator::random::Random;

/// A log-normal distribution, by the two figures that people measure. In tenant time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatencyCurve {
    /// Half of all calls are faster.
    pub median: Duration,
    /// One in twenty is slower.
    pub p95: Duration,
}

/// The normal distribution has 95 % below this many standard deviations.
const Z95: f64 = 1.644_853_6;
/// No call takes longer than this many times the 95th percentile: the far tail is a fault, and faults are named.
const MAX_OVER_P95: f64 = 4.0;

impl LatencyCurve {
    pub(crate) fn draw(self, random: &mut Random) -> Duration {
        let (median, p95) = (self.median.as_secs_f64(), self.p95.as_secs_f64().max(self.median.as_secs_f64()));
        if median <= 0.0 {
            return Duration::ZERO;
        }
        // Box and Muller; 1 - fraction is never 0.
        let (one, two) = (1.0 - random.fraction(), random.fraction());
        let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos();
        let seconds = median * ((p95 / median).ln() / Z95 * normal).exp();
        Duration::from_secs_f64(seconds.min(p95 * MAX_OVER_P95))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_all_calls_and_one_in_twenty_are_where_they_should_be() {
        let curve = LatencyCurve { median: Duration::from_millis(80), p95: Duration::from_millis(400) };
        let mut random = Random::new(7);
        let mut drawn: Vec<Duration> = (0..20_000).map(|_| curve.draw(&mut random)).collect();
        drawn.sort();
        let at = |share: f64| drawn[(share * drawn.len() as f64) as usize].as_secs_f64();
        assert!((at(0.5) - 0.08).abs() < 0.004, "{}", at(0.5));
        assert!((at(0.95) - 0.4).abs() < 0.03, "{}", at(0.95));
        assert!(drawn[drawn.len() - 1] <= Duration::from_millis(1_600));
    }
}
