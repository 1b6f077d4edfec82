//! How fast writes may go: from the documented bucket to whatever Graph shows itself to be.

use std::time::Duration;

use super::feedback::{Feedback, Heard, Shape, Wait};
use super::level::Level;
use super::window::Window;
use super::{Allowance, BATCH, MAX_CALLS};
use crate::graph::backoff;

/// A bucket has room for a batch again within seconds. A service that refuses everything for longer than this, or
/// announces that it will, counts in windows.
const LONG: Duration = Duration::from_secs(15);
/// Moments closer together than this are the same one: clocks, round trips and whole seconds differ.
const SAME: Duration = Duration::from_secs(5);
/// After so long a bucket that was spent has room for two batches: time to see whether it is a window indeed.
const BEFORE_THE_TEST: Duration = Duration::from_secs(3);
/// A window says how long it is shut. A service that asks again and again to wait for seconds only is no window.
const MAX_SHORT_REFUSALS: u32 = 3;
/// How many writes try whether a service that named no time passes anything again.
const PROBE: u32 = 4;
/// Less than this share of what was proven is a difference, and not rounding.
const MUCH_LESS: f64 = 0.9;
/// A window that is smaller than documented may end at any moment: no more than so many writes run into its end.
const IN_FLIGHT_NEAR_A_LIMIT: f64 = 8.0 * BATCH;
/// With so many writes under way, trying the way is over.
const TRIED: f64 = MAX_CALLS as f64 * BATCH;

/// Paces the writes of one app in one tenant. It has one owner, which reports every call that it sends, and
/// what became of it.
#[derive(Debug, Clone)]
pub struct Controller {
    documented: Allowance,
    level: Level,
    window: Window,
    mode: QuotaMode,
    in_flight: f64,
    /// Send the first batch beyond the burst alone. A bucket accepts it, a window rejects it; so we learn which one it is.
    is_beyond_the_burst: bool,
    /// The way is tried, step by step.
    trying: Option<Trying>,
    gate: Duration,
    /// Graph asked for single writes of a call to wait until then: their limit is shut, though it is not used up.
    asked_until: Duration,
    trial: Option<Trial>,
    refused_at: Option<Duration>,
    refusals: Option<RefusalsInARow>,
    silent_since: Option<Duration>,
    passed_at: Duration,
}

/// How the service counts, by what it showed so far.
///
/// Refused as an alternative: to ask once, at the beginning, and keep the answer. A service may be changed during a run, and
/// an app that spends the same quota makes a bucket look like a window for a while. The price is that each mode has a way
/// back: a window that is not sure is put to a test, and one that keeps asking for seconds only is a bucket again.
#[derive(Debug, Clone, Copy)]
enum QuotaMode {
    /// As documented: `level` decides.
    Bucket,
    /// In windows: `window` decides.
    Window(WindowBelief),
}

/// What is believed of the window.
#[derive(Debug, Clone, Copy)]
struct WindowBelief {
    /// A batch that a bucket would have passed was refused.
    is_sure: bool,
    /// What passed in a window before it refused; beyond it, every step is tried.
    proven: f64,
    /// Refusals that asked for seconds only, one after the other.
    short_refusals: u32,
}

impl WindowBelief {
    const fn unsure(proven: f64) -> Self {
        Self { is_sure: false, proven, short_refusals: 0 }
    }
}

/// Refusals between which nothing passed.
#[derive(Debug, Clone, Copy)]
struct RefusalsInARow {
    since: Duration,
    count: u32,
}

/// How many writes may be under way while the way is tried: twice as many after each answer to what was sent since.
#[derive(Debug, Clone, Copy)]
struct Trying {
    most: f64,
    since: Duration,
}

impl Trying {
    fn from(now: Duration) -> Option<Self> {
        Some(Self { most: BATCH, since: now })
    }
}

/// A batch that is let go to learn something.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trial {
    /// The gate opens; by the log, a window that slides would open at that other moment. Where Graph named no time, the gate
    /// is a guess.
    Reopening { gate: Duration, slides_at: Duration, is_guess: bool },
    /// A window would refuse this one, and a bucket would not.
    IsItAWindow,
}

impl Controller {
    /// Begins with the documented bucket, full.
    pub fn new(documented: Allowance, now: Duration) -> Self {
        Self {
            documented,
            level: Level::full(documented, now),
            window: Window::of(documented),
            mode: QuotaMode::Bucket,
            in_flight: 0.0,
            is_beyond_the_burst: false,
            trying: None,
            gate: Duration::ZERO,
            asked_until: Duration::ZERO,
            trial: None,
            refused_at: None,
            refusals: None,
            silent_since: None,
            passed_at: now,
        }
    }

    /// The bucket without what was spent before this process began.
    #[must_use]
    pub fn already_spent(mut self, now: Duration, amount: u32) -> Self {
        if amount > 0 {
            self.level.spend(now, f64::from(amount));
        }
        self.window.note(now, f64::from(amount), f64::from(amount));
        self
    }

    /// Lets up to `wanted` writes go in one call, and says how many.
    ///
    /// # Errors
    ///
    /// What to wait for before asking again.
    pub fn take(&mut self, now: Duration, wanted: u32) -> Result<u32, Wait> {
        let shut_until = self.shut_until();
        if now < shut_until {
            return Err(Wait::Until(shut_until));
        }
        let amount = f64::from(wanted);
        // A call larger than what may be under way still leaves alone, or nothing would ever move.
        if self.in_flight > 0.0 && self.in_flight + amount > self.max_in_flight() {
            return Err(Wait::Answer);
        }
        let granted = match (self.trial, self.mode) {
            (Some(Trial::Reopening { is_guess, .. }), _) => {
                self.reopen(now, wanted)?;
                if is_guess { wanted.min(PROBE) } else { wanted }
            }
            (_, QuotaMode::Window(belief)) => {
                self.take_from_window(now, amount, belief)?;
                wanted
            }
            (_, QuotaMode::Bucket) => {
                self.take_from_bucket(now, amount)?;
                wanted
            }
        };
        self.in_flight += f64::from(granted);
        Ok(granted)
    }

    /// Nothing leaves before this moment.
    fn shut_until(&self) -> Duration {
        self.gate.max(self.asked_until)
    }

    fn max_in_flight(&self) -> f64 {
        let tried = self.trying.map_or(f64::INFINITY, |trying| trying.most);
        match self.mode {
            QuotaMode::Window(belief) if belief.proven < MUCH_LESS * self.window.capacity() => {
                tried.min(IN_FLIGHT_NEAR_A_LIMIT)
            }
            QuotaMode::Window(_) | QuotaMode::Bucket => tried,
        }
    }

    fn take_from_bucket(&mut self, now: Duration, amount: f64) -> Result<(), Wait> {
        if !self.is_beyond_the_burst && self.window.free(now) - self.in_flight < amount {
            self.is_beyond_the_burst = true;
            self.trying = Trying::from(now);
            if self.in_flight > 0.0 {
                return Err(Wait::Answer);
            }
        }
        self.level.take(now, amount).map_err(Wait::Until)
    }

    /// The first call after a refusal goes alone. Where Graph named the time, a whole batch fits by its own words.
    fn reopen(&mut self, now: Duration, wanted: u32) -> Result<(), Wait> {
        if self.in_flight > 0.0 {
            return Err(Wait::Answer);
        }
        match (self.mode, &mut self.trial) {
            (QuotaMode::Bucket, _) => self.level.take(now, f64::from(wanted)).map_err(Wait::Until)?,
            (QuotaMode::Window(belief), Some(Trial::Reopening { slides_at, .. })) => {
                *slides_at = self.window.would_slide_open(now, BATCH, belief.proven);
            }
            (QuotaMode::Window(_), Some(Trial::IsItAWindow) | None) => {}
        }
        Ok(())
    }

    fn take_from_window(&mut self, now: Duration, amount: f64, belief: WindowBelief) -> Result<(), Wait> {
        if self.trial.is_some() && self.in_flight > 0.0 {
            return Err(Wait::Answer);
        }
        self.trial = None;
        // What is under way may be counted by the service already, or not yet: it is taken as counted.
        let used = self.window.used(now) + self.in_flight;
        if used + amount <= self.window.capacity() {
            if self.trying.is_none() && self.window.passed(now) + self.in_flight + amount > belief.proven {
                self.trying = Trying::from(now);
                if self.in_flight > 0.0 {
                    return Err(Wait::Answer);
                }
            }
            return Ok(());
        }
        let opens = self.window.opens(now, amount + self.in_flight).ok_or(Wait::Answer)?;
        // A bucket that others had emptied looks like a window at first. To wait the window out and see would cost up to 150 s
        // each time that it is none; to send one batch into a true window costs that batch's quota, once.
        if !belief.is_sure && opens > now + LONG {
            if self.in_flight > 0.0 {
                return Err(Wait::Answer);
            }
            let test = self.passed_at + BEFORE_THE_TEST;
            if now < test {
                return Err(Wait::Until(test.min(opens)));
            }
            self.trial = Some(Trial::IsItAWindow);
            return Ok(());
        }
        Err(Wait::Until(opens))
    }

    /// Takes in what became of a call that was let go at `sent_at`. `chance`, from 0 to 1, spreads what clients of one
    /// service would otherwise do in one instant.
    pub fn answered(&mut self, now: Duration, sent_at: Duration, feedback: &Feedback, chance: f64) {
        self.in_flight = (self.in_flight - f64::from(feedback.sent)).max(0.0);
        self.window.note(now, f64::from(feedback.sent), f64::from(feedback.passed));
        self.level.answered(now);
        self.level.passed(f64::from(feedback.passed));
        // What was on its way when the service refused belongs to that same moment. Without this, sixty-four calls under way
        // would be sixty-four refusals in a row, each with a longer pause. The price: a second cause in the same moment is
        // seen only by the next call.
        let is_news = self.refused_at.is_none_or(|refused_at| sent_at > refused_at);
        if feedback.is_refusal() {
            self.refused(now, is_news, feedback, chance);
        } else if is_news {
            self.let_through(now, sent_at, feedback);
            if feedback.throttled > 0 {
                self.level.shed(now);
            }
        }
        if feedback.throttled > 0 && !feedback.is_refusal() {
            self.wait_as_asked(now, feedback.retry_after, chance);
        }
        if feedback.passed > 0 && is_news {
            self.passed_at = now;
        }
        if feedback.share.is_some() || feedback.passed > 0 {
            self.take_share(now, feedback.share);
        }
    }

    /// Takes in what a call of another app met, which spends the same limit; that call left at `sent_at`.
    pub fn heard(&mut self, now: Duration, sent_at: Duration, heard: Heard, chance: f64) {
        let Heard { is_refusal, retry_after } = heard;
        if is_refusal {
            let feedback = Feedback { throttled: 1, retry_after, ..Feedback::default() };
            self.answered(now, sent_at, &feedback, chance);
        } else {
            self.wait_as_asked(now, retry_after, chance);
        }
    }

    /// A limit that named a time is left alone until then, by all of its writes and not only by those that it refused:
    /// whatever comes earlier is counted, and lengthens the wait ("Microsoft Graph throttling guidance").
    fn wait_as_asked(&mut self, now: Duration, retry_after: Option<Duration>, chance: f64) {
        if let Some(wait) = retry_after.filter(|wait| !wait.is_zero()) {
            self.asked_until = self.asked_until.max(now + wait + backoff::a_little(chance));
        }
    }

    fn let_through(&mut self, now: Duration, sent_at: Duration, feedback: &Feedback) {
        if feedback.passed == 0 {
            // Lost on the way: it says nothing, and what it was to show is tried again.
            return;
        }
        self.refusals = None;
        if let Some(trying) = self.trying.as_mut().filter(|trying| sent_at >= trying.since) {
            trying.most += f64::from(feedback.passed);
            if trying.most >= TRIED {
                self.trying = None;
                self.take_more_than_proven(now);
            }
        }
        match self.trial.take() {
            None => {}
            Some(Trial::Reopening { gate, slides_at, .. }) => {
                if let QuotaMode::Window(belief) = self.mode {
                    // Open long before a sliding window would be: everything began anew.
                    if slides_at > sent_at + SAME {
                        self.window.anchor_at(Some(gate));
                    }
                    if belief.is_sure {
                        self.trying = None;
                    }
                }
            }
            Some(Trial::IsItAWindow) if feedback.throttled > 0 => {}
            Some(Trial::IsItAWindow) => {
                // It passed what a window would have refused: a bucket, and by the log one that is spent to the end.
                self.count_in_a_bucket();
                self.level = Level::full(self.documented, now);
                self.level.spend(now, f64::from(self.documented.burst));
            }
        }
    }

    /// The way was tried to its end, further than it was ever open before.
    fn take_more_than_proven(&mut self, now: Duration) {
        let QuotaMode::Window(belief) = &mut self.mode else { return };
        if self.window.passed(now) <= belief.proven {
            return;
        }
        let opened_lately = self.gate > Duration::ZERO && now < self.gate + self.window.length() / 2;
        if self.window.anchor().is_none() && opened_lately {
            // No sliding window would have passed so much so soon.
            self.window.anchor_at(Some(self.gate));
        } else {
            belief.proven = self.window.capacity();
        }
    }

    fn count_in_a_bucket(&mut self) {
        self.mode = QuotaMode::Bucket;
        self.window.anchor_at(None);
    }

    fn refused(&mut self, now: Duration, is_news: bool, feedback: &Feedback, chance: f64) {
        let named = feedback.retry_after.filter(|wait| !wait.is_zero());
        if !is_news && named.is_none() {
            return;
        }
        let pause =
            named.unwrap_or_else(|| backoff::spread(self.refusals.map_or(0, |refusals| refusals.count), chance));
        let mut resume = now + pause + backoff::a_little(chance);
        if named.is_none() && matches!(self.mode, QuotaMode::Window(_)) {
            // Graph named no time: the log knows when a window opens.
            resume = resume.min(self.window.opens(now, BATCH).filter(|opens| *opens > now).unwrap_or(resume));
        }
        // The longest wait rules: two answers of one moment may name different ones, and "Microsoft Graph throttling
        // guidance" counts what is sent too early.
        self.gate = self.gate.max(resume);
        if !is_news {
            // The gate may have moved on.
            if let Some(Trial::Reopening { gate, .. }) = &mut self.trial {
                *gate = self.gate;
            }
            return;
        }
        let refusals = self.refusals.get_or_insert(RefusalsInARow { since: now, count: 0 });
        refusals.count += 1;
        // Either sign is enough. A window that names no time shows itself only by refusing for so long. One that says 0 does
        // name a time: it says that it is open.
        let silent_for_long = feedback.retry_after.is_none() && now.saturating_sub(refusals.since) >= LONG;
        let long = named.is_some_and(|wait| wait >= LONG) || silent_for_long;
        self.believe_refusal(now, long);
        self.level.refused(now, self.gate);
        self.trial = Some(Trial::Reopening { gate: self.gate, slides_at: Duration::ZERO, is_guess: named.is_none() });
        self.trying = Trying::from(now);
        self.refused_at = Some(now);
    }

    /// What a refusal says about the way in which the service counts.
    fn believe_refusal(&mut self, now: Duration, long: bool) {
        let passed = self.window.passed(now).max(BATCH);
        let QuotaMode::Window(mut belief) = self.mode else {
            if long {
                self.mode = QuotaMode::Window(WindowBelief::unsure(passed));
            }
            return;
        };
        let is_nearly_used_up = self.window.used(now) >= 0.9 * self.window.capacity().min(belief.proven);
        belief.is_sure |= long;
        belief.short_refusals = if long { 0 } else { belief.short_refusals + 1 };
        if !long && (!is_nearly_used_up || belief.short_refusals >= MAX_SHORT_REFUSALS) {
            self.count_in_a_bucket();
            return;
        }
        if !is_nearly_used_up {
            self.window.anchor_at(None);
        }
        // An anchor that was given up changes what the window holds.
        belief.proven = self.window.passed(now).max(BATCH);
        self.mode = QuotaMode::Window(belief);
    }

    fn take_share(&mut self, now: Duration, share: Option<f64>) {
        if let QuotaMode::Window(belief) = &mut self.mode {
            // The service counts more than the log does: somebody else spends, or the quota is smaller.
            if let Some(share) = share.filter(|share| *share > 0.0) {
                // A share of 0.9 with 900 in the log is a window of 1,000, or one of which others hold the rest.
                let room = (self.window.used(now) + self.in_flight) / share;
                if room < MUCH_LESS * belief.proven {
                    belief.proven = room.max(BATCH);
                }
            }
            return;
        }
        self.level.share(now, share);
        // A bucket that is spent as it fills stays at its limit. One that is far below it has begun anew, unseen.
        if !(self.level.has_fallen_silent() && self.level.is_spent_as_documented(now)) {
            self.silent_since = None;
            return;
        }
        let silent_since = *self.silent_since.get_or_insert(now);
        if now < silent_since + BEFORE_THE_TEST {
            return;
        }
        self.silent_since = None;
        if self.refused_at.is_some() {
            // It was refused before, so that what is in the bucket was not known.
            self.level.count_on_silence(now);
            return;
        }
        self.mode = QuotaMode::Window(WindowBelief::unsure(self.window.capacity()));
        self.window.anchor_at(Some(silent_since));
        self.trying = Trying::from(now);
    }

    /// How many writes may go at once now.
    pub fn in_hand(&self, now: Duration) -> f64 {
        if now < self.shut_until() {
            return 0.0;
        }
        match self.mode {
            QuotaMode::Window(_) => (self.window.free(now) - self.in_flight).max(0.0),
            QuotaMode::Bucket => self.level.amount(now),
        }
    }

    /// Writes a second in the long run.
    pub fn rate(&self) -> f64 {
        match self.mode {
            QuotaMode::Window(_) => self.documented.per_second,
            QuotaMode::Bucket => self.level.rate(),
        }
    }

    /// The time that `amount` more writes will take, by what is known now.
    pub fn time_for(&self, now: Duration, amount: u64) -> Duration {
        let (amount, shut) = (amount as f64, self.shut_until().saturating_sub(now));
        if amount <= 0.0 {
            return Duration::ZERO;
        }
        let QuotaMode::Window(belief) = self.mode else {
            return self.level.time_for(now, amount).max(shut);
        };
        let most = self.window.capacity().min(belief.proven);
        let slides = self.window.would_slide_open(now, BATCH, belief.proven);
        if now < self.gate && slides > self.gate + SAME {
            let windows = (amount / most).ceil() - 1.0;
            return shut + self.window.length().mul_f64(windows.max(0.0));
        }
        shut.max(self.window.time_for(now, amount + self.in_flight, most))
    }

    /// How the service was found to count.
    pub fn shape(&self) -> Shape {
        match (self.mode, self.window.anchor()) {
            (QuotaMode::Bucket, _) => Shape::TokenBucket,
            (QuotaMode::Window(_), None) => Shape::SlidingWindow,
            (QuotaMode::Window(_), Some(_)) => Shape::FixedWindow,
        }
    }

    /// The least time in which `amount` writes could have been spent from `began` on, by the documented figures and the way
    /// in which the service was found to count, `spent` of the first burst being gone.
    pub fn floor(&self, began: Duration, amount: u64, spent: u32) -> Duration {
        let amount = amount + u64::from(spent);
        let windows = amount.div_ceil(u64::from(self.documented.burst).max(1)).saturating_sub(1);
        if windows == 0 || matches!(self.mode, QuotaMode::Bucket) {
            return self.documented.floor(amount);
        }
        let length = self.window.length();
        let first = self.window.anchor().map_or(length, |anchor| {
            let offset = (anchor.as_secs_f64() - began.as_secs_f64()).rem_euclid(length.as_secs_f64());
            Duration::from_secs_f64(offset)
        });
        first + length.mul_f64(windows as f64 - 1.0)
    }
}
