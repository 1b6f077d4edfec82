//! The controller against modelled services, in no time at all: each counts in its own way, and none says which.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use proptest::prelude::*;

use super::{Allowance, Concurrency, Controller, Feedback, MAX_CALLS, Shape, Wait};

/// How the modelled service counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Counting {
    Bucket,
    Sliding,
    /// Windows begin at multiples of their length after this many seconds before the run.
    Fixed(f64),
}

/// What the modelled service says with a 429.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Seconds,
    Nothing,
}

#[derive(Debug, Clone)]
struct Service {
    counting: Counting,
    says: Says,
    reports_shares: bool,
    amount: f64,
    length: f64,
    used: f64,
    settled_at: f64,
    uses: VecDeque<(f64, f64)>,
    /// When the quota becomes another multiple of the documented one.
    changes: VecDeque<(f64, f64)>,
    /// Writes a second that another app spends of the same quota.
    other_app: f64,
    other_app_paid_to: f64,
}

impl Service {
    fn new(counting: Counting) -> Self {
        Self {
            counting,
            says: Says::Seconds,
            reports_shares: true,
            amount: 3_000.0,
            length: 150.0,
            used: 0.0,
            settled_at: 0.0,
            uses: VecDeque::new(),
            changes: VecDeque::new(),
            other_app: 0.0,
            other_app_paid_to: 0.0,
        }
    }

    fn settle(&mut self, now: f64) {
        while let Some(&(at, multiple)) = self.changes.front().filter(|(at, _)| *at <= now) {
            self.changes.pop_front();
            self.settle_at(at);
            let share = self.used / self.amount;
            self.amount = 3_000.0 * multiple;
            let factor = self.amount * share / self.used.max(1e-9);
            self.used = self.amount * share;
            self.uses.iter_mut().for_each(|(_, amount)| *amount *= factor);
        }
        while self.other_app > 0.0 && self.other_app_paid_to + 1.0 <= now {
            self.other_app_paid_to += 1.0;
            let at = self.other_app_paid_to;
            self.settle_at(at);
            let spent = self.other_app.min(self.amount - self.used).max(0.0);
            self.add(at, spent);
        }
        self.settle_at(now);
    }

    fn settle_at(&mut self, now: f64) {
        match self.counting {
            Counting::Bucket => {
                self.used = (self.used - (now - self.settled_at) * self.amount / self.length).max(0.0);
            }
            Counting::Sliding => {
                while let Some(&(_, amount)) = self.uses.front().filter(|(at, _)| at + self.length <= now) {
                    self.used -= amount;
                    self.uses.pop_front();
                }
            }
            Counting::Fixed(offset) => {
                let window = |at: f64| ((at + offset) / self.length).floor();
                if window(now) > window(self.settled_at) {
                    self.used = 0.0;
                }
            }
        }
        self.settled_at = now;
    }

    fn add(&mut self, now: f64, amount: f64) {
        self.used += amount;
        if self.counting == Counting::Sliding {
            self.uses.push_back((now, amount));
        }
    }

    fn charge(&mut self, now: f64, sent: u32) -> Feedback {
        self.settle(now);
        let mut feedback = Feedback { sent, ..Feedback::default() };
        for _ in 0..sent {
            if self.used + 1.0 <= self.amount + 1e-9 {
                self.add(now, 1.0);
                feedback.passed += 1;
            } else {
                self.add(now, 0.1);
                feedback.throttled += 1;
            }
        }
        let share = self.used / self.amount;
        feedback.share = (self.reports_shares && share >= 0.8).then_some((share * 100.0).round() / 100.0);
        if feedback.throttled > 0 && self.says == Says::Seconds {
            feedback.retry_after = Some(Duration::from_secs_f64(self.wait(now).ceil().max(1.0)));
        }
        feedback
    }

    fn wait(&self, now: f64) -> f64 {
        let excess = (self.used + 20.0 - self.amount).max(0.0);
        match self.counting {
            Counting::Bucket => excess * self.length / self.amount,
            Counting::Sliding => {
                let mut freed = 0.0;
                let enough = self.uses.iter().find(|(_, amount)| {
                    freed += amount;
                    freed + 1e-9 >= excess
                });
                enough.map_or(self.length, |(at, _)| at + self.length - now)
            }
            Counting::Fixed(offset) => self.length - (now + offset).rem_euclid(self.length),
        }
    }
}

/// What a run of the modelled client came to.
#[derive(Debug)]
struct Ran {
    seconds: f64,
    throttled: f64,
    calls: u32,
    shape: Shape,
    floor: f64,
    /// How far the forecasts were off by more than ten seconds, from the first minute on, as a share of what was really left.
    forecast_error: f64,
}

impl Ran {
    fn assert(&self, floor: f64, ratio: f64, throttled: f64) {
        let actual = self.seconds / floor;
        assert!(actual <= ratio, "{actual:.3} times the floor of {floor}: {self:?}");
        assert!(self.throttled <= throttled, "{:.2} % throttled: {self:?}", self.throttled * 100.0);
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Charged { sent: u32, half: f64 },
    Answered { feedback: Feedback },
}

/// Spends `writes` as the engine does: full batches, refused writes again when Graph says so.
fn spend(mut service: Service, writes: u32, round_trip: f64) -> Ran {
    let seconds = Duration::from_secs_f64;
    let mut controller = Controller::new(Allowance::WRITES, Duration::ZERO);
    let mut concurrency = Concurrency::at_most(MAX_CALLS);
    let mut steps: BinaryHeap<Reverse<(u128, u64, usize)>> = BinaryHeap::new();
    let mut what: Vec<(Step, f64)> = Vec::new();
    let mut later: BinaryHeap<Reverse<(u128, u32)>> = BinaryHeap::new();
    let (mut now, mut ready, mut done, mut throttled, mut calls, mut flying) = (0.0, writes, 0, 0, 0, 0_usize);
    let mut postponed_writes = 0;
    let mut forecasts: Vec<(f64, f64)> = Vec::new();
    let mut chance = 0.37;
    while done < writes {
        assert!(now < 100_000.0, "the run does not end: {done} of {writes} done, {controller:?}");
        while let Some(&Reverse((_, amount))) = later.peek().filter(|Reverse((at, _))| seconds(now).as_nanos() >= *at) {
            later.pop();
            postponed_writes -= amount;
            ready += amount;
        }
        let mut wake = None;
        while ready > 0 && flying < concurrency.calls(controller.in_hand(seconds(now)), controller.rate()) {
            match controller.take(seconds(now), ready.min(20)) {
                Ok(sent) => {
                    ready -= sent;
                    calls += 1;
                    flying += 1;
                    chance = (chance * 7.13_f64 + 0.11).fract();
                    // Calls overtake each other.
                    let half = round_trip * (0.35 + 0.3 * chance);
                    what.push((Step::Charged { sent, half }, now));
                    let at = seconds(now + half).as_nanos();
                    steps.push(Reverse((at, u64::from(calls), what.len() - 1)));
                }
                Err(Wait::Until(until)) => {
                    assert!(until > seconds(now), "a wait that is over: {until:?} at {now}");
                    wake = Some(until.as_nanos());
                    break;
                }
                Err(Wait::Answer) => {
                    assert!(flying > 0, "waits for an answer with nothing under way: {controller:?}");
                    break;
                }
            }
        }
        let postponed = later.peek().map(|Reverse((at, _))| *at);
        let arrival = steps.peek().map(|Reverse((at, ..))| *at);
        let next = [wake, postponed, arrival].into_iter().flatten().min().expect("something is to come");
        now = (next as f64 / 1e9).max(now);
        if arrival != Some(next) {
            continue;
        }
        let Some(Reverse((_, order, index))) = steps.pop() else { continue };
        let (step, sent_at) = what[index];
        match step {
            Step::Charged { sent, half } => {
                what[index].0 = Step::Answered { feedback: service.charge(now, sent) };
                steps.push(Reverse((seconds(now + half).as_nanos(), order, index)));
            }
            Step::Answered { feedback } => {
                flying -= 1;
                done += feedback.passed;
                throttled += feedback.throttled;
                concurrency.answered(seconds(now - sent_at));
                controller.answered(seconds(now), seconds(sent_at), &feedback, chance);
                if feedback.throttled > 0 {
                    let pause = feedback.retry_after.map_or(0.0, |wait| wait.as_secs_f64() + 0.1);
                    postponed_writes += feedback.throttled;
                    later.push(Reverse((seconds(now + pause).as_nanos(), feedback.throttled)));
                }
                if now >= 60.0 {
                    let left = controller.time_for(seconds(now), u64::from(ready + postponed_writes));
                    forecasts.push((now, left.as_secs_f64()));
                }
            }
        }
    }
    let forecast_error = forecasts
        .iter()
        .map(|(at, left)| (((now - at) - left).abs() - 10.0).max(0.0) / (now - at).max(1.0))
        .fold(0.0, f64::max);
    Ran {
        seconds: now,
        throttled: f64::from(throttled) / f64::from(writes),
        calls,
        shape: controller.shape(),
        floor: controller.floor(Duration::ZERO, u64::from(writes), 0).as_secs_f64(),
        forecast_error,
    }
}

const WRITES: u32 = 20_000;

#[test]
fn a_bucket_is_spent_as_it_fills() {
    for (round_trip, reports_shares) in
        [(0.01, true), (0.05, false), (0.3, true), (0.3, false), (2.0, true), (2.0, false)]
    {
        let ran = spend(Service { reports_shares, ..Service::new(Counting::Bucket) }, WRITES, round_trip);
        ran.assert(850.0, 1.01, 0.0);
        assert_eq!((ran.shape, ran.floor), (Shape::TokenBucket, 850.0));
        assert!(ran.calls <= WRITES / 20 * 105 / 100, "{ran:?}");
        assert!(ran.forecast_error < 0.1, "{ran:?}");
    }
}

#[test]
fn a_sliding_window_is_recognised_and_spent() {
    for round_trip in [0.01, 0.05, 0.3, 2.0] {
        let ran = spend(Service::new(Counting::Sliding), WRITES, round_trip);
        ran.assert(900.0, 1.05, 0.01);
        assert_eq!((ran.shape, ran.floor), (Shape::SlidingWindow, 900.0));
        assert!(ran.calls <= WRITES / 20 * 105 / 100, "{ran:?}");
        assert!(ran.forecast_error < 0.1, "{ran:?}");
    }
}

#[test]
fn a_fixed_window_is_recognised_and_spent_whenever_it_began() {
    for round_trip in [0.01, 0.05, 0.3, 2.0] {
        for offset in [0.0, 20.0, 75.0, 130.0] {
            let ran = spend(Service::new(Counting::Fixed(offset)), WRITES, round_trip);
            // The last burst takes its round trips, however fast the quota would let it go.
            ran.assert(900.0 - offset + 6.0 * round_trip, 1.05, 0.01);
            assert!(round_trip > 1.0 || (ran.floor - (900.0 - offset)).abs() < 3.0, "{ran:?}");
            assert!(ran.forecast_error < 0.1, "{offset} {ran:?}");
        }
    }
}

/// The window ends right after the burst, so that a bucket's pace is never refused: only the silence about the share of the
/// limit says that there is room.
#[test]
fn a_fixed_window_that_ends_unseen_is_found_by_the_silence_after_it() {
    for round_trip in [0.01, 0.05] {
        let ran = spend(Service::new(Counting::Fixed(148.0)), WRITES, round_trip);
        ran.assert(752.0, 1.05, 0.01);
        assert_eq!(ran.shape, Shape::FixedWindow);
    }
}

#[test]
fn a_window_that_names_no_time_is_found_all_the_same() {
    for round_trip in [0.05, 0.3, 2.0] {
        for counting in [Counting::Sliding, Counting::Fixed(0.0), Counting::Fixed(75.0)] {
            for reports_shares in [true, false] {
                let service = Service { says: Says::Nothing, reports_shares, ..Service::new(counting) };
                let offset = if let Counting::Fixed(offset) = counting { offset } else { 0.0 };
                spend(service, WRITES, round_trip).assert(900.0 - offset, 1.08, 0.01);
            }
        }
    }
}

/// The bucket is halved when so many writes have passed: from then on 10 a second, and the floor is what that allows.
#[test]
fn a_quota_that_is_halved_on_the_way_is_held_just_below() {
    for (half_way, says, reports_shares) in [
        (350.0, Says::Seconds, true),
        (350.0, Says::Seconds, false),
        (350.0, Says::Nothing, true),
        (350.0, Says::Nothing, false),
        (60.0, Says::Seconds, true),
    ] {
        let changes = VecDeque::from([(half_way, 0.5)]);
        let service = Service { says, reports_shares, changes, ..Service::new(Counting::Bucket) };
        let before = 3_000.0 + half_way * 20.0;
        let floor = half_way + (f64::from(WRITES) - before) / 10.0;
        let ran = spend(service, WRITES, 0.1);
        ran.assert(floor, 1.05, 0.02);
        assert_eq!(ran.shape, Shape::TokenBucket);
    }
}

#[test]
fn windows_that_are_halved_on_the_way_are_spent_as_well() {
    for counting in [Counting::Sliding, Counting::Fixed(0.0)] {
        for reports_shares in [true, false] {
            let service = Service { reports_shares, changes: VecDeque::from([(375.0, 0.5)]), ..Service::new(counting) };
            // 9,000 in the first three windows, and 1,500 in each after that.
            spend(service, WRITES, 0.05).assert(450.0 + 150.0 * 7.0, 1.15, 0.05);
        }
    }
}

/// What is left to us is at least what the other app's own demand leaves.
#[test]
fn what_another_app_leaves_is_spent() {
    for reports_shares in [true, false] {
        for (other_app, throttled) in [(5.0, 0.02), (10.0, 0.02), (12.0, 0.03), (16.0, 0.05)] {
            let service = Service { other_app, reports_shares, ..Service::new(Counting::Bucket) };
            spend(service, 8_000, 0.1).assert(5_000.0 / (20.0 - other_app), 1.05, throttled);
        }
    }
}

#[test]
fn a_quota_that_comes_back_is_found_again() {
    for reports_shares in [true, false] {
        let service = Service {
            reports_shares,
            changes: VecDeque::from([(100.0, 0.25), (400.0, 1.0)]),
            ..Service::new(Counting::Bucket)
        };
        // 5,000 until it falls to 5 a second, 1,500 until it is back, and the rest at 20.
        let floor = 400.0 + (f64::from(WRITES) - 6_500.0) / 20.0;
        let ran = spend(service, WRITES, 0.1);
        ran.assert(floor, if reports_shares { 1.05 } else { 1.20 }, 0.02);
    }
}

#[test]
fn a_bucket_that_others_had_emptied_is_not_stormed() {
    for reports_shares in [true, false] {
        let service = Service { used: 3_000.0, reports_shares, ..Service::new(Counting::Bucket) };
        let ran = spend(service, 4_000, 0.1);
        ran.assert(200.0, 1.05, 0.05);
    }
}

/// It says that it is open, so that it is no window; a service that names no time may well be one.
#[test]
fn a_service_that_asks_for_no_wait_at_all_again_and_again_is_no_window() {
    for (retry_after, shape) in [(Some(Duration::ZERO), Shape::TokenBucket), (None, Shape::SlidingWindow)] {
        let mut controller = Controller::new(Allowance::WRITES, Duration::ZERO);
        let mut now = Duration::ZERO;
        while now < Duration::from_secs(60) {
            match controller.take(now, 20) {
                Ok(sent) => {
                    let feedback = Feedback { sent, throttled: sent, retry_after, ..Feedback::default() };
                    controller.answered(now + Duration::from_millis(100), now, &feedback, 0.5);
                }
                Err(Wait::Until(until)) => now = until,
                Err(Wait::Answer) => panic!("nothing is under way"),
            }
        }
        assert_eq!(controller.shape(), shape, "{retry_after:?}");
    }
}

#[test]
fn two_calls_of_one_moment_are_one_refusal() {
    let at = Duration::from_secs;
    let mut controller = Controller::new(Allowance::WRITES, at(0));
    for _ in 0..3 {
        assert_eq!(controller.take(at(0), 20), Ok(20));
    }
    let refusal = Feedback { sent: 20, throttled: 20, retry_after: Some(at(5)), ..Feedback::default() };
    let before = controller.rate();
    for now in [1, 2, 3] {
        controller.answered(at(now), at(0), &refusal, 0.0);
    }
    assert!((controller.rate() - before).abs() < 1e-9);
    assert_eq!(controller.take(at(4), 20), Err(Wait::Until(at(8))), "the longest wait rules");
    assert_eq!(controller.take(at(8), 20), Ok(20));
    assert_eq!(controller.take(at(8), 20), Err(Wait::Answer), "one batch tries the way, not more");
}

#[test]
fn what_was_on_its_way_when_the_service_refused_does_not_make_the_pause_longer() {
    let at = Duration::from_secs;
    let mut controller = Controller::new(Allowance::WRITES, at(0));
    for _ in 0..8 {
        controller.take(at(0), 20).unwrap();
    }
    for _ in 0..8 {
        controller.answered(at(1), at(0), &Feedback { sent: 20, throttled: 20, ..Feedback::default() }, 1.0);
    }
    let Err(Wait::Until(until)) = controller.take(at(1), 20) else { panic!("{controller:?}") };
    assert!(until <= Duration::from_millis(2_250), "{until:?}");
    assert_eq!(controller.take(at(3), 20), Ok(4), "few try a service that named no time");
}

#[test]
fn single_refusals_and_lost_answers_do_not_slow_it_down() {
    let at = Duration::from_secs;
    let mut controller = Controller::new(Allowance::WRITES, at(0));
    for now in (0..60).map(|round| 31 * round) {
        controller.take(at(now), 20).unwrap();
        let retry_after = Some(at(30));
        let shed = Feedback { sent: 20, passed: 16, throttled: 4, retry_after, ..Feedback::default() };
        controller.answered(at(now), at(now), &shed, 0.5);
        assert!(matches!(controller.take(at(now + 29), 20), Err(Wait::Until(_))), "its limit is left alone until then");
        controller.take(at(now + 31), 20).unwrap();
        controller.answered(at(now + 31), at(now + 31), &Feedback { sent: 20, ..Feedback::default() }, 0.5);
    }
    assert!((controller.rate() - 20.0).abs() < 1e-9);
    assert_eq!(controller.shape(), Shape::TokenBucket);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the service does, the run ends, waits only for what will come, and does not hammer.
    #[test]
    fn no_service_makes_it_hang_or_hammer(
        kind in 0_u8..3, offset in 0.0..150.0, round_trip in 0.01..3.0, names in any::<bool>(), reports_shares in any::<bool>(),
        used in 0.0..3_000.0, other_app in 0.0..2.5, changes in prop::collection::vec((10.0..600.0, 0.2..1.5), 0..4),
    ) {
        let counting = match kind { 0 => Counting::Bucket, 1 => Counting::Sliding, _ => Counting::Fixed(offset) };
        let says = if names { Says::Seconds } else { Says::Nothing };
        let mut changes: Vec<(f64, f64)> = changes;
        changes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut service = Service {
            says, reports_shares, other_app, changes: changes.into(), ..Service::new(counting)
        };
        service.add(0.0, used);
        let ran = spend(service, 6_000, round_trip);
        prop_assert!(ran.throttled < 0.6, "{:?}", ran);
        prop_assert!(ran.seconds < 20_000.0, "{:?}", ran);
    }
}
