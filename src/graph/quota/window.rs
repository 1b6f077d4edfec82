//! The window as the client reckons it, from its own log of what it sent.

use std::collections::VecDeque;
use std::time::Duration;

use super::Allowance;

/// Entries closer together than this are kept as one.
const GRAIN: Duration = Duration::from_millis(50);

/// A window that slides, or one that begins anew at fixed moments once such a moment is known.
#[derive(Debug, Clone)]
pub(super) struct Window {
    capacity: f64,
    length: Duration,
    /// What was answered, by the moment of the answer: the service counted it before that, so that whatever is out of the
    /// window by this log is out of the service's too. By the moment of sending the first batches of a new window would come
    /// up to a round trip too early and be refused. The price is that a round trip of each window is left unspent.
    log: VecDeque<CountedCall>,
    /// A moment at which a fixed window began.
    anchor: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct CountedCall {
    at: Duration,
    /// Writes that count against the window: refused ones too, for "usage keeps accruing while throttled".
    counted: f64,
    passed: f64,
}

impl Window {
    pub(super) fn of(documented: Allowance) -> Self {
        let capacity = f64::from(documented.burst);
        Self { capacity, length: documented.span(), log: VecDeque::new(), anchor: None }
    }

    pub(super) fn capacity(&self) -> f64 {
        self.capacity
    }

    pub(super) fn length(&self) -> Duration {
        self.length
    }

    pub(super) fn anchor(&self) -> Option<Duration> {
        self.anchor
    }

    /// Notes an answer.
    pub(super) fn note(&mut self, at: Duration, counted: f64, passed: f64) {
        while self.log.front().is_some_and(|oldest| oldest.at + self.length + self.length < at) {
            self.log.pop_front();
        }
        match self.log.back_mut() {
            Some(last) if last.at + GRAIN >= at => {
                (last.at, last.counted, last.passed) = (at, last.counted + counted, last.passed + passed);
            }
            _ => self.log.push_back(CountedCall { at, counted, passed }),
        }
    }

    /// The window begins anew at this moment, or slides.
    pub(super) fn anchor_at(&mut self, anchor: Option<Duration>) {
        self.anchor = anchor;
    }

    fn begin(&self, now: Duration) -> Option<Duration> {
        match self.anchor {
            Some(anchor) => {
                let windows = now.saturating_sub(anchor).as_nanos() / self.length.as_nanos().max(1);
                Some(anchor + self.length * u32::try_from(windows).unwrap_or(u32::MAX))
            }
            None => now.checked_sub(self.length),
        }
    }

    fn current(&self, now: Duration) -> impl Iterator<Item = &CountedCall> {
        let begin = self.begin(now);
        // A sliding window ends where it began: what is exactly its length ago is out of it.
        let out = move |entry: &&CountedCall| {
            begin.is_some_and(|begin| entry.at < begin || self.anchor.is_none() && entry.at == begin)
        };
        self.log.iter().skip_while(out)
    }

    /// What was used of the window that `now` is in.
    pub(super) fn used(&self, now: Duration) -> f64 {
        self.current(now).map(|entry| entry.counted).sum()
    }

    /// What passed in the window that `now` is in.
    pub(super) fn passed(&self, now: Duration) -> f64 {
        self.current(now).map(|entry| entry.passed).sum()
    }

    /// What is left of it.
    pub(super) fn free(&self, now: Duration) -> f64 {
        self.capacity - self.used(now)
    }

    /// The first moment at which `amount` is free; nothing where no moment is early enough.
    pub(super) fn opens(&self, now: Duration, amount: f64) -> Option<Duration> {
        let lacking = amount - self.free(now);
        if lacking <= 0.0 {
            return Some(now);
        }
        if amount > self.capacity {
            return None;
        }
        if self.anchor.is_some() {
            return self.begin(now).map(|begin| begin + self.length);
        }
        self.slides_to(now, lacking)
    }

    /// The first moment at which a window that slides and passes `most` writes would pass `amount` more: by what passed
    /// alone, because what refusals cost is not known.
    pub(super) fn would_slide_open(&self, now: Duration, amount: f64, most: f64) -> Duration {
        let begin = now.checked_sub(self.length);
        let current = || self.log.iter().filter(|entry| begin.is_none_or(|begin| entry.at > begin));
        let mut lacking = current().map(|entry| entry.passed).sum::<f64>() + amount - most;
        let mut open = now;
        for entry in current() {
            if lacking <= 1e-6 {
                break;
            }
            lacking -= entry.passed;
            open = entry.at + self.length;
        }
        open
    }

    fn slides_to(&self, now: Duration, lacking: f64) -> Option<Duration> {
        let mut freed = 0.0;
        let enough = self.current(now).find(|entry| {
            freed += entry.counted;
            freed + 1e-6 >= lacking
        });
        enough.map(|entry| entry.at + self.length)
    }

    /// When `amount` more will have been spent, by a window that passes `most`.
    pub(super) fn time_for(&self, now: Duration, amount: f64, most: f64) -> Duration {
        let beyond = amount - (most - self.used(now)).max(0.0);
        if beyond <= 0.0 {
            return Duration::ZERO;
        }
        // Whatever is spent comes back one length later, so that after whole windows the log is the same again.
        let whole = ((beyond / most).ceil() - 1.0).max(0.0);
        let rest = beyond - whole * most;
        let opens = match self.anchor {
            Some(_) => self.begin(now).map(|begin| begin + self.length),
            None => self.slides_to(now, rest),
        };
        opens.unwrap_or(now + self.length).saturating_sub(now) + self.length.mul_f64(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn spent(entries: &[(f64, f64)]) -> Window {
        let mut window = Window::of(Allowance::WRITES);
        entries.iter().for_each(|&(moment, amount)| window.note(at(moment), amount, amount));
        window
    }

    #[test]
    fn a_sliding_window_gives_back_what_has_left_it() {
        let window = spent(&[(1.0, 1_000.0), (2.0, 1_000.0), (100.0, 1_000.0)]);
        assert_eq!(window.free(at(120.0)), 0.0);
        assert_eq!(window.opens(at(120.0), 20.0), Some(at(151.0)));
        assert_eq!(window.opens(at(120.0), 1_020.0), Some(at(152.0)));
        assert_eq!(window.free(at(151.0)), 1_000.0);
        assert_eq!(window.opens(at(120.0), 3_020.0), None);
        assert_eq!(window.time_for(at(120.0), 2_000.0, 3_000.0), at(32.0));
        assert_eq!(window.time_for(at(120.0), 4_000.0, 3_000.0), at(31.0 + 150.0));
    }

    #[test]
    fn a_fixed_window_gives_everything_back_at_once() {
        let mut window = spent(&[(1.0, 3_000.0)]);
        window.anchor_at(Some(at(50.0)));
        assert_eq!(window.free(at(50.0)), 3_000.0);
        window.note(at(60.0), 2_990.0, 2_990.0);
        assert_eq!(window.opens(at(61.0), 20.0), Some(at(200.0)));
        assert_eq!(window.free(at(200.0)), 3_000.0);
        assert_eq!(window.time_for(at(61.0), 3_010.0, 3_000.0), at(139.0));
        assert_eq!(window.time_for(at(61.0), 3_011.0, 3_000.0), at(139.0 + 150.0));
        assert_eq!(window.would_slide_open(at(61.0), 20.0, 3_000.0), at(210.0));
        assert_eq!(window.would_slide_open(at(200.0), 20.0, 3_010.0), at(200.0));
    }
}
